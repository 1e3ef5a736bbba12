"""What the parts of the bench share: the report, processes, the simulator."""
import contextlib
import json
import os
import pathlib
import socket
import subprocess

VERSION = "2.3000.1045649367"   # what wasim's page names; saves the asking


# --- figures -----------------------------------------------------------------

class Report:
    """Lines of: what, figure, ratio to what, how it was measured."""

    def __init__(self):
        self.missed = []

    def head(self, text):
        print(f"\n{text}", flush=True)

    def bar(self, name, figure, unit, bar, how, bar_text=None):
        """A figure that must not be above its bar."""
        is_met = figure <= bar
        if not is_met:
            self.missed.append(name)
        bar_text = bar_text or f"bar {bar:g} {unit}"
        print(f"  {name:<44}{figure:>10.2f} {unit:<6} {bar_text}: "
              f"{figure / bar:.2f} of it, {'met' if is_met else 'MISSED'}")
        print(f"      {how}", flush=True)

    def floor(self, name, figure, unit, ratio, bar, to_what, how):
        """A figure whose ratio to a peer's must not be below the bar."""
        is_met = ratio >= bar
        if not is_met:
            self.missed.append(name)
        print(f"  {name:<44}{figure:>10.0f} {unit:<6} {ratio:.2f} times "
              f"{to_what}; bar {bar:g}: {'met' if is_met else 'MISSED'}")
        print(f"      {how}", flush=True)

    def line(self, name, figure, unit, ratio, how):
        print(f"  {name:<44}{figure:>10.2f} {unit:<6} {ratio}")
        print(f"      {how}", flush=True)


def against(figure, reference, unit):
    return f"{figure / reference:.2f} of {reference:g} {unit}"


# --- processes ---------------------------------------------------------------

def cpu_s(pid):
    """Processor seconds of all threads, also of those that have ended.

    schedstat counts nanoseconds where stat counts ticks; threads that ended
    are only in stat, and pairdesk's never do before it ends itself.
    """
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def waited_ms(*pids):
    """Milliseconds that main threads were ready and had no processor."""
    return sum(int(pathlib.Path(f"/proc/{pid}/schedstat").read_text()
                   .split()[1]) for pid in pids) / 1e6


def rollup_kib(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text() \
            .splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise RuntimeError(f"no {field} in smaps_rollup")


def pss_kib(pid):
    return rollup_kib(pid, "Pss")


def anon_kib(pid):
    """Heap and stacks: does not change when others that use the same
    libraries begin and end, as PSS does."""
    return rollup_kib(pid, "Pss_Anon")


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Sim:
    """A running wasim and its control socket."""

    def __init__(self, build, where, tls=False, state="sim.state"):
        self.control = str(where / "c")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.control)
        mode = ["--tls", str(where / "tls")] if tls else ["--plain"]
        self.process = subprocess.Popen(
            [build / "wasim", *mode, "--listen", "127.0.0.1:0", "--control",
             self.control, "--state", str(where / state), "--settle-ms", "0",
             "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self.control)
        self.lines = self.socket.makefile("r")

    def ask(self, cmd, **members):
        text = json.dumps({"cmd": cmd, **members}) + "\n"
        self.socket.sendall(text.encode())
        answer = json.loads(self.lines.readline())
        if not answer.get("ok"):
            raise RuntimeError(f"wasim: {cmd} {members}: {answer}")
        return answer

    def wait(self, counter, at_least, seconds):
        self.ask("wait", counter=counter, at_least=at_least,
                 timeout_ms=int(seconds * 1000))

    def count(self, counter):
        return self.ask("status")[counter]

    def has_prekeys(self):
        """Says that each device has its pre-keys: none are made."""
        self.ask("fault", do="count-value", value=812, count=0)

    def options(self, state_dir, rate=1000):
        options = {
            "state-dir": state_dir, "connect-rate": rate,
            "whatsapp-url": self.ready["url"],
            "whatsapp-noise-root-key": self.ready["noise_root_key"],
            "whatsapp-version": VERSION,
        }
        if self.ready["ca_file"]:
            options["whatsapp-ca-file"] = self.ready["ca_file"]
        return [f"--{name}={value}" for name, value in options.items()]

    def close(self):
        self.socket.close()
        self.process.stdin.close()
        end(self.process)


class Bench:
    def __init__(self, build, where, sessions):
        self.build = build
        self.where = where
        self.sessions = sessions
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith("PAIRDESK_")}
        self.env["HOME"] = self.env["XDG_CONFIG_HOME"] = str(where)

    def c(self, *args):
        """A part of build/bench: its figures by name."""
        out = subprocess.run([self.build / "bench", *map(str, args)],
                             check=True, timeout=280, env=self.env,
                             stdout=subprocess.PIPE, text=True).stdout
        rows = [json.loads(line) for line in out.splitlines()]
        return {row["name"]: row["value"] for row in rows}

    @contextlib.contextmanager
    def serve(self, sim, state_dir, rate=1000, before=(), options=()):
        """before: a program, as taskset, that starts it."""
        process = subprocess.Popen(
            [*before, self.build / "pairdesk", "serve", "--json",
             *sim.options(state_dir, rate), *options],
            stdout=subprocess.PIPE, text=True, env=self.env)
        try:
            if "serving" not in process.stdout.readline():
                raise RuntimeError("pairdesk serve did not start")
            yield process
        finally:
            end(process)
