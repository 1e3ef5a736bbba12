/* Stanzas made up for clients to handle: from whom does not matter. */
#ifndef PAIRDESK_SIM_MAKES_H
#define PAIRDESK_SIM_MAKES_H

#include <cjson/cJSON.h>

#include "core/wire/node.h"

struct conn;

/* how: members of the push; NULL for the usual. Nobody can decrypt it. */
struct node *makes_message(struct conn *c, const cJSON *how);
struct node *makes_receipt(struct conn *c, const cJSON *how);
struct node *makes_notification(struct conn *c, const char *type);
struct node *makes_call(struct conn *c, const char *child);

/* All the types of protocol notes 13.7 that may come unasked; NULL ends. */
extern const char *const makes_notification_types[];

/* {"tag","attrs","content"} to a node; NULL when it is none. */
struct node *makes_from_json(const cJSON *json);

#endif
