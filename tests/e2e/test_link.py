"""Linking: by QR, by code, whatever the weather on the way."""

import re

from lib.case import cases, rows
from lib.desk import OK, TEMPFAIL

PHONE = "79001234567"
CODE = re.compile(r"[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}")
PRE_KEYS = 812


def linked_well(t, sim, registrations=1):
    """What the server must have seen of one complete link."""
    seen = sim.status()
    t.equal(seen["registrations"], registrations, "registrations")
    t.equal(seen["pairings"], 1, "pairings")
    t.equal(seen["logins"], 1, "logins")
    t.equal(seen["actives"], 1, "active")
    t.equal(sim.dials(), registrations + 1, "connections")
    keys = sim.device(PHONE)
    t.equal((keys["prekeys"], keys["uploads"], keys["first_id"]),
            (PRE_KEYS, 1, 1), "pre-keys: count, uploads, first id")


@rows("transport", [("wss",), ("ws",), ("wss-ipv6",), ("wss-name",)])
def test_link_by_qr(t, transport):
    sim = t.sim(plain=transport == "ws",
                listen="[::1]:0" if transport == "wss-ipv6" else "127.0.0.1:0")
    desk = t.desk(sim)
    if transport == "wss-name":
        desk.env["PAIRDESK_WHATSAPP_URL"] = \
            f"wss://localhost:{sim.port}/ws/chat"
    proc = desk.link("acme")
    qr = proc.event("qr")
    t.equal((qr["attempt"], qr["attemptsLeft"]), (1, 5))
    t.within(qr["timeoutMs"], 55000, 60000)
    head, _, fields = qr["text"].partition("#")
    t.equal(head, "https://wa.me/settings/linked_devices")
    t.equal(len(fields.split(",")), 5, "fields of the QR text")
    sim.scan(qr["text"], PHONE)
    proc.event("pairing")
    t.equal(proc.event("connected")["phoneNumber"], PHONE)
    t.equal(proc.exit(), OK)
    linked_well(t, sim)
    status = desk.status()
    t.equal((status["companyId"], status["phoneNumber"]), ("acme", PHONE))
    desk.consistent()


@cases(transport=["wss", "ws"])
def test_link_by_code(t, transport):
    sim = t.sim(plain=transport == "ws")
    desk = t.desk(sim)
    proc = desk.link("acme", "--phone", PHONE)
    code = proc.event("code")
    t.true(CODE.fullmatch(code["code"]), f"form of {code['code']}")
    t.true(code["expiresAt"] and code["windowEndsAt"], "ends are told")
    t.equal(sim.status()["companion_hellos"], 1)
    sim.type(PHONE, code["code"].replace("-", ""))
    proc.event("pairing")
    t.equal(proc.event("connected")["phoneNumber"], PHONE)
    t.equal(proc.exit(), OK)
    linked_well(t, sim)


@cases(wins=["qr", "code"])
def test_link_both_offered(t, wins):
    sim, desk = t.pair()
    proc = desk.link("acme", "--phone", PHONE)
    code = proc.event("code")
    qr = [e for e in proc.events() if e["event"] == "qr"][-1]
    if wins == "qr":
        sim.scan(qr["text"], PHONE)
    else:
        sim.type(PHONE, code["code"])
    t.equal(proc.event("connected")["phoneNumber"], PHONE)
    t.equal(proc.exit(), OK)
    linked_well(t, sim)


@rows("form", [("+7 900 123-45-67",), ("7 (900) 1234567",), ("89001234567",)])
def test_link_number_forms(t, form):
    sim, desk = t.pair()
    proc = desk.link("acme", "--phone", form)
    code = proc.event("code")
    t.equal(sim.wait("companion_hello")["phone"], PHONE)
    sim.type(PHONE, code["code"])
    proc.event("connected")
    t.equal(proc.exit(), OK)


@rows("how", [
    ({"split": 1, "settle_ms": 0},), ({"split": 700},), ({"tcp": 5},),
    ({"join": True, "settle_ms": 0},), ({"fragment": True},),
    ({"wsping": True},), ({"zlib": True},), ({"join": True, "tcp": 3},),
])
def test_link_bytes_in_any_shape(t, how):
    sim, desk = t.pair()
    sim.fault("shape", count=0, **how)
    desk.linked(sim)
    linked_well(t, sim)


@cases(platform=["iphone", "smba"], business=[None, "Салон «Ромашка»"])
def test_link_kinds_of_phone(t, platform, business):
    sim, desk = t.pair()
    more = {"business": business} if business else {}
    sim.do("phone", phone=PHONE, platform=platform, **more)
    desk.linked(sim, phone=PHONE)
    linked_well(t, sim)


