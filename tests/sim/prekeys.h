/* One-time pre-keys on the server (protocol notes 9.2 to 9.4). */
#ifndef PAIRDESK_SIM_PREKEYS_H
#define PAIRDESK_SIM_PREKEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire/node.h"

struct conn;
struct device;
struct sim;

/* iq handlers of serve.c */
void prekeys_on_count(struct conn *c, const struct node *iq,
    const struct node *child);
void prekeys_on_upload(struct conn *c, const struct node *iq,
    const struct node *child);
void prekeys_on_rotate(struct conn *c, const struct node *iq,
    const struct node *child);
void prekeys_on_digest(struct conn *c, const struct node *iq,
    const struct node *child);

/* Others use n up; a low notice goes out if wanted and due. */
void prekeys_take(struct sim *sim, struct device *d, uint32_t n, bool notify);
/* The low notice with this count. */
void prekeys_notice(struct conn *c, uint32_t count);

#endif
