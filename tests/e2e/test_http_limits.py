"""Limits, each with its option; and that a page left open meets none."""

import contextlib
import resource
import time

from lib.case import cases, rows
from lib.web import (API, LEAN, PHONE, check_error, opened, session,
                     token)
from lib.wire import Broken

# costs a request of the company and of the source, and nothing else
COUNTED = "qr?format=gif"


def statuses(web, path, times):
    return [web.get(path).status for _ in range(times)]


def limited(t, web, path):
    """The refusal, whole."""
    answer = web.get(path)
    told = check_error(t, answer, 429, "RATE_LIMITED", path)
    t.within(told["retryAfter"], 1, 3600)
    return told


# --- requests ----------------------------------------------------------------

@rows("setting allowed", [(None, 30), ("3", 3), ("0", None)])
def test_http_limits_company(t, setting, allowed):
    env = {"PAIRDESK_LIMIT_SOURCE_PER_MINUTE": "0"}
    if setting:
        env["PAIRDESK_LIMIT_COMPANY_PER_MINUTE"] = setting
    sim, desk, web = opened(t, limits=True, **env)
    path = session("acme", COUNTED)
    if allowed is None:
        t.equal(set(statuses(web, path, 100)), {400})
        return
    t.equal(statuses(web, path, allowed), [400] * allowed)
    limited(t, web, path)
    web.refused(429, "RATE_LIMITED", "POST",
                session("acme", "pairing-code"), {"phoneNumber": PHONE})
    t.equal(web.get(session("beta", COUNTED)).status, 400, "another company")
    # what a page does all the time, and the socket, are no part of it
    for what in ("status", "events"):
        t.equal(web.get(session("acme", what)).status, 404, what)
    t.equal(web.get("/whatsapp-qr.html?company=acme").status, 200)
    t.equal(desk.control().get(path).status, 400, "the control socket")
    t.equal(sim.touched(), 0)


def test_http_limits_headers_say_how_it_stands(t):
    sim, desk, web = opened(t, limits=True,
                            PAIRDESK_LIMIT_COMPANY_PER_MINUTE="4",
                            PAIRDESK_LIMIT_SOURCE_PER_MINUTE="0")
    left = []
    for _ in range(5):
        answer = web.get(session("acme", COUNTED))
        t.equal(answer.header("RateLimit-Limit"), "4", str(answer))
        left.append(int(answer.header("RateLimit-Remaining")))
        t.within(int(answer.header("RateLimit-Reset")), 0, 60)
    t.equal(left, [3, 2, 1, 0, 0])
    t.equal((answer.status, bool(answer.all("Retry-After"))), (429, True))


@cases(what=["company", "source"])
def test_http_limits_end(t, what):
    """After Retry-After it goes on."""
    sim, desk, web = opened(t, limits=True, speed=20, **{
        f"PAIRDESK_LIMIT_{what.upper()}_PER_MINUTE": "2"})
    path = session("acme", COUNTED)
    t.until(lambda: web.get(path).status == 429, "the limit", every=0)
    wait = limited(t, web, path)["retryAfter"]
    time.sleep(wait / 20 + 0.05)        # this length is what is promised
    t.equal(web.get(path).status, 400)


@rows("setting allowed", [(None, 240), ("5", 5), ("0", None)])
def test_http_limits_status(t, setting, allowed):
    env = {"PAIRDESK_LIMIT_STATUS_PER_MINUTE": setting} if setting else {}
    sim, desk, web = opened(t, limits=True, **env)
    path = session("acme", "status")
    if allowed is None:
        t.equal(set(statuses(web, path, 300)), {404})
        return
    t.equal(set(statuses(web, path, allowed)), {404})
    # some may have come back meanwhile
    t.until(lambda: web.get(path).status == 429, "the limit", every=0)
    t.equal(web.get(session("acme", COUNTED)).status, 400)
    t.equal(web.get(session("beta", "status")).status, 404)


