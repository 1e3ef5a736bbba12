#include "core/app/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/config_table.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define ROOT_KEY "0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef"

static char *const no_env[] = { NULL };

/* argv and environ are char * by tradition; nobody writes through them. */
static char *
loose(const char *s)
{
	return (char *)(uintptr_t)s;
}

/* Reads text as a file of the given rank; the problem's text, "" if none. */
static const char *
read_text(struct config *c, enum config_source source, const char *text,
    size_t n)
{
	static struct config_problem problem;
	uint8_t *p = t_exact(text, n);

	problem.text[0] = '\0';
	if (config_read(c, source, "f.conf", p, n, &problem) == ERR_OK)
		EXPECT_STR(problem.text, "");
	else
		EXPECT(problem.text[0] != '\0');
	free(p);
	return problem.text;
}

static void
expect_file(const char *text, const char *want)
{
	struct config *c = config_create();
	const char *got = read_text(c, CONFIG_FILE, text, strlen(text));

	if (*want == '\0' ? *got != '\0' : strstr(got, want) == NULL)
		t_fail(__FILE__, __LINE__, "\"%s\" gives \"%s\", want \"%s\"",
		    text, got, want);
	config_destroy(c);
}

static enum err
finish(struct config *c, char *const *env, bool is_root,
    struct config_problem *problem)
{
	const struct config_place place = { .env = env, .is_root = is_root };

	return config_finish(c, &place, problem);
}

/* Flags of one call, all of which must be ours. */
static enum err
take_flags(struct config *c, int argc, char *const *argv,
    struct config_problem *problem)
{
	enum err err = ERR_OK;

	for (int at = 0; at < argc && err == ERR_OK;)
		err = config_take_flag(c, argc, argv, &at, problem);
	return err;
}

#define FLAGS(c, problem, ...) \
	take_flags(c, (int)ARRAY_LEN(((char *[]){ __VA_ARGS__ })), \
	    (char *[]){ __VA_ARGS__ }, problem)

TEST(config_defaults)
{
	struct config *c = config_create();
	struct config_problem problem;
	char *env[] = { loose("HOME=/home/a"), NULL };
	uint8_t key[32];

	ASSERT(finish(c, env, false, &problem) == ERR_OK);
	EXPECT_STR(config_str(c, OPT_WHATSAPP_URL),
	    "wss://web.whatsapp.com/ws/chat");
	EXPECT_STR(config_str(c, OPT_WHATSAPP_VERSION_URL),
	    "https://web.whatsapp.com/sw.js");
	EXPECT_STR(config_str(c, OPT_STATE_DIR),
	    "/home/a/.local/state/pairdesk");
	EXPECT_STR(config_str(c, OPT_MASTER_KEY_FILE),
	    "/home/a/.local/state/pairdesk/master.key");
	EXPECT_STR(config_str(c, OPT_LOG_FILE),
	    "/home/a/.local/state/pairdesk/pairdesk.log");
	EXPECT_STR(config_str(c, OPT_WHATSAPP_DEVICE_NAME), "pairdesk");
	EXPECT_STR(config_str(c, OPT_WHATSAPP_PLATFORM_DISPLAY),
	    "Chrome (Linux)");
	EXPECT_NULL(config_str(c, OPT_WHATSAPP_CA_FILE));
	EXPECT_NULL(config_str(c, OPT_WHATSAPP_VERSION));
	EXPECT_NULL(config_str(c, OPT_LINK_DEFAULT_PHONE));
	EXPECT(!config_hex32(c, OPT_WHATSAPP_NOISE_ROOT_KEY, key));
	EXPECT_INT(config_int(c, OPT_LOG_MAX_SIZE), 10 << 20);
	EXPECT_INT(config_int(c, OPT_CONNECT_RATE), 10);
	EXPECT_STR(config_str(c, OPT_LOG_LEVEL), "info");
	EXPECT_INT(config_enum(c, OPT_LOG_LEVEL), 1);
	EXPECT_INT(config_enum(c, OPT_LANG), 0);
	EXPECT_INT(config_enum(c, OPT_QR_STYLE), 0);
	for (int i = 0; i < OPT_COUNT; i++) {
		EXPECT_INT(config_source(c, (enum option)i), CONFIG_DEFAULT);
		EXPECT_STR(config_where(c, (enum option)i), "default");
	}
	config_destroy(c);
	config_destroy(NULL);
}

