#include "httpd/chunk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"

#define HEAD_MAX 128            /* id and event lines */

struct chunk {
	unsigned refs;
	uint64_t seq;
	size_t id_len;                  /* of the id line, 0 none */
	size_t len;
	char bytes[];
};

static struct chunk *
create(size_t len)
{
	struct chunk *c = xcalloc(1, sizeof *c + len);

	c->refs = 1;
	c->len = len;
	return c;
}

struct chunk *
chunk_event(const char *boot, uint64_t seq, const char *name,
    const void *data, size_t n)
{
	char head[HEAD_MAX];
	struct chunk *c;
	size_t len, id_len;

	str_format(head, sizeof head, "id: %s-%" PRIu64 "\n", boot, seq);
	id_len = strlen(head);
	str_format(head + id_len, sizeof head - id_len, "event: %s\ndata: ",
	    name);
	len = strlen(head);
	c = create(len + n + 2);
	c->seq = seq;
	c->id_len = id_len;
	memcpy(c->bytes, head, len);
	memcpy(c->bytes + len, data, n);
	memcpy(c->bytes + len + n, "\n\n", 2);
	return c;
}

struct chunk *
chunk_text(const char *text)
{
	const size_t n = strlen(text);
	struct chunk *c = create(n);

	memcpy(c->bytes, text, n);
	return c;
}

struct chunk *
chunk_ref(struct chunk *c)
{
	c->refs++;
	return c;
}

void
chunk_unref(struct chunk *c)
{
	if (c == NULL || --c->refs > 0)
		return;
	secret_wipe(c->bytes, c->len);
	free(c);
}

bool
chunk_parse_id(const char *id, const char *boot, uint64_t *seq)
{
	const size_t n = strlen(boot);

	return id != NULL && strncmp(id, boot, n) == 0 && id[n] == '-' &&
	    str_to_u64(id + n + 1, UINT64_MAX - 1, seq);
}

/* --- the queue --------------------------------------------------------------- */

bool
queue_push(struct queue *q, struct chunk *c, bool bare)
{
	const unsigned slot = (q->first + q->count) % QUEUE_MAX;
	const uint64_t bit = (uint64_t)1 << slot;

	if (q->count == QUEUE_MAX)
		return false;
	q->at[slot] = chunk_ref(c);
	q->bare = bare ? q->bare | bit : q->bare & ~bit;
	q->count++;
	return true;
}

static bool
is_bare(const struct queue *q)
{
	return (q->bare >> q->first & 1) != 0;
}

static void
drop_first(struct queue *q)
{
	chunk_unref(q->at[q->first]);
	q->at[q->first] = NULL;
	q->first = (q->first + 1) % QUEUE_MAX;
	q->count--;
	q->offset = 0;
}

size_t
queue_read(struct queue *q, char *to, size_t max)
{
	size_t done = 0;

	while (q->count > 0 && done < max) {
		const struct chunk *c = q->at[q->first];
		size_t n;

		if (q->offset == 0 && is_bare(q))
			q->offset = c->id_len;
		n = c->len - q->offset;
		if (n > max - done)
			n = max - done;
		memcpy(to + done, c->bytes + q->offset, n);
		done += n;
		q->offset += n;
		if (q->offset < c->len)
			break;
		if (c->id_len > 0 && !is_bare(q))
			q->seq = c->seq;
		drop_first(q);
	}
	return done;
}

void
queue_shed(struct queue *q)
{
	const unsigned kept = q->count > 0 && q->offset > 0 ? 1 : 0;

	while (q->count > kept) {
		const unsigned last = (q->first + --q->count) % QUEUE_MAX;

		chunk_unref(q->at[last]);
		q->at[last] = NULL;
	}
}

void
queue_clear(struct queue *q)
{
	while (q->count > 0)
		drop_first(q);
}