@rows("setting allowed", [(None, 60), ("4", 4)])
def test_http_limits_source(t, setting, allowed):
    env = {"PAIRDESK_LIMIT_SOURCE_PER_MINUTE": setting} if setting else {}
    sim, desk, web = opened(t, limits=True,
                            PAIRDESK_LIMIT_COMPANY_PER_MINUTE="0", **env)
    one, two = web.from_("127.0.0.7"), web.from_("127.0.0.8")
    got = [one.get(session(f"c{n}", COUNTED)).status for n in range(allowed)]
    t.equal(got, [400] * allowed)
    t.until(lambda: one.get(session("x", COUNTED)).status == 429,
            "the limit", every=0)
    t.equal(one.get(session("acme", "status")).status, 404, "polls")
    t.equal(one.get(session("acme", "events")).status, 404, "streams")
    t.equal(one.get("/whatsapp-qr.html").status, 200, "pages")
    t.equal(two.get(session("acme", COUNTED)).status, 400, "others")
    admin = one.as_(token(desk))
    t.equal(admin.get(session("acme", COUNTED)).status, 400, "an admin")
    refused = desk.control().data("GET", f"{API}/listener")["refused"]
    t.true(any("127.0.0.7" in str(r["source"]) and
               r["code"] in (429, "RATE_LIMITED") for r in refused),
           str(refused))


def test_http_limits_of_a_source_before_any_company(t):
    """Ids that are made up do not help, and are not remembered for ever."""
    sim, desk, web = opened(t, limits=True,
                            PAIRDESK_LIMIT_SOURCE_PER_MINUTE="10")
    got = [web.get(session(f"id-{n}", COUNTED)).status for n in range(12)]
    t.equal(got, [400] * 10 + [429] * 2)


# --- attempts ----------------------------------------------------------------

def fail_once(t, sim, web, company, phone=None):
    """An attempt that ends at once."""
    answer = web.post(session(company, "pairing-code"),
                      {"phoneNumber": phone}) if phone else \
        web.get(session(company, "qr"))
    t.equal(answer.status, 502, str(answer))


@rows("setting allowed", [(None, 3), ("1", 1)])
def test_http_limits_links_per_company(t, setting, allowed):
    env = {"PAIRDESK_LIMIT_LINKS_PER_HOUR": setting} if setting else {}
    sim, desk, web = opened(t, limits=True, **env)
    sim.fault("close", at="pair", count=0)
    for _ in range(allowed):
        fail_once(t, sim, web, "acme")
    dials = sim.dials()
    for asker in (web, desk.control()):         # whoever asks
        told = asker.refused(429, "RATE_LIMITED", "GET",
                             session("acme", "qr"))
        t.equal(told["reason"], "budget", str(told))
        t.within(told["retryAfter"], 1, 3600)
    t.equal(sim.dials(), dials, "nothing left the host")
    sim.do("clear")
    t.equal(web.qr("beta")["attempt"], 1, "another company")


def test_http_limits_links_per_phone(t):
    sim, desk, web = opened(t, limits=True)
    sim.fault("close", at="pair", count=0)
    for n in range(3):
        fail_once(t, sim, web, f"c{n}", PHONE)
    dials = sim.dials()
    told = web.refused(429, "RATE_LIMITED", "POST",
                       session("c9", "pairing-code"), {"phoneNumber": PHONE})
    t.equal(told["reason"], "budget", str(told))
    t.equal(sim.dials(), dials)
    sim.do("clear")
    web.code("c9", phone="79002223344")


def test_http_limits_links_off(t):
    sim, desk, web = opened(t, limits=True, PAIRDESK_LIMIT_LINKS_PER_HOUR="0")
    sim.fault("close", at="pair", count=0)
    for _ in range(6):
        fail_once(t, sim, web, "acme")


def test_http_limits_joining_is_no_attempt(t):
    sim, desk, web = opened(t, limits=True, PAIRDESK_LIMIT_LINKS_PER_HOUR="1")
    for _ in range(4):
        web.qr()
        web.code()
    t.equal(sim.dials(), 1)


