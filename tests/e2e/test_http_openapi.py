"""public/openapi.json against the running listener, both ways."""

import json
import os
import re

from lib.case import cases
from lib.routes import ROUTES
from lib.schema import problems, resolve
from lib.web import API, PHONE, opened, session, token
from lib.wire import Wire
from test_http_api import unlinked

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
with open(os.path.join(ROOT, "public", "openapi.json")) as f:
    DOC = json.load(f)
OPERATIONS = {(m.upper(), p): o for p, item in DOC["paths"].items()
              for m, o in item.items() if m != "parameters"}


def documented(method, path):
    """The operation and its template for a path that was asked for."""
    path = path.partition("?")[0]
    for template in DOC["paths"]:
        pattern = re.escape(template).replace(r"\{companyId\}", "[^/]+")
        if re.fullmatch(pattern, path):
            return OPERATIONS.get((method, template)), template
    return None, None


def check(t, method, path, answer):
    """Status, content type and body as the document says."""
    operation, _ = documented(method, path)
    what = f"{method} {path}: {answer.status} {answer.body[:300]!r}"
    t.true(operation, f"{what}: not described")
    response = operation["responses"].get(str(answer.status))
    t.true(response, f"{what}: status not described")
    if "$ref" in response:
        response = resolve(DOC, response["$ref"])
    t.contains(response["content"], answer.kind, what)
    schema = response["content"][answer.kind].get("schema")
    if answer.kind == "application/json":
        t.equal(problems(DOC, schema, answer.json()), [], what)
    for name in response.get("headers", {}):
        t.true(answer.all(name), f"{what}: no {name}")
    return answer


class Checked:
    """Asks, and holds each answer against the document."""

    def __init__(self, t, web):
        self.t, self.web = t, web
        self.seen = set()

    def ask(self, method, path, body=None, **how):
        operation, template = documented(method, path)
        if operation and "follow" not in path and "text/event-stream" in \
                str(operation["responses"].get("200")) and "events" in path:
            answer = self.web.events(path, **how).answer
        else:
            answer = self.web.ask(method, path, body, **how)
        check(self.t, method, path, answer)
        self.seen.add((method, template, answer.status))
        return answer


# --- the document ------------------------------------------------------------

def walk(value, where="#"):
    yield where, value
    items = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from walk(item, f"{where}/{name}")


def test_http_openapi_is_whole(t):
    t.true(DOC["openapi"].startswith("3.1."))
    used = set()
    for where, value in walk(DOC):
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            resolve(DOC, value["$ref"])
            used.add(value["$ref"])
    for kind in ("schemas", "responses", "parameters"):
        for name in DOC["components"][kind]:
            t.contains(used, f"#/components/{kind}/{name}", "used anywhere")
    ids = [o["operationId"] for o in OPERATIONS.values()]
    t.equal(len(ids), len(set(ids)))
    for (method, path), operation in OPERATIONS.items():
        t.true(operation["summary"] and operation["responses"], path)
        named = {p["name"] for p in operation.get("parameters", [])
                 if p.get("in") == "path"}
        t.equal(named, set(), f"{path}: stated once, for the path")


def test_http_openapi_has_the_contract(t):
    """Each route of api.md with its column "who", and no other."""
    api = {(m, p): o.get("x-roles") for (m, p), o in OPERATIONS.items()
           if p not in ("/", "/whatsapp-pairing.html", "/whatsapp-qr.html")}
    t.equal(set(api), {(r.method, r.path) for r in ROUTES})
    for route in ROUTES:
        if route.path != "/health":
            t.equal(set(api[route.method, route.path]), route.who,
                    str(route))


# --- the listener against the document ---------------------------------------

