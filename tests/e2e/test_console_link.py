"""Linking by the keys of the console: what it shows is looked at as a phone
does, by two readers of QR codes that share nothing."""

import os
import re
import signal

from lib import paint, term
from lib.case import Skip, cases, limit, rows
from lib.console import Console
from lib.web import NO_LIMITS

PHONE = "79001234567"
CODE = re.compile(r"\b[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}\b")
SPACED = re.compile(r"(?:[1-9A-HJ-NP-TV-Z] ){4}-(?: [1-9A-HJ-NP-TV-Z]){4}")
SEXTANTS = re.compile("[\U0001fb00-\U0001fb3b]")
READERS = [paint.decode_png, paint.decode_png_zxing]


def ready(t, *args, speed=1, core=(), columns=80, rows=24, **env):
    """A simulator, a running core, and a console that shows how to link
    acme."""
    if not term.available():
        raise Skip("tmux, zbarimg or ZXingReader is missing")
    simulator, desk = t.pair(speed=speed, **NO_LIMITS)
    desk.process = desk.serve(*core)
    desk.core_ready(desk.process)
    return simulator, desk, look(t, desk, *args, columns=columns, rows=rows,
                                 **env)


def look(t, desk, *args, **how):
    c = Console(t, desk, *args, **how)
    c.wait_text(r"\d+:|no companies|компани")
    c.command("link acme")
    c.wait_text("Link a phone|Подключение телефона")
    return c


def ask_code(c, phone=PHONE):
    """By a number and Enter; the code that the screen shows."""
    c.wait_text("country code|кодом страны")
    c.type(phone)
    c.keys("Enter")
    return shown_code(c)


def shown_code(c):
    return c.wait_text(f"{CODE.pattern}|{SPACED.pattern}").group() \
        .replace(" ", "")


def shows_code(text):
    return CODE.search(text) or SPACED.search(text)


def all_read(t, c, text, theme=paint.DARK):
    """Both readers, at both sizes of a font."""
    for read in READERS:
        for cell in ((8, 16), (10, 20)):
            t.equal(c.qr(cell, theme, read), text, f"{read.__name__} {cell}")


def leave(c):
    """Out of the console while an attempt runs."""
    c.keys("Escape")
    c.wait_text("STATE|acme")
    c.command("quit", "stay here")
    c.keys("l")
    c.t.equal(c.exit(), 0)


def gone(t, c):
    """Nothing of a code is left, here or above."""
    t.until(lambda: not c.is_drawn(history=True) and
            not shows_code(c.text(history=True)), "no code is left")


# -- by code ------------------------------------------------------------------------


@rows("columns rows", [(80, 24), (40, 10), (132, 43), (200, 60)])
def test_console_link_by_code(t, columns, rows):
    sim, desk, c = ready(t, columns=columns, rows=rows)
    code = ask_code(c)
    c.wait_text(r"2:[34]\d left")
    c.sees_columns(columns)
    sim.type(PHONE, code)
    c.wait_text("acme is connected")
    gone(t, c)
    t.true("4567" in c.text() and PHONE not in c.text(), "masked")
    c.keys("Enter")
    t.until(lambda: "Link a phone" not in c.text(), "back in the list")
    t.equal(desk.control().get("/health").status, 200)


def test_console_link_in_russian(t):
    sim, desk, c = ready(t, lang="ru_RU.UTF-8")
    c.wait_text("кодом страны")
    c.type("8 900 123-45-67")
    c.wait_text(r"читается как \+7: \+7 900 123-45-67, Россия")
    c.keys("Enter")
    code = shown_code(c)
    shown = " ".join(c.text().split())
    for part in ("осталось 2:", "Связать по номеру телефона", "диктуют"):
        t.contains(shown, part)
    sim.type(PHONE, code)
    c.wait_text("подключение выполнено")


def test_console_link_c_locale(t):
    """A code needs no UTF-8; a QR does, and says so."""
    sim, desk, c = ready(t, lang="C", LC_ALL="C")
    code = ask_code(c)
    t.true(c.text().isascii(), c.text())
    c.keys("Tab")
    c.wait_text("not UTF-8")
    t.true(not c.is_drawn())
    sim.type(PHONE, code)
    c.wait_text("acme is connected")


