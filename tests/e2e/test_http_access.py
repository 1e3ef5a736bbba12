"""Who may call: roles, Host, Origin, proxies, tokens, addresses."""

import json
import re
import secrets

from lib.case import cases, rows
from lib.desk import CONFIG, OK
from lib.routes import ADMIN, COMPANY, OPEN, PAGES, ROUTES, SHARE
from lib.web import (API, NO_LIMITS, PHONE, SECURITY, check_error, opened,
                     session, token)
from test_http_api import unlinked

STATUS = session("acme", "status")
GOOD, BAD_TOKEN = 200, "pd_a_" + "x" * 43


def two_companies(t, desk):
    """acme and beta are there, unlinked."""
    desk.core_ready()
    for company in ("acme", "beta"):
        desk.control().data("PATCH", session(company), {"name": company})


# --- every route, every caller -----------------------------------------------

def expired(t, desk, web):
    text = token(desk, expiresIn=1)
    t.until(lambda: web.get(f"{API}/sessions", token=text).status == 401,
            "the token expires")
    return text


def revoked(t, desk, web):
    made = desk.control().data("POST", f"{API}/tokens",
                               {"name": "x", "role": "admin"}, 201)
    desk.control().ok("DELETE", f"{API}/tokens?id={made['id']}")
    return made["token"]


# caller: (the role it has for acme, or the role and the company it is of;
# how its token is made)
CALLERS = {
    "nothing": (None, lambda t, d, w: None),
    "bad token": ("bad", lambda t, d, w: BAD_TOKEN),
    "garbage": ("bad", lambda t, d, w: "hello"),
    "expired": ("bad", expired),
    "revoked": ("bad", revoked),
    "share": (SHARE, lambda t, d, w: token(d, "share", "acme")),
    "company": (COMPANY, lambda t, d, w: token(d, "company", "acme")),
    "share of beta": ("other " + SHARE,
                      lambda t, d, w: token(d, "share", "beta")),
    "company beta": ("other " + COMPANY,
                     lambda t, d, w: token(d, "company", "beta")),
    "admin": (ADMIN, lambda t, d, w: token(d, "admin")),
    "socket": (ADMIN, None),
}


def expected(route, role, mode):
    """Statuses that the contract allows, by its column "who"."""
    if role is None:
        if route.path == "/health":
            return {route.granted}
        if mode == "token":
            return {401}
        return {route.granted} if OPEN in route.who else {403}
    if role == "bad":
        return {200, 401} if route.path == "/health" else {401}
    if role.startswith("other "):
        role = role.removeprefix("other ")
        if route.per_company:
            # neither may tell whether there is an acme
            return {404} if role in route.who else {403, 404}
    return {route.granted} if role in route.who else {403}


@cases(mode=["open", "token"], caller=list(CALLERS))
def test_http_access_matrix(t, mode, caller):
    # the clock is fast for what expires; nothing else here waits
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH=mode,
                            speed=10 if caller == "expired" else 1)
    two_companies(t, desk)
    role, make = CALLERS[caller]
    if make:
        web.token = make(t, desk, web)
    else:
        web = desk.control()
    wrong = []
    for n, route in enumerate(ROUTES):
        if role == "bad":       # or the penalty for guessing is met
            web = web.from_(f"127.0.3.{n + 1}")
        got = route.ask(web)
        want = expected(route, role, mode)
        if got.status not in want:
            wrong.append(f"{route}: {got.status}, want {want}")
        elif got.status in (401, 403, 404) and got.status != route.granted:
            check_error(t, got, got.status, {
                401: "UNAUTHORIZED", 403: "FORBIDDEN",
                404: "SESSION_NOT_FOUND"}[got.status], str(route))
            t.equal(bool(got.all("WWW-Authenticate")), got.status == 401,
                    f"{route}: {got.headers}")
    for page in PAGES:
        got = web.get(page + "?company=acme")
        if got.status != 200:
            wrong.append(f"{page}: {got.status}")
    t.equal(wrong, [])
    t.equal(sim.touched(), 0)


