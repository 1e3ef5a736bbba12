"""The part of systemd that a service sees: where it is notified, and the
system calls that its unit leaves it."""

import ctypes
import os
import re
import socket
import subprocess
import time

from lib.proc import Proc

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
UNIT = os.path.join(ROOT, "httpd", "pairdesk.service")


class Manager:
    """A socket for NOTIFY_SOCKET; what comes is kept, with its time."""

    def __init__(self, t):
        self.t = t
        self.path = t.path("notify")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.path)
        self.heard = []         # (seconds, text)
        t.defer(self.sock.close)

    def env(self, watchdog_s=None):
        return {"NOTIFY_SOCKET": self.path,
                **({"WATCHDOG_USEC": str(int(watchdog_s * 1e6))}
                   if watchdog_s else {})}

    def listen(self, seconds):
        """What comes in that time."""
        end = time.monotonic() + self.t.left(seconds)
        got = []
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                text = self.sock.recv(4096).decode()
            except TimeoutError:
                break
            got.append((time.monotonic(), text))
        self.heard += got
        return [text for _, text in got]

    def until(self, start, timeout=15):
        """Waits for a message that begins so."""
        end = time.monotonic() + self.t.left(timeout)
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                text = self.sock.recv(4096).decode()
            except TimeoutError:
                break
            self.heard.append((time.monotonic(), text))
            if text.startswith(start):
                return text
        self.t.fail(f"no {start} in {timeout} s; heard {self.heard}")


# --- the filter ---------------------------------------------------------------

EPERM, EAFNOSUPPORT = 1, 97
ALLOW = 0x7fff0000
MASKED_EQ, NE, LT = 7, 1, 2


def errno_of(number):
    return 0x00050000 | number


def lines_of(key):
    with open(UNIT) as f:
        return [line.partition("=")[2].split() for line in f
                if line.startswith(key + "=")]


def members(name, seen=None):
    """System calls of a set, as systemd itself expands it."""
    if not name.startswith("@"):
        return {name}
    seen = {} if seen is None else seen
    if name not in seen:
        text = subprocess.run(["systemd-analyze", "syscall-filter", name],
                              check=True, capture_output=True, text=True,
                              ).stdout
        seen[name] = set()
        for line in text.splitlines()[1:]:
            word = line.strip()
            if word and not word.startswith("#"):
                seen[name] |= members(word, seen)
    return seen[name]


def allowed_calls():
    calls, seen = set(members("@default")), {}
    for words in lines_of("SystemCallFilter"):
        takes = words[0].startswith("~")
        for word in words:
            more = members(word.lstrip("~"), seen)
            calls = calls - more if takes else calls | more
    return calls


class Arg(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int),
                ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


class Filter:
    """SystemCallFilter, RestrictAddressFamilies, MemoryDenyWriteExecute and
    RestrictNamespaces of the unit, as a program of seccomp. Made before the
    fork, loaded after it."""

    def __init__(self):
        self.lib = lib = ctypes.CDLL("libseccomp.so.2")
        lib.seccomp_init.restype = ctypes.c_void_p
        lib.seccomp_load.argtypes = [ctypes.c_void_p]
        lib.seccomp_rule_add_array.argtypes = [
            ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint,
            ctypes.POINTER(Arg)]
        self.ctx = lib.seccomp_init(errno_of(EPERM))
        special = {"socket", "mmap", "mprotect", "pkey_mprotect", "shmat",
                   "clone", "clone3", "unshare", "setns"}
        for call in allowed_calls() - special:
            self.rule(ALLOW, call)
        for family in lines_of("RestrictAddressFamilies")[0]:
            self.rule(ALLOW, "socket",
                      (0, MASKED_EQ, 0xffffffff, getattr(socket, family)))
        self.rule(ALLOW, "mmap", (2, MASKED_EQ, 6, 0))
        self.rule(ALLOW, "mmap", (2, MASKED_EQ, 6, 2))
        self.rule(ALLOW, "mmap", (2, MASKED_EQ, 6, 4))
        self.rule(ALLOW, "mprotect", (2, MASKED_EQ, 4, 0))
        # CLONE_NEW*; clone3, whose flags no filter sees, is answered ENOSYS
        self.rule(ALLOW, "clone", (0, MASKED_EQ, 0x7e020080, 0))
        self.rule(errno_of(38), "clone3")

    def rule(self, action, call, *args):
        number = self.lib.seccomp_syscall_resolve_name(call.encode())
        if number < 0:          # of another machine
            return
        array = (Arg * len(args))(*(Arg(*a) for a in args))
        self.lib.seccomp_rule_add_array(self.ctx, action, number, len(args),
                                        array)

    def load(self):
        self.lib.prctl = ctypes.CDLL(None).prctl
        self.lib.prctl(38, 1, 0, 0, 0)          # PR_SET_NO_NEW_PRIVS
        if self.lib.seccomp_load(self.ctx) != 0:
            os._exit(120)


class Confined(Proc):
    """A program below the filter."""

    def __init__(self, filter_, argv, env, left, cwd):
        self.filter = filter_
        super().__init__(argv, env, left, cwd=cwd, preexec_fn=filter_.load)


def released(t):
    """The program as it is installed: a sanitizer needs more than the unit
    gives."""
    path = os.path.join(ROOT, "build", "pairdesk")
    return path if os.access(path, os.X_OK) else t.options.binary


def unit_value(name):
    with open(UNIT) as f:
        return re.search(rf"^{name}=(.*)$", f.read(), re.M).group(1)
