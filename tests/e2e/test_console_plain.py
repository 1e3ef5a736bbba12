"""The line mode: for screen readers, pipes, and terminals that place no
text."""

import os
import pty
import re
import select
import signal
import subprocess

from lib.case import cases, limit
from lib.desk import (DATAERR, IOERR, NOPERM, NOUSER, OK, TEMPFAIL, USAGE)
from lib.fakecore import FakeCore
from lib.starting import Lines, Screen, alive, core_pid, prepare

PHONE = "79001234567"
SPELLED = r"((?:[1-9A-HJ-NP-TV-Z] ){4}-(?: [1-9A-HJ-NP-TV-Z]){4})\."


def served(t, **how):
    """A core, and nothing linked."""
    desk = prepare(t, t.desk(**how))
    core = desk.serve()
    desk.core_ready(core)
    return desk, core


def connected(t):
    sim, desk = t.pair()
    prepare(t, desk)
    desk.linked(sim)
    core = desk.serve()
    desk.core_ready(core)
    t.until(lambda: desk.status()["connected"], "acme is connected")
    return sim, desk, core


def unspell(text):
    return re.sub("[ -]", "", text)


# -- without a terminal ------------------------------------------------------------

def test_plain_by_pipe(t):
    desk, _ = served(t)
    plain = Lines(t, desk)
    code = plain.talk("add acme Acme Ltd", "add beta", "companies", "sort company",
                      "1", "name acme Other", "status", "filter bet",
                      "filter", "quit", "never read")
    t.equal(code, OK, plain.describe())
    out = plain.out.text()
    for part in ("There are no companies yet", "acme is added",
                 "acme, Acme Ltd: idle", "beta: idle", "Other", "1 of 2", "2 of 2"):
        t.contains(out, part)
    t.equal(plain.err.text().strip(), "", "standard error is for why-nots")
    t.lacks(out, "\x1b", "no sequence of a terminal")
    t.lacks(out, "never")


def test_plain_of_nothing(t):
    """`pairdesk </dev/null`: starts a core, says how it is, and leaves."""
    desk = prepare(t, t.desk())
    done = desk.run()
    t.equal(done.code, OK, str(done))
    t.contains(done.out, "There are no companies yet")
    t.contains(done.out, f"pairdesk goes on (pid {core_pid(desk)})")


def test_plain_from_a_file(t):
    desk, _ = served(t)
    path = t.path("commands")
    with open(path, "w") as f:
        f.write("add acme\ncompanies")          # without a last line end
    with open(path) as f:
        done = subprocess.run([t.options.binary], env=desk.env, stdin=f,
                              capture_output=True, text=True, timeout=20)
    t.equal(done.returncode, OK, done.stderr)
    t.contains(done.stdout, "1. acme: idle")


def test_plain_to_nobody(t):
    """Who reads has gone: it ends, and what it started goes on."""
    desk = prepare(t, t.desk())
    script = '{ sleep 1; yes companies; } | "$0" | head -n 1'
    done = subprocess.run(["/bin/sh", "-c", script, t.options.binary],
                          env=desk.env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=30)
    t.contains(done.stdout, "no companies yet")
    t.true(core_pid(desk), "the core goes on")


@cases(broken=["err", "both"])
def test_plain_broken_output(t, broken):
    """Nobody reads why-nots, and each line is one, as the core is gone: it
    ends, and says so by its exit code."""
    desk, core = served(t)
    reader, writer = os.pipe()
    plain = subprocess.Popen([t.options.binary, "--plain"], env=desk.env,
                             stdin=subprocess.PIPE, stderr=writer,
                             stdout=writer if broken == "both" else
                             subprocess.PIPE)
    t.defer(lambda: (plain.kill(), plain.wait(), plain.stdin.close(),
                     plain.stdout and plain.stdout.close()))
    os.close(writer)
    said = reader if broken == "both" else plain.stdout.fileno()
    t.contains(os.read(said, 4096).decode(), "no companies yet")
    os.close(reader)
    core.kill()
    # the loss itself is said to nobody; no line need come
    t.until(lambda: plain.poll() is not None, "the end", 10)
    t.equal(plain.returncode, IOERR)


def test_plain_broken_output_of_many_lines(t):
    """Without end it would refuse them all."""
    desk = prepare(t, t.desk())
    script = ('{ sleep 1; yes frobnicate; } | { "$0" --plain; '
              'echo $? >"$1"; } 2>&1 | head -n 1')
    path = t.path("code")
    subprocess.run(["/bin/sh", "-c", script, t.options.binary, path],
                   env=desk.env, stdin=subprocess.DEVNULL,
                   capture_output=True, timeout=30)
    with open(path) as f:
        t.equal(int(f.read()), IOERR)
    t.true(core_pid(desk), "the core goes on")


