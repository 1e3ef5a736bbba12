/*
 * Unit tests in one binary. TEST(name) { ... } registers itself; EXPECT_*
 * records a failure and goes on, ASSERT_* leaves the test.
 */
#ifndef PAIRDESK_TESTS_T_H
#define PAIRDESK_TESTS_T_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/rnd.h"
#include "core/base/clock.h"

struct t_case {
	const char *name, *file;
	void (*run)(void);
	struct t_case *next;
};

void t_register(struct t_case *c);
void t_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define TEST(test_name) \
	static void test_name(void); \
	__attribute__((constructor)) static void \
	test_name##_register(void) \
	{ \
		static struct t_case c = { #test_name, __FILE__, test_name, \
		    NULL }; \
		t_register(&c); \
	} \
	static void test_name(void)

#define EXPECT(cond) \
	do { \
		if (!(cond)) \
			t_fail(__FILE__, __LINE__, "%s", #cond); \
	} while (0)
#define ASSERT(cond) \
	do { \
		if (!(cond)) { \
			t_fail(__FILE__, __LINE__, "%s", #cond); \
			return; \
		} \
	} while (0)
#define EXPECT_INT(got, want) \
	t_expect_int(__FILE__, __LINE__, #got, (long long)(got), \
	    (long long)(want))
#define EXPECT_STR(got, want) \
	t_expect_str(__FILE__, __LINE__, #got, (got), (want))
#define EXPECT_MEM(got, want, n) \
	t_expect_mem(__FILE__, __LINE__, #got, (got), (want), (n))
#define EXPECT_NULL(p) EXPECT((p) == NULL)

void t_expect_int(const char *file, int line, const char *what,
    long long got, long long want);
void t_expect_str(const char *file, int line, const char *what,
    const char *got, const char *want);
void t_expect_mem(const char *file, int line, const char *what,
    const void *got, const void *want, size_t n);

/* A heap copy of exactly n bytes, so that ASan sees over-reads; free(). */
uint8_t *t_exact(const void *p, size_t n);

/* Bytes of a hex literal on the heap; *n gets the count; free(). */
uint8_t *t_hex(const char *hex, size_t *n);

/* A fresh empty directory below the build's scratch space; free(). */
char *t_dir(void);

/*
 * A row of tests/RELIABILITY.md (tests/reliability.py): so many runs of a
 * fault ended as they must but for bad of them. Without $RELIABILITY_OUT
 * nobody collects. Texts: no quotes, no control characters.
 */
void t_reliability(const char *area, const char *what, int runs, int bad,
    const char *ends_in, const char *note);

/* Hand-driven time: set the fields, no real clock involved. */
struct t_clock {
	struct clock clock;
	int64_t mono_ms, wall_ms;
};
void t_clock_init(struct t_clock *c);

/* Repeatable randomness from a seed. */
struct t_rnd {
	struct rnd rnd;
	uint64_t state;
};
void t_rnd_init(struct t_rnd *r, uint64_t seed);

#endif
