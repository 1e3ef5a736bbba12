"""The window of a link attempt: its codes, its end, the silence after it."""

import time

from lib.case import cases, limit
from lib.desk import OK, TEMPFAIL, UNAVAILABLE

PHONE = "79001234567"
SPEED = 20
WINDOW_S = 160 / SPEED


def test_window_ends_by_itself(t):
    """A server that never pairs: one connection, six codes, silence."""
    sim, desk = t.pair(speed=SPEED)
    proc = desk.link("acme")
    proc.event("qr")
    start = time.monotonic()
    last = proc.next_json(lambda e: e["event"] != "qr", timeout=20)
    took = time.monotonic() - start
    t.equal(last["event"], "expired")
    t.equal(proc.exit(), TEMPFAIL)
    t.within(took, WINDOW_S * 0.9, WINDOW_S * 1.25, "length of the window")
    codes = [e for e in proc.events() if e["event"] == "qr"]
    t.equal([(e["attempt"], e["attemptsLeft"]) for e in codes],
            [(n, 6 - n) for n in range(1, 7)])
    t.equal(len({e["text"] for e in codes}), 6, "different codes")
    for code, due in zip(codes, (60000, *[20000] * 5)):
        # on its way to us the clock runs, twenty times as fast
        t.within(code["timeoutMs"], due - 6000, due, "timeoutMs")
    t.equal(sim.dials(), 1, "connections")
    t.equal(sim.status()["refs_sent"], 6, "refs")
    status = desk.status()
    t.equal((status["status"], status["reason"]), ("idle", "code_expired"))
    t.contains(desk.words("en"), "The code has expired")
    t.contains(desk.words("ru"), "Код устарел")


def test_window_expired_link_is_not_dialled_by_serve(t):
    sim, desk = t.pair(speed=SPEED)
    proc = desk.link("acme")
    t.equal(proc.next_json(lambda e: e["event"] != "qr", 20)["event"],
            "expired")
    proc.exit()
    serve = desk.serve()
    # ten minutes of its clock are thirty seconds here; five say enough
    sim.silent(5)
    t.true(serve.running(), serve.describe())
    t.equal(serve.stop(), OK)
    t.equal(sim.dials(), 1)


def test_window_ended_by_the_server(t):
    sim, desk = t.pair("--refs", 2, "--qr-first-ms", 700, "--qr-next-ms", 300)
    proc = desk.link("acme")
    proc.event("qr")
    t.equal(proc.next_json(lambda e: e["event"] != "qr", 10)["event"],
            "expired")
    t.equal(proc.exit(), TEMPFAIL)
    t.equal(sim.dials(), 1, "connections")


def test_window_code_stays_while_qr_changes(t):
    sim, desk = t.pair(speed=SPEED)
    proc = desk.link("acme", "--phone", PHONE)
    last = proc.next_json(lambda e: e["event"] in ("expired", "error"), 25)
    t.equal(last["event"], "expired", proc.describe())
    t.equal(proc.exit(), TEMPFAIL)
    codes = {e["code"] for e in proc.events() if e["event"] == "code"}
    shown = [e for e in proc.events() if e["event"] == "qr"]
    t.equal((len(codes), len(shown)), (1, 6), "codes, QRs")
    t.equal(sim.status()["companion_hellos"], 1)


@limit(90)
def test_window_late_code_still_links(t):
    """Typed when four QRs have passed."""
    sim, desk = t.pair(speed=8)
    proc = desk.link("acme", "--phone", PHONE)
    code = proc.event("code")["code"]
    proc.next_json(lambda e: e["event"] == "qr" and e["attempt"] == 5, 30)
    proc2 = sim.type(PHONE, code)
    t.true(proc2["ok"])
    proc.event("connected")
    t.equal(proc.exit(), OK)


def test_window_later_qr_links(t):
    sim, desk = t.pair(speed=SPEED)
    proc = desk.link("acme")
    qr = proc.next_json(lambda e: e["event"] == "qr" and e["attempt"] == 3)
    sim.scan(qr["text"], PHONE)
    proc.event("connected")
    t.equal(proc.exit(), OK)


@cases(form=["companion_reg_refresh", "pair-device-rotate-qr"])
def test_window_new_adv_secret_redraws(t, form):
    sim, desk = t.pair()
    proc = desk.link("acme")
    old = proc.event("qr")
    sim.push("new-adv-secret", form=form)
    new = proc.event("qr")
    old_fields, new_fields = (e["text"].split(",") for e in (old, new))
    t.equal(new_fields[:3], old_fields[:3], "ref and public keys")
    t.true(new_fields[3] != old_fields[3], "a new adv secret")
    t.equal(new["attempt"], old["attempt"])
    t.true(new["timeoutMs"] <= old["timeoutMs"], "no longer life")
    sim.scan(new["text"], PHONE)
    proc.event("connected")
    t.equal(proc.exit(), OK)


def test_window_new_refs_on_the_open_connection(t):
    sim, desk = t.pair()
    proc = desk.link("acme")
    old = proc.event("qr")
    sim.push("pair-device", refs=6)
    new = proc.event("qr")
    t.true(new["text"] != old["text"], "another ref")
    sim.scan(new["text"], PHONE)
    proc.event("connected")
    t.equal(proc.exit(), OK)
    t.equal(sim.dials(), 2)


def test_window_passkey_is_named_and_holds(t):
    sim, desk = t.pair(speed=SPEED)
    proc = desk.link("acme", "--phone", PHONE)
    proc.event("code")
    start = time.monotonic()
    sim.push("passkey")
    said = proc.next_json(lambda e: "passkey" in str(e), 10)
    t.within(time.monotonic() - start, 0, 1, "seconds until it is named")
    t.contains(str(said.get("advice", said)), "passkey")
    t.equal((said["event"], said["reason"], said["status"]),
            ("passkey_required", "passkey", "passkey_required"))
    t.true(proc.running(), "the window holds")
    last = proc.next_json(lambda e: e["event"] == "expired", 20)
    t.equal(last["event"], "expired")
    t.equal(sim.dials(), 1)


def test_window_multidevice_off(t):
    sim, desk = t.pair()
    proc = desk.link("acme")
    proc.event("qr")
    sim.push("downgrade")
    error = proc.event("error")
    t.equal(error["reason"], "multidevice_off")
    t.true(error["advice"], str(error))
    t.true(proc.exit() != OK)


def test_window_lost_connection_is_said(t):
    """The socket breaks while the code is on show: no new one behind
    the user's back."""
    sim, desk = t.pair()
    proc = desk.link("acme")
    proc.event("qr")
    sim.push("reset")
    last = proc.event("error", "expired")
    t.true(last.get("reason") or last["event"] == "expired", str(last))
    t.true(proc.exit() in (TEMPFAIL, UNAVAILABLE), proc.describe())
    t.equal(sim.dials(), 1)
