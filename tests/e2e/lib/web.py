"""The listener and the control socket, as those who call them see them."""

import json
import time

from lib.wire import Broken, Wire, request

API = "/api/whatsapp"
PHONE = "79001234567"

# for tests that are about something else
NO_LIMITS = {
    "PAIRDESK_LIMIT_COMPANY_PER_MINUTE": "0",
    "PAIRDESK_LIMIT_STATUS_PER_MINUTE": "0",
    "PAIRDESK_LIMIT_SOURCE_PER_MINUTE": "0",
    "PAIRDESK_LIMIT_LINKS_PER_HOUR": "0",
    "PAIRDESK_LIMIT_LINKS_PER_HOUR_SOURCE": "0",
    "PAIRDESK_HTTP_MAX_CONNECTIONS_PER_SOURCE": "0",
}

# where memory is measured: the sanitizer keeps less of what was freed
LEAN = {"ASAN_OPTIONS": "exitcode=99:abort_on_error=0:quarantine_size_mb=1"}

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def session(company, what=""):
    """The path of a company's resource."""
    return f"{API}/sessions/{company}" + (f"/{what}" if what else "")


class Web:
    """Asks one listener; each request on a connection of its own."""

    def __init__(self, t, where, token=None, source=None, lang=None):
        self.t = t
        self.where = where
        self.token = token
        self.source = source
        self.lang = lang
        self.host = "pairdesk" if isinstance(where, str) else (
            f"[{where[0]}]:{where[1]}" if ":" in where[0]
            else f"{where[0]}:{where[1]}")

    @property
    def url(self):
        return f"http://{self.host}"

    def as_(self, token):
        """The same listener with another token."""
        return Web(self.t, self.where, token, self.source, self.lang)

    def from_(self, source):
        """The same listener from another address of this machine."""
        return Web(self.t, self.where, self.token, source, self.lang)

    def wire(self, **how):
        return Wire(self.where, **{"source": self.source, **how})

    def raw(self, data, timeout=15):
        """These bytes on a connection of their own; the answer or None."""
        with self.wire(timeout=timeout) as wire:
            wire.try_send(data)
            return wire.answer()

    def bytes(self, method, path, body=None, headers=None, **how):
        """What `ask` sends."""
        pairs = dict(headers or {})
        token = how.get("token", self.token)
        lang = how.get("lang", self.lang)
        if token:
            pairs.setdefault("Authorization", f"Bearer {token}")
        if lang:
            pairs.setdefault("Accept-Language", lang)
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False)
        if body is not None:
            pairs.setdefault("Content-Type", "application/json")
            body = body.encode() if isinstance(body, str) else body
        if not how.get("keep"):
            pairs.setdefault("Connection", "close")
        if method in ("POST", "PATCH", "PUT") and not body:
            pairs.setdefault("Content-Length", "0")
        return request(method, path, pairs.items(), body or b"",
                       pairs.pop("Host", None) or self.host)

    def ask(self, method, path, body=None, headers=None, timeout=25, **how):
        data = self.bytes(method, path, body, headers, **how)
        with self.wire(timeout=self.t.left(timeout)) as wire:
            wire.try_send(data)
            answer = wire.answer(method)
            if answer is None:
                raise Broken(f"{method} {path}: closed without an answer")
            return answer

    def many(self, method, path, bodies, at_once=50):
        """Good requests one after another on one connection."""
        with self.wire(timeout=self.t.left(30)) as wire:
            for n in range(0, len(bodies), at_once):
                part = bodies[n:n + at_once]
                wire.send(b"".join(self.bytes(method, path, body, keep=True)
                                   for body in part))
                for _ in part:
                    answer = wire.answer(method)
                    self.t.equal(answer.status, 200, str(answer))

    def get(self, path, **how):
        return self.ask("GET", path, **how)

    def post(self, path, body=None, **how):
        return self.ask("POST", path, body, **how)

    # -- what must come -----------------------------------------------------

    def ok(self, method, path, body=None, status=200, **how):
        """A good answer in JSON, whole."""
        answer = self.ask(method, path, body, **how)
        self.t.equal(answer.status, status, f"{method} {path}: {answer}")
        told = answer.json()
        self.t.equal(told.get("success"), True, f"{method} {path}")
        return told

    def data(self, method, path, body=None, status=200, **how):
        return self.ok(method, path, body, status, **how)["data"]

    def refused(self, status, code, method, path, body=None, **how):
        """An error in JSON with this status and errorCode."""
        answer = self.ask(method, path, body, **how)
        return check_error(self.t, answer, status, code, f"{method} {path}")

    # -- companies ----------------------------------------------------------

    def qr(self, company="acme", **how):
        return self.data("GET", session(company, "qr"), **how)

    def code(self, company="acme", phone=PHONE, **how):
        body = {"phoneNumber": phone} if phone else {}
        return self.ok("POST", session(company, "pairing-code"), body, **how)

    def status(self, company="acme", **how):
        return self.data("GET", session(company, "status"), **how)

    def until_status(self, status, company="acme", reason=None, timeout=15,
                     **how):
        seen = []

        def look():
            got = self.status(company, **how)
            seen[:] = [got]
            return got if got["status"] == status and \
                reason in (None, got["reason"]) else None
        try:
            return self.t.until(look, f"status {status} {reason}", timeout)
        except AssertionError as e:
            raise type(e)(f"{e}; last: {seen}") from None

    def linked(self, sim, company="acme", phone=PHONE):
        """Links by QR and waits until it is connected; the status."""
        sim.scan(self.qr(company)["text"], phone)
        return self.until_status("connected", company)

    def events(self, path=None, company="acme", last=None, headers=None,
               **how):
        headers = {"Accept": "text/event-stream", **(headers or {})}
        if last is not None:
            headers["Last-Event-ID"] = last
        return Events(self, path or session(company, "events"), headers,
                      **how)