def test_http_openapi_methods(t):
    """On each path exactly the methods that are described: 405 tells."""
    sim, desk, web = opened(t)
    desk.core_ready()
    admin = desk.control()
    wrong = []
    for template in DOC["paths"]:
        path = template.replace("{companyId}", "nobody")
        described = {m for m, p in OPERATIONS if p == template}
        for method in METHODS:
            if method in described and path.endswith("/events"):
                continue        # a stream does not end
            answer = admin.ask(method, path)
            if method in described:
                if answer.status == 405:
                    wrong.append(f"{method} {path}: not served")
            elif answer.status == 405:
                allow = {m.strip() for m in
                         answer.header("Allow").split(",")}
                if allow - {"HEAD", "OPTIONS"} != described:
                    wrong.append(f"{path}: Allow {allow}")
            elif method not in ("HEAD", "OPTIONS"):
                wrong.append(f"{method} {path}: {answer.status}, not in it")
    t.equal(wrong, [])


def test_http_openapi_nothing_else_is_served(t):
    """Paths near those described are not there."""
    sim, desk, web = opened(t)
    desk.core_ready()
    for template in DOC["paths"]:
        path = template.replace("{companyId}", "nobody")
        for other in (path.rstrip("/") + "/more", path + "x"):
            if documented("GET", other)[1]:
                continue
            answer = desk.control().get(other)
            t.true(answer.status in (404, 405), f"{other}: {answer}")
            if answer.status == 405:
                t.fail(f"{other}: is a route, with {answer.header('Allow')}")


def every_get(asker, company="acme"):
    for method, template in OPERATIONS:
        if method == "GET" and not template.endswith("/qr"):
            asker.ask("GET", template.replace("{companyId}", company))


@cases(outlet=["tcp", "socket"])
def test_http_openapi_answers(t, outlet):
    """Through the life of a company, each answer as described."""
    sim, desk, web = opened(t)
    desk.core_ready()
    if outlet == "tcp":
        web.token = token(desk)
        # a token that is sent counts in open mode, too
    else:
        web = desk.control()
    asker = Checked(t, web)
    asker.ask("PATCH", session("other"), {"name": "Other", "priority": 1})
    every_get(asker)                            # nobody
    asker.ask("PATCH", session("acme"), {"name": "Acme", "paused": False})
    every_get(asker)                            # unlinked
    asker.ask("POST", session("acme", "reconnect"))
    asker.ask("POST", session("acme", "logout"))
    qr = asker.ask("GET", session("acme", "qr"))
    for form in ("png", "svg", "text", "terminal"):
        asker.ask("GET", session("acme", f"qr?format={form}"))
    code = asker.ask("POST", session("acme", "pairing-code"),
                     {"phoneNumber": PHONE})
    t.equal((qr.status, code.status), (200, 200))
    every_get(asker)                            # while linking
    sim.scan(qr.json()["data"]["text"], PHONE)
    web.until_status("connected")
    every_get(asker)                            # linked
    asker.ask("GET", session("acme", "qr"))
    asker.ask("POST", session("acme", "pairing-code"), {"phoneNumber": PHONE})
    asker.ask("GET", session("acme", "qr?replace=true"))
    asker.ask("POST", session("acme", "reconnect"))
    web.until_status("connected")
    asker.ask("POST", session("acme", "share"))
    asker.ask("POST", session("acme", "share"), {"expiresIn": 60})
    for method, what in (("POST", "backup"), ("GET", "backups"),
                         ("POST", "restore")):
        asker.ask(method, session("acme", what))
    made = asker.ask("POST", f"{API}/tokens", {"name": "x", "role": "admin"})
    asker.ask("GET", f"{API}/tokens")
    asker.ask("DELETE", f"{API}/tokens?id={made.json()['data']['id']}")
    asker.ask("DELETE", f"{API}/tokens?id=nosuch")
    asker.ask("POST", f"{API}/doctor", {"companyId": "acme"})
    asker.ask("POST", f"{API}/doctor", {"all": True})
    asker.ask("POST", f"{API}/doctor", {"companyId": "nobody"})
    where = asker.ask("GET", f"{API}/listener").json()["data"]["addresses"]
    asker.ask("PATCH", f"{API}/listener", {"addresses": where})
    asker.ask("PATCH", f"{API}/version", {"version": "auto"})
    asker.ask("POST", f"{API}/rekey", {"to": "random"})     # 403 by tcp
    every_get(asker)                            # sealing anew, or done
    asker.ask("POST", session("acme", "logout"))
    unlinked(t, web)
    every_get(asker)                            # unlinked again
    asker.ask("DELETE", session("acme"))
    asker.ask("DELETE", session("acme"))
    done = {(m, p) for m, p, _ in asker.seen}
    t.equal(set(OPERATIONS) - done, set(), "never asked")