TEST(config_state_dir_by_place)
{
	static const struct {
		const char *env[3];
		bool is_root;
		const char *want;       /* NULL: refused */
	} rows[] = {
		{ { "HOME=/root" }, true, "/var/lib/pairdesk" },
		{ { "HOME=/h", "XDG_STATE_HOME=/x" }, false, "/x/pairdesk" },
		{ { "HOME=/h", "XDG_STATE_HOME=" }, false,
		    "/h/.local/state/pairdesk" },
		{ { "HOME=/h", "XDG_STATE_HOME=relative" }, false,
		    "/h/.local/state/pairdesk" },
		{ { "HOMER=/h" }, false, NULL },
		{ { "HOME=" }, false, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *c = config_create();
		struct config_problem problem;
		char *env[3] = { loose(rows[i].env[0]),
		    loose(rows[i].env[1]), NULL };
		const enum err err = finish(c, env, rows[i].is_root, &problem);

		EXPECT_INT(err, rows[i].want == NULL ? ERR_INVALID : ERR_OK);
		if (rows[i].want != NULL)
			EXPECT_STR(config_str(c, OPT_STATE_DIR), rows[i].want);
		else
			EXPECT(strstr(problem.text, "state_dir") != NULL);
		config_destroy(c);
	}
}

TEST(config_paths_follow_state_dir)
{
	struct config *c = config_create();
	struct config_problem problem;

	ASSERT(FLAGS(c, &problem, loose("--state-dir"), loose("/s"),
	    loose("--log-file=none")) == ERR_OK);
	ASSERT(finish(c, no_env, false, &problem) == ERR_OK);
	EXPECT_STR(config_str(c, OPT_MASTER_KEY_FILE), "/s/master.key");
	EXPECT_NULL(config_str(c, OPT_LOG_FILE));
	EXPECT_STR(config_text(c, OPT_LOG_FILE), "none");
	config_destroy(c);
}

/* --- files ---------------------------------------------------------------- */

TEST(config_file_forms)
{
	static const char text[] =
	    "\xef\xbb\xbf# comment\n"
	    "  ; another = one\r\n"
	    "\n"
	    "state_dir=/a b/c\n"
	    "qr.style = half\n"
	    "[whatsapp]\n"
	    "\turl =  ws://127.0.0.1:1/ws?a=b#\n"
	    "[ log ] \n"
	    "level = debug\r\n"
	    "connect.rate = 7";
	static const char good[] =
	    "state_dir=/a b/c\n"
	    "[whatsapp]\n"
	    "url =  ws://127.0.0.1:1/ws?a=b\n"
	    "[ log ] \n"
	    "level = debug\r\n"
	    "connect.rate = 7";
	struct config *c = config_create();

	EXPECT(strstr(read_text(c, CONFIG_FILE, text, sizeof text - 1),
	    "f.conf:7: whatsapp.url") != NULL);     /* the fragment */
	config_destroy(c);
	c = config_create();
	EXPECT_STR(read_text(c, CONFIG_FILE, good, sizeof good - 1), "");
	EXPECT_STR(config_str(c, OPT_STATE_DIR), "/a b/c");
	EXPECT_STR(config_str(c, OPT_WHATSAPP_URL),
	    "ws://127.0.0.1:1/ws?a=b");
	EXPECT_INT(config_enum(c, OPT_LOG_LEVEL), 0);
	EXPECT_INT(config_int(c, OPT_CONNECT_RATE), 7);
	EXPECT_INT(config_source(c, OPT_CONNECT_RATE), CONFIG_FILE);
	EXPECT_STR(config_where(c, OPT_CONNECT_RATE), "f.conf:6");
	config_destroy(c);
}

TEST(config_file_refuses_with_line_and_reason)
{
	expect_file("", "");
	expect_file("\n\n", "");
	expect_file("lang = ru\nlang = ru\n",
	    "f.conf:2: lang is set twice in this file, first in line 1");
	expect_file("[log]\nlevel = info\nlog.level = info\n",
	    "f.conf:3: log.level is set twice");
	expect_file("#\nwhatsap.url = x\n", "f.conf:2: unknown option "
	    "\"whatsap.url\" (did you mean whatsapp.url?)");
	expect_file("[whatsapp]\nulr = x", "f.conf:2: unknown option "
	    "\"whatsapp.ulr\" (did you mean whatsapp.url?)");
	expect_file("[log]\nstate_dir = /x", "unknown option "
	    "\"log.state_dir\"");
	expect_file("completely_different_thing = x",
	    "f.conf:1: unknown option \"completely_different_thing\"");
	expect_file("connect.rate = 1001", "f.conf:1: connect.rate must be "
	    "1..1000 connections a second (it is \"1001\")");
	expect_file("connect.rate =", "1..1000");
	expect_file("log.level = INFO", "one of debug, info, warn, error");
	expect_file("lang ru", "f.conf:1: neither NAME = VALUE nor [section] "
	    "(it is \"lang ru\")");
	expect_file("= x", "unknown option \"\"");
	expect_file("[]\n", "f.conf:1: unknown section []");
	expect_file("[", "f.conf:1: section without ]");
	expect_file("[log", "f.conf:1: section without ]");
	expect_file("[lo]", "f.conf:1: unknown section [lo]");
	expect_file("[log] # x", "section without ]");
	expect_file("[state_dir]", "unknown section");
	expect_file("\xef\xbb\xbf\xef\xbb\xbflang = ru", "unknown option");
	expect_file("\n\nlang = \xff", "f.conf:3: line is not UTF-8");
	expect_file("# \xc3", "f.conf:1: line is not UTF-8");
	expect_file("whatsapp.device_name = \x1b[31m",
	    "must not contain control characters (it is \"?[31m\")");
}

TEST(config_file_refuses_nul_long_lines_and_large_files)
{
	static const char nul[] = "lang = ru\nlang\0 = en\n";
	struct config *c = config_create();
	char *big = xcalloc(1, 64 * 1024 + 2);

	EXPECT(strstr(read_text(c, CONFIG_FILE, nul, sizeof nul - 1),
	    "f.conf:2: line contains a NUL byte") != NULL);
	memset(big, '#', 64 * 1024 + 1);
	EXPECT(strstr(read_text(c, CONFIG_FILE, big, 2049),
	    "f.conf:1: line is longer than 2048 bytes") != NULL);
	EXPECT_STR(read_text(c, CONFIG_FILE, big, 2048), "");
	EXPECT(strstr(read_text(c, CONFIG_FILE, big, 64 * 1024 + 1),
	    "f.conf: is larger than 64 KiB") != NULL);
	for (size_t i = 0; i < 64 * 1024; i += 1024)
		big[i] = '\n';
	EXPECT_STR(read_text(c, CONFIG_FILE, big, 64 * 1024), "");
	free(big);
	config_destroy(c);
}

/* However it is cut, a file is read or refused, never read past its end. */
TEST(config_file_every_prefix)
{
	static const char text[] = "# a\nstate_dir = /x\n[log]\nlevel = warn\n"
	    "max_size = 1m\n[whatsapp]\ndevice_name = Касса\n";

	for (size_t n = 0; n < sizeof text; n++) {
		struct config *c = config_create();

		(void)read_text(c, CONFIG_FILE, text, n);
		config_destroy(c);
	}
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0 ||
	    chmod(path, mode) != 0)
		abort();
}

