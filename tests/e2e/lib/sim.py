"""The WhatsApp side: a wasim of the test's own, and its control socket."""

import json
import os
import socket
import subprocess

from lib.proc import Proc


class Refused(AssertionError):
    """wasim answered not ok, or not in time."""

    def __init__(self, command, answer):
        super().__init__(f"wasim: {command} -> {answer}")
        self.answer = answer


class Control:
    """One connection to the control socket."""

    def __init__(self, path, left):
        self.left = left
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(5)
        self.sock.connect(path)
        self.reader = self.sock.makefile("r", encoding="utf-8")

    def ask(self, cmd, wait_s=10, **members):
        """The answer, whether ok or not."""
        self.sock.settimeout(self.left(wait_s) + 1)
        line = json.dumps({"cmd": cmd, **members}, ensure_ascii=False)
        self.sock.sendall(line.encode() + b"\n")
        answer = self.reader.readline()
        if not answer:
            raise Refused(line, "closed")
        return json.loads(answer)

    def close(self):
        self.reader.close()
        self.sock.close()


class Sim:
    """A running wasim. Unknown members of commands go through as they are:
    tests/sim/README.md describes them."""

    def __init__(self, t, *args, plain=False, listen="127.0.0.1:0",
                 state=None, tls_dir=None, strict=True):
        self.t = t
        self.allowed = set()            # rules a test breaks on purpose
        self.same_identity = 1
        self.ended = False              # by the test itself
        number = len(t.sims)
        self.control_path = t.path(f"ctl{number}")
        argv = [t.options.sim, "--listen", listen,
                "--control", self.control_path, "--until-eof"]
        self.tls_dir = tls_dir or t.path(f"tls{number}")
        argv += ["--plain"] if plain else ["--tls", self.tls_dir]
        if state:
            argv += ["--state", state]
        if strict:
            argv += ["--strict-pairdesk"]
        self.proc = Proc(argv + list(map(str, args)), dict(os.environ),
                         t.left, stdin=subprocess.PIPE)
        self.ready = self.proc.next_json(lambda v: v.get("ready"), 10,
                                         "ready line of wasim")
        self.control = Control(self.control_path, t.left)

    @property
    def port(self):
        return self.ready["port"]

    # -- commands -----------------------------------------------------------

    def ask(self, cmd, **members):
        return self.control.ask(cmd, **members)

    def do(self, cmd, **members):
        """A command that must succeed."""
        answer = self.control.ask(cmd, **members)
        if not answer.get("ok"):
            raise Refused({"cmd": cmd, **members}, answer)
        return answer

    def fault(self, what, **members):
        return self.do("fault", do=what, **members)["id"]

    def push(self, what, **members):
        return self.do("push", what=what, **members)

    def set(self, **members):
        return self.do("set", **members)

    def scan(self, text, phone, **members):
        """Shows a QR text to a phone's camera."""
        return self._phone("scan", text=text, phone=phone, **members)

    def type(self, phone, code, **members):
        """Types a pairing code on a phone."""
        return self._phone("type", phone=phone, code=code, **members)

    def _phone(self, cmd, until="linked", timeout=15, **members):
        ms = int(self.t.left(timeout) * 1000)
        return self.do(cmd, until=until, timeout_ms=ms, wait_s=timeout + 2,
                       **members)

    def device(self, phone):
        """The newest linked device of a phone: jid, prekeys, uploads..."""
        return self.do("prekeys", phone=phone)

    def seq(self):
        """Now: pass it as `after` to see only what follows."""
        return self.do("status")["seq"]

    def wait(self, event, timeout=15, **members):
        """Waits for events; the last one."""
        return self._wait(timeout, event=event, **members)["event"]

    def counter(self, name, timeout=15, **condition):
        """Waits until a counter is as said, for quiet_ms if given."""
        return self._wait(timeout, counter=name, **condition)

    def _wait(self, timeout, **members):
        ms = int(self.t.left(timeout) * 1000)
        return self.do("wait", timeout_ms=ms, wait_s=timeout + 2, **members)

    def status(self):
        return self.do("status")

    def dials(self):
        """Websockets so far."""
        return self.status()["upgrades"]

    def touched(self):
        """Connections of any kind so far."""
        return self.status()["connections"]["total"]

    def silent(self, seconds):
        """Nobody connects, and nothing is said, for that long."""
        # what is on its way may still arrive
        self.counter("connections.now", at_least=0, quiet_ms=200)
        before = self.status()
        self.counter("connections.total", timeout=seconds + 5,
                     equals=before["connections"]["total"],
                     quiet_ms=int(seconds * 1000))
        after = self.status()
        self.t.equal(after["bytes_in"], before["bytes_in"],
                     "bytes received while silence was due")

    def watch(self):
        """A control connection more, for a thread of the test's own."""
        control = Control(self.control_path, self.t.left)
        self.t.defer(control.close)
        return control

    # -- the end ------------------------------------------------------------

    def allow(self, *rules):
        """Violations of these rules are what the test is about."""
        self.allowed.update(rules)

    def violations(self):
        got = self.do("violations", limit=1000)["violations"]
        return [v for v in got if v["rule"] not in self.allowed]

    def check(self):
        if self.ended:
            return
        self.t.equal(self.violations(), [], "violations of the protocol")
        self.t.within(self.status()["max_same_identity"], 0,
                      self.same_identity, "connections for one identity")

    def quit(self):
        """An orderly end in the middle of a test."""
        self.check()
        self.ended = True
        self.control.close()
        self.proc.stop()

    def finish(self):
        self.control.close()
        self.proc.p.stdin.close()
        self.proc.reap()
