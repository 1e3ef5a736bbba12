#include "core/store/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

struct fix {
	struct secret master, token;
	struct key_set data;
	struct keyring_head head;
	struct buf ring;
};

static void
setup(struct fix *f, enum key_source source, size_t count)
{
	struct t_rnd rnd;

	t_rnd_init(&rnd, 9);
	memset(f, 0, sizeof *f);
	memset(f->master.b, 1, KEY_LEN);
	memset(f->token.b, 2, KEY_LEN);
	f->data.count = count;
	for (size_t i = 0; i < count; i++)
		memset(f->data.at[i].b, 10 + (int)i, KEY_LEN);
	keyring_head_make(source, &rnd.rnd, &f->head);
	buf_init(&f->ring, KEYRING_MAX);
	EXPECT_INT(keyring_seal(&f->head, &f->master, &rnd.rnd, &f->data,
	    &f->token, &f->ring), ERR_OK);
}

static enum err
open_exact(const uint8_t *p, size_t n, const struct secret *master,
    struct key_set *data, struct secret *token)
{
	uint8_t *exact = t_exact(p, n);
	const enum err err = keyring_open(exact, n, master, data, token);

	free(exact);
	return err;
}

TEST(keyring_roundtrip)
{
	for (size_t count = 1; count <= KEYS_MAX; count++) {
		struct keyring_head head;
		struct key_set data;
		struct secret token;
		struct fix f;

		setup(&f, count % 2 == 0 ? KEY_SOURCE_PASSPHRASE :
		    KEY_SOURCE_FILE, count);
		EXPECT_INT(keyring_read_head(f.ring.data, f.ring.len, &head),
		    ERR_OK);
		EXPECT_MEM(&head, &f.head, sizeof head);
		EXPECT_INT(open_exact(f.ring.data, f.ring.len, &f.master,
		    &data, &token), ERR_OK);
		EXPECT_INT(data.count, count);
		EXPECT_MEM(&data, &f.data, sizeof data);
		EXPECT_MEM(token.b, f.token.b, KEY_LEN);
		buf_finish(&f.ring);
	}
}

/* Wrong, cut, long or changed anywhere: no key comes out. */
TEST(keyring_refuses_what_it_is_not)
{
	struct key_set data = { .count = 77 };
	struct secret other, token;
	struct fix f;

	setup(&f, KEY_SOURCE_PASSPHRASE, 2);
	memset(other.b, 3, KEY_LEN);
	EXPECT_INT(open_exact(f.ring.data, f.ring.len, &other, &data, &token),
	    ERR_WRONG_KEY);
	for (size_t n = 0; n < f.ring.len; n++)
		EXPECT_INT(open_exact(f.ring.data, n, &f.master, &data,
		    &token), ERR_CORRUPT);
	for (size_t i = 0; i < f.ring.len; i++) {
		enum err err;

		f.ring.data[i] ^= 0x40;
		err = open_exact(f.ring.data, f.ring.len, &f.master, &data,
		    &token);
		EXPECT(err == ERR_WRONG_KEY || err == ERR_CORRUPT ||
		    err == ERR_NEWER_SCHEMA);
		f.ring.data[i] ^= 0x40;
	}
	EXPECT_INT(buf_u8(&f.ring, 0), ERR_OK);
	EXPECT_INT(open_exact(f.ring.data, f.ring.len, &f.master, &data,
	    &token), ERR_CORRUPT);
	EXPECT_INT(data.count, 77);
	f.ring.data[4] = 2;
	EXPECT_INT(open_exact(f.ring.data, f.ring.len, &f.master, &data,
	    &token), ERR_NEWER_SCHEMA);
	buf_finish(&f.ring);
}

TEST(keyring_refuses_a_cost_that_takes_the_machine)
{
	struct keyring_head head;
	struct fix f;

	setup(&f, KEY_SOURCE_PASSPHRASE, 1);
	f.ring.data[4 + 2 + KEYRING_SALT_LEN + 4] = 0xff;       /* memory */
	EXPECT_INT(keyring_read_head(f.ring.data, f.ring.len, &head),
	    ERR_CORRUPT);
	buf_finish(&f.ring);
}

TEST(keyring_passphrase_costs_as_promised)
{
	struct secret a, b, c;
	struct fix f;

	setup(&f, KEY_SOURCE_PASSPHRASE, 1);
	EXPECT(f.head.memory_kib >= 64 * 1024 && f.head.passes >= 2);
	EXPECT_INT(keyring_derive(&f.head, "", 0, &a), ERR_INVALID);
	EXPECT_INT(keyring_derive(&f.head, "correct horse", 13, &a), ERR_OK);
	EXPECT_INT(keyring_derive(&f.head, "correct horse", 13, &b), ERR_OK);
	EXPECT_INT(keyring_derive(&f.head, "correct horsf", 13, &c), ERR_OK);
	EXPECT(secret_is_equal(a.b, b.b, KEY_LEN));
	EXPECT(!secret_is_equal(a.b, c.b, KEY_LEN));
	f.head.salt[0] ^= 1;
	EXPECT_INT(keyring_derive(&f.head, "correct horse", 13, &b), ERR_OK);
	EXPECT(!secret_is_equal(a.b, b.b, KEY_LEN));
	buf_finish(&f.ring);
}