@cases(role=["share", "company"])
def test_http_access_foreign_is_unknown(t, role):
    """The same bytes for a company that is not there, one that is another's,
    and one's own that is not there yet."""
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token")
    two_companies(t, desk)
    web.token = token(desk, role, "gamma")
    for route in ROUTES:
        if not route.per_company or role not in route.who:
            continue
        seen = set()
        for company in ("acme", "nobody", "z" * 64):
            answer = route.ask(web, company)
            seen.add((answer.status, answer.body, tuple(
                (n, v) for n, v in answer.headers
                if n.lower() not in ("date", "connection"))))
        if route.method == "GET" and "qr" not in route.path:
            answer = route.ask(web, "gamma")
            seen.add((answer.status, answer.body, tuple(
                (n, v) for n, v in answer.headers
                if n.lower() not in ("date", "connection"))))
        t.equal(len(seen), 1, f"{route}: {seen}")
        t.equal(min(seen)[0], 404, str(route))
        for company in (b"acme", b"nobody"):
            t.lacks(min(seen)[1], company, "not even the name")


@rows("company", [("..",), ("a b",), ("a%2f..%2fbeta",), ("acme%00",)])
def test_http_access_bad_company_with_token(t, company):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token")
    two_companies(t, desk)
    web.token = token(desk, "company", "acme")
    target = session(company, "status").replace(" ", "%20")
    t.true(web.get(target).status in (400, 404), "refused")


@rows("headers status", [
    ({"Authorization": "Bearer {}"}, 200),
    ({"Authorization": "bearer {}"}, 200),
    ({"Authorization": "BEARER   {}"}, {200, 401}),
    ({"Authorization": "{}"}, 401), ({"Authorization": "Basic {}"}, 401),
    ({"Authorization": "Token {}"}, 401), ({"Authorization": "Bearer"}, 401),
    ({"Authorization": "Bearer {}x"}, 401),
    ({"Authorization": "Bearer x{}"}, 401),
    ({"Authorization": "Bearer {} {}"}, {400, 401}),
    ({"Authorization": "Bearer {},"}, 401), ({"Authorization": ""}, 401),
    ({"X-Api-Key": "{}"}, 401), ({"Cookie": "token={}"}, 401),
    ({"Authorization": "Bearer " + "y" * 4000}, {401, 431}),
])
def test_http_access_bearer(t, headers, status):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token")
    text = token(desk)
    answer = web.get(f"{API}/sessions", headers={
        k: v.replace("{}", text) for k, v in headers.items()})
    t.true(answer.status in (status if isinstance(status, set) else
                             {status}), f"want {status}: {answer}")


@rows("query", [("token={}",), ("t={}",), ("access_token={}",),
                ("authorization=Bearer%20{}",)])
def test_http_access_no_token_in_the_query(t, query):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token")
    text = token(desk)
    web.refused(401, "UNAUTHORIZED", "GET",
                f"{API}/sessions?{query.replace('{}', text)}")
    t.lacks("\n".join(desk.log()), text, "in the log")


def test_http_access_two_authorizations(t):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token")
    text = token(desk)
    for first, second in ((text, BAD_TOKEN), (BAD_TOKEN, text)):
        answer = web.raw((
            f"GET {API}/sessions HTTP/1.1\r\nHost: {web.host}\r\n"
            f"Authorization: Bearer {first}\r\n"
            f"Authorization: Bearer {second}\r\n\r\n").encode())
        t.true(answer is None or answer.status in (400, 401), str(answer))


# --- Host --------------------------------------------------------------------

