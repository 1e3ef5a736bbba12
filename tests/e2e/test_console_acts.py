"""What an admin does to companies by keys, and what is refused: against a
core whose WhatsApp is the simulator."""

from lib.case import limit
from lib.console import Console, noon
from lib.web import NO_LIMITS, session

PHONE = "79001234567"


def ready(t, *args, linked=("acme",), core=(), columns=120, rows=30, **env):
    """A core with these companies linked, and a console that shows them."""
    sim, desk = t.pair(plain=True, TZ=noon(), **NO_LIMITS)
    sim.fault("count-value", value=812, count=0)
    sim.allow("ACTIVE_KEYS")
    web = desk.core_ready(desk.serve(*core))
    for n, company in enumerate(linked):
        web.linked(sim, company, f"7900123456{n}")
    c = Console(t, desk, *args, columns=columns, rows=rows, **env)
    if linked:
        c.wait_text(rf"{len(linked)}: all connected")
    else:
        c.wait_text("No companies yet")
    return sim, web, c


def member(web, name, company="acme"):
    return web.status(company)[name]


@limit(60)
def test_console_add_name_pin_and_back(t):
    _, web, c = ready(t, linked=())
    # what is typed is checked as it is typed
    c.go("a", "Id of the new company")
    c.type("ac me")
    c.wait_text("An id has only Latin letters")
    c.go("Escape", "Nothing was done")
    c.go("a", "Id of the new company")
    c.type("acme")
    c.go("Enter", "Name of acme")
    c.type("Acme Ltd")
    c.go("Enter", "acme is added")
    t.equal(member(web, "name"), "Acme Ltd")
    c.wait_text("1 not linked")

    c.go("n", "Name of acme")
    c.keys("C-u")
    c.type("Рога и копыта")
    c.go("Enter", "acme is now called")
    t.equal(member(web, "name"), "Рога и копыта")
    c.go("N", "With which number only")
    c.type("0900")
    c.wait_text("country code")
    c.keys("C-u")
    c.type("8 (900) 123-45-67")
    c.wait_text(r"read as the Russian \+7: \+79001234567")
    c.go("Enter", r"acme can be linked with \+7\*+4567 only")
    t.equal(member(web, "pinnedPhoneNumber"), PHONE)
    c.command("pin acme none", "any number")
    t.true(not member(web, "pinnedPhoneNumber"), "no number")

    # the last first; the number whole again, though no row shows it
    c.go("z", r"Taken back: acme can be linked with \+7\*+4567 only")
    t.equal(member(web, "pinnedPhoneNumber"), PHONE)
    c.go("z", "Taken back: acme can be linked with any number")
    c.go("z", "Taken back: acme is now called Acme Ltd")
    t.equal(member(web, "name"), "Acme Ltd")
    c.go("z", "nothing to take back")


@limit(60)
def test_console_pause_reconnect_resume(t):
    sim, web, c = ready(t)
    seq = sim.seq()
    c.go("r", "acme connects again")
    sim.wait("active", after=seq)
    web.until_status("connected")
    c.wait_text("1: all connected")
    c.go("P", "acme is paused; it stays linked")
    web.until_status("idle", "acme", "paused")
    c.wait_text("paused")
    c.go("r", "acme is paused. Resume it first")
    c.command("pause", "paused already")
    c.go("z", "Taken back: acme is no longer paused")
    web.until_status("connected")
    c.wait_text("1: all connected")
    c.command("resume acme", "acme is not paused")
    c.command("pause acmee", "There is no company acmee")
    c.command("pasue", "did you mean pause")


@limit(60)
def test_console_logout_wants_the_id(t):
    sim, web, c = ready(t)
    c.go("o", r"acme \(\+7\*+4560\) will be unlinked")
    c.type("acmq")
    c.go("Enter", "This is not acme")
    c.go("Escape", "Nothing was done")
    t.true(member(web, "connected"), "still connected")
    # the key on a Russian layout
    c.type("щ")
    c.wait_text("Type acme to confirm")
    c.type("acme")
    c.go("Enter", "acme is unlinked; its keys are kept in quarantine")
    t.equal(web.status("acme")["status"], "idle")
    c.go("o", "nothing to unlink")
    c.go("r", "acme is not linked. Link it first")
    c.go("d", "acme is not linked. It will be taken off the list")
    c.type("acme")
    c.go("Enter", "acme is removed")
    c.wait_text("No companies yet")


