"""Run by systemd: what it is told, the watchdog, the unit's restrictions."""

import os
import shutil
import signal
import socket
import subprocess
import time

from lib.case import Skip, limit
from lib.desk import OK
from lib.manager import UNIT, Confined, Filter, Manager, released, unit_value
from lib.reliability import told
from lib.web import NO_LIMITS


def started(t, desk, manager, watchdog_s=None, **env):
    return desk.serve("--http", "127.0.0.1:0",
                      **manager.env(watchdog_s), **env)


@told("systemd", "READY=1", "only when control socket and listener answer")
def test_service_ready_when_it_listens(t):
    sim, desk = t.pair(**NO_LIMITS)
    desk.linked(sim)
    manager = Manager(t)
    core = started(t, desk, manager)
    manager.until("READY=1")
    # no waiting: it said that it listens
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(desk.socket_path())
    with socket.create_connection(desk.addresses(core, 1)[0], 5):
        pass
    t.equal(manager.until("STATUS="), "STATUS=1 companies, 1 linked, "
            "0 connected")
    sim.wait("active", count=2)
    t.equal(manager.until("STATUS="), "STATUS=1 companies, 1 linked, "
            "1 connected")
    t.equal([text for _, text in manager.heard].count("READY=1"), 1)
    t.equal(core.stop(), OK)


@told("systemd", "no start", "never READY; the exit code says why")
def test_service_not_ready_when_it_fails(t):
    sim, desk = t.pair()
    manager = Manager(t)
    os.mkdir(desk.state, 0o755)
    core = started(t, desk, manager)
    t.equal(core.exit(), 78)
    t.equal(manager.listen(0.2), [])
    t.contains(unit_value("RestartPreventExitStatus").split(), "78")


@told("systemd", "SIGTERM", "STOPPING=1 first, then exit 0")
def test_service_says_that_it_stops(t):
    sim, desk = t.pair()
    desk.linked(sim)
    manager = Manager(t)
    core = started(t, desk, manager)
    manager.until("READY=1")
    sim.wait("active", count=2)
    manager.listen(0.2)
    core.signal(signal.SIGTERM)
    t.equal(core.exit(), OK)
    said = [m for m in manager.listen(0.3) if "connected" not in m]
    t.equal(said[:2], ["STOPPING=1", "STATUS=disconnecting, saving"])


@told("systemd", "watchdog, loop stopped by SIGSTOP",
      "no WATCHDOG=1 while it stands, again after SIGCONT")
@limit(30)
def test_service_watchdog_is_the_loop(t):
    sim, desk = t.pair()
    desk.linked(sim)
    manager = Manager(t)
    core = started(t, desk, manager, watchdog_s=0.9)
    manager.until("READY=1")
    fed = manager.listen(1.5).count("WATCHDOG=1")
    t.within(fed, 3, 6, "three times in 0.9 s")
    core.signal(signal.SIGSTOP)
    manager.listen(0.3)         # what was on its way
    t.equal(manager.listen(1.5), [], "a loop that stands feeds nobody")
    core.signal(signal.SIGCONT)
    manager.until("WATCHDOG=1", 3)
    t.equal(core.stop(), OK)


def test_service_watchdog_of_another_process(t):
    sim, desk = t.pair()
    manager = Manager(t)
    core = started(t, desk, manager, watchdog_s=0.3, WATCHDOG_PID="1")
    manager.until("READY=1")
    t.lacks(manager.listen(0.5), "WATCHDOG=1")
    t.equal(core.stop(), OK)


def test_service_score(t):
    """users.md 2, B 11."""
    if not shutil.which("systemd-analyze"):
        raise Skip("needs systemd-analyze")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15",
         "--no-pager", UNIT], capture_output=True, text=True, timeout=30)
    t.equal(done.returncode, 0, done.stdout[-300:] + done.stderr)


@told("systemd", "system calls beyond the unit's refused",
      "links, logs in, serves, stops")
