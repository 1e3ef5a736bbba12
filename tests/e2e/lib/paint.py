"""Paints what a terminal shows to pixels, so that a QR reader can look at it.

Input is the text of `tmux capture-pane -e -p -N`: one line a row, colours as
SGR sequences. Every cell becomes a rectangle of exactly its size, block
characters (halves, quadrants, sextants) the parts of it they stand for, as
terminals draw them, any other character that of a bitmap font (font.py), or
a stand-in blot where there is none. Only the standard library is needed.
"""

import functools
import re
import struct
import subprocess
import unicodedata
import zlib

from lib import font

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


BOLD, DIM, UNDERLINE = 1, 2, 4
_ON = {1: BOLD, 2: DIM, 4: UNDERLINE}
_OFF = {22: BOLD | DIM, 24: UNDERLINE}


class Pen:
    """The colours and attributes in force."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.fg = self.bg = None        # None: the terminal's own
        self.reverse = False
        self.style = 0

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
        elif a in _ON:
            self.style |= _ON[a]
        elif a in _OFF:
            self.style &= ~_OFF[a]
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

    def look(self, theme):
        """Text colour, paper colour, BOLD | DIM | UNDERLINE."""
        fg = theme[0] if self.fg is None else self.fg
        bg = theme[1] if self.bg is None else self.bg
        if self.reverse:
            fg, bg = bg, fg
        if self.style & DIM:
            fg = tuple((2 * f + b) // 3 for f, b in zip(fg, bg))
        return fg, bg, self.style


_ESCAPE = re.compile(r"\x1b(?:\[([0-9;:]*)([A-Za-z])|[()].|\][^\x07\x1b]*"
                     r"(?:\x07|\x1b\\)|.)|[\x0e\x0f]")


def cells(captured, theme=DARK):
    """Rows of (character, text colour, paper colour, style). A wide character
    is followed by a cell of "", a combining one stands with its base."""
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
            _put(row, line[at], pen.look(theme))
            at += 1
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _put(row, ch, look):
    if unicodedata.combining(ch) and row:
        base = -1 if row[-1][0] or len(row) < 2 else -2
        row[base] = (row[base][0] + ch,) + row[base][1:]
        return
    row.append((ch,) + look)
    if unicodedata.east_asian_width(ch) in "WF":
        row.append(("",) + look)


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
    blank = (" ",) + theme + (0,)
    out = []
    for row in rows:
        lines = [bytearray() for _ in range(h)]
        for ch, fg, bg, style in row + [blank] * (columns - len(row)):
            if ch == "":
                continue        # the wide one before it
            width = w
            if unicodedata.east_asian_width(ch[0]) in "WF":
                width = 2 * w
            pixels = _cell_lines(ch, fg, bg, style, width, h)
            for y in range(h):
                lines[y] += pixels[y]
        out += lines
    return out


@functools.lru_cache(8192)
def _cell_lines(ch, fg, bg, style, w, h):
    parts = coverage(ch) if len(ch) == 1 else None
    if parts is None:
        bits = _letter_bits(ch, style, w, h)
    else:
        bits = _block_bits(parts, w, h)
    if style & UNDERLINE:
        bits[h - 2] = (1 << w) - 1
    ink, paper = bytes(fg), bytes(bg)
    return [b"".join(ink if row >> (w - 1 - x) & 1 else paper
                     for x in range(w)) for row in bits]


def _block_bits(parts, w, h):
    across, down, bits = parts
    out = []
    for y in range(h):
        row = min(y * down // h, down - 1)
        line = 0
        for x in range(w):
            bit = row * across + x * across // w
            line = line << 1 | bits >> bit & 1
        out.append(line)
    return out


def _letter_bits(text, style, w, h):
    out = [0] * h
    for ch in text:
        rows = font.glyph(ord(ch), w, h) or _blot(ord(ch), w, h)
        out = [a | b for a, b in zip(out, rows)]
    if style & BOLD:
        out = [row | row >> 1 for row in out]
    return out


def _blot(code, w, h):
    """Some strokes within the margins a letter has."""
    out = []
    for y in range(h):
        inked = h // 5 <= y < h - h // 5
        line = 0
        for x in range(w):
            on = inked and 0 < x < w - 1 and (code * 2654435761 >>
                                              (x * 5 + y * 3) % 29) & 1
            line = line << 1 | bool(on)
        out.append(line)
    return out


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


def decode_png_zxing(path):
    """The same by another reader, which shares no code with the first."""
    done = subprocess.run(
        ["ZXingReader", "-norotate", "-noscale", "-format", "QRCode", "-1",
         path], stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    m = re.search(rb'QRCode "(.*)"', done.stdout)
    return m.group(1).decode() if m else None


def picture(captured, path, cell=(8, 16), theme=DARK):
    """Writes the whole screen as a PNG; cell (8, 16) or (10, 20)."""
    rows = cells(captured, theme)
    if rows:
        write_png(path, paint(rows, cell, theme))
    return bool(rows)


def read_qr(captured, path, cell=(8, 16), theme=DARK, read=decode_png):
    """Paints a captured screen into the PNG `path`, reads its QR."""
    return read(path) if picture(captured, path, cell, theme) else None
