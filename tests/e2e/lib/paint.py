"""Paints what a terminal shows to pixels, so that a QR reader can look at it.

Input is the text of `tmux capture-pane -e -p -N`: one line a row, colours as
SGR sequences. Every cell becomes a rectangle of exactly its size, block
characters (halves, quadrants, sextants) the parts of it they stand for, and
any other character a stand-in blot, which is all that a QR reader must not
be confused by. Only the standard library is needed.
"""

import re
import struct
import subprocess
import unicodedata
import zlib

DARK = ((204, 204, 204), (0, 0, 0))     # a terminal's own colours: text, paper
LIGHT = ((0, 0, 0), (255, 255, 255))

_BASE = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0),
    (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
    (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
]


def palette(n):
    """Colour n of xterm's 256."""
    if n < 16:
        return _BASE[n]
    if n < 232:
        n -= 16
        return tuple(0 if v == 0 else 55 + 40 * v
                     for v in (n // 36, n // 6 % 6, n % 6))
    return (8 + 10 * (n - 232),) * 3


class Pen:
    """The colours in force."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.fg = self.bg = None        # None: the terminal's own
        self.reverse = False

    def sgr(self, text):
        """Applies the parameters of one SGR sequence."""
        # 38:2::r:g:b and 38:5:n are the other spelling of 38;2;r;g;b
        args = []
        for part in (text or "0").split(";"):
            sub = part.split(":")
            if sub[0] in ("38", "48") and len(sub) > 4:
                sub = sub[:2] + sub[-3:]
            args += [int(s or 0) for s in sub]
        args = iter(args)
        for a in args:
            self._apply(a, args)

    def _apply(self, a, rest):
        if a == 0:
            self.reset()
        elif a in (7, 27):
            self.reverse = a == 7
        elif 30 <= a <= 37 or 90 <= a <= 97:
            self.fg = palette(a - 30 if a < 90 else a - 82)
        elif 40 <= a <= 47 or 100 <= a <= 107:
            self.bg = palette(a - 40 if a < 100 else a - 92)
        elif a == 39:
            self.fg = None
        elif a == 49:
            self.bg = None
        elif a in (38, 48):
            colour = (palette(next(rest)) if next(rest) == 5 else
                      (next(rest), next(rest), next(rest)))
            if a == 38:
                self.fg = colour
            else:
                self.bg = colour

    def colours(self, theme):
        fg = theme[0] if self.fg is None else self.fg
        bg = theme[1] if self.bg is None else self.bg
        return (bg, fg) if self.reverse else (fg, bg)


_ESCAPE = re.compile(r"\x1b(?:\[([0-9;:]*)([A-Za-z])|[()].|\][^\x07\x1b]*"
                     r"(?:\x07|\x1b\\)|.)|[\x0e\x0f]")


def cells(captured, theme=DARK):
    """Rows of (character, text colour, paper colour)."""
    pen = Pen()
    rows = []
    for line in captured.split("\n"):
        row, at = [], 0
        while at < len(line):
            m = _ESCAPE.match(line, at)
            if m:
                if m.group(2) == "m":
                    pen.sgr(m.group(1))
                at = m.end()
                continue
            row.append((line[at],) + pen.colours(theme))
            if unicodedata.east_asian_width(line[at]) in "WF":
                row.append((" ",) + pen.colours(theme))
            at += 1
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    return rows


_QUADRANTS = {      # upper left, upper right, lower left, lower right
    "▖": 4, "▗": 8, "▘": 1, "▙": 13, "▚": 9,
    "▛": 7, "▜": 11, "▝": 2, "▞": 6, "▟": 14,
}


def coverage(ch):
    """(columns, rows, bits) of the parts of a cell that ch fills: bit 0 is
    the upper left part, then row by row. None for characters of text."""
    code = ord(ch)
    if ch in "  ":
        return (1, 1, 0)
    if ch == "█":
        return (1, 1, 1)
    if ch in "▀▄":
        return (1, 2, 1 if ch == "▀" else 2)
    if ch in "▌▐":
        return (2, 1, 1 if ch == "▌" else 2)
    if ch in _QUADRANTS:
        return (2, 2, _QUADRANTS[ch])
    if 0x1FB00 <= code <= 0x1FB3B:
        # the two that would be the left and the right half have no code
        bits = code - 0x1FB00 + 1
        bits += bits >= 21
        bits += bits >= 42
        return (2, 3, bits)
    return None


def sextant(bits):
    """The character of six parts (bit 0 upper left); inverse of coverage."""
    if bits in (0, 21, 42, 63):
        return {0: " ", 21: "▌", 42: "▐", 63: "█"}[bits]
    return chr(0x1FB00 + bits - 1 - (bits > 21) - (bits > 42))


def paint(rows, cell=(8, 16), theme=DARK):
    """Rows of pixels, each a bytearray of RGB."""
    w, h = cell
    columns = max((len(r) for r in rows), default=0)
    out = []
    for row in rows:
        lines = [bytearray() for _ in range(h)]
        for ch, fg, bg in row + [(" ",) + theme] * (columns - len(row)):
            for y, pixels in enumerate(_cell_lines(ch, fg, bg, w, h)):
                lines[y] += pixels
        out += lines
    return out


def _cell_lines(ch, fg, bg, w, h):
    parts = coverage(ch)
    if parts is None:
        return _blot(ord(ch), fg, bg, w, h)
    across, down, bits = parts
    lines = []
    for y in range(h):
        line = b""
        row = min(y * down // h, down - 1)
        for x in range(w):
            bit = row * across + x * across // w
            line += bytes(fg if bits >> bit & 1 else bg)
        lines.append(line)
    return lines


def _blot(code, fg, bg, w, h):
    """Some strokes within the margins a letter has."""
    lines = []
    for y in range(h):
        inked = h // 5 <= y < h - h // 5
        line = b""
        for x in range(w):
            on = inked and 0 < x < w - 1 and (code * 2654435761 >>
                                              (x * 5 + y * 3) % 29) & 1
            line += bytes(fg if on else bg)
        lines.append(line)
    return lines


def write_png(path, lines):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + \
            struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", len(lines[0]) // 3, len(lines),
                       8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(p) for p in lines), 1)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
                chunk(b"IDAT", data) + chunk(b"IEND", b""))


def decode_png(path):
    """The text of the one QR in the picture, or None."""
    done = subprocess.run(
        ["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", path],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    texts = done.stdout.decode().splitlines()
    return texts[0] if len(texts) == 1 else None


def read_qr(captured, path, cell=(8, 16), theme=DARK):
    """Paints a captured screen into the PNG `path`, reads its QR."""
    rows = cells(captured, theme)
    if not rows:
        return None
    write_png(path, paint(rows, cell, theme))
    return decode_png(path)
