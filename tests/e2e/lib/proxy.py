"""A small SOCKS5 and CONNECT proxy, which notes what it was asked, and can
be made to stop, to refuse, to stall or to talk nonsense."""

import base64
import ipaddress
import select
import socket
import threading


class Asked:
    """One client: what it said, and whether the target was reached."""

    def __init__(self):
        self.host = self.port = self.kind = None    # kind: name, v4, v6
        self.user = self.password = None
        self.opened = False

    def __repr__(self):
        return f"{self.kind} {self.host}:{self.port} as {self.user}"


class Gone(Exception):
    """The client left, or the proxy was stopped."""


class Proxy:
    """kind: "socks5" or "http". user and password None: none are wanted.
    do: what to do instead of working; see DOING. to: where every name leads
    (its resolver), None: as the system says."""

    # stall at a step; refuse with a code or status; answer byte by byte
    DOING = ("stall-hello", "stall-auth", "stall-reply", "refuse", "garbage",
             "drop", "slow", "half")

    def __init__(self, t, kind="socks5", user=None, password=None, do=None,
                 code=None, to="127.0.0.1", port=0):
        self.t, self.kind, self.do, self.code = t, kind, do, code
        self.user, self.password, self.to = user, password, to
        self.asked = []
        self.lock = threading.Lock()
        self.socks = set()
        self.running = False
        self.port = port
        self.start()
        t.defer(self.stop)

    @property
    def url(self):
        at = "" if self.user is None else f"{self.user}:{self.password}@"
        return f"{self.kind}://{at}127.0.0.1:{self.port}"

    @property
    def name(self):
        """What may be shown of it."""
        at = "" if self.user is None else f"{self.user}@"
        return f"{self.kind}://{at}127.0.0.1:{self.port}"

    def opened(self):
        with self.lock:
            return [a for a in self.asked if a.opened]

    # -- life ---------------------------------------------------------------

    def start(self):
        self.door = socket.socket()
        self.door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.door.bind(("127.0.0.1", self.port))
        self.door.listen(64)
        self.port = self.door.getsockname()[1]
        self.running = True
        threading.Thread(target=self._serve, args=(self.door,),
                         daemon=True).start()

    def stop(self):
        """As if killed: nobody listens, and all connections end."""
        with self.lock:
            self.running = False
            socks, self.socks = self.socks, set()
        for sock in (self.door, *socks):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    def _keep(self, sock):
        with self.lock:
            if not self.running:
                sock.close()
                raise Gone
            self.socks.add(sock)

    def _serve(self, door):
        while True:
            try:
                sock, _ = door.accept()
                self._keep(sock)
            except (OSError, Gone):
                return
            threading.Thread(target=self._client, args=(sock,),
                             daemon=True).start()

    def _client(self, sock):
        asked = Asked()
        with self.lock:
            self.asked.append(asked)
        try:
            if self.do == "drop":
                return
            if self.do == "garbage":
                sock.recv(1)
                sock.sendall(b"SSH-2.0-nonsense\r\n" * 20)
                return
            far = self._socks5(sock, asked) if self.kind == "socks5" else \
                self._connect(sock, asked)
            if far:
                self._keep(far)
                self._pass_on(sock, far)
        except (OSError, Gone, ValueError):
            pass
        finally:
            sock.close()

    def _pass_on(self, a, b):
        pair = {a: b, b: a}
        try:
            while True:
                for sock in select.select([a, b], [], [])[0]:
                    data = sock.recv(65536)
                    if not data:
                        return
                    pair[sock].sendall(data)
        finally:
            b.close()

    # -- what both need -----------------------------------------------------

    def _read(self, sock, n):
        data = b""
        while len(data) < n:
            more = sock.recv(n - len(data))
            if not more:
                raise Gone
            data += more
        return data

    def _send(self, sock, data):
        if self.do == "slow":
            for byte in data:
                sock.sendall(bytes([byte]))
                select.select([], [], [], 0.002)
        elif self.do == "half":
            sock.sendall(data[:max(1, len(data) // 2)])
            raise Gone
        else:
            sock.sendall(data)

    def _stall(self, sock, step):
        if self.do == step:
            while sock.recv(4096):
                pass
            raise Gone

    def _reach(self, asked):
        host = asked.host
        if asked.kind == "name" and self.to:
            host = self.to
        far = socket.create_connection((host, asked.port), 5)
        asked.opened = True
        return far

    # -- SOCKS5 -------------------------------------------------------------

    def _socks5(self, sock, asked):
        self._stall(sock, "stall-hello")
        version, count = self._read(sock, 2)
        methods = self._read(sock, count)
        if version != 5:
            raise Gone
        if self.user is None:
            self._send(sock, b"\5\0")
        elif 2 not in methods:
            self._send(sock, b"\5\xff")
            return None
        else:
            self._send(sock, b"\5\2")
            self._stall(sock, "stall-auth")
            self._read(sock, 1)
            asked.user = self._read(sock, self._read(sock, 1)[0]).decode()
            asked.password = self._read(sock,
                                        self._read(sock, 1)[0]).decode()
            if (asked.user, asked.password) != (self.user, self.password):
                self._send(sock, b"\1\1")
                return None
            self._send(sock, b"\1\0")
        _, command, _, kind = self._read(sock, 4)
        if kind == 3:
            asked.kind = "name"
            asked.host = self._read(sock, self._read(sock, 1)[0]).decode()
        else:
            asked.kind = "v4" if kind == 1 else "v6"
            asked.host = str(ipaddress.ip_address(
                self._read(sock, 4 if kind == 1 else 16)))
        asked.port = int.from_bytes(self._read(sock, 2), "big")
        self._stall(sock, "stall-reply")
        if self.do == "refuse" or command != 1:
            self._send(sock, bytes([5, self.code or 2, 0, 1]) + bytes(6))
            return None
        try:
            far = self._reach(asked)
        except OSError:
            self._send(sock, b"\5\5\0\1" + bytes(6))
            return None
        self._send(sock, b"\5\0\0\1" + bytes(6))
        return far

    # -- CONNECT ------------------------------------------------------------

    def _connect(self, sock, asked):
        self._stall(sock, "stall-hello")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._read(sock, 1)
        lines = head.decode().split("\r\n")
        method, target, _ = lines[0].split(" ")
        if method != "CONNECT":
            raise Gone
        host, _, port = target.rpartition(":")
        asked.host, asked.port = host.strip("[]"), int(port)
        try:
            asked.kind = f"v{ipaddress.ip_address(asked.host).version}"
        except ValueError:
            asked.kind = "name"
        for line in lines[1:]:
            if line.lower().startswith("proxy-authorization: basic "):
                text = base64.b64decode(line.split(" ")[2]).decode()
                asked.user, _, asked.password = text.partition(":")
        if self.user is not None and \
                (asked.user, asked.password) != (self.user, self.password):
            self._send(sock, b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                       b"Proxy-Authenticate: Basic realm=\"p\"\r\n"
                       b"Content-Length: 0\r\n\r\n")
            return None
        self._stall(sock, "stall-reply")
        if self.do == "refuse":
            self._send(sock, f"HTTP/1.1 {self.code or 403} No\r\n"
                       "Content-Length: 0\r\n\r\n".encode())
            return None
        try:
            far = self._reach(asked)
        except OSError:
            self._send(sock, b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return None
        self._send(sock, b"HTTP/1.1 200 Connection established\r\n\r\n")
        return far