def test_http_limits_companies(t):
    sim, desk, web = opened(t, PAIRDESK_COMPANIES_MAX="3")
    for n in range(3):
        desk.core_ready()
        desk.control().data("PATCH", session(f"c{n}"), {"name": "x"})
    for who, how in ((web, ("GET", session("c9", "qr"))), (desk.control(),
                     ("PATCH", session("c9"), {"name": "x"}))):
        told = who.refused(429, "RATE_LIMITED", *how)
        t.equal(told["retryAfter"], 3600, "drafts are dropped by and by")
        t.equal("companies.max" in told["error"], who is not web, str(told))
    t.equal(web.qr("c0")["attempt"], 1, "one that is there")
    t.equal(sim.dials(), 1)


def test_http_limits_open_pages_meet_none(t):
    """Three people watch one company for a whole window, with the limits as
    they come: a stream, a poll each two seconds, the code each minute."""
    speed = 20
    sim, desk, web = opened(t, limits=True, speed=speed)
    start = time.monotonic()
    code, qr = web.code()["code"], web.qr()
    streams = [web.events() for _ in range(3)]
    renewed = 0
    while time.monotonic() - start < 150 / speed:
        time.sleep(2 / speed)           # the page's own pace
        for _ in range(2):
            answer = web.get(session("acme", "status"))
            t.equal(answer.status, 200, str(answer))
        if time.monotonic() - start > (renewed + 1) * 60 / speed:
            t.equal(web.code()["code"], code)
            renewed += 1
    t.equal(renewed, 2)
    for stream in streams:
        t.equal(stream.next("status").data["status"] in ("qr", "code"), True)
    t.equal(sim.dials(), 1)
    t.true(qr["text"])


# --- connections -------------------------------------------------------------

@contextlib.contextmanager
def connections(t, web, number, first=b""):
    """So many connections, of those that are let in."""
    wires = []
    try:
        for _ in range(number):
            try:
                wire = web.wire(timeout=5)
            except OSError:
                continue
            wires.append(wire)
            if first:
                wire.try_send(first)
        yield wires
    finally:
        for wire in wires:
            wire.close()


def served(web, timeout=5):
    """Whether a connection that is opened now is answered."""
    try:
        with web.wire(timeout=timeout) as wire:
            wire.send(web.bytes("GET", "/health"))
            answer = wire.answer()
            return answer is not None and answer.status == 200
    except (OSError, Broken):
        return False


def test_http_limits_connections_of_a_source(t):
    sim, desk, web = opened(t, PAIRDESK_HTTP_MAX_CONNECTIONS_PER_SOURCE="4")
    many, other = web.from_("127.0.0.5"), web.from_("127.0.0.6")
    with connections(t, many, 4) as wires:
        for wire in wires:      # all four work
            wire.send(web.bytes("GET", "/health", keep=True))
            t.equal(wire.answer().status, 200)
        t.equal(served(many, 1), False, "a fifth")
        t.equal(served(other), True, "another source")
        t.equal(desk.control().get("/health").status, 200)
        wires[0].close()
        t.until(lambda: served(many, 1), "one has gone")
    t.until(lambda: served(many, 1), "all have gone")


def test_http_limits_connections_in_all(t):
    sim, desk, web = opened(t, PAIRDESK_HTTP_MAX_CONNECTIONS="6")
    held = b"GET /health HTTP/1.1\r\n"
    with connections(t, web.from_("127.0.0.5"), 3, held), \
            connections(t, web.from_("127.0.0.6"), 3, held):
        t.until(lambda: not served(web, 0.5), "full", every=0)
        t.equal(desk.control().get("/health").status, 200, "the socket")
    t.until(lambda: served(web, 1), "room again")


# what is sent, then nothing, or a byte now and then
SLOW = {
    "nothing": (b"", b""),
    "half a line": (b"GET /hea", b""),
    "header by header": (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n",
                         b"X-A: b\r\n"),
    "byte by byte": (b"GET /health HTTP/1.1\r\nX: ", b"a"),
}


