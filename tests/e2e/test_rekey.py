"""A new master key beside linked companies, killed anywhere; passphrases."""

import os
import random
import time

from lib import sealed
from lib.case import limit
from lib.desk import OK

CONFIG, TEMPFAIL = 78, 75
PHRASE = "correct horse battery staple"
COMPANIES = {f"c{i}": f"7900222{i:04}" for i in range(4)}
KILLS = int(os.environ.get("REKEY_KILLS", "6"))


def linked(t, speed=4):
    sim, desk = t.pair(speed=speed)
    for company, phone in COMPANIES.items():
        desk.linked(sim, company=company, phone=phone)
    return sim, desk


def online(sim, after):
    sim.wait("active", after=after, count=len(COMPANIES), timeout=30)


def phrase_file(desk, text=PHRASE, name="phrase"):
    path = desk.t.path(name)
    with open(path, "w") as f:
        os.fchmod(f.fileno(), 0o600)
        f.write(text + "\n")
    return path


@limit(90)
def test_rekey_beside_running_companies(t):
    """Nobody is disconnected; the former key opens nothing any more."""
    sim, desk = linked(t)
    after = sim.seq()
    serve = desk.serve()
    online(sim, after)
    former = sealed.master_key(desk)
    connections = sim.status()["connections"]
    done = desk.run("rekey", "--json")
    t.equal(done.code, OK, done.err)
    told = done.json()
    t.equal((told["source"], told["complete"], told["left"]),
            ("file", True, 0))
    t.equal(sim.status()["connections"], connections, "none dialled again")
    t.true(sealed.master_key(desk) != former, "the key is another")
    for company, phone in COMPANIES.items():
        t.equal(desk.status(company)["status"], "connected")
    t.equal(serve.stop(), OK)
    key = os.path.join(desk.state, "master.key")
    now = open(key, "rb").read()
    with open(key, "w") as f:
        f.write(former.hex() + "\n")
    refused = desk.run("status")
    t.equal(refused.code, CONFIG)
    t.contains(refused.err, "another master key")
    with open(key, "wb") as f:
        f.write(now)
    after = sim.seq()
    serve = desk.serve()
    online(sim, after)
    t.equal(serve.stop(), OK)
    t.lacks(desk.said(), now.decode().strip())
    t.lacks(desk.said(), former.hex())


@limit(120)
def test_rekey_killed_anywhere(t):
    """After each kill the key file as it is opens, all companies are there,
    and sealing anew ends by itself."""
    sim, desk = linked(t, speed=10)
    rng = random.Random(5)
    for _ in range(KILLS):
        serve = desk.serve()
        desk.core_ready(serve)
        rekey = desk.start("rekey")
        time.sleep(rng.random() * 0.15)     # any moment of it
        serve.kill()
        rekey.exit(20)
        after = sim.seq()
        serve = desk.serve()
        online(sim, after)
        deadline = time.monotonic() + 10
        while not desk.run("rekey", "--status", "--json").json()["complete"]:
            t.true(time.monotonic() < deadline, "sealing anew ends")
        serve.kill()
    t.equal(desk.quarantined(), [])


@limit(90)
def test_rekey_to_a_passphrase_and_back(t):
    sim, desk = t.pair()
    desk.linked(sim)
    path = phrase_file(desk)
    short = desk.run("rekey", "--new-passphrase-file",
                     phrase_file(desk, "short", "short"))
    t.true(short.code != OK)
    t.contains(short.err, "12")
    done = desk.run("rekey", "--new-passphrase-file", path)
    t.equal(done.code, OK, done.err)
    t.true(not os.path.exists(os.path.join(desk.state, "master.key")))
    before = snapshot(desk)
    silent = desk.run("status", "acme")
    t.equal(silent.code, CONFIG)
    t.contains(silent.err, "passphrase")
    wrong = phrase_file(desk, PHRASE + "x", "wrong")
    refused = desk.run("status", "acme", "--master-passphrase-file", wrong)
    t.equal(refused.code, CONFIG)
    t.contains(refused.err, "not the passphrase")
    t.equal(snapshot(desk), before, "nothing was touched")
    after = sim.seq()
    serve = desk.serve("--master-passphrase-file", path)
    sim.wait("active", after=after)
    seen = everything_readable(serve.pid)
    t.lacks(seen, PHRASE)
    done = desk.run("rekey", "--status")
    t.contains(done.out, "passphrase")
    done = desk.run("rekey")
    t.equal(done.code, OK, done.err)
    t.equal(serve.stop(), OK)
    t.equal(desk.run("status", "acme").code, OK)
    t.lacks(desk.said(), PHRASE)


def snapshot(desk):
    found = {}
    for name in ("keyring", "index.db",
                 os.path.join("sessions", "company_acme", "session.db")):
        with open(os.path.join(desk.state, name), "rb") as f:
            found[name] = f.read()
    return found


def everything_readable(pid):
    text = ""
    for name in ("cmdline", "environ"):
        with open(f"/proc/{pid}/{name}", "rb") as f:
            text += f.read().decode("utf-8", "replace")
    return text
