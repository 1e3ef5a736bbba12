"""HTTP by hand: exactly these bytes out, exactly that answer in."""

import json
import socket
import time


class Broken(AssertionError):
    """What came was no HTTP, or not all of it, or nothing in time."""


class Answer:
    """One answer. Headers in order, with all that came twice."""

    def __init__(self, head, read_body):
        lines = head.decode("latin-1").split("\r\n")
        self.version, _, rest = lines[0].partition(" ")
        code, _, self.phrase = rest.partition(" ")
        if not self.version.startswith("HTTP/1.") or not code.isdigit():
            raise Broken(f"no status line: {lines[0]!r}")
        self.status = int(code)
        self.headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip() or not name:
                raise Broken(f"no header: {line!r}")
            self.headers.append((name, value.strip()))
        self.body = read_body(self)

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def header(self, name, fallback=None):
        """The one value; twice is a mistake for all that we ask for."""
        values = self.all(name)
        if len(values) > 1:
            raise Broken(f"{name} came {len(values)} times: {values}")
        return values[0] if values else fallback

    @property
    def kind(self):
        """Content type without its parameters."""
        return (self.header("Content-Type") or "").partition(";")[0].lower()

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        try:
            return json.loads(self.body.decode("utf-8"), parse_constant=_no)
        except ValueError as e:
            raise Broken(f"no JSON ({e}): {self!r}") from None

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:600]!r}"


def _no(name):
    raise ValueError(f"{name} is not JSON")


class Wire:
    """One connection: to (host, port), or to a Unix socket's path."""

    def __init__(self, where, timeout=15, source=None, buffer=None):
        if isinstance(where, str):
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        else:
            family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
            self.sock = socket.socket(family, socket.SOCK_STREAM)
        if buffer:      # a reader with little room of its own
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        if source:
            self.sock.bind((source, 0))
        self.timeout = timeout
        self.sock.settimeout(timeout)
        self.sock.connect(where)
        self.rest = b""         # received, not yet used

    def send(self, data):
        self.sock.sendall(data)
        return self

    def try_send(self, data):
        """False when the other side has closed meanwhile."""
        try:
            self.sock.sendall(data)
            return True
        except OSError:
            return False

    def fill(self, deadline):
        """More bytes; False at the end of the stream."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise Broken(f"nothing more in time; so far {self.rest[-300:]!r}")
        self.sock.settimeout(left)
        try:
            more = self.sock.recv(65536)
        except TimeoutError:
            raise Broken("nothing more in time; so far "
                         f"{self.rest[-300:]!r}") from None
        except ConnectionError:
            more = b""
        self.rest += more
        return bool(more)

    def until(self, mark, deadline):
        """Bytes up to and without the mark; None when it ended before."""
        while mark not in self.rest:
            if not self.fill(deadline):
                return None
        found, _, self.rest = self.rest.partition(mark)
        return found

    def exactly(self, size, deadline):
        while len(self.rest) < size:
            if not self.fill(deadline):
                raise Broken(f"ended {size - len(self.rest)} bytes early")
        found, self.rest = self.rest[:size], self.rest[size:]
        return found

    def head(self, deadline, method="GET", body=True):
        """The next answer that is not 1xx; None when the connection is
        closed instead. Without body: of a stream that goes on."""
        while True:
            head = self.until(b"\r\n\r\n", deadline)
            if head is None:
                if self.rest:
                    raise Broken(f"half an answer: {self.rest[:300]!r}")
                return None
            answer = Answer(head, lambda a: b"" if not body else
                            self._body(a, method, deadline))
            if answer.status >= 200:
                return answer

    def answer(self, method="GET", timeout=None):
        return self.head(time.monotonic() + (timeout or self.timeout), method)

    def _body(self, answer, method, deadline):
        if method == "HEAD" or answer.status in (204, 304) or \
                answer.status < 200:
            return b""
        if answer.all("Transfer-Encoding"):
            if answer.header("Transfer-Encoding").lower() != "chunked" or \
                    answer.all("Content-Length"):
                raise Broken(f"framing: {answer.headers}")
            return b"".join(self.chunks(deadline))
        length = answer.header("Content-Length")
        if length is not None:
            return self.exactly(int(length), deadline)
        while self.fill(deadline):
            pass
        found, self.rest = self.rest, b""
        return found

    def chunk(self, deadline):
        """The next one; None after the last, or when it was cut off."""
        size = self.until(b"\r\n", deadline)
        if size is None:
            return None
        size = int(size.partition(b";")[0], 16)
        data = self.exactly(size, deadline)
        if self.exactly(2, deadline) != b"\r\n":
            raise Broken("a chunk that does not end")
        return data or None

    def chunks(self, deadline):
        while (data := self.chunk(deadline)) is not None:
            yield data

    def closed(self, timeout=5):
        """Whether the other side closes in time and says no more."""
        try:
            while self.fill(time.monotonic() + timeout):
                pass
        except Broken:
            return False
        return not self.rest

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def request(method, target, headers=(), body=b"", host="127.0.0.1"):
    """The bytes of a request; headers as pairs, taken as they are."""
    lines = [f"{method} {target} HTTP/1.1"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    names = {name.lower() for name, _ in headers}
    if body and not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body
