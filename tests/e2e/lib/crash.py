"""Stopping the program at a moment of the simulator's choosing, and what
must be true afterwards."""

import threading

from lib.desk import OK

PHONE = "79001234567"

# What the simulator sees of a link, in order: (event, how many of them)
QR_POINTS = [
    ("connect", 1), ("tls", 1), ("upgrade", 1), ("hello", 1), ("finish", 1),
    ("registration", 1), ("pair_device", 1), ("pair_device_answered", 1),
    ("scan", 1), ("pair_success", 1), ("pair_sign", 1), ("linked", 1),
    ("stream_error", 1), ("close", 1), ("connect", 2), ("hello", 2),
    ("finish", 2), ("login", 1), ("prekey_count", 1), ("prekey_upload", 1),
    ("active", 1),
]
CODE_POINTS = [
    ("companion_hello", 1), ("code_typed", 1), ("primary_hello", 1),
    ("companion_finish", 1), ("pair_success", 1), ("pair_sign", 1),
    ("linked", 1), ("stream_error", 1), ("login", 1), ("prekey_upload", 1),
]
LOGIN_POINTS = [
    ("connect", 1), ("tls", 1), ("upgrade", 1), ("hello", 1), ("finish", 1),
    ("login", 1), ("prekey_count", 1), ("active", 1), ("ack", 1),
    ("close", 1),
]


def start_link(t, sim, desk, by_code=False):
    """A link with a phone that does its part as soon as it can."""
    proc = desk.link("acme", *(["--phone", PHONE] if by_code else []))
    control = sim.watch()
    done = threading.Event()

    def phone():
        try:
            if by_code:
                code = proc.event("code")["code"]
                control.ask("type", phone=PHONE, code=code, until="sent")
            else:
                text = proc.event("qr")["text"]
                control.ask("scan", phone=PHONE, text=text, until="sent")
        except (AssertionError, OSError, ValueError):
            pass        # the program was stopped first
        finally:
            done.set()

    threading.Thread(target=phone, daemon=True).start()
    t.defer(lambda: done.wait(5))
    return proc


def reach(sim, point, after=0):
    """Waits until the simulator has seen the point of a list above."""
    event, count = point
    sim.wait(event, count=count, after=after)


def check_aftermath(t, sim, desk):
    """After a stop at any moment: the company logs in, or it is said
    plainly that it must be linked again, and that then works."""
    desk.consistent()
    told = desk.run("status", "acme", "--json")
    status = told.json() if told.code == OK else {"phoneNumber": None}
    if status["phoneNumber"] and status["status"] == "logged_out":
        finish_retiring(t, sim, desk)
    elif status["phoneNumber"] and login_again(t, sim, desk):
        return "logged in"
    if told.code == OK:
        words = desk.words("en")
        t.true("ink" in words, f"says that it must be linked: {words}")
    sim.ask("unlink", phone=PHONE)      # if the phone had it
    desk.linked(sim, phone=PHONE)
    t.true(login_again(t, sim, desk), "logs in after it was linked again")
    return "linked again"


def finish_retiring(t, sim, desk):
    """The link was known to be gone; its keys still have to be moved, and
    nobody dials with them any more."""
    serve = desk.serve()
    t.until(desk.quarantined, "keys in quarantine")
    sim.silent(0.5)
    t.equal(serve.stop(), OK)


def login_again(t, sim, desk):
    """Whether the company's stored keys are good. If not, they must be
    given up in words, and nothing else may be broken."""
    after = sim.seq()
    desk.log_seen = len(desk.log())
    serve = desk.serve()
    # a device that the server never confirmed is of no phone
    got = sim.wait("active,failure", after=after)
    if got["event"] == "active":
        t.equal(serve.stop(), OK)
        return True
    t.equal(int(got["reason"]), 401)
    desk.logged("logged_out", "unlinked")
    sim.silent(0.5)
    t.equal(serve.stop(), OK)
    t.contains(desk.words("en"), "Link again")
    t.true(len(desk.quarantined()) >= 1, "keys in quarantine")
    return False