@limit(60)
def test_service_within_its_filter(t):
    """All of a life under the unit's seccomp rules, loaded for real."""
    if not shutil.which("systemd-analyze"):
        raise Skip("needs systemd-analyze")
    sim, desk = t.pair(**NO_LIMITS)
    binary, rules, manager = released(t), Filter(), Manager(t)

    def confined(*args):
        proc = Confined(rules, [binary, *args],
                        {**desk.env, **manager.env(1)}, t.left, desk.home)
        desk.procs.append(proc)
        return proc

    # the filter is there: what it refuses fails
    probe = Confined(rules, ["/usr/bin/unshare", "-U", "true"], desk.env,
                     t.left, desk.home)
    t.true(probe.exit() != 0, "no namespaces")
    t.contains(probe.err.text(), "not permitted")
    core = desk.core = confined("serve", "--http", "127.0.0.1:0")
    manager.until("READY=1")
    web = desk.control()
    web.linked(sim)
    t.equal(web.get("/metrics").status, 200)
    sim.push("reset", all=True)
    sim.wait("active", count=2)
    t.equal(desk.run("stop").code, OK)
    t.equal(core.exit(), OK)
    t.equal(desk.status()["phoneNumber"], "79001234567")


@told("descriptors", "none left for clients of control socket and listener",
      "no crash, no busy loop; who waited is answered when some are free")
@limit(60)
def test_service_out_of_descriptors(t):
    sim, desk = t.pair(**NO_LIMITS)
    desk.linked(sim)
    core = desk.core = desk.start("serve", "--http", "127.0.0.1:0")
    where = desk.addresses(core, 1)[0]
    sim.wait("active", count=2)
    used = len(os.listdir(f"/proc/{core.pid}/fd"))
    subprocess.run(["prlimit", f"--pid={core.pid}",
                    f"--nofile={used + 8}:{used + 8}"], check=True)
    crowd = []
    for i in range(24):         # half on each
        s = socket.socket(socket.AF_UNIX if i % 2 else socket.AF_INET)
        s.settimeout(10)
        s.connect(desk.socket_path() if i % 2 else where)
        crowd.append(s)
    time.sleep(0.3)
    before = cpu(core.pid)
    time.sleep(1)
    t.true(cpu(core.pid) - before < 0.3, "waits, does not turn in vain")
    t.true(core.running(), core.describe())
    for s in crowd:
        s.close()
    t.equal(desk.control().get("/health").status, 200)
    with socket.create_connection(where, 5) as s:
        s.settimeout(10)
        s.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        t.true(s.recv(100).startswith(b"HTTP/1.1 200"))
    # the company never noticed
    t.equal(sim.status()["connections"]["now"], 1)
    t.equal(core.stop(), OK)


def cpu(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@told("descriptors", "none left to dial WhatsApp",
      "network_blocked or reconnecting, said; online again when some are free")
@limit(60)
def test_service_no_descriptor_to_dial(t):
    sim, desk = t.pair(speed=20)
    desk.linked(sim)
    core = desk.core = desk.serve()
    web = desk.core_ready(core)
    web.until_status("connected")
    # an established control connection answers while no new one can
    used = len(os.listdir(f"/proc/{core.pid}/fd"))
    after = sim.seq()
    subprocess.run(["prlimit", f"--pid={core.pid}", f"--nofile=3:{used + 64}"],
                   check=True)
    sim.push("reset", all=True)
    t.until(lambda: any("reconnecting" in line and "acme" in line
                        for line in desk.log()[desk.log_seen:]),
            "the log says that it reconnects")
    time.sleep(0.5)
    before = cpu(core.pid)
    time.sleep(1)
    t.true(cpu(core.pid) - before < 0.5, "no busy loop")
    t.true(core.running(), core.describe())
    subprocess.run(["prlimit", f"--pid={core.pid}",
                    f"--nofile={used + 64}:{used + 64}"], check=True)
    sim.wait("active", after=after, timeout=30)
    t.equal(core.stop(), OK)
