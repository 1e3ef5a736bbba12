"""What a person sees: `pairdesk link` on a terminal, painted and scanned."""

import re

from lib import paint, term
from lib.case import Skip, cases, limit, rows
from lib.desk import OK, TEMPFAIL

PHONE = "79001234567"
# set wide where there is room
CODE = re.compile(r"\b(?:[1-9A-HJ-NP-TV-Z] ?){4}- ?(?:[1-9A-HJ-NP-TV-Z] ?){4}")


def ready(t, speed=1, **env):
    if not term.available():
        raise Skip("tmux, zbarimg or ZXingReader is missing")
    return t.pair(speed=speed, **env)


def shown_code(screen):
    return screen.wait_text(CODE.pattern).group().replace(" ", "").strip()


@cases(name=["tmux-256color", "xterm-256color", "screen-256color"])
def test_terminal_80x24_links(t, name):
    """The bar of the product: a QR on 80x24 that a camera can read."""
    sim, desk = ready(t)
    screen = term.link(t, desk, term=name)
    text = screen.wait_qr()
    t.true(text.startswith("https://wa.me/settings/linked_devices#"), text)
    t.equal(screen.qr(cell=(10, 20)), text, "another font")
    t.equal(screen.qr(theme=paint.LIGHT), text, "a light terminal")
    sim.scan(text, PHONE)
    t.equal(screen.exit(), OK)
    screen.wait_text("connected")
    t.true(not screen.is_drawn(history=True), "the QR is gone")


@rows("style columns rows", [
    ("half", 100, 44), ("sextant", 80, 24), ("full", 160, 80),
    ("auto", 80, 24), ("auto", 120, 50), ("auto", 200, 90),
    ("auto", 60, 24), ("auto", 40, 24), ("auto", 80, 23),
])
def test_terminal_styles(t, style, columns, rows):
    sim, desk = ready(t)
    screen = term.link(t, desk, "--qr-style", style, columns=columns,
                       rows=rows)
    text = screen.wait_qr()
    sim.scan(text, PHONE)
    t.equal(screen.exit(), OK)


@rows("columns rows", [(26, 24), (80, 12), (20, 5)])
def test_terminal_too_small_says_so(t, columns, rows):
    sim, desk = ready(t)
    screen = term.link(t, desk, columns=columns, rows=rows)
    screen.wait_text("(?i)small|enlarge|--phone")
    t.equal(screen.qr(), None)
    screen.keys("C-c")
    screen.wait_text("left")


def test_terminal_code_where_no_qr_fits(t):
    sim, desk = ready(t)
    screen = term.link(t, desk, "--phone", PHONE, columns=40, rows=10)
    code = shown_code(screen)
    sim.type(PHONE, code)
    t.equal(screen.exit(), OK)


def test_terminal_code_beside_the_qr(t):
    sim, desk = ready(t)
    screen = term.link(t, desk, "--phone", PHONE)
    code = shown_code(screen)
    t.true(screen.wait_qr(), "both are offered")
    sim.type(PHONE, code)
    t.equal(screen.exit(), OK)
    t.true(not CODE.search(screen.text(history=True)), "the code is gone")


@limit(90)
def test_terminal_redraws_in_place(t):
    sim, desk = ready(t, speed=10)
    screen = term.link(t, desk)
    first = screen.wait_qr()
    second = screen.wait_qr(other_than=first)
    t.true(second != first)
    t.true(screen.text(history=True).count("\n") <= 26, "no scrolling")
    sim.scan(second, PHONE)
    t.equal(screen.exit(), OK)


def test_terminal_counts_down(t):
    sim, desk = ready(t, speed=2)
    screen = term.link(t, desk)
    screen.wait_qr()
    before = screen.wait_text(r"\b(\d+)\b.{0,12}(s\b|sec)").group(1)
    t.until(lambda: before not in screen.text(), "the seconds go by", 5)
    screen.keys("C-c")
    screen.wait_text("left")


