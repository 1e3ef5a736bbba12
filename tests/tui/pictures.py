#!/usr/bin/env python3
"""make pictures: the pictures of README.md, from the console as it is.

A simulator, a core with companies in many states, the console in a tmux; its
screens are painted with the fonts of lib/font.py. The files are small: a
colour is a number in a palette.
"""

import argparse
import os
import struct
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
sys.dont_write_bytecode = True

from lib import font, paint  # noqa: E402
from lib.case import T  # noqa: E402
from lib.console import CODE, Console, Fleet  # noqa: E402

PAPER = ((212, 212, 212), (18, 20, 24))
LARGEST = 40000         # bytes of a file in the repository
LIMIT_S = 120


def write_palette_png(path, lines):
    """lines: rows of RGB as paint() gives them."""
    colours, rows = {}, []
    for line in lines:
        pixels = [bytes(line[i:i + 3]) for i in range(0, len(line), 3)]
        rows.append([colours.setdefault(p, len(colours)) for p in pixels])
    bits = next(b for b in (1, 2, 4, 8) if len(colours) <= 1 << b)
    packed = b"".join(b"\0" + pack(row, bits) for row in rows)
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), bits, 3, 0, 0, 0)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
                chunk(b"PLTE", b"".join(colours)) +
                chunk(b"IDAT", zlib.compress(packed, 9)) +
                chunk(b"IEND", b""))


def pack(row, bits):
    """Numbers of so many bits, the first in the highest."""
    each, out = 8 // bits, bytearray()
    for at in range(0, len(row), each):
        byte = 0
        for k, n in enumerate(row[at:at + each]):
            byte |= n << 8 - bits * (k + 1)
        out.append(byte)
    return bytes(out)


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + \
        struct.pack(">I", zlib.crc32(body))


class Pictures:
    def __init__(self, options):
        self.t = T(options, LIMIT_S)
        self.fleet = Fleet(self.t)

    def console(self, columns=100, rows=30, **how):
        c = Console(self.t, self.fleet.desk, columns=columns, rows=rows,
                    COLORTERM="truecolor", XDG_STATE_HOME=self.t.path(
                        f"prefs{len(os.listdir(self.t.dir))}"), **how)
        c.wait_text("zarya")
        return c

    def take(self, console, name):
        path = os.path.join(HERE, "pictures", name + ".png")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        rows = paint.cells(console.screen(), PAPER)
        write_palette_png(path, paint.paint(rows, (8, 16), PAPER))
        size = os.path.getsize(path)
        print(f"{os.path.relpath(path)}: {size} bytes")
        self.t.within(size, 500, LARGEST, name)

    def run(self):
        c = self.console()
        c.go("Down Down Down Down", "zarya")
        self.take(c, "companies")
        c.command("status zoe", "Zoe|zoe  Zo")
        c.wait_text("812")
        self.take(c, "company")
        c.keys("Escape")
        c.wait_text("tokyo")
        c.command("link fresh 79001234599", CODE.pattern)
        self.take(c, "code")
        c.keys("Tab")
        c.wait_qr()
        c.resize(80, 24)
        c.wait_qr()
        self.take(c, "qr")
        c = self.console(PAIRDESK_LANG="ru")
        c.go("Down Down", "zarya")
        self.take(c, "russian")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--binary", default="build/pairdesk")
    p.add_argument("--sim", default="build/wasim")
    options = p.parse_args()
    options.binary, options.sim = map(os.path.abspath,
                                      (options.binary, options.sim))
    if not font.available():
        sys.exit("pictures: the fonts are missing; run: make deps")
    pictures = Pictures(options)
    try:
        pictures.run()
    finally:
        pictures.t.finish(False)


if __name__ == "__main__":
    main()
