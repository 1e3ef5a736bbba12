"""Server-sent events: what comes first, what follows, what is resumed."""

import re
import threading
import time

from lib.case import cases, limit, rows
from lib.desk import OK
from lib.web import (API, LEAN, PHONE, check_error, opened, session,
                     token)
from test_http_api import STATUS_KEYS, ms
from test_http_limits import memory

OTHER = "79002223344"
ALL = f"{API}/events"
THREE = {"acme", "beta", "gamma"}


def check_head(t, stream):
    answer = stream.answer
    t.equal((answer.status, answer.kind), (200, "text/event-stream"),
            str(answer))
    t.equal(answer.header("Cache-Control"), "no-store")
    t.equal(answer.header("X-Accel-Buffering"), "no")
    t.equal(answer.header("X-Content-Type-Options"), "nosniff")


def check_event(t, event, company="acme"):
    t.true(re.fullmatch(r"[0-9a-f]{16}-\d+", event.id or ""), str(event))
    t.equal(event.data["companyId"], company, str(event))
    if event.name != "error":
        ms(event.data["serverTime"])
    return event


def number(event):
    return int(event.id.partition("-")[2])


# --- one company -------------------------------------------------------------

def test_http_events_of_nobody(t):
    sim, desk, web = opened(t)
    stream = web.events()
    check_error(t, stream.answer, 404, "SESSION_NOT_FOUND")
    t.equal(desk.control().data("GET", f"{API}/sessions")["total"], 0)


def test_http_events_begin_with_the_state(t):
    sim, desk, web = opened(t)
    code, qr = web.code(), web.qr()
    stream = web.events()
    check_head(t, stream)
    first = check_event(t, stream.next())
    t.equal(stream.retry, 2000)
    t.equal(first.name, "status")
    t.equal(STATUS_KEYS - set(first.data), set())
    t.equal(first.data["stateVersion"], web.status()["stateVersion"])
    rest = {e.name: check_event(t, e).data for e in
            (stream.next(), stream.next())}
    t.equal(set(rest), {"qr", "code"})
    t.equal({"text", "svg", "attempt", "attemptsLeft", "expiresAt",
             "windowEndsAt"} - set(rest["qr"]), set())
    t.equal((rest["qr"]["text"], rest["qr"]["expiresAt"]),
            (qr["text"], qr["expiresAt"]))
    t.true(rest["qr"]["svg"].startswith("<svg"), rest["qr"]["svg"][:80])
    t.equal(rest["code"]["code"], code["code"])
    t.equal(rest["code"]["windowEndsAt"], code["data"]["windowEndsAt"])
    t.true(re.match(r"\+\d\*+\d{4}$", rest["code"]["phoneNumber"]), rest)


def test_http_events_of_a_link(t):
    """From the first code to connected, ids rising, nothing twice."""
    sim, desk, web = opened(t)
    desk.core_ready()
    desk.control().data("PATCH", session("acme"), {"name": "Acme"})
    stream = web.events()
    seen = [check_event(t, stream.next())]
    t.equal(seen[0].data["status"], "idle")
    qr = web.qr()
    got = check_event(t, stream.next("qr"))
    t.equal((got.data["text"], got.data["attempt"]), (qr["text"], 1))
    seen.append(got)
    code = web.code()
    seen.append(check_event(t, stream.next("code")))
    t.equal(seen[-1].data["code"], code["code"])
    sim.type(PHONE, code["code"])
    order = []
    while not order or order[-1] != "connected":
        seen.append(check_event(t, stream.next("status")))
        order.append(seen[-1].data["status"])
    t.true("pairing" in order, str(order))
    t.equal(seen[-1].data["phoneNumber"], PHONE)
    ids = [number(e) for e in seen]
    t.equal(ids, sorted(ids))
    t.equal(len({e.id.partition("-")[0] for e in seen}), 1, "one boot")
    versions = [e.data["stateVersion"] for e in seen if e.name == "status"]
    t.equal(versions, sorted(versions))


def test_http_events_each_new_qr(t):
    sim, desk, web = opened(t, speed=20)
    web.qr()
    stream = web.events()
    seen = [stream.next("qr").data for _ in range(3)]
    t.equal([q["attempt"] for q in seen], [1, 2, 3])
    t.equal(len({q["text"] for q in seen}), 3)
    t.equal([q["attemptsLeft"] for q in seen], [5, 4, 3])


def test_http_events_end_of_the_window(t):
    sim, desk, web = opened(t, speed=40)
    web.qr()
    stream = web.events()
    end = stream.status("idle", timeout=12)
    t.equal(end.data["reason"], "code_expired")
    t.true(end.data["advice"])


@rows("lang words", [("en", "Ask for a new one"), ("ru", "Запросите новый")])
def test_http_events_language(t, lang, words):
    sim, desk, web = opened(t, speed=40)
    web.qr()
    stream = web.events(lang=lang)
    t.contains(stream.status("idle", timeout=12).data["advice"], words)


