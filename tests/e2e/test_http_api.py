"""The endpoints, one by one: shapes, waits, failures, languages."""

import base64
import json
import os
import pwd
import re
import subprocess
import threading
import time
from datetime import datetime

from lib.case import cases, rows
from lib.web import API, PHONE, check_error, opened, session, token

STATUS_KEYS = {
    "companyId", "name", "connected", "status", "reason", "advice",
    "phoneNumber", "pushName", "platform", "since", "lastSeen",
    "reconnectAttempts", "nextAttemptAt", "lastError", "qrAvailable",
    "codeExpiresAt", "windowEndsAt", "stateVersion",
}
OTHER = "79002223344"


def ms(text):
    """A time of the contract as milliseconds since 1970."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", text):
        raise AssertionError(f"no time in UTC: {text!r}")
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def russian(text):
    return bool(re.search("[а-яё]", text))


def check_status(t, data, company="acme"):
    t.equal(STATUS_KEYS - set(data), set(), "missing from the status")
    t.equal(data["companyId"], company)
    t.true(type(data["connected"]) is bool and
           type(data["qrAvailable"]) is bool and
           type(data["stateVersion"]) is int, str(data))
    t.true(data["advice"], "says what to do next")
    for name in ("since", "lastSeen", "nextAttemptAt", "codeExpiresAt",
                 "windowEndsAt"):
        if data[name] is not None:
            ms(data[name])
    return data


def no_company(t, web, company="acme"):
    """Nothing was made by what was refused."""
    web.refused(404, "SESSION_NOT_FOUND", "GET", session(company, "status"))


# --- pairing code ------------------------------------------------------------

def test_http_api_code_to_the_letter(t):
    sim, desk, web = opened(t)
    told = web.ok("POST", session("962302", "pairing-code"),
                  {"phoneNumber": PHONE})
    t.equal(set(told), {"success", "code", "companyId", "expiresIn",
                        "instructions", "data"})
    t.true(re.fullmatch(r"[1-9A-Z]{4}-[1-9A-Z]{4}", told["code"]), told)
    t.equal(told["companyId"], "962302")
    t.equal((type(told["expiresIn"]), told["expiresIn"]), (int, 60))
    t.true(told["instructions"] and
           all(type(s) is str and s for s in told["instructions"]), str(told))
    data = told["data"]
    for name in ("code", "companyId", "expiresIn", "instructions"):
        t.equal(data[name], told[name], name)
    t.equal(type(data["stateVersion"]), int)
    left = ms(data["windowEndsAt"]) - ms(data["expiresAt"])
    t.within(left, 60000, 110000, "the window goes on for 160 s in all")
    sim.type(PHONE, told["code"])
    got = web.until_status("connected", "962302", "ok")
    t.equal((got["connected"], got["phoneNumber"]), (True, PHONE))


def test_http_api_code_is_one_for_the_window(t):
    """Asking again: the same code, fresh seconds, nothing to WhatsApp."""
    sim, desk, web = opened(t, speed=10)
    first = web.code()
    t.until(lambda: ms(web.status()["codeExpiresAt"]) > 0 and
            time.sleep(0.6) is None, "six seconds of its clock")
    again = web.code()
    t.equal(again["code"], first["code"])
    t.equal(again["expiresIn"], 60)
    t.true(ms(again["data"]["expiresAt"]) >
           ms(first["data"]["expiresAt"]) + 2000, "fresh seconds")
    t.equal(again["data"]["windowEndsAt"], first["data"]["windowEndsAt"])
    seen = sim.status()
    t.equal((seen["upgrades"], seen["companion_hellos"]), (1, 1))


def test_http_api_code_lives_no_longer_than_the_window(t):
    sim, desk, web = opened(t, speed=10)
    first = web.code()
    ends = ms(first["data"]["windowEndsAt"])

    def late():
        told = web.code()
        return told if told["expiresIn"] < 60 else None
    told = t.until(late, "less than 60 s are left", 14, every=0.15)
    t.equal(told["code"], first["code"])
    t.equal(ms(told["data"]["expiresAt"]), ends)
    t.within(told["expiresIn"], 1, 59)


def test_http_api_code_for_a_retyped_number(t):
    sim, desk, web = opened(t)
    first = web.code(phone=PHONE)
    second = web.code(phone=OTHER)
    t.true(first["code"] != second["code"], "another code")
    t.equal(second["data"]["windowEndsAt"], first["data"]["windowEndsAt"])
    seen = sim.status()
    t.equal((seen["upgrades"], seen["companion_hellos"]), (1, 2))
    sim.type(OTHER, second["code"])
    t.equal(web.until_status("connected")["phoneNumber"], OTHER)


@rows("number", [("+7 (900) 123-45-67",), ("7-900-123-45-67",),
                 (" 79001234567 ",)])
def test_http_api_code_normal_form(t, number):
    sim, desk, web = opened(t)
    web.code(phone=number)
    t.equal(sim.wait("companion_hello")["phone"], PHONE)


@rows("number", [
    ("",), ("123456",), ("0123456789",), ("1234567890123456",), ("+",),
    ("7900abc4567",), ("79001234567;",), ("７９００１２３４５６７",),
    ("tel:79001234567",), ("7.900.123.45.67",),
])
def test_http_api_code_bad_number(t, number):
    sim, desk, web = opened(t)
    told = web.refused(400, "INVALID_PHONE", "POST",
                       session("acme", "pairing-code"),
                       {"phoneNumber": number})
    ru = web.refused(400, "INVALID_PHONE", "POST",
                     session("acme", "pairing-code"),
                     {"phoneNumber": number}, lang="ru")
    t.true(russian(ru["error"]) and not russian(told["error"]))
    no_company(t, web)
    t.equal(sim.touched(), 0)


@rows("body", [({},), (None,), ({"other": 1},)])
def test_http_api_code_without_number(t, body):
    sim, desk, web = opened(t)
    web.refused(400, "INVALID_PHONE", "POST",
                session("acme", "pairing-code"), body)
    t.equal(sim.touched(), 0)


def test_http_api_code_for_the_default_number(t):
    sim, desk, web = opened(t, PAIRDESK_LINK_DEFAULT_PHONE=OTHER)
    web.code(phone=None)
    t.equal(sim.wait("companion_hello")["phone"], OTHER)


def test_http_api_code_for_the_pinned_number(t):
    """The company's own number goes before the default."""
    sim, desk, web = opened(t, PAIRDESK_LINK_DEFAULT_PHONE=OTHER)
    desk.control().data("PATCH", session("acme"), {"phoneNumber": PHONE})
    web.code(phone=None)
    t.equal(sim.wait("companion_hello")["phone"], PHONE)


