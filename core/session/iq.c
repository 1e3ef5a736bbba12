#include "core/session/iq.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

struct pending {
	struct pending *next;
	char id[IQ_ID_MAX];
	int64_t due_ms;
	iq_fn fn;
	void *ctx;
};

struct iq_table {
	const struct clock *clock;
	const struct rnd *rnd;
	struct timer *timer;
	struct pending *first;          /* in order of asking */
	size_t count;
	uint16_t prefix[2];
	uint32_t next;
};

static void
drop(struct iq_table *t, struct pending *p)
{
	struct pending **at = &t->first;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	t->count--;
	free(p);
}

static void
finish(struct iq_table *t, struct pending *p, enum err err,
    const struct node *answer)
{
	const iq_fn fn = p->fn;
	void *ctx = p->ctx;

	drop(t, p);
	fn(ctx, err, answer);
}

static void
arm(struct iq_table *t)
{
	int64_t due = INT64_MAX, now = clock_mono_ms(t->clock);

	for (const struct pending *p = t->first; p != NULL; p = p->next) {
		if (p->due_ms < due)
			due = p->due_ms;
	}
	if (due == INT64_MAX)
		timer_stop(t->timer);
	else
		timer_start(t->timer, due > now ? due - now : 0);
}

static struct pending *
find_due(struct iq_table *t, int64_t now)
{
	for (struct pending *p = t->first; p != NULL; p = p->next) {
		if (p->due_ms <= now)
			return p;
	}
	return NULL;
}

/* Looks anew after each callback: it may have changed the list. */
static void
on_due(void *ctx)
{
	struct iq_table *t = ctx;
	const int64_t now = clock_mono_ms(t->clock);
	struct pending *p;

	while ((p = find_due(t, now)) != NULL)
		finish(t, p, ERR_TIMEOUT, NULL);
	arm(t);
}

static void
new_prefix(struct iq_table *t)
{
	rnd_fill(t->rnd, t->prefix, sizeof t->prefix);
	t->next = 1;
}

struct iq_table *
iq_create(struct loop *loop, const struct clock *clock, const struct rnd *rnd)
{
	struct iq_table *t = xcalloc(1, sizeof *t);

	t->clock = clock;
	t->rnd = rnd;
	t->timer = timer_create_on(loop, on_due, t);
	new_prefix(t);
	return t;
}

void
iq_destroy(struct iq_table *t)
{
	if (t == NULL)
		return;
	while (t->first != NULL)
		drop(t, t->first);
	timer_destroy(t->timer);
	free(t);
}

void
iq_next_id(struct iq_table *t, char out[IQ_ID_MAX])
{
	str_format(out, IQ_ID_MAX, "%u.%u-%u", t->prefix[0], t->prefix[1],
	    t->next++);
}

enum err
iq_expect(struct iq_table *t, const char *id, int64_t timeout_ms, iq_fn fn,
    void *ctx)
{
	struct pending *p, **end = &t->first;

	if (t->count >= IQ_PENDING_MAX)
		return ERR_FULL;
	p = xcalloc(1, sizeof *p);
	str_copy(p->id, sizeof p->id, id);
	p->due_ms = clock_mono_ms(t->clock) + timeout_ms;
	p->fn = fn;
	p->ctx = ctx;
	while (*end != NULL)
		end = &(*end)->next;
	*end = p;
	t->count++;
	arm(t);
	return ERR_OK;
}

static struct pending *
find(struct iq_table *t, const char *id)
{
	for (struct pending *p = t->first; p != NULL; p = p->next) {
		if (strcmp(p->id, id) == 0)
			return p;
	}
	return NULL;
}

void
iq_forget(struct iq_table *t, const char *id)
{
	struct pending *p = find(t, id);

	if (p == NULL)
		return;
	drop(t, p);
	arm(t);
}

bool
iq_take(struct iq_table *t, const struct node *node)
{
	const char *id = node_attr(node, "id");
	struct pending *p;

	if (id == NULL || (!node_attr_is(node, "type", "result") &&
	    !node_attr_is(node, "type", "error")) ||
	    (p = find(t, id)) == NULL)
		return false;
	finish(t, p, ERR_OK, node);
	arm(t);
	return true;
}

void
iq_hand_over(struct iq_table *t, void *ctx)
{
	for (struct pending *p = t->first; p != NULL; p = p->next)
		p->ctx = ctx;
}

void
iq_reset(struct iq_table *t, enum err err)
{
	while (t->first != NULL)
		finish(t, t->first, err, NULL);
	timer_stop(t->timer);
	new_prefix(t);
}

unsigned
iq_error_code(const struct node *answer)
{
	const struct node *error = node_child(answer, "error");
	uint64_t code = 0;

	if (answer == NULL || !node_attr_is(answer, "type", "error"))
		return 0;
	if (error == NULL || !node_attr_u64(error, "code", 9999, &code) ||
	    code == 0)
		return 500;
	return (unsigned)code;
}
