/*
 * The newest lines of the log, for faces: pages by cursor, of one company or
 * from a level on, and a word when a line comes. Bounded in lines and bytes.
 */
#ifndef PAIRDESK_APP_LOG_RING_H
#define PAIRDESK_APP_LOG_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/log.h"
#include "core/store/store.h"

#define LOG_RING_LINES 2000
#define LOG_RING_BYTES ((size_t)512 * 1024)

struct log_line {
	uint64_t seq;                   /* rises by one from 1, the cursor */
	int64_t at_ms;                  /* wall */
	enum log_level level;
	char company[COMPANY_ID_MAX + 1];       /* whom it is about, "" */
	const char *text;       /* whole line; borrowed until the next one */
};

/* What is wanted. Zeroes: everything. */
struct log_filter {
	const char *company;            /* NULL: whoever it is about */
	enum log_level least;
};

struct log_ring;

struct log_ring *log_ring_create(void);
void log_ring_destroy(struct log_ring *r);      /* NULL ok */

/* A log_tap_fn: ctx is the ring. */
void log_ring_tap(void *ctx, enum log_level level, const char *line);

/* The newest line below before (UINT64_MAX: of all) that is wanted, and the
 * oldest above after (0: of all); false: there is none. */
bool log_ring_before(const struct log_ring *r, uint64_t before,
    const struct log_filter *filter, struct log_line *out);
bool log_ring_after(const struct log_ring *r, uint64_t after,
    const struct log_filter *filter, struct log_line *out);

/*
 * Hears each line as it is written; listeners may come and go from within.
 * Lines that listeners cause are kept but not told, so that a line about
 * telling lines does not go round for ever: read on by cursor.
 */
struct log_listener;
typedef void (*log_listener_fn)(void *ctx, const struct log_line *line);
struct log_listener *log_ring_listen(struct log_ring *r, log_listener_fn fn,
    void *ctx);
void log_ring_unlisten(struct log_listener *l); /* NULL ok */

#endif
