"""The command line beside a running core: both faces of one control
socket."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time

from lib.case import Skip, cases, rows
from lib.desk import (DATAERR, NOUSER, OK, TEMPFAIL, UNAVAILABLE, USAGE)
from lib.proc import Proc
from lib.web import API, NO_LIMITS, PHONE, check_error, session
from test_http_api import unlinked

OTHER = "79002223344"


def beside(t, *sim_args, speed=1, **env):
    """A simulator, a desk, and its running core without a listener."""
    sim, desk = t.pair(*sim_args, speed=speed, **{**NO_LIMITS, **env})
    core = desk.core = desk.serve()
    return sim, desk, desk.core_ready(core)


# --- commands ----------------------------------------------------------------

def test_http_cli_link_by_qr(t):
    """The core links and keeps the connection; the command only shows."""
    sim, desk, web = beside(t)
    proc = desk.link("acme")
    qr = proc.event("qr")
    t.equal(web.status()["status"], "qr")
    sim.scan(qr["text"], PHONE)
    t.equal(proc.event("connected")["phoneNumber"], PHONE)
    t.equal(proc.exit(), OK)
    got = web.status()
    t.equal((got["connected"], got["reason"]), (True, "ok"))
    t.equal(sim.status()["logins"], 1, "no second login")
    t.equal([e["event"] for e in proc.events()][0], "qr")


def test_http_cli_link_by_code(t):
    sim, desk, web = beside(t)
    proc = desk.link("acme", "--phone", PHONE)
    code = proc.event("code")
    t.true(code["code"] and code["companyId"] == "acme" if "companyId" in code
           else code["code"], str(code))
    sim.type(PHONE, code["code"])
    proc.event("connected")
    t.equal(proc.exit(), OK)
    t.equal(web.status()["connected"], True)


def test_http_cli_link_joins_the_attempt_of_a_page(t):
    sim, desk, web = beside(t)
    text = web.qr()["text"]
    proc = desk.link("acme")
    t.equal(proc.event("qr")["text"], text)
    t.equal(sim.dials(), 1)
    sim.scan(text, PHONE)
    proc.event("connected")
    t.equal(proc.exit(), OK)


def test_http_cli_link_of_a_linked_company(t):
    sim, desk, web = beside(t)
    web.linked(sim)
    proc = desk.link("acme")
    proc.event("connected")
    t.equal(proc.exit(), OK)
    t.equal(sim.status()["logins"], 1)


def test_http_cli_link_expires(t):
    sim, desk, web = beside(t, speed=40)
    proc = desk.link("acme")
    proc.event("expired", timeout=12)
    t.equal(proc.exit(), TEMPFAIL)
    t.equal(len([e for e in proc.events() if e["event"] == "qr"]), 6)
    sim.silent(1)


@rows("fault code reason", [
    (("refuse", {}), UNAVAILABLE, "network_blocked"),
    (("failure", {"reason": 503, "kind": "register"}), UNAVAILABLE,
     "server_busy"),
    (("failure", {"reason": 429, "kind": "register"}), TEMPFAIL,
     "rate_limited"),
])
def test_http_cli_link_fails(t, fault, code, reason):
    sim, desk, web = beside(t, speed=10)
    sim.fault(fault[0], count=0, **fault[1])
    proc = desk.link("acme")
    error = proc.event("error")
    t.equal(error["reason"], reason)
    t.true(error["advice"], str(error))
    t.equal(proc.exit(), code)
    t.true(desk.core.running())


def test_http_cli_link_interrupted(t):
    """Ctrl-C ends the command; the core lives on."""
    sim, desk, web = beside(t)
    proc = desk.link("acme")
    proc.event("qr")
    proc.signal(2)
    t.true(proc.exit() in (130, -2), proc.describe())
    t.equal(web.get("/health").status, 200)
    t.true(web.status()["status"] in ("qr", "idle"))


def test_http_cli_core_dies_under_a_link(t):
    sim, desk, web = beside(t)
    proc = desk.link("acme")
    proc.event("qr")
    desk.core.kill()
    code = proc.exit()
    t.true(code in (UNAVAILABLE, TEMPFAIL, 74), proc.describe())
    t.true(proc.err.text().strip() or proc.events()[-1]["event"] == "error",
           "says why")


def test_http_cli_status(t):
    sim, desk, web = beside(t)
    web.linked(sim)
    told = desk.status()
    got = web.status()
    for name in set(told) & set(got) - {"lastSeen", "serverTime"}:
        t.equal(told[name], got[name], name)
    t.equal((told["connected"], told["reason"]), (True, "ok"))
    everything = desk.run("status", "--json")
    t.equal(everything.code, OK)
    t.contains(everything.out, "acme")
    done = desk.run("companies", "--json")
    one, = done.json()["companies"]
    t.equal((one["companyId"], one["connected"]), ("acme", True))
    for lang, word in (("en", "Connected"), ("ru", "Подключена")):
        t.contains(desk.run("status", "acme", PAIRDESK_LANG=lang).out, word)


def test_http_cli_reconnect_logout_remove(t):
    sim, desk, web = beside(t)
    web.linked(sim)
    done = desk.run("reconnect", "acme", "--json")
    t.equal(done.code, OK, str(done))
    sim.counter("logins", at_least=2)
    web.until_status("connected")
    done = desk.run("logout", "acme", "--json")
    t.equal(done.code, OK, str(done))
    sim.wait("logout")
    t.equal(unlinked(t, web)["connected"], False)
    done = desk.run("remove", "acme", "--json")
    t.equal(done.code, OK, str(done))
    web.refused(404, "SESSION_NOT_FOUND", "GET", session("acme", "status"))
    t.equal(desk.run("status", "acme").code, NOUSER)


@rows("args codes", [
    (["status", "nobody"], {NOUSER}), (["logout", "nobody"], {NOUSER}),
    (["reconnect", "nobody"], {NOUSER}), (["remove", "nobody"], {NOUSER}),
    (["logs", "nobody"], {NOUSER}), (["logout", "acme"], {DATAERR}),
    (["reconnect", "acme"], {DATAERR}),
    (["link", "acme", "--phone", "0"], {USAGE, DATAERR}),
    (["link", "a b"], {USAGE, DATAERR}), (["frobnicate"], {USAGE}),
])
def test_http_cli_exit_codes(t, args, codes):
    """The same with and without a core."""
    sim, desk, web = beside(t)
    web.data("PATCH", session("acme"), {"name": "x"})
    done = desk.run(*args)
    t.true(done.code in codes, str(done))
    t.true(done.err, "says why")
    t.equal(desk.core.stop(), OK)
    alone = desk.run(*args)
    t.equal((alone.code, alone.err), (done.code, done.err))
    t.equal(sim.touched(), 0)


def test_http_cli_logs(t):
    sim, desk, web = beside(t)
    web.linked(sim)
    done = desk.run("logs", "-n", "3", "acme")
    t.equal(done.code, OK)
    t.equal(len(done.out.splitlines()), 3)
    t.equal(desk.run("doctor", timeout=30).code, OK)


def test_http_cli_link_alone_is_a_core_too(t):
    """Whoever comes while `link` runs is answered by it."""
    sim, desk = t.pair(**NO_LIMITS)
    proc = desk.link("acme")
    text = proc.event("qr")["text"]
    t.equal(desk.control().qr()["text"], text)
    t.equal(desk.status()["status"], "qr")
    sim.scan(text, PHONE)
    proc.event("connected")
    t.equal(proc.exit(), OK)
    t.true(not os.path.exists(desk.socket_path()), "socket left behind")


def test_http_cli_many_at_once(t):
    sim, desk, web = beside(t)
    web.data("PATCH", session("acme"), {"name": "x"})
    procs = [desk.start("status", "acme", "--json") for _ in range(8)]
    t.equal({p.exit() for p in procs}, {OK})


# --- the socket --------------------------------------------------------------

def test_http_cli_socket_is_the_owners(t):
    sim, desk, web = beside(t)
    mode = os.lstat(desk.socket_path())
    t.true(stat.S_ISSOCK(mode.st_mode))
    t.equal(oct(stat.S_IMODE(mode.st_mode)), oct(0o600))
    t.equal(mode.st_uid, os.getuid())
    t.equal(desk.core.stop(), OK)
    t.true(not os.path.exists(desk.socket_path()), "gone with its core")


ASK = """
import os, socket, sys
path, uid, gid = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.setgroups([])
os.setgid(gid)
os.setuid(uid)
s = socket.socket(socket.AF_UNIX)
s.settimeout(5)
try:
    s.connect(path)
    s.sendall(b"GET /api/whatsapp/sessions HTTP/1.1\\r\\nHost: pairdesk\\r\\n"
              b"Connection: close\\r\\n\\r\\n")
    print(s.recv(100).decode().split("\\r\\n")[0] or "closed")
