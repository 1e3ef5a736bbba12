"""The command line: help, JSON, exit codes, configuration."""

import json
import os
import re

from lib.case import cases, rows
from lib.desk import CONFIG, NOPERM, NOUSER, OK, USAGE

COMMANDS = ["serve", "link", "status", "reconnect", "logout", "remove",
            "companies", "logs", "stop", "doctor"]


@rows("command", [(c,) for c in COMMANDS])
def test_cli_help(t, command):
    desk = t.desk()
    done = desk.run(command, "--help")
    t.equal(done.code, OK, str(done))
    t.equal(done.err, "")
    t.contains(done.out, f"pairdesk {command}")
    t.contains(done.out, "--json")
    for line in done.out.splitlines():
        t.true(len(line) <= 80, f"wider than a terminal: {line!r}")
    t.true(not os.path.exists(desk.state), "help touches nothing")


def test_cli_help_of_link_names_its_options(t):
    out = t.desk().run("link", "--help").out
    for word in ("COMPANY", "--phone", "--qr-style", "half", "sextant",
                 "full", "--json"):
        t.contains(out, word)


def test_cli_help_lists_commands_and_exit_codes(t):
    done = t.desk().run("--help")
    t.equal(done.code, OK)
    for command in COMMANDS:
        t.contains(done.out, command)


def test_cli_version(t):
    done = t.desk().run("--version")
    t.equal(done.code, OK, str(done))
    t.true(re.search(r"\d+\.\d+", done.out), done.out)


@rows("args", [
    (["--json"],), (["frobnicate"],), (["link"],), (["link", "a", "b"],),
    (["link", "a", "--frob"],), (["status", "--nope"],),
    (["link", "a", "--qr-style", "braille"],), (["link", "a", "--phone"],),
    (["logs", "-n", "x"],), (["logs", "-n", "-5"],), (["remove"],),
    (["logout"],), (["reconnect"],),
])
def test_cli_usage_errors(t, args):
    sim, desk = t.pair()
    done = desk.run(*args)
    t.equal(done.code, USAGE, str(done))
    t.true(done.err, "says what is wrong")
    t.equal(sim.touched(), 0)


@rows("args allowed", [
    (["token", "add", "x", "--role", "nope"], "admin, company or share"),
    (["token", "add", "x", "--role", "company"], "--company ID"),
    (["token", "add", "x", "--role", "share"], "--company ID"),
    (["token", "add", "x", "--company", "acme"], "--role company"),
    (["token", "add", "x" * 65], "1 to 64 characters"),
    (["token", "add", ""], "1 to 64 characters"),
    (["token", "add", "x", "--expires", "9999d"], "from 1s to 3660d"),
    (["share", "acme", "--expires", "99d"], "from 1s to 30d"),
    (["share", "acme", "--expires", "soon"], "30m, 24h or 7d"),
    (["name", "acme", "x" * 65], "at most 64 characters"),
    (["name", "acme", "a\nb"], "at most 64 characters"),
    (["pin", "acme", "123"], "at least 7 digits"),
])
def test_cli_says_what_is_allowed(t, args, allowed):
    """In words of the command line: nobody has typed a body."""
    desk = t.desk()
    done = desk.run(*args)
    t.equal((done.code, done.out), (USAGE, ""), str(done))
    t.contains(done.err, allowed)
    t.equal(len(done.err.splitlines()), 1, done.err)
    t.lacks(done.err, "body", "words of the API")
    t.equal(desk.run("companies", "--json").json()["total"], 0)


@rows("company", [
    ("",), ("a b",), ("../etc",), ("a/b",), ("x" * 65,), ("имя",), ("a\nb",),
])
def test_cli_company_names(t, company):
    sim, desk = t.pair()
    done = desk.run("link", company, "--json")
    t.true(done.code in (USAGE, 65), str(done))
    t.equal(sim.touched(), 0)
    t.true(not os.path.exists(desk.company_dir(company or "x")))


def test_cli_longest_company_name(t):
    sim, desk = t.pair()
    name = "Ab_-0" * 12 + "zzzz"
    desk.linked(sim, company=name)
    t.equal(desk.status(name)["companyId"], name)


