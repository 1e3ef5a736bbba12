/*
 * What happened, numbered and kept for a while, so that a test can ask for
 * something that has happened already and never has to sleep.
 */
#ifndef PAIRDESK_SIM_EVENT_H
#define PAIRDESK_SIM_EVENT_H

#include <stdint.h>
#include <stdio.h>

#include <cjson/cJSON.h>

struct sim;
struct conn;
struct event_log;

#define EVENTS_KEPT 32768

/* Called for every event; borrowed. */
typedef void (*event_fn)(void *ctx, const cJSON *event);

struct event_log *event_log_create(void);
void event_log_destroy(struct event_log *log);
void event_log_clear(struct event_log *log);    /* the numbering goes on */
/* Lines as they happen; NULL stops it. */
void event_log_write_to(struct event_log *log, FILE *out);
void event_log_listen(struct event_log *log, event_fn fn, void *ctx);
uint64_t event_log_seq(const struct event_log *log);
/* NULL when not kept any more or not yet there. */
const cJSON *event_log_at(const struct event_log *log, uint64_t seq);

/*
 * A new event about c (or NULL). Add members, then give it to event_emit,
 * which takes it over.
 */
cJSON *event_new(struct sim *sim, const struct conn *c, const char *name);
void event_emit(struct sim *sim, cJSON *event);

/* Both at once, with at most one member. */
void event_say(struct sim *sim, const struct conn *c, const char *name,
    const char *key, const char *value);
void event_say_int(struct sim *sim, const struct conn *c, const char *name,
    const char *key, int64_t value);

#endif