except OSError as e:
    print("error", e)
"""


def ask_as(t, desk, uid, gid):
    """What another user of the machine hears, once files do not keep him
    out any more."""
    if os.getuid() != 0:
        raise Skip("needs root to be somebody else")
    for path in (t.dir, desk.home, desk.state):
        os.chmod(path, 0o711)
    os.chmod(desk.socket_path(), 0o666)
    done = subprocess.run(
        [sys.executable, "-c", ASK, desk.socket_path(), str(uid), str(gid)],
        capture_output=True, text=True, timeout=15)
    t.equal(done.returncode, 0, done.stderr)
    return done.stdout.strip()


NOBODY = 65534


def test_http_cli_socket_refuses_others(t):
    sim, desk, web = beside(t)
    said = ask_as(t, desk, NOBODY, NOBODY)
    t.true(said == "closed" or " 403 " in said or said.startswith("error"),
           f"another user got {said!r}")
    t.contains(ask_as(t, desk, 0, NOBODY), " 200 ", "root")
    t.equal(web.get("/health").status, 200)


def test_http_cli_socket_for_a_group(t):
    sim, desk, web = beside(t, PAIRDESK_CONTROL_GROUP="nogroup")
    mode = os.lstat(desk.socket_path())
    t.equal((oct(stat.S_IMODE(mode.st_mode)), mode.st_gid),
            (oct(0o660), NOBODY))
    t.contains(ask_as(t, desk, NOBODY, NOBODY), " 200 ", "a member")
    t.lacks(ask_as(t, desk, 1, 1), " 200 ", "no member")


def test_http_cli_socket_group_unknown(t):
    sim, desk = t.pair(PAIRDESK_CONTROL_GROUP="no-such-group")
    core = desk.serve()
    t.equal(core.exit(), 78, core.describe())
    t.contains(core.err.text(), "no-such-group")


def test_http_cli_socket_elsewhere(t):
    path = t.path("s")
    sim, desk = t.pair(PAIRDESK_CONTROL_SOCKET=path, **NO_LIMITS)
    core = desk.serve()
    t.until(lambda: os.path.exists(path), "the socket")
    desk.socket_path = lambda: path
    desk.core_ready(core)
    t.equal(desk.run("companies").code, OK)


@rows("path", [("/tmp/" + "x" * 200,), ("/dev/null/s",), ("/",)])
def test_http_cli_socket_bad_path(t, path):
    sim, desk = t.pair(PAIRDESK_CONTROL_SOCKET=path)
    core = desk.serve()
    t.true(core.exit() in (74, 77, 78), core.describe())
    t.contains(core.err.text(), "control.socket")
    t.equal(len(core.err.text().strip().splitlines()), 1)


def test_http_cli_socket_in_runtime_dir(t):
    """Only for the default state directory."""
    run = t.path("run")
    os.mkdir(run, 0o700)
    sim, desk = t.pair(XDG_RUNTIME_DIR=run)
    core = desk.serve()
    desk.core_ready(core)
    t.equal(os.listdir(run), [], "state_dir was given")


def test_http_cli_stale_socket(t):
    """What kill -9 left behind is in nobody's way."""
    sim, desk, web = beside(t)
    web.linked(sim)
    desk.core.kill()
    t.true(os.path.exists(desk.socket_path()), "left behind")
    got = desk.status()
    t.equal((got["connected"], got["reason"]), (False, "not_running"))
    desk.core = desk.serve()
    web = desk.core_ready(desk.core)
    web.until_status("connected")
    t.equal(desk.core.stop(), OK)