HOSTS = [
    ("127.0.0.1:PORT", 200), ("localhost:PORT", 200), ("[::1]:PORT", 200),
    ("127.0.0.1", 200), ("localhost", 200), ("LocalHost:PORT", 200),
    ("evil.example", 421), ("evil.example:PORT", 421),
    ("127.0.0.1.evil.example", 421), ("localhost.evil.example:PORT", 421),
    ("evil-localhost", 421), ("0.0.0.0:PORT", 421), ("[::]:PORT", 421),
    ("127.1:PORT", 421), ("2130706433", 421), ("0x7f000001", 421),
    ("017700000001", 421), ("192.0.2.1:PORT", 421),
    ("127.0.0.1@evil.example", (400, 421)), ("evil.example#127.0.0.1",
                                             (400, 421)),
    ("127.0.0.1:PORT:1", (400, 421)), ("127.0.0.1:x", (400, 421)),
    ("127.0.0.1/evil", (400, 421)), ("127.0.0.1 evil", (400, 421)),
    ("[::1", (400, 421)), ("[::ffff:192.0.2.1]:PORT", (400, 421)),
    ("*", (400, 421)), ("127.0.0.1,evil.example", (400, 421)),
    ("xn--e1afmkfd.example", 421), ("a" * 2000 + ".example", (400, 421, 431)),
]


@cases(mode=["open", "token"])
def test_http_access_host(t, mode):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH=mode)
    desk.core_ready()
    desk.control().data("PATCH", session("acme"), {"name": "x"})
    if mode == "token":
        web.token = token(desk)
    wrong = []
    for host, want in HOSTS:
        host = host.replace("PORT", str(web.where[1]))
        for path in (STATUS, "/whatsapp-qr.html"):
            answer = web.get(path, headers={"Host": host})
            if answer.status not in (want if isinstance(want, tuple)
                                     else (want,)):
                wrong.append((host, path, answer.status, want))
            if answer.status == 421:
                check_error(t, answer, 421, "MISDIRECTED", host)
    t.equal(wrong, [])


def test_http_access_host_configured(t):
    sim, desk, web = opened(
        t, PAIRDESK_HTTP_HOSTS="wa.example.org desk.example:8080",
        PAIRDESK_HTTP_PUBLIC_URL="https://link.example.org")
    for host, want in (("wa.example.org", 200), ("WA.example.org", 200),
                       (f"wa.example.org:{web.where[1]}", 200),
                       ("desk.example:8080", 200), ("link.example.org", 200),
                       ("xwa.example.org", 421), ("wa.example.org.x", 421),
                       ("example.org", 421), ("evil.example", 421)):
        t.equal(web.get("/health", headers={"Host": host}).status, want, host)


# --- the browser of somebody who visits another site -------------------------

FOREIGN = [
    "null", "http://evil.example", "https://evil.example",
    "http://evil.example:PORT", "https://localhost.example:PORT",
    "http://127.0.0.1:1", "http://localhost:1", "http://127.0.0.1",
    "http://127.0.0.1:PORT.evil.example", "http://127.0.0.1.evil.example",
    "http://localhost.evil.example:PORT", "http://127.0.0.1:PORT@evil.example",
    "http://evil.example#127.0.0.1:PORT", "http://evil.example/127.0.0.1:PORT",
    "file://", "chrome-extension://abcdef", "http://[::1]:1",
    "http://127.0.0.1:PORT1", "http://xlocalhost:PORT",
    "http://127.0.0.1:PORT http://evil.example",
]


def test_http_access_origin(t):
    sim, desk, web = opened(t)
    two_companies(t, desk)
    port = str(web.where[1])
    wrong = []
    for origin in FOREIGN:
        origin = origin.replace("PORT", port)
        for method, path, body in (
                ("GET", STATUS, None), ("GET", session("acme", "qr"), None),
                ("POST", session("acme", "pairing-code"),
                 {"phoneNumber": PHONE}),
                ("GET", session("acme", "events"), None)):
            headers = {"Origin": origin}
            answer = web.events(path, headers=headers).answer \
                if path.endswith("events") else \
                web.ask(method, path, body, headers)
            if answer.status != 403 or \
                    answer.json()["errorCode"] != "FORBIDDEN":
                wrong.append((origin, method, path, answer.status))
            t.equal(answer.all("Access-Control-Allow-Origin"), [], origin)
    t.equal(wrong, [])
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
        answer = web.get(STATUS, headers={"Host": host,
                                          "Origin": f"http://{host}"})
        t.equal(answer.status, 200, f"own origin {host}")
    t.equal(sim.touched(), 0)


