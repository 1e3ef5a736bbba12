"""The state directory: who holds it, who may read it, what damage does."""

import hashlib
import os
import random
import shutil
import struct
import time

from lib.case import cases, rows
from lib.desk import CONFIG, DATAERR, NOPERM, OK, TEMPFAIL

PHONE = "79001234567"
OTHER = "79002223344"
PAGE = 4096
SUM = 16            # at the end of each page (core/store/page.c)


@rows("args", [("serve",), ("serve --http 0",)])
def test_store_second_core_is_refused(t, args):
    sim, desk = t.pair()
    desk.linked(sim)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    start = time.monotonic()
    done = desk.run(*args.split())
    t.within(time.monotonic() - start, 0, 1, "seconds")
    t.equal(done.code, TEMPFAIL, str(done))
    t.contains(done.err + done.out, str(serve.pid), "who holds it")
    t.true(serve.running(), serve.describe())
    t.equal(sim.status()["logouts"], 0)
    t.equal(serve.stop(), OK)


@rows("args", [
    ("status",), ("companies",), ("logout acme",), ("remove acme",),
    ("reconnect acme",), ("link beta --json",),
])
def test_store_second_process_without_its_socket(t, args):
    """Who cannot ask the core that runs does nothing behind its back."""
    sim, desk = t.pair()
    desk.linked(sim)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    done = desk.run(*args.split(),
                    PAIRDESK_CONTROL_SOCKET=t.path("elsewhere"))
    t.equal(done.code, TEMPFAIL, str(done))
    t.contains(done.err + done.out, str(serve.pid), "who holds it")
    t.equal(sim.status()["logouts"], 0)
    t.equal(serve.stop(), OK)


def test_store_logs_and_help_do_not_need_the_lock(t):
    sim, desk = t.pair()
    desk.linked(sim)
    serve = desk.serve()
    sim.wait("active", count=2)
    t.equal(desk.run("--help").code, OK)
    done = desk.run("logs", "-n", "5")
    t.true(done.code in (OK, TEMPFAIL), str(done))
    t.equal(serve.stop(), OK)


def test_store_lock_of_the_dead_is_taken(t):
    sim, desk = t.pair()
    desk.linked(sim)
    serve = desk.serve()
    sim.wait("active", count=2)
    serve.kill()
    t.equal(desk.run("status").code, OK)


def test_store_modes(t):
    sim, desk = t.pair()
    desk.umask = 0
    desk.linked(sim)
    t.equal(os.stat(desk.state).st_mode & 0o7777, 0o700)
    for path in desk.files():
        t.equal(os.stat(path).st_mode & 0o7777, 0o600, path)
    for where, _, _ in os.walk(desk.state):
        t.equal(os.stat(where).st_mode & 0o7777, 0o700, where)


@rows("path mode line", [
    ("master.key", 0o644, "chmod 600"), ("master.key", 0o640, "chmod 600"),
    ("", 0o755, "chmod 700"), ("", 0o770, "chmod 700"),
])
def test_store_open_to_others_is_refused(t, path, mode, line):
    sim, desk = t.pair()
    desk.linked(sim)
    target = os.path.join(desk.state, path).rstrip("/")
    os.chmod(target, mode)
    for args in (["serve"], ["status"], ["link", "beta", "--json"]):
        done = desk.run(*args, timeout=5)
        t.true(done.code in (NOPERM, CONFIG), str(done))
        t.contains(done.err + done.out, line, "the line that repairs it")
        t.contains(done.err + done.out, target)
    t.equal(os.stat(target).st_mode & 0o7777, mode, "left as it was")
    t.equal(sim.dials(), 2)


def test_store_key_of_another_owner_is_refused(t):
    if os.getuid() != 0:
        return
    sim, desk = t.pair()
    desk.linked(sim)
    os.chown(os.path.join(desk.state, "master.key"), 65534, 65534)
    done = desk.run("status")
    t.true(done.code in (NOPERM, CONFIG), str(done))
    t.contains(done.err + done.out, "chown")


def test_store_key_is_a_link(t):
    sim, desk = t.pair()
    desk.linked(sim)
    key = os.path.join(desk.state, "master.key")
    os.rename(key, t.path("key"))
    os.symlink(t.path("key"), key)
    t.true(desk.run("status").code != OK)