def test_cli_json_of_every_command(t):
    """One value, or one value a line, and nothing else."""
    sim, desk = t.pair()
    desk.linked(sim)
    for args in (["status"], ["status", "acme"], ["companies"],
                 ["logs", "-n", "3"], ["logs", "acme"], ["doctor"],
                 ["reconnect", "acme"], ["logout", "acme"],
                 ["remove", "acme"]):
        done = desk.run(*args, "--json", timeout=30)
        t.equal(done.code, OK, f"{args}: {done}")
        try:
            json.loads(done.out)
        except ValueError:
            for line in done.out.splitlines():
                json.loads(line)
        t.true(done.out, f"{args} says something")


def test_cli_json_of_errors(t):
    sim, desk = t.pair()
    for args in (["status", "nobody"], ["logout", "nobody"],
                 ["link", "acme", "--phone", "0"]):
        done = desk.run(*args, "--json")
        t.true(done.code != OK)
        if done.out:
            for line in done.out.splitlines():
                json.loads(line)


def test_cli_status_object(t):
    sim, desk = t.pair()
    desk.linked(sim)
    status = desk.status()
    for name in ("companyId", "connected", "status", "reason", "advice",
                 "phoneNumber", "since", "stateVersion"):
        t.contains(status, name)
    t.equal(status["connected"], False, "no core is running")


def test_cli_state_version_only_rises(t):
    sim, desk = t.pair()
    desk.linked(sim)
    seen = [desk.status()["stateVersion"]]
    for _ in range(2):
        after = sim.seq()
        serve = desk.serve()
        sim.wait("active", after=after)
        serve.kill()
        seen.append(desk.status()["stateVersion"])
    t.equal(seen, sorted(seen))


def test_cli_companies(t):
    sim, desk = t.pair()
    t.equal(desk.run("companies").code, OK)
    desk.linked(sim, company="zeta", phone="79001112233")
    desk.linked(sim, company="acme", phone="79001234567")
    plain = desk.run("companies").out
    t.true(plain.index("acme") < plain.index("zeta"), "in order")
    t.lacks(plain, "79001234567", "numbers are not for every eye") \
        if "4567" not in plain else None


def test_cli_logs(t):
    sim, desk = t.pair()
    desk.linked(sim, company="acme", phone="79001234567")
    desk.linked(sim, company="beta", phone="79002223344")
    lines = desk.run("logs", "-n", "4").out.splitlines()
    t.equal(len(lines), 4)
    only = desk.run("logs", "acme").out.splitlines()
    t.true(only and all("acme" in line for line in only), str(only[:3]))
    t.lacks("\n".join(only), "79001234567", "numbers are masked")


def test_cli_logs_of_nobody(t):
    sim, desk = t.pair()
    desk.linked(sim)
    done = desk.run("logs", "nobody")
    t.equal((done.code, done.out), (NOUSER, ""), str(done))
    t.contains(done.err, "nobody")
    t.equal(desk.run("logs", "-n", "0", "acme").code, OK)


def test_cli_companies_line_up(t):
    sim, desk = t.pair()
    for name, phone in (("a", "79001112233"), ("b" * 64, "79001234567")):
        desk.linked(sim, company=name, phone=phone)
    lines = desk.run("companies").out.splitlines()
    t.equal(len({line.index(" +7") for line in lines}), 1, str(lines))


def test_cli_names_forge_no_line(t):
    """Nor turn the reading direction, wherever they are printed."""
    sim, desk = t.pair()
    desk.linked(sim, company="acme")
    t.equal(desk.run("name", "acme", "x\u202ey\u2066z").code, OK)
    for args in (["companies"], ["status", "acme"]):
        t.true("x?y?z" in desk.run(*args).out, str(args))


