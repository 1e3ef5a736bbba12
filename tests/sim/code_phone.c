/* The phone's half of a pairing code (protocol notes 8.6, 8.7). */
#include "tests/sim/code.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/crypt.h"
#include "tests/sim/conn.h"
#include "tests/sim/owed.h"
#include "tests/sim/pairing.h"
#include "tests/sim/serve.h"

#define ROUNDS 131072u
#define CODE_CHARS 8
#define TRIES_MAX 3
#define BUNDLE_PLAIN 96

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTVWXYZ";

/* PBKDF2 twice takes a tenth of a second: on a worker. */
struct typing {
	uv_work_t work;
	struct sim *sim;
	uint64_t conn_id;
	char code[CODE_CHARS + 1];
	uint8_t their_salt[32], our_salt[32];
	uint8_t their_key[KEY_LEN], our_key[KEY_LEN];
};

static void
derive(uv_work_t *work)
{
	struct typing *t = work->data;
	uint8_t key[KEY_LEN];

	crypt_pbkdf2(t->code, CODE_CHARS, t->their_salt, 32, ROUNDS, key);
	memcpy(t->their_key, key, KEY_LEN);
	crypt_pbkdf2(t->code, CODE_CHARS, t->our_salt, 32, ROUNDS, key);
	memcpy(t->our_key, key, KEY_LEN);
}

static void
send_primary_hello(struct conn *c)
{
	struct code_request *r = &c->pairing->code;
	struct phone *p = c->pairing->phone;
	struct node *n = serve_notification(c, "link_code_companion_reg");
	struct node *reg = node_add_new(n, "link_code_companion_reg");

	node_set(reg, "stage", "primary_hello");
	node_set_bytes(node_add_new(reg,
	    "link_code_pairing_wrapped_primary_ephemeral_pub"), r->answer,
	    CODE_WRAPPED);
	node_set_bytes(node_add_new(reg, "primary_identity_pub"),
	    p->identity.pub, KEY_LEN);
	node_set_bytes(node_add_new(reg, "link_code_pairing_ref"), r->ref,
	    strlen(r->ref));
	owed_ack(c, n, false);
	event_say(c->sim, c, "primary_hello", "number", p->number);
	conn_send(c, n);
}

static void
on_finish_late(struct conn *c, void *arg)
{
	struct code_request *r = &c->pairing->code;

	(void)arg;
	if (!r->is_typed || c->pairing->phone == NULL)
		return;
	r->is_typed = false;
	pairing_phone_error(c, c->pairing->phone, "timeout");
}

static void
on_derived(uv_work_t *work, int status)
{
	struct typing *t = work->data;
	struct conn *c = conn_find(t->sim, t->conn_id);
	struct code_request *r;

	(void)status;
	if (c == NULL || c->pairing == NULL || c->pairing->phone == NULL) {
		free(t);
		return;
	}
	r = &c->pairing->code;
	crypt_ctr(t->their_key, r->wrapped + 32, r->wrapped + 48, KEY_LEN,
	    r->companion);
	curve_keypair(t->sim->rnd, &r->ephemeral);
	memcpy(r->answer, t->our_salt, 32);
	rnd_fill(t->sim->rnd, r->answer + 32, 16);
	crypt_ctr(t->our_key, r->answer + 32, r->ephemeral.pub, KEY_LEN,
	    r->answer + 48);
	r->is_typed = true;
	send_primary_hello(c);
	conn_later(c, t->sim->set.reply_ms, on_finish_late, NULL);
	secret_wipe(t, sizeof *t);
	free(t);
}

/* Without dash and blanks, in capitals; false if it cannot be a code. */
static bool
read_code(const char *text, char out[CODE_CHARS + 1])
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		int ch = toupper((unsigned char)*text);

		if (ch == '-' || ch == ' ')
			continue;
		if (n == CODE_CHARS || strchr(alphabet, ch) == NULL)
			return false;
		out[n++] = (char)ch;
	}
	out[n] = '\0';
	return n == CODE_CHARS;
}