# --- QR ----------------------------------------------------------------------

def read_png(t, png):
    t.equal(png[:8], b"\x89PNG\r\n\x1a\n")
    path = t.path("qr.png")
    with open(path, "wb") as f:
        f.write(png)
    done = subprocess.run(["zbarimg", "--quiet", "--raw", path],
                          capture_output=True, timeout=20)
    return done.stdout.decode().rstrip("\n")


def test_http_api_qr_to_the_letter(t):
    sim, desk, web = opened(t)
    told = web.ok("GET", session("acme", "qr"))
    t.equal(set(told), {"success", "data"})
    data = told["data"]
    t.equal({"qr", "timeout", "text", "attempt", "attemptsLeft", "expiresAt",
             "windowEndsAt", "stateVersion"} - set(data), set())
    t.equal((data["attempt"], data["attemptsLeft"]), (1, 5))
    t.within(data["timeout"], 50000, 60000)
    t.equal(type(data["timeout"]), int)
    head, _, body = data["qr"].partition(",")
    t.equal(head, "data:image/png;base64")
    t.equal(read_png(t, base64.b64decode(body, validate=True)), data["text"])
    t.within(ms(data["windowEndsAt"]) - ms(data["expiresAt"]), 99000, 101000)
    sim.scan(data["text"], PHONE)
    web.until_status("connected", reason="ok")


@rows("form kind", [("png", "image/png"), ("svg", "image/svg+xml"),
                    ("text", "text/plain"), ("terminal", "text/plain")])
def test_http_api_qr_forms(t, form, kind):
    sim, desk, web = opened(t)
    text = web.qr()["text"]
    answer = web.get(session("acme", f"qr?format={form}"))
    t.equal((answer.status, answer.kind), (200, kind), str(answer)[:300])
    t.equal(answer.header("Cache-Control"), "no-store")
    if kind.startswith("text/"):
        t.contains(answer.header("Content-Type").lower(), "utf-8")
    if form == "text":
        t.equal(answer.text.strip(), text)
    elif form == "png":
        t.equal(read_png(t, answer.body), text)
    elif form == "svg":
        t.contains(answer.text, "<svg")
        t.lacks(answer.text.lower(), "<script")
        t.lacks(answer.text.lower(), "style=")
    else:
        t.true(len(answer.text.splitlines()) >= 20, "rows of a QR")
    t.equal(sim.dials(), 1, "one attempt for all forms")


def test_http_api_qr_unknown_form(t):
    sim, desk, web = opened(t)
    web.refused(400, "INVALID_REQUEST", "GET",
                session("acme", "qr?format=gif"))
    no_company(t, web)
    t.equal(sim.touched(), 0)


def test_http_api_qr_next_lives_twenty_seconds(t):
    sim, desk, web = opened(t, speed=20)
    first = web.qr()
    t.equal(first["attempt"], 1)

    def second():
        data = web.qr()
        return data if data["attempt"] == 2 else None
    data = t.until(second, "the second QR", 10)
    t.within(data["timeout"], 1, 20000)
    t.equal(data["attemptsLeft"], 4)
    t.true(data["text"] != first["text"])
    t.equal(data["windowEndsAt"], first["windowEndsAt"])
    t.true(data["stateVersion"] >= first["stateVersion"])
    t.equal(sim.dials(), 1)


def test_http_api_window_ends_and_stops(t):
    sim, desk, web = opened(t, speed=40)
    web.qr()
    got = web.until_status("idle", reason="code_expired", timeout=12)
    t.equal((got["qrAvailable"], got["windowEndsAt"]), (False, None))
    sim.silent(2)               # eighty seconds of its clock
    t.equal(sim.dials(), 1)
    t.equal(web.qr()["attempt"], 1, "a new one when somebody asks")
    t.equal(sim.dials(), 2)


# --- many callers ------------------------------------------------------------

