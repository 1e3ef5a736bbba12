#!/usr/bin/env python3
"""What pairdesk costs, against its bars: make bench.

Drives build/pairdesk and build/bench against build/wasim, all on loopback,
and prints each figure with its ratio and how it was measured. README.md has
the reasons. Always bounded; ends only processes it has started.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import time

import console
import listener
from lib import Bench, Report, Sim, against, cpu_s, pss_kib

FEW = 10                        # sessions of the small run
LOGIN_ROUNDS = 3


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

def run_core(bench, report):
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
    parser.add_argument("--only", choices=["core", "listener", "console"],
                        help="one part of it")
    parser.add_argument("--quick", action="store_true",
                        help="the crowd of slow connections for 10 s only")
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
        bench = Bench(build, where, args.sessions)
        if args.only in (None, "core"):
            run_core(bench, report)
        if args.only in (None, "listener"):
            listener.run(bench, report, 10 if args.quick else 60)
        if args.only in (None, "console"):
            console.run(bench, report)
    finally:
        if not args.keep:
            shutil.rmtree(where, ignore_errors=True)
    print(f"\nbars missed: {', '.join(report.missed) or 'none'}; took "
          f"{time.monotonic() - began:.0f} s")
    return 1 if args.check and report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
