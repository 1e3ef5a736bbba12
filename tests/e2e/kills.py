#!/usr/bin/env python3
"""kill -9 at random points, many companies at once: make kills KILLS=1000.

One core has many companies, some linked, some in the middle of linking, by QR
and by code, some uploading the pre-keys that the simulator says are missing.
It is killed at a random moment, and what lies on the disk is held against
the simulator's list of linked devices, a round of kills long:

- every device that a phone holds and that the server has confirmed is ours:
  its company is connected soon after the core is back;
- nobody says connected whom no phone holds, nobody hangs in between: a link
  of which our yes never arrived must say plainly that it is to be made again.

The release build, since a thousand starts under a sanitizer take hours.
"""
import argparse
import json
import os
import random
import re
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from lib.case import T                              # noqa: E402
from lib.reliability import note                    # noqa: E402
from lib.web import API, NO_LIMITS                  # noqa: E402

LINKING = 6             # companies that link at once
KEPT = 24               # linked ones that stay; more are unlinked again
LOGIN_S = 30

# moments that are worth more than chance gives them: (event, within seconds)
POINTS = ["pair_success", "pair_sign", "linked", "stream_error", "login",
          "prekey_count", "prekey_upload", "active", "registration",
          "companion_finish", "primary_hello", None, None, None]


class Phones:
    """People who scan and type as soon as there is something to."""

    def __init__(self, t, sim, desk):
        self.t, self.sim, self.desk = t, sim, desk
        self.threads = []

    def link(self, company, phone, by_code):
        thread = threading.Thread(target=self._link, daemon=True,
                                  args=(company, phone, by_code))
        thread.start()
        self.threads.append(thread)

    def _link(self, company, phone, by_code):
        control = None
        try:
            control = self.sim.watch()
            web = self.desk.control()
            if by_code:
                code = web.code(company, phone)["data"]["code"] \
                    .replace("-", "")
                control.ask("type", phone=phone, code=code, until="sent")
            else:
                control.ask("scan", phone=phone, text=web.qr(company)["text"],
                            until="sent")
        except (AssertionError, OSError, ValueError, KeyError):
            pass                # the core was killed first
        finally:
            if control:
                control.close()

    def join(self):
        for thread in self.threads:
            thread.join(15)
        self.threads = []


