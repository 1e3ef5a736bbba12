"""The budget of link attempts: kept over restarts and kills, for whoever
asks; and that nothing leaves the host once it is spent."""

from lib.case import cases
from lib.web import PHONE, opened, session

OTHER = "79002223344"


def spent(t, sim, web, company="acme", phone=None, times=3):
    sim.fault("close", at="pair", count=0)
    for _ in range(times):
        answer = web.post(session(company, "pairing-code"),
                          {"phoneNumber": phone}) if phone else \
            web.get(session(company, "qr"))
        t.equal(answer.status, 502, str(answer))


def refused(t, sim, web, company="acme", phone=None, reason="budget"):
    dials = sim.dials()
    told = web.refused(
        429, "RATE_LIMITED", *(("POST", session(company, "pairing-code"),
                                {"phoneNumber": phone}) if phone else
                               ("GET", session(company, "qr"))))
    t.equal(told["reason"], reason, str(told))
    t.equal(sim.dials(), dials, "nothing left the host")
    return told["retryAfter"]


@cases(how=["stop", "kill"])
def test_budget_is_kept(t, how):
    sim, desk, web = opened(t, limits=True)
    spent(t, sim, web, phone=PHONE)
    before = refused(t, sim, web)
    getattr(desk.core, how)()
    web = desk.http()
    t.within(refused(t, sim, web), 1, before)
    # shown without being asked, and the same to all
    status = web.until_status("cooldown", reason="budget")
    t.true(status["until"], str(status))
    # another company, and other ways to write the number
    t.within(refused(t, sim, web, "beta", "+" + PHONE), 1, before)
    t.within(refused(t, sim, web, "ACME", "+7 (900) 123-45-67"), 1, before)
    t.equal(desk.run("remove", "acme", "--purge").code, 0)
    refused(t, sim, web)
    sim.do("clear")
    t.true(web.code("beta", phone=OTHER))


def test_budget_third_attempt_counts_though_killed_in_it(t):
    """The dial comes after the record, so a kill gives nothing back."""
    sim, desk, web = opened(t, limits=True)
    spent(t, sim, web, times=2)
    sim.do("clear")
    web.qr()
    desk.core.kill()
    web = desk.http()
    refused(t, sim, web)


def test_budget_of_a_source(t):
    sim, desk, web = opened(t, limits=True,
                            PAIRDESK_LIMIT_LINKS_PER_HOUR_SOURCE="2")
    one, two = web.from_("127.0.0.7"), web.from_("127.0.0.8")
    for n in range(2):
        spent(t, sim, one, f"c{n}", times=1)
    refused(t, sim, one, "c7")
    spent(t, sim, two, "c8", times=1)
    spent(t, sim, desk.control(), "c9", times=1)
    desk.core.kill()
    refused(t, sim, desk.http().from_("127.0.0.7"), "c7")


@cases(how=["stop", "kill"])
def test_budget_knows_a_refusal_by_whatsapp(t, how):
    sim, desk, web = opened(t, limits=True)
    sim.fault("code-answer", code=429, text="rate-overlimit")
    told = web.refused(429, "RATE_LIMITED", "POST",
                       session("acme", "pairing-code"),
                       {"phoneNumber": PHONE})
    t.within(told["retryAfter"], 3590, 3600)
    for _ in range(2):
        wait = refused(t, sim, web, "beta", PHONE, "rate_limited")
        t.within(wait, 3500, 3600)
        refused(t, sim, web, "acme", reason="rate_limited")
        getattr(desk.core, how)()
        web = desk.http()
    t.equal(desk.run("remove", "acme", "--purge").code, 0)
    refused(t, sim, web, "acme", reason="rate_limited")
    t.true(web.qr("beta"), "another phone may")
