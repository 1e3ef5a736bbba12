"""Whom it believes: certificates of TLS and of noise, broken greetings."""

import os

from lib.case import rows
from lib.desk import OK, UNAVAILABLE


# what the sentences call the stages
WORDS = {"name_lookup": "name look-up", "tcp": "TCP connection", "tls": "TLS",
         "upgrade": "websocket", "noise": "handshake"}


def named(t, desk, error, stage):
    """The failure is told with its stage, in the log and to people."""
    t.contains("\n".join(desk.log()), f"stage={stage} ", "stage in the log")
    t.true(error["advice"], str(error))
    if error["reason"] == "network_blocked":
        t.contains(error["error"], WORDS[stage], "stage in the sentence")


def refused(t, sim, desk, stage, timeout=20):
    """A link that must fail at this stage, once, with the stage's name."""
    proc = desk.link("acme")
    error = proc.event("error", timeout=timeout)
    named(t, desk, error, stage)
    t.equal(proc.exit(), UNAVAILABLE, "exit code")
    t.equal(sim.status()["registrations"], 0, "no key shown to it")
    return error, proc


# protocol.md 2, the seven checks of the certificate chain
@rows("how words", [
    ("no-leaf", "malformed"), ("no-intermediate", "malformed"),
    ("short-signature", "malformed"), ("short-key", "malformed"),
    ("garbage", "malformed"), ("empty", "malformed"),
    ("root", "signature"), ("intermediate-signature", "signature"),
    ("intermediate-issuer", "issuer"), ("leaf-signature", "signature"),
    ("leaf-issuer", "issuer"), ("leaf-key", "another key"),
    ("leaf-expired", "clock"), ("leaf-not-yet", "clock"),
    ("intermediate-expired", "clock"),
])
def test_trust_noise_chain(t, how, words):
    sim, desk = t.pair()
    sim.fault("cert", how=how, count=0)
    error, proc = refused(t, sim, desk, "noise")
    t.contains(str(error) + desk.said(), words, "what is wrong with it")


@rows("how", [("root",), ("leaf-key",), ("leaf-expired",)])
def test_trust_noise_chain_at_login(t, how):
    """A linked company does not give itself to a wrong server either."""
    sim, desk = t.pair(speed=5)
    desk.linked(sim)
    logins = sim.status()["logins"]
    sim.fault("cert", how=how, count=0)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("hello", after=after, count=2)         # it tries again
    t.equal(sim.status()["logins"], logins)
    sim.do("clear")
    sim.wait("login", after=after, timeout=20)
    t.equal(serve.stop(), OK)
    t.equal(desk.quarantined(), [])


def test_trust_own_root_only_for_loopback(t):
    """Without the simulator's root key its chain is a stranger's."""
    sim, desk = t.pair()
    del desk.env["PAIRDESK_WHATSAPP_NOISE_ROOT_KEY"]
    refused(t, sim, desk, "noise")


@rows("how", [
    ("garbage",), ("empty",), ("no-static",), ("short-ephemeral",),
    ("zero-ephemeral",), ("bad-static-tag",), ("bad-payload-tag",), ("huge",),
])
def test_trust_server_hello(t, how):
    sim, desk = t.pair(speed=5)
    sim.fault("hello", how=how, count=0)
    refused(t, sim, desk, "noise")


@rows("how", [
    ("expired",), ("not-yet",), ("wrong-host",), ("untrusted",), ("garbage",),
    ("alert",),
])
def test_trust_tls(t, how):
    sim, desk = t.pair()
    sim.fault("tls", how=how, count=0)
    refused(t, sim, desk, "tls")
    t.equal(sim.status()["upgrades"], 0, "nothing was sent to it")


def test_trust_unknown_ca(t):
    sim, desk = t.pair()
    del desk.env["PAIRDESK_WHATSAPP_CA_FILE"]
    refused(t, sim, desk, "tls")


def test_trust_ca_file_missing(t):
    sim, desk = t.pair(PAIRDESK_WHATSAPP_CA_FILE="/nonexistent/ca.pem")
    proc = desk.link("acme")
    t.true(proc.exit() != OK)
    t.contains(proc.out.text() + proc.err.text(), "ca.pem")
    t.equal(sim.touched(), 0)


