"""What an admin sets from the command line, with and without a core."""

import re

from lib.case import cases, rows
from lib.desk import (DATAERR, NOUSER, OK, TEMPFAIL, UNAVAILABLE, USAGE)

PHONE = "79001234567"
TOKEN = re.compile(r"pd_[acs]_[A-Za-z0-9_-]{43}")


def with_core(t, running):
    sim, desk = t.pair(PAIRDESK_LIMIT_LINKS_PER_HOUR="0")
    if running:
        core = desk.serve()
        t.until(lambda: "Ctrl-C" in core.err.text(), "it serves")
    return sim, desk


@cases(running=[True, False])
def test_admin_tokens(t, running):
    sim, desk = with_core(t, running)
    t.contains(desk.run("token", "list").out, "pairdesk token add")
    made = desk.run("token", "add", "ci")
    t.equal(made.code, OK, str(made))
    t.true(TOKEN.fullmatch(made.out), "alone on standard output")
    t.contains(made.err, "once")
    told = desk.run("token", "add", "front desk", "--role", "company",
                    "--company", "acme", "--expires", "7d", "--json").json()
    t.equal((told["role"], told["companyId"]), ("company", "acme"))
    t.true(told["expiresAt"] and TOKEN.fullmatch(told["token"]), str(told))
    listed = desk.run("token", "list", "--json")
    t.lacks(listed.out, made.out, "shown once")
    tokens = {o["name"]: o for o in listed.json()["tokens"]}
    t.equal(set(tokens), {"ci", "front desk"})
    plain = desk.run("token", "list").out
    t.contains(plain, "front desk")
    t.contains(plain, tokens["ci"]["id"])
    done = desk.run("token", "revoke", tokens["ci"]["id"])
    t.equal(done.code, OK, str(done))
    tokens = desk.run("token", "list", "--json").json()["tokens"]
    t.equal([o["name"] for o in tokens if not o["revokedAt"]],
            ["front desk"])
    t.true(desk.run("token", "revoke", "nosuch").code in (NOUSER, USAGE))


@rows("args", [
    (["token"],), (["token", "add"],), (["token", "frob"],),
    (["token", "list", "x"],), (["token", "revoke"],),
    (["token", "list", "--role", "admin"],),
    (["token", "add", "x", "--expires", "soon"],),
    (["token", "add", "x", "--company", "a b"],),
    (["token", "add", "x", "--role", "king"],),
    (["token", "add", "x", "--role", "company"],),
    (["token", "add", "x", "--company", "acme"],),
    (["share"],), (["share", "a", "--expires", "0"],), (["listener", "x"],),
    (["name", "a"],), (["pin", "a"],), (["pin", "a", "12"],),
    (["pin", "a", "12345678", "x"],), (["pause"],), (["resume"],),
])
def test_admin_usage_errors(t, args):
    done = t.desk().run(*args)
    t.equal(done.code, USAGE, str(done))
    t.true(done.err, "says what is wrong")


@cases(running=[True, False])
def test_admin_name_and_pause(t, running):
    sim, desk = with_core(t, running)
    t.equal(desk.run("name", "acme", "Салон «Ромашка»").code, OK)
    t.equal(desk.status()["name"], "Салон «Ромашка»")
    done = desk.run("pause", "acme")
    t.equal(done.code, OK, str(done))
    t.equal(desk.status()["reason"], "paused")
    t.contains(done.out, "paused")
    done = desk.run("resume", "acme", "--json")
    t.equal(done.json()["reason"], "never_linked", str(done))


@cases(running=[True, False])
def test_admin_pin(t, running):
    """Another phone than the pinned one is no link."""
    sim, desk = with_core(t, running)
    done = desk.run("pin", "acme", "8 900 123-45-67")
    t.equal(done.code, OK, str(done))
    t.lacks(done.out, PHONE, "masked")
    proc = desk.link("acme", "--phone", "79002223344")
    error = proc.event("error")
    t.equal(error["errorCode"], "INVALID_PHONE", str(error))
    t.equal(proc.exit(), DATAERR)
    t.equal(sim.dials(), 0)
    t.equal(desk.run("pin", "acme", "none").code, OK)
    proc = desk.link("acme", "--phone", "79002223344")
    proc.event("code")
    proc.stop()


def test_admin_paused_is_not_connected(t):
    sim, desk = with_core(t, False)
    desk.linked(sim)
    t.equal(desk.run("pause", "acme").code, OK)
    done = desk.run("reconnect", "acme")
    t.true(done.code in (DATAERR, UNAVAILABLE), str(done))
    t.contains(done.err, "pause")


def test_admin_listener(t):
    sim, desk = with_core(t, False)
    t.contains(desk.run("listener").out, "--http")
    core = desk.serve("--http", "127.0.0.1:0")
    t.until(lambda: "listening on" in core.err.text(), "its address")
    url = re.search(r"http://127\.0\.0\.1:\d+/", core.err.text()).group()
    t.true(core.err.text().index("Ctrl-C") < core.err.text().index(url))
    done = desk.run("listener")
    t.contains(done.out, url)
    t.contains(done.out, "without tokens")
    told = desk.run("listener", "--json").json()
    t.equal((told["running"], told["auth"], told["addresses"]),
            (True, "open", [url[7:-1]]))
    shared = desk.run("share", "acme", "--expires", "30m")
    t.equal(shared.code, OK, str(shared))
    first, second = shared.out.splitlines()
    t.contains(first, url + "whatsapp-pairing.html?company=acme#t=pd_s_")
    t.contains(second, "whatsapp-qr.html")
    t.contains(shared.err, "once")
    t.equal(core.stop(), OK)


def test_admin_link_goes_on_without_its_watcher(t):
    """Ctrl-C ends the command, and says what it does not end."""
    sim, desk = with_core(t, True)
    proc = desk.start("link", "acme")
    t.until(lambda: "QR 1/6" in proc.out.text(), "a QR")
    proc.signal(2)
    t.equal(proc.exit(), 130)
    t.contains(proc.out.text(), "goes on")
    text = re.search(r"QR 1/6: (\S+)", proc.out.text()).group(1)
    again = desk.link("acme")
    t.equal(again.event("qr")["text"], text, "the same attempt")
    sim.scan(text, PHONE)
    again.event("connected")
    t.equal(again.exit(), OK)
    t.equal(sim.status()["registrations"], 1)


def test_admin_core_gone_in_the_middle(t):
    sim, desk = with_core(t, True)
    proc = desk.link("acme")
    proc.event("qr")
    desk.procs[0].kill()
    t.equal(proc.exit(5), TEMPFAIL, proc.describe())
    t.contains(proc.err.text(), "pairdesk status")
