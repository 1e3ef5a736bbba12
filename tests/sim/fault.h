/*
 * Rules of failure: what the next connections meet (README, "Faults"). A
 * rule is used up after its count; until "clear" it stays on the list, so
 * that a test can see how often it was used.
 */
#ifndef PAIRDESK_SIM_FAULT_H
#define PAIRDESK_SIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/list.h"

struct sim;
struct conn;

struct faults {
	struct list rules;
	int64_t next_id;
};

void faults_init(struct faults *f);
void faults_clear(struct faults *f, int64_t id);        /* 0: all */
/* Takes rule over; NULL and its id, or the text of what is wrong. */
const char *faults_add(struct faults *f, cJSON *rule, int64_t *id);
cJSON *faults_list(const struct faults *f);

/*
 * The first live rule with this "do" that fits c (by kind, phone, device)
 * and, if it names one, the member at == stage; counted down. Borrowed until
 * the rules are cleared: use it at once. NULL: nothing to fail.
 */
const cJSON *fault_take(struct conn *c, const char *what);
const cJSON *fault_take_at(struct conn *c, const char *what,
    const char *stage);

/*
 * stall, close, reset and cut at the stage c is entering. True: nothing
 * more is to be done for this stage. A cut gives false: what is due is
 * still sent and ends short.
 */
bool fault_at_stage(struct conn *c);

#endif
