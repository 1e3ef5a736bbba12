"""A linked company over time: proof of life, back-off, what it owes."""

import time

from lib.case import limit, rows
from lib.desk import OK

PHONE = "79001234567"


def online(t, speed=1, *sim_args):
    """A linked company that `serve` has brought online."""
    sim, desk = t.pair(*sim_args, speed=speed)
    desk.linked(sim, phone=PHONE)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    return sim, desk, serve


def events(t, sim, name, count, after, timeout):
    """The next `count` events of that name, one by one."""
    found = []
    for _ in range(count):
        got = sim.wait(name, after=after, timeout=timeout)
        first = got
        after = first["seq"]
        found.append(first)
    return found


def test_alive_logs_in_after_restart(t):
    sim, desk, serve = online(t)
    t.equal(serve.stop(), OK)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("login", after=after)
    sim.wait("active", after=after)
    desk.logged("connected", "ok")
    t.equal(sim.device(PHONE)["uploads"], 1, "uploads")
    t.equal(sim.status()["registrations"], 1)
    t.equal(serve.stop(), OK)


def test_alive_logs_in_after_kill(t):
    sim, desk, serve = online(t)
    t.equal(serve.kill(), -9)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    t.equal(serve.stop(), OK)
    desk.consistent()


def test_alive_server_restarts(t):
    """The server goes away with all its connections and comes back."""
    state = t.path("sim.state")
    sim = t.sim(state=state)
    desk = t.desk(sim, speed=5)
    desk.linked(sim, phone=PHONE)
    serve = desk.serve()
    sim.wait("active", count=2)
    sim.quit()
    desk.logged("reconnecting")
    again = t.sim(listen=f"127.0.0.1:{sim.port}", state=state,
                  tls_dir=sim.tls_dir)
    again.wait("active", timeout=30)
    desk.logged("connected", "ok")
    t.equal(serve.stop(), OK)


@limit(90)
def test_alive_pings_every_20_to_30_seconds(t):
    speed = 10
    sim, desk, serve = online(t, speed)
    pings = events(t, sim, "ping", 7, sim.seq(), 8)
    gaps = [(b["ms"] - a["ms"]) * speed / 1000
            for a, b in zip(pings, pings[1:])]
    for gap in gaps:
        t.within(gap, 19, 33, f"seconds between pings {gaps}")
    t.true(len({round(g, 1) for g in gaps}) > 1, f"jitter: {gaps}")
    t.equal(sim.status()["connections"]["now"], 1)
    t.equal(serve.stop(), OK)


def test_alive_pings_while_pairing(t):
    sim, desk = t.pair(speed=20)
    proc = desk.link("acme")
    proc.event("qr")
    sim.wait("ping", count=2, timeout=10)
    t.equal(proc.stop() != OK, True)


def test_alive_black_hole_is_reported(t):
    """Bytes go, nothing comes: named within 90 s, dialled anew."""
    speed = 10
    sim, desk, serve = online(t, speed)
    start = time.monotonic()
    after = sim.seq()
    sim.push("stall", phone=PHONE)
    desk.logged("reconnecting", "not_answering", timeout=15)
    t.within((time.monotonic() - start) * speed, 20, 90, "seconds until said")
    sim.wait("active", after=after, timeout=20)
    desk.logged("connected", "ok")
    t.equal(serve.stop(), OK)


def test_alive_unanswered_pings_alone_are_noticed(t):
    speed = 10
    sim, desk, serve = online(t, speed)
    after = sim.seq()
    sim.fault("ping", how="never", count=3)
    desk.logged("reconnecting", "not_answering", timeout=15)
    sim.wait("active", after=after, timeout=20)
    t.equal(serve.stop(), OK)


def test_alive_short_stall_is_survived(t):
    sim, desk, serve = online(t, 10)
    total = sim.dials()
    sim.push("stall", phone=PHONE, ms=500)      # five seconds of its clock
    sim.wait("ping", after=sim.seq(), count=2, timeout=10)
    t.equal(sim.dials(), total)
    t.equal(serve.stop(), OK)


