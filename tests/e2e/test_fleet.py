"""All companies together: calm start, canaries, one alarm for all."""

import time

from lib.case import limit
from lib.desk import OK, USAGE
from lib.web import API, session

COUNT = 16
PHONES = {f"co{i:02}": f"790011200{i:02}" for i in range(COUNT)}


def fleet(t, speed=1, **env):
    """Companies that are linked, and a core that has them online."""
    sim, desk = t.pair(speed=speed, **env)
    core = desk.serve(PAIRDESK_TEST_SPEED="1")
    web = desk.core_ready(core)
    after = sim.seq()
    for company, phone in PHONES.items():
        answer = web.get(session(company, "qr"))
        t.equal(answer.status, 200, str(answer))
        sim.scan(answer.json()["data"]["text"], phone)
    sim.wait("active", after=after, count=COUNT, timeout=40)
    t.until(lambda: connected(web) == COUNT, "all are connected", 20)
    t.equal(core.stop(), OK)
    return sim, desk


def told(web):
    return web.get(f"{API}/sessions?limit=1").json()["data"]


def connected(web):
    return told(web)["connected"]


def alarms(desk, kind):
    return sum(f"alarm={kind}" in line for line in desk.log())


@limit(120)
def test_fleet_405_is_one_alarm_and_few_attempts(t):
    """Ten minutes in one, at the start and then a newer version."""
    sim, desk = fleet(t, speed=40)
    sim.set(min_revision=1045649368 + 1000)     # newer than the page says
    dials = sim.dials()
    core = desk.serve()
    web = desk.core_ready(core)
    sim.wait("failure", after=0, timeout=20)
    t.until(lambda: told(web)["fleet"]["state"] == "refused", "refused")
    alarm = told(web)["fleet"]["alarm"]
    t.equal(alarm["kind"], "version")
    t.equal(alarm["affected"], COUNT, str(alarm))
    time.sleep(600 / 40)        # ten minutes
    t.true(sim.dials() - dials <= 5, f"{sim.dials() - dials} attempts")
    t.equal(alarms(desk, "version"), 1)
    dials = sim.dials()
    sim.set(revision=1045649368 + 1000)
    t.until(lambda: connected(web) == COUNT, "all are back", 60)
    t.equal(sim.dials() - dials, COUNT)
    t.equal(told(web)["fleet"]["alarm"], None)
    t.equal(alarms(desk, "version"), 1)
    t.equal(core.stop(), OK)


@limit(120)
def test_fleet_cut_of_a_minute_costs_one_connection_each(t):
    sim, desk = fleet(t, speed=10)
    core = desk.serve()
    web = desk.core_ready(core)
    t.until(lambda: connected(web) == COUNT, "all are connected", 40)
    sim.fault("refuse", count=0)
    sim.push("reset", all=True)
    t.until(lambda: told(web)["fleet"]["state"] == "down", "down", 20)
    alarm = told(web)["fleet"]["alarm"]
    t.equal(alarm["kind"], "network")
    t.true(alarm["affected"] > COUNT // 2, str(alarm))
    time.sleep(60 / 10)
    t.equal(alarms(desk, "network"), 1)
    sim.do("clear")
    logins = sim.seq()
    t.until(lambda: connected(web) == COUNT, "all are back", 60)
    t.true(sim.wait("login", after=logins, count=COUNT), "logins")
    t.equal(alarms(desk, "network"), 1)
    t.equal(alarms(desk, "over"), 1)
    t.equal(core.stop(), OK)
    t.equal(sim.status()["max_same_identity"], 1)


@limit(60)
def test_fleet_starts_behind_a_canary(t):
    """Who is held up at its login holds up all others, and no longer."""
    sim, desk = fleet(t)
    sim.fault("stall", at="login", count=1)
    after, dials = sim.seq(), sim.dials()
    core = desk.serve(PAIRDESK_TEST_SPEED="5")
    web = desk.core_ready(core)
    t.until(lambda: told(web)["fleet"]["state"] == "trial", "trial")
    t.true(told(web)["fleet"]["etaAt"], "it says when")
    t.true(sim.dials() - dials <= 1, "one goes first")
    sim.wait("active", after=after, count=COUNT, timeout=40)
    t.equal(core.stop(), OK)


@limit(90)
def test_fleet_version_by_hand(t):
    """Set while WhatsApp refuses another one: tried at once, and kept."""
    newer = "2.3000.1045650368"
    sim, desk = fleet(t, speed=10)
    sim.set(min_revision=1045650368)
    core = desk.serve()
    web = desk.core_ready(core)
    t.until(lambda: told(web)["fleet"]["state"] == "refused", "refused", 20)
    done = desk.run("version", "--json")
    t.equal(done.code, OK, str(done))
    t.equal(done.json()["source"], "learned")
    t.equal(done.json()["refused"], True)
    t.contains(desk.run("version", PAIRDESK_LANG="ru").out, "не принимает")
    dials = sim.dials()
    done = desk.run("version", newer)
    t.equal(done.code, OK, str(done))
    t.contains(done.out, newer)
    t.until(lambda: connected(web) == COUNT, "all are back", 40)
    t.equal(sim.dials() - dials, COUNT)
    t.equal(core.stop(), OK)
    t.equal(desk.run("version", "--json").json()["source"], "set")
    done = desk.run("version", "auto", "--json")
    t.equal(done.json()["source"], "learned")
    t.equal(desk.run("version", "newest").code, USAGE)
