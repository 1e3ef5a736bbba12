"""The program under test with a state directory of its own."""

import json
import os
import re
import shutil
import sqlite3

from lib.proc import Died, Proc
from lib.web import Web

LISTENING = re.compile(
    r"^pairdesk: listening on http://(\[[^]]+\]|[^/:]+):(\d+)/$", re.M)

# sysexits
OK, USAGE, DATAERR, NOUSER, UNAVAILABLE, SOFTWARE = 0, 64, 65, 67, 69, 70
IOERR, TEMPFAIL, NOPERM, CONFIG = 74, 75, 77, 78


class Done:
    """What a finished command left."""

    def __init__(self, proc, code):
        self.code = code
        self.out = proc.out.text().strip("\n")
        self.err = proc.err.text().strip("\n")

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}, stdout {self.out!r}, stderr {self.err!r}"


class Desk:
    """Runs pairdesk. Nothing of the caller's environment reaches it but what
    is said here."""

    def __init__(self, t, sim=None, speed=1, lang="C.UTF-8", **env):
        self.t = t
        self.home = t.path(f"home{len(t.desks)}")
        self.state = os.path.join(self.home, "state")
        os.mkdir(self.home, 0o700)
        self.procs = []
        self.umask = -1         # the caller's
        self.log_seen = 0       # lines that `logged` has passed
        self.env = {
            "PATH": "/usr/bin:/bin", "HOME": self.home, "LANG": lang,
            "TERM": "dumb", "PAIRDESK_STATE_DIR": self.state,
            # those who test it set it
            "PAIRDESK_LIMIT_LINKS_PER_HOUR": "0",
            # a leak must fail a test, not pass as exit 0
            "ASAN_OPTIONS": "exitcode=99:abort_on_error=0",
            "UBSAN_OPTIONS": "print_stacktrace=1",
        }
        if speed != 1:
            self.env["PAIRDESK_TEST_SPEED"] = str(speed)
        if sim:
            self.dial(sim)
        self.env.update(env)

    def dial(self, sim):
        ready = sim.ready
        self.env["PAIRDESK_WHATSAPP_URL"] = ready["url"]
        self.env["PAIRDESK_WHATSAPP_NOISE_ROOT_KEY"] = ready["noise_root_key"]
        self.env["PAIRDESK_WHATSAPP_VERSION_URL"] = ready["version_url"]
        if ready["ca_file"]:
            self.env["PAIRDESK_WHATSAPP_CA_FILE"] = ready["ca_file"]

    # -- running ------------------------------------------------------------

    def start(self, *args, stdin=None, **env):
        """pairdesk ARGS, running; stdin: what it is given to read."""
        given = {}
        if stdin is not None:
            path = self.t.path(f"stdin{len(self.procs)}")
            with open(path, "w") as f:
                f.write(stdin)
            given["stdin"] = open(path)
        proc = Proc([self.t.options.binary, *args], {**self.env, **env},
                    self.t.left, cwd=self.home, umask=self.umask, **given)
        for f in given.values():
            f.close()
        self.procs.append(proc)
        return proc

    def run(self, *args, timeout=20, **env):
        """pairdesk ARGS, to its end."""
        proc = self.start(*args, **env)
        return Done(proc, proc.exit(timeout))

    def link(self, company, *args, **env):
        return self.start("link", company, "--json", *args, **env)

    def serve(self, *args, **env):
        return self.start("serve", *args, **env)

    # -- its listener -------------------------------------------------------

    def http(self, *args, spec="127.0.0.1:0", timeout=15, **env):
        """`serve` with a listener; who it serves, at its first address."""
        self.core = self.serve("--http", spec, *args, **env)
        return Web(self.t, self.addresses(self.core, 1, timeout)[0])

    def addresses(self, core, count, timeout=15):
        """[(host, port)] as serve tells them."""
        def look():
            found = LISTENING.findall(core.err.text())
            if len(found) >= count:
                return [(h.strip("[]"), int(p)) for h, p in found]
            if not core.running():
                raise Died(f"serve ended: {core.describe()}")
            return None
        return self.t.until(look, f"{count} addresses of serve", timeout,
                            every=0.02)

    def socket_path(self):
        return os.path.join(self.state, "control.sock")

    def control(self):
        """The running core by its control socket."""
        return Web(self.t, self.socket_path())

    def core_ready(self, core=None, timeout=15):
        """Waits until the control socket of a core answers."""
        def look():
            try:
                return self.control().get("/health").status == 200
            except OSError:
                if core and not core.running():
                    raise Died(f"serve ended: {core.describe()}") from None
                return False
        self.t.until(look, "the control socket answers", timeout)
        return self.control()

    def linked(self, sim, company="acme", phone="79001234567"):
        """Links by QR, the quick way to where most tests begin; the jid."""
        # at the speed of the clock on the wall: nothing here waits for time
        proc = self.link(company, PAIRDESK_TEST_SPEED="1")
        qr = proc.event("qr")
        sim.scan(qr["text"], phone)
        got = proc.event("connected")
        self.t.equal(got["phoneNumber"], phone)
        self.t.equal(proc.exit(), OK, "link")
        self.log_seen = len(self.log())
        return sim.device(phone)["jid"]

    def status(self, company="acme", **env):
        """The status object as `status --json` tells it."""
        done = self.run("status", company, "--json", **env)
        self.t.equal(done.code, OK, f"status: {done}")
        return done.json()

    def words(self, lang, company="acme"):
        """All that `status` says to a person who reads this language."""
        done = self.run("status", company, PAIRDESK_LANG=lang)
        told = self.status(company, PAIRDESK_LANG=lang)
        return done.out + "\n" + json.dumps(told, ensure_ascii=False)

    # -- its log ------------------------------------------------------------

    def log(self):
        """Lines of the log file so far."""
        try:
            with open(os.path.join(self.state, "pairdesk.log"),
                      errors="replace") as f:
                return f.read().splitlines()
        except FileNotFoundError:
            return []

    def logged(self, status, reason=None, company="acme", timeout=15):
        """Waits for a line that tells this state of the company; looks at
        lines only once."""
        want = [rf"\bsession={re.escape(company)}\b",
                rf"\bstatus={status}\b"]
        if reason:
            want.append(rf"\breason={reason}\b")

        def look():
            lines = self.log()
            for n in range(self.log_seen, len(lines)):
                if all(re.search(w, lines[n]) for w in want):
                    self.log_seen = n + 1
                    return lines[n]
            return None

        try:
            return self.t.until(look, f"log line {want}", timeout)
        except AssertionError as e:
            tail = "\n    ".join(self.log()[-25:])
            raise type(e)(f"{e}; log:\n    {tail}") from None

    # -- its files ----------------------------------------------------------

    def files(self):
        """Paths of all that is in the state directory."""
        return [os.path.join(where, name)
                for where, _, names in os.walk(self.state) for name in names]

    def company_dir(self, company="acme"):
        return os.path.join(self.state, "sessions", f"company_{company}")

    def database(self, company="acme"):
        """The SQLite file of a company."""
        found = [p for p in self.files()
                 if p.startswith(self.company_dir(company) + "/") and
                 _is_sqlite(p)]
        self.t.equal(len(found), 1, f"databases of {company}")
        return found[0]

    def quarantined(self, company="acme"):
        """Folders of this company in quarantine."""
        where = os.path.join(self.state, "quarantine")
        names = os.listdir(where) if os.path.isdir(where) else []
        return [os.path.join(where, n) for n in names
                if n.startswith(f"company_{company}.")]

    def consistent(self):
        """Every database passes SQLite's own check, as it lies on the disk.
        Looks at a copy: to close a database is to write to it."""
        copy = self.state + ".copy"
        shutil.rmtree(copy, ignore_errors=True)
        # a killed core leaves its control socket
        shutil.copytree(self.state, copy,
                        ignore=shutil.ignore_patterns("*.sock"))
        for where, _, names in os.walk(copy):
            for name in names:
                path = os.path.join(where, name)
                if _is_sqlite(path):
                    with sqlite3.connect(path) as db:
                        got = db.execute("pragma integrity_check").fetchall()
                    db.close()
                    self.t.equal(got, [("ok",)], path)
        shutil.rmtree(copy)

    def said(self):
        """All that its processes printed, and its log."""
        parts = self.log()
        for proc in self.procs:
            parts += [proc.out.text(), proc.err.text()]
        return "\n".join(parts)

    # -- the end ------------------------------------------------------------

    def check(self):
        for proc in self.procs:
            err = proc.err.text()
            for sign in ("AddressSanitizer", "LeakSanitizer",
                         "runtime error:", "Assertion"):
                self.t.lacks(err, sign, " ".join(proc.argv[1:]))

    def finish(self):
        for proc in self.procs:
            proc.reap()


def _is_sqlite(path):
    try:
        with open(path, "rb") as f:
            return f.read(16) == b"SQLite format 3\0"
    except OSError:
        return False