class Round:
    def __init__(self, t, seed):
        self.t = t
        self.rng = random.Random(seed)
        self.sim = t.sim(plain=True)
        self.desk = t.desk(self.sim, PAIRDESK_CONNECT_RATE="1000",
                           **NO_LIMITS)
        self.phones = Phones(t, self.sim, self.desk)
        self.numbers = {}       # company: phone, of all that ever linked
        self.next = 0
        self.bad = []
        self.said_again = 0     # half-linked, and said so
        self.serial = threading.Lock()

    def company(self):
        self.next += 1
        name, phone = f"c{self.next:05}", f"7900{self.next:07}"
        self.numbers[name] = phone
        return name, phone

    # -- one kill ------------------------------------------------------------

    def start(self):
        self.core = self.desk.core = self.desk.serve()
        self.desk.core_ready(self.core)

    def stir(self):
        """Links begin, and linked ones run out of pre-keys."""
        for _ in range(LINKING):
            name, phone = self.company()
            self.phones.link(name, phone, self.rng.random() < 0.3)
        held = list(self.held())
        for name in self.rng.sample(held, min(4, len(held))):
            self.sim.ask("take-prekeys", phone=self.numbers[name], n=809,
                         notify=True)

    def kill(self, after):
        point = self.rng.choice(POINTS)
        if point:
            self.sim.ask("wait", event=point, after=after,
                         count=self.rng.randint(1, 4), timeout_ms=1500)
            time.sleep(self.rng.random() *
                       self.rng.choice((0, 0.002, 0.01, 0.03)))
        else:
            time.sleep(self.rng.random() * 0.6)
        self.core.kill()
        self.phones.join()

    # -- what must be true ----------------------------------------------------

    def held(self):
        """{company: device} that phones hold: linked, and confirmed by the
        server, which heard our yes."""
        by_phone = {phone: name for name, phone in self.numbers.items()}
        found = {}
        for device in self.sim.do("devices")["devices"]:
            phone = re.split("[.:@]", device["jid"])[0]
            if phone in by_phone:
                found[by_phone[phone]] = device
        return found

    def views(self):
        web, found, cursor = self.desk.control(), {}, ""
        while True:
            data = web.data("GET", f"{API}/sessions?limit=200" +
                            (f"&cursor={cursor}" if cursor else ""))
            rows = data["sessions"]
            for row in rows:
                found[row["companyId"]] = row
            cursor = data.get("nextCursor")
            if not cursor or not rows:
                return found

    def verify(self, before):
        """The core is back: all that a phone holds must come online."""
        end = time.monotonic() + LOGIN_S
        while True:
            views, held = self.views(), self.held()
            waits = [n for n, v in views.items()
                     if v["status"] in ("connecting", "reconnecting",
                                        "finishing", "pairing")]
            lost = [n for n in held
                    if views.get(n, {}).get("status") != "connected"]
            if (not waits and not lost) or time.monotonic() > end:
                break
            time.sleep(0.05)
        for name in lost:
            self.bad.append(f"{name}: its phone holds the link, we say "
                            f"{views.get(name, {}).get('status')}")
        for name in before - set(held):
            self.bad.append(f"{name}: was linked, is gone from the phone")
        for name in waits:
            self.bad.append(f"{name}: still {views[name]['status']} after "
                            f"{LOGIN_S} s")
        for name, view in views.items():
            if view["status"] == "connected" and name not in held:
                self.bad.append(f"{name}: says connected, no phone has it")
            if view["status"] == "logged_out":
                self.said_again += 1
        return views, held

    def tidy(self, views, held):
        """Never linked ones go; of linked ones the oldest, so that a round
        of a thousand kills stays as quick as its first."""
        web = self.desk.control()
        extra = sorted(held)[:max(0, len(held) - KEPT)]
        for name in extra:
            self.sim.ask("unlink", phone=self.numbers[name])
        for name, view in views.items():
            if name in held and name not in extra:
                continue
            web.ask("DELETE", f"{API}/sessions/{name}?purge=true")
            if name not in held:
                self.numbers.pop(name, None)
        return set(held) - set(extra)

    def run(self, kills, budget_s):
        begun = time.monotonic()
        self.start()
        kept, done, longest = set(), 0, 0.0
        while done < kills and time.monotonic() - begun < budget_s:
            after = self.sim.seq()
            since = time.monotonic()
            self.stir()
            self.kill(after)
            self.start()
            views, held = self.verify(kept)
            longest = max(longest, time.monotonic() - since)
            kept = self.tidy(views, held)
            done += 1
            if self.bad:
                break
        self.core.stop()
        return done, longest


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--binary", default=os.path.join(ROOT, "build/pairdesk"))
    p.add_argument("--sim", default=os.path.join(ROOT, "build/wasim"))
    p.add_argument("--kills", type=int, default=1000)
    p.add_argument("--seed", type=int, default=int(time.time()))
    p.add_argument("--minutes", type=float, default=60)
    options = p.parse_args()
    options.binary = os.path.abspath(options.binary)
    options.sim = os.path.abspath(options.sim)
    t = T(options, options.minutes * 60 + 60)
    begun = time.monotonic()
    round_ = Round(t, options.seed)
    try:
        done, longest = round_.run(options.kills, options.minutes * 60)
    finally:
        t.finish(bool(round_.bad))
    took = time.monotonic() - begun
    for text in round_.bad:
        print(f"kills: seed {options.seed}: {text}")
    print(f"kills: {done} kills, {round_.next} links begun, "
          f"{round_.said_again} half-linked and said so, "
          f"{len(round_.bad)} bad, {took:.0f} s")
    note("kill", "linking by QR and by code, logging in, pre-key load; "
         f"{LINKING} links at once", done, len(round_.bad),
         "no link lost; who is not linked says so", longest,
         "release build; every device that a phone holds is online again")
    return 1 if round_.bad or not done else 0


if __name__ == "__main__":
    sys.exit(main())
