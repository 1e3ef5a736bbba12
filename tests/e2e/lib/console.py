"""The console in a terminal of its own, golden screens, and the companies
that are shown on them."""

import difflib
import os
import re
import time
import unicodedata

from lib.proc import Died
from lib.term import Terminal
from lib.web import NO_LIMITS, session

HERE = os.path.dirname(os.path.abspath(__file__))
SCREENS = os.path.join(HERE, "..", "..", "tui", "screens")
GOLDEN_S = 8            # a screen becomes what it is to be, or it never does

# a pairing code, small or with blanks between
CODE = re.compile(r"\b[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}\b")
WIDE_CODE = re.compile(r"\b(?:[1-9A-HJ-NP-TV-Z] ){4}-"
                       r"(?: [1-9A-HJ-NP-TV-Z]){4}\b")

# What differs from run to run, each by something as wide.
MASKS = [
    (CODE, lambda m: "CODE-CODE"),
    (WIDE_CODE, lambda m: "C O D E - C O D E"),
    (re.compile(r"(?<=left_ms=)1\d{5}\b"), lambda m: "000000"),
    (re.compile(r"\b\d{1,2}(:\d\d){1,2}\b"),
     lambda m: re.sub(r"\d", "0", m.group())),
    (re.compile(r"(?<=127\.0\.0\.1:)\d{5}\b"), lambda m: "00000"),
    (re.compile(r"\bpid \d+, [^,\n]+,"), lambda m: "pid 0, user,"),
    # the right part of the header: process, user, version, as they fit
    (re.compile(r"\A( ?\S+(?: \S+)*)  +\S.*"), lambda m: m.group(1)),
    (re.compile(r"\b0\.\d+\.\d+\b"), lambda m: re.sub(r"\d", "0", m.group())),
]


def noon():
    """A time zone in which it is about noon, so that no golden screen is
    drawn on two days."""
    hour = time.gmtime().tm_hour
    return f"<utc>{hour - 12:+d}"


def mask(text, more=()):
    for pattern, by in [*MASKS, *more]:
        text = pattern.sub(by, text)
    return text


class Console(Terminal):
    """`pairdesk` without a command, on a desk's state directory."""

    def __init__(self, t, desk, *args, columns=80, rows=24,
                 term="tmux-256color", lang="C.UTF-8", binary=None, **env):
        self.desk = desk
        env = {**desk.env, "TERM": term, "LANG": lang, "TZ": noon(), **env}
        super().__init__(t, [binary or t.options.binary, *args], env, columns,
                         rows, term)

    def type(self, text):
        """Characters as they are, also those that name keys."""
        self.tmux("send-keys", "-l", text)

    def go(self, keys, pattern, timeout=20):
        """Keys, and what is to be seen then."""
        self.keys(*keys.split())
        return self.wait_text(pattern, timeout)

    def command(self, line, pattern=None):
        self.type(":" + line)
        self.keys("Enter")
        if pattern:
            self.wait_text(pattern)

    def lines(self):
        """The screen's rows without the blanks at their ends."""
        return [line.rstrip() for line in self.text().rstrip("\n").split("\n")]

    # -- golden screens -----------------------------------------------------

    def shown(self, more=()):
        lines = [line.rstrip() for line in
                 mask(self.text(), more).rstrip("\n").split("\n")]
        return "\n".join(lines) + "\n"

    def golden(self, name, more=()):
        """The screen becomes the one that is kept under this name. UPDATE=1
        keeps what is shown once it stands still."""
        path = os.path.join(SCREENS, name + ".txt")
        if os.environ.get("UPDATE") == "1":
            self._keep(path, more)
            return
        try:
            with open(path, encoding="utf-8") as f:
                want = f.read()
        except FileNotFoundError:
            self.t.fail(f"no golden screen {name}: UPDATE=1 makes it from\n"
                        f"{self.shown(more)}")
        end = time.monotonic() + self.t.left(GOLDEN_S)
        while (got := self.shown(more)) != want:
            if time.monotonic() >= end:
                self.t.fail(f"{name} is not as it was (UPDATE=1 keeps it):\n"
                            + difference(want, got))

    def _keep(self, path, more):
        seen, since = None, time.monotonic()
        while time.monotonic() - since < 1:
            got = self.shown(more)
            if got != seen:
                seen, since = got, time.monotonic()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(seen)

    def sees_columns(self, edge):
        """No line is wider than the screen."""
        for line in self.lines():
            self.t.within(width(line), 0, edge, repr(line))


