"""The listener: what a request costs, what a crowd does to it, how soon an
event arrives. README.md has the reasons."""
import bisect
import contextlib
import http.client
import json
import os
import pathlib
import re
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import time

from lib import Sim, against, anon_kib, cpu_s, end, pss_kib, waited_ms

HERE = pathlib.Path(__file__).resolve().parent
SESSIONS = "/api/whatsapp/sessions"
NO_LIMITS = ["--limit-company-per-minute=0", "--limit-status-per-minute=0",
             "--limit-source-per-minute=0", "--limit-links-per-hour=0"]
ALL_COME_IN = ["--http-max-connections=4000",
               "--http-max-connections-per-source=0"]
ROUNDS = 5
QR_ROUNDS = 3
CROWD = 1000
ASKED_PER_S = 50
ACTS = 100
READERS = 200


# --- the listener under test -------------------------------------------------

class Control(http.client.HTTPConnection):
    """The control socket, for what only an admin may ask."""

    def __init__(self, state_dir):
        super().__init__("pairdesk", timeout=20)
        self.path = str(state_dir / "control.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        # from its directory, as the path may be longer than sockets allow
        back = os.open(".", os.O_RDONLY)
        try:
            os.chdir(os.path.dirname(self.path))
            self.sock.connect(os.path.basename(self.path))
        finally:
            os.chdir(back)
            os.close(back)


def data(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:200]}")
    return json.loads(body)["data"]


class Web:
    """`pairdesk serve --http`, of the given options."""

    def __init__(self, process, state_dir):
        self.pid = process.pid
        with contextlib.closing(Control(state_dir)) as control:
            address, = data(control, "/api/whatsapp/listener")["addresses"]
        self.port = int(address.rpartition(":")[2])

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def data(self, path):
        with contextlib.closing(self.connection()) as connection:
            return data(connection, path)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"


@contextlib.contextmanager
def served(bench, sim, name, *options, core=None):
    state_dir = bench.where / name
    with bench.serve(sim, state_dir, before=pinned(core),
                     options=["--http-listen=127.0.0.1:0",
                              "--log-level=error", *options]) as process:
        yield Web(process, state_dir)


def cores():
    """For the server, for what asks it; the same one if there is but one."""
    both = sorted(os.sched_getaffinity(0))
    return both[0], both[-1]


def pinned(core):
    return [] if core is None else ["taskset", "-c", str(core)]


@contextlib.contextmanager
def helper(*args, core=None):
    """A program that says its port first: its pid and that line."""
    process = subprocess.Popen([*pinned(core), *map(str, args)],
                               stdout=subprocess.PIPE, text=True)
    try:
        yield process.pid, json.loads(process.stdout.readline())
    finally:
        process.stdout.close()
        end(process)


# --- load --------------------------------------------------------------------

class Load:
    """What a run of wrk saw, and what it cost the server."""

    def __init__(self, text, cpu):
        if "Socket errors" in text or "Non-2xx" in text:
            raise RuntimeError(f"wrk: {text}")
        self.rate = float(re.search(r"Requests/sec:\s*([\d.]+)", text)[1])
        requests = int(re.search(r"(\d+) requests in", text)[1])
        self.cpu_us = cpu * 1e6 / requests


def load(pid, url, connections, seconds):
    cpu = cpu_s(pid)
    out = subprocess.run(
        [*pinned(cores()[1]), "wrk", "-t1", f"-c{connections}",
         f"-d{seconds}s", "--timeout", "20s", url],
        check=True, timeout=60, stdout=subprocess.PIPE, text=True).stdout
    return Load(out, cpu_s(pid) - cpu)


def alternate(rounds, one, other):
    """Both loads in turn, so that what else runs falls on both."""
    runs = [(one(), other()) for _ in range(rounds)]
    return [run[0] for run in runs], [run[1] for run in runs]


def median(loads, name):
    return statistics.median(getattr(each, name) for each in loads)


# --- delays ------------------------------------------------------------------

