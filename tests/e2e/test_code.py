"""Pairing codes: when one is shown, and what is said when none can be."""

from lib.case import rows
from lib.desk import OK, TEMPFAIL

PHONE = "79001234567"


def no_code(t, proc):
    t.equal([e for e in proc.events() if e["event"] == "code"], [],
            "codes shown")


@rows("answer reason", [
    ({"code": 400, "text": "bad-request"}, None),
    ({"code": 429, "text": "rate-overlimit"}, "rate_limited"),
    ({"code": 500, "text": "internal-server-error"}, None),
    ({"code": 503, "text": "service-unavailable"}, None),
    ({"how": "never"}, None),
    ({"how": "no-ref"}, None),
])
def test_code_refused_is_never_shown(t, answer, reason):
    sim, desk = t.pair(speed=10)
    sim.fault("code-answer", count=0, **answer)
    proc = desk.link("acme", "--phone", PHONE)
    error = proc.event("error", timeout=30)
    t.true(error["reason"], f"reason: {error}")
    t.true(error["advice"], f"advice: {error}")
    if reason:
        t.equal(error["reason"], reason)
    t.true(proc.exit(30) != OK, "exit code")
    no_code(t, proc)
    t.equal(sim.status()["companion_hellos"], 1, "asked once")


def test_code_429_and_400_are_told_apart(t):
    said = []
    for code in (400, 429):
        sim, desk = t.pair()
        sim.fault("code-answer", code=code, text="no")
        error = desk.link("acme", "--phone", PHONE).event("error")
        said.append((error["reason"], error["advice"]))
    t.true(said[0] != said[1], f"the same words for both: {said[0]}")


def test_code_waits_for_the_answer(t):
    sim, desk = t.pair()
    sim.fault("code-answer", how="late", ms=1500)
    proc = desk.link("acme", "--phone", PHONE)
    before = sim.wait("companion_hello")["ms"]
    no_code(t, proc)
    code = proc.event("code")
    now = sim.status()
    t.equal(now["companion_hellos"], 1)
    sim.type(PHONE, code["code"])
    proc.event("connected")
    t.equal(proc.exit(), OK)
    after = sim.wait("code_typed")["ms"]
    t.true(after - before >= 1400, "the code came with the answer")


@rows("number", [
    ("123456",), ("0123456789",), ("1234567890123456",), ("7900abc4567",),
    ("",), ("+",), ("79001234567;",),
])
def test_code_bad_number_never_leaves_the_host(t, number):
    sim, desk = t.pair()
    proc = desk.link("acme", "--phone", number)
    t.true(proc.exit() in (64, 65), proc.describe())
    t.equal(sim.touched(), 0)


def test_code_mistyped_then_right(t):
    sim, desk = t.pair()
    proc = desk.link("acme", "--phone", PHONE)
    code = proc.event("code")["code"]
    wrong = ("2" if code[0] != "2" else "3") + code[1:]
    t.equal(sim.ask("type", phone=PHONE, code=wrong)["error"], "wrong-code")
    sim.type(PHONE, code)
    proc.event("connected")
    t.equal(proc.exit(), OK)


def test_code_for_another_phone(t):
    """The phone that was asked for, and no other, has a request."""
    sim, desk = t.pair()
    proc = desk.link("acme", "--phone", PHONE)
    code = proc.event("code")["code"]
    answer = sim.ask("type", phone="79990000000", code=code)
    t.equal(answer["error"], "no-request")
    sim.type(PHONE, code)
    proc.event("connected")
    t.equal(proc.exit(), OK)


def test_code_refreshed_by_the_server(t):
    sim, desk = t.pair()
    proc = desk.link("acme", "--phone", PHONE)
    old = proc.event("code")["code"]
    sim.push("refresh-code", manual=False)
    new = proc.event("code")["code"]
    t.true(new != old, "another code")
    t.equal(sim.status()["companion_hellos"], 2)
    t.equal(sim.ask("type", phone=PHONE, code=old)["ok"], False)
    sim.type(PHONE, new)
    proc.event("connected")
    t.equal(proc.exit(), OK)


def test_code_not_refreshed_when_the_user_must_ask(t):
    sim, desk = t.pair()
    proc = desk.link("acme", "--phone", PHONE)
    proc.event("code")
    sim.push("refresh-code", manual=True)
    sim.counter("companion_hellos", equals=1, quiet_ms=1500)
    t.equal(len([e for e in proc.events() if e["event"] == "code"]), 1)


def test_code_primary_hello_twice(t):
    sim, desk = t.pair()
    sim.fault("code-finish", how="error", code=500)
    proc = desk.link("acme", "--phone", PHONE)
    code = proc.event("code")["code"]
    sim.ask("type", phone=PHONE, code=code, until="sent")
    sim.wait("companion_finish")
    error = proc.event("error", "expired", "connected")
    t.equal(error["event"], "error")
    t.true(error["reason"] and error["advice"], str(error))
    t.true(proc.exit() != OK)


def test_code_finish_never_answered(t):
    sim, desk = t.pair(speed=20)
    sim.fault("code-finish", how="never")
    proc = desk.link("acme", "--phone", PHONE)
    code = proc.event("code")["code"]
    sim.ask("type", phone=PHONE, code=code, until="sent")
    last = proc.next_json(
        lambda e: e["event"] in ("error", "expired", "connected"), 20)
    t.true(last["event"] != "connected", str(last))
    t.true(proc.exit() != OK)
    t.equal(sim.dials(), 1)


def test_code_limit_of_the_server_is_kept(t):
    """A refusal for too many attempts is not followed by another."""
    sim = t.sim("--hello-limit", 1, "--hello-window-ms", 60000)
    desk = t.desk(sim, speed=20)
    first = desk.link("acme", "--phone", PHONE)
    first.event("code")
    first.stop()
    second = desk.link("acme", "--phone", PHONE)
    t.equal(second.event("error", timeout=20)["reason"], "rate_limited")
    t.equal(second.exit(), TEMPFAIL)
    no_code(t, second)
    t.equal(sim.status()["companion_hellos"], 2)
