/*
 * What makes a companion device: the keys created once for each link, and
 * what WhatsApp gave back when it was linked (protocol notes 4, 7.5, 9.3).
 */
#ifndef PAIRDESK_WIRE_IDENTITY_H
#define PAIRDESK_WIRE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"
#include "core/wire/crypt.h"
#include "core/wire/jid.h"

#define ACCOUNT_ADV_MAX 4096    /* bytes; real ones are about 200 */
#define ACCOUNT_NAME_MAX 255

struct identity {
	struct keypair noise;
	struct keypair identity;
	struct keypair signed_prekey;
	uint32_t signed_prekey_id;      /* 24 bit */
	uint8_t signed_prekey_sig[SIGNATURE_LEN];
	uint32_t registration_id;       /* 14 bit, 1 .. 16380 */
	struct secret adv_secret;
};

/* All keys new. */
void identity_create(const struct rnd *rnd, struct identity *out);
void identity_finish(struct identity *id);      /* wipes */

/* Of the linked account; filled by pair-success. */
struct account {
	char jid[JID_TEXT_MAX + 1];     /* user:device@s.whatsapp.net */
	char lid[JID_TEXT_MAX + 1];     /* user:device@lid, may be empty */
	char platform[32];              /* of the phone: android, smba... */
	char business_name[ACCOUNT_NAME_MAX + 1];
	/* ADVSignedDeviceIdentity with accountSignatureKey and
	 * deviceSignature, serialised */
	uint8_t adv[ACCOUNT_ADV_MAX];
	size_t adv_len;
	uint8_t account_key[KEY_LEN];   /* accountSignatureKey, no 05 prefix */
	uint32_t key_index;
};

/* Digits of the account's phone number (size >= 32), "" if unknown. */
void account_phone(const struct account *a, char *out, size_t size);

/* Both, with what else has to survive: the record "creds" of a company. */
struct creds {
	struct identity id;
	bool linked;                    /* account is valid */
	struct account account;
	uint32_t next_prekey_id;        /* 1 .. 0xffffff, next to be made */
	uint32_t first_unuploaded_prekey_id;
	char push_name[ACCOUNT_NAME_MAX + 1];
	uint64_t linked_at;             /* unix seconds, 0 unknown */
};

void creds_finish(struct creds *c);             /* wipes */
/* Protobuf of core/wire/proto/store.proto; out should be a secret buf.
 * ERR_INTERNAL if c is not complete, so could not be read again. */
MUST_CHECK enum err creds_encode(const struct creds *c, struct buf *out);
/* ERR_CORRUPT for anything but a complete record, ERR_NEWER_SCHEMA for one of
 * a later version; *out untouched then. */
MUST_CHECK enum err creds_decode(const void *p, size_t n, struct creds *out);

#endif