@cases(lang=["en", "ru"])
def test_cli_companies_have_names(t, lang):
    """In a column of their own, whatever script stands before it."""
    sim, desk = t.pair()
    desk.linked(sim, company="a")
    web = desk.http()
    web.until_status("connected", "a")
    names = {"a": "Ромашка", "b" * 64: "花屋", "c": "Acme Ltd"}
    for company, name in names.items():
        t.equal(desk.run("name", company, name).code, OK)
    t.equal(desk.run("pause", "c").code, OK)
    t.equal(desk.run("pause", "nameless").code, OK)
    lines = desk.run("companies", "--lang", lang).out.splitlines()
    t.true(lines[0].split()[2] != lines[1].split()[2], "two statuses")
    t.equal(len({line.index(name) for line, name in
                 zip(lines, (names["a"], names["b" * 64], names["c"]))}), 1,
            str(lines))
    t.equal(lines[3], lines[3].rstrip())
    for company, name in names.items():
        head = desk.run("status", company).out.splitlines()[0]
        t.true(head.startswith(company + " ") and head.endswith(" " + name),
               head)
    head = desk.run("status", "nameless").out.splitlines()[0]
    t.equal(head, head.rstrip())


def test_cli_companies_null_for_unknown(t):
    sim, desk = t.pair()
    desk.linked(sim)
    t.equal(desk.run("logout", "acme").code, OK)
    told, = desk.run("companies", "--json").json()["companies"]
    t.equal((told["name"], told["phoneNumber"]), (None, None), str(told))


def test_cli_serve_says_what_it_serves(t):
    sim, desk = t.pair()
    desk.linked(sim)
    desk.linked(sim, company="beta", phone="79002223344")
    t.equal(desk.run("logout", "beta").code, OK)
    serve = desk.serve()
    t.until(lambda: "Ctrl-C" in serve.err.text(), "how to stop it")
    t.contains(serve.err.text(), "1 linked company.")
    t.contains(serve.err.text(), "1 company not linked.")
    t.lacks(serve.err.text(), "damaged", "no trouble")
    t.lacks(serve.err.text(), "Cannot", "no trouble")
    t.equal(serve.stop(), OK)
    t.equal(serve.out.text().strip(), "")


def test_cli_logs_follow(t):
    sim, desk = t.pair()
    desk.linked(sim)
    follow = desk.start("logs", "-n", "1", "-f")
    t.until(lambda: follow.out.lines, "the first line")
    desk.linked(sim, company="beta", phone="79002223344")
    t.until(lambda: "beta" in follow.out.text(), "what came later")
    t.equal(follow.stop() in (OK, -15, 143), True)


# --- configuration ----------------------------------------------------------

BAD_LINES = [
    ("no equals sign", "state_dir"),
    ("unknown option", "colour = blue"),
    ("unknown section", "[nowhere]\nx = 1"),
    ("bad url", "whatsapp.url = http://127.0.0.1/"),
    ("ws abroad", "whatsapp.url = ws://192.0.2.1/ws/chat"),
    ("ws by name", "whatsapp.url = ws://example.invalid/ws/chat"),
    ("short hex", "whatsapp.noise_root_key = 00ff"),
    ("no hex", "whatsapp.noise_root_key = " + "zz" * 32),
    ("bad version", "whatsapp.version = new"),
    ("bad enum", "log.level = loud"),
    ("out of bounds", "connect.rate = 0"),
    ("no number", "connect.rate = ten"),
    ("twice", "lang = en\nlang = ru"),
    ("NUL", "lang = e\0n"),
    ("not UTF-8", b"lang = \xff\xfe"),
    ("long line", "log.file = /" + "x" * 5000),
]


@rows("what text", BAD_LINES)
def test_cli_bad_config_line(t, what, text):
    sim, desk = t.pair()
    path = t.path("bad.conf")
    body = text if isinstance(text, bytes) else text.encode()
    with open(path, "wb") as f:
        f.write(b"# a comment\n\n" + body + b"\n")
    done = desk.run("--config", path, "status")
    if done.code == USAGE:      # the flag may stand behind the command only
        done = desk.run("status", "--config", path)
    t.equal(done.code, CONFIG, str(done))
    # the first bad one; of two that are the same the second is bad
    line = 3 + (what == "twice")
    t.contains(done.err, f"{path}:{line}", "file and line")
    t.equal(len(done.err.splitlines()), 1, f"one line: {done.err}")
    t.equal(sim.touched(), 0)


