/*
 * The record "creds" (core/wire/proto/store.proto), version 1. Public halves
 * are stored as well: computing three of them at each login was a fifth of
 * what it cost, and the seal answers for them as for the private ones. There
 * is no valid record with a field missing, of another size or unknown: a
 * half-read identity would talk to WhatsApp with keys it does not know.
 */
#include "core/wire/identity.h"

#include <string.h>

#include "core/base/str.h"
#include "core/wire/pb.h"
#include "core/wire/prekey.h"
#include "core/wire/proto/store.pb-c.h"

#define CREDS_VERSION 1
#define PUBLICS_LEN (3 * KEY_LEN)

_Static_assert(ACCOUNT_ADV_MAX + 4096 < PB_INPUT_MAX, "a record fits");

void
creds_finish(struct creds *c)
{
	if (c != NULL)
		secret_wipe(c, sizeof *c);
}

/* --- what a complete struct is, in both directions ------------------------- */

static bool
is_device_jid(const char *text, const char *server, const char *hosted)
{
	struct jid jid;

	return jid_parse(text, &jid) && jid.user[0] != '\0' &&
	    (strcmp(jid.server, server) == 0 ||
	    strcmp(jid.server, hosted) == 0);
}

static bool
account_is_complete(const struct account *a)
{
	return is_device_jid(a->jid, JID_SERVER_PN, JID_SERVER_HOSTED) &&
	    (a->lid[0] == '\0' ||
	    is_device_jid(a->lid, JID_SERVER_LID, JID_SERVER_HOSTED_LID)) &&
	    a->adv_len > 0 && a->adv_len <= ACCOUNT_ADV_MAX;
}

static bool
is_prekey_id(uint32_t id)
{
	return id > 0 && id <= PREKEY_ID_MAX;
}

static bool
creds_are_complete(const struct creds *c)
{
	return is_prekey_id(c->id.signed_prekey_id) &&
	    is_prekey_id(c->next_prekey_id) &&
	    is_prekey_id(c->first_unuploaded_prekey_id) &&
	    (!c->linked || account_is_complete(&c->account));
}

/* --- to bytes -------------------------------------------------------------- */

static void
account_to_message(const struct account *a, Pairdesk__Creds__Account *m)
{
	m->jid = pb_text(a->jid);
	m->lid = pb_text(a->lid);
	m->platform = pb_text(a->platform);
	m->business_name = pb_text(a->business_name);
	m->adv = pb_bytes(a->adv, a->adv_len);
	m->account_key = pb_bytes(a->account_key, KEY_LEN);
	m->key_index = a->key_index;
}

static void
join_publics(const struct identity *id, uint8_t out[PUBLICS_LEN])
{
	memcpy(out, id->noise.pub, KEY_LEN);
	memcpy(out + KEY_LEN, id->identity.pub, KEY_LEN);
	memcpy(out + 2 * KEY_LEN, id->signed_prekey.pub, KEY_LEN);
}

enum err
creds_encode(const struct creds *c, struct buf *out)
{
	Pairdesk__Creds m = PAIRDESK__CREDS__INIT;
	Pairdesk__Creds__Account account = PAIRDESK__CREDS__ACCOUNT__INIT;
	uint8_t publics[PUBLICS_LEN];

	/* what could not be read again must not replace what can */
	if (!creds_are_complete(c))
		return ERR_INTERNAL;
	m.version = CREDS_VERSION;
	m.noise = pb_bytes(c->id.noise.priv.b, KEY_LEN);
	m.identity = pb_bytes(c->id.identity.priv.b, KEY_LEN);
	m.signed_prekey = pb_bytes(c->id.signed_prekey.priv.b, KEY_LEN);
	m.signed_prekey_id = c->id.signed_prekey_id;
	m.signed_prekey_sig = pb_bytes(c->id.signed_prekey_sig, SIGNATURE_LEN);
	m.registration_id = c->id.registration_id;
	m.adv_secret = pb_bytes(c->id.adv_secret.b, KEY_LEN);
	m.next_prekey_id = c->next_prekey_id;
	m.first_unuploaded_prekey_id = c->first_unuploaded_prekey_id;
	m.push_name = pb_text(c->push_name);
	m.linked_at = c->linked_at;
	join_publics(&c->id, publics);
	m.publics = pb_bytes(publics, sizeof publics);
	if (c->linked) {
		account_to_message(&c->account, &account);
		m.account = &account;
	}
	return pb_append(&m.base, out);
}