def test_store_lost_key_is_not_made_anew(t):
    sim, desk = t.pair()
    desk.linked(sim)
    key = os.path.join(desk.state, "master.key")
    os.rename(key, t.path("key"))
    for args in (["serve"], ["link", "beta", "--json"]):
        done = desk.run(*args, timeout=5)
        t.true(done.code not in (OK, TEMPFAIL), str(done))
        t.contains(done.err + done.out, "master.key")
    t.true(not os.path.exists(key), "a new key would lock out the old data")
    os.rename(t.path("key"), key)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    t.equal(serve.stop(), OK)


def test_store_wrong_key(t):
    sim, desk = t.pair()
    desk.linked(sim)
    with open(os.path.join(desk.state, "master.key"), "r+b") as f:
        f.write(b"0" * 64)
    done = desk.run("serve", timeout=5)
    t.true(done.code != OK, str(done))
    t.true(done.err, "a reason")
    t.equal(sim.dials(), 2)
    t.equal(desk.quarantined(), [], "the data is good, the key is not")


def two_linked(t):
    sim, desk = t.pair()
    desk.linked(sim, company="acme", phone=PHONE)
    desk.linked(sim, company="beta", phone=OTHER)
    return sim, desk


def check_beta_alone(t, sim, desk):
    """beta logs in; acme is damaged, says so, and does not start."""
    before = sim.status()
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, phone=OTHER)
    desk.logged("error", "store_damaged")
    sim.counter("connections.now", equals=1, quiet_ms=800)
    t.equal(sim.status()["registrations"], before["registrations"],
            "no new identity in the place of an unreadable one")
    t.equal(sim.status()["logins"], before["logins"] + 1)
    t.equal(serve.stop(), OK)
    status = desk.status("acme")
    t.equal((status["status"], status["reason"]), ("error", "store_damaged"))
    words = {lang: desk.words(lang) for lang in ("en", "ru")}
    t.contains(words["en"], "Saved keys are damaged")
    t.contains(words["ru"], "Ключи повреждены")


def flip(path, offsets):
    with open(path, "r+b") as f:
        for at in offsets:
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ 0x40]))


@cases(where=["header", "every-page", "first-page-end", "cut", "empty",
              "zeroes", "text"])
def test_store_damaged_company(t, where):
    sim, desk = two_linked(t)
    path = desk.database("acme")
    size = os.path.getsize(path)
    if where == "header":
        flip(path, [3])
    elif where == "every-page":
        flip(path, range(1000, size, PAGE))
    elif where == "first-page-end":
        flip(path, [PAGE - 1])
    elif where == "cut":
        os.truncate(path, size // 2 + 100)
    elif where == "empty":
        os.truncate(path, 0)
    elif where == "zeroes":
        with open(path, "r+b") as f:
            f.write(bytes(size))
    else:
        with open(path, "w") as f:
            f.write("this is no database\n" * 400)
    check_beta_alone(t, sim, desk)


@cases(seed=range(8))
def test_store_one_flipped_byte(t, seed):
    """Wherever it is: the company works, or is named as damaged; never a
    new identity, never a crash, never a word about the others."""
    sim, desk = two_linked(t)
    path = desk.database("acme")
    at = random.Random(seed).randrange(os.path.getsize(path))
    flip(path, [at])
    before = sim.status()
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, phone=OTHER)
    def told():
        lines = [x for x in desk.log()[desk.log_seen:] if "session=acme" in x]
        return any("store_damaged" in x or
                   ("status=connected" in x and "reason=ok" in x)
                   for x in lines)
    t.until(told, f"byte {at}: acme is connected or damaged")
    t.equal(sim.status()["registrations"], before["registrations"])
    t.equal(serve.stop(), OK)
    t.equal(desk.status("beta")["phoneNumber"], OTHER)


def test_store_damaged_company_can_be_linked_anew(t):
    sim, desk = two_linked(t)
    flip(desk.database("acme"), range(1000, PAGE * 6, PAGE))
    check_beta_alone(t, sim, desk)
    desk.linked(sim, company="acme", phone=PHONE)
    t.equal(len(desk.quarantined("acme")), 1, "the damaged data is kept")