@rows("headers", [
    ({"Sec-Fetch-Site": "cross-site"},), ({"Sec-Fetch-Site": "same-site"},),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
      "Sec-Fetch-Dest": "document"},),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors",
      "Sec-Fetch-Dest": "image"},),
    ({"Referer": "http://evil.example/page"},),
    ({"X-Forwarded-For": "198.51.100.7"},),
    ({"X-Forwarded-Host": "wa.example.org"},),
    ({"X-Forwarded-Proto": "https"},), ({"Forwarded": "for=198.51.100.7"},),
    ({"X-Forwarded-Port": "443"},),
])
def test_http_access_open_mode_guards(t, headers):
    sim, desk, web = opened(t)
    two_companies(t, desk)
    for method, path, body in (
            ("GET", STATUS, None), ("GET", session("acme", "qr"), None),
            ("POST", session("acme", "pairing-code"), {"phoneNumber": PHONE}),
            ("POST", session("acme", "reconnect"), None)):
        web.refused(403, "FORBIDDEN", method, path, body, headers=headers)
    t.equal(sim.touched(), 0)


@rows("headers", [
    ({"Sec-Fetch-Site": "same-origin"},), ({"Sec-Fetch-Site": "none"},),
    ({"Referer": "{url}/whatsapp-qr.html?company=acme"},), ({},),
])
def test_http_access_open_mode_lets_through(t, headers):
    sim, desk, web = opened(t)
    two_companies(t, desk)
    headers = {k: v.replace("{url}", web.url) for k, v in headers.items()}
    t.equal(web.get(STATUS, headers=headers).status, 200)


@cases(page=PAGES)
def test_http_access_link_from_a_crm(t, page):
    """A page may be reached by a link on another site."""
    sim, desk, web = opened(t)
    for dest in ("document", "iframe"):
        for site in ("cross-site", "same-site", "none"):
            t.equal(web.get(page, headers={
                "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": dest, "Referer": "https://crm.example/"
            }).status, 200, f"{dest} {site}")


@cases(mode=["open", "token"])
def test_http_access_wrong_content_type(t, mode):
    """What a form of another site can send is not taken."""
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH=mode)
    if mode == "token":
        web.token = token(desk)
    for kind in ("text/plain", "application/x-www-form-urlencoded",
                 "multipart/form-data; boundary=x", "text/json",
                 "application/jsonp"):
        answer = web.post(session("acme", "pairing-code"),
                          json.dumps({"phoneNumber": PHONE}),
                          headers={"Content-Type": kind})
        check_error(t, answer, 415, answer.json()["errorCode"], kind)
    for kind in ("application/json; charset=utf-8", "Application/JSON"):
        answer = web.post(session("acme", "pairing-code"),
                          '{"phoneNumber":"1"}',
                          headers={"Content-Type": kind})
        check_error(t, answer, 400, "INVALID_PHONE", kind)
    t.equal(sim.touched(), 0)


# --- CORS --------------------------------------------------------------------

CRM = "https://crm.example"


def preflight(web, origin, method="POST", path=None,
              wanted="authorization,content-type"):
    return web.ask("OPTIONS", path or session("acme", "pairing-code"),
                   headers={"Origin": origin,
                            "Access-Control-Request-Method": method,
                            "Access-Control-Request-Headers": wanted})