def width(text):
    """In cells."""
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def difference(want, got):
    return "\n".join(difflib.unified_diff(
        want.split("\n"), got.split("\n"), "kept", "shown", lineterm="", n=0))


# --- companies ---------------------------------------------------------------------

# id, name, what becomes of it
FLEET = [
    ("acme", "Acme Bakery", "online"),
    ("zarya", "Пекарня «Заря»", "online"),
    ("tokyo", "東京珈琲店 本店", "online"),
    ("cafe", "Café 🥐 et thé", "cooldown"),
    ("zoe", "Zoe\u0308 & Ame\u0301lie", "unlinked"),
    ("longname", "The Very Long Name of a Company That Goes On and On "
     "Until", "replaced"),
    ("north", "", "banned"),
    ("south", "South Pharmacy", "paused-by-whatsapp"),
    ("east", "East Clinic", "locked"),
    ("west", "West Clinic", "outdated"),
    ("vault", "Vault Bank", "passkey"),
    ("break", "Tea Break", "paused"),
    ("pinned", "Pinned Ltd", "pinned"),
    ("fresh", "", "fresh"),
]


def phone_of(n):
    return f"7900123450{n}" if n < 10 else f"790012345{n}"


class Fleet:
    """A running core with all of FLEET, in the states they name."""

    def __init__(self, t, serve=(), names=(), **how):
        """serve: addresses for its listener, the first that is free; names:
        companies more, that are only there."""
        self.t = t
        self.sim, self.desk = t.pair(
            plain=True, **{"TZ": noon(), **NO_LIMITS, **how})
        # their pre-keys are there: none are made, which takes time
        self.sim.fault("count-value", value=812, count=0)
        self.sim.allow("ACTIVE_KEYS")
        self.base = None
        for address in serve:
            self.core = self.desk.serve("--http", address)
            try:
                host, port = self.desk.addresses(self.core, 1)[0]
                self.base = f"http://{host}:{port}/"
                break
            except Died:
                continue
        if not serve:
            self.core = self.desk.serve()
        self.web = self.desk.core_ready(self.core)
        self.phones = {company: phone_of(n)
                       for n, (company, _, _) in enumerate(FLEET)}
        for company, name in [f[:2] for f in FLEET] + list(
                dict(names).items()):
            self.web.ok("PATCH", session(company), {"name": name or None})
        for company, _, state in FLEET:
            self.make(company, state)

    def make(self, company, state):
        phone = self.phones[company]
        if state in ("fresh", "pinned"):
            if state == "pinned":
                self.web.ok("PATCH", session(company),
                            {"phoneNumber": phone})
            return
        if state == "cooldown":
            self.sim.fault("code-answer", code=429, text="rate-overlimit")
            self.web.ask("POST", session(company, "pairing-code"),
                         {"phoneNumber": phone})
            self.web.until_status("cooldown", company)
            return
        if state == "passkey":
            self.web.qr(company)
            self.sim.push("passkey")
            self.web.until_status("passkey_required", company)
            return
        self.web.linked(self.sim, company, phone)
        what = getattr(self, "_" + state.replace("-", "_"))
        what(company, phone)

    def _online(self, company, phone):
        pass

    def _unlinked(self, company, phone):
        self.sim.do("unlink", phone=phone)
        self.web.until_status("logged_out", company)

    def _replaced(self, company, phone):
        for n in range(3):
            seq = self.sim.seq()
            self.sim.push("stream-error", code=409, conflict="replaced",
                          phone=phone)
            if n < 2:
                self.web.until_status("conflict", company)
                self.web.ok("POST", session(company, "reconnect"))
                self.sim.wait("active", after=seq, phone=phone)
        self.web.until_status("conflict", company)

    def _ends(self, company, status):
        """It dials again at once, not after its back-off; so the states come
        in the order of FLEET, which is that of the screen."""
        self.web.ok("POST", session(company, "reconnect"))
        self.web.until_status(status, company)

    def _banned(self, company, phone):
        self.sim.do("ban", phone=phone, kind="banned")
        self._ends(company, "banned")

    def _paused_by_whatsapp(self, company, phone):
        self.sim.do("ban", phone=phone, kind="temp", code=101, expire_s=3600)
        self._ends(company, "banned")

    def _locked(self, company, phone):
        self.sim.do("ban", phone=phone, kind="locked", text="locked")
        self._ends(company, "logged_out")

    def _outdated(self, company, phone):
        self.sim.fault("failure", reason=411, kind="login", phone=phone,
                       count=0)
        self._ends(company, "outdated")

    def _paused(self, company, phone):
        self.web.ok("PATCH", session(company), {"paused": True})
        self.web.until_status("idle", company, "paused")
