"""Canaries: what must not be seen is looked for wherever it might be."""

import base64
import json
import os
import resource

from lib import sealed
from lib.case import limit, rows
from lib.desk import OK

PHONE = "79001234567"


def spellings(secret):
    """The ways in which bytes get written."""
    plain = base64.b64encode(secret)
    return {secret, plain, plain.rstrip(b"="), base64.urlsafe_b64encode(secret),
            secret.hex().encode(), secret.hex().upper().encode(),
            b"".join(b"\\x%02x" % b for b in secret),
            b":".join(b"%02x" % b for b in secret)}


def adv_secret(qr_text):
    return base64.b64decode(qr_text.split(",")[3])


def proc_file(proc, name):
    with open(f"/proc/{proc.pid}/{name}", "rb") as f:
        return f.read()


def places(desk, procs):
    """(where, bytes) of everything that others may come to see; of `link`
    not its standard output, which is there to show codes."""
    for path in desk.files():
        if not path.endswith("master.key"):
            with open(path, "rb") as f:
                yield path, f.read()
    for proc in procs:
        yield f"stderr of {proc.argv[1:]}", proc.err.text().encode()
        if "link" not in proc.argv:
            yield f"stdout of {proc.argv[1:]}", proc.out.text().encode()


def check_absent(t, desk, secrets, procs=None):
    for where, data in places(desk, desk.procs if procs is None else procs):
        for name, secret in secrets.items():
            for form in spellings(secret):
                t.true(form not in data, f"{name} is in {where}")


def everything_else(desk):
    """All commands that print something."""
    for args in (["status"], ["status", "acme"], ["companies"], ["logs"],
                 ["doctor"]):
        desk.run(*args)
        desk.run(*args, "--json")


@rows("level", [("info",), ("debug",)])
def test_secret_of_a_link_by_qr(t, level):
    sim, desk = t.pair(PAIRDESK_LOG_LEVEL=level)
    proc = desk.link("acme")
    qr = proc.event("qr")
    secrets = {"adv secret": adv_secret(qr["text"])}
    shown = [("cmdline", proc_file(proc, "cmdline")),
             ("environ", proc_file(proc, "environ"))]
    sim.scan(qr["text"], PHONE)
    proc.event("connected")
    t.equal(proc.exit(), OK)
    secrets["master key"] = sealed.master_key(desk)
    everything_else(desk)
    serve = desk.serve()
    sim.wait("active", count=2)
    shown += [("environ of serve", proc_file(serve, "environ"))]
    t.equal(serve.stop(), OK)
    check_absent(t, desk, secrets)
    for where, data in shown:
        for name, secret in secrets.items():
            for form in spellings(secret):
                t.true(form not in data, f"{name} is in {where}")


@rows("level", [("info",), ("debug",)])
def test_secret_pairing_code(t, level):
    sim, desk = t.pair(PAIRDESK_LOG_LEVEL=level)
    proc = desk.link("acme", "--phone", PHONE)
    code = proc.event("code")["code"]
    sim.type(PHONE, code)
    proc.event("connected")
    t.equal(proc.exit(), OK)
    everything_else(desk)
    secrets = {"code": code.encode(), "bare code":
               code.replace("-", "").encode()}
    check_absent(t, desk, secrets)


@rows("phone fault more", [
    ("scans", "pair-success", {"how": "bad-hmac"}),
    ("scans", "pair-success", {"how": "garbage"}),
    ("waits", "frame", {"how": "garbage-node", "at": "pair"}),
    ("waits", "code-answer", {"code": 429, "text": "no"}),
    ("types", "code-finish", {"how": "error", "code": 500}),
])
def test_secret_in_error_texts(t, phone, fault, more):
    sim, desk = t.pair(PAIRDESK_LOG_LEVEL="debug", speed=10)
    sim.fault(fault, count=0, **more)
    proc = desk.link("acme", "--phone", PHONE)
    if phone == "scans":
        sim.ask("scan", text=proc.event("qr")["text"], phone=PHONE,
                until="sent")
    elif phone == "types":
        sim.ask("type", code=proc.event("code")["code"], phone=PHONE,
                until="sent")
    proc.next_json(lambda e: e["event"] in ("error", "expired"), 30)
    proc.stop()
    secrets = {}
    for n, event in enumerate(proc.events()):
        if event["event"] == "qr":
            secrets[f"adv secret {n}"] = adv_secret(event["text"])
        elif event["event"] == "code":
            secrets[f"code {n}"] = event["code"].encode()
    check_absent(t, desk, secrets)
    for event in proc.events():
        if event["event"] == "error":
            for secret in secrets.values():
                for form in spellings(secret):
                    t.true(form not in json.dumps(event).encode(),
                           f"secret in {event}")


def test_secret_number_is_masked_in_logs(t):
    sim, desk = t.pair(PAIRDESK_LOG_LEVEL="debug")
    proc = desk.link("acme", "--phone", PHONE)
    sim.type(PHONE, proc.event("code")["code"])
    proc.event("connected")
    t.equal(proc.exit(), OK)
    serve = desk.serve()
    sim.wait("active", count=2)
    sim.push("message", phone=PHONE, n=3, enc="pkmsg",
             **{"from": "79995554433@s.whatsapp.net"})
    sim.counter("missing", equals=0)
    t.equal(serve.stop(), OK)
    log = "\n".join(desk.log())
    t.lacks(log, PHONE, "the company's number")
    t.lacks(log, "79995554433", "a customer's number")


