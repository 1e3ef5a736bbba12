"""A core that is none: a control socket that knows any number of companies in
all states and changes as many a second as it is told. For what needs ten
thousand of them at once, in a moment and always the same."""

import json
import os
import random
import socket
import threading
import time
from datetime import datetime, timezone

API = "/api/whatsapp"

# status, reason, of how many in a hundred
MIX = [
    ("connected", "ok", 62), ("connected", "phone_silent", 2),
    ("reconnecting", "connection_lost", 8),
    ("reconnecting", "not_answering", 2), ("logged_out", "unlinked", 5),
    ("banned", "permanent", 2), ("conflict", "replaced", 2),
    ("cooldown", "rate_limited", 2), ("idle", "never_linked", 8),
    ("idle", "paused", 5), ("connecting", "tls", 2),
]
PROBLEMS = {"reconnecting", "logged_out", "banned", "conflict", "cooldown",
            "outdated", "error", "passkey_required"}
MESSAGES = {
    "connected": ("Connected.", ""),
    "reconnecting": ("Connection lost.", ""),
    "logged_out": ("The link was removed on the phone or by WhatsApp.",
                   "Link again."),
    "banned": ("WhatsApp has blocked this number.",
               "Appeal in the app on the phone."),
    "conflict": ("The same link is used elsewhere.", "Stop the other one."),
    "cooldown": ("Too many attempts.", "Wait."),
    "idle": ("Not linked.", "Link it."),
    "connecting": ("Connecting.", ""),
}
NAMES = ["Acme Bakery", "Пекарня «Заря»", "東京珈琲店", "Café 🥐", "Zoë e\u0301s",
         "Long Name of a Company That Never Ends and Goes On and On"]


def is_problem(row):
    return row["status"] in PROBLEMS or row["reason"] == "phone_silent"