def test_console_link_asks_nobody_before_enter(t):
    sim, desk, c = ready(t)
    c.wait_text("country code")
    c.type("7900")
    c.keys("Enter")
    c.wait_text("too short")
    c.keys("n", "Escape")
    t.equal(sim.ask("status")["registrations"], 0)
    t.equal(sim.ask("status")["connections"]["total"], 0)


def test_console_link_another_number(t):
    sim, desk, c = ready(t)
    first = ask_code(c)
    c.keys("n")
    c.wait_text("country code")
    c.type("79007654321")
    c.keys("Enter")
    c.wait_text("4321")
    second = t.until(lambda: (m := CODE.search(c.text())) and
                     m.group() != first and m.group(), "another code")
    sim.type("79007654321", second)
    c.wait_text("acme is connected")


# -- by QR --------------------------------------------------------------------------


@rows("columns rows sextants", [(200, 60, False), (80, 24, True),
                                (132, 43, False), (40, 24, True)])
def test_console_link_by_qr(t, columns, rows, sextants):
    sim, desk, c = ready(t, columns=columns, rows=rows)
    c.keys("Tab")
    text = c.wait_qr()
    t.true(text.startswith("https://wa.me/settings/linked_devices#"), text)
    all_read(t, c, text)
    t.equal(bool(SEXTANTS.search(c.text())), sextants)
    c.wait_text(r"1 of 6, (1:00|0:\d\d)|\d+:\d\d")
    sim.scan(text, PHONE)
    c.wait_text("acme is connected")
    gone(t, c)


@rows("env theme", [({"NO_COLOR": "1"}, paint.DARK),
                    ({"NO_COLOR": "1"}, paint.LIGHT),
                    ({}, paint.LIGHT)])
def test_console_link_qr_is_never_inverted(t, env, theme):
    sim, desk, c = ready(t, **env)
    c.keys("Tab")
    all_read(t, c, c.wait_qr(theme=theme), theme)


@cases(name=["xterm-256color", "xterm", "screen-256color"])
def test_console_link_qr_on_terminals(t, name):
    sim, desk, c = ready(t, term=name)
    c.keys("Tab")
    all_read(t, c, c.wait_qr())


def test_console_link_qr_beside_the_code(t):
    sim, desk, c = ready(t, columns=200, rows=60)
    code = ask_code(c)
    text = c.wait_qr()
    all_read(t, c, text)
    sim.type(PHONE, code)
    c.wait_text("acme is connected")


def test_console_link_style_by_hand_is_remembered(t):
    sim, desk, c = ready(t, columns=200, rows=60)
    c.keys("Tab")
    text = c.wait_qr()
    t.true(not SEXTANTS.search(c.text()), "half blocks first")
    c.type("-")
    t.until(lambda: SEXTANTS.search(c.text()), "smaller")
    t.equal(c.qr(), text)
    c.type("-")
    t.equal(c.qr(), text, "there is none smaller")
    leave(c)
    c.close()
    c = look(t, desk, columns=200, rows=60)
    t.equal(c.wait_qr(), text, "QR again, without a key")
    t.true(SEXTANTS.search(c.text()), "as chosen")
    c.type("+")
    t.until(lambda: not SEXTANTS.search(c.text()), "larger")
    t.equal(c.qr(), text)
    c.type("+")
    t.until(lambda: not re.search("[▀▄]", c.text()), "full blocks")
    t.equal(c.wait_qr(), text)
    c.resize(100, 40)
    c.wait_text(r"needs 1\d\d columns")
    c.wait_text("press - to draw it smaller")
    t.equal(c.qr(), None)