def test_plain_says_once_that_the_core_is_gone(t):
    desk, core = served(t)
    plain = Lines(t, desk)
    plain.says("no companies yet")
    core.kill()
    plain.says("does not answer", plain.err)
    again = desk.serve()
    plain.says("answers again")
    again.kill()
    t.until(lambda: plain.err.text().count("does not answer") == 2,
            "the second loss")
    plain.line("watch off")
    plain.says("News are not told")
    t.equal(plain.err.text().count("does not answer"), 2)


@cases(case=[("frobnicate", USAGE, "frobnicate"),
             ("reconect acme", USAGE, "reconnect"),
             ("status nobody", NOUSER, "nobody"),
             ("pause nobody", NOUSER, "nobody"),
             ("logout acme", DATAERR, "not linked"),
             ("reconnect acme", DATAERR, "not linked"),
             ("pin acme 12", USAGE, "short"),
             ("pause", USAGE, "Which company"),
             ("99", USAGE, "numbers from 1 to"),
             ("token frob x", USAGE, "token add NAME"),
             ("export csv /nowhere/x.csv", 73, "/nowhere/x.csv"),
             ("x" * 5000, USAGE, "long")])
def test_plain_refuses(t, case):
    """As the subcommands: a sentence on standard error, an exit code."""
    line, code, part = case
    desk, _ = served(t)
    t.equal(desk.run("name", "acme", "x").code, OK)
    plain = Lines(t, desk)
    t.equal(plain.talk(line, "companies"), code, plain.describe())
    t.contains(plain.err.text(), part)
    t.contains(plain.out.text(), "1. acme", "it goes on")


def test_plain_typed_id(t):
    sim, desk, _ = connected(t)
    plain = Lines(t, desk)
    code = plain.talk("logout acme", "acm", "status acme", "remove acme")
    t.equal(code, USAGE, plain.describe())
    t.contains(plain.out.text(), "Type acme to go on")
    t.contains(plain.err.text(), "Nothing was done")
    t.true(desk.status()["connected"], "nothing was done")
    plain = Lines(t, desk)
    t.equal(plain.talk("logout acme", "acme"), OK, plain.describe())
    t.contains(plain.out.text(), "acme is unlinked")
    t.true(not desk.status()["connected"])


def test_plain_read_only(t):
    desk, core = served(t)
    t.equal(desk.run("name", "acme", "Acme").code, OK)
    before = desk.status()
    lines = ["pause acme", "name acme Other", "pin acme 79001234567",
             f"link acme {PHONE}", "qr acme", "reconnect acme", "logout acme",
             "remove acme", "share acme", "token add x", "add beta", "stop",
             "quit stop"]
    plain = Lines(t, desk, "--read-only")
    t.equal(plain.talk(*lines, "companies"), NOPERM, plain.describe())
    refused = plain.err.text().count("Nothing is changed")
    t.equal(refused, len(lines), plain.err.text())
    t.contains(plain.out.text(), "acme, Acme: idle", "all can be seen")
    t.equal(desk.status()["stateVersion"], before["stateVersion"])
    t.true(core.running())
    # the same from a file or the environment
    plain = Lines(t, desk, PAIRDESK_CONSOLE_READ_ONLY="yes")
    t.equal(plain.talk("pause acme"), NOPERM, plain.describe())


def test_plain_subcommands(t):
    desk, core = served(t)
    plain = Lines(t, desk)
    code = plain.talk("add acme", "listener", "token add ci", "token list",
                      "token", "logs", "share acme", "help", "pin acme none",
                      "problems", "start")
    t.contains(plain.out.text(), "Pages and API are not served")
    t.equal(plain.out.text().count("admin    ci"), 2)
    t.contains(plain.out.text(), "mod=app open")
    t.contains(plain.out.text(), "pin COMPANY PHONE|none")
    t.contains(plain.out.text(), "quit stop")
    t.equal(code, USAGE, plain.describe())
    t.contains(plain.err.text(), "A core runs already")


@limit(120)
def test_plain_first_twenty(t):
    """Of all who need somebody the first twenty are told at the start."""
    desk = t.desk()
    core = FakeCore(desk.socket_path(), 400)
    t.defer(core.close)
    plain = Lines(t, desk)
    more = int(plain.says(r"And (\d+) more: companies").group(1))
    out = plain.out.text()
    t.true(more > 20 and "\n20. " in out, out)
    t.true("\n21. " not in out, out)
    plain.line("problems")
    plain.says(r"\n21\. ")
    plain.says(rf"\n{20 + more}\. ")
    t.equal(plain.talk("quit"), OK, plain.describe())


