#include "core/store/row.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/store/store.h"
#include "tests/t.h"

static const struct company_row sample = {
	.company = "acme-1", .name = "Баня «У озера»", .phone = "79001234567",
	.platform = "android", .cooldown_from_ms = 1780000000001,
	.last_reason = "temporary", .last_code = 0x01020304,
	.linked = true, .status = "connected", .reason = "",
	.since_ms = 1780000000000, .until_ms = -1,
	.state_version_limit = UINT64_MAX - 1,
	.last_error = "timeout", .last_error_ms = 1,
	.pinned_phone = "4915112345678", .priority = -7, .draft = true,
	.asked_ms = 1780000000002,
	.proxy = "socks5://me:pass@127.0.0.1:1080",
	.phone_seen_ms = 1780000000003, .replacing = REPLACING_LEAVING,
	.no_backup = true,
};

/* What follows the fields of version 2 when they are empty. */
#define FLEET_LEN (1 + 8 + 1)

static void
expect_equal(const struct company_row *a, const struct company_row *b)
{
	EXPECT_STR(a->company, b->company);
	EXPECT_STR(a->name, b->name);
	EXPECT_STR(a->phone, b->phone);
	EXPECT_STR(a->platform, b->platform);
	EXPECT_STR(a->last_reason, b->last_reason);
	EXPECT_INT(a->last_code, b->last_code);
	EXPECT_STR(a->status, b->status);
	EXPECT_STR(a->reason, b->reason);
	EXPECT_STR(a->last_error, b->last_error);
	EXPECT_INT(a->linked, b->linked);
	EXPECT_INT(a->paused, b->paused);
	EXPECT_INT(a->damaged, b->damaged);
	EXPECT_INT(a->since_ms, b->since_ms);
	EXPECT_INT(a->until_ms, b->until_ms);
	EXPECT_INT(a->cooldown_from_ms, b->cooldown_from_ms);
	EXPECT_INT(a->last_error_ms, b->last_error_ms);
	EXPECT_STR(a->pinned_phone, b->pinned_phone);
	EXPECT_INT(a->priority, b->priority);
	EXPECT_INT(a->draft, b->draft);
	EXPECT_INT(a->no_backup, b->no_backup);
	EXPECT_INT(a->asked_ms, b->asked_ms);
	EXPECT_STR(a->proxy, b->proxy);
	EXPECT_INT(a->phone_seen_ms, b->phone_seen_ms);
	EXPECT_INT(a->replacing, b->replacing);
	EXPECT(a->state_version_limit == b->state_version_limit);
}

static void
encode(const struct company_row *row, struct buf *out)
{
	buf_init(out, ROW_MAX);
	EXPECT_INT(row_encode(row, out), ERR_OK);
}

static enum err
try_decode(const void *p, size_t n)
{
	struct company_row row;
	uint8_t *exact = t_exact(p, n);
	enum err err;

	memset(&row, 0x5a, sizeof row);
	err = row_decode(exact, n, &row);
	for (size_t i = 0; err != ERR_OK && i < sizeof row; i++)
		EXPECT_INT(((const uint8_t *)&row)[i], 0x5a);
	free(exact);
	return err;
}

TEST(row_roundtrip)
{
	struct company_row back;
	struct buf b;

	encode(&sample, &b);
	EXPECT_INT(row_decode(b.data, b.len, &back), ERR_OK);
	expect_equal(&back, &sample);
	buf_finish(&b);
}

TEST(row_longest_fits)
{
	struct company_row row = { .paused = true, .damaged = true }, back;
	struct buf b;

	memset(row.company, 'c', sizeof row.company - 1);
	memset(row.name, 'n', sizeof row.name - 1);
	memset(row.phone, '9', sizeof row.phone - 1);
	memset(row.platform, 'p', sizeof row.platform - 1);
	memset(row.status, 's', sizeof row.status - 1);
	memset(row.reason, 'r', sizeof row.reason - 1);
	memset(row.last_error, 'e', sizeof row.last_error - 1);
	memset(row.last_reason, 'l', sizeof row.last_reason - 1);
	memset(row.pinned_phone, '8', sizeof row.pinned_phone - 1);
	memset(row.proxy, 'x', sizeof row.proxy - 1);
	encode(&row, &b);
	EXPECT_INT(row_decode(b.data, b.len, &back), ERR_OK);
	expect_equal(&back, &row);
	buf_finish(&b);
}

TEST(row_rejects_every_prefix)
{
	struct buf b;

	encode(&sample, &b);
	for (size_t n = 0; n < b.len; n++)
		EXPECT_INT(try_decode(b.data, n), ERR_TRUNCATED);
	EXPECT_INT(buf_u8(&b, 0), ERR_OK);
	EXPECT_INT(try_decode(b.data, b.len), ERR_TRAILING);
	buf_finish(&b);
}

