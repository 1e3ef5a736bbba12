/*
 * The small stanzas: iqs, acks, receipts (protocol notes 9 to 13). Builders
 * return a node that the caller destroys.
 */
#ifndef PAIRDESK_WIRE_STANZA_H
#define PAIRDESK_WIRE_STANZA_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire/node.h"

/* <iq to=S type=get|set id xmlns> */
struct node *stanza_iq(const char *type, const char *id, const char *xmlns);
/* <iq to=S type=result id?>: id NULL is left out (server pings may lack it) */
struct node *stanza_iq_result(const char *id);
/*
 * <ack class=tag id to ...> of a stanza that wants one; NULL when it lacks id
 * or from, so that there is nothing to answer (notes 13.1). error 0 leaves
 * the attribute out.
 */
struct node *stanza_ack(const struct node *incoming, unsigned error);
/* <ib><offline_batch count=100/></ib> */
struct node *stanza_offline_batch(void);

#endif