@limit(90)
def test_terminal_wiped_at_expiry(t):
    sim, desk = ready(t, speed=20)
    screen = term.link(t, desk)
    text = screen.wait_qr()
    t.equal(screen.exit(30), TEMPFAIL)
    t.equal(screen.qr(), None)
    t.true(not screen.is_drawn(history=True), "nothing of it is left")
    screen.wait_text("(?i)expired")
    t.equal(sim.ask("scan", text=text, phone=PHONE)["ok"], False)


@cases(key=["C-c"])
def test_terminal_wiped_when_left(t, key):
    sim, desk = ready(t)
    screen = term.link(t, desk, "--phone", PHONE)
    screen.wait_qr()
    screen.wait_text(CODE.pattern)
    screen.keys(key)
    t.true(screen.exit() != OK)
    t.true(not screen.is_drawn(history=True), "nothing of it is left")
    t.true(not CODE.search(screen.text(history=True)), "nor the code")
    # the terminal is as it was: what is typed is echoed, the cursor is there
    t.equal(screen.tmux("display-message", "-p", "#{cursor_flag}").strip(),
            "1")
    t.equal(screen.tmux("display-message", "-p", "#{alternate_on}").strip(),
            "0")


def test_terminal_killed_leaves_no_code(t):
    """SIGTERM from outside, as at a shutdown."""
    sim, desk = ready(t)
    screen = term.link(t, desk)
    screen.wait_qr()
    shell = screen.tmux("display-message", "-p", "#{pane_pid}").strip()
    with open(f"/proc/{shell}/task/{shell}/children") as f:
        child = int(f.read().split()[0])
    import os
    import signal
    os.kill(child, signal.SIGTERM)
    t.true(screen.exit() != OK)
    t.true(not screen.is_drawn(history=True), "nothing of it is left")


@limit(90)
def test_terminal_resized(t):
    sim, desk = ready(t)
    screen = term.link(t, desk, columns=120, rows=50)
    text = screen.wait_qr()
    for columns, rows_ in ((80, 24), (60, 24), (160, 60), (80, 24)):
        screen.resize(columns, rows_)
        t.until(lambda: screen.qr() == text,
                f"the same QR at {columns}x{rows_}", 10)
    screen.resize(26, 8)
    screen.wait_text("(?i)small|enlarge|--phone")
    screen.resize(80, 24)
    t.until(lambda: screen.qr() == text, "and back", 10)
    sim.scan(text, PHONE)
    t.equal(screen.exit(), OK)


def test_terminal_c_locale_is_ascii(t):
    sim, desk = ready(t)
    screen = term.link(t, desk, "--phone", PHONE, LANG="C", LC_ALL="C")
    code = shown_code(screen)
    t.true(screen.text().isascii(), screen.text())
    sim.type(PHONE, code)
    t.equal(screen.exit(), OK)


@rows("env", [({"LANG": ""},), ({"LANG": "ru_RU.UTF-8"},),
              ({"LANG": "xx_XX.utf8"},), ({"LC_CTYPE": "UTF-8"},),
              ({"LANG": "xx_XX.UTF-8", "LC_CTYPE": "C.UTF-8"},)])
def test_terminal_locale_not_generated(t, env):
    """As over SSH: the locale asked for, or any, is missing here."""
    sim, desk = ready(t)
    screen = term.link(t, desk, **env)
    text = screen.wait_qr()
    t.true("small" not in screen.text())
    if env.get("LANG") == "ru_RU.UTF-8":
        t.contains(" ".join(screen.text().split()), "Код 1 из")
    sim.scan(text, PHONE)
    t.equal(screen.exit(), OK)