class Delays:
    """Milliseconds that something took, by the wall; and without those in
    which we or the processes named were ready but had no processor, which
    is the doing of whatever else the machine runs."""

    def __init__(self, *pids):
        self.pids = ("self", *pids)
        self.times, self.waits = [], []         # looks at what was waited
        self.spans = []

    def look(self):
        self.waits.append(waited_ms(*self.pids))
        self.times.append(time.monotonic() * 1e3)
        return self.times[-1]

    @contextlib.contextmanager
    def one(self, since=None):
        began = self.look()
        yield
        self.spans.append((since * 1e3 if since else began, self.look()))

    def waited(self, when):
        """Until then; evenly between two looks."""
        at = min(max(1, bisect.bisect(self.times, when)), len(self.times) - 1)
        since, until = self.times[at - 1:at + 1]
        part = min(1, max(0, (when - since) / max(1e-6, until - since)))
        return self.waits[at - 1] + part * (self.waits[at] -
                                            self.waits[at - 1])

    def took(self):
        return sorted(end - began for began, end in self.spans)

    def own(self):
        return sorted(max(0, end - began - self.waited(end) +
                          self.waited(began)) for began, end in self.spans)

    def text(self):
        return (f"{spread(self.took())}; less what was waited for a "
                f"processor: {spread(self.own())}")


def p99(took):
    return took[len(took) * 99 // 100]


def spread(took):
    return (f"p50 {took[len(took) // 2]:.2f}, p99 {p99(took):.2f}, "
            f"max {took[-1]:.2f} ms")


# --- status ------------------------------------------------------------------

def same_answer(web, path, where):
    """Arguments for `bench bare`: what this path answers, but for what
    libmicrohttpd adds by itself."""
    connection = web.connection()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = where / "bare.body"
    body.write_bytes(answer.read())
    connection.close()
    fields = [part for name, value in answer.getheaders()
              if name not in ("Date", "Content-Length", "Connection")
              for part in (name, value)]
    return [body, *fields]


def compare_status(report, ours, bare, connections, seconds):
    us, them = alternate(
        ROUNDS, lambda: load(*ours, connections, seconds),
        lambda: load(*bare, connections, seconds))
    ratio = statistics.median(a.rate / b.rate for a, b in zip(us, them))
    many = f"{connections} connection{'s' if connections > 1 else ''}"
    report.floor(
        f"status, {many}", median(us, "rate"), "/s", ratio, 0.6,
        f"bare libmicrohttpd {median(them, 'rate'):.0f}/s",
        f"wrk for {seconds} s each on the other core; median of {ROUNDS} "
        "rounds, and of their ratios")
    cpu, bare_cpu = median(us, "cpu_us"), median(them, "cpu_us")
    report.line(
        "  processor of one request", cpu, "us",
        f"bare {bare_cpu:.2f} us: {bare_cpu / cpu:.2f} times as many for "
        "the same", "schedstat of the server, system calls with it: other "
        "load on the machine hardly touches it")


def measure_status(bench, report, sim):
    path = f"{SESSIONS}/bench-00000/status"
    core = cores()[0]
    online = sim.count("actives") + ACTS
    with served(bench, sim, "linked", *NO_LIMITS, *ALL_COME_IN,
                core=core) as web:
        sim.wait("actives", online, 60)
        with helper(bench.build / "bench", "bare",
                    *same_answer(web, path, bench.where), core=core) as (
                        pid, line):
            bare = (pid, f"http://127.0.0.1:{int(line['value'])}{path}")
            for connections in (64, 1):
                compare_status(report, (web.pid, web.url(path)), bare,
                               connections, 2)


# --- QR ----------------------------------------------------------------------

def has_express():
    if not (HERE / "node" / "node_modules").is_dir():
        done = subprocess.run(["npm", "ci"], cwd=HERE / "node", timeout=240,
                              stdout=subprocess.DEVNULL)
        return done.returncode == 0
    return True


def measure_qr(bench, report, sim):
    core = cores()[0]
    drawn = bench.c("image")["qr_image_us"]
    with served(bench, sim, "qr", *NO_LIMITS, core=core) as web:
        path = f"{SESSIONS}/acme/qr"
        text = web.data(path)["text"]
        if has_express():
            with helper("node", HERE / "node" / "qr.mjs", text,
                        core=core) as (pid, line):
                peer = (pid, f"http://127.0.0.1:{line['port']}/qr")
                us, them = alternate(
                    QR_ROUNDS, lambda: load(web.pid, web.url(path), 16, 2),
                    lambda: load(*peer, 16, 3))
            theirs = median(them, "rate")
            report.floor(
                "QR as data URL", median(us, "rate"), "/s",
                median(us, "rate") / theirs, 20,
                f"Express with npm qrcode {theirs:.0f}/s "
                f"({median(them, 'cpu_us') / 1e3:.1f} ms of processor each)",
                f"a live code, 16 connections, one core, median of "
                f"{QR_ROUNDS} rounds")
        else:
            us = [load(web.pid, web.url(path), 16, 2)]
            report.line("QR as data URL", us[0].rate, "/s", "no peer",
                        "npm ci in tests/bench/node has failed")
        if web.data(path)["text"] != text:
            raise RuntimeError("the code has changed meanwhile")
    report.bar(
        "  processor of one request", median(us, "cpu_us"), "us", drawn / 2,
        "less than half of drawing a code once (SVG, PNG, data URL; bench "
        "image): so it is not drawn for each",
        f"once drawn {drawn:.0f} us; bar half of it")


# --- a crowd -----------------------------------------------------------------

class Asker:
    """Asks for the status, by turns on one connection and on a new one."""

    def __init__(self, port, path):
        self.port = port
        self.request = (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}"
                        "\r\n\r\n").encode()
        self.kept = self.connect()
        self.asked = 0

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port), 20)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def ask(self):
        self.asked += 1
        s = self.kept if self.asked % 2 else self.connect()
        s.sendall(self.request)
        got = b""
        while not got.endswith(b"}}"):
            more = s.recv(65536)
            if not more:
                raise RuntimeError(f"hung up on: {got[:200]}")
            got += more
        if not got.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"refused: {got[:200]}")
        if s is not self.kept:
            s.close()