@rows("mode setting allowed", [
    ("token", f"{CRM} https://b.example", CRM), ("token", "*", "*"),
    ("open", CRM, CRM),
])
def test_http_access_cors(t, mode, setting, allowed):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH=mode,
                            PAIRDESK_HTTP_CORS_ORIGINS=setting)
    two_companies(t, desk)
    answer = preflight(web, CRM)
    t.true(answer.status in (200, 204), str(answer))
    t.equal(answer.header("Access-Control-Allow-Origin"), allowed)
    t.equal(answer.all("Access-Control-Allow-Credentials"), [])
    t.contains(answer.header("Access-Control-Allow-Methods"), "POST")
    named = {h.strip().lower() for h in
             answer.header("Access-Control-Allow-Headers").split(",")}
    t.equal({"authorization", "content-type", "last-event-id"} - named,
            set())
    if allowed != "*":
        t.contains(answer.header("Vary"), "Origin")
    if mode == "token":
        web.token = token(desk)
    headers = {"Origin": CRM, "Sec-Fetch-Site": "cross-site",
               "Sec-Fetch-Mode": "cors"}
    answer = web.get(STATUS, headers=headers)
    t.equal((answer.status, answer.header("Access-Control-Allow-Origin")),
            (200, allowed), str(answer))
    # errors must be readable too
    answer = web.get(session("nobody", "status"), headers=headers)
    t.equal((answer.status, answer.header("Access-Control-Allow-Origin")),
            (404, allowed), str(answer))


@cases(mode=["open", "token"])
def test_http_access_cors_not_for_all(t, mode):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH=mode,
                            PAIRDESK_HTTP_CORS_ORIGINS=CRM)
    for origin in ["null", "http://crm.example", "https://crm.example.evil",
                   "https://xcrm.example", "https://crm.example:444",
                   "https://CRM.example.", "https://crm.example/",
                   "https://crm.example https://evil.example"]:
        answer = preflight(web, origin)
        t.equal(answer.all("Access-Control-Allow-Origin"), [],
                f"{origin}: {answer}")


def test_http_access_cors_off(t):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token")
    two_companies(t, desk)
    web.token = token(desk)
    answer = preflight(web, CRM)
    t.equal(answer.all("Access-Control-Allow-Origin"), [])
    answer = web.get(STATUS, headers={"Origin": CRM})
    t.equal(answer.all("Access-Control-Allow-Origin"), [], str(answer))


# --- headers -----------------------------------------------------------------

@rows("path", [(STATUS,), ("/health",), ("/nosuch",), ("/metrics",),
               ("/",), ("/whatsapp-qr.html",), ("/whatsapp-pairing.html",)])
def test_http_access_security_headers(t, path):
    sim, desk, web = opened(t)
    answer = web.get(path)
    for name, value in SECURITY.items():
        t.equal(answer.header(name), value, name)
    if path in PAGES:
        csp = [p.strip() for p in
               answer.header("Content-Security-Policy").split(";")]
        for part in ("default-src 'none'", "img-src 'self' data:",
                     "style-src 'self'", "script-src 'self'",
                     "connect-src 'self'", "form-action 'self'",
                     "base-uri 'none'", "frame-ancestors 'none'"):
            t.true(part in csp, f"{part} in {csp}")
        t.lacks(answer.text, "<script>", "inline script")
        t.lacks(answer.text, " style=", "inline style")
        t.lacks(answer.text, " onclick", "inline handler")
        for url in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
            t.true("//" not in url, f"third party: {url}")
            if not url.startswith(("#", "data:", "?")):
                got = web.get("/" + url.lstrip("/."))
                t.equal(got.status, 200, url)
    else:
        t.equal(answer.header("Cache-Control"), "no-store")
    t.equal(answer.all("Set-Cookie"), [])
    t.equal(answer.all("X-Powered-By"), [])


def test_http_access_frame_ancestors(t):
    sim, desk, web = opened(
        t, PAIRDESK_HTTP_FRAME_ANCESTORS="https://crm.example https://b.ru")
    csp = web.get("/whatsapp-qr.html").header("Content-Security-Policy")
    t.contains(csp, "frame-ancestors https://crm.example https://b.ru")


def test_http_access_landing_page_lists_nothing(t):
    sim, desk, web = opened(t)
    two_companies(t, desk)
    text = web.get("/").text
    t.lacks(text, "acme")
    t.lacks(text, "beta")


# --- proxies in front --------------------------------------------------------

