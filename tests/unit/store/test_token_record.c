#include "core/store/token_record.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

static const struct token_record sample = {
	.info = { .id = "abcdef27", .name = "Касса №1", .role = TOKEN_SHARE,
	    .company = "acme-1", .prefix = "pd_s_Ab-_", .spent = true,
	    .created_ms = 1780000000000, .expires_ms = 1780000000001,
	    .last_used_ms = 1780000000002, .revoked_ms = INT64_MAX },
	.hash = { 1, 2, [31] = 0xff },
};

static void
encode(const struct token_record *r, struct buf *out)
{
	buf_init(out, TOKEN_RECORD_MAX);
	EXPECT_INT(token_record_encode(r, out), ERR_OK);
}

TEST(token_record_comes_back)
{
	struct token_record back = { .info = { .name = "" } };
	struct buf bytes;

	encode(&sample, &bytes);
	EXPECT_INT(token_record_decode(bytes.data, bytes.len, &back), ERR_OK);
	EXPECT_STR(back.info.id, sample.info.id);
	EXPECT_STR(back.info.name, sample.info.name);
	EXPECT_STR(back.info.company, sample.info.company);
	EXPECT_STR(back.info.prefix, sample.info.prefix);
	EXPECT_INT(back.info.role, TOKEN_SHARE);
	EXPECT(back.info.spent);
	EXPECT_INT(back.info.created_ms, sample.info.created_ms);
	EXPECT_INT(back.info.expires_ms, sample.info.expires_ms);
	EXPECT_INT(back.info.last_used_ms, sample.info.last_used_ms);
	EXPECT_INT(back.info.revoked_ms, INT64_MAX);
	EXPECT_MEM(back.hash, sample.hash, sizeof back.hash);
	buf_finish(&bytes);
}

TEST(token_record_largest_fits)
{
	struct token_record r = sample;
	struct buf bytes;

	for (int i = 0; i < TOKEN_NAME_CHARS; i++)
		memcpy(r.info.name + i * 4, "\xf0\x9f\x8d\x9e", 5);
	memset(r.info.company, 'a', COMPANY_ID_MAX);
	encode(&r, &bytes);
	buf_finish(&bytes);
}

TEST(token_record_every_prefix_is_refused)
{
	struct token_record back;
	struct buf bytes;

	encode(&sample, &bytes);
	for (size_t n = 0; n < bytes.len; n++) {
		uint8_t *p = t_exact(bytes.data, n);

		EXPECT_INT(token_record_decode(p, n, &back), ERR_TRUNCATED);
		free(p);
	}
	EXPECT_INT(buf_u8(&bytes, 0), ERR_OK);
	EXPECT_INT(token_record_decode(bytes.data, bytes.len, &back),
	    ERR_TRAILING);
	bytes.data[0] = 2;
	EXPECT_INT(token_record_decode(bytes.data, bytes.len, &back),
	    ERR_UNSUPPORTED);
	buf_finish(&bytes);
}

/* Where each byte is, a byte that must not be there. */
TEST(token_record_refuses_what_nobody_wrote)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} rows[] = {
		{ 1, TOKEN_ROLE_COUNT },
		{ 1, TOKEN_ADMIN },     /* with a company */
		{ 1, TOKEN_COMPANY },   /* spent */
		{ 2, 2 },
		{ 5, 'A' }, { 5, 0 },   /* id */
		{ 15, '\n' }, { 15, 0x80 },     /* name */
	};
	struct token_record back;
	struct buf bytes;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		encode(&sample, &bytes);
		bytes.data[rows[i].at] = rows[i].byte;
		EXPECT_INT(token_record_decode(bytes.data, bytes.len, &back),
		    ERR_MALFORMED);
		buf_finish(&bytes);
	}
}

TEST(token_names)
{
	char name[TOKEN_NAME_CHARS + 2] = "";

	EXPECT(token_name_is_valid("a"));
	EXPECT(token_name_is_valid("Касса №1"));
	EXPECT(!token_name_is_valid(""));
	EXPECT(!token_name_is_valid("a\nb"));
	EXPECT(!token_name_is_valid("a\x1b[31m"));
	EXPECT(!token_name_is_valid("\xe2\x80\xae" "a"));
	EXPECT(!token_name_is_valid("\xff"));
	memset(name, 'a', TOKEN_NAME_CHARS + 1);
	EXPECT(!token_name_is_valid(name));
	name[TOKEN_NAME_CHARS] = '\0';
	EXPECT(token_name_is_valid(name));
}