TEST(config_read_file_says_why_not)
{
	struct config *c = config_create();
	struct config_problem problem;
	char *dir = t_dir(), path[600];

	str_format(path, sizeof path, "%s/a.conf", dir);
	EXPECT_INT(config_read_file(c, CONFIG_FILE, path, false, &problem),
	    ERR_OK);
	EXPECT_INT(config_read_file(c, CONFIG_FILE, path, true, &problem),
	    ERR_INVALID);
	EXPECT(strstr(problem.text, "No such file") != NULL);
	EXPECT_INT(config_read_file(c, CONFIG_FILE, dir, true, &problem),
	    ERR_INVALID);
	EXPECT(strstr(problem.text, "is not a file") != NULL);
	write_file(path, "lang = ru\n", 0666);
	EXPECT_INT(config_read_file(c, CONFIG_FILE, path, true, &problem),
	    ERR_INVALID);
	EXPECT(strstr(problem.text, "chmod o-w ") != NULL);
	EXPECT_STR(config_str(c, OPT_LANG), "auto");
	write_file(path, "lang = ru\n", 0640);
	EXPECT_INT(config_read_file(c, CONFIG_FILE, path, true, &problem),
	    ERR_OK);
	EXPECT_STR(config_str(c, OPT_LANG), "ru");
	unlink(path);
	ASSERT(mkfifo(path, 0600) == 0);        /* must not wait for a writer */
	EXPECT_INT(config_read_file(c, CONFIG_FILE, path, true, &problem),
	    ERR_INVALID);
	unlink(path);
	rmdir(dir);
	free(dir);
	config_destroy(c);
}

/* --- environment ---------------------------------------------------------- */

TEST(config_environment)
{
	struct config *c = config_create();
	struct config_problem problem;
	char *env[] = { loose("PAIRDESK_WHATSAPP_URL=wss://x.example/a=b"),
	    loose("PAIRDESK_STATE_DIR=/s"), loose("PAIRDESK_TEST_SPEED=9"),
	    loose("PAIRDESK_LOG_MAX_SIZE=1k"), loose("pairdesk_lang=xx"),
	    NULL };

	ASSERT(config_read_env(c, env, &problem) == ERR_OK);
	EXPECT_STR(config_str(c, OPT_WHATSAPP_URL), "wss://x.example/a=b");
	EXPECT_STR(config_str(c, OPT_STATE_DIR), "/s");
	EXPECT_INT(config_int(c, OPT_LOG_MAX_SIZE), 1024);
	EXPECT_INT(config_source(c, OPT_STATE_DIR), CONFIG_ENV);
	EXPECT_STR(config_where(c, OPT_STATE_DIR), "PAIRDESK_STATE_DIR");
	config_destroy(c);
}

