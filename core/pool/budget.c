#include "core/pool/budget.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define BUCKETS 4096

struct slot {
	struct list link;               /* in its bucket */
	struct list used;               /* in budget->used */
	struct budget_entry e;
};

struct budget {
	unsigned per_span[BUDGET_KIND_COUNT];
	size_t keys_max, count;
	budget_change_fn on_change;
	void *ctx;
	struct list used;               /* least recently used first */
	struct list buckets[BUCKETS];
};

struct budget *
budget_create(const unsigned per_span[BUDGET_KIND_COUNT], size_t keys_max,
    budget_change_fn fn, void *ctx)
{
	struct budget *b = xcalloc(1, sizeof *b);

	memcpy(b->per_span, per_span, sizeof b->per_span);
	b->keys_max = keys_max;
	b->on_change = fn;
	b->ctx = ctx;
	list_init(&b->used);
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&b->buckets[i]);
	return b;
}

static void
tell(struct budget *b, struct slot *s, bool is_gone)
{
	if (b->on_change != NULL)
		b->on_change(b->ctx, &s->e, is_gone);
}

static void
drop(struct budget *b, struct slot *s)
{
	list_remove(&s->link);
	list_remove(&s->used);
	b->count--;
	free(s->e.times);
	free(s);
}

void
budget_destroy(struct budget *b)
{
	if (b == NULL)
		return;
	LIST_EACH_SAFE(at, &b->used)
		drop(b, CONTAINER_OF(at, struct slot, used));
	free(b);
}

