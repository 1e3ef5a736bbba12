"""The end of a link: by us, by the phone, and what stays afterwards."""

from lib.case import rows
from lib.desk import OK

PHONE = "79001234567"


def gone(t, sim, desk):
    """Keys are in quarantine, nobody dials, it can be linked anew."""
    t.equal(len(desk.quarantined()), 1, "folders in quarantine")
    serve = desk.serve()
    sim.silent(1.5)
    t.equal(serve.stop(), OK)
    before = sim.status()["registrations"]
    desk.linked(sim, phone=PHONE)
    t.equal(sim.status()["registrations"], before + 1, "a new identity")


def test_end_logout(t):
    sim, desk = t.pair()
    jid = desk.linked(sim, phone=PHONE)
    done = desk.run("logout", "acme", "--json")
    t.equal(done.code, OK, str(done))
    done.json()
    t.equal(sim.wait("logout")["phone"], PHONE)
    left = [d["jid"] for p in sim.do("devices", phone=PHONE)["phones"]
            for d in p["devices"] if not d["removed"]]
    t.lacks(left, jid, "devices of the phone")
    status = desk.status()
    t.true(status["status"] in ("idle", "logged_out"), str(status))
    t.equal(status["connected"], False)
    gone(t, sim, desk)


@rows("how", [("error",), ("never",), ("401-first",)])
def test_end_logout_answers(t, how):
    """Whatever the server makes of it, the link is over or said not to be."""
    sim, desk = t.pair(speed=10)
    desk.linked(sim, phone=PHONE)
    sim.fault("logout", how=how)
    done = desk.run("logout", "acme", timeout=30)
    if how != "error":
        sim.wait("logout")
    if how == "401-first":
        t.equal(done.code, OK, str(done))
    if done.code == OK:
        t.equal(len(desk.quarantined()), 1)
    else:
        t.true(done.err, "a reason")
        t.equal(desk.status()["phoneNumber"], PHONE)


def test_end_logout_without_a_server(t):
    """A dead entry on the phone is not made silently."""
    sim, desk = t.pair(speed=10)
    desk.linked(sim, phone=PHONE)
    sim.fault("unlisten", ms=0)
    done = desk.run("logout", "acme", timeout=40)
    t.true(done.code != OK, str(done))
    t.true(done.err, "a reason")
    t.equal(desk.quarantined(), [])
    sim.do("listen")
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    t.equal(serve.stop(), OK)


def test_end_unlinked_online(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    sim.do("unlink", phone=PHONE)
    desk.logged("logged_out", "unlinked")
    sim.silent(2)
    t.equal(serve.stop(), OK)
    gone(t, sim, desk)


def test_end_unlinked_offline(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    sim.do("unlink", phone=PHONE)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("failure", after=after, reason=401)
    desk.logged("logged_out", "unlinked")
    sim.silent(2)
    t.equal(serve.stop(), OK)
    gone(t, sim, desk)


def test_end_401_without_removal_is_tried_once_more(t):
    """A stream error 401 alone is not the phone's word."""
    sim, desk = t.pair(speed=5)
    desk.linked(sim, phone=PHONE)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    after = sim.seq()
    sim.push("stream-error", code=401, phone=PHONE)
    sim.wait("active", after=after, timeout=20)
    t.equal(serve.stop(), OK)
    t.equal(desk.quarantined(), [])


def test_end_remove(t):
    sim, desk = t.pair()
    desk.linked(sim, company="acme", phone=PHONE)
    desk.linked(sim, company="beta", phone="79002223344")
    done = desk.run("remove", "acme", "--json", timeout=30)
    t.equal(done.code, OK, str(done))
    sim.wait("logout", phone=PHONE)
    listed = desk.run("companies", "--json").out
    t.lacks(listed, "acme")
    t.contains(listed, "beta")
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, phone="79002223344")
    sim.counter("connections.now", equals=1, quiet_ms=500)
    t.equal(serve.stop(), OK)


def test_end_remove_unlinked(t):
    sim, desk = t.pair()
    sim.fault("failure", reason=400, kind="register")
    proc = desk.link("acme")
    proc.event("error")
    proc.exit()
    t.contains(desk.run("companies", "--json").out, "acme")
    before = sim.dials()
    t.equal(desk.run("remove", "acme").code, OK)
    t.equal(sim.dials(), before)
    t.lacks(desk.run("companies", "--json").out, "acme")


@rows("command", [("logout",), ("remove",), ("reconnect",), ("status",)])
def test_end_unknown_company(t, command):
    sim, desk = t.pair()
    done = desk.run(command, "nobody")
    t.true(done.code != OK, str(done))
    t.contains(done.err, "nobody")
    t.equal(sim.touched(), 0)


@rows("command", [("logout",), ("reconnect",)])
def test_end_never_linked_company(t, command):
    sim, desk = t.pair()
    proc = desk.link("acme")
    proc.event("qr")
    proc.stop()
    before = sim.dials()
    done = desk.run(command, "acme")
    t.true(done.code != OK, str(done))
    t.true(done.err, "a reason")
    t.equal(sim.dials(), before)