def check_error(t, answer, status, code, what=""):
    """The error object of the contract; returns it."""
    t.equal(answer.status, status, f"{what}: {answer}")
    t.equal(answer.header("Content-Type"), "application/json; charset=utf-8",
            what)
    told = answer.json()
    t.equal(told.get("success"), False, what)
    t.equal(told.get("errorCode"), code, f"{what}: {told}")
    t.true(isinstance(told.get("error"), str) and told["error"],
           f"{what}: a sentence: {told}")
    if "retryAfter" in told or answer.all("Retry-After"):
        t.true(type(told.get("retryAfter")) is int, f"{what}: {told}")
        t.equal(answer.header("Retry-After"), str(told["retryAfter"]), what)
    return told


class Event:
    def __init__(self, name, id_, data):
        self.name, self.id = name, id_
        self.data = json.loads(data) if data else None

    def __repr__(self):
        return f"{self.name} {self.id} {self.data}"


class Events:
    """A stream of server-sent events."""

    def __init__(self, web, path, headers, **how):
        self.t = web.t
        self.comments = []
        self.retry = None
        self.text = b""
        self.wire = web.wire(**{k: how.pop(k) for k in ("buffer", "source")
                                if k in how})
        self.t.defer(self.wire.close)
        self.wire.send(web.bytes("GET", path, headers=headers, keep=True,
                                 **how))
        self.answer = self.wire.head(self._deadline(15), body=False)
        if self.answer is None:
            raise Broken("closed instead of a stream")
        self.chunked = bool(self.answer.all("Transfer-Encoding"))
        self.ended = False
        if self.answer.status != 200:   # an error, whole
            self.answer.body = self.wire._body(self.answer, "GET",
                                               self._deadline(5))

    def _deadline(self, timeout):
        return time.monotonic() + self.t.left(timeout)

    def _more(self, deadline):
        if self.chunked:
            data = self.wire.chunk(deadline)
            if data is None:
                self.ended = True
                return False
        else:
            if not self.wire.rest and not self.wire.fill(deadline):
                self.ended = True
                return False
            data, self.wire.rest = self.wire.rest, b""
        self.text += data
        return True

    def block(self, timeout=10):
        """Lines up to the next blank one; None at the end."""
        deadline = self._deadline(timeout)
        while b"\n\n" not in self.text:
            if not self._more(deadline):
                return None
        block, _, self.text = self.text.partition(b"\n\n")
        return block.decode("utf-8").split("\n")

    def next(self, *names, timeout=10):
        """The next event with one of these names, or any; None at the end.
        Comments and retry are noted."""
        deadline = self._deadline(timeout)
        while True:
            lines = self.block(deadline - time.monotonic())
            if lines is None:
                return None
            fields = {}
            for line in lines:
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if name == "":
                    self.comments.append(value)
                elif name == "retry":
                    self.retry = int(value)
                elif name in ("id", "event", "data"):
                    if name in fields:
                        raise Broken(f"{name} twice in {lines}")
                    fields[name] = value
                elif line:
                    raise Broken(f"no field of an event: {line!r}")
            if "data" not in fields:
                continue
            event = Event(fields.get("event", "message"), fields.get("id"),
                          fields["data"])
            if not names or event.name in names:
                return event

    def status(self, status, timeout=10):
        """The next status event that tells this status."""
        deadline = self._deadline(timeout)
        while True:
            event = self.next("status", timeout=deadline - time.monotonic())
            if event is None or event.data["status"] == status:
                return event

    def close(self):
        self.wire.close()


def opened(t, *sim_args, serve=(), speed=1, limits=False, spec="127.0.0.1:0",
           **how):
    """A simulator, a desk, and the desk's running listener."""
    env = {} if limits else dict(NO_LIMITS)
    sim, desk = t.pair(*sim_args, speed=speed, **{**env, **how})
    if limits and "PAIRDESK_LIMIT_LINKS_PER_HOUR" not in how:
        desk.env.pop("PAIRDESK_LIMIT_LINKS_PER_HOUR", None)
    return sim, desk, desk.http(*serve, spec=spec)


def token(desk, role="admin", company=None, name="test", **more):
    """A new token by the control socket."""
    body = {"name": name, "role": role, **more}
    if company:
        body["companyId"] = company
    return desk.control().data("POST", f"{API}/tokens", body, 201)["token"]
