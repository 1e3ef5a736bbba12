"""What fault tests hand to tests/reliability.py for the table."""

import json
import os


def note(area, case, runs, bad, ends_in, seconds, note="", **more):
    """Appends a line to $RELIABILITY_OUT, if anybody collects."""
    where = os.environ.get("RELIABILITY_OUT")
    if not where:
        return
    line = json.dumps({"area": area, "case": case, "runs": runs, "bad": bad,
                       "ends_in": ends_in, "seconds": round(seconds, 2),
                       "note": note, **more}, ensure_ascii=False)
    # one write to the end of a file: tests run beside each other
    fd = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(fd, line.encode() + b"\n")
    finally:
        os.close(fd)


def told(area, case, ends_in, text=""):
    """A test whose verdict is a row of the table. case may name arguments
    of the test: "{stage} refused"."""
    def mark(fn):
        fn.told = (area, case, ends_in, text)
        return fn
    return mark


def tell(name, fn, case, verdict, seconds):
    """Called by the runner for each test that has such a mark."""
    if not hasattr(fn, "told") or verdict == "skip":
        return
    area, title, ends_in, text = fn.told
    note(area, title.format(**case), 1, int(verdict != "ok"),
         ends_in.format(**case), seconds, text.format(**case), part=name)
