#include "core/base/buf.h"

#include <stdlib.h>
#include <string.h>

#include "tests/t.h"

TEST(buf_starts_empty_and_owns_nothing)
{
	struct buf b;

	buf_init(&b, 10);
	EXPECT_INT(b.len, 0);
	EXPECT_NULL(b.data);
	buf_finish(&b);
	buf_finish(&b);         /* twice is harmless */
	buf_finish(NULL);
}

TEST(buf_writes_big_endian)
{
	static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	struct buf b;

	buf_init(&b, 64);
	EXPECT_INT(buf_u8(&b, 1), ERR_OK);
	EXPECT_INT(buf_u16be(&b, 0x0203), ERR_OK);
	EXPECT_INT(buf_u24be(&b, 0x040506), ERR_OK);
	EXPECT_INT(buf_u32be(&b, 0x0708090a), ERR_OK);
	EXPECT_INT(b.len, sizeof want);
	EXPECT_MEM(b.data, want, sizeof want);
	buf_finish(&b);
}

TEST(buf_takes_exactly_its_maximum)
{
	uint8_t bytes[100] = { 0 };
	struct buf b;

	buf_init(&b, sizeof bytes);
	EXPECT_INT(buf_append(&b, bytes, sizeof bytes), ERR_OK);
	EXPECT_INT(buf_u8(&b, 1), ERR_TOO_LARGE);
	EXPECT_INT(b.len, sizeof bytes);
	EXPECT_INT(buf_append(&b, NULL, 0), ERR_OK);
	buf_finish(&b);
}

TEST(buf_refusal_changes_nothing)
{
	uint8_t *where = (uint8_t *)&where;     /* poison */
	struct buf b;

	buf_init(&b, 4);
	EXPECT_INT(buf_str(&b, "abc"), ERR_OK);
	EXPECT_INT(buf_str(&b, "de"), ERR_TOO_LARGE);
	EXPECT_INT(buf_u16be(&b, 7), ERR_TOO_LARGE);
	EXPECT_INT(buf_printf(&b, "%d", 12), ERR_TOO_LARGE);
	EXPECT_INT(buf_extend(&b, SIZE_MAX, &where), ERR_TOO_LARGE);
	EXPECT_INT(buf_extend(&b, SIZE_MAX - 2, &where), ERR_TOO_LARGE);
	EXPECT(where == (uint8_t *)&where);
	EXPECT_INT(b.len, 3);
	EXPECT_MEM(b.data, "abc", 3);
	buf_finish(&b);
}

TEST(buf_of_zero_takes_nothing)
{
	const char *s = NULL;
	struct buf b;

	buf_init(&b, 0);
	EXPECT_INT(buf_u8(&b, 1), ERR_TOO_LARGE);
	EXPECT_INT(buf_append(&b, "", 0), ERR_OK);
	EXPECT_INT(buf_cstr(&b, &s), ERR_OK);
	EXPECT_STR(s, "");
	buf_finish(&b);
}

TEST(buf_cstr_of_a_full_buf)
{
	const char *s = NULL;
	struct buf b;

	buf_init(&b, 3);
	ASSERT(buf_str(&b, "abc") == ERR_OK);
	EXPECT_INT(buf_cstr(&b, &s), ERR_OK);
	EXPECT_STR(s, "abc");
	EXPECT_INT(b.len, 3);
	buf_finish(&b);
}

TEST(buf_printf_of_any_length)
{
	char wide[1001];
	struct buf b;

	memset(wide, 'x', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	buf_init_secret(&b, 2000);
	EXPECT_INT(buf_printf(&b, "%s", wide), ERR_OK);
	EXPECT_INT(buf_printf(&b, "[%d]", -5), ERR_OK);
	EXPECT_INT(b.len, 1004);
	EXPECT_MEM(b.data + 1000, "[-5]", 4);
	buf_finish(&b);
}

TEST(buf_consume_from_the_front)
{
	struct buf b;

	buf_init(&b, 16);
	ASSERT(buf_str(&b, "abcdef") == ERR_OK);
	buf_consume(&b, 0);
	buf_consume(&b, 2);
	EXPECT_INT(b.len, 4);
	EXPECT_MEM(b.data, "cdef", 4);
	buf_consume(&b, 4);
	EXPECT_INT(b.len, 0);
	buf_finish(&b);
}

TEST(buf_clear_keeps_memory_release_gives_it_back)
{
	struct buf b;

	buf_init(&b, 16);
	ASSERT(buf_str(&b, "abc") == ERR_OK);
	buf_clear(&b);
	EXPECT(b.data != NULL && b.len == 0);
	buf_release(&b);
	EXPECT_NULL(b.data);
	EXPECT_INT(buf_str(&b, "again"), ERR_OK);
	buf_finish(&b);
}

/* What a secret buf no longer counts as content must be gone. */
TEST(buf_secret_is_wiped_when_it_shrinks)
{
	static const uint8_t zeroes[6];
	struct buf b;

	buf_init_secret(&b, 64);
	ASSERT(buf_str(&b, "secret") == ERR_OK);
	buf_consume(&b, 4);
	EXPECT_MEM(b.data, "et", 2);
	EXPECT_MEM(b.data + 2, zeroes, 4);
	buf_clear(&b);
	EXPECT_MEM(b.data, zeroes, 6);
	buf_finish(&b);
}

/*
 * Memory can be looked at just before it is given back when AddressSanitizer
 * is there: it has a hook for that, which cannot be taken out again.
 */
int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *, size_t),
    void (*on_free)(const volatile void *)) __attribute__((weak));

