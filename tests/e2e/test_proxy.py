"""By a proxy and no other way: SOCKS5 and CONNECT, alive, dead and wrong."""

import json
import re

from lib.case import rows
from lib.desk import CONFIG, NOUSER, OK, UNAVAILABLE, USAGE
from lib.proxy import Proxy

PHONE = "79001234567"
SECRET = "s3cr-3t"


def by_name(sim):
    """The simulator's address as a name, so that a look-up can be seen."""
    return {"PAIRDESK_WHATSAPP_URL":
            sim.ready["url"].replace("127.0.0.1", "localhost")}


def only_by(t, sim, proxies, extra=0):
    """Every connection the simulator saw was one of these proxies'."""
    t.equal(sim.touched(), sum(len(p.opened()) for p in proxies) + extra,
            "connections at the simulator that no proxy made")


@rows("kind", [("socks5",), ("http",)])
def test_proxy_links_and_logs_in(t, kind):
    """With credentials; the name is looked up at the proxy, also for the
    version; nothing goes straight, and no password is written anywhere."""
    sim = t.sim()
    proxy = Proxy(t, kind, "ann", SECRET, do="slow")
    desk = t.desk(sim, PAIRDESK_PROXY=proxy.url, **by_name(sim))
    desk.env["PAIRDESK_WHATSAPP_VERSION_URL"] = \
        sim.ready["version_url"].replace("127.0.0.1", "localhost")
    desk.linked(sim, phone=PHONE)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    desk.core_ready(serve)
    status = desk.control().get(
        "/api/whatsapp/sessions/acme/status").json()["data"]
    t.equal(status["egress"], proxy.name)
    t.equal(status["proxy"], None, "none of its own")
    t.equal({(a.kind, a.host, a.user, a.password) for a in proxy.asked},
            {("name", "localhost", "ann", SECRET)})
    only_by(t, sim, [proxy])
    t.equal(serve.stop(), OK)
    t.lacks(desk.said(), SECRET, "password")


def test_proxy_killed_while_online(t):
    """The state says that it is the proxy; nothing is sent around it; when it
    is there again, so is the company."""
    sim = t.sim()
    proxy = Proxy(t, "socks5", "ann", SECRET)
    desk = t.desk(sim, speed=20, PAIRDESK_PROXY=proxy.url)
    desk.linked(sim, phone=PHONE)
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    proxy.stop()
    desk.logged("reconnecting", "network_blocked")
    before = sim.touched()
    status = desk.status()
    t.contains(status["message"], proxy.name)
    t.contains(desk.words("ru"), f"Прокси {proxy.name} недоступен")
    sim.counter("connections.total", timeout=10, equals=before, quiet_ms=1500)
    after = sim.seq()
    proxy.start()
    sim.wait("active", after=after, timeout=20)
    only_by(t, sim, [proxy])
    t.equal(serve.stop(), OK)
    t.lacks(desk.said(), SECRET, "password")


@rows("kind do code stage words", [
    ("socks5", "stall-hello", None, "proxy", "does not answer"),
    ("socks5", "stall-auth", None, "proxy", "does not answer"),
    ("socks5", "stall-reply", None, "proxy", "does not answer"),
    ("http", "stall-hello", None, "proxy", "does not answer"),
    ("http", "stall-reply", None, "proxy", "does not answer"),
    ("socks5", "refuse", 2, "proxy", "does not connect to WhatsApp"),
    ("socks5", "refuse", 5, "proxy", "does not connect to WhatsApp"),
    ("http", "refuse", 403, "proxy", "does not connect to WhatsApp"),
    ("http", "refuse", 502, "proxy", "does not connect to WhatsApp"),
    ("socks5", "garbage", None, "proxy", "does not answer as a proxy"),
    ("http", "garbage", None, "proxy", "does not answer as a proxy"),
    ("socks5", "drop", None, "proxy", "does not answer as a proxy"),
    ("socks5", "half", None, "proxy", "does not answer as a proxy"),
    ("http", "half", None, "proxy", "does not answer as a proxy"),
])
def test_proxy_that_does_not_work(t, kind, do, code, stage, words):
    """Each in its words, in its time, and never around it."""
    sim = t.sim()
    proxy = Proxy(t, kind, "ann", SECRET, do=do, code=code)
    desk = t.desk(sim, speed=50, PAIRDESK_PROXY=proxy.url,
                  PAIRDESK_WHATSAPP_VERSION_URL="none")
    proc = desk.link("acme")
    error = proc.event("error", timeout=20)
    t.equal(proc.exit(), UNAVAILABLE)
    t.equal((error["reason"], error["stage"]), ("network_blocked", stage))
    t.contains(error["error"], words)
    t.contains(error["error"], proxy.name)
    t.true(error["advice"], str(error))
    only_by(t, sim, [proxy])
    t.lacks(desk.said(), SECRET, "password")