static void
expect_env(const char *variable, const char *want)
{
	struct config *c = config_create();
	struct config_problem problem = { "" };
	char *env[] = { loose("PATH=/bin"), loose(variable),
	    NULL };

	EXPECT_INT(config_read_env(c, env, &problem), ERR_INVALID);
	if (strstr(problem.text, want) == NULL)
		t_fail(__FILE__, __LINE__, "%s gives \"%s\"", variable,
		    problem.text);
	config_destroy(c);
}

TEST(config_environment_refuses)
{
	expect_env("PAIRDESK_WHATSAPP_URI=x", "unknown variable "
	    "PAIRDESK_WHATSAPP_URI (did you mean PAIRDESK_WHATSAPP_URL?)");
	expect_env("PAIRDESK_=x", "unknown variable");
	expect_env("PAIRDESK_LANG", "unknown variable");
	expect_env("PAIRDESK_TESTING=1", "unknown variable");
	expect_env("PAIRDESK_LANG=", "PAIRDESK_LANG: lang must be one of");
	expect_env("PAIRDESK_CONNECT_RATE=0", "PAIRDESK_CONNECT_RATE: "
	    "connect.rate must be 1..1000");
	expect_env("PAIRDESK_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=1", "unknown");
}

/* --- flags ---------------------------------------------------------------- */

TEST(config_flags)
{
	struct config *c = config_create();
	struct config_problem problem;

	ASSERT(FLAGS(c, &problem, loose("--whatsapp-url"), loose("wss://a/"),
	    loose("--log-max-size=2k"), loose("--set"),
	    loose("qr.style=full"), loose("--set=lang=en"),
	    loose("--lang=ru")) == ERR_OK);
	EXPECT_STR(config_str(c, OPT_WHATSAPP_URL), "wss://a/");
	EXPECT_INT(config_int(c, OPT_LOG_MAX_SIZE), 2048);
	EXPECT_STR(config_str(c, OPT_QR_STYLE), "full");
	EXPECT_STR(config_str(c, OPT_LANG), "ru");
	EXPECT_STR(config_where(c, OPT_LANG), "--lang");
	EXPECT_INT(config_source(c, OPT_QR_STYLE), CONFIG_FLAG);
	config_destroy(c);
}

TEST(config_flags_of_others_are_left_alone)
{
	static const char *const rows[] = {
		"serve", "--json", "--help", "-n", "--", "--settle", "--lan",
		"--langs", "--whatsapp.url", "--whatsapp-url-x", "--state_dir",
		"--configs",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *c = config_create();
		struct config_problem problem = { "poison" };
		char *argv[] = { loose(rows[i]), loose("x") };
		int at = 0;

		EXPECT_INT(config_take_flag(c, 2, argv, &at, &problem),
		    ERR_NOT_FOUND);
		EXPECT_INT(at, 0);
		EXPECT_STR(problem.text, "poison");
		config_destroy(c);
	}
}

static void
expect_flag(const char *flag, const char *value, const char *want)
{
	struct config *c = config_create();
	struct config_problem problem = { "" };
	char *argv[] = { loose(flag), loose(value) };
	int at = 0;

	EXPECT_INT(config_take_flag(c, value == NULL ? 1 : 2, argv, &at,
	    &problem), ERR_INVALID);
	EXPECT_INT(at, 0);
	if (strstr(problem.text, want) == NULL)
		t_fail(__FILE__, __LINE__, "%s gives \"%s\"", flag,
		    problem.text);
	config_destroy(c);
}

TEST(config_flags_refuse)
{
	expect_flag("--lang", NULL, "--lang: needs a value");
	expect_flag("--set", NULL, "--set: needs a value");
	expect_flag("--config", NULL, "--config: needs a value");
	expect_flag("--config=", NULL, "--config: must name a file");
	expect_flag("--lang", "de", "--lang: lang must be one of");
	expect_flag("--lang=", NULL, "--lang: lang must be one of");
	expect_flag("--set", "lang", "--set: must be NAME=VALUE");
	expect_flag("--set", "=x", "--set: must be NAME=VALUE");
	expect_flag("--set", "lnag=ru", "did you mean lang?");
	expect_flag("--set", "link.default_phone=79001234567",
	    "not taken from the command line");
	expect_flag("--set=" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=1", NULL,
	    "unknown option");
}

TEST(config_keeps_personal_values_off_the_command_line)
{
	struct config *c = config_create();
	struct config_problem problem;
	char *argv[] = { loose("--link-default-phone"), loose("79001234567") };
	char *env[] = { loose("PAIRDESK_LINK_DEFAULT_PHONE=+79001234567"),
	    NULL };
	int at = 0;

	EXPECT_INT(config_take_flag(c, 2, argv, &at, &problem), ERR_NOT_FOUND);
	EXPECT_INT(config_read_env(c, env, &problem), ERR_OK);
	EXPECT_STR(config_str(c, OPT_LINK_DEFAULT_PHONE), "79001234567");
	config_destroy(c);
}