def set_schema(path, version, with_sum=True):
    """Rewrites user_version of an SQLite file and the sum of its page."""
    with open(path, "r+b") as f:
        page = bytearray(f.read(PAGE))
        page[60:64] = struct.pack(">I", version)
        if with_sum:
            page[-SUM:] = hashlib.blake2b(struct.pack(">I", 1) + page[:-SUM],
                                          digest_size=SUM).digest()
        f.seek(0)
        f.write(page)


@rows("version with_sum", [(99, True), (99, False), (4, False)])
def test_store_newer_schema_is_refused(t, version, with_sum):
    sim, desk = two_linked(t)
    path = desk.database("acme")
    set_schema(path, version, with_sum)
    before = open(path, "rb").read()
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, phone=OTHER)
    t.until(lambda: any("session=acme" in x and "newer" in x
                        for x in desk.log()), "acme's newer schema is told")
    sim.counter("connections.now", equals=1, quiet_ms=500)
    t.equal(serve.stop(), OK)
    done = desk.run("reconnect", "acme")
    t.equal(done.code, CONFIG, str(done))
    t.contains(done.err, "written by a newer pairdesk")
    t.equal(open(path, "rb").read(), before, "left as it was")
    t.equal(desk.quarantined(), [])


def test_store_newer_index_is_refused(t):
    sim, desk = t.pair()
    desk.linked(sim)
    path = os.path.join(desk.state, "index.db")
    set_schema(path, 99, with_sum=False)
    before = open(path, "rb").read()
    done = desk.run("status")
    t.equal(done.code, CONFIG, str(done))
    t.contains(done.err, "newer pairdesk")
    t.equal(open(path, "rb").read(), before, "left as it was")


def test_store_company_open_to_others_is_told(t):
    sim, desk = t.pair()
    desk.linked(sim)
    path = desk.database("acme")
    os.chmod(path, 0o644)
    done = desk.run("reconnect", "acme")
    t.equal(done.code, CONFIG, str(done))
    t.contains(done.err, f"chmod 600 {path}")
    t.equal(desk.quarantined(), [])
    os.chmod(path, 0o600)
    t.equal(desk.run("reconnect", "acme").code, OK)


def test_store_damage_is_an_exit_code(t):
    sim, desk = t.pair()
    desk.linked(sim)
    flip(desk.database("acme"), [PAGE + 100])
    done = desk.run("reconnect", "acme")
    t.equal(done.code, DATAERR, str(done))


def test_store_key_of_garbage(t):
    sim, desk = t.pair()
    desk.linked(sim)
    with open(os.path.join(desk.state, "master.key"), "w") as f:
        f.write("no key\n")
    done = desk.run("status")
    t.equal(done.code, CONFIG, str(done))


def test_store_purge_leaves_no_keys(t):
    sim, desk = t.pair()
    desk.linked(sim)
    t.equal(desk.run("remove", "acme", "--purge").code, OK)
    t.equal(desk.quarantined(), [])


def test_store_company_copied_over_another(t):
    """Values sealed for one company do not open as another's."""
    sim, desk = two_linked(t)
    for name in os.listdir(desk.company_dir("beta")):
        shutil.copy2(os.path.join(desk.company_dir("beta"), name),
                     os.path.join(desk.company_dir("acme"), name))
    check_beta_alone(t, sim, desk)
    again = desk.serve()
    t.until(lambda: "1 company has damaged keys" in again.err.text(),
            "it is told at the start")
    t.equal(again.stop(), OK)


def test_store_old_copy_logs_in(t):
    """A directory moved elsewhere, as after a restore, is as good."""
    sim, desk = t.pair()
    desk.linked(sim)
    moved = desk.state + "-moved"
    os.rename(desk.state, moved)
    desk.state = desk.env["PAIRDESK_STATE_DIR"] = moved
    desk.log_seen = len(desk.log())
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    t.equal(serve.stop(), OK)


def test_store_state_dir_cannot_be_made(t):
    sim, desk = t.pair()
    with open(t.path("file"), "w"):
        pass
    done = desk.run("status", PAIRDESK_STATE_DIR=t.path("file", "state"))
    t.true(done.code != OK, str(done))
    t.contains(done.err, t.path("file"))
