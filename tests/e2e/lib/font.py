"""Bitmap fonts as terminals have them: unifont at 8x16, X11's misc fixed at
10x20. Only the standard library is needed; the fonts are the Debian packages
unifont and xfonts-base. Without them there are no letters, and glyph() says
None."""

import functools
import gzip
import os
import struct

UNIFONT = "/usr/share/unifont/unifont.hex"
FIXED = "/usr/share/fonts/X11/misc/10x20.pcf.gz"

# tables of a .pcf
METRICS, BITMAPS, ENCODINGS = 1 << 2, 1 << 3, 1 << 5
# in a table's format
BIG_ENDIAN, BIG_BITS, COMPRESSED_METRICS = 1 << 2, 1 << 3, 1 << 8


def available():
    return os.path.exists(UNIFONT) and os.path.exists(FIXED)


@functools.cache
def _unifont():
    """{code point: rows as text of hexadecimal digits}"""
    try:
        with open(UNIFONT) as f:
            return {int(code, 16): rows for code, rows in
                    (line.strip().split(":") for line in f)}
    except FileNotFoundError:
        return {}


def _unifont_glyph(code):
    digits = _unifont().get(code)
    if digits is None:
        return None
    n = len(digits) // 16
    width = 4 * n
    return width, [int(digits[i * n:(i + 1) * n], 16) for i in range(16)]


class _Pcf:
    """The part of the format that a fixed font needs."""

    def __init__(self, data):
        self.data = data
        count, = struct.unpack_from("<I", data, 4)
        self.tables = {}
        for i in range(count):
            kind, form, _, at = struct.unpack_from("<4I", data, 8 + 16 * i)
            self.tables[kind] = (form, at + 4)

    def _read(self, kind, layout, offset):
        form, at = self.tables[kind]
        order = ">" if form & BIG_ENDIAN else "<"
        return struct.unpack_from(order + layout, self.data, at + offset)

    def encodings(self):
        """{code point: number of its glyph}"""
        low2, high2, low1, high1, _ = self._read(ENCODINGS, "5H", 0)
        wide = high2 - low2 + 1
        n = wide * (high1 - low1 + 1)
        numbers = self._read(ENCODINGS, f"{n}H", 10)
        return {(low1 + i // wide) << 8 | low2 + i % wide: number
                for i, number in enumerate(numbers) if number != 0xffff}

    def metrics(self, i):
        """left, right, ascent, descent of glyph i"""
        form, at = self.tables[METRICS]
        if form & COMPRESSED_METRICS:
            left, right, _, up, down = (
                b - 128 for b in self.data[at + 2 + 5 * i:at + 7 + 5 * i])
        else:
            left, right, _, up, down, _ = self._read(METRICS, "5hH",
                                                     4 + 12 * i)
        return left, right, up, down

    def rows(self, i, count):
        """`count` rows of glyph i and the bits of one."""
        form, at = self.tables[BITMAPS]
        glyphs, = self._read(BITMAPS, "I", 0)
        start, = self._read(BITMAPS, "I", 4 + 4 * i)
        start += at + 4 + 4 * glyphs + 16
        left, right, _, _ = self.metrics(i)
        pad = 1 << (form & 3)
        stride = ((right - left + 7) // 8 + pad - 1) // pad * pad
        out = []
        for y in range(count):
            row = self.data[start + y * stride:start + (y + 1) * stride]
            if not form & BIG_BITS:
                row = bytes(int(f"{b:08b}"[::-1], 2) for b in row)
            out.append(int.from_bytes(row, "big"))
        return out, 8 * stride


@functools.cache
def _fixed():
    try:
        with gzip.open(FIXED) as f:
            pcf = _Pcf(f.read())
    except FileNotFoundError:
        return None, {}
    return pcf, pcf.encodings()


def _fixed_glyph(code, width=10, height=20, base=16):
    pcf, encodings = _fixed()
    if code not in encodings:
        return None
    i = encodings[code]
    left, right, up, down = pcf.metrics(i)
    drawn, bits = pcf.rows(i, up + down)
    rows = [0] * height
    for y, row in enumerate(drawn):
        if 0 <= base - up + y < height:
            shift = bits - width + left
            row = row >> shift if shift >= 0 else row << -shift
            rows[base - up + y] = row & (1 << width) - 1
    return width, rows


def _fit(glyph, width, height):
    """Centred in a cell of that size; one that is too wide is squeezed."""
    own, rows = glyph
    if own > width:
        narrow = []
        for row in rows:
            bits = 0
            for x in range(own):
                if row >> (own - 1 - x) & 1:
                    bits |= 1 << width - 1 - x * width // own
            narrow.append(bits)
        own, rows = width, narrow
    over = (height - len(rows)) // 2
    shift = width - own - (width - own) // 2
    return [0] * over + [r << shift for r in rows] + \
        [0] * (height - over - len(rows))


@functools.cache
def glyph(code, width, height):
    """Rows from the top, each a number whose highest of `width` bits is the
    leftmost pixel. None: no font here has it."""
    found = _fixed_glyph(code) if (width, height) == (10, 20) else None
    found = found or _unifont_glyph(code)
    return found and _fit(found, width, height)