TEST(config_suggests_the_flag_that_was_meant)
{
	char out[CONFIG_SPELLING_MAX] = "poison";

	EXPECT(!config_suggest_flag("--xyzzy-plugh", out, sizeof out));
	EXPECT_STR(out, "poison");
	EXPECT(config_suggest_flag("--whatsap-url=wss://x/", out, sizeof out));
	EXPECT_STR(out, "--whatsapp-url");
	EXPECT(config_suggest_flag("--state_dir", out, sizeof out));
	EXPECT_STR(out, "--state-dir");
}

/* --- together ------------------------------------------------------------- */

TEST(config_precedence_whatever_the_order)
{
	static const char *const texts[] = {
		[CONFIG_ETC] = "log.level = debug\nconnect.rate = 1\n"
		    "lang = en\nqr.style = half\nlog.max_size = 1k",
		[CONFIG_USER] = "connect.rate = 2\nlang = en\nqr.style = half"
		    "\nlog.max_size = 2k",
		[CONFIG_FILE] = "lang = en\nqr.style = full\nlog.max_size = 3k",
		[CONFIG_ENV] = "qr.style = sextant\nlog.max_size = 4k",
		[CONFIG_FLAG] = "log.max_size = 5k",
	};

	for (int order = 0; order < 2; order++) {
		struct config *c = config_create();

		for (int i = CONFIG_ETC; i <= CONFIG_FLAG; i++) {
			const int source = order == 0 ? i
			    : CONFIG_FLAG + CONFIG_ETC - i;

			EXPECT_STR(read_text(c, (enum config_source)source,
			    texts[source], strlen(texts[source])), "");
		}
		EXPECT_STR(config_str(c, OPT_LOG_LEVEL), "debug");
		EXPECT_INT(config_int(c, OPT_CONNECT_RATE), 2);
		EXPECT_STR(config_str(c, OPT_LANG), "en");
		EXPECT_INT(config_source(c, OPT_LANG), CONFIG_FILE);
		EXPECT_STR(config_str(c, OPT_QR_STYLE), "sextant");
		EXPECT_INT(config_int(c, OPT_LOG_MAX_SIZE), 5 << 10);
		config_destroy(c);
	}
}

TEST(config_checks_a_value_that_loses_too)
{
	struct config *c = config_create();

	EXPECT_STR(read_text(c, CONFIG_FLAG, "lang = ru", 9), "");
	EXPECT(read_text(c, CONFIG_ETC, "lang = xx", 9)[0] != '\0');
	EXPECT_STR(config_str(c, OPT_LANG), "ru");
	config_destroy(c);
}

TEST(config_load_reads_all_places)
{
	struct config *c = config_create();
	struct config_problem problem = { "" };
	char *dir = t_dir(), etc[600], user[600], file[600], home[600];
	char *env[] = { home, loose("PAIRDESK_LANG=ru"), NULL };
	const struct config_place place = { .env = env, .etc_path = etc };

	str_format(etc, sizeof etc, "%s/etc.conf", dir);
	str_format(file, sizeof file, "%s/c.conf", dir);
	str_format(home, sizeof home, "XDG_CONFIG_HOME=%s", dir);
	str_format(user, sizeof user, "%s/pairdesk", dir);
	ASSERT(mkdir(user, 0700) == 0);
	str_format(user, sizeof user, "%s/pairdesk/pairdesk.conf", dir);
	write_file(etc, "connect.rate = 3\nlang = en\nstate_dir = /e", 0644);
	write_file(user, "state_dir = /u\nqr.style = half", 0644);
	write_file(file, "qr.style = full\nlog.level = warn", 0644);
	EXPECT_INT(FLAGS(c, &problem, loose("--config"), file,
	    loose("--log-level=error")), ERR_OK);
	EXPECT_INT(config_load(c, &place, &problem), ERR_OK);
	EXPECT_STR(problem.text, "");
	EXPECT_INT(config_int(c, OPT_CONNECT_RATE), 3);
	EXPECT_STR(config_str(c, OPT_STATE_DIR), "/u");
	EXPECT_STR(config_str(c, OPT_QR_STYLE), "full");
	EXPECT_STR(config_str(c, OPT_LANG), "ru");
	EXPECT_STR(config_str(c, OPT_LOG_LEVEL), "error");
	EXPECT_STR(config_str(c, OPT_MASTER_KEY_FILE), "/u/master.key");
	unlink(file);
	EXPECT_INT(config_load(c, &place, &problem), ERR_INVALID);
	EXPECT(strstr(problem.text, "c.conf: No such file") != NULL);
	unlink(etc);
	unlink(user);
	*strrchr(user, '/') = '\0';
	rmdir(user);
	rmdir(dir);
	free(dir);
	config_destroy(c);
}

