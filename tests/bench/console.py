"""The console's half of the bench: what a person at a terminal waits for, and
what a line pays. `pairdesk` runs on a pseudo terminal beside a core of
10,000 companies."""
import contextlib
import fcntl
import importlib.util
import json
import os
import pathlib
import pty
import select
import shutil
import socket
import statistics
import struct
import subprocess
import tempfile
import termios
import threading
import time

from lib import against, cpu_s, end, waited_ms


def load(path):
    """A module of the end-to-end tests, whose package is called lib too."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TESTS = pathlib.Path(__file__).resolve().parents[1]
FakeCore = load(TESTS / "e2e/lib/fakecore.py").FakeCore

COMPANIES = 10000
STARTS = 15
KEYS = 300
QUIET_S = 0.004         # so long no byte: the answer to a key is over
LIMIT_S = 20
ROW = b"company-"
CHANGES = [("logged_out", "unlinked"), ("connected", "ok"),
           ("reconnecting", "connection_lost"), ("connected", "ok")]


class Pty:
    """A console, and the bytes it sends."""

    def __init__(self, argv, env, rows=24, columns=80):
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # the size is there before the program is
            fcntl.ioctl(0, termios.TIOCSWINSZ,
                        struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(argv[0], argv, env)

    def read(self, timeout):
        """What comes first within so long; b"" nothing."""
        if not select.select([self.fd], [], [], max(0, timeout))[0]:
            return b""
        try:
            return os.read(self.fd, 65536)
        except OSError:         # it has ended
            raise RuntimeError("the console has ended") from None

    def until(self, text):
        """Seconds from the start until text was sent."""
        seen = b""
        while text not in seen:
            data = self.read(self.started + LIMIT_S - time.monotonic())
            if not data:
                raise RuntimeError(f"never shown: {text}: {seen[-500:]}")
            seen += data
        return time.monotonic() - self.started

    def settle(self, quiet_s=0.5):
        """Bytes until nothing comes for so long."""
        n = 0
        while data := self.read(quiet_s):
            n += len(data)
        return n

    def count(self, seconds):
        """Bytes within so long."""
        n, stop = 0, time.monotonic() + seconds
        while (left := stop - time.monotonic()) > 0:
            n += len(self.read(left))
        return n

    def key(self, data):
        """(ms until the first byte, ms until the last one, bytes)."""
        began = time.monotonic()
        os.write(self.fd, data)
        got = self.read(1)
        first = last = time.monotonic()
        n = len(got)
        while got and (got := self.read(QUIET_S)):
            last = time.monotonic()
            n += len(got)
        return (first - began) * 1e3, (last - began) * 1e3, n

    def close(self):
        os.close(self.fd)               # its line is cut: SIGHUP
        for _ in range(200):
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return
            time.sleep(0.01)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


@contextlib.contextmanager
def console(bench, state, **size):
    env = {**bench.env, "PAIRDESK_STATE_DIR": str(state), "LANG": "C.UTF-8",
           "TERM": "xterm-256color", "TZ": "UTC0"}
    p = Pty([str(bench.build / "pairdesk")], env, **size)
    try:
        yield p
    finally:
        p.close()


def p99(values):
    return sorted(values)[min(len(values) - 1, len(values) * 99 // 100)]


def measure_start(bench, report, state, what, core=None):
    """core: the process id of a real one."""
    walls, less, cpus = [], [], []
    for _ in range(STARTS):
        before = waited_ms(core) if core else 0
        with console(bench, state) as p:
            walls.append(p.until(ROW) * 1e3)
            waits = waited_ms(p.pid) + (waited_ms(core) if core else 0)
            less.append(walls[-1] - (waits - before))
            cpus.append(cpu_s(p.pid) * 1e3)
            p.settle(0.3)
    report.bar(f"first paint, {what}", statistics.median(walls), "ms", 100,
               f"from fork to the first bytes with a row, median of "
               f"{len(walls)}; longest {max(walls):.0f} ms; "
               f"{statistics.median(cpus):.0f} ms of processor time")
    report.line("the same, less what was waited for one",
                statistics.median(less), "ms",
                against(statistics.median(less), 100, "ms"),
                "run delay of the console and the core taken off; they may "
                "overlap, so it is a lower bound")


def measure_keys(bench, report, state):
    with console(bench, state) as p:
        p.until(ROW)
        p.settle(1)
        for what, keys, each in (
                ("j and k", [b"j", b"j", b"k"], KEYS),
                ("pages", [b"\033[6~", b"\033[6~", b"\033[5~"], KEYS),
                ("first and last", [b"G", b"g"], KEYS // 2),
                ("the order reversed", [b"S"], KEYS // 4),
                ("only problems, all", [b"f"], KEYS // 4),
                ("a letter of a filter", [b"/", b"c", b"a", b"f", b"\033"],
                 KEYS // 2)):
            got = []
            for n in range(each):
                key = keys[n % len(keys)]
                first, last, count = p.key(key)
                if count and key != b"\033":    # Esc waits for what follows
                    got.append((first, last, count))
            if not got:
                raise RuntimeError(f"{what}: nothing was drawn")
            last = [g[1] for g in got]
            report.bar(
                f"a key's effect: {what}", p99(last), "ms", 16,
                f"p99 of {len(got)} keys with {COMPANIES} companies, from "
                f"writing it to the last byte of the answer; median "
                f"{statistics.median(last):.2f} ms, first byte "
                f"{statistics.median(g[0] for g in got):.2f} ms, "
                f"{statistics.median(g[2] for g in got):.0f} bytes")


def measure_idle(bench, report, state):
    with console(bench, state) as p:
        p.until(ROW)
        p.settle(1)
        before = cpu_s(p.pid)
        n = p.count(10)
        report.bar("an idle screen", n, "B", 0.001,
                   f"sent in 10 s without countdowns; "
                   f"{(cpu_s(p.pid) - before) * 1e3:.1f} ms of processor",
                   bar_text="bar 0 B")


def measure_rows(bench, report, core, state):
    """One company of the first screen changes, again and again."""
    with console(bench, state, rows=50, columns=160) as p:
        p.until(ROW)
        p.settle(1)
        # by company: who changes keeps its place
        os.write(p.fd, b":sort company\r")
        p.settle(0.5)
        costs = []
        for n in range(40):
            company = core.ids[n % 10]
            core.change(company, *CHANGES[n // 10])
            costs.append(p.settle(0.25))
    report.bar("bytes for a changed row", statistics.mean(costs), "B", 200,
               f"{len(costs)} changes of state of shown companies, one at a "
               f"time, at 160x50; most {max(costs)}")


def measure_churn(bench, report, core, state):
    with console(bench, state, rows=50, columns=160) as p:
        p.until(ROW)
        p.settle(1)
        seconds, rates = 10, []
        thread = threading.Thread(
            target=lambda: rates.append(core.churn(500, seconds)))
        before, began = cpu_s(p.pid), time.monotonic()
        thread.start()
        n = p.count(seconds)
        took = time.monotonic() - began
        busy = cpu_s(p.pid) - before
        thread.join()
    how = (f"{rates[0]:.0f} changes a second of {COMPANIES} companies, "
           f"160x50, {seconds} s")
    report.bar("sent at 500 changes a second", n / took / 1024, "KiB/s", 10,
               how)
    report.bar("processor at 500 changes a second", busy / took * 100, "%",
               5, how)


def fill(path, count):
    """Companies of a real core, by its control socket."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        answers = s.makefile("rb")
        for first in range(0, count, 50):
            for n in range(first, min(first + 50, count)):
                body = json.dumps({"name": f"Name {n}"}).encode()
                s.sendall(b"PATCH /api/whatsapp/sessions/company-%05d "
                          b"HTTP/1.1\r\nHost: pairdesk\r\nContent-Type: "
                          b"application/json\r\nContent-Length: %d\r\n\r\n"
                          % (n, len(body)) + body)
            for n in range(first, min(first + 50, count)):
                take_answer(answers)


