#!/usr/bin/env python3
"""What pairdesk costs, against its bars: make bench.

Drives build/pairdesk and build/bench against build/wasim, all on loopback,
and prints each figure with its ratio and how it was measured. README.md has
the reasons. Always bounded; ends only processes it has started.
"""
import argparse
import contextlib
import json
import os
import pathlib
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time

VERSION = "2.3000.1045649367"   # what wasim's page names; saves the asking
FEW = 10                        # sessions of the small run
LOGIN_ROUNDS = 3


# --- figures -----------------------------------------------------------------

class Report:
    """Lines of: what, figure, ratio to what, how it was measured."""

    def __init__(self):
        self.missed = []

    def head(self, text):
        print(f"\n{text}", flush=True)

    def bar(self, name, figure, unit, bar, how, bar_text=None):
        """A figure that must not be above its bar."""
        is_met = figure <= bar
        if not is_met:
            self.missed.append(name)
        bar_text = bar_text or f"bar {bar:g} {unit}"
        print(f"  {name:<44}{figure:>10.2f} {unit:<6} {bar_text}: "
              f"{figure / bar:.2f} of it, {'met' if is_met else 'MISSED'}")
        print(f"      {how}", flush=True)

    def line(self, name, figure, unit, ratio, how):
        print(f"  {name:<44}{figure:>10.2f} {unit:<6} {ratio}")
        print(f"      {how}", flush=True)


def against(figure, reference, unit):
    return f"{figure / reference:.2f} of {reference:g} {unit}"


# --- processes ---------------------------------------------------------------

