"""Every row of the table of signals: what WhatsApp says, what the company's
state becomes, whether it is dialled again, and the words for it."""

import json
import time

from lib.case import limit, rows
from lib.desk import OK

PHONE = "79001234567"

# How to bring a row about, given a linked company and a simulator.


def failure(reason, **more):
    def cause(sim):
        sim.fault("failure", reason=reason, kind="login", count=0, **more)
    return cause


def ban(**kind):
    return lambda sim: sim.do("ban", phone=PHONE, **kind)


def at_login(what, **more):
    return lambda sim: sim.fault(what, kind="login", count=0, **more)


def unlink(sim):
    sim.do("unlink", phone=PHONE)


def online(what, **more):
    """Said to a live connection, each time there is one."""
    def cause(sim):
        sim.push(what, phone=PHONE, **more)
    cause.online = True
    return cause


def unlink_online(sim):
    sim.do("unlink", phone=PHONE)


unlink_online.online = True

# cause, status, reason, dialled again, keys in quarantine, words in English
# and in Russian: fragments that carry the meaning of the row
FINAL = [
    ("401-offline", unlink, "logged_out", "unlinked", True,
     "Link again", "Подключите заново"),
    ("401-online", unlink_online, "logged_out", "unlinked", True,
     "Link again", "Подключите заново"),
    ("516", online("stream-error", code=516), "logged_out", "unlinked", True,
     "Link again", "Подключите заново"),
    ("403", ban(kind="locked", text="Your account is locked"), "logged_out",
     "account_locked", True, "locked or signed out", "заблокирован"),
    ("406", ban(kind="banned"), "banned", "permanent", True,
     "blocked this number", "заблокировал номер"),
    ("411", failure(411), "outdated", "multidevice_off", False,
     "Update WhatsApp on the phone", "Обновите WhatsApp на телефоне"),
    ("409", failure(409), "outdated", "bad_agent", False,
     "Administrator", "администратор"),
]


def check_words(t, desk, english, russian):
    """`status` in both languages."""
    t.contains(desk.words("en"), english, "in English")
    t.contains(desk.words("ru"), russian, "in Russian")


@rows("name cause status reason quarantined english russian", FINAL)
def test_state_final(t, name, cause, status, reason, quarantined, english,
                     russian):
    sim, desk = t.pair(speed=10)
    desk.linked(sim, phone=PHONE)
    after = sim.seq()
    if not hasattr(cause, "online"):
        cause(sim)
    serve = desk.serve()
    if hasattr(cause, "online"):
        sim.wait("active", after=after)
        cause(sim)
    desk.logged(status, reason)
    sim.counter("connections.now", equals=0)
    # nothing dials again: fifty seconds of its clock
    sim.silent(5)
    t.equal(serve.stop(), OK)
    got = desk.status()
    t.equal((got["status"], got["reason"]), (status, reason))
    t.equal(got["connected"], False)
    check_words(t, desk, english, russian)
    t.equal(len(desk.quarantined()), 1 if quarantined else 0,
            "folders in quarantine")
    # nor after a restart; where the program itself was refused, a restart
    # may have changed what it says of itself: one try
    before = sim.dials()
    serve = desk.serve()
    if not quarantined:
        desk.logged(status, reason)
    sim.silent(2)
    t.within(sim.dials() - before, 0, 0 if quarantined else 1, "dials")
    t.equal(serve.stop(), OK)


@rows("code", [(101,), (106,)])
def test_state_temporary_ban(t, code):
    sim, desk = t.pair(speed=10)
    desk.linked(sim, phone=PHONE)
    after = sim.seq()
    sim.do("ban", phone=PHONE, kind="temp", code=code, expire_s=120)
    serve = desk.serve()
    start = time.monotonic()
    sim.wait("failure", after=after, reason=402)
    desk.logged("banned", "temporary")
    sim.silent(6)               # a minute of the two
    # one try after the end, plus jitter, and it is well again
    sim.do("unban", phone=PHONE)
    sim.wait("login", after=after, timeout=40)
    t.true(time.monotonic() - start >= 11.5, "not before the ban's end")
    t.equal(serve.stop(), OK)
    t.equal(desk.quarantined(), [])


# what WhatsApp's codes mean, so that a person knows what to stop doing
@rows("code english russian", [
    (101, "not have this number", "нет в контактах"),
    (102, "blocked", "заблокировали"),
    (103, "groups", "групп"),
    (104, "same message", "одинаковое сообщение"),
    (106, "broadcast", "рассылки"),
    (199, "199", "199"),
])
def test_state_temporary_ban_is_remembered(t, code, english, russian):
    """Reason and end survive a restart: nobody tries before it."""
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    sim.do("ban", phone=PHONE, kind="temp", code=code, expire_s=3600)
    serve = desk.serve()
    desk.logged("banned", "temporary")
    t.equal(serve.stop(), OK)
    status = desk.status()
    t.equal((status["status"], status["reason"]), ("banned", "temporary"))
    check_words(t, desk, "Do not relink", "Не подключайте заново")
    check_words(t, desk, english, russian)
    serve = desk.serve()
    sim.silent(2)
    t.equal(serve.stop(), OK)


