#!/usr/bin/env python3
"""Runs targets of make in lanes that go beside each other.

    lanes.py MAKE 'e2e' 'unit fuzz-smoke web' ...

Each argument is a lane: its targets one after another. What a target printed
comes whole when it has ended. A failure stops nothing, so that one run tells
all that is wrong; at the end the failed ones are named with their last lines.
"""

import os
import subprocess
import sys
import threading
import time

LAST = 25               # lines of a failed target that are told once more

printing = threading.Lock()
failed = []


def environment():
    """Ours, without the job server of the make above: it is not for us."""
    env = dict(os.environ)
    flags = env.get("MAKEFLAGS", "").split()
    env["MAKEFLAGS"] = " ".join(
        f for f in flags
        if not f.startswith(("-j", "--jobserver-")))
    return env


def run(make, target):
    start = time.monotonic()
    done = subprocess.run([make, "--no-print-directory", target],
                          env=environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode("utf-8", "replace").rstrip("\n")
    verdict = "ok" if done.returncode == 0 else f"FAILED ({done.returncode})"
    with printing:
        print(f"=== {target}: {verdict}, {time.monotonic() - start:.0f} s")
        print(text, flush=True)
        if done.returncode != 0:
            failed.append((target, text))


def lane(make, targets):
    for target in targets:
        run(make, target)


def main():
    make, *lanes = sys.argv[1:]
    lanes = [words.split() for words in lanes]
    start = time.monotonic()
    print("checking, in lanes: " + " | ".join(map(", ".join, lanes)) +
          " (each tells when it has ended)", flush=True)
    threads = [threading.Thread(target=lane, args=(make, targets))
               for targets in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for target, text in failed:
        print(f"=== {target} failed; its last lines:")
        print("\n".join(text.splitlines()[-LAST:]))
    print(f"=== {sum(map(len, lanes)) - len(failed)} of "
          f"{sum(map(len, lanes))} targets passed in "
          f"{time.monotonic() - start:.0f} s"
          + "".join(f"; make {target}: FAILED" for target, _ in failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
