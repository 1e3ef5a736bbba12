"""Golden screens: what the console shows, kept in tests/tui/screens. After a
change that is meant: UPDATE=1 python3 tests/e2e/run.py -k console_screens"""

import re

from lib.case import limit, rows
from lib.console import CODE, WIDE_CODE, Console, Fleet, noon

# name, options: what a terminal and its owner can be like
KINDS = [
    ("en", {}),
    ("ru", {"PAIRDESK_LANG": "ru"}),
    # no colours, no UTF-8, and a terminal that is older than both
    ("plain", {"lang": "C", "term": "vt100", "NO_COLOR": "1"}),
]
SIZES = {"en": [(40, 10), (132, 43), (200, 60), (80, 24)]}
FEW = [(40, 10), (80, 24)]
COLOUR = re.compile(r"\x1b\[[\d;:]*\b(3[0-7]|4[0-7]|9[0-7]|38|48)\b")

# the big letters of a pairing code, drawn with blocks or with #
BIG = [(re.compile(r"^[ ▀▄█#]*[▀▄█#][ ▀▄█#]*$", re.M), lambda m: " CODE")]


def sized(console, columns, rows_, name):
    console.resize(columns, rows_)
    console.golden(f"{name}-{columns}x{rows_}")
    console.sees_columns(columns)


@limit(120)
@rows("kind how", KINDS)
def test_console_screens(t, kind, how):
    fleet = Fleet(t, **({"PAIRDESK_LANG": how["PAIRDESK_LANG"]}
                        if "PAIRDESK_LANG" in how else {}))
    c = Console(t, fleet.desk, **how)
    c.wait_text(r"zarya")
    for columns, rows_ in SIZES.get(kind, FEW):
        sized(c, columns, rows_, f"{kind}/companies")
    # the list's questions
    for keys, name in (("s", "sort"), ("?", "help"), ("H", "listener")):
        c.keys(keys)
        c.golden(f"{kind}/{name}-80x24")
        c.keys("Escape")
        c.golden(f"{kind}/companies-80x24")
    c.keys("/")
    c.type("!not")
    c.golden(f"{kind}/filter-80x24")
    c.keys("Escape")
    c.golden(f"{kind}/companies-80x24")
    c.type(":p")
    c.keys("Tab")
    c.golden(f"{kind}/command-80x24")
    c.keys("Escape")
    # one company
    c.command("status zoe", "zoe")
    for columns, rows_ in SIZES.get(kind, FEW):
        sized(c, columns, rows_, f"{kind}/company")
    c.keys("Escape")
    c.golden(f"{kind}/companies-80x24")
    c.command("logout acme", "acme")
    c.golden(f"{kind}/confirm-80x24")
    c.keys("Escape")
    # linking: number, code, QR
    c.command("link fresh", "fresh")
    c.golden(f"{kind}/link-80x24")
    c.type("79001234599")
    c.keys("Enter")
    c.wait_text(f"{CODE.pattern}|{WIDE_CODE.pattern}")
    c.golden(f"{kind}/code-80x24", BIG)
    c.resize(40, 10)
    c.golden(f"{kind}/code-40x10", BIG)
    c.keys("Tab")
    c.golden(f"{kind}/qr-40x10")
    if "NO_COLOR" in how:
        t.true(not COLOUR.search(c.screen()), "no colours")


@limit(60)
@rows("kind how", KINDS)
def test_console_screens_first_start(t, kind, how):
    """Nobody is there yet: no company, and no core."""
    _, desk = t.pair(plain=True, TZ=noon())
    c = Console(t, desk, **how)
    c.golden(f"{kind}/empty-80x24")
    c.resize(40, 10)
    c.golden(f"{kind}/empty-40x10")
    c.keys("q")
    c.golden(f"{kind}/leave-40x10")
    c.keys("s")
    t.equal(c.exit(), 0)
