"""How the console starts and ends: its core, the terminal, `stop`."""

import os
import re
import resource
import shutil
import signal
import socket
import subprocess

from lib.case import Skip, cases, limit, rows
from lib.desk import CONFIG, NOPERM, OK, TEMPFAIL, UNAVAILABLE, USAGE
from lib.proc import Proc
from lib.starting import (READY, Lines, Screen, alive, core_pid, gone, prepare)

PHONE = "79001234567"


def start(t, *args, **how):
    desk = prepare(t, t.desk(**how))
    return desk, Screen(t, desk, *args)


def connected(t):
    """A company that is connected by a core which a console started."""
    sim, desk = t.pair()
    prepare(t, desk)
    desk.linked(sim)
    screen = Screen(t, desk)
    screen.wait_text(READY)
    t.until(lambda: desk.status()["connected"], "acme is connected")
    return sim, desk, screen


def untouched(t, sim, desk, before, dials):
    status = desk.status()
    t.true(status["connected"], "still connected")
    t.equal(status["stateVersion"], before["stateVersion"])
    t.equal(sim.dials(), dials, "connections seen by WhatsApp")


def silent(t, desk, *args, **env):
    """`pairdesk </dev/null` to its end."""
    return desk.run(*args, timeout=30, **env)


# -- a core of its own ---------------------------------------------------------

def test_console_start_makes_a_core(t):
    desk, screen = start(t)
    screen.wait_text(READY)
    pid = core_pid(desk)
    t.true(pid and pid != screen.pid(), "a process of its own")
    t.equal(os.getsid(pid), pid, "in a session of its own")
    t.equal(os.readlink(f"/proc/{pid}/cwd"), "/")
    for fd in (0, 1, 2):
        t.equal(os.readlink(f"/proc/{pid}/fd/{fd}"), "/dev/null")
    t.equal(*resource.prlimit(pid, resource.RLIMIT_NOFILE))
    with open(os.path.join(desk.state, "lock")) as f:
        t.contains(f.read(), "pairdesk serve")
    screen.keys("q")
    screen.wait_text("everything goes on")
    screen.keys("l")
    t.equal(screen.exit(), OK)
    t.contains(screen.text(), f"pairdesk goes on (pid {pid})")
    t.contains(screen.text(), "`pairdesk stop` ends it")
    t.true(alive(pid), "the core goes on")
    t.equal(core_pid(desk), pid)
    t.contains(desk.run("listener").out, "not served")


def test_console_start_leaves_and_stops(t):
    sim, desk, screen = connected(t)
    pid = core_pid(desk)
    screen.keys("q")
    screen.wait_text("stop everything")
    screen.keys("s")
    t.equal(screen.exit(), OK)
    t.contains(screen.text(), "Stopping...")
    t.contains(screen.text(), "has ended. Companies stay linked.")
    t.true(not alive(pid), "the core has ended")
    t.equal(desk.status()["reason"], "not_running")


def test_console_start_finds_the_core(t):
    desk = prepare(t, t.desk())
    core = desk.serve()
    desk.core_ready(core)
    screen = Screen(t, desk)
    screen.wait_text(READY)
    t.equal(core_pid(desk), core.pid)
    screen.keys("q")
    t.equal(screen.exit(), OK, "who started no core is asked nothing")
    t.lacks(screen.text(), "goes on")
    t.true(core.running())
    t.equal(core.stop(), OK)


@limit(90)
def test_console_start_at_the_same_moment(t):
    desk = prepare(t, t.desk())
    # two hands at once, and more
    consoles = [desk.start() for _ in range(5)]
    for console in consoles:
        t.equal(console.exit(40), OK, console.describe())
    started = [c for c in consoles if "pairdesk goes on" in c.out.text()]
    t.equal(len(started), 1, "one of them has started the core")
    t.contains(started[0].out.text(), f"pid {core_pid(desk)}")
    opened = [line for line in desk.log() if "mod=app open" in line]
    t.equal(len(opened), 1, "one core")


