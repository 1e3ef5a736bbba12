"""The terminal is given back as it was, whichever way the console ends, and
to the shell that stopped it."""

import os
import shlex
import signal

from lib import term
from lib.case import Skip, cases, rows
from lib.console import noon
from lib.term import Terminal

# what tmux knows of a terminal's modes
MODES = " ".join(f"{name}=#{{{name}}}" for name in (
    "alternate_on", "cursor_flag", "keypad_cursor_flag", "keypad_flag",
    "mouse_any_flag", "mouse_sgr_flag", "insert_flag", "wrap_flag",
    "pane_title"))


class Shell(Terminal):
    """An interactive shell with job control, from which a person starts the
    console."""

    def __init__(self, t, desk, name="tmux-256color", **env):
        self.pid_file = t.path("console.pid")
        super().__init__(t, ["/bin/bash", "--norc", "--noprofile", "-i"],
                         {**desk.env, "TERM": name, "LANG": "C.UTF-8",
                          "TZ": noon(), "PS1": "$ ", **env}, term=name)
        self.marks = 0
        self.has_alternate = name not in ("vt100", "linux")
        self.wait_text(r"(?m)^\$")

    def run(self, line):
        """A line of the shell, until it is over."""
        self.marks += 1
        self.tmux("send-keys", "-l", f"{line}; echo is-over-$(({self.marks}))")
        self.keys("Enter")
        self.wait_text(rf"(?m)^is-over-{self.marks}$")

    def start(self, *args):
        self.modes_before = self.modes()
        inner = f"echo $$ >{shlex.quote(self.pid_file)}; exec " + " ".join(
            shlex.quote(a) for a in [self.t.options.binary, *args])
        self.tmux("send-keys", "-l", f"clear; sh -c {shlex.quote(inner)}; "
                  "echo has-ended-$((1))")
        self.keys("Enter")
        self.until_shown()

    def until_shown(self):
        if self.has_alternate:
            self.t.until(lambda: "alternate_on=1" in self.modes(),
                         "the alternate screen")
        self.wait_text(r"\?.*help|help.*\?")

    def pid(self):
        with open(self.pid_file) as f:
            return int(f.read())

    def modes(self):
        return self.tmux("display-message", "-p", MODES).strip()

    def stty(self):
        path = self.t.path("stty")
        self.run(f"stty -a >{shlex.quote(path)}")
        with open(path) as f:
            return f.read()

    def until_given_back(self):
        self.t.until(lambda: self.modes() == self.modes_before,
                     f"{self.modes_before} again, not {self.modes()}")


def seat(t, **how):
    if not term.available():
        raise Skip("tmux or zbarimg is missing")
    # a sanitizer has its own way with signals of that kind
    desk = t.pair(plain=True)[1]
    desk.env["ASAN_OPTIONS"] = ":".join(
        [desk.env.get("ASAN_OPTIONS", "detect_leaks=1")] +
        [f"handle_{name}=0" for name in ("segv", "sigbus", "abort", "sigfpe",
                                         "sigill")])
    desk.core_ready(desk.serve())
    return Shell(t, desk, **how)


@cases(name=["tmux-256color", "xterm-256color", "vt100", "linux"])
def test_console_terminal_after_q(t, name):
    s = seat(t, name=name)
    before = s.stty()
    s.start()
    s.keys("q")
    s.wait_text("has-ended-1")
    s.until_given_back()
    t.equal(s.stty(), before)


@rows("number", [(n,) for n in (
    signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT,
    signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)])
def test_console_terminal_after_a_signal(t, number):
    s = seat(t)
    before = s.stty()
    s.start()
    s.keys("F9")
    t.until(lambda: "mouse_any_flag=1" in s.modes(), "the mouse")
    os.kill(s.pid(), number)
    s.wait_text("has-ended-1")
    s.until_given_back()
    t.equal(s.stty(), before)


def test_console_terminal_is_gone(t):
    """A lost line ends the console, and nothing else."""
    s = seat(t)
    s.start()
    pid = s.pid()
    s.close()
    t.until(lambda: not os.path.exists(f"/proc/{pid}"), "its end")


def test_console_terminal_stopped_and_back(t):
    s = seat(t)
    before = s.stty()
    s.start()
    for _ in range(2):
        s.keys("C-z")
        s.wait_text("Stopped")
        s.until_given_back()
        t.equal(s.stty(), before, "while it is stopped")
        s.run("clear")
        s.tmux("send-keys", "-l", "fg")
        s.keys("Enter")
        s.until_shown()
    s.keys("q")
    s.until_given_back()
    t.equal(s.stty(), before)


def test_console_terminal_stopped_from_outside(t):
    s = seat(t)
    before = s.stty()
    s.start()
    os.kill(s.pid(), signal.SIGSTOP)
    s.wait_text("Stopped")
    s.tmux("send-keys", "-l", "fg")
    s.keys("Enter")
    s.until_shown()
    s.t.until(lambda: "Stopped" not in s.text(), "all is drawn again")
    s.keys("q")
    s.until_given_back()
    t.equal(s.stty(), before)
