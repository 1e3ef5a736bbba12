#include "core/session/links.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"

#define VALUE_MAX 4096

static void
fill(struct links *l, int count)
{
	struct link_record record = { .platform = "android" };

	for (int i = 1; i <= count; i++) {
		record.at_ms = 1780000000000 + i;
		str_format(record.phone, sizeof record.phone, "7900%d", i);
		links_add(l, &record);
	}
}

static void
encode(const struct links *l, struct buf *out)
{
	buf_init(out, VALUE_MAX);
	EXPECT_INT(links_encode(l, out), ERR_OK);
}

static enum err
try_decode(const void *p, size_t n)
{
	struct links l = { .count = 99 };
	uint8_t *exact = t_exact(p, n);
	const enum err err = links_decode(exact, n, &l);

	if (err != ERR_OK)
		EXPECT_INT(l.count, 99);
	free(exact);
	return err;
}

TEST(links_come_back_newest_first)
{
	struct links l = { 0 }, back;
	struct buf b;

	fill(&l, 3);
	encode(&l, &b);
	EXPECT_INT(links_decode(b.data, b.len, &back), ERR_OK);
	EXPECT_INT(back.count, 3);
	EXPECT_STR(back.at[0].phone, "79003");
	EXPECT_STR(back.at[2].phone, "79001");
	EXPECT_INT(back.at[2].at_ms, 1780000000001);
	EXPECT_STR(back.at[2].platform, "android");
	buf_finish(&b);
}

TEST(links_forget_the_oldest)
{
	struct links l = { 0 }, back;
	struct buf b;

	fill(&l, LINKS_MAX + 2);
	EXPECT_INT(l.count, LINKS_MAX);
	encode(&l, &b);
	EXPECT_INT(links_decode(b.data, b.len, &back), ERR_OK);
	EXPECT_STR(back.at[LINKS_MAX - 1].phone, "79003");
	buf_finish(&b);
}

TEST(links_reject_every_prefix_and_more)
{
	struct links l = { 0 };
	struct buf b;

	fill(&l, 2);
	encode(&l, &b);
	for (size_t n = 0; n < b.len; n++)
		EXPECT_INT(try_decode(b.data, n), ERR_CORRUPT);
	EXPECT_INT(buf_u8(&b, 0), ERR_OK);
	EXPECT_INT(try_decode(b.data, b.len), ERR_CORRUPT);
	buf_truncate(&b, b.len - 1);
	b.data[1] = LINKS_MAX + 1;
	EXPECT_INT(try_decode(b.data, b.len), ERR_CORRUPT);
	b.data[0] = 2;
	EXPECT_INT(try_decode(b.data, b.len), ERR_NEWER_SCHEMA);
	buf_finish(&b);
}
