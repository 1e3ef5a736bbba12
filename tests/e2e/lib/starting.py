"""Consoles that start a core, or find one; and the core they leave behind."""

import glob
import os
import re
import signal
import subprocess

from lib.case import Skip
from lib.proc import Proc
from lib.term import Terminal, available

READY = r"pairdesk \d+\.\d+"            # the header


def prepare(t, desk):
    """Cores that nobody waits for end with the test, and what a sanitizer
    says of them counts."""
    reports = t.path("report")
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        desk.env[name] += f":log_path={reports}"

    def finish():
        end_core(t, desk)
        said = "".join(open(path, errors="replace").read()
                       for path in glob.glob(reports + ".*"))
        t.equal(said, "", "a sanitizer's report")
    t.defer(finish)
    return desk


def core_pid(desk):
    """Of who holds the state, None: nobody."""
    try:
        with open(os.path.join(desk.state, "lock")) as f:
            found = re.match(r"pid (\d+) ", f.read())
    except FileNotFoundError:
        return None
    return int(found.group(1)) if found and alive(int(found.group(1))) \
        else None


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(t, pid, timeout=15):
    t.until(lambda: not alive(pid), f"process {pid} ends", timeout, 0.02)


def end_core(t, desk):
    pid = core_pid(desk)
    if pid:
        os.kill(pid, signal.SIGTERM)
        gone(t, pid)


class Screen(Terminal):
    """`pairdesk` on a terminal."""

    def __init__(self, t, desk, *args, term="tmux-256color",
                 columns=80, rows=24, **env):
        if not available():
            raise Skip("tmux or zbarimg is missing")
        super().__init__(t, [t.options.binary, *args],
                         {**desk.env, "TERM": term, **env}, columns, rows,
                         term if term != "dumb" else "tmux-256color")

    def pid(self):
        """Of pairdesk itself, below the shell."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        with open(f"/proc/{shell}/task/{shell}/children") as f:
            return int(f.read().split()[0])

    def line(self, text):
        self.tmux("send-keys", "-l", text)
        self.keys("Enter")


class Lines(Proc):
    """`pairdesk` by pipes, line by line."""

    def __init__(self, t, desk, *args, **env):
        super().__init__([t.options.binary, *args], {**desk.env, **env},
                         t.left, cwd=desk.home, stdin=subprocess.PIPE)
        self.t = t
        desk.procs.append(self)

    def line(self, text):
        self.p.stdin.write(text.encode() + b"\n")
        self.p.stdin.flush()

    def end(self):
        self.p.stdin.close()

    def says(self, pattern, stream=None, timeout=15):
        """Until a line has it; the match."""
        stream = stream or self.out
        try:
            return self.t.until(lambda: re.search(pattern, stream.text()),
                                pattern, timeout, 0.02)
        except AssertionError as e:
            raise type(e)(f"{e}\n{self.describe()}") from None

    def talk(self, *lines, timeout=30):
        """All of it, to the end; the exit code."""
        try:
            for text in lines:
                self.line(text)
            self.end()
        except BrokenPipeError:
            pass
        return self.exit(timeout)
