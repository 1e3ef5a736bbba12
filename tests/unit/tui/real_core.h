/*
 * A core of this process behind its HTTP listener, for clients on its loop:
 * what tests/unit/httpd/hall.h has, for those who do not know httpd.
 */
#ifndef PAIRDESK_TESTS_UNIT_TUI_REAL_CORE_H
#define PAIRDESK_TESTS_UNIT_TUI_REAL_CORE_H

#include <stdbool.h>

#include "core/io/loop.h"

struct real_core;

/* With so many companies, c0000, c0001 ..., none of them linked. */
struct real_core *real_core_create(int companies);
/* After the clients. */
void real_core_destroy(struct real_core *r);

struct loop *real_core_loop(const struct real_core *r);
/* A client_dial_fn: ctx is the core. */
int real_core_dial(void *ctx);
/* Nobody answers from now on, or somebody does again. */
void real_core_refuse(struct real_core *r, bool refuses);
/* Ends the last connection. */
void real_core_cut(struct real_core *r);

/* The company gets this name, and is made. */
void real_core_name(struct real_core *r, const char *company,
    const char *name);
void real_core_remove(struct real_core *r, const char *company);
/* Some turns of the loop, none of which waits. */
void real_core_turn(struct real_core *r, int turns);

#endif