def test_secret_stored_values_are_sealed(t):
    """Nothing that the server knows of us lies in the clear either."""
    sim, desk = t.pair()
    jid = desk.linked(sim, phone=PHONE)
    identity = bytes.fromhex(sim.device(PHONE)["identity"])
    found = sim.do("devices", phone=PHONE)
    check_absent(t, desk, {"identity key": identity,
                           "jid": jid.encode()}, procs=[])
    t.true(found["ok"])


def windows(value, n=16):
    """Pieces of a stored value that look like key material."""
    for at in range(len(value) - n + 1):
        piece = value[at:at + n]
        if sum(b >= 0x80 for b in piece) >= 4 and len(set(piece)) > n - 4:
            yield piece


def piece_spellings(piece):
    """In hex, and in base64 whatever stood before it."""
    forms = [piece, piece.hex().encode(), piece.hex().upper().encode()]
    for before in range(3):
        # the characters that depend on the neighbours are left out
        text = base64.b64encode(bytes(before) + piece)
        forms.append(text[4 if before else 0:-4])
    return forms


@limit(90)
def test_secret_no_stored_key_is_seen(t):
    """All keys of a company, opened with the master key, against all that
    its processes ever said."""
    sim, desk = t.pair(PAIRDESK_LOG_LEVEL="debug")
    desk.linked(sim, phone=PHONE)
    sim.fault("close", at="online", kind="login", after_ms=50)
    serve = desk.serve()
    sim.wait("active", count=3, timeout=20)
    sim.push("message", phone=PHONE, n=3, enc="pkmsg")
    sim.counter("missing", equals=0)
    t.equal(serve.stop(), OK)
    everything_else(desk)
    found = sealed.records(desk)
    t.true(found, "records")
    t.true(None not in found.values(), "a record does not open")
    creds = b"".join(v for (table, _), v in found.items()
                     if table == "creds")
    t.true(len(creds) >= 32 * 4, f"{len(creds)} bytes of keys")
    said = "\n".join(data.decode("latin-1") for where, data in
                     places(desk, desk.procs) if "/sessions/" not in where)
    said += "\n".join("\n".join(p.out.lines[1:]) for p in desk.procs
                      if "link" in p.argv)      # all but the QR itself
    for piece in windows(creds):
        for form in piece_spellings(piece):
            t.true(form.decode("latin-1") not in said,
                   f"{form!r} was said")


def test_secret_values_do_not_open_elsewhere(t):
    sim, desk = t.pair()
    desk.linked(sim, phone=PHONE)
    desk.linked(sim, company="beta", phone="79002223344")
    master = sealed.master_key(desk)
    one, other = (sealed.records(desk, c) for c in ("acme", "beta"))
    t.true(one and other and None not in (*one.values(), *other.values()))
    t.true(set(one.values()).isdisjoint(other.values()), "nothing shared")
    t.true(sealed.company_key(master, "acme") !=
           sealed.company_key(master, "beta"))


def test_secret_not_in_a_core_file(t):
    """The process forbids its own, whatever the caller allows."""
    sim, desk = t.pair(ASAN_OPTIONS="disable_coredump=0")
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard == 0:
        return
    proc = desk.link("acme")
    resource.prlimit(proc.pid, resource.RLIMIT_CORE)
    proc.event("qr")
    limits = proc_file(proc, "limits").decode()
    core = [x for x in limits.splitlines() if "core file" in x][0].split()
    owner = os.stat(f"/proc/{proc.pid}/environ").st_uid
    dumpable = os.getuid() != 0 and owner == os.getuid()
    t.true(core[4] == "0" and not dumpable, f"{core}, dumpable: {dumpable}")


def test_secret_log_has_no_control_characters(t):
    """What a stranger sends cannot forge lines or move the cursor."""
    sim, desk = t.pair(PAIRDESK_LOG_LEVEL="debug")
    sim.do("phone", phone=PHONE, business="a\nlevel=error\x1b[2J\u202eb")
    desk.linked(sim, phone=PHONE)
    serve = desk.serve()
    sim.wait("active", count=2)
    sim.push("node", phone=PHONE, node={
        "tag": "ib", "attrs": {"from": "s.whatsapp.net", "x": "\x1b]0;y\x07"},
        "content": [{"tag": "no\nsuch", "attrs": {}}]})
    sim.push("stream-error", phone=PHONE, code=503, text="\x1b[31m\nforged=1")
    sim.wait("active", count=3, timeout=20)
    t.equal(serve.stop(), OK)
    with open(os.path.join(desk.state, "pairdesk.log"), "rb") as f:
        data = f.read()
    bad = sorted({b for b in data if b < 32 and b != 10})
    t.equal(bad, [], "control characters in the log")
    for line in data.decode().splitlines():
        t.true(line[:2] == "20" and "level=" in line, f"a line of ours: {line}")
    for words in (desk.words("en"), desk.run("status", "acme").out):
        t.lacks(words, "\x1b")
