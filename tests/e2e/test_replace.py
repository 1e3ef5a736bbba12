"""A link that takes the place of another: by QR and by code, refused,
expired, cut, killed. In the end one good link, and never none."""

import random
import time

from lib import crash
from lib.case import cases, limit, rows
from lib.desk import OK
from lib.web import PHONE, opened, session, token

OTHER = "79002223344"


def linked_devices(sim, phone=PHONE):
    """Those that the phone lists."""
    return sim.do("devices", phone=phone)["devices"]


def linked(t, *sim_args, **how):
    sim, desk, web = opened(t, *sim_args, **how)
    web.linked(sim)
    return sim, desk, web, desk.control()


def replace_qr(admin, company="acme"):
    return admin.data("GET", session(company, "qr?replace=true"))


def until_replaced(t, sim, web, former, company="acme", phone=PHONE):
    """The new device alone is listed, and the company is connected by it."""
    def look():
        devices = linked_devices(sim, phone)
        status = web.status(company)
        return status if len(devices) == 1 and devices[0]["online"] and \
            devices[0]["jid"] != former and status["connected"] and \
            status["replacing"] is None else None
    status = t.until(look, "one good link", 20)
    t.equal(status["status"], "connected")
    t.equal(status["phoneNumber"], phone)
    return status


def check_undisturbed(t, sim, web, before):
    """The old link has neither been dropped nor dialled anew."""
    now = linked_devices(sim)
    t.equal([d["jid"] for d in now], [d["jid"] for d in before])
    t.equal([d["logins"] for d in now], [d["logins"] for d in before])
    t.true(now[0]["online"], "online")
    t.equal(web.status()["connected"], True)


@limit(40)
def test_replace_by_qr(t):
    sim, desk, web, admin = linked(t)
    before = linked_devices(sim)
    version = web.status()["stateVersion"]
    qr = replace_qr(admin)
    told = admin.status()
    t.equal(told["connected"], True)
    t.equal((told["status"], told["replacing"]["step"]),
            ("connected", "waiting"))
    t.true(told["qrAvailable"] and told["windowEndsAt"], str(told))
    check_undisturbed(t, sim, web, before)
    after = sim.seq()
    sim.scan(qr["text"], PHONE)
    status = until_replaced(t, sim, web, before[0]["jid"])
    t.true(status["stateVersion"] > version, "rises")
    # the take-over was no login of its own
    t.equal(linked_devices(sim)[0]["logins"], 1)
    sim.wait("logout", after=after)
    t.equal(len(admin.data("GET", session("acme", "history"))["links"]), 2)
    # and the keys that are stored are the new ones
    t.equal(desk.core.stop(), OK)
    t.true(crash.login_again(t, sim, desk), "logs in after a restart")
    t.equal(len(linked_devices(sim)), 1)


@limit(40)
def test_replace_by_code(t):
    sim, desk, web, admin = linked(t)
    before = linked_devices(sim)
    code = admin.ok("POST", session("acme", "pairing-code"),
                    {"replace": True})["code"]
    sim.do("type", phone=PHONE, code=code)
    until_replaced(t, sim, web, before[0]["jid"])


@limit(40)
def test_replace_refuses_another_phone(t):
    sim, desk, web, admin = linked(t)
    before = linked_devices(sim)
    admin.refused(400, "INVALID_PHONE", "POST",
                  session("acme", "pairing-code"),
                  {"phoneNumber": OTHER, "replace": True})
    qr = replace_qr(admin)
    sim.ask("scan", text=qr["text"], phone=OTHER, until="linked")
    t.until(lambda: admin.status()["replacing"] is None, "over")
    t.equal(admin.status()["lastError"]["code"], "INVALID_PHONE")
    check_undisturbed(t, sim, web, before)
    t.equal(linked_devices(sim, OTHER), [])


@limit(40)
def test_replace_by_another_phone_when_told(t):
    sim, desk, web, admin = linked(t)
    qr = admin.data("GET", session("acme",
                                   "qr?replace=true&otherNumber=true"))
    sim.scan(qr["text"], OTHER)
    t.until(lambda: web.status()["phoneNumber"] == OTHER, "taken over")
    t.until(lambda: not linked_devices(sim), "the former is unlinked")
    t.equal(len(linked_devices(sim, OTHER)), 1)


@limit(40)
def test_replace_is_not_for_everybody(t):
    sim, desk, web, admin = linked(t)
    web.refused(403, "FORBIDDEN", "GET", session("acme", "qr?replace=true"))
    web.refused(403, "FORBIDDEN", "POST", session("acme", "pairing-code"),
                {"phoneNumber": PHONE, "replace": True})
    admin.refused(409, "ALREADY_CONNECTED", "GET", session("acme", "qr"))
    replace_qr(admin)
    # what is on show for one is not for the others
    web.refused(409, "ALREADY_CONNECTED", "GET", session("acme", "qr"))