@rows("kind", [("socks5",), ("http",)])
def test_proxy_wrong_password(t, kind):
    sim = t.sim()
    proxy = Proxy(t, kind, "ann", SECRET)
    desk = t.desk(sim, PAIRDESK_WHATSAPP_VERSION_URL="none",
                  PAIRDESK_PROXY=proxy.url.replace(SECRET, "wr0ng-one"))
    proc = desk.link("acme")
    error = proc.event("error")
    t.equal(proc.exit(), UNAVAILABLE)
    t.contains(error["error"], "refuses the user name or password")
    t.equal(sim.touched(), 0, "straight connections")
    t.lacks(desk.said(), "wr0ng-one", "password")


def test_proxy_of_each_company(t):
    """Two with proxies of their own, set and changed over the API while they
    are online; a third goes straight though a default is set."""
    sim = t.sim()
    one, two = Proxy(t, "socks5", "ann", SECRET), Proxy(t, "http")
    usual = Proxy(t, "socks5")
    desk = t.desk(sim, PAIRDESK_PROXY=usual.url,
                  PAIRDESK_WHATSAPP_VERSION_URL="none")
    companies = {"one": one.url, "two": two.url, "three": "direct"}
    for n, company in enumerate(companies):
        desk.linked(sim, company, f"7900123450{n}")
    straight = sim.touched() - len(usual.opened())
    t.equal(straight, 0, "all linked by the default")
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, count=3)
    admin = desk.core_ready(serve)
    before = len(usual.opened())
    for company, url in companies.items():
        after = sim.seq()
        told = admin.data("PATCH", f"/api/whatsapp/sessions/{company}",
                          {"proxy": url})
        sim.wait("active", after=after)
        name = {"one": one.name, "two": two.name, "three": "direct"}[company]
        t.equal(told["proxy"], name)
        t.lacks(json.dumps(told), SECRET, "password")
    t.equal((len(one.opened()), len(two.opened())), (1, 1))
    t.equal(len(usual.opened()), before, "the default is used no more")
    only_by(t, sim, [one, two, usual], extra=1)
    after = sim.seq()
    told = admin.data("PATCH", "/api/whatsapp/sessions/three",
                      {"proxy": None})
    sim.wait("active", after=after)
    t.equal((told["proxy"], told["egress"]), (None, usual.name))
    t.equal(serve.stop(), OK)
    # and it is kept
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after, count=3)
    t.equal((len(one.opened()), len(two.opened())), (2, 2))
    t.equal(serve.stop(), OK)
    t.lacks(desk.said(), SECRET, "password")


def test_proxy_option_that_is_none(t):
    """Refused at the start, not quoted, and not to be given as a flag."""
    sim = t.sim()
    for text in ("socks4://127.0.0.1", "socks5://ann:pa%zz@127.0.0.1",
                 "socks5://ann:" + SECRET + "@127.0.0.1:0",
                 "http://ann:" + SECRET + "@127.0.0.1/x"):
        done = t.desk(sim, PAIRDESK_PROXY=text).run("companies")
        t.equal(done.code, CONFIG, str(done))
        t.true(re.search(r"PAIRDESK_PROXY: proxy must ", done.err), done.err)
        t.lacks(done.err, SECRET, "password")
    t.equal(sim.touched(), 0)


# --- the command line ---------------------------------------------------------

def test_proxy_command(t):
    """Set without a password in anybody's sight; kept; told masked."""
    sim = t.sim()
    proxy = Proxy(t, "socks5", "ann", SECRET)
    desk = t.desk(sim, PAIRDESK_WHATSAPP_VERSION_URL="none")
    desk.linked(sim, phone=PHONE)
    refused = desk.run("proxy", "acme", proxy.url)
    t.equal(refused.code, USAGE, str(refused))
    t.lacks(refused.out + refused.err, SECRET, "password")
    t.equal(desk.run("proxy", "acme", "nonsense").code, USAGE)
    given = desk.start("proxy", "acme", "-", stdin=proxy.url + "\n")
    t.equal(given.exit(), OK, given.describe())
    t.contains(given.out.text(), proxy.name)
    status = desk.status()
    t.equal((status["proxy"], status["egress"]), (proxy.name, proxy.name))
    before = sim.touched()
    after = sim.seq()
    serve = desk.serve()
    sim.wait("active", after=after)
    t.equal(sim.touched() - before, len(proxy.opened()))
    after = sim.seq()
    done = desk.run("proxy", "acme", "direct")
    t.equal(done.code, OK, str(done))
    sim.wait("active", after=after)
    t.equal(sim.touched() - before, len(proxy.opened()) + 1)
    t.equal(serve.stop(), OK)
    t.lacks(desk.said(), SECRET, "password")