/* --- from bytes ------------------------------------------------------------ */

static bool
read_bytes(const ProtobufCBinaryData *field, void *out, size_t n)
{
	if (field->len != n)
		return false;
	memcpy(out, field->data, n);
	return true;
}

static bool
read_text(const char *field, char *out, size_t size)
{
	return str_is_utf8(field, strlen(field)) && str_copy(out, size, field);
}

/* Keys are stored clamped; others are damaged. */
static bool
read_keypair(const ProtobufCBinaryData *field, const uint8_t pub[KEY_LEN],
    struct keypair *out)
{
	memcpy(out->pub, pub, KEY_LEN);
	return read_bytes(field, out->priv.b, KEY_LEN) &&
	    (out->priv.b[0] & 7) == 0 && (out->priv.b[31] & 0xc0) == 0x40;
}

static bool
read_account(const Pairdesk__Creds__Account *m, struct account *out)
{
	if (m->base.n_unknown_fields > 0 || m->adv.len > ACCOUNT_ADV_MAX)
		return false;
	out->adv_len = m->adv.len;
	out->key_index = m->key_index;
	return read_text(m->jid, out->jid, sizeof out->jid) &&
	    read_text(m->lid, out->lid, sizeof out->lid) &&
	    read_text(m->platform, out->platform, sizeof out->platform) &&
	    read_text(m->business_name, out->business_name,
	    sizeof out->business_name) &&
	    read_bytes(&m->adv, out->adv, m->adv.len) &&
	    read_bytes(&m->account_key, out->account_key, KEY_LEN);
}

static bool
read_identity(const Pairdesk__Creds *m, struct identity *out)
{
	const uint8_t *pub = m->publics.data;

	if (m->publics.len != PUBLICS_LEN)
		return false;
	out->signed_prekey_id = m->signed_prekey_id;
	out->registration_id = m->registration_id;
	return read_keypair(&m->noise, pub, &out->noise) &&
	    read_keypair(&m->identity, pub + KEY_LEN, &out->identity) &&
	    read_keypair(&m->signed_prekey, pub + 2 * KEY_LEN,
	    &out->signed_prekey) &&
	    read_bytes(&m->signed_prekey_sig, out->signed_prekey_sig,
	    SIGNATURE_LEN) &&
	    read_bytes(&m->adv_secret, out->adv_secret.b, KEY_LEN);
}

static bool
read_creds(const Pairdesk__Creds *m, struct creds *out)
{
	out->next_prekey_id = m->next_prekey_id;
	out->first_unuploaded_prekey_id = m->first_unuploaded_prekey_id;
	out->linked_at = m->linked_at;
	out->linked = m->account != NULL;
	return m->base.n_unknown_fields == 0 &&
	    read_identity(m, &out->id) &&
	    read_text(m->push_name, out->push_name, sizeof out->push_name) &&
	    (m->account == NULL || read_account(m->account, &out->account)) &&
	    creds_are_complete(out);
}

enum err
creds_decode(const void *p, size_t n, struct creds *out)
{
	struct creds c = { .linked = false };
	const Pairdesk__Creds *m;
	struct pb_arena arena;
	enum err err = ERR_CORRUPT;

	pb_arena_init(&arena);
	m = pb_unpack(&arena, &pairdesk__creds__descriptor, p, n);
	if (m != NULL && m->version > CREDS_VERSION) {
		err = ERR_NEWER_SCHEMA;
	} else if (m != NULL && m->version == CREDS_VERSION &&
	    read_creds(m, &c)) {
		*out = c;
		err = ERR_OK;
	}
	pb_arena_finish(&arena);
	creds_finish(&c);
	return err;
}