def at_once(t, number, ask):
    """Runs ask in so many threads; their results."""
    found, start = [None] * number, threading.Barrier(number)

    def run(n):
        start.wait(10)
        try:
            found[n] = ask(n)
        except Exception as e:      # told by the comparison
            found[n] = e
    threads = [threading.Thread(target=run, args=(n,), daemon=True)
               for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(t.left(30))
    return found


def test_http_api_fifty_callers_one_code(t):
    sim, desk, web = opened(t)
    found = at_once(t, 50, lambda n: web.code()["code"])
    t.equal(len(set(map(str, found))), 1, "different answers")
    t.true(re.fullmatch(r"\w{4}-\w{4}", str(found[0])), str(found[0]))
    seen = sim.status()
    t.equal((seen["connections"]["total"] - seen["http"], seen["upgrades"],
             seen["companion_hellos"]), (1, 1, 1))


def test_http_api_fifty_callers_one_qr(t):
    sim, desk, web = opened(t)
    found = at_once(t, 50, lambda n: web.qr()["text"])
    t.equal(len(set(map(str, found))), 1, "different answers")
    t.equal(sim.dials(), 1)


def test_http_api_qr_and_code_share_the_attempt(t):
    sim, desk, web = opened(t)
    found = at_once(t, 10, lambda n: web.code()["data"] if n % 2
                    else web.qr())
    t.equal(len({d["windowEndsAt"] for d in found}), 1)
    t.equal(sim.dials(), 1)


def test_http_api_caller_that_goes_away(t):
    """The attempt is not the first caller's own."""
    sim, desk, web = opened(t)
    sim.fault("code-answer", how="late", ms=700)
    wire = web.wire()
    wire.send(web.bytes("POST", session("acme", "pairing-code"),
                        {"phoneNumber": PHONE}))
    sim.wait("companion_hello")
    wire.close()
    told = web.code()
    t.equal(sim.status()["companion_hellos"], 1)
    sim.type(PHONE, told["code"])
    web.until_status("connected")


# --- failures while linking --------------------------------------------------

def failure(code):
    return "failure", {"reason": code, "kind": "register", "count": 0}


LINK_FAILURES = [
    # fault, status, code, reasons
    (("refuse", {"count": 0}), 502, "CONNECTION_CLOSED",
     {"network_blocked"}),
    (("upgrade", {"status": 403, "how": "status", "count": 0}), 502,
     "CONNECTION_CLOSED", {"network_blocked", "refused"}),
    (("close", {"at": "hello", "count": 0}), 502, "CONNECTION_CLOSED",
     {"connection_lost", "network_blocked"}),
    (("close", {"at": "pair", "count": 0}), 502, "CONNECTION_CLOSED",
     {"connection_lost"}),
    (failure(400), 502, "CONNECTION_CLOSED", {"refused"}),
    (failure(403), 502, "CONNECTION_CLOSED", {"account_locked"}),
    (failure(405), 503, "CLIENT_OUTDATED", {"client_outdated"}),
    (failure(409), 502, "CONNECTION_CLOSED", {"bad_agent"}),
    (failure(411), 502, "CONNECTION_CLOSED", {"multidevice_off"}),
    (failure(429), 429, "RATE_LIMITED", {"rate_limited"}),
    (failure(503), 502, "CONNECTION_CLOSED", {"server_busy"}),
]


@rows("fault status code reasons", LINK_FAILURES)
def test_http_api_link_failure(t, fault, status, code, reasons):
    """Both ways to link say the same, at once, in both languages."""
    sim, desk, web = opened(t, speed=10)
    what, members = fault
    sim.fault(what, **members)
    told = web.refused(status, code, "GET", session("acme", "qr"))
    t.true(told["reason"] in reasons, str(told))
    t.true(told["advice"], str(told))
    if status == 429:
        t.within(told["retryAfter"], 60, 7200)
    if "network_blocked" in reasons and told["reason"] == "network_blocked":
        t.true(told["stage"], str(told))
    if status != 429:       # a cooldown is not asked again
        ru = web.refused(status, code, "POST",
                         session("acme", "pairing-code"),
                         {"phoneNumber": PHONE}, lang="ru")
        t.true(russian(ru["error"]) and russian(ru["advice"]), str(ru))
    t.equal(russian(told["error"]), False)


@rows("answer status code reason", [
    ({"code": 400, "text": "bad-request"}, 502, "CONNECTION_CLOSED",
     "refused"),
    ({"code": 429, "text": "rate-overlimit"}, 429, "RATE_LIMITED",
     "rate_limited"),
    ({"code": 500, "text": "internal-server-error"}, 502,
     "CONNECTION_CLOSED", None),
])
def test_http_api_code_refused(t, answer, status, code, reason):
    sim, desk, web = opened(t, speed=10)
    sim.fault("code-answer", count=0, **answer)
    told = web.refused(status, code, "POST", session("acme", "pairing-code"),
                       {"phoneNumber": PHONE})
    t.true(told["reason"] and reason in (None, told["reason"]), str(told))
    t.true(type(told.get("code")) is not str, "WhatsApp said no: no code")
    t.equal(sim.status()["companion_hellos"], 1)


def test_http_api_rate_limited_counts_down(t):
    """The cooldown stands in every later answer, and nobody dials."""
    sim, desk, web = opened(t, speed=10)
    sim.fault("failure", reason=429, kind="register", count=0)
    first = web.refused(429, "RATE_LIMITED", "GET", session("acme", "qr"))
    dials = sim.dials()
    again = web.refused(429, "RATE_LIMITED", "POST",
                        session("acme", "pairing-code"),
                        {"phoneNumber": PHONE})
    t.true(0 < again["retryAfter"] <= first["retryAfter"], str(again))
    t.equal(sim.dials(), dials)
    t.equal(web.until_status("cooldown")["reason"], "rate_limited")


@cases(at=["accept", "upgrade", "hello", "pair"])
def test_http_api_stall_is_told_in_time(t, at):
    """WhatsApp says nothing: 504, or 502 once the connection is given up;
    never a wait without end."""
    sim, desk, web = opened(t, speed=10)
    sim.fault("stall", at=at, count=0)
    start = time.monotonic()
    answer = web.get(session("acme", "qr"), timeout=20)
    t.within(time.monotonic() - start, 0, 12)
    told = check_error(t, answer, answer.status, answer.json()["errorCode"])
    t.true((answer.status, told["errorCode"]) in (
        (504, "TIMEOUT"), (502, "CONNECTION_CLOSED")), str(told))
    t.true(told["reason"] in ("not_answering", "network_blocked",
                              "connection_lost"), str(told))


def test_http_api_code_never_answered(t):
    sim, desk, web = opened(t, speed=10)
    sim.fault("code-answer", how="never", count=0)
    answer = web.post(session("acme", "pairing-code"), {"phoneNumber": PHONE})
    t.true((answer.status, answer.json()["errorCode"]) in (
        (504, "TIMEOUT"), (502, "CONNECTION_CLOSED")), str(answer))


def test_http_api_passkey(t):
    sim, desk, web = opened(t)
    web.qr()
    sim.push("passkey")
    got = web.until_status("passkey_required", reason="passkey")
    t.contains(got["advice"], "passkey")


# --- linked ------------------------------------------------------------------

def test_http_api_already_connected(t):
    sim, desk, web = opened(t)
    web.linked(sim)
    dials = sim.dials()
    web.refused(409, "ALREADY_CONNECTED", "GET", session("acme", "qr"))
    web.refused(409, "ALREADY_CONNECTED", "POST",
                session("acme", "pairing-code"), {"phoneNumber": OTHER})
    t.equal(sim.dials(), dials)
    t.equal(web.status()["connected"], True)


def test_http_api_status_object(t):
    sim, desk, web = opened(t)
    no_company(t, web)
    qr = web.qr()
    got = check_status(t, web.status())
    t.equal((got["status"], got["reason"], got["qrAvailable"]),
            ("qr", None, True))
    t.equal(got["windowEndsAt"], qr["windowEndsAt"])
    sim.scan(qr["text"], PHONE)
    got = check_status(t, web.until_status("connected"))
    t.equal((got["connected"], got["phoneNumber"], got["reason"]),
            (True, PHONE, "ok"))
    t.equal((got["qrAvailable"], got["codeExpiresAt"], got["windowEndsAt"]),
            (False, None, None))
    t.equal(russian(web.status(lang="ru")["advice"]), True)


def test_http_api_state_version_is_one(t):
    """Outlets with the same version say the same; it only rises."""
    sim, desk, web = opened(t)
    told = web.qr()
    versions = [told["stateVersion"], web.status()["stateVersion"]]
    t.equal(versions[0], versions[1], "qr and status")
    stream = web.events()
    t.equal(stream.next("status").data["stateVersion"], versions[0])
    web.linked(sim)
    sim.push("reset", phone=PHONE)
    seen = [stream.status("connected").data]
    end = time.monotonic() + 15
    while seen[-1]["status"] != "reconnecting" and time.monotonic() < end:
        seen.append(stream.next("status").data)
    seen.append(stream.status("connected", timeout=15).data)
    order = [s["stateVersion"] for s in seen]
    t.equal(order, sorted(order))
    admin = desk.control()
    last = web.status()
    t.true(last["stateVersion"] > versions[0])
    listed, = [s for s in admin.data("GET", f"{API}/sessions")["sessions"]
               if s["companyId"] == "acme"]
    for other in (listed, admin.status()):
        for name in ("stateVersion", "status", "reason", "since",
                     "phoneNumber"):
            t.equal(other[name], last[name], name)
    t.equal(web.get(session("acme", "health")).json()["data"]
            ["stateVersion"], last["stateVersion"])


def test_http_api_state_version_survives_a_restart(t):
    sim, desk, web = opened(t)
    web.linked(sim)
    before = web.status()["stateVersion"]
    desk.core.stop()
    web = desk.http()
    t.true(web.until_status("connected")["stateVersion"] > before)


def test_http_api_reconnect(t):
    sim, desk, web = opened(t)
    told = web.refused(404, "SESSION_NOT_FOUND", "POST",
                       session("acme", "reconnect"))
    t.true(told["error"])
    web.qr()
    told = web.ask("POST", session("acme", "reconnect"))
    check_error(t, told, 409, told.json()["errorCode"], "while pairing")
    t.equal(sim.dials(), 1, "the attempt was left alone")
    web.linked(sim)
    logins = sim.status()["logins"]
    check_status(t, web.data("POST", session("acme", "reconnect")))
    sim.counter("logins", at_least=logins + 1)
    web.until_status("connected")
    t.equal(sim.status()["devices"], 1, "keys untouched")


def test_http_api_reconnect_unlinked(t):
    sim, desk, web = opened(t)
    desk.control().data("PATCH", session("acme"), {"name": "Acme"})
    web.refused(409, "NOT_LINKED", "POST", session("acme", "reconnect"))
    t.equal(sim.touched(), 0)


HEALTH_KEYS = {"healthy", "status", "uptimeSeconds", "lastAnswerAgoMs",
               "rttMs", "reconnects24h", "preKeysOnServer", "checks",
               "stateVersion"}


def test_http_api_health_of_a_company(t):
    sim, desk, web = opened(t)
    path = session("acme", "health")
    web.refused(404, "SESSION_NOT_FOUND", "GET", path)
    desk.control().data("PATCH", session("acme"), {"name": "Acme"})
    bad = web.get(path)
    t.equal(bad.status, 503, str(bad))
    web.linked(sim)
    good = web.get(path)
    t.equal(good.status, 200, str(good))
    for answer, healthy in ((bad, False), (good, True)):
        data = answer.json()["data"]
        t.equal(HEALTH_KEYS - set(data), set())
        t.equal(data["healthy"], healthy)
        t.true(data["checks"], "checks")
        for check in data["checks"]:
            t.equal(set(check) - {"detail"}, {"name", "ok"}, str(check))
            t.equal(type(check["ok"]), bool)
        t.equal(all(c["ok"] for c in data["checks"][:3]), healthy)
    data = good.json()["data"]
    t.equal(data["status"], "connected")
    t.within(data["uptimeSeconds"], 0, 60)
    t.within(data["preKeysOnServer"], 1, 2000)


NOT_FOR_VISITORS = re.compile(r"pairdesk |whatsapp\.|http\.")


def heard(web, lang):
    """All that is told of acme, as one text."""
    events = web.events(lang=lang)
    told = [web.status(lang=lang), events.next("status").data,
            web.get(session("acme", "health"), lang=lang).json()]
    events.close()
    return json.dumps(told, ensure_ascii=False)


@cases(mode=["open", "share", "company"])
def test_http_api_commands_are_for_admins(t, mode):
    """Who holds the phone is not told what to run on the server."""
    sim, desk, web = opened(t, speed=10, **(
        {} if mode == "open" else {"PAIRDESK_HTTP_AUTH": "token"}))
    admin = desk.control()
    admin.data("PATCH", session("acme"), {"name": "Acme"})
    if mode != "open":
        web = web.as_(token(desk, mode, "acme"))
    sim.fault("refuse", count=0)
    for lang in ("en", "ru"):
        for who in (admin, web):
            told = who.refused(502, "CONNECTION_CLOSED", "GET",
                               session("acme", "qr"), lang=lang)
            t.equal(told["reason"], "network_blocked")
            t.equal("pairdesk doctor" in told["advice"], who is admin,
                    str(told))
    sim.do("clear")
    admin.linked(sim)
    readers = [(who, who.events()) for who in (admin, web)]
    sim.fault("refuse", count=0)
    admin.ask("POST", session("acme", "reconnect"))
    for who, events in readers:     # of one and the same event
        reason = None
        while reason != "network_blocked":
            data = events.next("status").data
            reason = data["reason"]
        t.equal("pairdesk doctor" in data["advice"], who is admin, str(data))
    for lang in ("en", "ru", "en"):
        t.true("pairdesk doctor" in heard(admin, lang))
        said = heard(web, lang)
        t.true(not NOT_FOR_VISITORS.search(said), said)


def unlinked(t, web, company="acme"):
    """After a logout; the status."""
    def look():
        got = web.status(company)
        return got if got["status"] in ("idle", "logged_out") and \
            got["phoneNumber"] is None else None
    return t.until(look, "the link is gone")


# --- the admin's -------------------------------------------------------------

def test_http_api_logout(t):
    sim, desk, web = opened(t)
    admin = desk.control()
    admin.refused(404, "SESSION_NOT_FOUND", "POST", session("acme", "logout"))
    web.linked(sim)
    check_status(t, admin.data("POST", session("acme", "logout")))
    got = unlinked(t, web)
    t.equal(got["connected"], False)
    t.equal(sim.wait("logout")["phone"], PHONE)
    t.until(desk.quarantined, "keys in quarantine")
    admin.refused(409, "NOT_LINKED", "POST", session("acme", "logout"))
    web.linked(sim)


def test_http_api_patch(t):
    sim, desk, web = opened(t)
    admin = desk.control()
    got = check_status(t, admin.data("PATCH", session("acme"), {
        "name": "Ромашка & Co", "phoneNumber": "+7 900 123-45-67",
        "priority": 3}))
    t.equal(got["name"], "Ромашка & Co")
    t.equal(web.status()["name"], "Ромашка & Co")
    got = admin.data("PATCH", session("acme"), {"paused": True})
    t.equal((got["status"], got["reason"]), ("idle", "paused"))
    t.equal(got["name"], "Ромашка & Co", "what is not named stays")
    got = admin.data("PATCH", session("acme"), {"paused": False})
    t.true(got["reason"] != "paused")
    desk.core.stop()
    t.equal(desk.http().status()["name"], "Ромашка & Co", "stored")


@rows("body code", [
    ({"phoneNumber": "123"}, "INVALID_PHONE"), ({"paused": "yes"}, None),
    ({"name": 5}, None), ({"name": "x" * 2000}, None), ({"priority": "a"},
    None), ({"colour": "blue"}, None), ([], None), ({"paused": None}, None),
])
def test_http_api_patch_refused(t, body, code):
    sim, desk, web = opened(t)
    desk.control().refused(400, code or "INVALID_REQUEST", "PATCH",
                           session("acme"), body)
    no_company(t, web)


def test_http_api_pinned_number(t):
    """Another phone than the pinned one is refused at pair-success."""
    sim, desk, web = opened(t)
    desk.control().data("PATCH", session("acme"), {"phoneNumber": OTHER})
    got = sim.ask("scan", text=web.qr()["text"], phone=PHONE,
                  until="linked", timeout_ms=8000)
    t.equal(got["ok"], False, str(got))
    got = t.until(lambda: (s := web.status())["lastError"] and s,
                  "the error is shown")
    t.equal((got["connected"], got["phoneNumber"] in (None, OTHER)),
            (False, True), str(got))
    t.equal(sim.status()["devices"], 0)


def test_http_api_pause_hangs_up(t):
    sim, desk, web = opened(t)
    web.linked(sim)
    admin = desk.control()
    admin.data("PATCH", session("acme"), {"paused": True})
    sim.counter("connections.now", equals=0)
    web.until_status("idle", reason="paused")
    sim.silent(1)
    admin.data("PATCH", session("acme"), {"paused": False})
    web.until_status("connected")


@cases(purge=[False, True], linked=[False, True])
def test_http_api_delete(t, purge, linked):
    sim, desk, web = opened(t)
    admin = desk.control()
    admin.refused(404, "SESSION_NOT_FOUND", "DELETE", session("acme"))
    if linked:
        web.linked(sim)
    else:
        admin.data("PATCH", session("acme"), {"name": "Acme"})
    told = admin.ok("DELETE", session("acme") + ("?purge=true" if purge
                                                 else ""))
    t.equal(told["data"], {"deleted": True})
    no_company(t, web)
    if linked:
        t.equal(sim.wait("logout")["phone"], PHONE)
    left = [p for p in desk.files() if "acme" in p]
    if purge:
        t.equal(left, [])
    t.equal(admin.data("GET", f"{API}/sessions")["total"], 0)


def test_http_api_share(t):
    sim, desk, web = opened(t, PAIRDESK_HTTP_PUBLIC_URL="https://wa.example")
    admin = desk.control()
    data = admin.data("POST", session("acme", "share"), {"expiresIn": 3600})
    t.equal(set(data), {"pairingUrl", "qrUrl", "expiresAt"})
    for name, page in (("pairingUrl", "pairing"), ("qrUrl", "qr")):
        t.true(re.fullmatch(
            rf"https://wa\.example/whatsapp-{page}\.html\?company=acme"
            r"#t=pd_s_[A-Za-z0-9_-]{43}", data[name]), data[name])
    life = ms(data["expiresAt"]) / 1000 - time.time()
    t.within(life, 3500, 3600)
    data = admin.data("POST", session("acme", "share"))
    t.within(ms(data["expiresAt"]) / 1000 - time.time(), 86300, 86400)
    for body in ({"expiresIn": 0}, {"expiresIn": -1}, {"expiresIn": "1h"},
                 {"expiresIn": 10 ** 12}):
        admin.refused(400, "INVALID_REQUEST", "POST",
                      session("acme", "share"), body)


def test_http_api_history(t):
    sim, desk, web = opened(t)
    admin = desk.control()
    admin.refused(404, "SESSION_NOT_FOUND", "GET", session("acme", "history"))
    web.linked(sim)
    data = admin.data("GET", session("acme", "history"))
    t.true({"items", "nextCursor"} <= set(data), str(data))
    states = [i["status"] for i in data["items"] if "status" in i]
    t.true(states, str(data))
    t.true(states.index("connected") < states.index("qr"), "newest first")
    for item in data["items"]:
        if "at" in item:
            ms(item["at"])
    versions = [i["stateVersion"] for i in data["items"]
                if "stateVersion" in i]
    t.equal(versions, sorted(versions, reverse=True))
    # page by page it is the same
    paged, cursor = [], ""
    for _ in range(50):
        part = admin.data("GET", session("acme", f"history?limit=2{cursor}"))
        t.within(len(part["items"]), 0, 2)
        paged += part["items"]
        if part["nextCursor"] is None:
            break
        cursor = f"&cursor={part['nextCursor']}"
    t.equal(paged, data["items"])


def test_http_api_history_names_linked_phones(t):
    sim, desk, web = opened(t)
    web.linked(sim)
    admin = desk.control()
    admin.data("POST", session("acme", "logout"))
    unlinked(t, web)
    web.linked(sim, phone=OTHER)
    data = admin.data("GET", session("acme", "history"))
    text = json.dumps(data)
    for digits in (PHONE[-4:], OTHER[-4:]):
        t.contains(text, digits, "phones linked so far")


def test_http_api_log(t):
    sim, desk, web = opened(t)
    web.linked(sim)
    web.qr("beta")
    admin = desk.control()
    data = admin.data("GET", session("acme", "log"))
    t.true({"items", "nextCursor"} <= set(data), str(data)[:500])
    text = json.dumps(data["items"])
    t.contains(text, "acme")
    t.lacks(text, "beta", "lines of others")
    t.lacks(text, PHONE, "numbers are masked")
    everything = json.dumps(admin.data("GET", f"{API}/log"))
    t.contains(everything, "beta")
    admin.refused(404, "SESSION_NOT_FOUND", "GET", session("nobody", "log"))


def test_http_api_log_follow(t):
    sim, desk, web = opened(t)
    web.linked(sim)
    admin = desk.control()
    stream = admin.events(session("acme", "log?follow"))
    t.equal((stream.answer.status, stream.answer.kind),
            (200, "text/event-stream"))
    sim.push("reset", phone=PHONE)
    while "reconnecting" not in str(stream.next(timeout=10)):
        t.true(not stream.ended, "the stream ended")


def test_http_api_sessions(t):
    sim, desk, web = opened(t)
    admin = desk.control()
    data = admin.data("GET", f"{API}/sessions")
    t.equal((data["sessions"], data["total"], data["connected"],
             data["disconnected"], data["nextCursor"]), ([], 0, 0, 0, None))
    web.linked(sim)
    web.qr("zeta")
    for n in range(5):
        admin.data("PATCH", session(f"shop-{n}"), {"name": f"Лавка {n}"})
    data = admin.data("GET", f"{API}/sessions")
    names = [s["companyId"] for s in data["sessions"]]
    t.equal(names, sorted(names))
    t.equal((len(names), data["total"], data["connected"],
             data["disconnected"]), (7, 7, 1, 6))
    for status in data["sessions"]:
        check_status(t, status, status["companyId"])

    def ids(query):
        data = admin.data("GET", f"{API}/sessions?{query}")
        return [s["companyId"] for s in data["sessions"]]
    t.equal(ids("status=connected"), ["acme"])
    t.equal(ids("status=qr"), ["zeta"])
    t.equal(ids("q=shop-3"), ["shop-3"])
    t.equal(ids("q=%D0%9B%D0%B0%D0%B2%D0%BA%D0%B0%204"), ["shop-4"])
    t.equal(ids("q=4567"), ["acme"], "last digits of the phone")
    t.equal(ids("q=nothing"), [])
    t.equal(ids("status=problems"), [])
    found, cursor = [], ""
    while True:
        part = admin.data("GET", f"{API}/sessions?limit=3{cursor}")
        found += [s["companyId"] for s in part["sessions"]]
        t.within(len(part["sessions"]), 0, 3)
        if part["nextCursor"] is None:
            break
        cursor = f"&cursor={part['nextCursor']}"
    t.equal(found, names)


@rows("query", [("limit=0",), ("limit=-1",), ("limit=x",),
                ("limit=1000000000000000000000",), ("status=happy",),
                ("cursor=../x",)])
def test_http_api_sessions_bad_query(t, query):
    sim, desk, web = opened(t)
    desk.core_ready()
    desk.control().refused(400, "INVALID_REQUEST", "GET",
                           f"{API}/sessions?{query}")


# --- metrics -----------------------------------------------------------------

def read_metrics(t, text):
    """Strict text format: {name: {labels: value}}."""
    kinds, helped, values, open_name = {}, set(), {}, None
    t.true(text.endswith("\n"), "ends with a line")
    for line in text.splitlines():
        if m := re.fullmatch(r"# HELP ([a-zA-Z_:][\w:]*) (.+)", line):
            t.true(m[1] not in helped, f"HELP twice: {line}")
            helped.add(m[1])
            open_name = m[1]
            continue
        if m := re.fullmatch(r"# TYPE ([a-zA-Z_:][\w:]*) "
                             r"(counter|gauge|histogram|summary)", line):
            t.true(m[1] not in kinds, f"TYPE twice: {line}")
            t.equal(m[1], open_name, "TYPE follows its HELP")
            kinds[m[1]] = m[2]
            continue
        m = re.fullmatch(
            r'([a-zA-Z_:][\w:]*)'
            r'(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)+\})? '
            r'(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)', line)
        t.true(m, f"no line of the format: {line!r}")
        base = m[1]
        if base not in kinds:
            base = re.sub("_(bucket|sum|count)$", "", base)
        t.equal(base, open_name, f"of its group: {line}")
        t.true(base in kinds, f"has a TYPE: {line}")
        if kinds[base] == "counter":
            t.true(base.endswith("_total"), f"counters are _total: {line}")
            t.true(float(m[3]) >= 0, line)
        labels = values.setdefault(m[1], {})
        t.true(m[2] not in labels, f"twice: {line}")
        labels[m[2]] = float(m[3])
    t.equal(set(kinds), helped)
    return values


def test_http_api_metrics(t):
    sim, desk, web = opened(t)
    web.linked(sim)
    web.qr("beta")
    admin = desk.control()
    answer = admin.get("/metrics")
    t.equal(answer.status, 200)
    t.true(re.match(r"text/plain; version=0\.0\.4",
                    answer.header("Content-Type")), answer.headers)
    values = read_metrics(t, answer.text)
    t.true(len(values) >= 10, f"only {sorted(values)}")
    for name in values:
        t.true(name.startswith("pairdesk_") or name.startswith("process_"),
               name)
    told = admin.ok("GET", f"{API}/metrics")
    for text in (answer.text, json.dumps(told)):
        t.lacks(text, PHONE[1:], "phone numbers")
        t.lacks(text, PHONE[-4:], "last digits")
    again = read_metrics(t, admin.get("/metrics").text)
    t.true(any(again[n][l] > v for n, labels in values.items()
               for l, v in labels.items() if n.endswith("_total") and
               l in again.get(n, {})), "requests are counted")


def test_http_api_alive(t):
    sim, desk, web = opened(t)
    answer = web.get("/health")
    t.equal((answer.status, answer.kind), (200, "application/json"))
    t.equal(answer.json().get("status"), "ok")
    t.equal(len(answer.json()), 1, "nothing but that")


# --- tokens and the listener -------------------------------------------------

TOKEN_KEYS = {"id", "name", "role", "companyId", "prefix", "createdAt",
              "expiresAt", "lastUsedAt", "revokedAt"}


def test_http_api_tokens(t):
    sim, desk, web = opened(t)
    admin = desk.control()
    made = admin.data("POST", f"{API}/tokens", {
        "name": "CRM", "role": "company", "companyId": "acme",
        "expiresIn": 86400}, 201)
    t.equal(set(made), TOKEN_KEYS | {"token"})
    t.true(re.fullmatch(r"pd_c_[A-Za-z0-9_-]{43}", made["token"]))
    t.true(made["token"].startswith(made["prefix"]) and
           len(made["prefix"]) <= 12, made["prefix"])
    t.equal((made["name"], made["role"], made["companyId"]),
            ("CRM", "company", "acme"))
    t.within(ms(made["expiresAt"]) / 1000 - time.time(), 86300, 86400)
    answer = admin.get(f"{API}/tokens")
    t.lacks(answer.text, made["token"], "shown once")
    listed, = answer.json()["data"]["tokens"]
    t.equal(set(listed), TOKEN_KEYS)
    t.equal((listed["id"], listed["lastUsedAt"], listed["revokedAt"]),
            (made["id"], None, None))
    web.as_(made["token"]).ask("GET", session("acme", "status"))
    listed, = admin.data("GET", f"{API}/tokens")["tokens"]
    ms(listed["lastUsedAt"])
    admin.ok("DELETE", f"{API}/tokens?id={made['id']}")
    web.refused(401, "UNAUTHORIZED", "GET", session("acme", "status"),
                token=made["token"])
    admin.refused(404, "NOT_FOUND", "DELETE", f"{API}/tokens?id=nosuch")
    other = admin.data("POST", f"{API}/tokens", {"name": "a",
                                                 "role": "admin"}, 201)
    t.true(other["token"].startswith("pd_a_"))
    t.equal((other["companyId"], other["expiresAt"]), (None, None))
    admin.ok("DELETE", f"{API}/tokens", {"id": other["id"]})


@rows("body", [
    ({},), ({"role": "admin"},), ({"name": "x", "role": "king"},),
    ({"name": "x", "role": "company"},), ({"name": "", "role": "admin"},),
    ({"name": "x", "role": "admin", "expiresIn": -5},),
    ({"name": "x" * 3000, "role": "admin"},),
    ({"name": 7, "role": "admin"},),
    ({"name": "x", "role": "admin", "expiresIn": "soon"},),
])
def test_http_api_token_refused(t, body):
    sim, desk, web = opened(t)
    admin = desk.control()
    admin.refused(400, "INVALID_REQUEST", "POST", f"{API}/tokens", body)
    t.equal(admin.data("GET", f"{API}/tokens")["tokens"], [])


def test_http_api_token_for_a_bad_company(t):
    sim, desk, web = opened(t)
    desk.control().refused(400, "INVALID_COMPANY", "POST", f"{API}/tokens", {
        "name": "x", "role": "company", "companyId": "a/b"})


def test_http_api_listener(t):
    sim, desk, web = opened(t)
    admin = desk.control()
    data = admin.data("GET", f"{API}/listener")
    t.equal({"addresses", "auth", "running", "connections", "sources",
             "requests", "refused", "publicUrl", "version", "pid", "user",
             "startedAt"} - set(data), set())
    t.equal(data["user"], pwd.getpwuid(os.geteuid()).pw_name)
    os.kill(data["pid"], 0)     # it is a process of ours
    t.within(time.time() * 1000 - ms(data["startedAt"]), 0, 60000)
    t.equal((data["addresses"], data["auth"], data["running"]),
            ([web.host], "open", True))
    data = admin.data("PATCH", f"{API}/listener", {"running": False})
    t.equal(data["running"], False)
    try:
        web.wire().close()
        t.fail("still listening")
    except OSError:
        pass
    t.equal(admin.get("/health").status, 200, "the socket stays")
    data = admin.data("PATCH", f"{API}/listener", {
        "addresses": ["127.0.0.1:0"]})
    t.equal(data["running"], True, str(data))
    host, _, port = data["addresses"][0].rpartition(":")
    web.where = (host, int(port))
    web.host = data["addresses"][0]
    t.equal(web.get("/health").status, 200)


@rows("body", [({"addresses": "x"},), ({"addresses": ["256.1.1.1:80"]},),
               ({"addresses": ["0.0.0.0:0"]},), ({"running": "no"},), ([],),
               ({"addresses": ["127.0.0.1:99999"]},)])
def test_http_api_listener_refused(t, body):
    """What would be refused at start is refused here; the old one stays."""
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="open")
    desk.control().refused(400, "INVALID_REQUEST", "PATCH",
                           f"{API}/listener", body)
    t.equal(web.get("/health").status, 200)


