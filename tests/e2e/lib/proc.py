"""A program under test: its lines as they come, its end, its orderly death."""

import json
import os
import signal
import subprocess
import threading
import time


class Died(AssertionError):
    """The program ended, or stayed silent, where a line was due."""


class Stream:
    """Lines of one pipe, collected by a thread, kept for the whole test."""

    def __init__(self, pipe):
        self.lines = []
        self.ended = False
        self.changed = threading.Condition()
        threading.Thread(target=self._read, args=(pipe,), daemon=True).start()

    def _read(self, pipe):
        with pipe:
            for raw in pipe:
                with self.changed:
                    line = raw.decode("utf-8", "replace").rstrip("\n")
                    self.lines.append(line)
                    self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def text(self):
        with self.changed:
            return "\n".join(self.lines) + "\n"

    def drained(self, timeout):
        with self.changed:
            return self.changed.wait_for(lambda: self.ended, timeout)


class Proc:
    """argv running; `left` bounds every wait by the test's own limit."""

    def __init__(self, argv, env, left, cwd=None, stdin=subprocess.DEVNULL,
                 umask=-1, pass_fds=(), preexec_fn=None):
        self.argv = argv
        self.left = left
        self.p = subprocess.Popen(argv, env=env, cwd=cwd, stdin=stdin,
                                  umask=umask, pass_fds=pass_fds,
                                  preexec_fn=preexec_fn,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        self.out = Stream(self.p.stdout)
        self.err = Stream(self.p.stderr)
        self.seen = 0           # lines of out that `event` has passed

    @property
    def pid(self):
        return self.p.pid

    def running(self):
        return self.p.poll() is None

    def describe(self):
        return (f"{' '.join(map(os.path.basename, self.argv[:1]))} "
                f"{' '.join(self.argv[1:])}\n"
                f"  stdout: {self.out.text()[-3000:]}"
                f"  stderr: {self.err.text()[-3000:]}")

    # -- waiting ------------------------------------------------------------

    def next_json(self, accept, timeout=15, what="line"):
        """The next line of JSON that accept takes; others are passed over."""
        end = time.monotonic() + self.left(timeout)
        with self.out.changed:
            while True:
                while self.seen < len(self.out.lines):
                    line = self.out.lines[self.seen]
                    self.seen += 1
                    try:
                        value = json.loads(line)
                    except ValueError:
                        raise Died(f"not JSON: {line!r}") from None
                    if accept(value):
                        return value
                left = end - time.monotonic()
                if self.out.ended or left <= 0:
                    break
                self.out.changed.wait(left)
        why = "output ended" if self.out.ended else f"nothing in {timeout} s"
        raise Died(f"no {what}: {why}\n{self.describe()}")

    def event(self, *names, timeout=15):
        """The next event with one of these names (`link --json`). One that
        means the end of linking is not passed over silently."""
        last = {"error", "expired", "connected"} - set(names)
        got = self.next_json(
            lambda v: v.get("event") in names or v.get("event") in last,
            timeout, "/".join(names))
        if got["event"] in last:
            raise Died(f"{got} instead of {'/'.join(names)}\n"
                       f"{self.describe()}")
        return got

    def events(self):
        """All events so far, also those that `event` has passed."""
        with self.out.changed:
            lines = list(self.out.lines)
        return [json.loads(line) for line in lines if line]

    def exit(self, timeout=15):
        """Waits for the end; the exit code, negative for a signal."""
        try:
            code = self.p.wait(self.left(timeout))
        except subprocess.TimeoutExpired:
            raise Died(f"still running after {timeout} s\n"
                       f"{self.describe()}") from None
        self.out.drained(5)
        self.err.drained(5)
        return code

    # -- ending -------------------------------------------------------------

    def signal(self, number):
        self.p.send_signal(number)

    def kill(self):
        """Like a power cut, for this process."""
        self.p.kill()
        return self.exit()

    def stop(self, timeout=15):
        """SIGTERM, and what it made of it."""
        if self.running():
            self.p.send_signal(signal.SIGTERM)
        return self.exit(timeout)

    def reap(self):
        """After the test: gone, whatever it takes."""
        if self.running():
            self.p.terminate()
            try:
                self.p.wait(3)
            except subprocess.TimeoutExpired:
                self.p.kill()
                self.p.wait()