COUNTED = session("acme", "qr?format=gif")       # costs one request, no more


def counted(web, forwarded, times):
    return [web.get(COUNTED, headers={"X-Forwarded-For": forwarded(n)}).status
            for n in range(times)]


def limited_desk(t, **env):
    sim, desk, web = opened(t, **{
        "PAIRDESK_HTTP_AUTH": "token",
        "PAIRDESK_LIMIT_SOURCE_PER_MINUTE": "5", **env})
    web.token = token(desk, "company", "acme")
    return sim, desk, web


def test_http_access_forged_forwarded_for(t):
    """From anybody else it does not count: no way around the limit."""
    sim, desk, web = limited_desk(t)
    got = counted(web, lambda n: f"198.51.100.{n}", 7)
    t.equal(got, [400] * 5 + [429] * 2)


@rows("proxies", [("127.0.0.1",), ("127.0.0.0/8",),
                  ("10.0.0.0/8, 127.0.0.1/32",)])
def test_http_access_trusted_proxy(t, proxies):
    sim, desk, web = limited_desk(t, PAIRDESK_HTTP_TRUSTED_PROXIES=proxies)
    t.equal(counted(web, lambda n: "198.51.100.1", 6), [400] * 5 + [429])
    # what is left of the last untrusted one is the client's own writing
    t.equal(counted(web, lambda n: f"10.9.9.{n}, 198.51.100.2", 6),
            [400] * 5 + [429])
    t.equal(counted(web, lambda n: "198.51.100.3", 1), [400])
    t.equal(counted(web, lambda n: f"2001:db8::{n}", 6), [400] * 5 + [429],
            "one IPv6 network is one source")
    told = json.dumps(desk.control().data("GET", f"{API}/listener"))
    t.contains(told, "198.51.100.1", "who was refused")


def test_http_access_garbage_forwarded_for(t):
    sim, desk, web = limited_desk(
        t, PAIRDESK_HTTP_TRUSTED_PROXIES="127.0.0.1")
    for text in ("", ",", "x", "1.2.3.4.5", "::g", "1.1.1.1:80", "unknown",
                 "[2001:db8::1]:4", "1" * 500, ",,,,", "%00"):
        answer = web.get(STATUS, headers={"X-Forwarded-For": text})
        t.true(answer.status in (400, 404), f"{text!r}: {answer}")
    t.equal(web.get("/health").status, 200)


# --- where it may listen -----------------------------------------------------

CONFIGS = [
    ("127.0.0.1:0", {}, "open"), ("[::1]:0", {}, "open"),
    ("localhost:0", {}, "open"), ("127.0.0.1:0,[::1]:0", {}, "open"),
    ("127.0.0.1:0", {"AUTH": "open"}, "open"),
    ("127.0.0.1:0", {"AUTH": "token"}, "token"),
    ("0.0.0.0:0", {}, "token"), ("127.0.0.1:0 0.0.0.0:0", {}, "token"),
    ("127.0.0.1:0", {"AUTH": "token", "CORS_ORIGINS": "*"}, "token"),
    ("0.0.0.0:0", {"AUTH": "open"}, None), ("[::]:0", {"AUTH": "open"}, None),
    ("127.0.0.1:0, 0.0.0.0:0", {"AUTH": "open"}, None),
    ("127.0.0.1:0", {"CORS_ORIGINS": "*"}, None),
    ("127.0.0.1:0", {"AUTH": "maybe"}, None), ("127.0.0.1:99999", {}, None),
    ("127.0.0.1:x", {}, None), ("wa.example.org:80", {}, None),
    ("127.0.0.1:0", {"TRUSTED_PROXIES": "10.0.0.0/99"}, None),
    ("127.0.0.1:0", {"CORS_ORIGINS": "crm.example"}, None),
    ("127.0.0.1:0", {"PUBLIC_URL": "ftp://x"}, None),
    ("127.0.0.1:0", {"PUBLIC_DIR": "/nonexistent-dir"}, None),
    ("127.0.0.1:0", {"MAX_CONNECTIONS": "0"}, None),
]