# --- not yet, and not at all -------------------------------------------------

@rows("company", [("a%20b",), ("%2e%2e",), ("x" * 65,), ("a.b",),
                  ("%D0%B8%D0%BC%D1%8F",), ("a%2Fb",), ("a%00",), ("a:b",)])
def test_http_api_bad_company(t, company):
    sim, desk, web = opened(t)
    for method, what in (("GET", "status"), ("GET", "qr"), ("GET", "events"),
                         ("POST", "pairing-code"), ("POST", "reconnect")):
        answer = web.ask(method, session(company, what),
                         {} if method == "POST" else None)
        # a slash or NUL in it may be refused before it is an id
        if company in ("a%2Fb", "a%00", "%2e%2e"):
            t.true(answer.status in (400, 404), f"{what}: {answer}")
        else:
            check_error(t, answer, 400, "INVALID_COMPANY", what)
    t.equal(sim.touched(), 0)
    t.equal(desk.control().data("GET", f"{API}/sessions")["total"], 0)


def test_http_api_longest_company(t):
    sim, desk, web = opened(t)
    name = "Ab_-0" * 12 + "zzzz"
    web.qr(name)
    t.equal(web.status(name)["companyId"], name)


@rows("language parameter expected", [
    (None, None, False), ("ru", None, True), ("ru-RU,ru;q=0.9", None, True),
    ("en-GB", None, False), ("de,ru;q=0.5,en;q=0.4", None, True),
    ("de,en;q=0.5,ru;q=0.4", None, False), ("fr", None, False),
    ("en", "ru", True), ("ru", "en", False), ("ru;q=0,en", None, False),
    ("*", None, False), ("ru", "xx", True), (";;;,,,q=", None, False),
])
def test_http_api_language(t, language, parameter, expected):
    sim, desk, web = opened(t, PAIRDESK_LANG="en")
    path = session("nobody", "status")
    if parameter:
        path += f"?lang={parameter}"
    told = web.refused(404, "SESSION_NOT_FOUND", "GET", path, lang=language)
    t.equal(russian(told["error"]), expected, told["error"])