def take_answer(answers):
    status, length = answers.readline(), 0
    if b" 200 " not in status:
        raise RuntimeError(f"the core refuses: {status}")
    while (line := answers.readline()) != b"\r\n":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    answers.read(length)


def measure_real(bench, report):
    """The first paint beside a real core. It is in memory, since to make
    10,000 companies one by one is to sync a disk 10,000 times."""
    memory = pathlib.Path("/dev/shm")
    where = memory if os.access(memory, os.W_OK) else bench.where
    state = pathlib.Path(tempfile.mkdtemp(prefix="pairdesk-", dir=where))
    core = subprocess.Popen(
        [bench.build / "pairdesk", "serve", "--json", "--state-dir", state,
         "--limit-source-per-minute", "0",
         "--whatsapp-url", "ws://127.0.0.1:1/ws/chat"],
        stdout=subprocess.PIPE, text=True, env=bench.env)
    try:
        if "serving" not in core.stdout.readline():
            raise RuntimeError("pairdesk serve did not start")
        fill(str(state / "control.sock"), COMPANIES)
        measure_start(bench, report, state, "a real core of 10,000",
                      core.pid)
    finally:
        end(core)
        shutil.rmtree(state, ignore_errors=True)


def run(bench, report):
    report.head("Console")
    measure_real(bench, report)
    state = bench.where / "console"
    core = FakeCore(str(state / "control.sock"), COMPANIES)
    try:
        measure_start(bench, report, state, "10,000 companies")
        measure_keys(bench, report, state)
        measure_idle(bench, report, state)
        measure_rows(bench, report, core, state)
        measure_churn(bench, report, core, state)
    finally:
        core.close()
