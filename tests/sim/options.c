#include "tests/sim/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

static void
usage(FILE *to)
{
	fprintf(to, "usage: wasim [--listen ADDR:PORT] [--plain | --tls DIR]"
	    " [--control PATH]\n"
	    "             [--state FILE] [--log PATH] [--seed N]"
	    " [--until-eof] [--SETTING N ...]\n"
	    "       wasim ctl PATH COMMAND [key=value ...]\n"
	    "settings:");
#define SETTING_NAME(name, fallback, largest) fprintf(to, " " #name);
	SETTING_LIST(SETTING_NAME)
#undef SETTING_NAME
	fprintf(to, "\nSee tests/sim/README.md.\n");
}

/* "127.0.0.1:0", "[::1]:4000" */
static bool
read_address(const char *text, struct options *out)
{
	const char *colon = strrchr(text, ':');
	uint64_t port;
	size_t n;

	if (colon == NULL || !str_to_u64(colon + 1, 65535, &port))
		return false;
	n = (size_t)(colon - text);
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof out->host)
		return false;
	memcpy(out->host, text, n);
	out->host[n] = '\0';
	out->port = (uint16_t)port;
	return true;
}

/* --qr-first-ms is the setting qr_first_ms. */
static bool
read_setting(const char *name, const char *value, struct settings *set)
{
	char key[64];
	uint64_t n;

	if (!str_copy(key, sizeof key, name) ||
	    !str_to_u64(value, INT64_MAX, &n))
		return false;
	for (char *p = key; *p != '\0'; p++) {
		if (*p == '-')
			*p = '_';
	}
	return settings_set(set, key, (int64_t)n);
}

static bool
read_value(const char *name, const char *value, struct options *out,
    struct settings *set)
{
	if (strcmp(name, "listen") == 0)
		return read_address(value, out);
	if (strcmp(name, "tls") == 0)
		out->tls_dir = value;
	else if (strcmp(name, "control") == 0)
		out->control = value;
	else if (strcmp(name, "state") == 0)
		out->state = value;
	else if (strcmp(name, "log") == 0)
		out->log = value;
	else if (strcmp(name, "seed") == 0)
		return (out->has_seed = str_to_u64(value, UINT64_MAX,
		    &out->seed));
	else
		return read_setting(name, value, set);
	return true;
}

/* True for an option that takes no value. */
static bool
read_flag(const char *name, struct options *out, struct settings *set)
{
	if (strcmp(name, "plain") == 0)
		out->tls_dir = NULL;
	else if (strcmp(name, "until-eof") == 0)
		out->until_eof = true;
	else if (strcmp(name, "strict-pairdesk") == 0)
		set->strict_pairdesk = 1;
	else
		return false;
	return true;
}

bool
options_read(int argc, char **argv, struct options *out, struct settings *set,
    int *status)
{
	memset(out, 0, sizeof *out);
	(void)read_address("127.0.0.1:0", out);
	settings_init(set);
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i] + 2;

		if (strcmp(argv[i], "--help") == 0) {
			usage(stdout);
			*status = 0;
			return false;
		}
		if (strncmp(argv[i], "--", 2) == 0 &&
		    read_flag(name, out, set))
			continue;
		if (strncmp(argv[i], "--", 2) != 0 || i + 1 == argc ||
		    !read_value(name, argv[i + 1], out, set)) {
			fprintf(stderr, "wasim: %s: not an option, or its "
			    "value is wrong\n", argv[i]);
			usage(stderr);
			*status = 2;
			return false;
		}
		i++;
	}
	return true;
}
