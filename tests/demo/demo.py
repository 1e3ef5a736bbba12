#!/usr/bin/env python3
"""make demo: see three companies link, by QR and by pairing code in the
terminal, and on the web pages of the listener.

A simulator of WhatsApp's side runs beside it, with simulated phones. The
phone here really looks: it photographs the terminal (tmux tells what is on
it), reads the QR with zbar, and types the pairing code that it saw. Nothing
leaves this machine. Without a terminal the screens are printed instead.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))
from lib import paint  # noqa: E402

CODE = re.compile(r"\b([1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4})\b")
PHONES = {"demo-qr": "79001234567", "demo-code": "79007654321",
          "demo-web": "79005556677"}
LOOK_S = 4          # so that a person sees the code before the phone does
LIMIT_S = 120

STORY = """
say() {{ printf '\\n\\033[1m%s\\033[0m\\n\\n' "$1"; sleep {pause}; }}
clear
say 'pairdesk demo: a simulated WhatsApp, one running core, three companies.'
say '1. demo-qr links by QR code. A simulated phone will scan this screen.'
{desk} link demo-qr
say '2. demo-code links by pairing code, which the phone will type.'
{desk} link demo-code --phone {code_phone}
say '3. demo-web links on a web page. The listener serves these:'
cat <<'END'
{pages}
END
{browse}
say '4. All are linked; their keys are stored. What pairdesk knows of them:'
{desk} status
printf '\\n\\033[1mThe state directory and the simulator of this demo go away now.\\033[0m\\n'
sleep {pause}
touch {done}
"""


# who sits at a terminal has a browser; else the demo is one
BROWSE = {
    True: "echo; echo 'Open one in a browser on this machine; a simulated "
          "phone will answer it. Enter ends the demo.'; read -r line",
    False: "",
}


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
    def __init__(self, binary, sim):
        self.dir = tempfile.mkdtemp(prefix="pairdesk-demo-")
        self.binary, self.sim_binary = map(os.path.abspath, (binary, sim))
        self.done = os.path.join(self.dir, "done")
        self.control = os.path.join(self.dir, "ctl")
        self.socket = os.path.join(self.dir, "tmux")
        self.shown = ""

    def start_sim(self):
        self.sim = subprocess.Popen(
            [self.sim_binary, "--tls", os.path.join(self.dir, "tls"),
             "--control", self.control, "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.sim.stdout.readline())
        self.env = {
            "PATH": "/usr/bin:/bin", "HOME": self.dir, "SHELL": "/bin/sh",
            "LC_ALL": "C.UTF-8",
            "TERM": os.environ.get("TERM") or "xterm-256color",
            "PAIRDESK_STATE_DIR": os.path.join(self.dir, "state"),
            "PAIRDESK_WHATSAPP_URL": ready["url"],
            # the phone here is a simulator, which minds nothing
            "PAIRDESK_LIMIT_LINKS_PER_HOUR": "0",
            "PAIRDESK_WHATSAPP_CA_FILE": ready["ca_file"],
            "PAIRDESK_WHATSAPP_NOISE_ROOT_KEY": ready["noise_root_key"],
            "PAIRDESK_WHATSAPP_VERSION_URL": ready["version_url"],
        }
        for name in ("LANG", "LC_MESSAGES"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        if os.environ.get("LANG", "").startswith("ru"):
            self.env["PAIRDESK_LANG"] = "ru"

    def start_core(self):
        """pairdesk serve, with the listener on its own port if that is
        free."""
        for port in ("3000", "0"):
            self.core = subprocess.Popen(
                [self.binary, "serve", "--http", "127.0.0.1:" + port],
                env=self.env, stderr=subprocess.PIPE, text=True)
            for line in self.core.stderr:
                found = re.search(r"listening on (http://\S+/)", line)
                if found:
                    self.base = found.group(1)
                    threading.Thread(target=self.core.stderr.read,
                                     daemon=True).start()
                    return
            self.core.wait(10)
        sys.exit("demo: pairdesk serve did not start")

    def pages(self):
        return "\n".join(f"  {self.base}whatsapp-{kind}.html?company=demo-web"
                         for kind in ("pairing", "qr"))

    def answer_web(self):
        """The phone of demo-web: looks at whatever a page asks for."""
        while self.core.poll() is None and not os.path.exists(self.done):
            try:
                for name, data in listen(self.base, "demo-web"):
                    if name == "code":
                        time.sleep(LOOK_S)
                        self.phone("type", f"phone={PHONES['demo-web']}",
                                   "code=" + data["code"].replace("-", ""))
                    elif name == "qr":
                        time.sleep(LOOK_S)
                        self.phone("scan", f"phone={PHONES['demo-web']}",
                                   f"text={data['text']}")
            except (OSError, ValueError):
                time.sleep(0.5)         # nobody has opened a page yet

    def browse(self):
        """What the page's button does, where nobody has a browser."""
        url = f"{self.base}api/whatsapp/sessions/demo-web/"
        for page in ("whatsapp-pairing.html", "whatsapp-qr.html"):
            urllib.request.urlopen(self.base + page, timeout=10).read()
        ask = urllib.request.Request(
            url + "pairing-code", method="POST",
            data=json.dumps({"phoneNumber": PHONES["demo-web"]}).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(ask, timeout=60) as answer:
            print("the page shows", json.load(answer)["code"], flush=True)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with urllib.request.urlopen(url + "status", timeout=10) as got:
                status = json.load(got)["data"]
            if status["connected"]:
                print("the page says:", status["message"], flush=True)
                return
            time.sleep(0.5)

    def tmux(self, *args, check=True):
        return subprocess.run(["tmux", "-S", self.socket, *args],
                              env=self.env, check=check, text=True,
                              capture_output=True).stdout

    def start_story(self):
        script = os.path.join(self.dir, "story.sh")
        config = os.path.join(self.dir, "tmux.conf")
        size = shutil.get_terminal_size((80, 24))
        with open(script, "w") as f:
            f.write(STORY.format(desk=self.binary, pause=2, done=self.done,
                                 code_phone=PHONES["demo-code"],
                                 pages=self.pages(),
                                 browse=BROWSE[self.attached]))
        with open(config, "w") as f:
            f.write("set -g status off\nset -g escape-time 0\n"
                    "set -g default-terminal tmux-256color\n")
        self.tmux("-u", "-f", config, "new-session", "-d", "-x",
                  str(size.columns), "-y", str(size.lines),
                  f"/bin/sh {script}")

    def phone(self, *words):
        return subprocess.run(
            [self.sim_binary, "ctl", self.control, *words],
            capture_output=True, text=True).returncode == 0

    def look(self):
        """One glance of the phone at the screen; true once both linked."""
        try:
            screen = self.tmux("capture-pane", "-e", "-p", "-N")
            text = self.tmux("capture-pane", "-p")
        except subprocess.CalledProcessError:
            return
        if not self.attached and text != self.shown:
            print(text.rstrip() + "\n" + "-" * 60, flush=True)
            self.shown = text
        code = CODE.search(text)
        if code and "demo-code" in text:
            time.sleep(LOOK_S)
            self.phone("type", f"phone={PHONES['demo-code']}",
                       f"code={code.group(1)}")
        elif "demo-qr" in text:
            qr = paint.read_qr(screen, os.path.join(self.dir, "shot.png"))
            if qr:
                time.sleep(LOOK_S)
                self.phone("scan", f"phone={PHONES['demo-qr']}",
                           f"text={qr}")

    def watch(self):
        # who looks at the pages takes the time that it takes
        end = time.monotonic() + (3600 if self.attached else LIMIT_S)
        while time.monotonic() < end and not os.path.exists(self.done):
            self.look()
            time.sleep(0.3)
        self.tmux("kill-server", check=False)

    def run(self):
        self.attached = sys.stdin.isatty() and sys.stdout.isatty()
        self.start_sim()
        self.start_core()
        print("demo: the linking pages:\n" + self.pages(), flush=True)
        threading.Thread(target=self.answer_web, daemon=True).start()
        if not self.attached:
            self.browse()
        self.start_story()
        if not self.attached:
            self.watch()
        else:
            phone = threading.Thread(target=self.watch)
            phone.start()
            subprocess.run(["tmux", "-S", self.socket, "attach"],
                           env=self.env)
            # left by hand: nobody needs the phone any more
            open(self.done, "a").close()
            phone.join()
        # demo-web is up to whoever opened a page
        want = 2 if self.attached else 3
        status = self.phone("wait", "counter=devices", f"at_least={want}",
                            "timeout_ms=1")
        print("demo: all companies linked" if status
              else "demo: not all companies linked")
        return 0 if status else 1

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"],
                       capture_output=True)
        if hasattr(self, "core"):
            self.core.terminate()
            self.core.wait(10)
        if hasattr(self, "sim"):
            self.sim.stdin.close()
            self.sim.wait(10)
        shutil.rmtree(self.dir, ignore_errors=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", default="build/pairdesk")
    options.add_argument("--sim", default="build/wasim")
    chosen = options.parse_args()
    for tool in ("tmux", "zbarimg"):
        if shutil.which(tool) is None:
            sys.exit(f"demo: {tool} is missing; run: make deps")
    demo = Demo(chosen.binary, chosen.sim)
    try:
        return demo.run()
    finally:
        demo.close()


if __name__ == "__main__":
    sys.exit(main())