@rows("listen more mode", CONFIGS)
def test_http_access_configuration(t, listen, more, mode):
    sim, desk = t.pair(PAIRDESK_HTTP_LISTEN=listen, **{
        f"PAIRDESK_HTTP_{name}": value for name, value in more.items()})
    core = desk.serve()
    if mode is None:
        t.equal(core.exit(), CONFIG, core.describe())
        t.equal(len(core.err.text().strip().splitlines()), 1,
                f"one line why: {core.err.text()}")
        return
    control = desk.core_ready(core)
    data = control.data("GET", f"{API}/listener")
    t.equal(data["auth"], mode)
    t.equal(len(data["addresses"]), len(desk.addresses(core, 1)), str(data))
    t.equal(core.stop(), OK)


@rows("listen", [("",), ("none",)])
def test_http_access_off_unless_asked(t, listen):
    sim, desk = t.pair(**({"PAIRDESK_HTTP_LISTEN": listen} if listen else {}))
    core = desk.serve()
    data = desk.core_ready(core).data("GET", f"{API}/listener")
    t.equal(data["addresses"], [])
    t.lacks(core.err.text(), "listening on http")


def test_http_access_port_taken(t):
    sim, desk, web = opened(t)
    other = t.desk(sim)
    core = other.serve("--http", web.host)
    code = core.exit()
    t.true(code != OK, core.describe())
    t.contains(core.err.text(), str(web.where[1]))


# --- tokens ------------------------------------------------------------------

def test_http_access_tokens_are_nowhere(t):
    """Neither in the log nor in the state directory nor in any answer."""
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token",
                            PAIRDESK_LOG_LEVEL="debug")
    texts = [token(desk), token(desk, "company", "acme"),
             token(desk, "share", "acme")]
    share = desk.control().data("POST", session("acme", "share"))
    texts.append(share["pairingUrl"].partition("#t=")[2])
    texts.append("pd_a_" + secrets.token_urlsafe(32))       # a bad one
    for text in texts:
        web.get(STATUS, token=text)
        web.get(f"{STATUS}?t={text}")
        web.get(f"/whatsapp-qr.html?company=acme&t={text}")
    admin = desk.control()
    said = "".join(admin.get(path).text for path in (
        f"{API}/tokens", f"{API}/listener", f"{API}/log", "/metrics",
        f"{API}/metrics"))
    desk.core.stop()
    for path in desk.files():
        with open(path, "rb") as f:
            data = f.read()
        for text in texts:
            t.true(text.encode() not in data and
                   text[5:].encode() not in data, f"a token in {path}")
    for text in texts:
        t.lacks(said, text[5:])
        t.lacks(desk.core.err.text() + desk.core.out.text(), text[5:])


def test_http_access_tokens_survive_a_restart(t):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token")
    two_companies(t, desk)
    good = token(desk, "company", "acme")
    bad = revoked(t, desk, web)
    desk.core.stop()
    web = desk.http()
    t.equal(web.get(STATUS, token=good).status, 200)
    t.equal(web.get(STATUS, token=bad).status, 401)


def test_http_access_share_is_good_for_one_success(t):
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token")
    admin = desk.control()
    url = admin.data("POST", session("acme", "share"))["qrUrl"]
    web.token = url.partition("#t=")[2]
    sim.scan(web.qr()["text"], PHONE)
    web.until_status("connected")
    stream = web.events()
    t.equal(stream.next("status").data["status"], "connected")
    for _ in range(2):
        told = web.refused(403, "FORBIDDEN", "GET", session("acme", "qr"))
        t.contains(told["error"], "used")
        web.refused(403, "FORBIDDEN", "POST",
                    session("acme", "pairing-code"), {"phoneNumber": PHONE})
        # nor when the company is free again
        admin.ask("POST", session("acme", "logout"))
        unlinked(t, web)
    t.equal(sim.status()["pairings"], 1)