const char *
code_type(struct sim *sim, struct phone *p, const char *code,
    struct conn **out)
{
	struct conn *c = conn_find(sim, p->code_conn);
	struct typing *t;

	if (c == NULL || c->pairing == NULL)
		return "no-request";
	if (!c->pairing->code.is_pending)
		return "expired-code";
	if (c->pairing->code.tries++ >= TRIES_MAX)
		return "too-many-attempts";
	if (c->revision < sim->set.min_revision)
		return "outdated";
	if (p->refuse[0] != '\0')
		return "refused";
	t = xcalloc(1, sizeof *t);
	if (!read_code(code, t->code)) {
		free(t);
		return "wrong-code";
	}
	sim->count.codes++;
	event_say(sim, c, "code_typed", "number", p->number);
	c->pairing->phone = p;
	t->sim = sim;
	t->conn_id = c->id;
	t->work.data = t;
	memcpy(t->their_salt, c->pairing->code.wrapped, 32);
	rnd_fill(sim->rnd, t->our_salt, 32);
	uv_queue_work(sim->loop, &t->work, derive, on_derived);
	*out = c;
	return NULL;
}

bool
code_repeat(struct conn *c)
{
	if (c->pairing == NULL || c->pairing->phone == NULL)
		return false;
	c->pairing->code.is_typed = true;
	send_primary_hello(c);
	return true;
}

/* The adv secret of the bundle, or false when the typed code was wrong. */
static bool
open_bundle(struct conn *c, const uint8_t bundle[CODE_BUNDLE],
    const uint8_t *companion_identity, uint8_t adv_secret[KEY_LEN])
{
	struct code_request *r = &c->pairing->code;
	struct phone *p = c->pairing->phone;
	struct secret eph, id;
	uint8_t key[KEY_LEN], plain[BUNDLE_PLAIN], ikm[3 * 32];
	bool ok = false;

	if (curve_shared(&r->ephemeral.priv, r->companion, &eph) != ERR_OK)
		return false;
	crypt_hkdf(eph.b, KEY_LEN, bundle, 32,
	    "link_code_pairing_key_bundle_encryption_key", key, KEY_LEN);
	if (crypt_gcm_open(key, bundle + 32, NULL, 0, bundle + 44,
	    CODE_BUNDLE - 44, plain) == ERR_OK &&
	    memcmp(plain, companion_identity, KEY_LEN) == 0 &&
	    memcmp(plain + 32, p->identity.pub, KEY_LEN) == 0 &&
	    curve_shared(&p->identity.priv, companion_identity, &id) ==
	    ERR_OK) {
		memcpy(ikm, eph.b, 32);
		memcpy(ikm + 32, id.b, 32);
		memcpy(ikm + 64, plain + 64, 32);
		crypt_hkdf(ikm, sizeof ikm, NULL, 0, "adv_secret", adv_secret,
		    KEY_LEN);
		secret_finish(&id);
		ok = true;
	}
	secret_finish(&eph);
	secret_wipe(ikm, sizeof ikm);
	secret_wipe(plain, sizeof plain);
	return ok;
}

void
code_phone_finish(struct conn *c, const uint8_t bundle[CODE_BUNDLE],
    const uint8_t identity[KEY_LEN])
{
	struct code_request *r = &c->pairing->code;
	struct phone *p = c->pairing->phone;
	uint8_t adv_secret[KEY_LEN];

	if (p == NULL || !r->is_typed)
		return;
	r->is_typed = false;
	if (!open_bundle(c, bundle, identity, adv_secret)) {
		pairing_phone_error(c, p, "wrong-code");
		return;
	}
	r->is_pending = false;
	if (p->passkey) {
		code_passkey(c);
		pairing_phone_error(c, p, "passkey");
	} else {
		pairing_link(c, p, adv_secret);
	}
	secret_wipe(adv_secret, sizeof adv_secret);
}
