#!/usr/bin/env python3
"""Runs the end-to-end tests. See README.md."""

import argparse
import concurrent.futures
import importlib
import os
import sys
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from lib.case import Failure, Skip, T, expand       # noqa: E402
from lib.proc import Died                           # noqa: E402
from lib.reliability import tell                    # noqa: E402
from lib.sim import Refused                         # noqa: E402

printing = threading.Lock()


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--binary", default=os.path.join(ROOT,
                                                    "build/san/pairdesk"))
    p.add_argument("--sim", default=os.path.join(ROOT, "build/wasim"))
    p.add_argument("-k", metavar="TEXT", action="append", default=[],
                   help="only tests whose name has this in it; repeatable")
    p.add_argument("-x", metavar="TEXT", action="append", default=[],
                   help="not these")
    p.add_argument("-j", metavar="N", type=int, default=4)
    p.add_argument("--told", action="store_true",
                   help="only those that make a row of tests/RELIABILITY.md")
    p.add_argument("--list", action="store_true")
    p.add_argument("--keep", action="store_true",
                   help="leave the directories of failed tests")
    return p.parse_args()


# A machine whose processors are taken away for seconds fails a test here and
# there; who fails alone as well has failed. More than a few are no accident.
SECOND_TRIES = 12


def collect(options):
    """[(name, function, arguments)] of what was asked for."""
    found = []
    for file in sorted(os.listdir(HERE)):
        if file.startswith("test_") and file.endswith(".py"):
            found += expand(importlib.import_module(file[:-3]))
    return [(name, fn, case) for name, fn, case in found
            if (not options.told or hasattr(fn, "told")) and
            (not options.k or any(k in name for k in options.k)) and
            not any(x in name for x in options.x)]


def run_one(name, fn, case, options):
    """One test from start to cleanup; its verdict and what it said."""
    start = time.monotonic()
    t = T(options, getattr(fn, "limit", None))
    verdict, text = "ok", ""
    try:
        fn(t, **case)
        t.check()
    except Skip as e:
        verdict, text = "skip", str(e)
    except (Failure, Died, Refused) as e:
        verdict, text = "FAIL", f"{where(e)}{e}"
    except Exception:
        verdict, text = "FAIL", traceback.format_exc()
    text += t.deaths()
    keep = options.keep and verdict == "FAIL"
    try:
        t.finish(keep)
    except Exception:
        verdict, text = "FAIL", text + traceback.format_exc()
    if keep:
        text += f"\n  kept: {t.dir}"
    tell(name, fn, case, verdict, time.monotonic() - start)
    with printing:
        print(f"{verdict:4} {time.monotonic() - start:6.2f}s {name}"
              f"{': ' + text if text else ''}", flush=True)
    return verdict


def where(error):
    """The line of the test that found it."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if os.path.basename(frame.filename).startswith("test_"):
            return f"{os.path.basename(frame.filename)}:{frame.lineno}: "
    return ""


def main():
    options = arguments()
    options.binary = os.path.abspath(options.binary)
    options.sim = os.path.abspath(options.sim)
    tests = collect(options)
    if options.list:
        print("\n".join(name for name, _, _ in tests))
        return 0
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        verdicts = list(pool.map(lambda test: run_one(*test, options), tests))
    again = [i for i, verdict in enumerate(verdicts) if verdict == "FAIL"]
    if len(again) <= SECOND_TRIES:
        for i in again:
            print(f"once more, alone: {tests[i][0]}", flush=True)
            verdicts[i] = run_one(*tests[i], options)
    passed, failed, skipped = map(verdicts.count, ("ok", "FAIL", "skip"))
    print(f"e2e: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