@rows("members", [
    ({"status": 403},), ({"status": 200},), ({"status": 500},),
    ({"how": "bad-accept"},), ({"how": "no-accept"},),
    ({"how": "no-upgrade"},), ({"how": "garbage"},), ({"how": "huge"},),
    ({"how": "slow"},), ({"how": "redirect"},), ({"how": "extension"},),
])
def test_trust_upgrade(t, members):
    sim, desk = t.pair(speed=10)
    sim.fault("upgrade", count=0, **members)
    refused(t, sim, desk, "upgrade", timeout=30)


@rows("at stage", [
    ("accept", "tls"), ("tls", "tls"), ("upgrade", "upgrade"),
    ("hello", "noise"), ("finish", "login"), ("pair", "login"),
])
def test_trust_stall_has_a_deadline(t, at, stage):
    """Silence at any stage ends by itself and is named by its stage."""
    sim, desk = t.pair(speed=10, plain=False)
    sim.fault("stall", at=at, count=0)
    proc = desk.link("acme")
    error = proc.event("error", timeout=30)
    named(t, desk, error, stage)
    t.equal(proc.exit(), UNAVAILABLE, "exit code")


def test_trust_nobody_listens(t):
    sim, desk = t.pair()
    sim.fault("unlisten", ms=0)
    proc = desk.link("acme")
    named(t, desk, proc.event("error"), "tcp")
    t.equal(proc.exit(), UNAVAILABLE)


def test_trust_unknown_name(t):
    sim, desk = t.pair(PAIRDESK_WHATSAPP_URL="wss://pairdesk.invalid/ws/chat")
    del desk.env["PAIRDESK_WHATSAPP_NOISE_ROOT_KEY"]
    proc = desk.link("acme")
    named(t, desk, proc.event("error", timeout=30), "name_lookup")
    t.equal(proc.exit(), UNAVAILABLE)


@rows("how more", [
    ("bad-tag", {}), ("garbage-node", {}), ("zero-length", {}),
    ("short", {}), ("truncated-node", {}), ("trailing", {}), ("deep", {}),
    ("zip-bomb", {}), ("bad-zlib", {}), ("huge", {"bytes": 16777215}),
    ("masked", {}),
])
def test_trust_frames_in_pairing(t, how, more):
    """Garbage after the handshake: an orderly end, not a crash."""
    sim, desk = t.pair(speed=10)
    sim.fault("frame", at="pair", how=how, count=0, **more)
    proc = desk.link("acme")
    error = proc.event("error", "expired", timeout=30)
    t.true(error.get("reason") or error["event"] == "expired", str(error))
    t.within(proc.exit(), 1, 125, "exit code")


@rows("how", [
    ("bad-tag",), ("garbage-node",), ("truncated-node",), ("deep",),
    ("zip-bomb",), ("huge",), ("masked",), ("reserved-bits",),
])
def test_trust_frames_at_login(t, how):
    """The same to a linked company: it dials again and is well."""
    sim, desk = t.pair()
    desk.linked(sim)
    sim.fault("frame", at="login", how=how, kind="login",
              **({"bytes": 16777215} if how == "huge" else {}))
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, timeout=25)
    t.equal(serve.stop(), OK)
    t.equal(desk.quarantined(), [])


@rows("stage fault expect", [
    ("tcp", ("unlisten", {"ms": 0}), "tcp"),
    ("tls", ("tls", {"how": "untrusted"}), "tls"),
    ("upgrade", ("upgrade", {"status": 403}), "upgrade"),
    ("noise", ("cert", {"how": "root"}), "noise"),
    ("none", None, None),
])
def test_trust_doctor_names_the_stage(t, stage, fault, expect):
    sim, desk = t.pair()
    if fault:
        sim.fault(fault[0], count=0, **fault[1])
    done = desk.run("doctor", "--json", timeout=40)
    plain = desk.run("doctor", timeout=40)
    if expect:
        t.equal(done.code, UNAVAILABLE, str(done))
        t.contains(done.out, expect)
        t.contains(plain.out + plain.err, WORDS[expect])
    else:
        t.equal(done.code, OK, str(done))
    t.equal(sim.status()["registrations"], 0, "doctor never registers")


def test_trust_proxy_variables_are_not_obeyed(t):
    """No way around the one dialer by a foreign environment."""
    sim, desk = t.pair(https_proxy="http://127.0.0.1:9",
                       SSL_CERT_FILE=os.devnull)
    desk.linked(sim)
