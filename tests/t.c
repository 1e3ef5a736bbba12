#include "tests/t.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"

static struct t_case *cases;
static const struct t_case *current;
static int failures_now;
static int64_t current_since;    /* it began */

void
t_register(struct t_case *c)
{
	c->next = cases;
	cases = c;
}

void
t_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	failures_now++;
	fprintf(stderr, "%s:%d: %s: ", file, line,
	    current == NULL ? "?" : current->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void
t_expect_int(const char *file, int line, const char *what, long long got,
    long long want)
{
	if (got != want)
		t_fail(file, line, "%s is %lld, want %lld", what, got, want);
}

void
t_expect_str(const char *file, int line, const char *what, const char *got,
    const char *want)
{
	if (got == NULL || want == NULL ? got != want : strcmp(got, want) != 0)
		t_fail(file, line, "%s is \"%s\", want \"%s\"", what,
		    got == NULL ? "(null)" : got,
		    want == NULL ? "(null)" : want);
}

void
t_expect_mem(const char *file, int line, const char *what, const void *got,
    const void *want, size_t n)
{
	const uint8_t *g = got, *w = want;

	for (size_t i = 0; i < n; i++) {
		if (g[i] != w[i]) {
			t_fail(file, line, "%s: byte %zu of %zu is %02x, "
			    "want %02x", what, i, n, g[i], w[i]);
			return;
		}
	}
}

uint8_t *
t_exact(const void *p, size_t n)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);

	if (copy == NULL)
		abort();
	if (n > 0)
		memcpy(copy, p, n);
	return copy;
}

uint8_t *
t_hex(const char *hex, size_t *n)
{
	uint8_t *p;

	*n = strlen(hex) / 2;
	p = malloc(*n == 0 ? 1 : *n);
	if (p == NULL || !str_from_hex(hex, p, *n)) {
		fprintf(stderr, "bad hex in a test: %.40s\n", hex);
		abort();
	}
	return p;
}

char *
t_dir(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[512];

	str_format(path, sizeof path, "%s/pairdesk-unit-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(path) == NULL)
		abort();
	return xstrdup(path);
}

void
t_reliability(const char *area, const char *what, int runs, int bad,
    const char *ends_in, const char *note)
{
	const char *path = getenv("RELIABILITY_OUT");
	const int64_t now = clock_mono_ms(clock_system());
	FILE *f;

	if (path == NULL || (f = fopen(path, "ae")) == NULL)
		return;
	fprintf(f, "{\"area\":\"%s\",\"case\":\"%s\",\"runs\":%d,"
	    "\"bad\":%d,\"ends_in\":\"%s\",\"seconds\":%.1f,"
	    "\"note\":\"%s\"}\n", area, what, runs, bad, ends_in,
	    (double)(now - current_since) / 1000, note);
	fclose(f);
}

static int64_t
fake_mono(void *ctx)
{
	return ((struct t_clock *)ctx)->mono_ms;
}

static int64_t
fake_wall(void *ctx)
{
	return ((struct t_clock *)ctx)->wall_ms;
}

void
t_clock_init(struct t_clock *c)
{
	*c = (struct t_clock){ .clock = { fake_mono, fake_wall, c },
	    .mono_ms = 1000, .wall_ms = 1780000000000 };
}

/* splitmix64: good enough to be different, the same on every machine */
static void
fake_fill(void *ctx, void *out, size_t n)
{
	struct t_rnd *r = ctx;
	uint8_t *p = out;

	for (size_t i = 0; i < n; i++) {
		uint64_t z = r->state += 0x9e3779b97f4a7c15u;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		p[i] = (uint8_t)(z ^ z >> 31);
	}
}

void
t_rnd_init(struct t_rnd *r, uint64_t seed)
{
	*r = (struct t_rnd){ .rnd = { fake_fill, r }, .state = seed };
}

int
main(int argc, char **argv)
{
	int ran = 0, failed = 0;

	if (secret_process_init() != ERR_OK)
		return 1;
	for (const struct t_case *c = cases; c != NULL; c = c->next) {
		if (argc > 1 && strstr(c->name, argv[1]) == NULL)
			continue;
		current = c;
		current_since = clock_mono_ms(clock_system());
		failures_now = 0;
		c->run();
		/* their clock runs on while the machine stands still */
		if (failures_now > 0 && strncmp(c->name, "hurried_", 8) == 0) {
			fprintf(stderr, "once more: %s\n", c->name);
			failures_now = 0;
			c->run();
		}
		ran++;
		if (failures_now > 0)
			failed++;
	}
	printf("unit: %d passed, %d failed\n", ran - failed, failed);
	return failed > 0 || ran == 0;
}