@rows("members", [
    ({"form": "empty", "id": "srv-1"},), ({"form": "child", "id": "srv-2"},),
    ({"form": "empty"},), ({"form": "child"},),
])
def test_alive_answers_server_pings(t, members):
    sim, desk, serve = online(t)
    sim.push("ping", phone=PHONE, **members)
    sim.counter("missing", equals=0, quiet_ms=200)
    after = sim.seq()
    sim.push("ws-text", phone=PHONE)
    sim.push("ws-ping", phone=PHONE)
    sim.wait("pong", after=after, timeout=5)
    sim.counter("connections.now", equals=1, quiet_ms=500)
    t.equal(serve.stop(), OK)


@rows("what members", [
    ("stanzas", {}),
    ("notification", {"type": "all", "n": 1}),
    ("call", {"child": "offer"}), ("call", {"child": "terminate"}),
    ("receipt", {"n": 30, "type": "read"}), ("receipt", {"n": 3}),
    ("receipt", {"n": 2, "type": "retry"}),
    ("message", {"n": 50, "enc": "pkmsg"}),
    ("message", {"n": 20, "enc": "msg", "category": "peer"}),
    ("message", {"n": 20, "enc": "skmsg", "from": "12036312345@g.us",
                 "participant": "79005550000@s.whatsapp.net"}),
    ("message", {"n": 2, "enc": "none"}),
    ("message", {"n": 3, "enc": "pkmsg", "size": 900000}),
])
def test_alive_acks(t, what, members):
    sim, desk, serve = online(t)
    pushed = sim.push(what, phone=PHONE, **members)["sent"]
    t.true(pushed > 0, "something was sent")
    sim.counter("missing", equals=0, timeout=20)
    sim.counter("connections.now", equals=1, quiet_ms=300)
    t.equal(serve.stop(), OK)


@rows("what members", [
    ("dirty", {"type": "account_sync"}), ("edge-routing", {}),
    ("client-expiration", {"t": 2000000000}), ("thread-metadata", {}),
    ("unknown", {}), ("identity-change", {}),
    ("zlib", {"node": {"tag": "ib", "attrs": {"from": "s.whatsapp.net"},
                       "content": [{"tag": "tos", "attrs": {}}]}}),
])
def test_alive_stanzas_that_change_nothing(t, what, members):
    sim, desk, serve = online(t, 10)
    sim.push(what, phone=PHONE, **members)
    sim.wait("ping", after=sim.seq(), count=1, timeout=10)
    sim.counter("missing", equals=0)
    t.equal(sim.status()["connections"]["now"], 1)
    t.equal(serve.stop(), OK)


@rows("what members", [
    ("garbage", {}), ("bad-tag", {}), ("huge", {"bytes": 16777215}),
    ("zip-bomb", {}), ("deep", {}), ("zero-frame", {}),
    ("partial", {"bytes": 2, "then": "close"}),
    ("partial", {"bytes": 5, "then": "reset"}),
    ("partial", {"bytes": 12, "then": "stall"}),
])
def test_alive_after_garbage(t, what, members):
    """The connection may end; the company comes back."""
    sim, desk, serve = online(t, 10)
    after = sim.seq()
    sim.push(what, phone=PHONE, **members)
    sim.wait("active,ping", after=after, timeout=30)
    t.until(lambda: sim.status()["connections"]["now"] == 1, "online", 20)
    t.true(serve.running(), serve.describe())
    t.equal(serve.stop(), OK)
    t.equal(desk.quarantined(), [])


@rows("messages receipts notifications", [(0, 0, 1), (500, 100, 40)])
def test_alive_offline_queue(t, messages, receipts, notifications):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    sim.do("queue", phone=PHONE, messages=messages, receipts=receipts,
           notifications=notifications)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    sim.counter("missing", equals=0, timeout=25)
    owed = messages + receipts + notifications
    t.until(lambda: sum(map(sim.status().get, ("acks", "receipts"))) >= owed,
            f"{owed} answers", 25)
    sim.counter("missing", equals=0, quiet_ms=300)
    t.equal(serve.stop(), OK)


