"""A terminal: tmux of the test's own, detached, with a screen to look at."""

import itertools
import os
import re
import shlex
import subprocess

from lib import paint

CONFIG = """
set -g status off
set -g default-terminal {term}
set -g history-limit 2000
set -g escape-time 0
set -g remain-on-exit on
"""

# all that a QR may be drawn with, the plain blank and ASCII aside
DRAWN = re.compile("[\u2580-\u259f\U0001fb00-\U0001fb3b]|##")

_numbers = itertools.count()     # a socket for each, also within one test


class Terminal:
    """Runs one command; when it has ended the screen says `left CODE`."""

    def __init__(self, t, argv, env, columns=80, rows=24,
                 term="tmux-256color"):
        self.t = t
        self.socket = t.path(f"tmux{next(_numbers)}")
        self.shots = 0
        config = t.path("tmux.conf")
        with open(config, "w") as f:
            f.write(CONFIG.format(term=term))
        # the terminal itself always knows UTF-8; env is the program's
        self.env = {"PATH": "/usr/bin:/bin", "HOME": t.dir,
                    "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh",
                    "TERM": "xterm-256color"}
        words = " ".join(shlex.quote(w) for w in [
            "env", "-i", *(f"{k}={v}" for k, v in env.items()), *argv])
        # Ctrl-C is for the program; the shell tells how it ended
        script = f"trap : INT; {words}; printf '\\nleft %s\\n' $?; exec sleep 120"
        t.defer(self.close)
        self.tmux("-u", "-f", config, "new-session", "-d",
                  "-x", str(columns), "-y", str(rows), script)

    def tmux(self, *args):
        done = subprocess.run(
            ["tmux", "-S", self.socket, *args], env=self.env, timeout=20,
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.t.equal(done.returncode, 0, f"tmux {args}: {done.stderr}")
        return done.stdout

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"],
                       env=self.env, stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=20)

    # -- looking ------------------------------------------------------------

    def screen(self):
        """What is on it, with colours."""
        return self.tmux("capture-pane", "-e", "-p", "-N")

    def text(self, history=False):
        return self.tmux("capture-pane", "-p",
                         *(["-S", "-"] if history else []))

    def qr(self, cell=(8, 16), theme=paint.DARK, read=paint.decode_png):
        """The text of the QR on the screen, or None."""
        self.shots += 1
        path = self.t.path(f"screen{self.shots % 8}.png")
        return paint.read_qr(self.screen(), path, cell, theme, read)

    def is_drawn(self, history=False):
        """Whether any piece of a QR is to be seen."""
        return bool(DRAWN.search(self.text(history)))

    # -- waiting ------------------------------------------------------------

    def wait_qr(self, other_than=None, timeout=20, **how):
        def look():
            text = self.qr(**how)
            return text if text != other_than else None
        try:
            return self.t.until(look, "a QR that can be read", timeout)
        except AssertionError as e:
            raise type(e)(f"{e}; screen:\n{self.text()}") from None

    def wait_text(self, pattern, timeout=20):
        """Until the screen shows it; the match."""
        try:
            return self.t.until(lambda: re.search(pattern, self.text()),
                                pattern, timeout)
        except AssertionError as e:
            raise type(e)(f"{e}; screen:\n{self.text()}") from None

    def exit(self, timeout=20):
        """The exit code that the screen tells."""
        return int(self.wait_text(r"left (\d+)", timeout).group(1))

    # -- touching -----------------------------------------------------------

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))


def link(t, desk, *args, columns=80, rows=24, term="tmux-256color", **env):
    """`pairdesk link acme` on a terminal."""
    env = {**desk.env, "TERM": term, **env}
    return Terminal(t, [t.options.binary, "link", "acme", *args], env,
                    columns, rows, term)


def available():
    return all(os.access(f"/usr/bin/{name}", os.X_OK)
               for name in ("tmux", "zbarimg", "ZXingReader"))
