"""Many companies, many changes, many sizes: the screen stays right."""

import random
import threading

from lib.case import limit
from lib.console import Console
from lib.fakecore import FakeCore

RESIZES = 250
SMALLEST, LARGEST = (20, 5), (300, 100)


def fake(t, companies):
    desk = t.desk()
    core = FakeCore(desk.socket_path(), companies)
    t.defer(core.close)
    return desk, core


def still(c):
    """The screen once it no longer changes."""
    seen = []

    def look():
        seen.append(c.text())
        return len(seen) > 3 and len(set(seen[-4:])) == 1
    c.t.until(look, "a screen that stands still", every=0.1)
    return seen[-1]


def same_anew(c):
    before = still(c)
    c.keys("C-l")
    c.t.equal(still(c), before, "drawn anew")


@limit(90)
def test_console_resize_storm(t):
    desk, core = fake(t, 400)
    rnd = random.Random(4)
    c = Console(t, desk)
    c.wait_text("company-")
    ends = threading.Event()

    def churn():
        while not ends.is_set():
            core.churn(200, 0.2)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for n in range(RESIZES):
            c.resize(rnd.randint(SMALLEST[0], LARGEST[0]),
                     rnd.randint(SMALLEST[1], LARGEST[1]))
            if n % 25 == 0:
                c.keys(rnd.choice(["Down", "End", "Home", "s", "?", "Enter",
                                   "w", "L", "Escape", "Escape"]))
    finally:
        ends.set()
        thread.join()
    t.true(core.changed > 100, "events came meanwhile")
    c.keys("Escape", "Escape", "Escape")
    for columns, rows in ((200, 60), (40, 10), SMALLEST, LARGEST, (80, 24)):
        c.resize(columns, rows)
        same_anew(c)
        c.sees_columns(columns)
    c.wait_text("company-")
    c.keys("q")
    t.equal(c.exit(), 0)


@limit(90)
def test_console_ten_thousand(t):
    desk, core = fake(t, 10000)
    c = Console(t, desk)
    c.wait_text(r"\b10000: ")
    c.command("sort company", "Sorted by")
    c.go("g", "company-00000")
    c.go("G", "company-09999")
    c.go("PPage PPage PPage", "company-0994")
    c.go("g", "company-00000")
    # filtered as it is typed
    c.keys("/")
    c.type("company-0777")
    c.wait_text(r"10 of 10000")
    c.type("7")
    c.wait_text(r"1 of 10000")
    t.contains(c.text(), "company-07777")
    c.keys("Enter")
    # who is shown changes, who is not does not matter
    core.change("company-00001", "connected", "ok")
    core.change("company-07777", "logged_out", "unlinked")
    c.wait_text("unlinked +company-07777")
    core.change("company-07777", "connected", "ok")
    c.wait_text("connected +company-07777")
    c.go("Escape g", "company-00000")
    # all of them tagged and none
    c.go("*", "10000")
    c.keys("*")
    c.go("f", r"of 10000")
    problems = len(core.problems())
    c.wait_text(rf"\b{problems} of 10000")
    c.go("f g", "company-00000")
    core.churn(500, 1)
    same_anew(c)
    c.keys("q")
    t.equal(c.exit(), 0)
