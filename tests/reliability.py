#!/usr/bin/env python3
"""Gathers what the fault tests found, and holds it against the table.

    reliability.py check RESULTS TABLE      after a short run: all of it passed
    reliability.py write RESULTS TABLE      after a long one: the table anew

Tests append a line of JSON to $RELIABILITY_OUT for what they did:

    {"area":"network","case":"TCP refused","runs":1,"bad":0,
     "ends_in":"network_blocked, tcp; recovers","seconds":1.2,"note":"..."}

`part` tells lines of one case apart: a later one of the same part takes the
place of the earlier one (a test that was run once more), those of different
parts are added up. `long` marks a case that only `make reliability` runs.
A program may be ended while it writes: half a line is a failed run.
"""
import collections
import json
import os
import pathlib
import platform
import sys
import time

AREAS = ["kill", "network", "power", "disk", "descriptors", "clock", "suspend",
         "systemd", "return"]


class Case:
    def __init__(self):
        self.parts = {}

    def take(self, line):
        self.parts[line.get("part", "")] = line

    def sum(self, name):
        return sum(line.get(name, 0) for line in self.parts.values())

    def longest(self):
        return max(line.get("seconds", 0) for line in self.parts.values())

    def texts(self, name):
        """What the parts say, each once, in order."""
        return "; ".join(dict.fromkeys(
            str(line[name]) for line in self.parts.values()
            if line.get(name)))

    def is_long(self):
        return any(line.get("long") for line in self.parts.values())


def read(path):
    """{(area, case): Case} of a file of results."""
    cases = collections.defaultdict(Case)
    for number, text in enumerate(pathlib.Path(path).read_text().splitlines(),
                                  1):
        try:
            line = json.loads(text)
            cases[line["area"], line["case"]].take(line)
        except (ValueError, KeyError, TypeError) as e:
            raise SystemExit(f"{path}:{number}: no result ({e}): {text[:80]}")
    return cases


def order(key):
    area, case = key
    return (AREAS.index(area) if area in AREAS else len(AREAS), area, case)


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def machine():
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} x {model}, {platform.system()} " \
        f"{platform.release().split('-')[0]} {platform.machine()}"


def table(cases):
    lines = [
        "# Reliability", "",
        "What was broken on purpose, how often, and what became of it. "
        "Written by `make reliability`, which runs the",
        "long forms; not by hand. `make test` runs the short forms and holds "
        "them against this table.", "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}.", "",
        "`bad` counts runs that ended otherwise than the column beside it "
        "says. `longest` is a single run's, on the wall.", "",
        "| area | case | runs | bad | ends in | longest, s | how |",
        "| --- | --- | ---: | ---: | --- | ---: | --- |",
    ]
    for key in sorted(cases, key=order):
        case = cases[key]
        note = case.texts("note")
        if case.is_long():
            note = "long form only" + (f": {note}" if note else "")
        lines.append("| " + " | ".join(map(cell, (
            *key, case.sum("runs"), case.sum("bad"), case.texts("ends_in"),
            f"{case.longest():.1f}", note))) + " |")
    return "\n".join(lines) + "\n"


def rows(path):
    """[(area, case, long form only)] of a written table."""
    found = []
    for line in pathlib.Path(path).read_text().splitlines():
        cells = [c.strip().replace("\\|", "|")
                 for c in line.strip("| ").split(" | ")]
        if len(cells) >= 6 and cells[2].isdigit():
            found.append((cells[0], cells[1],
                          cells[-1].startswith("long form only")))
    return found


def bad_of(cases):
    wrong = [f"{area}: {name}: {case.sum('bad')} of {case.sum('runs')}"
             for (area, name), case in sorted(cases.items())
             if case.sum("bad") > 0 or case.sum("runs") == 0]
    for text in wrong:
        print(f"reliability: {text} ended otherwise than they must")
    return wrong


def check(results, written):
    cases = read(results)
    wrong = bad_of(cases)
    for area, name, is_long in rows(written):
        if not is_long and (area, name) not in cases:
            wrong.append(name)
            print(f"reliability: {area}: {name}: in the table, but no test "
                  "told of it")
    print(f"reliability: {len(cases)} cases, "
          f"{sum(c.sum('runs') for c in cases.values())} runs, "
          f"{len(wrong)} wrong")
    return 1 if wrong or not cases else 0


def write(results, written):
    cases = read(results)
    pathlib.Path(written).write_text(table(cases))
    print(f"{written}: {len(cases)} cases")
    return 1 if bad_of(cases) else 0


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("check", "write"):
        raise SystemExit(__doc__)
    return {"check": check, "write": write}[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
