"""Every stage on the way to WhatsApp refused, reset, closed, stalled, cut: a
linked company says so in the words of users.md 6, the doctor names the stage,
and it is online again by itself once the fault ends."""

import time

from lib.case import limit, rows
from lib.desk import OK, UNAVAILABLE
from lib.reliability import told

PHONE = "79001234567"
BLOCKED, SILENT = "network_blocked", "not_answering"
TOLD = {BLOCKED, SILENT, "connection_lost", "refused"}

# stage, kind, fault, members, doctor's step that fails (None: it looks no
# further than noise), over TLS
STAGES = [
    ("TCP", "refused", "unlisten", {}, "tcp", False),
    ("TCP", "reset after accept", "refuse", {}, "upgrade", False),
    ("TCP", "black hole after accept", "stall", {"at": "accept"}, "upgrade",
     False),
    ("TLS", "reset", "reset", {"at": "tls"}, "tls", True),
    ("TLS", "closed", "close", {"at": "tls"}, "tls", True),
    ("TLS", "stalled", "stall", {"at": "tls"}, "tls", True),
    ("TLS", "refused by alert", "tls", {"how": "alert"}, "tls", True),
    ("upgrade", "refused 503", "upgrade", {"status": 503}, "upgrade", False),
    ("upgrade", "reset", "reset", {"at": "upgrade"}, "upgrade", False),
    ("upgrade", "stalled", "stall", {"at": "upgrade"}, "upgrade", False),
    ("upgrade", "cut", "cut", {"at": "upgrade", "bytes": 20, "how": "close"},
     "upgrade", False),
    ("noise", "reset", "reset", {"at": "hello"}, "noise", False),
    ("noise", "closed", "close", {"at": "hello"}, "noise", False),
    ("noise", "stalled", "stall", {"at": "hello"}, "noise", False),
    ("noise", "cut", "cut", {"at": "hello", "bytes": 20, "how": "reset"},
     "noise", False),
    ("login", "refused 503", "failure", {"reason": 503}, None, False),
    ("login", "reset", "reset", {"at": "login"}, None, False),
    ("login", "closed", "close", {"at": "login"}, None, False),
    ("login", "stalled", "stall", {"at": "login"}, None, False),
    ("login", "cut", "cut", {"at": "login", "bytes": 20, "how": "reset"},
     None, False),
]


def online(t, speed, plain):
    sim, desk = t.pair(speed=speed, plain=plain)
    desk.linked(sim, phone=PHONE)
    desk.core = desk.serve()
    web = desk.core_ready(desk.core)
    web.until_status("connected")
    return sim, desk, web


def check_words(t, status):
    """What a person is told: a sentence, and not that all is well."""
    t.true(len(status["message"]) > 10, str(status))
    t.equal(status["status"], "reconnecting")


@rows("stage kind fault members step tls", STAGES)
@told("network", "{stage} {kind}",
      "reconnecting with its reason; online by itself when it ends")
@limit(90)
def test_network_stage(t, stage, kind, fault, members, step, tls):
    sim, desk, web = online(t, 5 if tls else 20, not tls)
    rule = sim.fault(fault, count=0, **members)
    sim.push("reset", all=True)

    def troubled():
        got = web.status()
        return got if got["status"] == "reconnecting" and \
            got["reason"] in TOLD else None
    status = t.until(troubled, f"{stage} {kind} is told", 60)
    check_words(t, status)
    if step:
        done = desk.run("doctor", "--json", timeout=40)
        t.equal(done.code, UNAVAILABLE, str(done))
        steps = done.json()["egresses"][0]["steps"]
        failed = [s["stage"] for s in steps if not s["ok"]]
        t.true(failed == [step] or (failed == ["tcp"] and "reset" in kind),
               f"{step}: {done}")
    after = sim.seq()
    if fault == "unlisten":
        sim.do("listen")
    else:
        sim.do("clear", id=rule)
    sim.wait("active", after=after, timeout=60)
    web.until_status("connected")
    t.equal(sim.status()["max_same_identity"], 1)
    t.equal(desk.core.stop(), OK)


@told("network", "online, black hole", "not_answering within 90 s of its time")
@limit(90)
def test_network_black_hole_online(t):
    sim, desk, web = online(t, 20, True)
    sim.push("stall", phone=PHONE)
    since = time.monotonic()
    got = t.until(lambda: (s := web.status())["reason"] == SILENT and s,
                  "not answering is told", 30, every=0.02)
    t.true((time.monotonic() - since) * 20 <= 95, "within 90 s")
    check_words(t, got)
    sim.wait("active", count=3, timeout=30)
    web.until_status("connected")
    t.equal(desk.core.stop(), OK)