# cause, status and reason while it lasts, then well again by itself
PASSING = [
    ("500", failure(500), "reconnecting", "server_busy"),
    ("503", failure(503), "reconnecting", "server_busy"),
    ("502", failure(502), "reconnecting", "server_busy"),
    ("408", failure(408), "reconnecting", "connection_lost"),
    ("428", failure(428), "reconnecting", "connection_lost"),
    ("stream-500", at_login("stream-error", code=500), "reconnecting",
     "server_busy"),
    ("stream-503", at_login("stream-error", code=503), "reconnecting",
     "server_busy"),
    ("stream-end", at_login("stream-end"), "reconnecting",
     "connection_lost"),
    ("eof", at_login("close", at="login"), "reconnecting",
     "connection_lost"),
    ("reset", at_login("reset", at="login"), "reconnecting",
     "connection_lost"),
    # before anything tells who it is
    ("refuse", lambda sim: sim.fault("refuse", count=0), "reconnecting",
     "network_blocked"),
    ("tls", lambda sim: sim.fault("tls", how="untrusted", count=0),
     "reconnecting", "network_blocked"),
    ("stall", at_login("stall", at="login"), "reconnecting",
     "not_answering"),
    ("400", failure(400), "reconnecting", "refused"),
    ("418", failure(418), "reconnecting", "refused"),
    ("501", failure(501), "reconnecting", "refused"),
    ("413", failure(413), "reconnecting", "refused"),
    ("414", failure(414), "reconnecting", "refused"),
    ("415", failure(415), "reconnecting", "refused"),
]


@rows("name cause status reason", PASSING)
def test_state_passing(t, name, cause, status, reason):
    sim, desk = t.pair(speed=10, plain=name != "tls")
    desk.linked(sim, phone=PHONE)
    cause(sim)
    after = sim.seq()
    serve = desk.serve()
    desk.logged(status, reason, timeout=25)
    sim.do("clear")
    sim.wait("active", after=after, timeout=40)
    desk.logged("connected", "ok")
    t.equal(serve.stop(), OK)
    t.equal(desk.quarantined(), [])


# what a person hears who asks for the company while it lasts
@rows("cause reason english russian", [
    (failure(503), "server_busy", "overloaded or restarting", "перегружен"),
    (at_login("close", at="login"), "connection_lost", "Connection lost",
     "Связь потеряна"),
    (lambda sim: sim.fault("refuse", count=0), "network_blocked",
     "cannot reach WhatsApp", "не может связаться"),
    (at_login("stall", at="login"), "not_answering", "does not answer",
     "не отвечает"),
    (failure(418), "refused", "refused the connection (418)",
     "отклонил соединение (418)"),
])
def test_state_passing_words(t, cause, reason, english, russian):
    sim, desk = t.pair(speed=30)
    desk.linked(sim, phone=PHONE)
    cause(sim)
    for lang, part in (("en", english), ("ru", russian)):
        proc = desk.link("acme", PAIRDESK_LANG=lang)
        error = proc.event("error", timeout=25)
        t.equal(error["reason"], reason)
        t.contains(error["error"], part)
        t.true(proc.exit() != OK)
    t.equal(desk.quarantined(), [])


def test_state_refused_stops_after_five(t):
    sim, desk = t.pair(speed=50)
    desk.linked(sim, phone=PHONE)
    sim.fault("failure", reason=418, kind="login", count=0)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("failure", after=after, count=5, timeout=40)
    sim.silent(6)               # five minutes, its longest back-off
    t.equal(serve.stop(), OK)


def test_state_405_looks_for_a_version_then_stops(t):
    sim, desk = t.pair(speed=10)
    desk.linked(sim, phone=PHONE)
    http = sim.status()["http"]
    sim.set(min_revision=1045649368 + 1000)     # newer than the page says
    serve = desk.serve()
    desk.logged("outdated", "client_outdated")
    sim.silent(5)
    t.true(sim.status()["http"] > http, "asked the page for the version")
    t.equal(serve.stop(), OK)
    check_words(t, desk, "must update its WhatsApp version",
                "нужно обновить версию")
    t.equal(desk.quarantined(), [])