def test_console_start_with_relative_paths(t):
    desk = prepare(t, t.desk())
    t.equal(silent(t, desk, PAIRDESK_STATE_DIR="state").code, OK)
    t.true(core_pid(desk), "the core is where it was meant to be")
    t.equal(os.readlink(f"/proc/{core_pid(desk)}/cwd"), desk.home)
    t.equal(silent(t, desk, PAIRDESK_STATE_DIR="state").code, OK)


# -- its listener ----------------------------------------------------------------

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_console_start_with_http(t):
    desk = prepare(t, t.desk())
    port = free_port()
    done = silent(t, desk, "--http", str(port))
    t.equal(done.code, OK, str(done))
    t.contains(desk.run("listener").out, f"http://127.0.0.1:{port}/")


def test_console_start_adds_http(t):
    """Beside a core that runs: it listens there too, and says so."""
    desk = prepare(t, t.desk())
    web = desk.http()
    port = free_port()
    done = silent(t, desk, "--http", str(port))
    t.contains(done.out, f"now listens on 127.0.0.1:{port} as well")
    out = desk.run("listener").out
    t.contains(out, f"http://127.0.0.1:{port}/")
    t.equal(web.get("/health").status, 200, "where it was before as well")
    done = silent(t, desk, "--http", str(port))
    t.contains(done.out, "listens there already")
    screen = Screen(t, desk, "--http", str(port))
    screen.wait_text("listens there already")
    screen.keys("q")
    t.equal(screen.exit(), OK)


def test_console_start_http_refused_is_a_notice(t):
    desk = prepare(t, t.desk())
    core = desk.serve()
    desk.core_ready(core)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        done = silent(t, desk, "--http", str(s.getsockname()[1]))
    t.equal(done.code, OK, "no failure")
    t.contains(done.err, "does not listen there")
    t.equal(core.stop(), OK)


# -- what keeps a core from starting ------------------------------------------------

def test_console_start_address_in_use(t):
    desk = prepare(t, t.desk())
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        serve = desk.run("serve", "--http", str(port))
        done = silent(t, desk, "--http", str(port))
    t.equal((done.code, done.err), (serve.code, serve.err),
            "the words and the code of serve")
    t.contains(done.err, "in use")
    t.equal(core_pid(desk), None, "nobody stays")


def test_console_start_bad_key(t):
    desk = prepare(t, t.desk())
    t.equal(desk.run("companies").code, OK)
    with open(os.path.join(desk.state, "master.key"), "w") as f:
        f.write("nonsense\n")
    serve = desk.run("serve")
    done = silent(t, desk)
    t.equal((done.code, done.err), (serve.code, serve.err))
    t.equal(done.code, CONFIG)


@limit(90)
def test_console_start_beside_a_command(t):
    """A core that only lasts another command's length is named."""
    sim, desk = t.pair()
    prepare(t, desk)
    link = desk.link("acme")
    link.event("qr")
    done = silent(t, desk)
    t.equal(done.code, TEMPFAIL, str(done))
    t.contains(done.err, "waiting for it")
    t.contains(done.err, f"pid {link.pid}")
    t.contains(done.err, "pairdesk link")
    t.equal(desk.run("stop").code, TEMPFAIL, "stop ends no command")
    link.stop()


def test_console_start_core_dies_without_a_word(t):
    desk = prepare(t, t.desk())
    # no file may grow: SIGXFSZ
    proc = Proc(["/bin/sh", "-c", 'ulimit -f 0; exec "$0" </dev/null',
                 t.options.binary], desk.env, t.left, cwd=desk.home)
    t.true(proc.exit(30) not in (OK, USAGE), proc.describe())
    t.contains(proc.err.text(), "killed by signal 25")
    t.contains(proc.err.text(), "`pairdesk serve`")


def test_console_start_has_no_json(t):
    desk = t.desk()
    done = silent(t, desk, "--json")
    t.equal(done.code, USAGE)
    t.contains(done.err, "--json")
    t.equal(core_pid(desk), None)


# -- ways out --------------------------------------------------------------------------