def ask_for(asker, web, seconds, glance):
    """Delays from when each was due; glance() ten times."""
    delays, began = Delays(web.pid), time.monotonic()
    total = seconds * ASKED_PER_S
    for i in range(total):
        due = began + i / ASKED_PER_S
        with delays.one(due):
            time.sleep(max(0, due - time.monotonic()))
            asker.ask()
        if i % (total // 10) == total // 20:
            glance()
    return delays


def say_crowd(report, what, calm, delays, memory, counts, seconds):
    report.bar(
        f"status beside a crowd, {what}: p99", p99(delays.took()), "ms", 100,
        f"{CROWD} slow from 127.0.0.2 for {seconds} s ({counts['begun']} "
        f"begun, {counts['closed']} hung up on), 127.0.0.1 asks "
        f"{ASKED_PER_S}/s: {delays.text()}. Without the crowd "
        f"{calm.text()}")
    before, during, after = memory
    half = len(during) // 2
    report.bar(
        "  memory, end of it against its middle", during[-1] / 1024, "MiB",
        1.1 * max(during[half - 1:half + 1]) / 1024,
        f"anonymous memory: before {before / 1024:.1f}, during "
        f"{' '.join(f'{kib / 1024:.1f}' for kib in during)}, after "
        f"{after / 1024:.1f} MiB; bar 1.1 times the middle",
        "flat")


def crowd(bench, report, sim, what, seconds, options):
    path = f"{SESSIONS}/bench-00000/status"
    online = sim.count("actives") + ACTS
    with served(bench, sim, "linked", "--limit-status-per-minute=0",
                *options) as web:
        sim.wait("actives", online, 60)
        asker = Asker(web.port, path)
        calm = ask_for(asker, web, 2, lambda: None)
        before, during = anon_kib(web.pid), []
        slow = subprocess.Popen(
            [sys.executable, HERE / "slow.py", str(web.port), str(CROWD),
             str(seconds + 5)], stdout=subprocess.PIPE, text=True)
        try:
            slow.stdout.readline()
            delays = ask_for(asker, web, seconds,
                             lambda: during.append(anon_kib(web.pid)))
            counts = json.loads(slow.stdout.readline())
        finally:
            end(slow)
        time.sleep(1)
        after = anon_kib(web.pid)
    say_crowd(report, what, calm, delays, (before, during, after), counts,
              seconds)


def measure_crowd(bench, report, sim, seconds):
    crowd(bench, report, sim, "all let in", seconds,
          [*NO_LIMITS, *ALL_COME_IN])
    crowd(bench, report, sim, "64 let in", min(seconds, 20), [])


# --- events ------------------------------------------------------------------

class Reader:
    """One reader of a company's event stream."""

    def __init__(self, port, company):
        self.socket = socket.create_connection(("127.0.0.1", port), 20)
        self.socket.sendall(
            f"GET {SESSIONS}/{company}/events HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{port}\r\n\r\n".encode())
        self.got = b""

    def has(self, pattern):
        return pattern.search(self.got) is not None

    def read(self):
        more = self.socket.recv(65536)
        if not more:
            raise RuntimeError(f"stream ended: {self.got[-300:]}")
        self.got += more

    def until(self, pattern):
        while not self.has(pattern):
            self.read()
        self.got = b""


STATE = re.compile(rb'event: status\r?\ndata: .*\n\r?\n')
CHANGE = re.compile(rb'event: status\r?\ndata: .*"connected":false.*\n\r?\n')
QR = re.compile(rb'event: qr\r?\ndata: .*\n\r?\n')
PAIRING = re.compile(rb'event: status\r?\ndata: .*"status":"pairing".*\n')


def open_readers(port, company, count):
    readers = [Reader(port, company) for _ in range(count)]
    for reader in readers:
        reader.until(STATE)
    return readers


def read_all(selector, left, pattern):
    while left > 0:
        ready = selector.select(20)
        if not ready:
            raise RuntimeError("no event within 20 s")
        for key, _ in ready:
            key.data.read()
            if key.data.has(pattern):
                selector.unregister(key.fileobj)
                left -= 1


def until_all(delays, readers, pattern, sim, act):
    """How long from the act until the last of them has its event."""
    text = json.dumps(act).encode() + b"\n"
    with selectors.DefaultSelector() as selector:
        for reader in readers:
            reader.got = b""
            selector.register(reader.socket, selectors.EVENT_READ, reader)
        with delays.one():
            sim.socket.sendall(text)
            read_all(selector, len(readers), pattern)
    answer = json.loads(sim.lines.readline())
    if not answer.get("ok"):
        raise RuntimeError(f"wasim: {act}: {answer}")


def scan_of(web, company):
    """The act of scanning the company's code, and what it leads to."""
    text = web.data(f"{SESSIONS}/{company}/qr")["text"]
    return {"cmd": "scan", "text": text, "until": "sent"}, PAIRING


def act_on(web, i):
    """The i-th company, what is done to it, and what that leads to."""
    if i % 10 == 0:
        return f"scan-{i}", *scan_of(web, f"scan-{i}")
    company = f"bench-{i:05}"
    phone = web.data(f"{SESSIONS}/{company}/status")["phoneNumber"]
    what = ({"what": "close"} if i % 2 else
            {"what": "stream-error", "code": 503, "close": True})
    return company, {"cmd": "push", "phone": phone, **what}, CHANGE


def delays_of_one(web, sim):
    """So many acts on as many companies, a reader each."""
    delays = Delays(web.pid, sim.process.pid)
    for i in range(ACTS):
        company, act, pattern = act_on(web, i)
        readers = open_readers(web.port, company, 1)
        until_all(delays, readers, pattern, sim, act)
        readers[0].socket.close()
    return delays


def delays_of_many(web, sim):
    """The same of acts on one company that all the readers watch."""
    delays = Delays(web.pid, sim.process.pid)
    web.data(f"{SESSIONS}/watched/qr")
    readers = open_readers(web.port, "watched", READERS)
    for reader in readers:
        reader.until(QR)
    conn, = (row["conn"] for row in sim.ask(
        "sessions", all=True, limit=1000)["sessions"]
             if row["stage"] == "pair")
    act = {"cmd": "push", "what": "pair-device", "conn": conn}
    for _ in range(ACTS - 1):
        until_all(delays, readers, QR, sim, act)
    act, pattern = scan_of(web, "watched")
    until_all(delays, readers, pattern, sim, act)
    for reader in readers:
        reader.socket.close()
    return delays


def reader_kib(web):
    """Memory that a reader costs, of READERS at rest."""
    before = anon_kib(web.pid)
    readers = [reader for i in range(10) for reader in open_readers(
        web.port, f"bench-{i:05}", READERS // 10)]
    time.sleep(0.5)
    during = anon_kib(web.pid)
    for reader in readers:
        reader.socket.close()
    return (during - before) / READERS, before, during


def measure_delays(bench, report, sim):
    online = sim.count("actives") + ACTS
    with served(bench, sim, "linked", *NO_LIMITS, *ALL_COME_IN) as web:
        sim.wait("actives", online, 60)
        each, before, during = reader_kib(web)
        one = delays_of_one(web, sim)
        many = delays_of_many(web, sim)
    report.line(
        "memory of an event reader", each, "KiB",
        against(each, 14, "KiB"), f"anonymous memory with {READERS} readers "
        f"less that without, by {READERS}: {during} - {before} KiB; against "
        "the block that libmicrohttpd keeps for each connection")
    report.bar(
        "from the act to its event, one reader", one.took()[-1], "ms", 100,
        f"worst of {ACTS} on as many companies, each with a reader: a scan, "
        "a stream error, a close by wasim, until the status event is read "
        f"by this Python: {one.text()}")
    report.bar(
        f"from the act to the last of {READERS} readers", many.took()[-1],
        "ms", 100, f"worst of {ACTS} on one company that all watch: new QR "
        "codes, at last a scan; the reading of all of them by this Python "
        f"is in it: {many.text()}")


# --- memory ------------------------------------------------------------------

def idle_kib(bench, sim, *options):
    with bench.serve(sim, bench.where / "idle",
                     options=["--log-level=error", *options]) as process:
        time.sleep(2)
        return pss_kib(process.pid)


def measure_idle(bench, report, sim):
    without, with_it = alternate(
        3, lambda: idle_kib(bench, sim),
        lambda: idle_kib(bench, sim, "--http-listen=127.0.0.1:0"))
    without, with_it = map(statistics.median, (without, with_it))
    report.line(
        "memory of the listener when idle", with_it - without, "KiB",
        f"{with_it:.0f} - {without:.0f} KiB",
        "PSS of pairdesk serve with and without --http, 2 s after its "
        "start; the control socket is there in both. Median of 3")


# --- all of it ---------------------------------------------------------------

def run(bench, report, seconds):
    if shutil.which("wrk") is None:
        report.head("The listener: skipped, there is no wrk (make deps)")
        return
    report.head("The listener")
    sim = Sim(bench.build, bench.where, state="web.state")
    try:
        sim.has_prekeys()
        bench.c("farm", ACTS, sim.control,
                *sim.options(bench.where / "linked"))
        measure_idle(bench, report, sim)
        measure_status(bench, report, sim)
        measure_qr(bench, report, sim)
        measure_delays(bench, report, sim)
        measure_crowd(bench, report, sim, seconds)
    finally:
        sim.close()
