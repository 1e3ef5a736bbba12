#include "core/session/iq.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

struct desk {
	struct loop *loop;
	struct iq_table *t;
	int answers, errors, timeouts, cancelled;
	const struct node *last;        /* only to compare */
	bool reset_within, ask_within, forget_within;
	char other_id[IQ_ID_MAX];
};

static void
desk_init(struct desk *d)
{
	memset(d, 0, sizeof *d);
	if (loop_create(&d->loop) != ERR_OK)
		abort();
	d->t = iq_create(d->loop, clock_system(), rnd_system());
}

static void
desk_finish(struct desk *d)
{
	iq_destroy(d->t);
	loop_destroy(d->loop);
}

static void
on_answer(void *ctx, enum err err, const struct node *answer)
{
	struct desk *d = ctx;
	char id[IQ_ID_MAX];

	d->last = answer;
	if (err == ERR_TIMEOUT)
		d->timeouts++;
	else if (err == ERR_CANCELLED)
		d->cancelled++;
	else if (iq_error_code(answer) != 0)
		d->errors++;
	else
		d->answers++;
	EXPECT((answer == NULL) == (err != ERR_OK));
	if (d->forget_within)
		iq_forget(d->t, d->other_id);
	if (d->ask_within) {
		d->ask_within = false;
		iq_next_id(d->t, id);
		EXPECT_INT(iq_expect(d->t, id, 1, on_answer, d), ERR_OK);
	}
	if (d->reset_within) {
		d->reset_within = false;
		iq_reset(d->t, ERR_CANCELLED);
	}
}

static bool
take(struct desk *d, const char *id, const char *type)
{
	struct node *node = node_create("iq");
	bool taken;

	node_set(node, "id", id);
	node_set(node, "type", type);
	taken = iq_take(d->t, node);
	node_destroy(node);
	return taken;
}

TEST(iq_ids_are_all_different)
{
	struct desk d;
	char (*ids)[IQ_ID_MAX] = xcalloc(400, sizeof *ids);

	desk_init(&d);
	for (int i = 0; i < 400; i++) {
		if (i % 100 == 99)      /* the next connection */
			iq_reset(d.t, ERR_CANCELLED);
		iq_next_id(d.t, ids[i]);
		EXPECT(strspn(ids[i], "0123456789.-") == strlen(ids[i]));
		for (int j = 0; j < i; j++)
			EXPECT(strcmp(ids[i], ids[j]) != 0);
	}
	free(ids);
	desk_finish(&d);
}

TEST(iq_answers_find_who_asked)
{
	char a[IQ_ID_MAX], b[IQ_ID_MAX];
	struct desk d;

	desk_init(&d);
	iq_next_id(d.t, a);
	iq_next_id(d.t, b);
	EXPECT_INT(iq_expect(d.t, a, 60000, on_answer, &d), ERR_OK);
	EXPECT_INT(iq_expect(d.t, b, 60000, on_answer, &d), ERR_OK);
	EXPECT(!take(&d, "1.2-3", "result"));
	EXPECT(!take(&d, NULL, "result"));
	EXPECT(!take(&d, a, "get"));
	EXPECT(!take(&d, a, "set"));
	EXPECT(!take(&d, a, NULL));
	EXPECT_INT(d.answers + d.errors, 0);
	EXPECT(take(&d, b, "result"));
	EXPECT_INT(d.answers, 1);
	EXPECT(!take(&d, b, "result"));
	EXPECT(take(&d, a, "error"));
	EXPECT_INT(d.errors, 1);
	EXPECT_INT(d.timeouts + d.cancelled, 0);
	desk_finish(&d);
}

TEST(iq_times_out_each_by_itself)
{
	char id[3][IQ_ID_MAX];
	struct desk d;

	desk_init(&d);
	for (int i = 0; i < 3; i++)
		iq_next_id(d.t, id[i]);
	EXPECT_INT(iq_expect(d.t, id[0], 60000, on_answer, &d), ERR_OK);
	EXPECT_INT(iq_expect(d.t, id[1], 5, on_answer, &d), ERR_OK);
	EXPECT_INT(iq_expect(d.t, id[2], 1, on_answer, &d), ERR_OK);
	d.ask_within = true;
	while (d.timeouts < 3)          /* the third asked within a callback */
		loop_turn(d.loop, true);
	EXPECT(!take(&d, id[1], "result"));
	EXPECT(take(&d, id[0], "result"));
	EXPECT_INT(d.timeouts, 3);
	desk_finish(&d);
}

