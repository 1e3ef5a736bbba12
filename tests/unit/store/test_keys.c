/* Several data keys: which seals, which opens. */
#include "core/store/keys.h"

#include <string.h>

#include "core/store/seal.h"
#include "tests/t.h"

static const struct seal_place place = { "acme", "creds", "noise" };

static void
fill(struct key_set *set, size_t count)
{
	memset(set, 0, sizeof *set);
	set->count = count;
	for (size_t i = 0; i < count; i++)
		memset(set->at[i].b, (int)i + 1, KEY_LEN);
}

static enum err
open_with(const struct key_set *set, const struct buf *sealed, bool *former)
{
	struct buf plain;
	enum err err;

	buf_init_secret(&plain, 64);
	err = key_set_open(set, &place, sealed->data, sealed->len, &plain,
	    former);
	EXPECT_INT(plain.len, err == ERR_OK ? 5 : 0);
	if (err == ERR_OK)
		EXPECT_MEM(plain.data, "value", 5);
	buf_finish(&plain);
	return err;
}

TEST(keys_newest_seals_and_all_open)
{
	struct key_set old, both, other;
	struct buf sealed;
	bool former = true;

	fill(&old, 1);
	fill(&both, 2);
	both.at[1] = old.at[0];
	memset(both.at[0].b, 9, KEY_LEN);
	fill(&other, KEYS_MAX);
	memset(other.at[0].b, 77, KEY_LEN);
	buf_init(&sealed, 256);
	EXPECT_INT(key_set_seal(&both, rnd_system(), &place, "value", 5,
	    &sealed), ERR_OK);
	EXPECT_INT(open_with(&both, &sealed, &former), ERR_OK);
	EXPECT(!former);
	EXPECT_INT(open_with(&old, &sealed, NULL), ERR_AUTH);
	EXPECT_INT(open_with(&other, &sealed, NULL), ERR_AUTH);
	buf_clear(&sealed);
	EXPECT_INT(key_set_seal(&old, rnd_system(), &place, "value", 5,
	    &sealed), ERR_OK);
	EXPECT_INT(open_with(&both, &sealed, &former), ERR_OK);
	EXPECT(former);
	/* no sealed value at all is not tried with every key */
	EXPECT_INT(key_set_open(&both, &place, "x", 1, &sealed, &former),
	    ERR_UNSUPPORTED);
	buf_finish(&sealed);
	key_set_finish(&both);
	EXPECT_INT(both.count, 0);
	key_set_finish(NULL);
}

TEST(keys_make_one_for_each_company)
{
	struct keys *k = keys_create();
	struct key_set set, of, want;
	struct secret token, got;

	EXPECT_INT(keys_count(k), 0);
	fill(&set, 3);
	memset(token.b, 5, KEY_LEN);
	keys_set(k, &set, &token);
	EXPECT_INT(keys_count(k), 3);
	keys_of(k, "acme", &of);
	EXPECT_INT(of.count, 3);
	for (size_t i = 0; i < 3; i++) {
		seal_company_key(&set.at[i], "acme", &want.at[i]);
		EXPECT_MEM(of.at[i].b, want.at[i].b, KEY_LEN);
	}
	keys_data(k, &of);
	EXPECT_MEM(&of, &set, sizeof of);
	keys_token(k, &got);
	EXPECT_MEM(got.b, token.b, KEY_LEN);
	keys_destroy(k);
	keys_destroy(NULL);
}