def test_http_cli_something_else_at_the_path(t):
    """A file that is no socket of ours is not taken away."""
    sim, desk = t.pair()
    t.equal(desk.run("companies").code, OK)
    with open(desk.socket_path(), "w") as f:
        f.write("precious")
    core = desk.serve()
    code = core.exit()
    t.true(code not in (OK, 70, 99), core.describe())
    with open(desk.socket_path()) as f:
        t.equal(f.read(), "precious")


def test_http_cli_second_core(t):
    sim, desk, web = beside(t)
    took = []
    for _ in range(3):          # the machine may be busy with other tests
        start = time.monotonic()
        other = desk.serve()
        t.equal(other.exit(), TEMPFAIL, other.describe())
        took.append(time.monotonic() - start)
    t.within(min(took), 0, 1.0, "seconds")
    t.contains(other.err.text(), str(desk.core.pid), "who holds it")
    t.equal(web.get("/health").status, 200, "the first is not disturbed")
    t.true(os.path.exists(desk.socket_path()))


def test_http_cli_socket_that_hangs(t):
    """One who never asks does not keep the others waiting."""
    sim, desk, web = beside(t)
    idle = [web.wire() for _ in range(40)]
    t.equal(desk.run("companies", timeout=5).code, OK)
    for wire in idle:
        wire.close()


def test_http_cli_socket_knows_all_that_tcp_knows(t):
    """One protocol for all faces, pages too; Host is of no matter here."""
    sim, desk, web = beside(t)
    for path in ("/", "/whatsapp-qr.html", "/health", "/metrics"):
        t.equal(web.get(path).status, 200, path)
    t.equal(web.get("/health", headers={"Host": "pairdesk"}).status, 200)
    check_error(t, web.get("/nosuch"), 404, "NOT_FOUND")


# --- serve -------------------------------------------------------------------