@cases(name=["HUP", "TERM", "INT", "KILL"])
def test_console_end_by_signal(t, name):
    sim, desk, screen = connected(t)
    before, dials, pid = desk.status(), sim.dials(), core_pid(desk)
    number = getattr(signal, "SIG" + name)
    os.kill(screen.pid(), number)
    t.equal(screen.exit(), 128 + number)
    if name != "KILL":
        screen.wait_text(r"(?m)^left")
        t.lacks(screen.text(), "pairdesk 0.", "the screen is restored")
        t.lacks(screen.text(), "goes on")
    t.equal(core_pid(desk), pid)
    untouched(t, sim, desk, before, dials)


def test_console_end_by_a_lost_line(t):
    sim, desk, screen = connected(t)
    before, dials, pid = desk.status(), sim.dials(), core_pid(desk)
    console = screen.pid()
    screen.close()
    gone(t, console)
    t.equal(core_pid(desk), pid)
    untouched(t, sim, desk, before, dials)
    again = Screen(t, desk)
    again.wait_text(READY)
    again.wait_text("acme")


@cases(keys=["a", "l", ":"])
def test_console_killed_in_a_dialog(t, keys):
    sim, desk, screen = connected(t)
    before, dials = desk.status(), sim.dials()
    screen.wait_text("acme")
    seen = screen.text()
    screen.keys(keys)
    t.until(lambda: screen.text() != seen, "something is open")
    os.kill(screen.pid(), signal.SIGKILL)
    t.equal(screen.exit(), 128 + signal.SIGKILL)
    untouched(t, sim, desk, before, dials)
    t.equal(len(desk.run("companies", "--json").json()["companies"]), 1)


@limit(90)
def test_console_killed_while_linking(t):
    """The attempt is the core's: the code on the screen still works."""
    sim, desk = t.pair()
    prepare(t, desk)
    screen = Screen(t, desk, "--plain")
    screen.wait_text("no companies yet")
    screen.line(f"link acme {PHONE}")
    found = screen.wait_text(r"acme: ((\w ){4}- (\w ?){4})\.")
    os.kill(screen.pid(), signal.SIGKILL)
    t.equal(screen.exit(), 128 + signal.SIGKILL)
    sim.type(PHONE, re.sub(r"[ -]", "", found.group(1)))
    t.until(lambda: desk.status()["connected"], "acme is connected", 30)


@cases(how=["quit", "HUP", "KILL"])
def test_console_is_found_as_it_was(t, how):
    """View, filter and cursor."""
    desk = prepare(t, t.desk())
    core = desk.serve()
    desk.core_ready(core)
    for company in ("alpha", "beta1", "beta2", "beta3", "gamma"):
        t.equal(desk.run("name", company, "x").code, OK)
    screen = Screen(t, desk)
    screen.wait_text("gamma")
    screen.keys("/")
    screen.tmux("send-keys", "-l", "beta")
    screen.wait_text("3 of 5")
    screen.keys("Enter")
    screen.keys("j")
    screen.keys("Enter")
    screen.wait_text("beta2")
    t.until(lambda: "beta1" not in screen.text(), "the view of beta2")
    if how == "quit":
        screen.keys("Escape")
        screen.wait_text("3 of 5")
        screen.keys("q")
    else:
        # written within a second; KILL leaves no later moment
        path = os.path.join(desk.home, ".local/state/pairdesk/console.json")
        t.until(lambda: os.path.exists(path) and
                '"beta2"' in open(path).read(), "it is remembered", 5)
        os.kill(screen.pid(), getattr(signal, "SIG" + how))
    screen.exit()
    again = Screen(t, desk)
    again.wait_text("beta2")
    if how != "quit":
        t.lacks(again.text(), "beta1", "the view of beta2")
        again.keys("Escape")
    again.wait_text("3 of 5")
    t.lacks(again.text(), "gamma")
    again.keys("Enter")
    t.until(lambda: "beta1" not in again.text(), "the cursor is on beta2")
    again.wait_text("beta2")
    t.equal(core.stop(), OK)


# -- the core goes ------------------------------------------------------------------------