def test_plain_many(t):
    """`companies` tells all, however many."""
    desk, _ = served(t)
    fill = Lines(t, desk)
    t.equal(fill.talk(*(f"add c{n:03}" for n in range(150)), timeout=60), OK,
            fill.describe())
    plain = Lines(t, desk)
    t.equal(plain.talk("problems", "companies"), OK, plain.describe())
    out = plain.out.text()
    t.contains(out, "150 companies: ")
    t.contains(out, "150. ", "companies tells all")


# -- news --------------------------------------------------------------------------------

def test_plain_news(t):
    sim, desk, _ = connected(t)
    plain = Lines(t, desk)
    plain.says("1 company: connected 1")
    sim.push("close")
    plain.says(r"\d\d:\d\d:\d\d acme: reconnecting\. .+")
    plain.says(r"\d\d:\d\d:\d\d acme: connected")
    plain.line("watch off")
    plain.says("News are not told")
    seen = plain.out.text().count("\n")
    plain.line("pause acme")
    plain.says("acme is paused")
    t.until(lambda: desk.status()["status"] == "idle", "acme rests")
    plain.line("watch on")
    plain.says("News are told")
    t.equal(plain.out.text().count("\n"), seen + 2, plain.out.text())
    plain.end()
    t.equal(plain.exit(), OK)


def test_plain_core_goes_and_comes(t):
    desk, core = served(t)
    plain = Lines(t, desk)
    plain.says("no companies yet")
    core.kill()
    plain.says("does not answer", plain.err)
    plain.line("add acme")
    t.until(lambda: plain.err.text().count("does not answer") == 2,
            "a refusal")
    again = desk.serve()
    plain.says("answers again")
    plain.line("add beta")
    plain.says("beta is added")
    plain.end()
    t.equal(plain.exit(), TEMPFAIL, "one command has failed")
    t.equal(again.stop(), OK)


def test_plain_core_hangs(t):
    """It closes nothing and says nothing; then it goes on."""
    desk, core = served(t, speed=20)
    plain = Lines(t, desk)
    plain.says("no companies yet")
    core.signal(signal.SIGSTOP)
    t.defer(lambda: core.running() and core.signal(signal.SIGCONT))
    plain.says("does not answer", plain.err)
    core.signal(signal.SIGCONT)
    plain.says("answers again")
    plain.line("add acme")
    plain.says("acme is added")
    plain.end()
    t.equal(plain.exit(), OK)


def test_plain_starts_a_core_again(t):
    desk = prepare(t, t.desk())
    tty = Tty(t, desk)
    tty.says("Type a number")
    pid = core_pid(desk)
    os.kill(pid, signal.SIGKILL)
    tty.says("killed by signal 9. Type start")
    tty.says("does not answer")
    tty.type("start\n")
    t.until(lambda: core_pid(desk) not in (None, pid), "another core")
    tty.type("add acme\n")
    tty.says("acme is added")
    tty.type("quit stop\n")
    t.equal(tty.exit(), OK)
    t.equal(core_pid(desk), None)


@cases(name=["HUP", "TERM", "INT", "KILL"])
def test_plain_signal(t, name):
    sim, desk, core = connected(t)
    before, dials = desk.status(), sim.dials()
    plain = Lines(t, desk)
    plain.says("connected 1")
    number = getattr(signal, "SIG" + name)
    plain.signal(number)
    t.equal(plain.exit(), -number if name == "KILL" else 128 + number)
    t.equal(desk.status()["stateVersion"], before["stateVersion"])
    t.equal(sim.dials(), dials)
    t.true(core.running())


# -- linking -------------------------------------------------------------------------------

def test_plain_links_by_code(t):
    sim, desk = t.pair()
    prepare(t, desk)
    core = desk.serve()
    desk.core_ready(core)
    plain = Lines(t, desk)
    plain.line(f"link acme {PHONE}")
    plain.end()                     # no reason to leave before it is done
    code = unspell(plain.says("Pairing code of acme: " + SPELLED).group(1))
    sim.type(PHONE, code)
    plain.says("acme is linked and connected")
    t.equal(plain.exit(), OK, plain.describe())
    for where in (desk.log(), [plain.err.text()]):
        t.lacks("\n".join(where), code, "a secret")


@limit(90)
def test_plain_tells_the_time_left(t):
    sim, desk = t.pair(speed=20)
    prepare(t, desk)
    core = desk.serve()
    desk.core_ready(core)
    plain = Lines(t, desk)
    plain.line(f"link acme {PHONE}")
    plain.end()
    t.equal(plain.exit(40), TEMPFAIL, plain.describe())
    t.equal(re.findall(r"acme: (\d+) seconds left", plain.out.text()),
            ["60", "30", "10"])
    t.contains(plain.err.text(), "The code has expired")


