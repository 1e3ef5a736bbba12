"""What one test is given, and how a table becomes several tests."""

import itertools
import os
import shutil
import tempfile
import time

from lib.desk import Desk
from lib.sim import Sim


class Failure(AssertionError):
    """A test's own finding."""


class Skip(Exception):
    """The machine lacks what the test needs."""


def cases(**lists):
    """Runs the function once for every combination of the values."""
    def mark(fn):
        fn.cases = [dict(zip(lists, values))
                    for values in itertools.product(*lists.values())]
        return fn
    return mark


def rows(names, table):
    """Runs the function once for every row; names as in a signature."""
    def mark(fn):
        fn.cases = [dict(zip(names.split(), row)) for row in table]
        return fn
    return mark


def limit(seconds):
    """The longest the test may take; without it, T.LIMIT."""
    def mark(fn):
        fn.limit = seconds
        return fn
    return mark


def expand(module):
    """(name, function, arguments) of every test in a module."""
    for name, fn in vars(module).items():
        if not name.startswith("test_") or not callable(fn):
            continue
        for case in getattr(fn, "cases", [{}]):
            label = ",".join(filter(None, map(_label, case.values())))
            yield (f"{name[5:]}[{label}]" if case else name[5:]), fn, case


def _label(value):
    if isinstance(value, (tuple, list)):
        return "-".join(_label(v) for v in value)
    if isinstance(value, dict):
        return " ".join(f"{k}={_label(v)}" for k, v in value.items())
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return "" if callable(value) else " ".join(str(value).split())[:24]


class T:
    """One run of one test: its directory, its programs, its assertions."""

    LIMIT = 60

    def __init__(self, options, limit_s=None):
        self.options = options
        # short: the path of a Unix socket has 107 bytes
        self.dir = tempfile.mkdtemp(prefix="pd-", dir="/tmp")
        self.deadline = time.monotonic() + (limit_s or self.LIMIT)
        self.sims, self.desks, self._undo = [], [], []

    # -- what it works with -------------------------------------------------

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def left(self, timeout=None):
        """Seconds that a wait may still take."""
        left = max(0.0, self.deadline - time.monotonic())
        return left if timeout is None else min(left, timeout)

    def sim(self, *args, **how):
        """Starts a simulator; it is checked and ended after the test."""
        sim = Sim(self, *args, **how)
        self.sims.append(sim)
        return sim

    def desk(self, sim=None, **how):
        """A state directory with the environment to run pairdesk on it."""
        desk = Desk(self, sim, **how)
        self.desks.append(desk)
        return desk

    def pair(self, *sim_args, speed=1, plain=None, **how):
        """A simulator and a desk that dials it: over TLS, but without where
        the clock runs fast. Processors do not, and a handshake must be done
        in a tenth of its time there."""
        if plain is None:
            plain = speed >= 10
        sim = self.sim(*sim_args, plain=plain)
        return sim, self.desk(sim, speed=speed, **how)

    def defer(self, fn):
        self._undo.append(fn)

    # -- what it may find ---------------------------------------------------

    def fail(self, text):
        raise Failure(text)

    def true(self, ok, what="expected to be true"):
        if not ok:
            raise Failure(what)

    def equal(self, got, want, what=""):
        if got != want:
            raise Failure(f"{what + ': ' if what else ''}got {got!r}, "
                          f"want {want!r}")

    def within(self, got, low, high, what=""):
        if not low <= got <= high:
            raise Failure(f"{what + ': ' if what else ''}got {got!r}, "
                          f"want {low!r} to {high!r}")

    def contains(self, text, part, what=""):
        if part not in text:
            raise Failure(f"{what + ': ' if what else ''}{part!r} is not in "
                          f"{text[-2000:]!r}")

    def lacks(self, text, part, what=""):
        if part in text:
            raise Failure(f"{what + ': ' if what else ''}{part!r} is in "
                          f"{text[-2000:]!r}")

    def until(self, question, what, timeout=10, every=0.05):
        """Asks again and again; returns the first true answer."""
        end = time.monotonic() + self.left(timeout)
        while True:
            answer = question()
            if answer:
                return answer
            if time.monotonic() >= end:
                raise Failure(f"not within {timeout} s: {what}")
            time.sleep(every)

    # -- the end ------------------------------------------------------------

    def check(self):
        """What must hold after every test that passed."""
        for desk in self.desks:
            desk.check()
        for sim in self.sims:
            sim.check()

    def deaths(self):
        """Simulators that are gone without having been asked to."""
        return "".join(f"\n  wasim ended with {sim.proc.p.poll()}: "
                       f"{sim.proc.err.text()}" for sim in self.sims
                       if not sim.proc.running() and not sim.ended)

    def finish(self, keep):
        for desk in self.desks:
            desk.finish()
        for undo in reversed(self._undo):
            undo()
        for sim in self.sims:
            sim.finish()
        if not keep:
            shutil.rmtree(self.dir, ignore_errors=True)