def test_console_sees_the_core_go_and_come(t):
    sim, desk = t.pair()
    prepare(t, desk)
    desk.linked(sim)
    core = desk.serve()
    desk.core_ready(core)
    screen = Screen(t, desk)
    screen.wait_text("connected")
    core.kill()
    screen.wait_text("(?i)does not answer|lost|gone|no core")
    core = desk.serve()
    desk.core_ready(core)
    t.until(lambda: desk.status()["connected"], "acme is connected")
    screen.wait_text("all connected")
    t.until(lambda: not re.search("(?i)no core", screen.text()),
            "all is well again")
    screen.keys("q")
    t.equal(screen.exit(), OK)
    t.equal(core.stop(), OK)


def test_console_starts_a_killed_core_again(t):
    sim, desk, screen = connected(t)
    pid = core_pid(desk)
    os.kill(pid, signal.SIGKILL)
    screen.wait_text("killed by signal 9")
    screen.wait_text(":start")
    screen.line(":start")
    t.until(lambda: core_pid(desk) not in (None, pid), "another core")
    t.until(lambda: desk.status()["connected"], "acme is connected")
    screen.wait_text("connected")
    screen.keys("q")
    screen.wait_text("stop everything")
    screen.keys("s")
    t.equal(screen.exit(), OK)
    t.equal(core_pid(desk), None)


# -- stop --------------------------------------------------------------------------------------

def test_stop_nobody(t):
    desk = t.desk()
    done = desk.run("stop")
    t.equal(done.code, UNAVAILABLE)
    t.contains(done.err, "No pairdesk runs here")
    t.equal(desk.run("stop", "--json").json()["errorCode"], "NOT_RUNNING")
    t.true(not os.path.exists(desk.state), "stop makes nothing")


@cases(json=[False, True])
def test_stop_serve(t, json):
    sim, desk = t.pair()
    desk.linked(sim)
    core = desk.serve()
    desk.core_ready(core)
    done = desk.run("stop", *(["--json"] if json else []))
    t.equal(done.code, OK, str(done))
    if json:
        t.equal(done.json(), {"stopped": True, "pid": core.pid})
    else:
        t.contains(done.out, f"has ended (pid {core.pid})")
    t.true(not alive(core.pid), "it has ended when stop says so")
    t.equal(core.exit(1), OK)
    t.equal(desk.run("stop").code, UNAVAILABLE)
    desk.consistent()


def test_stop_ends_the_core_of_a_console(t):
    sim, desk, screen = connected(t)
    pid = core_pid(desk)
    t.equal(desk.run("stop").code, OK)
    t.true(not alive(pid))
    screen.wait_text(r"The core has ended \(code 0\)")
    screen.keys("q")
    screen.wait_text("companies may not be connected")
    screen.keys("l")
    t.equal(screen.exit(), OK)


def test_stop_silent_core(t):
    """One that does not answer any more can still be told to end."""
    desk = t.desk()
    core = desk.serve()
    desk.core_ready(core)
    core.signal(signal.SIGSTOP)
    stop = desk.start("stop")
    t.until(lambda: "SigPnd:\t0000000000000000" not in open(
        f"/proc/{core.pid}/status").read() or "ShdPnd:\t0000000000004000" in
        open(f"/proc/{core.pid}/status").read(), "SIGTERM is there", 20)
    core.signal(signal.SIGCONT)
    t.equal(stop.exit(), OK, stop.describe())
    t.equal(core.exit(), OK)


def test_stop_of_another_user(t):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv")
    desk = t.desk()
    core = desk.serve()
    desk.core_ready(core)
    binary = t.path("pairdesk")
    shutil.copy(t.options.binary, binary)
    os.chmod(binary, 0o755)
    os.chmod(t.dir, 0o755)
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
         binary, "stop"], env={**desk.env, "HOME": "/"}, capture_output=True, text=True,
        timeout=20, stdin=subprocess.DEVNULL)
    t.equal(done.returncode, NOPERM, done.stderr)
    t.contains(done.stderr, "another user's")
    t.equal(core.stop(), OK)


def test_stop_in_russian(t):
    done = t.desk().run("stop", PAIRDESK_LANG="ru")
    t.contains(done.err, "pairdesk здесь не запущен")
