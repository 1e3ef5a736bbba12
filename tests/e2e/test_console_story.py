"""The whole way by keys alone: from the first start, with nothing there, to
two linked companies; out, and back."""

from lib.case import limit
from lib.console import CODE, Console, noon
from lib.desk import OK

PHONES = ("79001234567", "79007654321")


def add(c, company, name):
    c.go("a", "Id of the new company")
    c.type(company)
    c.go("Enter", f"Name of {company}")
    c.type(name)
    c.go("Enter", rf"{company} is added")


@limit(90)
def test_console_story(t):
    sim, desk = t.pair(plain=True, TZ=noon())
    # the core that the console starts is nobody's child here
    t.defer(lambda: desk.run("stop"))
    c = Console(t, desk, columns=100, rows=40)
    c.wait_text("No companies yet")

    # the first one, by code
    add(c, "acme", "Acme Bakery")
    c.go("l", "Link a phone to acme")
    c.type(PHONES[0])
    c.go("Enter", CODE.pattern)
    code = CODE.search(c.text()).group()
    sim.type(PHONES[0], code.replace("-", ""))
    c.wait_text(r"acme is connected: \+7\*+4567")
    t.lacks(c.text(), code, "the code is gone")
    c.go("Enter", r"● connected +acme")

    # the second one, by QR, which a camera reads off the screen
    add(c, "zarya", "Пекарня «Заря»")
    c.go("l", "Link a phone to zarya")
    c.keys("Tab")
    sim.scan(c.wait_qr(), PHONES[1])
    c.wait_text(r"zarya is connected: \+7\*+4321")
    t.true(not c.is_drawn(), "the QR is gone")
    c.go("Enter", r"2: all connected")

    # a view, a filter, a cursor; then out, and everything goes on
    c.keys("/")
    c.type("заря")
    c.go("Enter", "1 of 2")
    t.lacks(c.text(), "acme", "filtered")
    c.go("q", "l +leave")
    c.keys("l")
    t.equal(c.exit(), OK)
    t.lacks(c.text(), "zarya", "the terminal is as it was")
    web = desk.core_ready()
    t.equal([web.status(company)["status"] for company in ("acme", "zarya")],
            ["connected", "connected"])

    # back: all is as it was left, and nobody connected anew
    dials = sim.dials()
    again = Console(t, desk, columns=100, rows=40)
    again.wait_text("1 of 2")
    again.go("Escape", r"connected +acme")
    t.equal(sim.dials(), dials, "connections")
    # what another started is left running without a word
    again.keys("q")
    t.equal(again.exit(), OK)
    t.equal(web.status("acme")["status"], "connected")
    t.equal(desk.run("stop").code, OK)
