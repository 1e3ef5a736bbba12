/*
 * What a client still owes us: acks for stanzas, answers to iqs. What comes
 * too late, twice or for nothing is a violation.
 */
#ifndef PAIRDESK_SIM_OWED_H
#define PAIRDESK_SIM_OWED_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "core/wire/node.h"
#include "tests/sim/check.h"

struct conn;

/* answer is result or error, borrowed. */
typedef void (*owed_answer_fn)(struct conn *c, const struct node *answer);

/* An ack for stanza is due; is_offline: it frees the next batch. */
void owed_ack(struct conn *c, const struct node *stanza, bool is_offline);
/* An iq answer is due; id NULL: one without an id. fn may be NULL. rule is
 * broken when it does not come. */
void owed_answer(struct conn *c, const char *id, enum check_rule rule,
    owed_answer_fn fn);

void owed_take_ack(struct conn *c, const struct node *ack);
void owed_take_receipt(struct conn *c, const struct node *receipt);
void owed_take_answer(struct conn *c, const struct node *iq);

size_t owed_count(const struct conn *c);
/* Appends an object for each to the array. */
void owed_list(const struct conn *c, cJSON *array);
void owed_ended(struct conn *c);

#endif