def test_http_api_language_configured(t):
    sim, desk, web = opened(t, PAIRDESK_LANG="ru")
    path = session("nobody", "status")
    for lang, expected in ((None, True), ("fr", True), ("en", False)):
        told = web.refused(404, "SESSION_NOT_FOUND", "GET", path, lang=lang)
        t.equal(russian(told["error"]), expected, f"{lang}: {told}")


def test_http_api_instructions_language(t):
    sim, desk, web = opened(t)
    english = web.code()["instructions"]
    for step in web.code(lang="ru")["instructions"]:
        t.true(russian(step), step)
    t.true(not any(map(russian, english)), str(english))


@rows("method path allow", [
    ("PUT", session("acme", "status"), {"GET"}),
    ("GET", session("acme", "pairing-code"), {"POST"}),
    ("POST", session("acme", "qr"), {"GET"}),
    ("GET", session("acme", "reconnect"), {"POST"}),
    ("GET", session("acme"), {"PATCH", "DELETE"}),
    ("DELETE", f"{API}/sessions", {"GET"}),
    ("POST", "/health", {"GET"}),
    ("POST", "/whatsapp-qr.html", {"GET"}),
])
def test_http_api_method_not_allowed(t, method, path, allow):
    sim, desk, web = opened(t)
    answer = web.ask(method, path)
    check_error(t, answer, 405, "METHOD_NOT_ALLOWED")
    named = {m.strip() for m in answer.header("Allow").split(",")}
    t.equal(named - {"HEAD", "OPTIONS"}, allow)