def test_http_events_language_by_query(t):
    sim, desk, web = opened(t)
    web.qr()
    stream = web.events(session("acme", "events?lang=ru"), lang="en")
    t.true(re.search("[а-я]", stream.next("status").data["advice"]))


def test_http_events_error(t):
    sim, desk, web = opened(t)
    desk.core_ready()
    desk.control().data("PATCH", session("acme"), {"name": "x"})
    stream = web.events()
    sim.fault("failure", reason=429, kind="register", count=0)
    web.refused(429, "RATE_LIMITED", "GET", session("acme", "qr"))
    event = check_event(t, stream.next("error"))
    told = event.data
    t.equal((told["errorCode"], told["reason"]),
            ("RATE_LIMITED", "rate_limited"), str(told))
    t.true(told["error"] and told["retryAfter"] > 0, str(told))


def test_http_events_only_of_the_company(t):
    sim, desk, web = opened(t)
    web.qr("beta")
    stream = web.events(company="beta")
    stream.next("qr")
    web.linked(sim, "acme")
    web.code("beta", OTHER)
    while (event := stream.next()).name != "code":
        check_event(t, event, "beta")
    check_event(t, event, "beta")


def test_http_events_of_a_company_that_goes(t):
    """Its readers are not left with a company that is not there."""
    sim, desk, web = opened(t)
    desk.core_ready()
    admin = desk.control()
    admin.data("PATCH", session("acme"), {"name": "x"})
    stream = web.events()
    stream.next("status")
    admin.ok("DELETE", session("acme"))
    while stream.next(timeout=5):
        pass
    t.equal(web.events().answer.status, 404)


# --- resuming ----------------------------------------------------------------

def test_http_events_resume_one_company(t):
    """Always the state, whatever was seen before."""
    sim, desk, web = opened(t)
    qr = web.qr()
    stream = web.events()
    last = stream.next("qr").id
    stream.close()
    boot, _, seq = last.partition("-")
    for id_ in (last, f"{boot}-0", f"{boot}-99999999", f"{'0' * 16}-{seq}",
                "garbage", "-", f"{boot}-", f"{boot}--5", "9" * 300,
                f"{boot}-1e3", f"{boot}-18446744073709551616"):
        again = web.events(last=id_)
        check_head(t, again)
        first = check_event(t, again.next())
        t.equal((first.name, first.data["status"]), ("status", "qr"), id_)
        t.equal(again.next("qr").data["text"], qr["text"], id_)
        again.close()


def three(admin):
    for company in sorted(THREE):
        admin.data("PATCH", session(company), {"name": company})


def whole(stream, number_):
    return {stream.next("status").data["companyId"] for _ in range(number_)}


def check_ready(t, stream, full):
    """All that is to be told first has been."""
    event = stream.next("ready")
    t.equal((event.data["full"], event.data["companies"]), (full, 3),
            str(event))
    ms(event.data["serverTime"])
    t.true(number(event) > 0, "an id to come back with")


def test_http_events_of_all(t):
    sim, desk, web = opened(t)
    desk.core_ready()
    admin = desk.control()
    three(admin)
    stream = admin.events(ALL)
    check_head(t, stream)
    t.equal(whole(stream, 3), THREE)
    check_ready(t, stream, True)
    web.qr("beta")
    got = stream.next("qr")
    t.equal(got.data["companyId"], "beta")
    sim.scan(got.data["text"], PHONE)
    t.equal(stream.status("connected").data["companyId"], "beta")


def test_http_events_of_all_resume(t):
    """Of this boot: only what changed since. Else: everything."""
    sim, desk, web = opened(t)
    desk.core_ready()
    admin = desk.control()
    three(admin)
    stream = admin.events(ALL)
    whole(stream, 3)
    web.qr("beta")
    last = stream.next("qr").id
    stream.close()
    admin.data("PATCH", session("gamma"), {"paused": True})
    again = admin.events(ALL, last=last)
    first = again.next("status")
    t.equal((first.data["companyId"], first.data["reason"]),
            ("gamma", "paused"), str(first))
    check_ready(t, again, False)
    again.close()
    boot, _, seq = last.partition("-")
    for other in (f"{'0' * 16}-{seq}", "garbage", f"{boot}-999999999"):
        again = admin.events(ALL, last=other)
        t.equal(whole(again, 3), THREE, other)
        check_ready(t, again, True)
        again.close()


@limit(90)
def test_http_events_of_all_too_old(t):
    """What the ring has lost is made good by the whole state."""
    sim, desk, web = opened(t)
    desk.core_ready()
    admin = desk.control()
    three(admin)
    stream = admin.events(ALL)
    whole(stream, 3)
    web.qr("beta")
    last = stream.next("qr").id
    stream.close()
    # more events than the ring holds
    admin.many("PATCH", session("acme"), [
        {"paused": n % 2 == 0} for n in range(1200)])
    again = admin.events(ALL, last=last)
    t.equal(whole(again, 3), THREE)
    check_ready(t, again, True)