@limit(60)
def test_console_remove_unlinks_first(t):
    sim, web, c = ready(t)
    seq = sim.seq()
    c.go("d", "will be unlinked from WhatsApp first")
    c.type("acme")
    c.go("Enter", "acme is removed")
    sim.wait("logout", after=seq)
    t.equal(web.ask("GET", session("acme", "status")).status, 404)


@limit(60)
def test_console_many_want_the_count(t):
    companies = ("one", "two", "three")
    _, web, c = ready(t, linked=companies)
    c.keys("*")
    c.go("n", "one company at a time, and 3 are tagged")
    c.go("P", "3 companies will be paused")
    # Enter by itself does nothing to many
    c.go("Enter", "Nothing was done")
    c.go("P", "3 companies will be paused")
    c.go("y", "Done for 3 companies")
    for company in companies:
        t.equal(member(web, "reason", company), "paused")
    c.go("z", "Done for 3 companies")
    c.wait_text("3: all connected")
    c.go("d", "Type 3 to confirm")
    c.type("one")
    c.go("Enter", "This is not 3")
    c.go("Escape", "Nothing was done")
    c.go("d", "Type 3 to confirm")
    c.type("3")
    c.go("Enter", "Done for 3 companies", timeout=30)
    c.wait_text("No companies yet")


@limit(60)
def test_console_many_of_whom_one_is_left_out(t):
    _, web, c = ready(t, linked=("one", "two"))
    web.ok("PATCH", session("lone"), {"name": "Lone"})
    c.wait_text("lone")
    c.keys("*")
    c.go("r", "2 companies connect again now")
    c.wait_text("Left out: 1")
    c.wait_text("Link it first")
    c.go("y", "Done for 2 companies")
    for company in ("one", "two"):
        web.until_status("connected", company)


@limit(60)
def test_console_says_when_it_is_possible_again(t):
    sim, web, c = ready(t, linked=())
    sim.fault("code-answer", code=429, text="rate-overlimit")
    web.ask("POST", session("acme", "pairing-code"), {"phoneNumber": PHONE})
    web.until_status("cooldown")
    c.wait_text("acme")
    seq = sim.seq()
    c.command(f"link acme {PHONE}",
              r"Possible again in \d+ min \((\d+ \w+ )?\d\d:\d\d\)")
    t.equal(sim.seq(), seq, "nobody was asked")


@limit(60)
def test_console_share(t):
    _, _, c = ready(t, core=("--http", "127.0.0.1:0"), columns=160)
    c.go("c", r"http://127\.0\.0\.1:\d+/whatsapp-pairing\.html"
         r"\?company=acme#t=\S+")
    c.wait_text("can link one phone to acme once")
    c.go("c", "sent to your terminal")
    t.lacks(c.text(), "#t=", "the link is gone")


@limit(60)
def test_console_share_without_a_listener(t):
    _, _, c = ready(t)
    c.go("c", "Nothing listens that such a link could lead to")


@limit(60)
def test_console_read_only(t):
    _, web, c = ready(t, "--read-only")
    for key in "aPnNodrcz":
        c.go(key, "start pairdesk without --read-only")
        c.keys("Escape")
    for line in ("pause", "logout", "remove acme", "stop", "add new"):
        c.command(line, "start pairdesk without --read-only")
        c.keys("Escape")
    t.true(member(web, "connected"), "connected")


@limit(60)
def test_console_stop_wants_the_word(t):
    _, _, c = ready(t)
    c.command("stop", "Type stop to confirm")
    c.type("sto")
    c.go("Enter", "This is not stop")
    c.go("Escape", "Nothing was done")
    c.command("stop", "Type stop to confirm")
    c.type("stop")
    c.keys("Enter")
    t.equal(c.exit(), 0)


@limit(60)
def test_console_asks_on_any_screen(t):
    _, _, c = ready(t, columns=40, rows=10, PAIRDESK_LANG="en")
    for columns, rows in ((40, 10), (20, 5)):
        c.resize(columns, rows)
        c.keys("o")
        c.type("nobody")
        c.go("Enter", "nobody")
        c.wait_text("This is not")
        c.sees_columns(columns)
        c.keys("Escape")