@rows("columns rows", [(26, 24), (80, 12), (40, 10)])
def test_console_link_too_small_says_what_helps(t, columns, rows):
    sim, desk, c = ready(t, columns=columns, rows=rows)
    c.keys("Tab")
    c.wait_text("needs")
    shown = " ".join(c.text().split())
    for part in ("columns and", "Enlarge the window", "(Tab)", "(l)"):
        t.contains(shown, part)
    t.true(not c.is_drawn(), "no part of a code")
    c.resize(80, 24)
    sim.scan(c.wait_qr(), PHONE)
    c.wait_text("acme is connected")


def test_console_link_resized_at_any_moment(t):
    sim, desk, c = ready(t, columns=120, rows=50)
    c.keys("Tab")
    text = c.wait_qr()
    for columns, rows_ in ((80, 24), (160, 60), (30, 8), (60, 24), (200, 60),
                           (1, 1), (80, 24)):
        c.resize(columns, rows_)
    t.until(lambda: c.qr() == text, "the same QR again")


# -- time ---------------------------------------------------------------------------


@limit(90)
def test_console_link_rotates_in_place(t):
    sim, desk, c = ready(t, speed=10)
    code = ask_code(c)
    c.keys("Tab")
    first = c.wait_qr()
    second = c.wait_qr(other_than=first)
    t.contains(c.text(), "2 of 6")
    c.keys("Tab")
    t.equal(shown_code(c), code, "it stays the whole window")
    sim.scan(second, PHONE)
    c.wait_text("acme is connected")


@limit(90)
@cases(shows=["code", "qr"])
def test_console_link_expires(t, shows):
    sim, desk, c = ready(t, speed=20)
    if shows == "code":
        old = ask_code(c)
    else:
        c.keys("Tab")
        old = c.wait_qr()
    c.wait_text("expired", 30)
    gone(t, c)
    registrations = sim.ask("status")["registrations"]
    t.equal(registrations, 1, "nobody asks again by itself")
    c.keys("Enter")
    if shows == "code":
        new = t.until(lambda: (m := CODE.search(c.text())) and m.group(),
                      "a new code")
        t.true(new != old)
        sim.type(PHONE, new)
    else:
        sim.scan(c.wait_qr(other_than=old), PHONE)
    c.wait_text("acme is connected")


@limit(90)
@cases(how=["stopped", "killed"])
def test_console_link_blanks_without_the_core(t, how):
    """A core that says nothing any more takes no code along into eternity."""
    sim, desk, c = ready(t, speed=20, columns=200, rows=60)
    ask_code(c)
    c.wait_qr()
    process = desk.process.p
    process.send_signal(signal.SIGSTOP if how == "stopped" else
                        signal.SIGKILL)
    try:
        gone(t, c)
        if how == "killed":
            c.wait_text("[Nn]o core answers|does not answer|expired")
    finally:
        process.send_signal(signal.SIGCONT)


def test_console_link_leaving_clears(t):
    sim, desk, c = ready(t, columns=200, rows=60)
    code = ask_code(c)
    text = c.wait_qr()
    c.keys("Escape")
    t.until(lambda: "Link a phone" not in c.text(), "left")
    gone(t, c)
    # what runs goes on, and is joined by who comes back
    c.command("link acme")
    t.equal(shown_code(c), code)
    t.equal(c.wait_qr(), text)
    leave(c)
    gone(t, c)
    t.equal(sim.ask("status")["registrations"], 1)


def test_console_link_killed_leaves_no_code(t):
    sim, desk, c = ready(t, columns=200, rows=60)
    ask_code(c)
    c.wait_qr()
    shell = c.tmux("display-message", "-p", "#{pane_pid}").strip()
    with open(f"/proc/{shell}/task/{shell}/children") as f:
        child = f.read().split()[0]
    os.kill(int(child), signal.SIGTERM)
    c.exit()
    gone(t, c)


# -- how it may go ------------------------------------------------------------------


def test_console_link_joins_what_runs(t):
    sim, desk, c = ready(t)
    desk.control().qr("acme")
    sim.scan(c.wait_qr(), PHONE)
    c.wait_text("acme is connected")
    t.equal(sim.ask("status")["registrations"], 1)