def test_http_events_resume_after_a_restart(t):
    sim, desk, web = opened(t)
    desk.core_ready()
    three(desk.control())
    stream = web.events()
    first = stream.next("status")
    desk.core.stop()
    web = desk.http()
    again = web.events(last=first.id)
    event = check_event(t, again.next("status"))
    t.true(event.id.partition("-")[0] != first.id.partition("-")[0],
           "another boot")


# --- readers -----------------------------------------------------------------

def test_http_events_comments(t):
    """One each fifteen seconds, so that no proxy between hangs up."""
    sim, desk, web = opened(t, speed=20)
    desk.core_ready()
    desk.control().data("PATCH", session("acme"), {"name": "x"})
    stream = web.events()
    stream.next("status")
    before, start = len(stream.comments), time.monotonic()

    def look():
        lines = stream.block(5)
        t.true(lines is not None, "the stream ended")
        stream.comments += [l for l in lines if l.startswith(":")]
        return len(stream.comments) >= before + 3
    t.until(look, "three comments", 8, every=0)
    t.within(time.monotonic() - start, 30 / 20, 60 / 20)


@limit(60)
def test_http_events_two_hundred_readers(t):
    sim, desk, web = opened(t, speed=8, **LEAN)
    web.qr()
    before = memory(desk.core.pid)
    streams = [web.events() for _ in range(200)]
    for stream in streams:
        t.equal(stream.next("qr").data["attempt"], 1)
    t.within(memory(desk.core.pid) - before, -10 ** 6, 200 * 150, "KiB more")
    code = web.code()["code"]
    for stream in streams:
        t.equal(stream.next("code", timeout=5).data["code"], code)
    for stream in streams:
        stream.close()
    t.until(lambda: desk.control().data("GET", f"{API}/listener")
            ["connections"] < 20, "they are gone", 20)


def test_http_events_reader_that_never_reads(t):
    """Dropped at the bound; others see all; memory stays."""
    sim, desk, web = opened(t, **LEAN)
    desk.core_ready()
    admin = desk.control()
    admin.data("PATCH", session("acme"), {"name": "x" * 60})
    # a Unix socket: the kernel's own buffers are small
    lazy = admin.events()
    good = web.events()
    before = memory(desk.core.pid)
    versions, done = [], threading.Event()

    def read():
        while (event := good.next("status", timeout=20)) is not None:
            versions.append(event.data["stateVersion"])
            if event.data["name"] == "end":
                done.set()
                return
    threading.Thread(target=read, daemon=True).start()
    admin.many("PATCH", session("acme"), [
        {"paused": n % 2 == 0} for n in range(1000)])
    admin.data("PATCH", session("acme"), {"name": "end", "paused": False})
    t.true(done.wait(t.left(15)), f"the other reader: {versions[-3:]}")
    t.equal(versions, sorted(versions))
    t.within(memory(desk.core.pid) - before, -10 ** 6, 16000, "KiB more")
    events = 0
    while True:
        try:
            if lazy.next(timeout=5) is None:
                break
        except AssertionError:      # cut off in the middle of one
            break
        events += 1
    t.true(events < 900, f"kept all {events} for it")
    # it comes back and gets the whole state
    t.equal(web.events().next("status").data["name"], "end")


def test_http_events_reader_that_goes(t):
    sim, desk, web = opened(t, speed=10)
    web.qr()
    for _ in range(30):
        stream = web.events()
        stream.next("status")
        stream.close()
    t.until(lambda: desk.control().data("GET", f"{API}/listener")
            ["connections"] <= 3, "noticed at the next comment", 8)


@cases(outlet=["tcp", "socket"])
def test_http_events_end_at_stop(t, outlet):
    """Cleanly: the last chunk comes, the program ends at once."""
    sim, desk, web = opened(t)
    web.qr()
    asker = web if outlet == "tcp" else desk.control()
    stream = asker.events()
    stream.next("qr")
    start = time.monotonic()
    t.equal(desk.core.stop(), OK, desk.core.describe())
    t.within(time.monotonic() - start, 0, 4)
    while stream.next(timeout=3) is not None:
        pass
    t.true(stream.ended)


def test_http_events_with_a_share_token(t):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token")
    web.token = token(desk, "share", "acme")
    web.qr()
    t.equal(web.events().next("status").data["status"], "qr")
    t.equal(web.events(company="beta").answer.status, 404)
    t.equal(web.events(ALL).answer.status, 403)


def test_http_events_token_that_is_revoked(t):
    """A stream is not good for as long as it stays open."""
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token", speed=10)
    desk.core_ready()
    admin = desk.control()
    made = admin.data("POST", f"{API}/tokens", {
        "name": "x", "role": "company", "companyId": "acme"}, 201)
    admin.data("PATCH", session("acme"), {"name": "x"})
    stream = web.events(token=made["token"])
    stream.next("status")
    admin.ok("DELETE", f"{API}/tokens?id={made['id']}")
    start = time.monotonic()
    while stream.next(timeout=6) is not None:
        pass
    t.within(time.monotonic() - start, 0, 2.5, "the next comment at latest")
