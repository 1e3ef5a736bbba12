/*
 * One server-sent event as bytes, rendered once and shared by all who read
 * it: counted, never changed, wiped when the last one lets go, since it may
 * hold a code. And the bounded queue of them that each reader has. Pure.
 */
#ifndef PAIRDESK_HTTPD_CHUNK_H
#define PAIRDESK_HTTPD_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chunk;

/* "id: BOOT-SEQ", "event: NAME", "data: ...". data: n bytes of one line. */
struct chunk *chunk_event(const char *boot, uint64_t seq, const char *name,
    const void *data, size_t n);
/* Something without an id, as it is sent: a comment, retry. */
struct chunk *chunk_text(const char *text);

struct chunk *chunk_ref(struct chunk *c);
void chunk_unref(struct chunk *c);              /* NULL ok */

/* The seq of an id of this boot; false: of another one, or none at all. */
bool chunk_parse_id(const char *id, const char *boot, uint64_t *seq);

#define QUEUE_MAX 64

/* Zeroes: empty. */
struct queue {
	struct chunk *at[QUEUE_MAX];
	uint64_t bare;                  /* bits: sent without its id */
	unsigned first, count;
	size_t offset;                  /* sent of the first */
	uint64_t seq;                   /* newest id that was sent whole */
};

/* Takes a reference. bare: its id is held back, since the reader misses
 * something older. False: full. */
bool queue_push(struct queue *q, struct chunk *c, bool bare);
/* Moves at most max bytes out; returns how many. */
size_t queue_read(struct queue *q, char *to, size_t max);
/* Lets go of all that was not begun. */
void queue_shed(struct queue *q);
void queue_clear(struct queue *q);

#endif
