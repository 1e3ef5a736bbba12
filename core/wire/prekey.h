/* One-time pre-keys: ids, making and the upload stanza (protocol notes 9.3). */
#ifndef PAIRDESK_WIRE_PREKEY_H
#define PAIRDESK_WIRE_PREKEY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/rnd.h"
#include "core/wire/identity.h"
#include "core/wire/node.h"

#define PREKEY_ID_MAX 0xffffffu
#define PREKEYS_FIRST 812       /* uploaded when the server has none */
#define PREKEYS_MORE 50
#define PREKEYS_LOW 10          /* fewer on the server: upload more */

struct prekey {
	uint32_t id;
	struct keypair key;
};

/* The id after this one; wraps from PREKEY_ID_MAX to 1. */
uint32_t prekey_next_id(uint32_t id);

/* count new keys from first_id on; out has room for count. Tens of
 * microseconds each: large counts belong on a worker thread. */
void prekey_make(const struct rnd *rnd, uint32_t first_id, size_t count,
    struct prekey *out);

/* Iq set xmlns=encrypt with registration, type, identity, list, skey. */
struct node *prekey_upload_iq(const char *id, const struct identity *identity,
    const struct prekey *keys, size_t count);

#endif
