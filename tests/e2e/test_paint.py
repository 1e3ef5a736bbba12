"""The painter itself: a QR drawn here must be read again, a wrong one not."""

import ctypes
import random

from lib import font, paint, term
from lib.case import Skip, cases

# as long as today's link texts are
TEXT = "https://wa.me/settings/linked_devices#" + "2@" + "".join(
    random.Random(7).choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789+/",
                             k=265))


class _Qr(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("width", ctypes.c_int),
                ("data", ctypes.POINTER(ctypes.c_ubyte))]


def modules(text, quiet):
    """Rows of True (dark) and False, with the quiet zone."""
    lib = ctypes.CDLL("libqrencode.so.4")
    lib.QRcode_encodeData.restype = ctypes.POINTER(_Qr)
    lib.QRcode_free.argtypes = [ctypes.POINTER(_Qr)]
    qr = lib.QRcode_encodeData(len(text), text.encode(), 0, 0)
    n = qr.contents.width
    rows = [[False] * (n + 2 * quiet) for _ in range(n + 2 * quiet)]
    for y in range(n):
        for x in range(n):
            rows[y + quiet][x + quiet] = bool(qr.contents.data[y * n + x] & 1)
    lib.QRcode_free(qr)
    return rows


def draw(rows, style, colours="\x1b[38;5;231;48;5;16m"):
    """Light modules as glyphs, dark ones as background."""
    def light(x, y):
        inside = y < len(rows) and x < len(rows)
        return not (inside and rows[y][x])

    n, lines = len(rows), []
    across, down = (1, 2) if style == "half" else (2, 3)
    for y in range(0, n, down):
        line = colours
        for x in range(0, n, across):
            bits = sum(light(x + i % across, y + i // across) << i
                       for i in range(across * down))
            line += " ▀▄█"[bits] if style == "half" else paint.sextant(bits)
        lines.append(line + "\x1b[0m text beside it, 42 s")
    return "\n".join(lines)


@cases(style=["half", "sextant"], cell=[(8, 16), (10, 20)],
       theme=[paint.DARK, paint.LIGHT])
def test_paint_reads(t, style, cell, theme):
    picture = draw(modules(TEXT, 2), style)
    got = paint.read_qr(picture, t.path("qr.png"), cell, theme)
    t.equal(got, TEXT)
    t.equal(paint.decode_png_zxing(t.path("qr.png")), TEXT)


def test_paint_inverted_is_not_read(t):
    picture = draw(modules(TEXT, 2), "half", "\x1b[38;5;16;48;5;231m")
    t.equal(paint.read_qr(picture, t.path("qr.png")), None)


def test_paint_without_colours_is_not_read_on_white(t):
    # on a white terminal, glyphs in its own colours make an inverted code
    picture = draw(modules(TEXT, 2), "half", "\x1b[0m")
    t.equal(paint.read_qr(picture, t.path("qr.png"), theme=paint.LIGHT), None)


def test_paint_damaged_is_not_read(t):
    rows = modules(TEXT, 2)
    rng = random.Random(3)
    for _ in range(900):
        y, x = rng.randrange(len(rows)), rng.randrange(len(rows))
        rows[y][x] = not rows[y][x]
    got = paint.read_qr(draw(rows, "sextant"), t.path("qr.png"))
    t.equal(got, None)


def test_paint_colours(t):
    rows = paint.cells("\x1b[31mA\x1b[7mB\x1b[0mC\x1b[38:2::1:2:3;48;5;232mD"
                       "\x1b[39;49mE\x1b[97;101mF")
    t.equal(rows[0], [
        ("A", (205, 0, 0), (0, 0, 0), 0), ("B", (0, 0, 0), (205, 0, 0), 0),
        ("C", (204, 204, 204), (0, 0, 0), 0), ("D", (1, 2, 3), (8, 8, 8), 0),
        ("E", (204, 204, 204), (0, 0, 0), 0),
        ("F", (255, 255, 255), (255, 0, 0), 0),
    ])


def test_paint_styles(t):
    rows = paint.cells("\x1b[1;4mA\x1b[22mB\x1b[24;2mC\x1b[mд\u0306世E")
    t.equal([(c[0], c[3]) for c in rows[0]], [
        ("A", paint.BOLD | paint.UNDERLINE), ("B", paint.UNDERLINE),
        ("C", paint.DIM), ("д\u0306", 0), ("世", 0), ("", 0), ("E", 0)])
    t.equal(rows[0][2][1], (136, 136, 136), "dim is between text and paper")


@cases(cell=[(8, 16), (10, 20)])
def test_paint_letters(t, cell):
    """With a real font: each letter looks like no other, and stays within
    its cell; lines of boxes touch."""
    if not font.available():
        raise Skip("unifont or xfonts-base is missing")
    text = "ABCabc019йЯё●▲─│…"
    shapes = {ch: tuple(font.glyph(ord(ch), *cell)) for ch in text}
    t.equal(len(set(shapes.values())), len(text))
    for ch, rows in shapes.items():
        t.equal(len(rows), cell[1], ch)
        t.true(0 < max(rows) < 1 << cell[0], ch)
    t.true((1 << cell[0]) - 1 in shapes["─"], "from edge to edge")
    t.true(all(shapes["│"]), "from top to bottom")
    t.true(paint.picture("A\x1b[1mA世\n", t.path("a.png"), cell))
    lines = paint.paint(paint.cells("A\x1b[1mA世"), cell)
    t.equal({len(line) for line in lines}, {4 * 3 * cell[0]})
    w = 3 * cell[0]
    t.true(any(line[:w] != line[w:2 * w] for line in lines), "bold is bolder")


def test_paint_sextants_round_trip(t):
    for bits in range(64):
        across, down, got = paint.coverage(paint.sextant(bits))
        full = sum((got >> (y * down // 3 * across + x * across // 2) & 1)
                   << (y * 2 + x) for y in range(3) for x in range(2))
        t.equal(full, bits, f"sextant {bits}")


@cases(style=["half", "sextant"], name=["tmux-256color", "xterm-256color"])
def test_paint_through_a_terminal(t, style, name):
    """The whole way: bytes to tmux, its screen to pixels, pixels to text."""
    columns, rows = (100, 45) if style == "half" else (80, 24)
    with open(t.path("picture"), "w") as f:
        f.write(draw(modules(TEXT, 2), style))
    screen = term.Terminal(t, ["cat", t.path("picture")], {"TERM": name},
                           columns, rows, name)
    t.equal(screen.wait_qr(), TEXT)
    t.true(screen.is_drawn())
    t.equal(screen.exit(), 0)
    screen.resize(20, 10)
    t.until(lambda: screen.qr() is None, "a cut QR is not read", 5)