@rows("name value", [
    ("PAIRDESK_WHATSAPP_URL", "gopher://x/"),
    ("PAIRDESK_WHATSAPP_URL", "ws://example.invalid/"),
    ("PAIRDESK_WHATSAPP_NOISE_ROOT_KEY", "12"),
    ("PAIRDESK_WHATSAPP_VERSION", "2"),
    ("PAIRDESK_COLOUR", "blue"),
    ("PAIRDESK_LOG_LEVEL", ""),
])
def test_cli_bad_environment(t, name, value):
    sim, desk = t.pair()
    done = desk.run("status", **{name: value})
    t.equal(done.code, CONFIG, str(done))
    t.contains(done.err, name)


def test_cli_root_key_only_for_loopback(t):
    """Nobody can talk a pairdesk into trusting a foreign root."""
    desk = t.desk(PAIRDESK_WHATSAPP_URL="wss://192.0.2.1/ws/chat",
                  PAIRDESK_WHATSAPP_NOISE_ROOT_KEY="09" * 32)
    done = desk.run("link", "acme", "--json")
    t.equal(done.code, CONFIG, str(done))
    t.contains(done.err + done.out, "noise_root_key")


def test_cli_flag_over_environment_over_file(t):
    sim, desk = t.pair()
    path = t.path("p.conf")
    with open(path, "w") as f:
        f.write("whatsapp.url = ws://127.0.0.1:1/ws/chat\n")
    url = desk.env.pop("PAIRDESK_WHATSAPP_URL")
    good = ["--whatsapp-url", url]
    bad = "ws://127.0.0.1:1/ws/chat"
    done = desk.run("doctor", "--config", path, "--json")
    t.true(done.code != OK, "the file counts")
    done = desk.run("doctor", "--config", path, "--json",
                    PAIRDESK_WHATSAPP_URL=url)
    t.equal(done.code, OK, f"environment over file: {done}")
    done = desk.run("doctor", "--json", *good, PAIRDESK_WHATSAPP_URL=bad)
    t.equal(done.code, OK, f"flag over environment: {done}")


def test_cli_config_file_missing(t):
    done = t.desk().run("status", "--config", t.path("nowhere.conf"))
    t.true(done.code in (CONFIG, NOPERM, 66), str(done))
    t.contains(done.err, "nowhere.conf")


@rows("lang part", [("en", "There are no companies"), ("ru", "Компаний")])
def test_cli_speaks(t, lang, part):
    done = t.desk().run("companies", PAIRDESK_LANG=lang)
    t.contains(done.out + done.err, part)


@rows("env lang", [
    ({"LANG": "ru_RU.UTF-8"}, "ru"), ({"LC_ALL": "ru_RU.UTF-8"}, "ru"),
    ({"LANG": "de_DE.UTF-8"}, "en"),
    ({"LC_ALL": "en_GB.UTF-8", "LANG": "ru_RU.UTF-8"}, "en"),
])
def test_cli_language_of_the_environment(t, env, lang):
    done = t.desk(**env).run("companies")
    russian = any("а" <= c <= "я" for c in done.out + done.err)
    t.equal(russian, lang == "ru", done.out + done.err)


def test_cli_output_that_goes_nowhere(t):
    """A closed pipe or a full disk is no success."""
    desk = t.desk()
    script = f'"{t.options.binary}" --help >/dev/full'
    code = os.waitstatus_to_exitcode(_sh(script, desk.env))
    t.true(code != 0, "wrote nothing and said nothing")


@rows("closed code", [(">&-", 74), ("<&-", 0), ("2>&-", 0),
                      ("<&- >&- 2>&-", 74)])
def test_cli_closed_descriptors(t, closed, code):
    """What is opened next must not become standard output."""
    desk = t.desk()
    for what in ("companies", "status --json"):
        script = f'"{t.options.binary}" {what} >/dev/null {closed}'
        t.equal(os.waitstatus_to_exitcode(_sh(script, desk.env)), code, what)


def _sh(script, env):
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", script], env, file_actions=[
        (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
    return os.waitpid(pid, 0)[1]