# --- the doctor ---------------------------------------------------------------

def checked(desk, *args, code=OK, lang="en"):
    done = desk.run("doctor", *args, "--json", timeout=60,
                    PAIRDESK_LANG=lang)
    desk.t.equal(done.code, code, str(done))
    return done.json()


@rows("do code failing words", [
    (None, None, None, "reached by the proxy"),
    ("dead", None, "proxy_tcp", "cannot be reached"),
    ("wrong", None, "proxy", "refuses the user name or password"),
    ("stall-hello", None, "proxy", "does not answer as a proxy"),
    ("refuse", 4, "proxy", "does not connect to WhatsApp"),
    ("name", None, "proxy_lookup", "has no address"),
    ("tls", None, "tls", "works, but WhatsApp is not reached"),
])
def test_proxy_doctor(t, do, code, failing, words):
    """Of each failure: the stage, whose no it was, in two languages, by a
    core and without one."""
    sim = t.sim()
    proxy = Proxy(t, "socks5", "ann", SECRET, code=code,
                  do=do if do in ("stall-hello", "refuse") else None)
    url = proxy.url
    if do == "wrong":
        url = url.replace(SECRET, "wr0ng-one")
    elif do == "name":
        url = url.replace("127.0.0.1", "no-such-proxy.invalid")
    elif do == "dead":
        proxy.stop()
    elif do == "tls":
        sim.fault("tls", how="untrusted", count=0)
    desk = t.desk(sim, speed=20, PAIRDESK_PROXY=url,
                  PAIRDESK_WHATSAPP_VERSION_URL="none")
    end = UNAVAILABLE if failing else OK
    told = checked(desk, code=end)
    by_core = checked(desk, "--all", code=end)
    way = by_core["egresses"][0]
    for got in told, way:
        t.contains(got["message"], words)
        last = got["steps"][-1]
        t.equal(last["stage"], failing or "noise")
        t.equal(last["ok"], not failing)
        t.equal([s["ok"] for s in got["steps"][:-1]],
                [True] * (len(got["steps"]) - 1))
        if failing:
            t.true(last["cause"] and last["detail"], str(last))
    ru = checked(desk, "--all", code=end, lang="ru")["egresses"][0]
    t.true(re.search("[а-я]", ru["message"]), ru["message"])
    t.lacks(desk.said(), SECRET, "password")
    t.lacks(desk.said(), "wr0ng-one", "password")
    only_by(t, sim, [proxy])


def test_proxy_doctor_of_each_way(t):
    """By a running core: the default way, one company's, and all."""
    sim = t.sim()
    good, dead = Proxy(t, "http"), Proxy(t, "socks5")
    dead.stop()
    desk = t.desk(sim, speed=5, PAIRDESK_WHATSAPP_VERSION_URL="none")
    serve = desk.serve()
    admin = desk.core_ready(serve)
    for company, url in (("one", good.url), ("two", dead.url),
                         ("three", good.url)):
        admin.data("PATCH", f"/api/whatsapp/sessions/{company}",
                   {"proxy": url})
    t.equal([(w["egress"], w["ok"]) for w in checked(desk)["egresses"]],
            [(None, True)])
    one = checked(desk, "--company", "one")["egresses"]
    t.equal([(w["egress"], w["companies"]) for w in one],
            [(good.name, ["one"])])
    t.equal(checked(desk, "--company", "two",
                    code=UNAVAILABLE)["egresses"][0]["egress"], dead.name)
    ways = checked(desk, "--all", code=UNAVAILABLE)["egresses"]
    t.equal({(w["egress"], w["ok"], tuple(w["companies"])) for w in ways},
            {(None, True, ()), (good.name, True, ("one", "three")),
             (dead.name, False, ("two",))})
    plain = desk.run("doctor", "--all")
    t.contains(plain.out, f"{dead.name}: two")
    t.equal(desk.run("doctor", "--company", "nobody").code, NOUSER)
    t.equal(serve.stop(), OK)
