"""Ctrl-C and SIGTERM at every moment: quick, clean, and nothing is lost."""

import signal

from lib import crash
from lib.case import cases, limit
from lib.desk import OK, TEMPFAIL

STOPPED = (TEMPFAIL, 128 + signal.SIGINT, 128 + signal.SIGTERM,
           -signal.SIGINT, -signal.SIGTERM)


@cases(number=["INT", "TERM"], at=crash.QR_POINTS)
@limit(90)
def test_signal_while_linking(t, number, at):
    sim, desk = t.pair()
    proc = crash.start_link(t, sim, desk)
    crash.reach(sim, at)
    if proc.running():
        proc.signal(getattr(signal, "SIG" + number))
    code = proc.exit(5)
    connected = any(e["event"] == "connected" for e in proc.events())
    if code == OK:
        t.true(connected, "exit 0 only after connected")
    else:
        t.true(code in STOPPED, f"exit {code}")
        t.true(not connected, "connected means exit 0")
    crash.check_aftermath(t, sim, desk)


@cases(number=["INT", "TERM"], at=crash.CODE_POINTS[:4])
@limit(90)
def test_signal_while_linking_by_code(t, number, at):
    sim, desk = t.pair()
    proc = crash.start_link(t, sim, desk, by_code=True)
    crash.reach(sim, at)
    if proc.running():
        proc.signal(getattr(signal, "SIG" + number))
    t.true(proc.exit(5) in STOPPED + (OK,), proc.describe())
    crash.check_aftermath(t, sim, desk)


@cases(number=["INT", "TERM"], at=[p for p in crash.LOGIN_POINTS
                                  if p[0] not in ("ack", "close")])
@limit(90)
def test_signal_serve(t, number, at):
    sim, desk = t.pair()
    desk.linked(sim, phone=crash.PHONE)
    after = sim.seq()
    serve = desk.serve()
    crash.reach(sim, at, after)
    serve.signal(getattr(signal, "SIG" + number))
    t.equal(serve.exit(5), OK, "an asked-for end of serve is a success")
    t.true(crash.login_again(t, sim, desk), "the link is as it was")


def test_signal_twice_is_no_crash(t):
    sim, desk = t.pair()
    proc = desk.link("acme")
    proc.event("qr")
    sim.fault("stall", at="online", count=0)
    proc.signal(signal.SIGINT)
    if proc.running():
        proc.signal(signal.SIGINT)
    t.true(proc.exit(5) in STOPPED, proc.describe())


def test_signal_hangup_and_pipe(t):
    """A reader that goes away does not take serve with it."""
    sim, desk = t.pair()
    desk.linked(sim, phone=crash.PHONE)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    serve.signal(signal.SIGPIPE)
    sim.push("ping", phone=crash.PHONE)
    sim.counter("missing", equals=0, quiet_ms=200)
    t.true(serve.running(), serve.describe())
    t.equal(serve.stop(), OK)


def test_signal_hangup_is_no_end_without_a_terminal(t):
    """A daemon has none that could hang up; SIGTERM still ends it."""
    sim, desk = t.pair()
    desk.linked(sim, phone=crash.PHONE)
    serve = desk.serve()
    desk.core_ready(serve)
    serve.signal(signal.SIGHUP)
    t.until(lambda: "SIGHUP is ignored" in desk.run("logs").out,
            "it says so")
    t.true(serve.running(), "it goes on")
    serve.signal(signal.SIGTERM)
    t.equal(serve.exit(5), OK)