TEST(config_root_key_only_with_a_loopback_url)
{
	static const struct {
		const char *url;
		enum err want;
	} rows[] = {
		{ "wss://web.whatsapp.com/ws/chat", ERR_INVALID },
		{ "wss://test.example.org/ws", ERR_INVALID },
		{ "wss://127.0.0.1.example.org/ws", ERR_INVALID },
		{ "wss://127.0.0.1:5222/ws", ERR_OK },
		{ "ws://localhost:1/", ERR_OK },
		{ "wss://[::1]/", ERR_OK },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *c = config_create();
		struct config_problem problem = { "" };
		char url[200];
		uint8_t key[32];

		str_format(url, sizeof url, "--whatsapp-url=%s", rows[i].url);
		ASSERT(FLAGS(c, &problem, url, loose("--state-dir=/s"),
		    loose("--whatsapp-noise-root-key=" ROOT_KEY)) == ERR_OK);
		EXPECT_INT(finish(c, no_env, false, &problem), rows[i].want);
		EXPECT(config_hex32(c, OPT_WHATSAPP_NOISE_ROOT_KEY, key));
		EXPECT_INT(key[1], 0x23);
		if (rows[i].want != ERR_OK)
			EXPECT(strstr(problem.text, "--whatsapp-noise-root-key:"
			    " whatsapp.noise_root_key is for test servers") !=
			    NULL);
		config_destroy(c);
	}
}

TEST(config_version_url_goes_with_the_url)
{
	struct config *c = config_create();
	struct config_problem problem;

	ASSERT(FLAGS(c, &problem, loose("--state-dir=/s"),
	    loose("--whatsapp-url=ws://127.0.0.1:1/")) == ERR_OK);
	ASSERT(finish(c, no_env, false, &problem) == ERR_OK);
	EXPECT_NULL(config_str(c, OPT_WHATSAPP_VERSION_URL));
	config_destroy(c);
	c = config_create();
	ASSERT(FLAGS(c, &problem, loose("--state-dir=/s"),
	    loose("--whatsapp-url=ws://127.0.0.1:1/"),
	    loose("--whatsapp-version-url=http://127.0.0.1:2/sw.js")) ==
	    ERR_OK);
	ASSERT(finish(c, no_env, false, &problem) == ERR_OK);
	EXPECT_STR(config_str(c, OPT_WHATSAPP_VERSION_URL),
	    "http://127.0.0.1:2/sw.js");
	config_destroy(c);
}

/* --- the listener --------------------------------------------------------- */

static void
expect_list(const struct config *c, enum option opt, size_t n,
    const char *const *want)
{
	EXPECT_INT(config_list_count(c, opt), n);
	for (size_t i = 0; i < n && i < config_list_count(c, opt); i++)
		EXPECT_STR(config_list(c, opt, i), want[i]);
}

#define LIST_IS(c, opt, ...) \
	expect_list(c, opt, ARRAY_LEN(((const char *[]){ __VA_ARGS__ })), \
	    (const char *[]){ __VA_ARGS__ })

TEST(config_http_is_off_by_default)
{
	struct config *c = config_create();

	EXPECT_INT(config_list_count(c, OPT_HTTP_LISTEN), 0);
	EXPECT_NULL(config_str(c, OPT_HTTP_LISTEN));
	EXPECT(config_http_is_open(c));
	EXPECT_INT(config_int(c, OPT_HTTP_MAX_HEADER), 8192);
	EXPECT_INT(config_int(c, OPT_HTTP_MAX_BODY), 16384);
	EXPECT_INT(config_int(c, OPT_LIMIT_LINKS_PER_HOUR), 3);
	EXPECT_INT(config_int(c, OPT_COMPANIES_MAX), 20000);
	config_destroy(c);
}

TEST(config_lists)
{
	struct config *c = config_create();

	EXPECT_STR(read_text(c, CONFIG_FILE, "http.hosts = A.example,b:81", 27),
	    "");
	LIST_IS(c, OPT_HTTP_HOSTS, "a.example", "b:81");
	EXPECT_STR(config_str(c, OPT_HTTP_HOSTS), "a.example, b:81");
	EXPECT_STR(read_text(c, CONFIG_ENV, "http.hosts = x", 14), "");
	LIST_IS(c, OPT_HTTP_HOSTS, "x");
	EXPECT_STR(read_text(c, CONFIG_FLAG, "http.hosts =", 12), "");
	EXPECT_INT(config_list_count(c, OPT_HTTP_HOSTS), 0);
	config_destroy(c);
}