def test_state_405_learns_the_version_and_goes_on(t):
    sim, desk = t.pair(speed=10)
    desk.linked(sim, phone=PHONE)
    sim.set(revision=1045999999, min_revision=1045999999)
    after = sim.seq()
    serve = desk.serve()
    got = sim.wait("login", after=after, timeout=25)
    t.equal(got["revision"], 1045999999)
    t.equal(serve.stop(), OK)


def test_state_405_while_linking(t):
    sim, desk = t.pair()
    sim.fault("failure", reason=405, kind="register", count=0)
    proc = desk.link("acme")
    error = proc.event("error")
    t.equal(error["reason"], "client_outdated")
    t.true(proc.exit() != OK)


@rows("reason words lang part", [
    (400, "refused", "en", "refused the connection"),
    (400, "refused", "ru", "отклонил соединение (400)"),
    (403, "account_locked", "ru", "заблокирован"),
    (409, "bad_agent", "ru", "администратор"),
    (411, "multidevice_off", "ru", "Обновите WhatsApp на телефоне"),
    (429, "rate_limited", "en", "Too many attempts"),
    (429, "rate_limited", "ru", "Слишком много попыток"),
    (503, "server_busy", "ru", "перегружен"),
])
def test_state_failure_while_linking(t, reason, words, lang, part):
    sim, desk = t.pair(speed=10, PAIRDESK_LANG=lang)
    sim.fault("failure", reason=reason, kind="register", count=0)
    proc = desk.link("acme")
    error = proc.event("error", timeout=30)
    t.equal(error["reason"], words)
    t.true(error["advice"], str(error))
    t.contains(error["error"], part)
    t.true(proc.exit() != OK)
    t.equal(sim.dials(), 1, "tried once")


def test_state_429_cools_down(t):
    sim, desk = t.pair(speed=10)
    desk.linked(sim, phone=PHONE)
    sim.fault("failure", reason=429, kind="login", count=0)
    serve = desk.serve()
    desk.logged("cooldown", "rate_limited")
    sim.silent(6)
    t.equal(serve.stop(), OK)
    check_words(t, desk, "Too many attempts", "Слишком много попыток")


@limit(90)
def test_state_conflict_stops_after_the_third(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    serve = desk.serve()
    for n in range(3):
        after = sim.seq() if n else 0
        sim.wait("active", after=after, phone=PHONE,
                 **({} if n else {"count": 2}), timeout=25)
        t.true(serve.running(), serve.describe())
        sim.push("stream-error", code=409, conflict="replaced", phone=PHONE)
    desk.logged("conflict", "replaced")
    sim.silent(5)
    t.equal(serve.stop(), OK)
    status = desk.status()
    t.equal((status["status"], status["reason"]), ("conflict", "replaced"))
    check_words(t, desk, "elsewhere", "в другом месте")
    t.equal(desk.quarantined(), [])


def test_state_conflict_long_ago_does_not_count(t):
    """Three in sixty seconds, not three in a lifetime."""
    sim, desk = t.pair(speed=40)
    desk.linked(sim, phone=PHONE)
    serve = desk.serve()
    sim.wait("active", count=2)
    for n in range(4):
        after = sim.seq()
        # 80 s and more of its clock since the last
        sim.wait("ping", after=after, count=4, timeout=10)
        after = sim.seq()
        sim.push("stream-error", code=409, conflict="replaced", phone=PHONE)
        sim.wait("active", after=after, timeout=20)
    t.equal(serve.stop(), OK)


def timelock(active, ends=None):
    lock = {"is_active": active, "enforcement_type": "DEFAULT"}
    if ends:
        lock["time_enforcement_ends"] = str(ends)
    text = json.dumps({"data": {"xwa2_notify_account_reachout_timelock":
                                lock}})
    return {"tag": "notification", "attrs": {
        "from": "s.whatsapp.net", "type": "mex", "id": "mex1", "t": "1"},
        "content": [{"tag": "update", "attrs": {
            "op_name": "NotificationUserReachoutTimelockUpdate"},
            "content": {"hex": text.encode().hex()}}]}


def test_state_limited_stays_connected(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    desk.logged("connected", "ok")
    sim.push("node", node=timelock(True, int(time.time()) + 3600), ack=True)
    desk.logged("connected", "limited")
    sim.push("node", node=timelock(False), ack=True)
    desk.logged("connected", "ok")
    sim.push("node", node={"tag": "ack", "attrs": {
        "class": "message", "id": "3EB0", "error": "463",
        "from": "79005550000@s.whatsapp.net"}})
    desk.logged("connected", "limited")
    sim.counter("missing", equals=0)
    sim.counter("connections.now", equals=1, quiet_ms=500)
    t.equal(serve.stop(), OK)
