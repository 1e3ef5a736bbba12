"""What an admin sets of a company: the bound number, pause, name."""

import http.client
import json
import os
import socket

from lib.case import cases, rows
from lib.desk import DATAERR, OK
from lib.sealed import records

PHONE = "79001234567"
BOUND = "79007654321"


class Socket(http.client.HTTPConnection):
    """HTTP over the control socket."""

    def __init__(self, path, timeout):
        super().__init__("pairdesk", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def patch(t, desk, company="acme", **settings):
    """Over the control socket of the core that runs; the status object."""
    path = os.path.join(desk.state, "control.sock")
    t.until(lambda: os.path.exists(path), "control socket")
    conn = Socket(path, t.left(10))
    conn.request("PATCH", f"/api/whatsapp/sessions/{company}",
                 json.dumps(settings).encode(),
                 {"Content-Type": "application/json"})
    answer = conn.getresponse()
    body = json.loads(answer.read())
    conn.close()
    t.equal(answer.status, 200, str(body))
    return body["data"]


def set_up(t, desk, company="acme", **settings):
    """The same where none runs."""
    serve = desk.serve()
    got = patch(t, desk, company, **settings)
    t.equal(serve.stop(), OK)
    return got


def test_settings_are_told_and_last(t):
    sim, desk = t.pair()
    got = set_up(t, desk, name="Баня «У озера»", phoneNumber=BOUND,
                 paused=True, priority=7)
    again = desk.status()
    for status in got, again:
        t.equal((status["name"], status["pinnedPhoneNumber"],
                 status["paused"], status["priority"], status["status"],
                 status["reason"]),
                ("Баня «У озера»", BOUND, True, 7, "idle", "paused"))
    proc = desk.link("acme")
    t.equal(proc.exit(), DATAERR, "a paused company is not linked")
    t.equal(sim.dials(), 0)


@rows("lang number bound", [("en", "another number", "bound to"),
                              ("ru", "другой номер", "закреплена за")])
def test_settings_other_phone_is_refused(t, lang, number, bound):
    sim, desk = t.pair()
    set_up(t, desk, phoneNumber=BOUND)
    proc = desk.link("acme", PAIRDESK_LANG=lang)
    qr = proc.event("qr")
    sim.scan(qr["text"], PHONE, until="sent")
    told = proc.event("error")
    t.equal(told["errorCode"], "INVALID_PHONE")
    for part in number, bound, PHONE[-4:], BOUND[-4:]:
        t.contains(told["error"], part)
    t.equal(proc.exit(), DATAERR)
    status = desk.status(PAIRDESK_LANG=lang)
    t.equal((status["status"], status["reason"], status["phoneNumber"]),
            ("idle", "never_linked", None))
    t.equal(status["lastError"]["code"], "INVALID_PHONE")
    t.equal(sim.status()["logins"], 0, "logins")
    t.lacks([table for table, _ in records(desk)], "creds")
    desk.linked(sim, phone=BOUND)


def test_settings_code_for_another_number_is_refused_here(t):
    sim, desk = t.pair()
    set_up(t, desk, phoneNumber=BOUND)
    proc = desk.link("acme", "--phone", PHONE)
    told = proc.event("error")
    t.equal(told["errorCode"], "INVALID_PHONE")
    t.contains(told["error"], BOUND[-4:])
    t.equal(proc.exit(), DATAERR)
    t.equal(sim.dials(), 0)


@cases(bound=["5511987654321", "551187654321"],
       phone=["5511987654321", "551187654321"])
def test_settings_ninth_digit_of_brazil(t, bound, phone):
    sim, desk = t.pair()
    set_up(t, desk, phoneNumber=bound)
    desk.linked(sim, phone=phone)


def test_settings_pause_disconnects_and_lasts(t):
    sim, desk = t.pair()
    desk.linked(sim)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    patch(t, desk, paused=True)
    sim.counter("connections.now", equals=0)
    t.equal(serve.stop(), OK)
    status = desk.status()
    t.equal((status["status"], status["reason"], status["phoneNumber"]),
            ("idle", "paused", PHONE))
    serve = desk.serve()
    got = patch(t, desk, name="Acme")
    t.equal((got["reason"], got["paused"]), ("paused", True))
    sim.counter("connections.now", equals=0, quiet_ms=500)
    after = sim.seq()
    patch(t, desk, paused=False)
    sim.wait("active", after=after)
    t.equal(serve.stop(), OK)