TEST(config_http_flag_takes_a_value_only_when_it_is_one)
{
	static const struct {
		const char *next;
		int at;                 /* behind what was taken */
		const char *want;
	} rows[] = {
		{ "serve", 1, "127.0.0.1:3000" },
		{ "--json", 1, "127.0.0.1:3000" },
		{ "", 1, "127.0.0.1:3000" },
		{ "acme-7", 1, "127.0.0.1:3000" },
		{ "8080", 2, "127.0.0.1:8080" },
		{ "[::1]:80", 2, "[::1]:80" },
		{ "localhost", 2, "localhost:3000" },
		{ "none", 2, "none" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *c = config_create();
		struct config_problem problem;
		char *argv[] = { loose("--http"), loose(rows[i].next) };
		int at = 0;

		EXPECT_INT(config_take_flag(c, 2, argv, &at, &problem),
		    ERR_OK);
		EXPECT_INT(at, rows[i].at);
		EXPECT_STR(config_text(c, OPT_HTTP_LISTEN), rows[i].want);
		EXPECT_STR(config_where(c, OPT_HTTP_LISTEN), "--http");
		config_destroy(c);
	}
}

TEST(config_http_flag_refuses_what_looks_like_a_value)
{
	static const struct {
		const char *next, *says;
	} rows[] = {
		{ "70000", "--http: 70000 is no port" },
		{ "99999999999999999999", "is no port" },
		{ "0.0.0.0:x", "--http: 0.0.0.0:x is no address" },
		{ "300.0.0.1", "--http: 300.0.0.1 is no address" },
		{ "127.0.0.1:70000", "is no address" },
		{ "a.example:80", "is no address" },
		{ "[::1", "is no address" },
		{ ":x", "is no address" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *c = config_create();
		struct config_problem problem;

		EXPECT_INT(FLAGS(c, &problem, loose("--http"),
		    loose(rows[i].next)), ERR_INVALID);
		if (strstr(problem.text, rows[i].says) == NULL)
			t_fail(__FILE__, __LINE__, "%s", problem.text);
		config_destroy(c);
	}
}

TEST(config_http_flags_add_up)
{
	struct config *c = config_create();
	struct config_problem problem;

	EXPECT_STR(read_text(c, CONFIG_FILE, "http.listen = 9", 15), "");
	ASSERT(FLAGS(c, &problem, loose("--http"), loose("--http=8080"),
	    loose("--http"), loose("[::1]")) == ERR_OK);
	LIST_IS(c, OPT_HTTP_LISTEN, "127.0.0.1:3000", "127.0.0.1:8080",
	    "[::1]:3000");
	EXPECT_INT(FLAGS(c, &problem, loose("--http")), ERR_INVALID);
	EXPECT(strstr(problem.text, "--http: http.listen must not have "
	    "127.0.0.1:3000 twice") != NULL);
	EXPECT_INT(FLAGS(c, &problem, loose("--http=")), ERR_INVALID);
	EXPECT_INT(FLAGS(c, &problem, loose("--http=a.example:1")),
	    ERR_INVALID);
	EXPECT_INT(FLAGS(c, &problem, loose("--http=none")), ERR_INVALID);
	config_destroy(c);
}

/* Where requests need no token, and what is not begun at all. */
TEST(config_bind_and_auth)
{
	static const struct {
		const char *listen, *auth, *cors;
		bool is_open;
		const char *refusal;    /* NULL: taken */
	} rows[] = {
		{ "", "auto", "", true, NULL },
		{ "3000", "auto", "", true, NULL },
		{ "localhost:3000", "auto", "", true, NULL },
		{ "127.9.9.9:1, [::1]:2", "open", "", true, NULL },
		{ "3000", "token", "*", false, NULL },
		{ "0.0.0.0:3000", "auto", "*", false, NULL },
		{ "3000, 10.0.0.5:3000", "auto", "", false, NULL },
		{ "[::]:3000", "token", "", false, NULL },
		{ "3000, 10.0.0.5:3000", "open", "", false, "PAIRDESK_HTTP_AUTH"
		    ": http.auth must not be open while http.listen has "
		    "10.0.0.5:3000, which other machines can reach: set "
		    "http.auth = token" },
		{ "0.0.0.0", "open", "", false, "0.0.0.0:3000, which other" },
		{ "[::]:0", "open", "", false, "[::]:0, which other" },
		{ "3000", "auto", "*", true, "http.cors_origins must not be * "
		    "while requests need no token" },
		{ "3000", "open", "*", true, "http.cors_origins must not" },
		{ "localhost:80, 127.0.0.1:80", "auto", "", true,
		    "must not have localhost:80 and 127.0.0.1:80, which are "
		    "the same" },
		{ "localhost:0, [::1]:0", "auto", "", true, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *c = config_create();
		struct config_problem problem = { "" };
		char listen[100], auth[60], cors[60];
		char *env[] = { listen, auth, cors, NULL };
		enum err err;

		str_format(listen, sizeof listen, "PAIRDESK_HTTP_LISTEN=%s",
		    rows[i].listen);
		str_format(auth, sizeof auth, "PAIRDESK_HTTP_AUTH=%s",
		    rows[i].auth);
		str_format(cors, sizeof cors, "PAIRDESK_HTTP_CORS_ORIGINS=%s",
		    rows[i].cors);
		ASSERT(config_read_env(c, env, &problem) == ERR_OK);
		err = finish(c, no_env, true, &problem);
		EXPECT_INT(err, rows[i].refusal == NULL ? ERR_OK : ERR_INVALID);
		if (rows[i].refusal == NULL)
			EXPECT_INT(config_http_is_open(c), rows[i].is_open);
		else if (strstr(problem.text, rows[i].refusal) == NULL)
			t_fail(__FILE__, __LINE__, "row %zu: \"%s\"", i,
			    problem.text);
		config_destroy(c);
	}
}

TEST(config_control_socket_by_place)
{
	static const struct {
		const char *env[3];
		bool is_root;
		const char *state_dir;  /* NULL: not given */
		const char *want;
	} rows[] = {
		{ { "HOME=/root" }, true, NULL, "/run/pairdesk/control.sock" },
		{ { "HOME=/root" }, true, "/var/lib/pairdesk",
		    "/run/pairdesk/control.sock" },
		{ { "HOME=/root" }, true, "/srv/wa", "/srv/wa/control.sock" },
		{ { "HOME=/h", "XDG_RUNTIME_DIR=/run/user/7" }, false, NULL,
		    "/run/user/7/pairdesk/control.sock" },
		{ { "HOME=/h", "XDG_RUNTIME_DIR=/run/user/7" }, false, "/s",
		    "/s/control.sock" },
		{ { "HOME=/h" }, false, NULL,
		    "/h/.local/state/pairdesk/control.sock" },
		{ { "XDG_RUNTIME_DIR=/r" }, false, "/s", "/s/control.sock" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *c = config_create();
		struct config_problem problem = { "" };
		char *env[3] = { loose(rows[i].env[0]),
		    loose(rows[i].env[1]), NULL };

		if (rows[i].state_dir != NULL)
			ASSERT(config_set(c, CONFIG_FLAG, "--state-dir",
			    "state_dir", rows[i].state_dir, &problem) ==
			    ERR_OK);
		EXPECT_INT(finish(c, env, rows[i].is_root, &problem), ERR_OK);
		EXPECT_STR(config_str(c, OPT_CONTROL_SOCKET), rows[i].want);
		config_destroy(c);
	}
}

/* --- the table ------------------------------------------------------------ */

TEST(config_names_and_spellings_are_unique)
{
	for (int i = 0; i < OPT_COUNT; i++) {
		char env[CONFIG_SPELLING_MAX], flag[CONFIG_SPELLING_MAX];
		enum option found;

		EXPECT(config_find(config_name((enum option)i), &found));
		EXPECT_INT(found, i);
		config_env_name((enum option)i, env);
		config_flag_name((enum option)i, flag);
		for (int j = 0; j < i; j++) {
			char other[CONFIG_SPELLING_MAX];

			config_env_name((enum option)j, other);
			EXPECT(strcmp(env, other) != 0);
			config_flag_name((enum option)j, other);
			EXPECT(strcmp(flag, other) != 0);
		}
	}
}

TEST(config_spellings)
{
	char out[CONFIG_SPELLING_MAX];

	config_env_name(OPT_WHATSAPP_NOISE_ROOT_KEY, out);
	EXPECT_STR(out, "PAIRDESK_WHATSAPP_NOISE_ROOT_KEY");
	config_flag_name(OPT_MASTER_KEY_FILE, out);
	EXPECT_STR(out, "--master-key-file");
}

TEST(config_help_shows_every_option_in_80_columns)
{
	struct buf help;
	const char *text = "";
	size_t column = 0;

	buf_init(&help, 64 * 1024);
	ASSERT(config_help(&help) == ERR_OK && buf_cstr(&help, &text) ==
	    ERR_OK);
	for (int i = 0; i < OPT_COUNT; i++) {
		char env[CONFIG_SPELLING_MAX];

		config_env_name((enum option)i, env);
		EXPECT(strstr(text, env) != NULL);
		EXPECT(strstr(text, config_name((enum option)i)) != NULL);
	}
	EXPECT(strstr(text, "1..1000 connections a second; default 10") !=
	    NULL);
	for (const char *p = text; *p != '\0'; p++) {
		column = *p == '\n' ? 0 : column + 1;
		EXPECT(column < 80);
	}
	buf_finish(&help);
}
