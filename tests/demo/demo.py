#!/usr/bin/env python3
"""make demo: the console with companies in many states, against a simulator
of WhatsApp's side.

Link one: a simulated phone answers. It really looks: it photographs the
terminal (tmux tells what is on it), reads the QR with zbar, and types the
pairing code that it saw. The web pages are served too, and a phone answers
what they ask for try-web. Nothing leaves this machine. Without a terminal the
console is driven by keys, and its screens are printed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))
from lib import paint  # noqa: E402
from lib.case import T  # noqa: E402
from lib.console import CODE, WIDE_CODE, Console, Fleet  # noqa: E402

TRY = {"try-code": "Link me by code", "try-qr": "Link me by QR",
       "try-web": "Link me on a page"}
WEB_PHONE = "79005556677"
LOOK_S = 3          # so that a person sees the code before the phone does
LIMIT_S = 4 * 3600  # for who looks around
HINT = (" demo: l links the company under the cursor, with any number; a "
        "simulated phone answers; ? all keys, q ends ")


def listen(base, company):
    """Events of a company: (name, data) each; ends with the stream."""
    url = f"{base}api/whatsapp/sessions/{company}/events"
    with urllib.request.urlopen(url, timeout=60) as stream:
        name = ""
        for line in map(bytes.decode, stream):
            if line.startswith("event: "):
                name = line[7:].strip()
            elif line.startswith("data: "):
                yield name, json.loads(line[6:])


class Demo:
    def __init__(self, options):
        self.t = T(options, LIMIT_S)
        self.over = threading.Event()
        self.attached = sys.stdin.isatty() and sys.stdout.isatty()
        # what of the caller's the console is to know
        env = {n: os.environ[n] for n in ("LANG", "LC_ALL", "LC_MESSAGES",
                                          "TZ", "NO_COLOR", "PAIRDESK_LANG")
               if n in os.environ}
        env.setdefault("LANG", "C.UTF-8")
        env.setdefault("TZ", "")
        self.env = env

    def say(self, text):
        print(f"demo: {text}", flush=True)

    # -- what there is ------------------------------------------------------

    def start(self):
        self.say("starting a simulated WhatsApp and a core; "
                 "some companies get into trouble")
        self.fleet = Fleet(self.t, serve=("127.0.0.1:3000", "127.0.0.1:0"),
                           names=TRY, **self.env)
        self.sim = self.fleet.sim
        self.seq, self.number = self.sim.seq(), None
        self.base = self.fleet.base
        self.say("the linking pages, to open in a browser on this machine:")
        for kind in ("pairing", "qr"):
            print(f"  {self.base}whatsapp-{kind}.html?company=try-web")

    def open(self):
        size = shutil.get_terminal_size((100, 40))
        self.console = Console(
            self.t, self.fleet.desk, columns=size.columns,
            rows=size.lines - self.attached, **self.env)
        self.console.wait_text("try-code")

    # -- the phones ---------------------------------------------------------

    def answer_web(self):
        """The phone of try-web: answers whatever a page asks for."""
        control = self.sim.watch()
        while not self.over.is_set():
            try:
                for name, data in listen(self.base, "try-web"):
                    if name not in ("code", "qr") or self.over.wait(LOOK_S):
                        continue
                    if name == "code":
                        control.ask("type", phone=data.get(
                            "phoneNumber") or WEB_PHONE,
                            code=data["code"].replace("-", ""))
                    else:
                        control.ask("scan", phone=WEB_PHONE,
                                    text=data["text"])
            except (OSError, ValueError):
                self.over.wait(0.5)

    def answer_screen(self):
        """The phone that looks at the console."""
        control = self.sim.watch()
        seen = None
        while not self.over.wait(0.4):
            try:
                code, qr = self.look()
                if (code or qr) and (code, qr) == seen:
                    continue        # it has answered that
                seen = code, qr
                if code and not self.over.wait(LOOK_S):
                    control.ask("type", code=code, phone=self.asked(control))
                elif qr and not self.over.wait(LOOK_S):
                    control.ask("scan", text=qr)
            except (OSError, ValueError, AssertionError):
                if not self.over.is_set():
                    self.over.wait(0.5)

    def look(self):
        text = self.console.text()
        if self.attached and "\nleft " in text:
            self.over.set()
            self.console.close()        # and the terminal is free again
        found = CODE.search(text) or WIDE_CODE.search(text)
        if found:
            return found.group().replace("-", "").replace(" ", ""), None
        return None, self.console.qr() if self.console.is_drawn() else None

    def asked(self, control):
        """Whose code was asked for last: the screen hides the number."""
        while (got := control.ask("wait", event="companion_hello",
                                  after=self.seq, timeout_ms=1))["ok"]:
            self.seq, self.number = got["seq"], got["event"]["phone"]
        return self.number

    # -- who presses the keys -----------------------------------------------

    def attach(self):
        self.console.tmux("set", "-g", "status", "on")
        self.console.tmux("set", "-g", "status-style", "reverse")
        self.console.tmux("set", "-g", "status-left-length", "200")
        self.console.tmux("set", "-g", "status-left", HINT)
        self.console.tmux("set", "-g", "status-right", "")
        self.console.tmux("set", "-g", "window-status-current-format", "")
        self.console.tmux("set", "-g", "window-size", "latest")
        env = {**self.console.env, "TERM": os.environ.get("TERM", "xterm")}
        subprocess.run(["tmux", "-S", self.console.socket, "attach"], env=env)

    def show(self, what):
        print(f"\n--- {what}\n" + self.console.text().rstrip(), flush=True)

    def browse(self):
        """What the page's button does, where nobody has a browser."""
        url = f"{self.base}api/whatsapp/sessions/try-web/"
        for page in ("whatsapp-pairing.html", "whatsapp-qr.html"):
            urllib.request.urlopen(self.base + page, timeout=10).read()
        ask = urllib.request.Request(
            url + "pairing-code", method="POST",
            data=json.dumps({"phoneNumber": WEB_PHONE}).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(ask, timeout=60) as answer:
            self.say("the page shows " + json.load(answer)["code"])

    def drive(self):
        c = self.console
        self.show("the companies, problems first")
        c.command("status zoe", "zoe")
        c.wait_text("pre-keys|Pre-keys|ключ", timeout=10)
        self.show("what is wrong with one, and why")
        c.go("Escape", "try-code")
        c.command("link try-code 79007654321", CODE.pattern)
        self.show("a pairing code, which the phone will type")
        c.wait_text(r"try-code[^\n]*\+7\*+4321", timeout=30)
        self.show("it did")
        c.go("Enter", "try-qr")
        c.command("link try-qr", "try-qr")
        c.keys("Tab")
        c.wait_qr()
        self.show("a QR code, which the phone will scan")
        self.browse()
        c.wait_text(r"try-qr[^\n]*\+\d", timeout=30)
        self.show("it did")
        c.keys("Enter")
        c.wait_text(r"● \S+ +try-web", timeout=30)
        self.show("all are linked")
        c.keys("q")

    # -- all of it ----------------------------------------------------------

    def linked(self):
        want = list(TRY) if not self.attached else []
        return all(self.fleet.web.status(company)["connected"]
                   for company in want)

    def run(self):
        self.start()
        self.open()
        for phone in (self.answer_web, self.answer_screen):
            threading.Thread(target=phone, daemon=True).start()
        if self.attached:
            self.attach()
            self.say("the simulator and its state directory go away now")
            return 0
        self.drive()
        done = self.linked()
        self.say("all companies linked" if done
                 else "not all companies linked")
        return 0 if done else 1

    def close(self):
        self.over.set()
        self.t.finish(False)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", default="build/pairdesk")
    options.add_argument("--sim", default="build/wasim")
    chosen = options.parse_args()
    chosen.binary, chosen.sim = map(os.path.abspath,
                                    (chosen.binary, chosen.sim))
    for tool in ("tmux", "zbarimg"):
        if shutil.which(tool) is None:
            sys.exit(f"demo: {tool} is missing; run: make deps")
    demo = Demo(chosen)
    try:
        return demo.run()
    except AssertionError as e:
        demo.say(e)
        return 1
    finally:
        demo.close()


if __name__ == "__main__":
    sys.exit(main())
