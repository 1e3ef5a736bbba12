/* Device identities as WhatsApp signs and checks them (protocol notes 7.5). */
#ifndef PAIRDESK_SIM_ADV_H
#define PAIRDESK_SIM_ADV_H

#include <stdint.h>

#include "core/base/secret.h"
#include "core/wire/node.h"

struct conn;

/* Makes and signs the identity of c->device; a repeated pair-success carries
 * the same. */
void adv_prepare(struct conn *c);
/* Children of <pair-success> for c->device, spoiled as c->pairing->how says. */
void adv_fill_success(struct conn *c, struct node *success,
    const uint8_t adv_secret[KEY_LEN]);
/* pair-device-sign: NULL when right, else the phone's error. */
const char *adv_check_reply(struct conn *c, const struct node *iq);

#endif