def test_http_openapi_refusals(t):
    """What is refused is described, on each route that can refuse it."""
    sim, desk, web = opened(t)
    desk.core_ready()
    admin = Checked(t, desk.control())
    stranger = Checked(t, web)
    for n, ((method, template), operation) in enumerate(OPERATIONS.items()):
        path = template.replace("{companyId}", "acme")
        stranger.web = web.from_(f"127.0.4.{n + 1}")    # no penalty
        answer = stranger.ask(method, path, token="pd_a_" + "x" * 43)
        answer = stranger.ask(method, path, headers={"Host": "evil.example"})
        t.equal(answer.status, 421, f"{method} {path}")
        if template != "/health" and not template.endswith((".html", "/")):
            answer = stranger.ask(method, path,
                                  headers={"X-Forwarded-For": "192.0.2.1"})
            t.equal(answer.status, 403, f"{method} {path}")
        if "{companyId}" in template:
            bad = template.replace("{companyId}", "a.b")
            t.equal(admin.ask(method, bad).status, 400, bad)
        if "requestBody" in operation and "200" in operation["responses"]:
            for body, status in (("[", 400), ("[]", 400), ("5", 400),
                                 ("x" * 20000, 413)):
                answer = admin.ask(method, path, body)
                t.equal(answer.status, status, f"{method} {path} {body[:9]}")
            answer = admin.ask(method, path, "{}",
                               headers={"Content-Type": "text/plain"})
            t.equal(answer.status, 415, f"{method} {path}")
    t.equal(sim.touched(), 0)


def test_http_openapi_requests(t):
    """What the schema of a body refuses, the listener refuses."""
    sim, desk, web = opened(t)
    desk.core_ready()
    admin = desk.control()
    wrong = {"string": 5, "boolean": "yes", "integer": "five",
             "array": "x", "object": "x"}
    for (method, template), operation in OPERATIONS.items():
        if "requestBody" not in operation or \
                "501" in operation["responses"] and \
                "200" not in operation["responses"]:
            continue
        schema = operation["requestBody"]["content"]["application/json"][
            "schema"]
        path = template.replace("{companyId}", "acme")
        for name, item in schema["properties"].items():
            item = resolve(DOC, item["$ref"]) if "$ref" in item else item
            body = {name: wrong[item["type"]]}
            t.true(problems(DOC, schema, body), f"{name}: schema takes it")
            answer = admin.ask(method, path, body)
            t.equal(answer.status, 400,
                   f"{method} {path} {body}: {answer}")
    t.equal(sim.touched(), 0)


def test_http_openapi_failures(t):
    """What WhatsApp makes of an attempt."""
    for fault, status in (
            (("refuse", {}), 502), (("stall", {"at": "pair"}), None),
            (("failure", {"reason": 405, "kind": "register"}), 503),
            (("failure", {"reason": 429, "kind": "register"}), 429)):
        sim, desk, web = opened(t, speed=10)
        sim.fault(fault[0], count=0, **fault[1])
        answer = Checked(t, web).ask("GET", session("acme", "qr"))
        t.true(status in (None, answer.status), str(answer))
        Checked(t, desk.control()).ask("GET", session("acme", "status"))
        Checked(t, desk.control()).ask("GET", session("acme", "health"))


def test_http_openapi_raw_keeps_order(t):
    """curl as in the text: the first bytes of an answer are a status line,
    and the body is of the length that is said."""
    sim, desk, web = opened(t)
    with Wire(web.where) as wire:
        wire.send(f"GET /health HTTP/1.1\r\nHost: {web.host}\r\n"
                  "User-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n".encode())
        answer = wire.answer()
    t.equal((answer.version, answer.status), ("HTTP/1.1", 200))
    t.equal(int(answer.header("Content-Length")), len(answer.body))
