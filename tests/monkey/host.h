/*
 * A core in this process, without a network, for who must not see the
 * listener's headers: a real one, or a fake one whose companies have all
 * kinds of states and codes to show.
 */
#ifndef PAIRDESK_TESTS_MONKEY_HOST_H
#define PAIRDESK_TESTS_MONKEY_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/app/config.h"
#include "core/io/loop.h"

struct host;

struct host *host_create(bool fake);
void host_destroy(struct host *h);
struct loop *host_loop(const struct host *h);
const struct config *host_config(const struct host *h);
size_t host_count(const struct host *h);        /* companies */
/* In its directory; static, overwritten by the next. */
const char *host_path(const struct host *h, const char *name);
int host_dial(void *host);                      /* a client_dial_fn */
/* Some turns of the loop, none of which waits. */
void host_turn(struct host *h, int turns);
/* The company gets this name, and is made; a fake core's changes its state
 * and shows codes too. */
void host_name(struct host *h, const char *company, const char *name);

#endif