def test_alive_uploads_pre_keys_when_low(t):
    sim, desk, serve = online(t)
    before = sim.device(PHONE)
    after = sim.seq()
    sim.do("take-prekeys", phone=PHONE, n=before["prekeys"] - 4, notify=True)
    upload = sim.wait("prekey_upload", after=after)
    t.equal(upload["n"], 50)
    t.equal(upload["first_id"], before["last_id"] + 1, "no id twice")
    t.equal(sim.device(PHONE)["prekeys"], 54)
    sim.counter("missing", equals=0)
    t.equal(serve.stop(), OK)


def test_alive_uploads_pre_keys_at_login(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    sim.do("take-prekeys", phone=PHONE, n=812 - 9)
    after = sim.seq()
    serve = desk.serve()
    t.equal(sim.wait("prekey_upload", after=after)["n"], 50)
    sim.wait("active", after=after)
    t.equal(serve.stop(), OK)


def test_alive_ten_pre_keys_are_enough(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    sim.do("take-prekeys", phone=PHONE, n=802)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    sim.counter("prekey_uploads", equals=1, quiet_ms=500)
    t.equal(serve.stop(), OK)


@rows("how", [("error",), ("close",)])
def test_alive_upload_is_tried_again(t, how):
    sim, desk, serve = online(t)
    count = sim.device(PHONE)["prekeys"]
    sim.fault("upload", how=how, **({"code": 500} if how == "error" else {}))
    sim.do("take-prekeys", phone=PHONE, n=count - 3, notify=True)
    t.until(lambda: sim.device(PHONE)["prekeys"] >= 50,
            "50 pre-keys", 25)
    t.equal(serve.stop(), OK)


def test_alive_515_is_followed_at_once(t):
    sim, desk, serve = online(t)
    after = sim.seq()
    sim.push("stream-error", code=515, phone=PHONE)
    closed = sim.wait("stream_error", after=after)
    login = sim.wait("login", after=after)
    t.within(login["ms"] - closed["ms"], 0, 1000, "ms from 515 to login")
    t.equal(serve.stop(), OK)


@limit(90)
def test_alive_backs_off(t):
    """A server that hangs up at each login is not hammered."""
    speed = 10
    sim, desk = t.pair(speed=speed)
    desk.linked(sim, phone=PHONE)
    sim.fault("close", at="login", kind="login", count=0)
    before = sim.dials()
    serve = desk.serve()
    sim.counter("connections.total", at_least=before + 3, timeout=30)
    start = sim.dials()
    # 150 s of its clock: at 1, 2, 4, ... s with full jitter about six tries
    time.sleep(15)      # the length of time is the thing measured
    tries = sim.dials() - start
    t.within(tries, 1, 14, "tries in 150 s")
    sim.do("clear")
    after = sim.seq()
    sim.wait("active", after=after, timeout=35)
    t.equal(serve.stop(), OK)


@limit(120)
def test_alive_back_off_is_kept_without_a_stable_minute(t):
    """Logins that die at once do not set the clock back to one second."""
    speed = 10
    sim, desk = t.pair(speed=speed)
    desk.linked(sim, phone=PHONE)
    sim.fault("close", at="online", after_ms=100, kind="login", count=0)
    before = sim.status()["logins"]
    serve = desk.serve()
    time.sleep(20)      # 200 s of its clock
    tries = sim.status()["logins"] - before
    t.within(tries, 2, 16, "logins in 200 s")
    t.equal(serve.stop(), OK)


def test_alive_reconnect_command(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    done = desk.run("reconnect", "acme", "--json")
    t.equal(done.code, OK, str(done))
    t.true(done.json(), "says something")
    t.equal(sim.status()["logins"], 2)