def test_plain_links_by_qr_when_asked(t):
    sim, desk = t.pair()
    prepare(t, desk)
    core = desk.serve()
    desk.core_ready(core)
    plain = Lines(t, desk)
    plain.line("qr acme")
    text = plain.says(r"(?m)^https://wa\.me/settings/linked_devices#.+$")
    sim.scan(text.group(), PHONE)
    plain.says("acme is linked and connected")
    plain.end()
    t.equal(plain.exit(), OK)


def test_plain_link_refused(t):
    sim, desk, core = connected(t)
    plain = Lines(t, desk)
    t.equal(plain.talk(f"link acme {PHONE}", "link beta 12"), USAGE,
            plain.describe())
    t.contains(plain.err.text(), "linked")
    t.lacks(plain.out.text(), "Pairing code")


# -- on a terminal ---------------------------------------------------------------------------

class Tty:
    """All bytes that a terminal would get."""

    def __init__(self, t, desk, *args, **env):
        self.t = t
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(t.options.binary, ["pairdesk", *args],
                      {**desk.env, **env})
        self.code = None
        t.defer(self.close)

    def close(self):
        os.close(self.fd)
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def says(self, text):
        def look():
            if select.select([self.fd], [], [], 0)[0]:
                try:
                    self.seen += os.read(self.fd, 65536)
                except OSError:
                    pass
            return text.encode() in self.seen
        self.t.until(look, text, every=0.01)

    def type(self, text):
        os.write(self.fd, text.encode())

    def exit(self):
        def look():
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
            return pid
        self.t.until(look, "the end")
        return self.code


@cases(how=[{"TERM": "dumb"}, {"TERM": ""}, {"TERM": "xterm-256color",
                                             "args": "--plain"}])
def test_plain_on_a_terminal_sends_lines_only(t, how):
    desk, _ = served(t)
    env = dict(how)
    tty = Tty(t, desk, *env.pop("args", "").split(), **env)
    tty.says("no companies yet")
    tty.says("Type a number")
    tty.type("add acme\ncompanies\n")
    tty.says("1. acme")
    tty.type("quit\n")
    tty.says("quit")
    t.equal(tty.exit(), OK)
    for byte in set(tty.seen):
        t.true(byte >= 32 or byte in b"\r\n", f"{byte:#x} in {tty.seen}")


def test_plain_unknown_terminal(t):
    """One that terminfo does not know is no reason to refuse."""
    desk, _ = served(t)
    tty = Tty(t, desk, TERM="frobnicate-9000")
    tty.says("The line mode is used instead")
    tty.says("no companies yet")
    tty.type("\x04")                # Ctrl-D
    t.equal(tty.exit(), OK)


@cases(answer=["", "stop", "back", "\x04"])
def test_plain_asks_what_becomes_of_its_core(t, answer):
    desk = prepare(t, t.desk())
    tty = Tty(t, desk)
    tty.says("Type a number")
    pid = core_pid(desk)
    tty.type("\x04" if answer == "\x04" else "quit\n")
    tty.says("Enter leaves it running")
    tty.type(answer if answer == "\x04" else answer + "\n")
    if answer == "back":
        tty.says("Here we are")
        tty.type("quit stop\n")
    t.equal(tty.exit(), OK)
    t.equal(alive(pid), answer in ("", "\x04"))


def test_plain_in_tmux(t):
    sim, desk = t.pair()
    prepare(t, desk)
    screen = Screen(t, desk, term="dumb")
    screen.wait_text("no companies yet")
    screen.line(f"link acme {PHONE}")
    code = re.sub(r"\s+", " ", screen.wait_text(
        r"acme:\s+((?:\S\s+){4}-\s+(?:\S\s*){4})\.").group(1))
    # other things can be done while the code waits
    screen.line("companies")
    screen.wait_text("1. acme")
    sim.type(PHONE, unspell(code))
    screen.wait_text("acme is linked and connected")
    screen.line("quit stop")
    t.equal(screen.exit(), OK)
    screen.wait_text("has ended")


def test_plain_in_russian(t):
    desk = prepare(t, t.desk(lang="ru_RU.UTF-8"))
    plain = Lines(t, desk)
    code = plain.talk("add acme", "companies", "frob", "quit stop")
    t.equal(code, USAGE, plain.describe())
    t.contains(plain.out.text(), "Компаний пока нет")
    t.contains(plain.out.text(), "pairdesk завершён")
    t.equal(core_pid(desk), None)