@cases(how=list(SLOW))
def test_http_limits_slow_headers(t, how):
    sim, desk, web = opened(t, PAIRDESK_HTTP_HEADER_TIMEOUT="1",
                            PAIRDESK_HTTP_IDLE_TIMEOUT="1")
    first, then = SLOW[how]
    start = time.monotonic()
    with web.wire() as wire:
        wire.try_send(first)
        check_dropped(t, wire, then)
    t.within(time.monotonic() - start, 0.5, 5)
    t.equal(web.get("/health").status, 200)


def check_dropped(t, wire, then=b""):
    """Closed in time however it dribbles; at most with a 408."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if then and not wire.try_send(then):
            return
        try:
            if not wire.fill(time.monotonic() + 0.2):
                break
        except Broken:
            pass
    else:
        t.fail("still open after five seconds")
    if wire.rest:
        t.true(wire.rest.startswith(b"HTTP/1.1 408"), wire.rest[:200])


@cases(then=[b"", b" "], framing=["length", "chunked"])
def test_http_limits_slow_body(t, then, framing):
    sim, desk, web = opened(t, PAIRDESK_HTTP_BODY_TIMEOUT="1")
    how = "Content-Length: 1000" if framing == "length" else \
        "Transfer-Encoding: chunked"
    if framing == "chunked" and then:
        then = b"1\r\n \r\n"
    start = time.monotonic()
    with web.wire() as wire:
        wire.send((f"POST {session('acme', 'pairing-code')} HTTP/1.1\r\n"
                   f"Host: {web.host}\r\nContent-Type: application/json\r\n"
                   f"{how}\r\n\r\n").encode())
        check_dropped(t, wire, then)
    t.within(time.monotonic() - start, 0.5, 5)
    t.equal(web.get(session("acme", "status")).status, 404)


def test_http_limits_idle_keep_alive(t):
    sim, desk, web = opened(t, PAIRDESK_HTTP_IDLE_TIMEOUT="1")
    with web.wire() as wire:
        wire.send(web.bytes("GET", "/health", keep=True))
        t.equal(wire.answer().status, 200)
        start = time.monotonic()
        t.true(wire.closed(5), "an idle connection is closed")
        t.within(time.monotonic() - start, 0.5, 4)


def test_http_limits_waits_are_not_idle(t):
    """A request that waits for WhatsApp, and a stream, outlive them all."""
    sim, desk, web = opened(t, PAIRDESK_HTTP_IDLE_TIMEOUT="1",
                            PAIRDESK_HTTP_BODY_TIMEOUT="1",
                            PAIRDESK_HTTP_HEADER_TIMEOUT="1")
    web.qr()
    stream = web.events()
    sim.fault("code-answer", how="late", ms=3000)
    code = web.code()
    t.equal(stream.next("code").data["code"], code["code"])


def test_http_limits_slow_reading(t):
    """One who asks and asks and never reads is not buffered for."""
    sim, desk, web = opened(t, PAIRDESK_HTTP_IDLE_TIMEOUT="1", **LEAN)
    web.qr()
    before = memory(desk.core.pid)
    with web.wire(buffer=2048, timeout=2) as wire:
        # more than the kernel's own buffers hold
        questions = web.bytes("GET", session("acme", "qr"), keep=True) * 1000
        left = 40 * 2 ** 20 // len(questions)
        try:
            wire.sock.settimeout(1)
            while left:
                wire.sock.sendall(questions)
                left -= 1
        except OSError:
            pass
        t.true(left, "took all questions of one who reads nothing")
        t.equal(web.get("/health").status, 200, "others meanwhile")
        t.within(memory(desk.core.pid) - before, -10 ** 6, 24000, "KiB more")


def memory(pid):
    """Resident, KiB."""
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith("VmRSS"))


# --- sizes -------------------------------------------------------------------

def head(web, target="/health", filler=0, method="GET", more=""):
    extra = "".join(f"X-Filler-{n}: {'x' * min(1000, filler - n * 1000)}\r\n"
                    for n in range((filler + 999) // 1000))
    return (f"{method} {target} HTTP/1.1\r\nHost: {web.host}\r\n{extra}"
            f"{more}\r\n").encode()


@rows("setting size allowed", [
    (None, 6000, {200}), (None, 9000, {431}), (None, 100000, {431, None}),
    ("2k", 3000, {431}), ("16k", 9000, {200}),
])
def test_http_limits_header(t, setting, size, allowed):
    env = {"PAIRDESK_HTTP_MAX_HEADER": setting} if setting else {}
    sim, desk, web = opened(t, **env)
    answer = web.raw(head(web, filler=size))
    t.true((answer and answer.status) in allowed, str(answer))
    t.equal(web.get("/health").status, 200)


@rows("setting size allowed", [
    (None, 1900, {200}), (None, 2100, {414}), (None, 7000, {414}),
    (None, 100000, {414, 431, None}), ("1k", 1100, {414}),
])
def test_http_limits_url(t, setting, size, allowed):
    env = {"PAIRDESK_HTTP_MAX_URL": setting} if setting else {}
    sim, desk, web = opened(t, **env)
    answer = web.raw(head(web, "/health?" + "a" * (size - 8)))
    t.true((answer and answer.status) in allowed, str(answer))
    t.equal(web.get("/health").status, 200)


@rows("framing setting size allowed", [
    (framing, setting, size, allowed)
    for framing in ("length", "chunked")
    for setting, size, allowed in (
        (None, 16000, 400), (None, 17000, 413), (None, 10 ** 6, 413),
        ("1k", 900, 400), ("1k", 1200, 413))])
def test_http_limits_body(t, framing, setting, size, allowed):
    env = {"PAIRDESK_HTTP_MAX_BODY": setting} if setting else {}
    sim, desk, web = opened(t, **env)
    body = (b'{"phoneNumber":"1","x":"' + b"y" * size)[:size - 2] + b'"}'
    how = f"Content-Length: {len(body)}\r\n"
    if framing == "chunked":
        how = "Transfer-Encoding: chunked\r\n"
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in
                        (body[n:n + 4096] for n in range(0, len(body), 4096)))
        body += b"0\r\n\r\n"
    with web.wire() as wire:
        wire.send(head(web, session("acme", "pairing-code"), method="POST",
                       more=f"Content-Type: application/json\r\n{how}"))
        for n in range(0, len(body), 65536):
            if not wire.try_send(body[n:n + 65536]):
                break
        answer = wire.answer("POST")
    if size > 10 ** 5 and answer is None:
        return          # closed while we still wrote
    code = "INVALID_PHONE" if allowed == 400 else answer.json()["errorCode"]
    check_error(t, answer, allowed, code)
    t.equal(web.get("/health").status, 200)


def test_http_limits_body_that_is_announced_too_long(t):
    """Refused before it is sent, and Expect is not encouraged."""
    sim, desk, web = opened(t)
    with web.wire() as wire:
        wire.send(head(web, session("acme", "pairing-code"), method="POST",
                       more="Content-Type: application/json\r\n"
                            "Expect: 100-continue\r\n"
                            "Content-Length: 100000000\r\n"))
        t.true(wire.answer("POST").status in (413, 417))


# --- a crowd -----------------------------------------------------------------

def test_http_limits_crowd_of_slow_connections(t):
    """A thousand from one source do not keep another waiting."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 4096:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    sim, desk, web = opened(t, limits=True, **LEAN)
    before = memory(desk.core.pid)
    slow = web.from_("127.0.0.2")
    with connections(t, slow, 1000, b"GET /health HTTP/1.1\r\nX: ") as wires:
        end, asked, longest = time.monotonic() + 3, 0, 0
        while time.monotonic() < end:
            start = time.monotonic()
            t.equal(web.get("/health").status, 200)
            longest = max(longest, time.monotonic() - start)
            asked += 1
            for wire in wires[asked % 10::10]:
                wire.try_send(b"x")
        t.within(longest, 0, 2, "seconds for one answer")
        t.true(asked > 10, f"only {asked} answers")
        t.within(memory(desk.core.pid) - before, -10 ** 6, 48000, "KiB more")
    t.until(lambda: served(slow, 1), "the source is served again")
