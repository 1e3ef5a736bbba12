"""Copies of what is stored: made, listed, put back."""

import os
import random
import time

from lib.case import limit
from lib.desk import OK
from lib.web import session

PHONE = "79001234567"


def copies(desk, company="acme"):
    where = os.path.join(desk.state, "backups", f"company_{company}")
    return sorted(os.listdir(where)) if os.path.isdir(where) else []


def connected(web, company="acme"):
    return web.get(session(company, "status")).json()["data"]["connected"]


def serve(desk):
    core = desk.serve()
    web = desk.core_ready(core)
    return core, web


@limit(60)
def test_backup_brings_a_damaged_company_back(t):
    """Linked, copied by itself, damaged, in quarantine, restored: the same
    device, and nobody scans anything."""
    sim, desk = t.pair()
    jid = desk.linked(sim, phone=PHONE)
    t.equal(len(copies(desk)), 1)
    with open(desk.database(), "r+b") as f:
        f.seek(4096 + 100)
        f.write(b"\xff" * 64)
    core, web = serve(desk)
    desk.logged("error", "store_damaged")
    t.equal(desk.run("restore", "acme").code, OK)
    t.until(lambda: connected(web), "connected again", 20)
    t.equal(sim.device(PHONE)["jid"], jid)
    t.equal(core.stop(), OK)
    desk.consistent()


@limit(60)
def test_backup_restore_of_a_living_link_asks_for_a_word(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    core, web = serve(desk)
    t.until(lambda: connected(web), "connected", 20)
    conns = sim.dials()
    web.refused(409, "ALREADY_CONNECTED", "POST", session("acme", "restore"),
                {})
    t.true(desk.run("restore", "acme").code != OK)
    t.equal(sim.dials(), conns, "it was left alone")
    t.true(connected(web))
    before = web.get(session("acme", "status")).json()["data"]["stateVersion"]
    t.equal(desk.run("backup", "acme").code, OK)
    made = web.data("GET", session("acme", "backups"))["backups"]
    t.equal([b["why"] for b in made], ["asked", "link"])
    t.equal([b["damaged"] for b in made], [False, False])
    t.equal({b["phoneNumber"] for b in made}, {PHONE})
    t.equal(desk.run("restore", "acme", made[1]["id"], "--force").code, OK)
    t.until(lambda: connected(web), "connected with the copy", 20)
    after = web.get(session("acme", "status")).json()["data"]["stateVersion"]
    t.true(after > before, f"{after} > {before}")
    t.equal(len(desk.quarantined("acme")), 1)
    t.equal(core.stop(), OK)


@limit(60)
def test_backup_keeps_three_and_tells_damage(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    core, web = serve(desk)
    for _ in range(4):
        web.data("POST", session("acme", "backup"))
    kept = copies(desk)
    t.equal(len(kept), 3, str(kept))
    newest = os.path.join(desk.state, "backups", "company_acme", kept[-1])
    with open(newest, "r+b") as f:
        f.seek(5000)
        f.write(b"\x00\xff\x00\xff")
    told = web.data("GET", session("acme", "backups"))["backups"]
    t.equal([b["damaged"] for b in told], [True, False, False])
    web.refused(400, "INVALID_REQUEST", "POST", session("acme", "restore"),
                {"id": told[0]["id"], "force": True})
    for bad in ("../x", "x", told[0]["id"] + "/", ""):
        if bad:
            web.refused(404, "NOT_FOUND", "POST", session("acme", "restore"),
                        {"id": bad, "force": True})
    web.refused(404, "SESSION_NOT_FOUND", "GET", session("nobody", "backups"))
    t.equal(core.stop(), OK)


@limit(60)
def test_backup_outlives_a_removal_but_not_a_purge(t):
    sim, desk = t.pair()
    jid = desk.linked(sim, phone=PHONE)
    core, web = serve(desk)
    t.equal(desk.run("remove", "acme", "--force").code, OK)
    t.equal(desk.run("restore", "acme").code, OK)
    t.until(lambda: connected(web), "back", 20)
    t.equal(sim.device(PHONE)["jid"], jid)
    t.equal(desk.run("remove", "acme", "--force", "--purge").code, OK)
    t.equal(copies(desk), [])
    t.equal(core.stop(), OK)


@limit(120)
def test_backup_kill_at_any_moment_leaves_one_good_company(t):
    sim, desk = t.pair()
    jid = desk.linked(sim, phone=PHONE)
    for i in range(8):
        core, web = serve(desk)
        proc = desk.start("restore" if i % 2 else "backup", "acme",
                          *(["--force"] if i % 2 else []))
        time.sleep(random.uniform(0, 0.3))
        core.kill()
        proc.kill()
    core, web = serve(desk)
    t.until(lambda: connected(web), "connected", 20)
    t.equal(sim.device(PHONE)["jid"], jid)
    t.true(1 <= len([c for c in copies(desk) if c.endswith(".db")]) <= 4)
    t.equal(core.stop(), OK)
    desk.consistent()
