/*
 * A listener without TCP for tests: an app whose WhatsApp is a port where
 * nobody listens, and callers on socket pairs, who are admins.
 */
#ifndef PAIRDESK_TESTS_UNIT_HTTPD_HALL_H
#define PAIRDESK_TESTS_UNIT_HTTPD_HALL_H

#include <stdbool.h>
#include <stddef.h>

#include "httpd/impl.h"
#include "httpd/live.h"
#include "tests/unit/store/fix.h"

#define HALL_TURNS 4000         /* of a loop that is never idle long */

struct hall {
	struct fix fix;                 /* only its directory */
	struct config *config;
	struct app *app;
	struct httpd *h;
	size_t patching;
	bool stopped;
};

void hall_init(struct hall *h);
void hall_finish(struct hall *h);
/* The listener first, before the loop turns again. */
void hall_finish_now(struct hall *h);
/* Some turns of the loop, none of which waits. */
void hall_turn(struct hall *h, int turns);

/* Tells readers a status: the company gets this name, and is made. */
void hall_name(struct hall *h, const char *company, const char *name);

/* One request of HTTP/1.0, so that a stream comes as it is. */
struct caller {
	struct hall *hall;
	int fd;
	char *text;                     /* all that came, NUL behind it */
	size_t len, cap;
	bool ended;
};

/* fields: lines with CR LF, or "". */
void caller_init(struct caller *c, struct hall *h, const char *path,
    const char *fields);
/* The same with a method and a body of JSON, or "". */
void caller_ask(struct caller *c, struct hall *h, const char *method,
    const char *path, const char *body);
void caller_finish(struct caller *c);
/* Takes what is there, at most max bytes. */
void caller_take(struct caller *c, size_t max);
/* Turns the loop and takes until text has come, or all has; false: never. */
bool caller_until(struct caller *c, const char *text);
bool caller_until_end(struct caller *c);
/* How often text has come so far. */
size_t caller_count(const struct caller *c, const char *text);

#endif