def iso(wall_s):
    return datetime.fromtimestamp(wall_s, timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (wall_s * 1000 % 1000)


class FakeCore:
    """Listens at `path` until close()."""

    def __init__(self, path, companies=10000, seed=1, counts_down=False):
        self.rnd = random.Random(seed)
        self.counts_down = counts_down
        self.start_s = time.time()
        self.seq = 0
        self.lock = threading.Lock()
        self.streams = []
        self.all_told = threading.Event()       # to one reader at least
        self.changed = 0
        self.rows = {}
        mix = [m[:2] for m in MIX for _ in range(m[2])]
        for n in range(companies):
            row = self._row(n, *mix[self.rnd.randrange(len(mix))])
            self.rows[row["companyId"]] = row
        self.ids = list(self.rows)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    # -- what it knows ------------------------------------------------------

    def _row(self, n, status, reason):
        waits = status in ("reconnecting", "cooldown")
        linked = reason != "never_linked" and status != "logged_out"
        message, advice = MESSAGES[status]
        return {
            "companyId": f"company-{n:05d}",
            "name": f"{NAMES[n % len(NAMES)]} {n}" if n % 3 else None,
            "connected": status == "connected", "status": status,
            "reason": reason, "message": message, "advice": advice,
            "phoneNumber": f"7900{n:07d}" if linked else None,
            "pushName": None, "platform": "android" if linked else None,
            "since": iso(self.start_s - 60 * (n % 5000)),
            "lastSeen": iso(self.start_s - n % 600) if linked else None,
            "reconnectAttempts": n % 7,
            "nextAttemptAt": iso(self.start_s + 36000)
            if waits and self.counts_down else None,
            "lastError": None, "qrAvailable": False, "codeExpiresAt": None,
            "windowEndsAt": None, "stateVersion": 1, "until": None,
            "pinnedPhoneNumber": None, "paused": reason == "paused",
            "priority": 0,
        }

    def change(self, company, status, reason):
        """The company is so from now on; its readers are told."""
        row = self._row(int(company[-5:]), status, reason)
        self._tell(company, {**row, "since": iso(time.time())})

    def rename(self, company, name):
        self._tell(company, {"name": name})

    def problems(self):
        """Companies that a list of problems begins with, or could."""
        with self.lock:
            return [c for c, row in self.rows.items() if is_problem(row)]

    def _tell(self, company, members):
        with self.lock:
            row = self.rows[company]
            row.update(members, stateVersion=row["stateVersion"] + 1)
            self.seq += 1
            self.changed += 1
            data = self._event("status", row)
            for stream in self.streams[:]:
                try:
                    stream.sendall(data)
                except OSError:
                    self.streams.remove(stream)

    def churn(self, per_second, seconds, ids=None):
        """Changes that many a second, evenly, to this thread's time."""
        ids = ids or self.ids
        start = time.monotonic()
        total = int(per_second * seconds)
        for n in range(total):
            wait = start + n / per_second - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            mix = MIX[self.rnd.randrange(len(MIX))]
            self.change(ids[self.rnd.randrange(len(ids))], *mix[:2])
        return total / (time.monotonic() - start)

    # -- its answers --------------------------------------------------------

    def _event(self, name, data):
        data = json.dumps({**data, "serverTime": iso(time.time())},
                          ensure_ascii=False, separators=(",", ":"))
        return (f"id: fake-{self.seq}\nevent: {name}\ndata: {data}\n\n"
                ).encode()

    def _accept(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,),
                             daemon=True).start()

    def _serve(self, conn):
        head = b""
        try:
            while b"\r\n\r\n" not in head:
                data = conn.recv(65536)
                if not data:
                    return conn.close()
                head += data
            method, path, _ = head.decode().split("\r\n")[0].split(" ")
            path, _, query = path.partition("?")
            if path == API + "/events":
                return self._stream(conn)
            status, answer = self._answer(method, path, query)
            body = json.dumps(answer, ensure_ascii=False).encode()
            conn.sendall((f"HTTP/1.1 {status} X\r\nContent-Type: application"
                          f"/json; charset=utf-8\r\nContent-Length: "
                          f"{len(body)}\r\nConnection: close\r\n\r\n"
                          ).encode() + body)
            conn.close()
        except OSError:
            conn.close()

    def _stream(self, conn):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"Connection: close\r\n\r\n")
        with self.lock:
            data = [self._event("status", row) for row in self.rows.values()]
            data.append(self._event("ready", {"full": True,
                                              "companies": len(self.rows)}))
            conn.sendall(b"".join(data))
            self.streams.append(conn)
        self.all_told.set()

    def _answer(self, method, path, query):
        if method == "GET" and path == API + "/listener":
            return 200, {"success": True, "data": {
                "addresses": [], "auth": "open", "running": False,
                "serving": True, "connections": 1, "sources": 1,
                "requests": 1, "refused": [], "publicUrl": None,
                "version": "0.0.0", "pid": 4711, "user": "somebody",
                "startedAt": "2026-11-22T12:00:00.000Z"}}
        if method == "GET" and path == API + "/sessions":
            return 200, {"success": True, "data": self._page(query)}
        parts = path.removeprefix(API + "/sessions/").split("/")
        if method == "GET" and parts[0] in self.rows and \
                parts[1:] in ([], ["status"]):
            with self.lock:
                return 200, {"success": True, "data": {
                    **self.rows[parts[0]], "serverTime": iso(time.time())}}
        return 404, {"success": False, "errorCode": "SESSION_NOT_FOUND",
                     "error": "There is no such company.", "message": ""}

    def _page(self, query):
        asked = dict(part.split("=", 1) for part in query.split("&") if part)
        with self.lock:
            rows = list(self.rows.values())
        if asked.get("status") == "problems":
            rows = list(filter(is_problem, rows))
        return {"sessions": rows[:int(asked.get("limit", 100))],
                "serverTime": iso(time.time()), "next": None}

    def close(self):
        self.listener.close()
        with self.lock:
            for stream in self.streams:
                stream.close()