static void
forget_fleet(struct company_row *row)
{
	row->proxy[0] = '\0';
	row->phone_seen_ms = 0;
	row->replacing = REPLACING_NOT;
	row->no_backup = false;
}

/* As a program of schema 1 wrote it: nothing after last_code. */
TEST(row_reads_version_1)
{
	struct company_row row = sample, back;
	struct buf b;

	row.pinned_phone[0] = '\0';
	row.priority = 0;
	row.draft = false;
	row.asked_ms = 0;
	forget_fleet(&row);
	encode(&row, &b);
	buf_truncate(&b, b.len - 13 - FLEET_LEN);
	b.data[0] = 1;
	EXPECT_INT(row_decode(b.data, b.len, &back), ERR_OK);
	expect_equal(&back, &row);
	for (size_t n = 0; n < b.len; n++)
		EXPECT_INT(try_decode(b.data, n), ERR_TRUNCATED);
	b.data[1] = 8;                  /* no draft then */
	EXPECT_INT(try_decode(b.data, b.len), ERR_UNSUPPORTED);
	buf_finish(&b);
}

/* As one of schema 2 did: nothing after asked_ms. */
TEST(row_reads_version_2)
{
	struct company_row row = sample, back;
	struct buf b;

	forget_fleet(&row);
	encode(&row, &b);
	buf_truncate(&b, b.len - FLEET_LEN);
	b.data[0] = 2;
	EXPECT_INT(row_decode(b.data, b.len, &back), ERR_OK);
	expect_equal(&back, &row);
	for (size_t n = 0; n < b.len; n++)
		EXPECT_INT(try_decode(b.data, n), ERR_TRUNCATED);
	buf_finish(&b);
}

TEST(row_rejects_what_it_does_not_know)
{
	struct buf b;

	encode(&sample, &b);
	b.data[0] = 4;
	EXPECT_INT(try_decode(b.data, b.len), ERR_UNSUPPORTED);
	b.data[0] = 3;
	b.data[b.len - 1] = REPLACING_COUNT;
	EXPECT_INT(try_decode(b.data, b.len), ERR_MALFORMED);
	b.data[b.len - 1] = REPLACING_NOT;
	b.data[1] = 32;
	EXPECT_INT(try_decode(b.data, b.len), ERR_UNSUPPORTED);
	b.data[1] = 0;
	b.data[3] = '/';                /* first byte of the company id */
	EXPECT_INT(try_decode(b.data, b.len), ERR_MALFORMED);
	b.data[3] = '\0';
	EXPECT_INT(try_decode(b.data, b.len), ERR_MALFORMED);
	b.data[3] = 0xff;
	EXPECT_INT(try_decode(b.data, b.len), ERR_MALFORMED);
	buf_finish(&b);
}

/* A length that is legal in the format but not in the struct. */
TEST(row_rejects_text_longer_than_its_field)
{
	struct buf b;
	uint8_t *id;

	buf_init(&b, ROW_MAX);
	EXPECT_INT(buf_u8(&b, 1), ERR_OK);
	EXPECT_INT(buf_u8(&b, 0), ERR_OK);
	EXPECT_INT(buf_u8(&b, COMPANY_ID_MAX + 1), ERR_OK);
	ASSERT(buf_extend(&b, COMPANY_ID_MAX + 1, &id) == ERR_OK);
	memset(id, 'a', COMPANY_ID_MAX + 1);
	EXPECT_INT(try_decode(b.data, b.len), ERR_MALFORMED);
	buf_finish(&b);
}

TEST(row_encode_refuses_bad_fields)
{
	struct company_row row = sample;
	struct buf b;

	buf_init(&b, ROW_MAX);
	row.company[0] = '.';
	EXPECT_INT(row_encode(&row, &b), ERR_INVALID);
	row = sample;
	row.name[0] = (char)0xff;
	EXPECT_INT(row_encode(&row, &b), ERR_INVALID);
	EXPECT_INT(b.len, 0);
	buf_finish(&b);
}

TEST(company_ids)
{
	char long_id[COMPANY_ID_MAX + 2];

	memset(long_id, 'x', sizeof long_id);
	long_id[COMPANY_ID_MAX + 1] = '\0';
	EXPECT(!company_id_is_valid(long_id));
	long_id[COMPANY_ID_MAX] = '\0';
	EXPECT(company_id_is_valid(long_id));
	EXPECT(company_id_is_valid("A-z_09"));
	EXPECT(!company_id_is_valid(""));
	EXPECT(!company_id_is_valid("."));
	EXPECT(!company_id_is_valid("a/b"));
	EXPECT(!company_id_is_valid("a b"));
	EXPECT(!company_id_is_valid("a\n"));
	EXPECT(!company_id_is_valid("\xd0\xb1"));
}