def cpu_s(pid):
    """Processor seconds of all threads, also of those that have ended.

    schedstat counts nanoseconds where stat counts ticks; threads that ended
    are only in stat, and pairdesk's never do before it ends itself.
    """
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def pss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text() \
            .splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise RuntimeError("no Pss in smaps_rollup")


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Sim:
    """A running wasim and its control socket."""

    def __init__(self, build, where, tls=False, state="sim.state"):
        self.control = str(where / "c")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.control)
        mode = ["--tls", str(where / "tls")] if tls else ["--plain"]
        self.process = subprocess.Popen(
            [build / "wasim", *mode, "--listen", "127.0.0.1:0", "--control",
             self.control, "--state", str(where / state), "--settle-ms", "0",
             "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self.control)
        self.lines = self.socket.makefile("r")

    def ask(self, cmd, **members):
        text = json.dumps({"cmd": cmd, **members}) + "\n"
        self.socket.sendall(text.encode())
        answer = json.loads(self.lines.readline())
        if not answer.get("ok"):
            raise RuntimeError(f"wasim: {cmd} {members}: {answer}")
        return answer

    def wait(self, counter, at_least, seconds):
        self.ask("wait", counter=counter, at_least=at_least,
                 timeout_ms=int(seconds * 1000))

    def count(self, counter):
        return self.ask("status")[counter]

    def has_prekeys(self):
        """Says that each device has its pre-keys: none are made."""
        self.ask("fault", do="count-value", value=812, count=0)

    def options(self, state_dir, rate=1000):
        options = {
            "state-dir": state_dir, "connect-rate": rate,
            "whatsapp-url": self.ready["url"],
            "whatsapp-noise-root-key": self.ready["noise_root_key"],
            "whatsapp-version": VERSION,
        }
        if self.ready["ca_file"]:
            options["whatsapp-ca-file"] = self.ready["ca_file"]
        return [f"--{name}={value}" for name, value in options.items()]

    def close(self):
        self.socket.close()
        self.process.stdin.close()
        end(self.process)


class Bench:
    def __init__(self, build, where, sessions):
        self.build = build
        self.where = where
        self.sessions = sessions
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith("PAIRDESK_")}
        self.env["HOME"] = self.env["XDG_CONFIG_HOME"] = str(where)

    def c(self, *args):
        """A part of build/bench: its figures by name."""
        out = subprocess.run([self.build / "bench", *map(str, args)],
                             check=True, timeout=280, env=self.env,
                             stdout=subprocess.PIPE, text=True).stdout
        rows = [json.loads(line) for line in out.splitlines()]
        return {row["name"]: row["value"] for row in rows}

    @contextlib.contextmanager
    def serve(self, sim, state_dir, rate=1000):
        process = subprocess.Popen(
            [self.build / "pairdesk", "serve", "--json",
             *sim.options(state_dir, rate)],
            stdout=subprocess.PIPE, text=True, env=self.env)
        try:
            if "serving" not in process.stdout.readline():
                raise RuntimeError("pairdesk serve did not start")
            yield process
        finally:
            end(process)


# --- memory ------------------------------------------------------------------

def settled_pss(pid):
    """Proportional set size once it stands still, at most 10 s from now."""
    before = pss_kib(pid)
    for _ in range(5):
        time.sleep(2)
        now = pss_kib(pid)
        if abs(now - before) <= before // 100:
            break
        before = now
    return now


def pss_of(bench, sim, state_dir, sessions, rate):
    before = sim.count("actives")
    with bench.serve(sim, state_dir, rate) as process:
        if sessions > 0:
            sim.wait("actives", before + sessions, 100)
        return settled_pss(process.pid)


def measure_memory(bench, report, sim):
    rate = 200
    empty = pss_of(bench, sim, bench.where / "none", 0, rate)
    few = pss_of(bench, sim, bench.where / "few", FEW, rate)
    many = pss_of(bench, sim, bench.where / "many", bench.sessions, rate)
    each = (many - few) / (bench.sessions - FEW)
    report.bar(
        "memory per idle linked session", each, "KiB", 56,
        f"PSS of pairdesk serve over TLS, {bench.sessions} sessions less "
        f"{FEW}: {many} - {few} KiB")
    report.line(
        "the same, against the leanest peer", each, "KiB",
        f"{345 / each:.1f} times less than 345 KiB", "the peer's figure is "
        "that of design.md's survey, not of this run")
    report.bar(
        "memory of the program itself", (few - FEW * each) / 1024, "MiB", 16,
        f"the same line at no session; without any company stored: "
        f"{empty / 1024:.1f} MiB")


# --- processor ---------------------------------------------------------------

def login_cpu(bench, sim):
    """Processor seconds of one login, of `sessions` at a start."""
    goal = sim.count("actives") + bench.sessions
    with bench.serve(sim, bench.where / "none") as process:
        time.sleep(0.5)
        start = cpu_s(process.pid)
    with bench.serve(sim, bench.where / "many") as process:
        began = time.monotonic()
        sim.wait("actives", goal, 60)
        time.sleep(0.5)
        busy, took = cpu_s(process.pid), time.monotonic() - began
        time.sleep(2)
        idle = (cpu_s(process.pid) - busy) / 2
    return (busy - start - idle * took) / bench.sessions


def measure_logins(bench, report, sim):
    crypto, login = [], []
    for _ in range(LOGIN_ROUNDS):
        crypto.append(bench.c("login")["login_crypto_us"])
        login.append(login_cpu(bench, sim) * 1e6)
    crypto.append(bench.c("login")["login_crypto_us"])
    ms, bare = min(login) / 1e3, statistics.median(crypto) / 1e3
    report.bar(
        "processor time of a login, plain ws", ms, "ms", 3 * bare,
        f"CPU of pairdesk serve for {bench.sessions} logins at once, less "
        f"start and idling, best of {LOGIN_ROUNDS}",
        f"{ms / bare:.2f} times the bare cryptography; bar 3 times")
    report.line(
        "the bare cryptography of a login", bare, "ms",
        against(bare, 0.45, "ms"),
        "three X25519, one key pair, two XEdDSA checks by core/wire, "
        "median of the same minutes")
    report.line(
        "a login, against a peer", ms, "ms",
        f"{20 / ms:.0f} times less than 20 ms", "the peer's figure is from "
        "design.md: Baileys 7, best case")


def link_once(bench, sim, company):
    """Processor seconds of `pairdesk link` from start to exit."""
    process = subprocess.Popen(
        [bench.build / "pairdesk", "link", company, "--json",
         *sim.options(bench.where / "link")],
        stdout=subprocess.PIPE, text=True, env=bench.env)
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "qr" and event["attempt"] == 1:
            sim.ask("scan", text=event["text"], until="sent")
        elif event["event"] == "connected":
            break
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != 0:
        raise RuntimeError(f"pairdesk link ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure_links(bench, report, sim):
    costs = [link_once(bench, sim, f"one-{i}") * 1e3 for i in range(7)]
    each = min(costs)
    report.bar(
        "first link by QR with its 812 pre-keys", each, "ms", 60,
        "user and system time of `pairdesk link` from start to exit, best "
        f"of {len(costs)} (median {statistics.median(costs):.1f})")
    report.line(
        "the same, against a peer", each, "ms",
        f"{350 / each:.1f} times less than 350 ms",
        "the peer's figure is from design.md: Baileys 7, best case")
    farm = bench.c("farm", FEW, sim.control,
                   *sim.options(bench.where / "few"))
    report.line(
        "the same within a running core", farm["farm_link_cpu_ms"], "ms",
        against(farm["farm_link_cpu_ms"], 60, "ms"),
        f"{FEW} companies through core/app, processor time of the process "
        "by their number")


def measure_codes(bench, report, sim):
    runs = []
    for i in range(3):
        runs.append(bench.c("codes", 20,
                            *sim.options(bench.where / f"codes-{i}")))
    best = {name: min(run[name] for run in runs) for name in runs[0]}
    how = (f"20 companies of one process ask at once, all shown after "
           f"{best['codes_wall_ms']:.0f} ms; best of {len(runs)} runs")
    report.bar("20 pairing codes: longest callback",
               best["codes_callback_ms"], "ms", 5,
               "loop_longest_us from asking to the last code; " + how)
    report.bar("20 pairing codes: worst lateness of 1 ms",
               best["codes_late_ms"], "ms", 20,
               "a 1 ms timer of the loop, started again and again; before "
               f"asking, with nothing to do: {best['quiet_late_ms']:.2f} ms")
    report.line("20 pairing codes: busiest turn of the loop",
                best["codes_turn_cpu_ms"], "ms",
                against(best["codes_turn_cpu_ms"], 5, "ms"),
                "processor time of the loop's thread, all callbacks of one "
                "turn: what is ours whatever else the machine does")


# --- parts -------------------------------------------------------------------

# name in build/bench: what, unit, reference (design.md), how
PARTS = {
    "x25519_us": ("X25519", "us", 94, "curve_shared"),
    "keypair_us": ("a key pair", "us", 94, "curve_keypair, against one "
                   "X25519"),
    "verify_us": ("XEdDSA check", "us", 42, "curve_verify, 76 bytes"),
    "sign_us": ("XEdDSA signature", "us", 25, "curve_sign, 76 bytes"),
    "gcm_mb_s": ("AES-256-GCM", "MB/s", 2164, "crypt_gcm_seal with its key "
                 "set-up, 1 KiB; more is better"),
    "pbkdf2_ms": ("PBKDF2, 131,072 rounds", "ms", 40, "code_key"),
    "prekeys_ms": ("812 pre-keys made", "ms", 60, "prekey_make, against the "
                   "bar of a whole link"),
    "encode_us": ("a message node written", "us", 94, "node_encode, 240 "
                  "bytes sealed; against one X25519"),
    "decode_us": ("a message node read", "us", 94, "node_decode and destroy; "
                  "against one X25519"),
    "encode_prekeys_us": ("the pre-key upload written", "us", 60000,
                          "node_encode, 812 keys; against the bar of a link"),
    "decode_prekeys_us": ("the pre-key upload read", "us", 60000,
                          "node_decode and destroy; against the same"),
    "read_us": ("store: open a company and read", "us", 160, "store_get of "
                "700 bytes, each time of another company"),
    "first_read_us": ("store: the first read of a company", "us", 400,
                      "the same and the sums of all its 24 pages"),
    "commit_cpu_us": ("store: commit, processor", "us", 160, "store_commit "
                      "of 700 bytes, all threads; against open and read"),
    "commit_wall_us": ("store: commit, until it is on disk", "us", 160,
                       "the same on the wall, file sync included"),
    "commit_prekeys_ms": ("store: commit of 812 pre-keys", "ms", 60,
                          "processor, all threads; against the bar of a "
                          "link"),
    "qr_matrix_us": ("QR text to matrix", "us", 151, "qr_create"),
    "qr_half_us": ("QR matrix to half blocks", "us", 3, "qr_line, all rows "
                   "with colours"),
    "screen_first_bytes": ("link screen: first picture", "B", 11520,
                           "qr_screen_draw at 120x50; against a second of "
                           "115,200 baud"),
    "screen_bytes_s": ("link screen: each second after", "B/s", 50,
                       "the same for a minute of countdown"),
    "tls_full_us": ("TLS connect, nothing remembered", "us", 4600,
                    "ws_open to open and closed, client's thread; against "
                    "the bare handshake"),
    "tls_ticket_us": ("TLS connect with a ticket", "us", 4600,
                      "the same, resumed"),
}


def print_parts(report, figures):
    for name, (what, unit, reference, how) in PARTS.items():
        if name in figures:
            report.line(what, figures[name], unit,
                        against(figures[name], reference, unit), how)


def measure_start(bench, report):
    walls, cpus = [], []
    for _ in range(20):
        began = time.monotonic()
        process = subprocess.Popen([bench.build / "pairdesk", "--version"],
                                   stdout=subprocess.DEVNULL, env=bench.env)
        _, status, usage = os.wait4(process.pid, 0)
        walls.append((time.monotonic() - began) * 1e3)
        cpus.append((usage.ru_utime + usage.ru_stime) * 1e3)
        process.returncode = os.waitstatus_to_exitcode(status)
    report.line("start of the binary", statistics.median(walls), "ms",
                against(statistics.median(walls), 1000, "ms"),
                f"pairdesk --version, wall, median of {len(walls)}; "
                f"{statistics.median(cpus):.1f} ms of processor time")


# --- all of it ---------------------------------------------------------------

def run(bench, report):
    report.head("Processor")
    sim = Sim(bench.build, bench.where)
    try:
        measure_links(bench, report, sim)
        measure_codes(bench, report, sim)
        sim.has_prekeys()
        bench.c("farm", bench.sessions, sim.control,
                *sim.options(bench.where / "many"))
        measure_logins(bench, report, sim)
    finally:
        sim.close()
    report.head("Memory")
    sim = Sim(bench.build, bench.where, tls=True)
    try:
        sim.has_prekeys()
        measure_memory(bench, report, sim)
        figures = bench.c("tls", 100, sim.ready["url"],
                          sim.ready["ca_file"])
    finally:
        sim.close()
    report.head("Parts (references: the costs table of design.md, or as said)")
    for part in (["crypto"], ["store", bench.where / "shelf"], ["screen"]):
        figures.update(bench.c(*part))
    print_parts(report, figures)
    measure_start(bench, report)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default="build")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--keep", action="store_true",
                        help="leave build/bench-state for a look")
    parser.add_argument("--check", action="store_true",
                        help="exit 1 if a bar is missed")
    args = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    build = args.build.resolve()
    where = build / "bench-state"
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(mode=0o700)
    report, began = Report(), time.monotonic()
    load = os.getloadavg()[0]
    print(f"pairdesk bench: {os.cpu_count()} processors, load {load:.1f}"
          + (" (busy: expect worse figures)" if load > 1 else ""))
    try:
        run(Bench(build, where, args.sessions), report)
    finally:
        if not args.keep:
            shutil.rmtree(where, ignore_errors=True)
    print(f"\nbars missed: {', '.join(report.missed) or 'none'}; took "
          f"{time.monotonic() - began:.0f} s")
    return 1 if args.check and report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