/* FNV-1a. Who picks keys to collide only slows down a walk of 20,000. */
static size_t
bucket_of(const struct budget_key *key)
{
	uint32_t hash = (2166136261u ^ (uint32_t)key->kind) * 16777619u;

	for (const char *p = key->name; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	return hash % BUCKETS;
}

static struct slot *
find(const struct budget *b, const struct budget_key *key)
{
	const struct list *bucket = &b->buckets[bucket_of(key)];

	LIST_EACH(at, bucket) {
		struct slot *s = CONTAINER_OF(at, struct slot, link);

		if (s->e.key.kind == key->kind &&
		    strcmp(s->e.key.name, key->name) == 0)
			return s;
	}
	return NULL;
}

/* Who makes up many keys must not push out what is shut. */
static void
make_room(struct budget *b, int64_t now_ms)
{
	struct slot *victim = NULL;

	LIST_EACH(at, &b->used) {
		victim = CONTAINER_OF(at, struct slot, used);
		if (victim->e.shut_until_ms <= now_ms)
			break;
		victim = NULL;
	}
	if (victim == NULL)
		victim = CONTAINER_OF(b->used.next, struct slot, used);
	tell(b, victim, true);
	drop(b, victim);
}

/* Finds or makes it, as the one used last. */
static struct slot *
touch(struct budget *b, const struct budget_key *key, int64_t now_ms)
{
	struct slot *s = find(b, key);

	if (s == NULL) {
		if (b->count >= b->keys_max)
			make_room(b, now_ms);
		s = xcalloc(1, sizeof *s);
		s->e.key = *key;
		s->e.shut_until_ms = INT64_MIN;
		list_append(&b->buckets[bucket_of(key)], &s->link);
		list_init(&s->used);
		b->count++;
	}
	list_remove(&s->used);
	list_append(&b->used, &s->used);
	return s;
}

int64_t
budget_wait_ms(const struct budget *b, const struct budget_key *key,
    int64_t now_ms, bool *is_shut)
{
	const unsigned limit = b->per_span[key->kind];
	const struct slot *s = find(b, key);
	int64_t until = now_ms, free_at;
	bool shut = false;

	if (s != NULL && s->e.shut_until_ms > until) {
		until = s->e.shut_until_ms;
		shut = true;
	}
	if (s != NULL && limit > 0 && s->e.count >= limit) {
		/* the limit may be lower than when these were kept */
		free_at = s->e.times[s->e.count - limit] + BUDGET_SPAN_MS;
		if (free_at > until) {
			until = free_at;
			shut = false;
		}
	}
	if (is_shut != NULL)
		*is_shut = shut;
	return until - now_ms;
}

static void
drop_oldest(struct budget_entry *e)
{
	memmove(e->times, e->times + 1, (--e->count) * sizeof e->times[0]);
}

void
budget_spend(struct budget *b, const struct budget_key *key, int64_t now_ms)
{
	const unsigned limit = b->per_span[key->kind];
	struct budget_entry *e;
	struct slot *s;

	if (limit == 0)
		return;
	s = touch(b, key, now_ms);
	e = &s->e;
	while (e->count > 0 && (e->count >= limit ||
	    e->times[0] + BUDGET_SPAN_MS <= now_ms))
		drop_oldest(e);
	e->times = xreallocarray(e->times, e->count + 1, sizeof e->times[0]);
	e->times[e->count++] = now_ms;
	tell(b, s, false);
}

int64_t
budget_refuse(struct budget *b, const struct budget_key *key, int64_t now_ms,
    int64_t told_ms)
{
	struct slot *s = touch(b, key, now_ms);
	struct budget_entry *e = &s->e;
	int64_t wait_ms = BUDGET_SHUT_FIRST_MS;

	if (e->refusals > 0 && now_ms - e->shut_until_ms >= BUDGET_QUIET_MS)
		e->refusals = 0;
	for (unsigned i = 0; i < e->refusals &&
	    wait_ms < BUDGET_SHUT_LAST_MS; i++)
		wait_ms *= 2;
	if (wait_ms > BUDGET_SHUT_LAST_MS)
		wait_ms = BUDGET_SHUT_LAST_MS;
	if (told_ms > wait_ms)
		wait_ms = told_ms;
	if (e->refusals < UINT8_MAX)
		e->refusals++;
	if (now_ms + wait_ms > e->shut_until_ms)
		e->shut_until_ms = now_ms + wait_ms;
	tell(b, s, false);
	return e->shut_until_ms - now_ms;
}

void
budget_shut(struct budget *b, const struct budget_key *key, int64_t until_ms)
{
	struct slot *s = touch(b, key, until_ms);

	if (until_ms <= s->e.shut_until_ms)
		return;
	s->e.shut_until_ms = until_ms;
	tell(b, s, false);
}

void
budget_forgive(struct budget *b, const struct budget_key *key)
{
	struct slot *s = find(b, key);

	if (s == NULL || (s->e.refusals == 0 &&
	    s->e.shut_until_ms == INT64_MIN))
		return;
	s->e.refusals = 0;
	s->e.shut_until_ms = INT64_MIN;
	tell(b, s, false);
}

bool
budget_clear(struct budget *b, const struct budget_key *key)
{
	struct slot *s = find(b, key);

	if (s == NULL)
		return false;
	tell(b, s, true);
	drop(b, s);
	return true;
}

void
budget_load(struct budget *b, const struct budget_entry *e)
{
	struct slot *s;

	if (b->count >= b->keys_max)
		return;
	s = touch(b, &e->key, 0);
	free(s->e.times);
	s->e = *e;
	s->e.times = xreallocarray(NULL, e->count + 1, sizeof e->times[0]);
	if (e->count > 0)
		memcpy(s->e.times, e->times, e->count * sizeof e->times[0]);
}

bool
budget_is_over(const struct budget_entry *e, int64_t now_ms)
{
	return (e->count == 0 ||
	    e->times[e->count - 1] + BUDGET_SPAN_MS <= now_ms) &&
	    (e->shut_until_ms == INT64_MIN ||
	    e->shut_until_ms + BUDGET_QUIET_MS <= now_ms);
}

void
budget_each(const struct budget *b, budget_each_fn fn, void *ctx)
{
	LIST_EACH(at, &b->used)
		fn(ctx, &CONTAINER_OF(at, struct slot, used)->e);
}

size_t
budget_count(const struct budget *b)
{
	return b->count;
}

unsigned
budget_limit(const struct budget *b, enum budget_kind kind)
{
	return b->per_span[kind];
}