@rows("path", [
    ("/nosuch",), (f"{API}",), (f"{API}/sessions/acme/nosuch",), ("/api",),
    (f"{API}/sessions/acme/status/more",), ("/whatsapp-qr.htm",),
    ("/index.php",), ("/.git/config",),
])
def test_http_api_not_found(t, path):
    sim, desk, web = opened(t)
    web.refused(404, "NOT_FOUND", "GET", path)


def test_http_api_head(t):
    sim, desk, web = opened(t)
    for path in ("/health", "/", "/whatsapp-qr.html?company=acme"):
        head, full = web.ask("HEAD", path), web.get(path)
        t.equal((head.status, head.body), (200, b""), path)
        t.equal(head.header("Content-Type"), full.header("Content-Type"))
        t.equal(head.header("Content-Length"), full.header("Content-Length"))


def test_http_api_keep_alive(t):
    sim, desk, web = opened(t)
    with web.wire() as wire:
        for n in range(20):
            wire.send(web.bytes("GET", "/health", keep=True))
            t.equal(wire.answer().status, 200, f"request {n}")
        # two at once: answered in order
        wire.send(web.bytes("GET", "/health", keep=True) +
                  web.bytes("GET", "/nosuch", keep=True))
        t.equal([wire.answer().status for _ in range(2)], [200, 404])


def test_http_api_stop_is_clean(t):
    """Those who wait are told, and the port is free again."""
    sim, desk, web = opened(t)
    sim.fault("stall", at="hello", count=0)
    wire = web.wire()
    wire.send(web.bytes("GET", session("acme", "qr")))
    sim.wait("upgrade")
    start = time.monotonic()
    t.equal(desk.core.stop(), 0, desk.core.describe())
    t.within(time.monotonic() - start, 0, 5)
    try:
        answer = wire.answer()
        t.true(answer is None or answer.status >= 500, str(answer))
    finally:
        wire.close()