#define WATCHED 32

static const volatile void *watched;    /* a block of WATCHED bytes */
static unsigned watched_frees, watched_left;

static void
on_malloc(const volatile void *p, size_t n)
{
	(void)p;
	(void)n;
}

static void
on_free(const volatile void *p)
{
	const volatile uint8_t *bytes = p;

	if (p == NULL || p != watched)
		return;
	watched = NULL;
	watched_frees++;
	for (size_t i = 0; i < WATCHED; i++)
		watched_left += bytes[i] != 0;
}

/* How many bytes were left in a block that held a secret, when freed. */
static unsigned
left_behind(void (*give_back)(struct buf *b))
{
	static bool is_installed;
	uint8_t secret[WATCHED];
	struct buf b;

	if (!is_installed)
		__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
	is_installed = true;
	memset(secret, 0xa5, sizeof secret);
	buf_init_secret(&b, 4096);
	if (buf_append(&b, secret, sizeof secret) != ERR_OK)
		abort();
	watched_frees = watched_left = 0;
	watched = b.data;
	give_back(&b);
	EXPECT_INT(watched_frees, 1);
	buf_finish(&b);
	return watched_left;
}

static void
grow(struct buf *b)
{
	uint8_t *where;

	EXPECT_INT(buf_extend(b, 1000, &where), ERR_OK);
	EXPECT_INT(b->data[0], 0xa5);
}

TEST(buf_secret_is_wiped_when_memory_is_given_back)
{
	if (__sanitizer_install_malloc_and_free_hooks == NULL)
		return;
	EXPECT_INT(left_behind(grow), 0);
	EXPECT_INT(left_behind(buf_release), 0);
	EXPECT_INT(left_behind(buf_finish), 0);
}

TEST(reader_reads_in_order)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 'x',
	    'y' };
	struct reader r;
	char text[2];

	reader_init(&r, bytes, sizeof bytes);
	EXPECT_INT(reader_u8(&r), 1);
	EXPECT_INT(reader_u16be(&r), 0x0203);
	EXPECT_INT(reader_u24be(&r), 0x040506);
	EXPECT_INT(reader_u32be(&r), 0x0708090a);
	EXPECT(!reader_is_end(&r));
	reader_copy(&r, text, 2);
	EXPECT_MEM(text, "xy", 2);
	EXPECT(reader_is_end(&r) && reader_ok(&r));
}

TEST(reader_fails_for_good_on_every_prefix)
{
	static const uint8_t bytes[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff };

	for (size_t n = 0; n < sizeof bytes; n++) {
		uint8_t *p = t_exact(bytes, n);
		struct reader r;

		reader_init(&r, p, n);
		(void)reader_u8(&r);
		(void)reader_u24be(&r);
		EXPECT_INT(reader_u32be(&r), 0);
		EXPECT(!reader_ok(&r));
		/* what is left does not come back */
		EXPECT_INT(reader_u8(&r), 0);
		EXPECT_NULL(reader_bytes(&r, 0));
		EXPECT(!reader_is_end(&r));
		free(p);
	}
}

TEST(reader_copy_zeroes_after_failure)
{
	uint8_t out[4] = { 9, 9, 9, 9 };
	static const uint8_t zeroes[4];
	struct reader r;

	reader_init(&r, "abc", 3);
	reader_copy(&r, out, sizeof out);
	EXPECT_MEM(out, zeroes, sizeof out);
	EXPECT(!reader_ok(&r));
}

TEST(reader_of_nothing_is_at_its_end)
{
	struct reader r;

	reader_init(&r, NULL, 0);
	EXPECT(reader_is_end(&r));
	EXPECT_NULL(reader_bytes(&r, 1));
	EXPECT(!reader_ok(&r));
}