def test_http_cli_http_without_value(t):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", 3000))
        except OSError:
            raise Skip("port 3000 is taken") from None
    sim, desk = t.pair()
    core = desk.serve("--http")
    t.equal(desk.addresses(core, 1), [("127.0.0.1", 3000)])
    t.equal(core.stop(), OK)


@rows("specs count", [
    (["127.0.0.1:0", "127.0.0.2:0"], 2), (["[::1]:0"], 1),
    (["localhost:0"], 2), (["127.0.0.1:0", "[::1]:0"], 2),
])
def test_http_cli_http_several(t, specs, count):
    sim, desk = t.pair(**NO_LIMITS)
    core = desk.serve(*[a for s in specs for a in ("--http", s)])
    control = desk.core_ready(core)
    for where in desk.addresses(core, count):
        with socket.create_connection(where, 5) as s:
            s.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
                      b"Connection: close\r\n\r\n")
            t.true(s.recv(100).startswith(b"HTTP/1.1 200"), str(where))
    t.equal(len(control.data("GET", f"{API}/listener")["addresses"]), count)


@rows("spec", [("x",), ("127.0.0.1:70000",), ("300.0.0.1:1",), ("[::1",),
               ("127.0.0.1:-1",), ("a.example:80",), ("70000",)])
def test_http_cli_http_bad_value(t, spec):
    sim, desk = t.pair()
    core = desk.serve("--http", spec)
    t.true(core.exit() in (USAGE, 78), core.describe())
    t.equal(len(core.err.text().strip().splitlines()), 1)
    t.contains(core.err.text(), spec if spec != "x" else "too many")


SHIM = """
import os, sys
fds = [int(n) for n in sys.argv[2].split(",")]
kept = [os.dup(fd) for fd in fds]
for n, fd in enumerate(kept):
    os.dup2(fd, 3 + n)
    os.set_inheritable(3 + n, True)
os.environ["LISTEN_FDS"] = str(len(fds))
os.environ["LISTEN_PID"] = sys.argv[1] or str(os.getpid())
os.execv(sys.argv[3], sys.argv[3:])
"""


def activated(t, desk, socks, pid=""):
    """serve as systemd starts it, with sockets that listen already."""
    fds = [s.fileno() for s in socks]
    proc = Proc([sys.executable, "-c", SHIM, pid, ",".join(map(str, fds)),
                 t.options.binary, "serve"], desk.env, t.left, cwd=desk.home,
                pass_fds=fds)
    desk.procs.append(proc)
    return proc


def listening(host="127.0.0.1"):
    s = socket.socket()
    s.bind((host, 0))
    s.listen(16)
    return s


@cases(number=[1, 2])
def test_http_cli_socket_activation(t, number):
    sim, desk = t.pair(**NO_LIMITS)
    socks = [listening() for _ in range(number)]
    core = desk.core = activated(t, desk, socks)
    wheres = [s.getsockname() for s in socks]
    for s in socks:
        s.close()
    desk.core_ready(core)
    for where in wheres:        # a connection before it was ready would wait
        with socket.create_connection(where, 5) as s:
            s.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            t.true(s.recv(100).startswith(b"HTTP/1.1 200"))
    t.equal(sorted(desk.addresses(core, number)), sorted(wheres))
    t.equal(core.stop(), OK)


def test_http_cli_socket_activation_of_another(t):
    """LISTEN_PID names somebody else: not ours, no listener."""
    sim, desk = t.pair()
    with listening() as s:
        core = activated(t, desk, [s], pid="1")
        control = desk.core_ready(core)
        t.equal(control.data("GET", f"{API}/listener")["addresses"], [])
        t.equal(core.stop(), OK)


def test_http_cli_share_is_shown(t):
    sim, desk, web = beside(t)
    done = desk.run("share", "acme")
    t.equal(done.code, 78, f"a link to nowhere: {done}")
    desk.core.stop()
    desk.http()
    done = desk.run("share", "acme", "--json")
    t.equal(done.code, OK, str(done))
    t.equal(set(json.loads(done.out)) >= {"pairingUrl", "qrUrl",
                                          "expiresAt"}, True)


def test_http_cli_link_waits_for_nobody(t):
    """Two links of two companies at once, one core."""
    sim, desk, web = beside(t)
    procs = [desk.link("acme"), desk.link("beta")]
    texts = [p.event("qr")["text"] for p in procs]
    phones = [threading.Thread(target=lambda n=n: sim.watch().ask(
        "scan", text=texts[n], phone=(PHONE, OTHER)[n]), daemon=True)
        for n in range(2)]
    for phone in phones:
        phone.start()
    for proc in procs:
        proc.event("connected")
        t.equal(proc.exit(), OK)
    for phone in phones:
        phone.join(5)
    t.equal(web.data("GET", f"{API}/sessions")["connected"], 2)
