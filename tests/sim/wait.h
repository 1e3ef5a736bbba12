/* "wait": an answer held back until something has happened. */
#ifndef PAIRDESK_SIM_WAIT_H
#define PAIRDESK_SIM_WAIT_H

#include <stdbool.h>

#include <cjson/cJSON.h>

struct sim;
struct control_client;

/* Answers client now or later. fail_name: an event of this name answers
 * with ok false (NULL: none). */
void wait_begin(struct sim *sim, struct control_client *client,
    const cJSON *cmd, const char *fail_name);
void wait_event(struct sim *sim, const cJSON *event);
void wait_forget(struct sim *sim, const struct control_client *client);
/* Whether a comma list (empty: all) holds name. */
bool wait_name_is_in(const char *list, const char *name);

#endif
