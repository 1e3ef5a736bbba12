#include "core/wire/identity.h"

#include <string.h>

#include "core/base/str.h"

#define FIRST_SIGNED_PREKEY_ID 1
#define REGISTRATION_ID_MAX 16380

/* The signature covers the key with its type byte (protocol notes 3). */
static void
sign_prekey(const struct rnd *rnd, struct identity *id)
{
	uint8_t typed[1 + KEY_LEN] = { KEY_TYPE_DJB };

	memcpy(typed + 1, id->signed_prekey.pub, KEY_LEN);
	curve_sign(&id->identity.priv, typed, sizeof typed, rnd,
	    id->signed_prekey_sig);
}

void
identity_create(const struct rnd *rnd, struct identity *out)
{
	curve_keypair(rnd, &out->noise);
	curve_keypair(rnd, &out->identity);
	curve_keypair(rnd, &out->signed_prekey);
	out->signed_prekey_id = FIRST_SIGNED_PREKEY_ID;
	sign_prekey(rnd, out);
	out->registration_id = 1 + rnd_below(rnd, REGISTRATION_ID_MAX);
	rnd_fill(rnd, out->adv_secret.b, KEY_LEN);
}

void
identity_finish(struct identity *id)
{
	if (id != NULL)
		secret_wipe(id, sizeof *id);
}

void
account_phone(const struct account *a, char *out, size_t size)
{
	struct jid jid;

	if (!jid_parse(a->jid, &jid) || !str_copy(out, size, jid.user))
		str_copy(out, size, "");
}