TEST(iq_forgets)
{
	char a[IQ_ID_MAX], b[IQ_ID_MAX];
	struct desk d;

	desk_init(&d);
	iq_next_id(d.t, a);
	iq_next_id(d.t, b);
	EXPECT_INT(iq_expect(d.t, a, 1, on_answer, &d), ERR_OK);
	iq_forget(d.t, "");
	iq_forget(d.t, b);
	iq_forget(d.t, a);
	iq_forget(d.t, a);
	EXPECT(!take(&d, a, "result"));
	/* nothing is left that would fire: the loop has no reason to wait */
	loop_run(d.loop);
	EXPECT_INT(d.answers + d.timeouts + d.cancelled, 0);
	/* the neighbour goes while the first is being answered */
	EXPECT_INT(iq_expect(d.t, a, 1, on_answer, &d), ERR_OK);
	EXPECT_INT(iq_expect(d.t, b, 1, on_answer, &d), ERR_OK);
	d.forget_within = true;
	memcpy(d.other_id, b, sizeof b);
	loop_run(d.loop);
	EXPECT_INT(d.timeouts, 1);
	desk_finish(&d);
}

TEST(iq_reset_fails_all_also_from_within)
{
	char id[IQ_ID_MAX], first[IQ_ID_MAX] = "";
	struct desk d;

	desk_init(&d);
	for (int i = 0; i < 5; i++) {
		iq_next_id(d.t, id);
		if (i == 0)
			memcpy(first, id, sizeof first);
		EXPECT_INT(iq_expect(d.t, id, 1000, on_answer, &d), ERR_OK);
	}
	d.reset_within = true;
	EXPECT(take(&d, first, "result"));
	EXPECT_INT(d.answers, 1);
	EXPECT_INT(d.cancelled, 4);
	EXPECT(!take(&d, id, "result"));
	iq_reset(d.t, ERR_CANCELLED);
	EXPECT_INT(d.cancelled, 4);
	desk_finish(&d);
}

TEST(iq_table_is_bounded)
{
	char id[IQ_ID_MAX];
	struct desk d;

	desk_init(&d);
	for (int i = 0; i < IQ_PENDING_MAX; i++) {
		iq_next_id(d.t, id);
		EXPECT_INT(iq_expect(d.t, id, 1000, on_answer, &d), ERR_OK);
	}
	iq_next_id(d.t, id);
	EXPECT_INT(iq_expect(d.t, id, 1000, on_answer, &d), ERR_FULL);
	iq_reset(d.t, ERR_CANCELLED);
	EXPECT_INT(d.cancelled, IQ_PENDING_MAX);
	EXPECT_INT(iq_expect(d.t, id, 1000, on_answer, &d), ERR_OK);
	desk_finish(&d);                /* without a callback */
	EXPECT_INT(d.cancelled, IQ_PENDING_MAX);
}

static unsigned
code_of(const char *type, bool has_error, const char *code)
{
	struct node *node = node_create("iq");
	unsigned got;

	node_set(node, "type", type);
	if (has_error)
		node_set(node_add_new(node, "error"), "code", code);
	got = iq_error_code(node);
	node_destroy(node);
	return got;
}

TEST(iq_error_code_is_never_zero_for_an_error)
{
	EXPECT_INT(iq_error_code(NULL), 0);
	EXPECT_INT(code_of("result", false, NULL), 0);
	EXPECT_INT(code_of("result", true, "401"), 0);
	EXPECT_INT(code_of("error", true, "429"), 429);
	EXPECT_INT(code_of("error", false, NULL), 500);
	EXPECT_INT(code_of("error", true, NULL), 500);
	EXPECT_INT(code_of("error", true, "x"), 500);
	EXPECT_INT(code_of("error", true, "123456"), 500);
	EXPECT(code_of("error", true, "0") != 0);
}
