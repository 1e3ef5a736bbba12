/*
 * A core that is none: what a test says it answers, by method and path, on
 * socket pairs of the same loop. For clients of the API, and what shows its
 * answers.
 */
#ifndef PAIRDESK_TESTS_UNIT_TUI_FAKE_CORE_H
#define PAIRDESK_TESTS_UNIT_TUI_FAKE_CORE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/io/loop.h"

struct fake_core;

struct fake_core *fake_core_create(struct loop *loop);
/* After the clients. NULL ok. */
void fake_core_destroy(struct fake_core *f);

/* A client_dial_fn: ctx is the fake core. */
int fake_core_dial(void *ctx);

/*
 * From now on that is answered so; anything else is a 404 of
 * SESSION_NOT_FOUND. A path with a query ("/log?follow") holds only for
 * requests whose query has these letters, and goes before the same path
 * without.
 */
void fake_core_answer(struct fake_core *f, const char *method,
    const char *path, int status, const char *json);
/* The same as {"success":true,"data":DATA} with status 200. */
void fake_core_data(struct fake_core *f, const char *method, const char *path,
    const char *data);
/* GET of that path is a stream of events, which stays open. */
void fake_core_stream(struct fake_core *f, const char *path);
/* Requests of that path get no answer until it has one. */
void fake_core_mute(struct fake_core *f, const char *method,
    const char *path);

/* To all open streams of that path. id may be "". */
void fake_core_tell(struct fake_core *f, const char *path, const char *id,
    const char *name, const char *data);
/* A comment, as a core says one each 15 s. */
void fake_core_beat(struct fake_core *f, const char *path);
void fake_core_end_streams(struct fake_core *f, const char *path);
/* How many are open. */
size_t fake_core_streams(const struct fake_core *f, const char *path);

/* Nobody answers any more, and what was open ends; or is back. */
void fake_core_go(struct fake_core *f, bool gone);

/* How often that was asked, and the last one's query and body ("" none;
 * borrowed until the next). */
size_t fake_core_asked(const struct fake_core *f, const char *method,
    const char *path);
const char *fake_core_query(const struct fake_core *f, const char *method,
    const char *path);
const char *fake_core_body(const struct fake_core *f, const char *method,
    const char *path);

/* Turns the loop until nothing comes any more. */
void fake_core_settle(struct fake_core *f);

#endif
