"""Several companies in one process: isolated, each with one connection."""

from lib.case import limit
from lib.desk import OK

COMPANIES = {"acme": "79001110001", "beta": "79001110002",
             "gamma": "79001110003", "delta": "79001110004",
             "omega": "79001110005"}


def all_linked(t, speed=1):
    sim, desk = t.pair(speed=speed)
    for company, phone in COMPANIES.items():
        desk.linked(sim, company=company, phone=phone)
    return sim, desk


@limit(120)
def test_many_isolated(t):
    """One banned, one black-holed, one unlinked, one fed garbage: the fifth
    notices nothing."""
    sim, desk = all_linked(t, speed=4)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, count=5)
    well = sim.wait("active", after=after, phone=COMPANIES["omega"])
    sim.do("ban", phone=COMPANIES["acme"], kind="banned", drop=True)
    sim.push("stall", phone=COMPANIES["beta"])
    sim.do("unlink", phone=COMPANIES["gamma"])
    sim.push("zip-bomb", phone=COMPANIES["delta"])
    after = sim.seq()
    desk.logged("banned", "permanent", company="acme")
    desk.log_seen = 0
    desk.logged("logged_out", "unlinked", company="gamma")
    sim.wait("active", after=after, phone=COMPANIES["delta"], timeout=30)
    sim.wait("active", after=after, phone=COMPANIES["beta"], timeout=40)
    sessions = sim.do("sessions", phone=COMPANIES["omega"])["sessions"]
    t.equal([s["conn"] for s in sessions], [well["conn"]],
            "omega is still on its first connection")
    # it works, too: what is sent to it is answered
    sim.push("message", phone=COMPANIES["omega"], n=20, enc="pkmsg")
    sim.counter("missing", equals=0)
    t.equal(serve.stop(), OK)
    t.equal(len(desk.quarantined("acme")), 1)
    t.equal(len(desk.quarantined("gamma")), 1)
    for company in ("beta", "delta", "omega"):
        t.equal(desk.quarantined(company), [])
        t.equal(desk.status(company)["phoneNumber"], COMPANIES[company])


@limit(120)
def test_many_one_connection_each(t):
    """Restarts, drops and kills: no identity is ever on line twice."""
    sim, desk = all_linked(t, speed=10)
    for round_ in range(3):
        after = sim.seq()
        serve = desk.serve()
        sim.wait("active", after=after, count=5, timeout=25)
        after = sim.seq()
        sim.push("reset" if round_ % 2 else "close", all=True)
        sim.wait("active", after=after, count=5, timeout=40)
        t.equal(sim.status()["connections"]["now"], 5)
        serve.kill() if round_ % 2 else serve.stop()
    t.equal(sim.status()["max_same_identity"], 1)
    t.equal(sim.status()["conflicts"], 0)


@limit(120)
def test_many_status_tells_each(t):
    sim, desk = all_linked(t)
    sim.do("ban", phone=COMPANIES["beta"], kind="banned")
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, count=4)
    desk.logged("banned", "permanent", company="beta")
    t.equal(serve.stop(), OK)
    told = {c: desk.status(c)["status"] for c in COMPANIES}
    t.equal(told.pop("beta"), "banned")
    t.lacks(set(told.values()), "banned")


@limit(90)
def test_many_same_phone_for_two_companies(t):
    """One phone may have several linked devices, each with its own keys."""
    sim, desk = t.pair()
    desk.linked(sim, company="acme", phone="79001110001")
    desk.linked(sim, company="beta", phone="79001110001")
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, count=2)
    t.equal(sim.status()["connections"]["now"], 2)
    t.equal(serve.stop(), OK)