def test_console_link_read_only_looks(t):
    sim, desk = t.pair(**NO_LIMITS)
    desk.process = desk.serve()
    desk.core_ready(desk.process)
    desk.control().ok("PATCH", "/api/whatsapp/sessions/acme", {"name": "A"})
    c = Console(t, desk, "--read-only")
    c.wait_text("acme")
    c.keys("l")
    c.wait_text("Link a phone")
    c.wait_text("shows how linking goes")
    c.keys("Enter", "Tab", "Enter", "l", "n", "Enter")
    desk.control().ok("POST", "/api/whatsapp/sessions/acme/pairing-code",
                      {"phoneNumber": PHONE})
    c.wait_text("on show for whoever")
    t.true(not c.is_drawn() and not shows_code(c.text()), "but no code")
    t.equal(sim.ask("status")["registrations"], 1)


def test_console_link_refused_says_until_when(t):
    sim, desk, c = ready(t)
    sim.fault("code-answer", code=429, text="rate-overlimit")
    c.wait_text("country code")
    c.type(PHONE)
    c.keys("Enter")
    c.wait_text(r"Possible again in (\d+:)+\d\d")
    c.keys("Enter")
    c.wait_text("Not yet, in")
    t.equal(sim.ask("status")["registrations"], 1)


def test_console_link_pinned_to_another(t):
    sim, desk, c = ready(t)
    desk.control().ok("PATCH", "/api/whatsapp/sessions/acme",
                      {"phoneNumber": "79007654321"})
    c.wait_text("get a pairing code for .*4321")
    c.keys("n")
    c.wait_text("country code")
    c.type(PHONE)
    c.keys("Enter")
    c.wait_text("4321.*", 5)
    c.wait_text("(?i)only|pinned|another")
    t.equal(sim.ask("status")["registrations"], 0)


def test_console_link_passkey_says_the_steps(t):
    sim, desk, c = ready(t)
    c.keys("Tab")
    text = c.wait_qr()
    sim.push("passkey")
    c.wait_text("passkey")
    shown = " ".join(c.text().split())
    for step in ("1.", "2.", "3."):
        t.contains(shown, step)
    t.equal(c.qr(), text, "still on show")
    sim.scan(text, PHONE)
    c.wait_text("acme is connected")


def test_console_link_network_trouble(t):
    sim, desk, c = ready(t)
    sim.fault("unlisten", ms=0)
    c.keys("Tab")
    c.wait_text("(?i)cannot reach|does not answer|network")
    c.wait_text("Enter: show the QR code", 30)
    t.true(not c.is_drawn())


def test_console_link_of_a_linked_company(t):
    sim, desk, c = ready(t)
    desk.control().linked(sim, "acme", PHONE)
    c.wait_text("acme is connected.*4567")
    c.keys("Escape")
    c.wait_text("acme")


# -- a link to send ------------------------------------------------------------------


def test_console_link_share(t):
    sim, desk, c = ready(t, core=("--http", "127.0.0.1:0"))
    c.tmux("set-option", "-g", "set-clipboard", "on")
    c.keys("l")
    c.wait_text("whatsapp-qr.html")
    shown = "".join(c.text().split())
    url = re.search(r"http://127\.0\.0\.1:\d+/whatsapp-pairing\.html"
                    r"\?company=acme#t=[A-Za-z0-9_-]+?(?=Page)", shown).group()
    c.keys("c")
    c.wait_text("sent to your terminal")
    t.equal(c.tmux("show-buffer"), url)
    c.keys("Tab")
    t.equal(c.wait_qr(), url)
    all_read(t, c, url)
    c.keys("Escape")
    c.wait_text("Link a phone to acme")
    t.true("#t=" not in c.text() and not c.is_drawn())
    t.equal(sim.ask("status")["connections"]["total"], 0)


def test_console_link_copies_the_code(t):
    sim, desk, c = ready(t)
    c.tmux("set-option", "-g", "set-clipboard", "on")
    code = ask_code(c)
    c.keys("c")
    c.wait_text("sent to your terminal")
    t.equal(c.tmux("show-buffer"), code.replace("-", ""))
