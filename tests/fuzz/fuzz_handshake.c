/*
 * ServerHello into a client with fixed keys (those of vector nz-01, so that
 * its message is a seed that gets through). Whatever is refused leaves
 * nothing behind; what is accepted has to be that message.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/wire/noise.h"

#define NOW 1765471348

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char ephemeral_key[] =
    "185c8f7f1f24c22a36ec004f93dfbf1aa43253d84d0e1aa5cc3bf7d032471344";
static const char static_key[] =
    "c047ff586b7249bbae759d9c29d4d1ee4b14c937e72ec6eb1e02411a0774017e";
static const char root_key[] =
    "5dfd395b8982a7f8b72918ec99eadddc590ca0367f68e122667fe2637996a827";

static void
expect(int ok)
{
	if (!ok)
		abort();
}

static void
key_of(const char *hex, struct keypair *out)
{
	uint8_t priv[KEY_LEN];

	expect(str_from_hex(hex, priv, sizeof priv));
	curve_keypair_from(priv, out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct noise_client gone;
	struct noise_trust trust = { .root_serial = 0 };
	struct noise_client client = { .is_waiting = false };
	struct noise_transport transport = { .send.counter = 77,
	    .recv.counter = 77 };
	struct keypair ephemeral, fixed;
	struct buf hello, finish;
	enum err err;

	key_of(ephemeral_key, &ephemeral);
	key_of(static_key, &fixed);
	expect(str_from_hex(root_key, trust.root_key, KEY_LEN));
	buf_init(&hello, 256);
	buf_init(&finish, 1024);
	expect(noise_client_hello(&client, &ephemeral, &hello) == ERR_OK);
	err = noise_client_finish(&client, &(struct noise_login){
	    .trust = &trust, .now = NOW, .static_key = &fixed,
	    .payload = "x", .payload_len = 1,
	}, p, n, &finish, &transport);
	expect((err == ERR_OK) == (finish.len > 0));
	expect((err == ERR_OK) == (transport.send.counter == 0));
	expect((err == ERR_OK) == (transport.recv.counter == 0));
	expect(memcmp(&client, &gone, sizeof gone) == 0);
	buf_finish(&hello);
	buf_finish(&finish);
	return 0;
}