@limit(60)
def test_replace_expires(t):
    sim, desk, web, admin = linked(t, speed=20)
    before = linked_devices(sim)
    replace_qr(admin)
    t.until(lambda: admin.status()["replacing"] is None, "over", 30)
    t.until(lambda: (admin.status()["lastError"] or {}).get("reason") ==
            "code_expired", "the reason is told")
    check_undisturbed(t, sim, web, before)


@limit(40)
def test_replace_refused_at_its_login(t):
    sim, desk, web, admin = linked(t)
    before = linked_devices(sim)
    sim.do("fault", do="failure", reason=401, kind="login")
    sim.scan(replace_qr(admin)["text"], PHONE)
    t.until(lambda: admin.status()["replacing"] is None and
            admin.status()["lastError"], "over")
    t.equal(web.status()["connected"], True)
    old = [d for d in linked_devices(sim) if d["jid"] == before[0]["jid"]]
    t.equal(old[0]["logins"], before[0]["logins"])
    t.true(old[0]["online"], "online")


@rows("at", [("hello",), ("finish",), ("login",), ("online",)])
@limit(60)
def test_replace_cut_while_proving(t, at):
    sim, desk, web, admin = linked(t)
    former = linked_devices(sim)[0]["jid"]
    qr = replace_qr(admin)
    sim.do("fault", do="reset", at=at, kind="login")
    sim.scan(qr["text"], PHONE)
    until_replaced(t, sim, web, former)


@limit(60)
def test_replace_goes_on_when_the_old_link_is_lost(t):
    sim, desk, web, admin = linked(t)
    former = linked_devices(sim)[0]
    qr = replace_qr(admin)
    sim.do("unlink", phone=PHONE)
    t.until(lambda: web.status()["status"] == "logged_out", "lost")
    sim.scan(qr["text"], PHONE)
    until_replaced(t, sim, web, former["jid"])


# What the simulator sees of a replacement, from the asking on
POINTS = [
    ("connect", 1), ("registration", 1), ("pair_device", 1), ("scan", 1),
    ("pair_success", 1), ("pair_sign", 1), ("linked", 1),
    ("stream_error", 1), ("connect", 2), ("hello", 2), ("finish", 2),
    ("login", 1), ("prekey_count", 1), ("prekey_upload", 1), ("active", 1),
    ("logout", 1),
]


@cases(seed=range(6))
@limit(90)
def test_replace_killed(t, seed):
    """After a kill at any moment one good link is left, and it is said."""
    rng = random.Random(seed)
    sim, desk, web, admin = linked(t)
    core = desk.core
    after = sim.seq()
    qr = replace_qr(admin)
    control = sim.watch()
    point = POINTS[(seed * 3 + rng.randrange(3)) % len(POINTS)]
    control.ask("scan", phone=PHONE, text=qr["text"], until="sent")
    crash.reach(sim, point, after)
    time.sleep(rng.random() * rng.choice((0, 0.003, 0.02)))
    core.kill()
    web = desk.http()

    def look():
        devices = linked_devices(sim)
        status = web.status()
        return len(devices) == 1 and devices[0]["online"] and \
            status["connected"] and status["replacing"] is None
    t.until(look, f"one good link after {point}", 40)
    sim.silent(0.3)
    t.equal(len(linked_devices(sim)), 1)


@limit(60)
def test_replace_two_companies_at_once(t):
    sim, desk, web, admin = linked(t)
    web.linked(sim, "other", OTHER)
    former = [linked_devices(sim, p)[0]["jid"] for p in (PHONE, OTHER)]
    texts = [replace_qr(admin, c)["text"] for c in ("acme", "other")]
    sim.do("scan", phone=PHONE, text=texts[0], until="sent")
    sim.do("scan", phone=OTHER, text=texts[1], until="sent")
    until_replaced(t, sim, web, former[0])
    until_replaced(t, sim, web, former[1], "other", OTHER)


@limit(60)
def test_replace_ends_with_a_pause(t):
    sim, desk, web, admin = linked(t)
    former = linked_devices(sim)
    replace_qr(admin)
    admin.data("PATCH", session("acme"), {"paused": True})
    t.until(lambda: admin.status()["replacing"] is None, "over")
    t.equal(admin.status()["reason"], "paused")
    admin.data("PATCH", session("acme"), {"paused": False})
    web.until_status("connected")
    t.equal([d["jid"] for d in linked_devices(sim)],
            [d["jid"] for d in former])


@limit(60)
def test_replace_ends_with_a_logout(t):
    """Whatever the phone has accepted meanwhile is unlinked as well."""
    sim, desk, web, admin = linked(t)
    qr = replace_qr(admin)
    after = sim.seq()
    sim.do("scan", phone=PHONE, text=qr["text"], until="sent")
    sim.wait("linked", after=after)
    admin.data("POST", session("acme", "logout"))
    t.until(lambda: not linked_devices(sim), "none is listed")
    status = admin.status()
    t.equal((status["connected"], status["replacing"]), (False, None))
