#!/usr/bin/env python3
"""A crowd of slow connections: slow.py PORT COUNT SECONDS.

All from 127.0.0.2, a third each: a header that never ends, a body that never
ends (a byte each half second), and many answers asked for at once of which
64 bytes each half second are taken. Who is hung up on comes back within half
a second. Prints one line when all have been begun, and what became of them
at the end, each a JSON object. Ends after SECONDS by itself.
"""
import errno
import json
import socket
import sys
import time

SLICES = 25                     # a connection's turn comes once in all
SLICE_S = 0.02
SOURCE = "127.0.0.2"
NOT_YET = (errno.EAGAIN, errno.EINPROGRESS, errno.ENOTCONN)

HEADER = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
BODY = (b"POST /api/whatsapp/sessions/slow/pairing-code HTTP/1.1\r\n"
        b"Host: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 8000\r\n\r\n{")
READ = b"GET /whatsapp-pairing.html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 100


class Slow:
    def __init__(self, port, kind, counts):
        self.port = port
        self.kind = kind
        self.counts = counts
        self.open()

    def open(self):
        self.counts["begun"] += 1
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if self.kind == "read":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        self.socket.bind((SOURCE, 0))
        self.socket.connect_ex(("127.0.0.1", self.port))
        self.due = {"header": HEADER, "body": BODY, "read": READ}[self.kind]

    def step(self):
        """One byte more, or a few taken; a new start if it was closed."""
        try:
            if self.due:
                self.due = self.due[self.socket.send(self.due):]
            elif self.kind != "read":
                self.socket.send(b"a")
            if not self.socket.recv(64):
                raise ConnectionResetError
            self.counts["taken"] += 1
        except OSError as e:
            if e.errno in NOT_YET:
                return
            self.counts["closed"] += 1
            self.socket.close()
            self.open()


def main():
    port, count, seconds = map(int, sys.argv[1:])
    counts = {"begun": 0, "closed": 0, "taken": 0}
    crowd, until, turn = [], time.monotonic() + seconds, 0
    while time.monotonic() < until:
        due = time.monotonic() + SLICE_S
        if len(crowd) < count:
            kind = ("header", "body", "read")
            crowd += [Slow(port, kind[i % 3], counts)
                      for i in range(len(crowd), min(count, len(crowd) + 50))]
            if len(crowd) == count:
                print(json.dumps({"all": count}), flush=True)
        for slow in crowd[turn % SLICES::SLICES]:
            slow.step()
        turn += 1
        time.sleep(max(0, due - time.monotonic()))
    print(json.dumps(counts), flush=True)


if __name__ == "__main__":
    main()