def test_link_hosted_account(t):
    sim, desk = t.pair()
    sim.do("phone", phone=PHONE, hosted=True)
    desk.linked(sim, phone=PHONE)
    linked_well(t, sim)


@rows("fault more", [
    ("hello", {"how": "extra-fields"}),
    ("pair-device", {"refs": 2}),
    ("pair-device", {"how": "text"}),
    ("pair-success", {"how": "twice"}),
    ("pair-success", {"how": "success-first"}),
    ("pair-success", {"how": "no-515"}),
    ("pair-success", {"how": "515-late", "ms": 1500}),
    ("pair-success", {"how": "close-before-515"}),
])
def test_link_despite(t, fault, more):
    sim, desk = t.pair()
    sim.fault(fault, **more)
    desk.linked(sim)
    t.equal(sim.status()["pairings"], 1)


@rows("how code", [
    ("bad-hmac", 401), ("bad-signature", 401), ("garbage", 500),
])
def test_link_forged_pair_success_is_refused(t, how, code):
    sim, desk = t.pair()
    sim.fault("pair-success", how=how)
    proc = desk.link("acme")
    sim.ask("scan", text=proc.event("qr")["text"], phone=PHONE)
    t.equal(int(sim.wait("pair_error")["code"]), code)
    error = proc.event("error", "expired")
    t.equal(error["event"], "error")
    t.true(error["reason"] and error["advice"], f"reason, advice: {error}")
    t.true(proc.exit() != OK, "exit code")
    status = desk.status()
    t.true(not status["phoneNumber"], f"no number kept: {status}")
    t.equal(status["status"], "idle")
    # and it can be linked afterwards
    desk.linked(sim)


@rows("how", [("no-jid",), ("no-identity",)])
def test_link_incomplete_pair_success_is_refused(t, how):
    sim, desk = t.pair()
    sim.fault("pair-success", how=how)
    proc = desk.link("acme")
    sim.ask("scan", text=proc.event("qr")["text"], phone=PHONE)
    sim.wait("pair_error")
    proc.event("error")
    t.true(proc.exit() != OK, "exit code")
    t.equal(sim.status()["logins"], 0)
    desk.linked(sim)


@rows("fault more", [
    ("upload", {"how": "error", "code": 500}),
    ("count-value", {"value": 0}),
])
def test_link_pre_keys_after_all(t, fault, more):
    sim, desk = t.pair()
    sim.fault(fault, **more)
    desk.linked(sim)
    t.equal(sim.device(PHONE)["prekeys"], PRE_KEYS)


def test_link_again_keeps_the_link(t):
    """Asking twice brings it online and says so; nobody registers anew."""
    sim, desk = t.pair()
    desk.linked(sim)
    proc = desk.link("acme")
    got = proc.event("connected")
    t.equal((got["phoneNumber"], got["alreadyLinked"]), (PHONE, True))
    t.equal(proc.exit(), OK)
    seen = sim.status()
    t.equal((seen["registrations"], seen["logins"]), (1, 2))
    t.equal(desk.quarantined(), [])


def test_link_again_after_the_phone_removed_it(t):
    """One command is enough: the old link is found gone, a new one made."""
    sim, desk = t.pair()
    desk.linked(sim)
    sim.do("unlink", phone=PHONE)
    desk.linked(sim)
    t.equal(sim.status()["registrations"], 2)
    t.equal(len(desk.quarantined()), 1)


def test_link_without_json_in_a_pipe(t):
    """The plain form for people whose output is not a terminal."""
    sim, desk = t.pair()
    proc = desk.start("link", "acme", "--phone", PHONE)
    t.until(lambda: CODE.search(proc.out.text()), "code in plain output", 15)
    sim.type(PHONE, CODE.search(proc.out.text()).group())
    t.equal(proc.exit(), OK)
    t.lacks(proc.out.text(), "\x1b", "escape sequences in a pipe")
    linked_well(t, sim)


def test_link_refused_by_the_phone_goes_on(t):
    """A phone that says no leaves the window open for another."""
    sim, desk = t.pair()
    sim.do("phone", phone="79990000000", refuse="not today")
    proc = desk.link("acme")
    qr = proc.event("qr")
    answer = sim.ask("scan", text=qr["text"], phone="79990000000")
    t.equal(answer["error"], "refused")
    sim.scan(qr["text"], PHONE)
    t.equal(proc.event("connected")["phoneNumber"], PHONE)
    t.equal(proc.exit(), OK)


def test_link_two_at_once_on_one_directory(t):
    sim, desk = t.pair()
    first = desk.link("acme")
    qr = first.event("qr")
    second = desk.link("beta")
    t.equal(second.exit(5), TEMPFAIL)
    t.contains(second.err.text() + second.out.text(), str(first.pid))
    sim.scan(qr["text"], PHONE)
    first.event("connected")
    t.equal(first.exit(), OK)
