"""kill -9 at fifty random moments of linking and logging in."""

import random
import time

from lib import crash
from lib.case import cases, limit
from lib.desk import OK


def random_point(seed, points):
    """A moment: something the server saw, and up to 20 ms more."""
    rng = random.Random(seed)
    return rng.choice(points), rng.random() * rng.choice((0, 0.003, 0.02))


def kill_at(sim, proc, point, delay, after=0):
    crash.reach(sim, point, after)
    time.sleep(delay)       # the moment itself, not a wait for something
    if proc.running():
        proc.kill()


@cases(seed=range(20))
@limit(90)
def test_kill_linking_by_qr(t, seed):
    sim, desk = t.pair()
    proc = crash.start_link(t, sim, desk)
    kill_at(sim, proc, *random_point(seed, crash.QR_POINTS))
    crash.check_aftermath(t, sim, desk)


@cases(seed=range(15))
@limit(90)
def test_kill_linking_by_code(t, seed):
    sim, desk = t.pair()
    proc = crash.start_link(t, sim, desk, by_code=True)
    kill_at(sim, proc, *random_point(100 + seed, crash.CODE_POINTS))
    crash.check_aftermath(t, sim, desk)


@cases(seed=range(15))
@limit(90)
def test_kill_logging_in(t, seed):
    """An established link is never lost to a crash."""
    sim, desk = t.pair()
    desk.linked(sim, phone=crash.PHONE)
    sim.do("take-prekeys", phone=crash.PHONE, n=805)
    sim.do("queue", phone=crash.PHONE, messages=20, notifications=5)
    for turn in range(2):
        after = sim.seq()
        serve = desk.serve()
        points = [p for p in crash.LOGIN_POINTS if p[0] != "close"]
        if turn == 0:
            points.append(("prekey_upload", 1))
        kill_at(sim, serve, *random_point(200 + 2 * seed + turn, points),
                after=after)
        desk.consistent()
    t.true(crash.login_again(t, sim, desk), "the link is as it was")
    t.equal(desk.quarantined(), [])
    t.true(sim.device(crash.PHONE)["prekeys"] >= 10, "pre-keys")


@limit(90)
def test_kill_while_logging_out(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=crash.PHONE)
    proc = desk.start("logout", "acme")
    sim.wait("logout")
    proc.kill()
    crash.check_aftermath(t, sim, desk)


@limit(90)
def test_kill_while_keys_go_to_quarantine(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=crash.PHONE)
    sim.do("unlink", phone=crash.PHONE)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("failure", after=after)
    serve.kill()
    crash.check_aftermath(t, sim, desk)


@limit(90)
def test_kill_first_start(t):
    """While the directory and its key are being made."""
    for ms in range(0, 40, 4):
        sim, desk = t.pair()
        proc = desk.link("acme")
        time.sleep(ms / 1000)
        proc.kill()
        sim.quit()
    sim, desk = t.pair()
    first = t.desks[0]
    for desk in t.desks[:-1]:
        desk.dial(sim)
        t.equal(desk.run("companies").code, OK, desk.state)
    first.linked(sim, phone=crash.PHONE)