@rows("style columns rows", [("sextant", 80, 24), ("half", 100, 44)])
def test_terminal_style_asked_for_in_c_locale(t, style, columns, rows):
    sim, desk = ready(t)
    screen = term.link(t, desk, "--qr-style", style, columns=columns,
                       rows=rows, LC_ALL="C")
    sim.scan(screen.wait_qr(), PHONE)
    t.equal(screen.exit(), OK)


@rows("env", [({"LC_ALL": "C"},), ({"LANG": "ru_RU.KOI8-R"},),
              ({"LC_CTYPE": "C", "LANG": "ru_RU.UTF-8"},),
              ({"LC_ALL": "C", "PAIRDESK_LANG": "ru"},)])
def test_terminal_locale_is_named_as_the_cause(t, env):
    sim, desk = ready(t)
    screen = term.link(t, desk, **env)
    screen.wait_text("not UTF-8")
    text = " ".join(screen.text().split())
    for part in ("LC_ALL=C.UTF-8", "--qr-style sextant", "--phone"):
        t.contains(text, part)
    t.true(text.isascii(), text)
    screen.keys("C-c")
    screen.wait_text("left")


def test_terminal_c_locale_wide_enough(t):
    """Spaces with background need no character set."""
    sim, desk = ready(t)
    screen = term.link(t, desk, columns=160, rows=80, LANG="C", LC_ALL="C")
    text = screen.wait_qr()
    t.true(screen.text().isascii(), "ASCII only")
    sim.scan(text, PHONE)
    t.equal(screen.exit(), OK)


def test_terminal_no_color_still_scans(t):
    """The colours of a QR are no decoration: on a dark and on a light
    terminal it must be read."""
    sim, desk = ready(t)
    screen = term.link(t, desk, NO_COLOR="1")
    text = screen.wait_qr(theme=paint.DARK)
    t.equal(screen.qr(theme=paint.LIGHT), text)
    sim.scan(text, PHONE)
    t.equal(screen.exit(), OK)


def test_terminal_dumb_is_plain(t):
    sim, desk = ready(t)
    screen = term.link(t, desk, "--phone", PHONE, TERM="dumb")
    code = shown_code(screen)
    t.true(not screen.is_drawn(), "no drawing on a dumb terminal")
    sim.type(PHONE, code)
    t.equal(screen.exit(), OK)


@rows("lang part", [("en", "Linked devices"), ("ru", "Связанные устройства")])
def test_terminal_says_where_to_tap(t, lang, part):
    sim, desk = ready(t, PAIRDESK_LANG=lang)
    screen = term.link(t, desk, columns=120, rows=50)
    screen.wait_qr()
    shown = " ".join(screen.text().split())
    t.contains(shown, part)
    screen.keys("C-c")
    screen.wait_text("left")


@cases(lang=["en", "ru"])
def test_terminal_passkey_keeps_the_qr(t, lang):
    """The steps end in scanning it: it must be there, in full."""
    sim, desk = ready(t, PAIRDESK_LANG=lang)
    screen = term.link(t, desk, "--phone", PHONE)
    text = screen.wait_qr()
    sim.push("passkey")
    screen.wait_text("passkey")
    t.equal(screen.qr(), text, "still on show")
    shown = " ".join(screen.text().split())
    for words in ("1.", "2.", "3.", "passkey"):
        t.contains(shown, words)
    sim.scan(text, PHONE)
    t.equal(screen.exit(), OK)


def test_terminal_new_adv_secret_redraws(t):
    sim, desk = ready(t)
    screen = term.link(t, desk)
    old = screen.wait_qr()
    sim.push("new-adv-secret", form="companion_reg_refresh")
    new = screen.wait_qr(other_than=old)
    sim.scan(new, PHONE)
    t.equal(screen.exit(), OK)


def test_terminal_error_clears_the_code(t):
    sim, desk = ready(t)
    screen = term.link(t, desk)
    screen.wait_qr()
    sim.push("reset")
    t.true(screen.exit() != OK)
    t.true(not screen.is_drawn(history=True), "nothing of it is left")