def test_http_access_share_survives_failures(t):
    """A window that ended unused does not spend it."""
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token", speed=40)
    data = desk.control().data("POST", session("acme", "share"))
    web.token = data["qrUrl"].partition("#t=")[2]
    web.qr()
    web.until_status("idle", reason="code_expired", timeout=12)
    t.equal(web.qr()["attempt"], 1)


def test_http_access_failed_tokens_cost_more_each_time(t):
    """Per source; others do not feel it."""
    sim, desk, web = opened(t, PAIRDESK_HTTP_AUTH="token", speed=10)
    two_companies(t, desk)
    good = token(desk, "company", "acme")
    guesser = web.from_("127.0.0.9").as_(BAD_TOKEN)
    waits = []
    for _ in range(60):
        answer = guesser.get(STATUS)
        if answer.status == 429:
            told = check_error(t, answer, 429, "RATE_LIMITED")
            waits.append(told["retryAfter"])
            if len(waits) == 3:
                break
            t.until(lambda: guesser.get(STATUS).status != 429,
                    "the penalty ends", waits[-1] / 10 + 5)
        else:
            t.equal(answer.status, 401, str(answer))
    t.equal(len(waits), 3, f"penalties: {waits}")
    t.true(waits[0] < waits[1] < waits[2], f"growing: {waits}")
    t.equal(web.get(STATUS, token=good).status, 200, "another source")


# --- tokens by the command line ----------------------------------------------

def added(done):
    found = re.findall(r"pd_[acs]_[A-Za-z0-9_-]{43}", done.out)
    return found[0] if len(set(found)) == 1 else None


@cases(running=[False, True])
def test_http_access_token_commands(t, running):
    sim, desk = t.pair(PAIRDESK_HTTP_AUTH="token", **NO_LIMITS)
    web = desk.http() if running else None
    done = desk.run("token", "add", "CRM", "--role", "company", "--company",
                    "acme", "--json")
    t.equal(done.code, OK, str(done))
    made = done.json()
    t.equal((made["name"], made["role"], made["companyId"]),
            ("CRM", "company", "acme"))
    done = desk.run("token", "add", "boss", "--role", "admin")
    t.equal(done.code, OK, str(done))
    t.true(added(done), f"shown once: {done}")
    done = desk.run("token", "list")
    t.equal(done.code, OK, str(done))
    t.contains(done.out, "CRM")
    t.contains(done.out, "boss")
    t.true(not added(done), "never again")
    listed = desk.run("token", "list", "--json").json()["tokens"]
    t.equal({t_["name"] for t_ in listed}, {"CRM", "boss"})
    web = web or desk.http()
    t.equal(web.get(STATUS, token=made["token"]).status, 404)
    done = desk.run("token", "revoke", made["id"])
    t.equal(done.code, OK, str(done))
    t.equal(web.get(STATUS, token=made["token"]).status, 401)
    done = desk.run("token", "revoke", "nosuch")
    t.true(done.code not in (OK, 70), str(done))
    for args in (["add"], ["add", "x", "--role", "king"], ["frob"], [],
                 ["add", "x", "--role", "company"], ["revoke"]):
        done = desk.run("token", *args)
        t.true(done.code in (64, 65), f"{args}: {done}")


@cases(running=[False, True])
def test_http_access_share_command(t, running):
    sim, desk = t.pair(PAIRDESK_HTTP_AUTH="token",
                       PAIRDESK_HTTP_PUBLIC_URL="https://wa.example.org",
                       **NO_LIMITS)
    web = desk.http() if running else None
    done = desk.run("share", "acme")
    t.equal(done.code, OK, str(done))
    for page in ("pairing", "qr"):
        t.contains(done.out, f"https://wa.example.org/whatsapp-{page}.html"
                             "?company=acme#t=pd_s_")
    data = desk.run("share", "acme", "--json").json()
    text = data["qrUrl"].partition("#t=")[2]
    web = web or desk.http()
    t.equal(web.get(STATUS, token=text).status in (200, 404), True)
    t.equal(desk.run("share", "a/b").code in (64, 65), True)
