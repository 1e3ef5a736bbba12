/*
 * Takes away companies that only a link request has made and that were never
 * linked (session_is_stale), from memory and disk: at once when started, then
 * each hour, a few in one turn of the loop.
 */
#ifndef PAIRDESK_POOL_SWEEP_H
#define PAIRDESK_POOL_SWEEP_H

#include <stdbool.h>

struct pool;
struct session_env;
struct sweep;

/* Both must outlive it. */
struct sweep *sweep_create(struct pool *p, const struct session_env *env);
void sweep_destroy(struct sweep *w);    /* only when quiet; NULL ok */
void sweep_start(struct sweep *w);
void sweep_stop(struct sweep *w);
/* No removal is under way. */
bool sweep_is_quiet(const struct sweep *w);

#endif
