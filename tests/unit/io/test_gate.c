#include "core/io/gate.h"

#include <stdlib.h>

#include "tests/t.h"

#define MANY (GATE_WIDTH + 4)

struct guest {
	struct pass *pass;
	unsigned *order, at;    /* at: 0 never let in, else the how-many-eth */
	bool leaves;            /* as soon as it is in */
};

struct house {
	struct loop *loop;
	unsigned order;
	struct guest guests[MANY];
};

static void
on_turn(void *ctx)
{
	struct guest *g = ctx;

	g->at = ++*g->order;
	if (g->leaves) {
		gate_leave(g->pass);
		g->pass = NULL;
	}
}

static void
house_open(struct house *h, bool leaves)
{
	*h = (struct house){ .loop = NULL };
	if (loop_create(&h->loop) != ERR_OK)
		abort();
	for (unsigned i = 0; i < MANY; i++) {
		h->guests[i].order = &h->order;
		h->guests[i].leaves = leaves;
		h->guests[i].pass = gate_enter(h->loop, on_turn,
		    &h->guests[i]);
	}
	EXPECT_INT(h->order, 0);        /* never from within gate_enter */
}

static void
leave(struct house *h, unsigned i)
{
	gate_leave(h->guests[i].pass);
	h->guests[i].pass = NULL;
}

static void
turn(struct house *h)
{
	for (int i = 0; i < 4; i++)
		loop_turn(h->loop, false);
}

static void
house_close(struct house *h)
{
	for (unsigned i = 0; i < MANY; i++)
		leave(h, i);
	loop_destroy(h->loop);
}

TEST(gate_lets_so_many_in_and_then_one_by_one)
{
	struct house h;

	house_open(&h, false);
	turn(&h);
	EXPECT_INT(h.order, GATE_WIDTH);
	EXPECT_INT(h.guests[0].at, 1);
	EXPECT_INT(h.guests[GATE_WIDTH - 1].at, GATE_WIDTH);
	leave(&h, 5);
	EXPECT_INT(h.order, GATE_WIDTH);        /* nor from gate_leave */
	turn(&h);
	EXPECT_INT(h.order, GATE_WIDTH + 1);
	EXPECT_INT(h.guests[GATE_WIDTH].at, GATE_WIDTH + 1);
	house_close(&h);
}

TEST(gate_forgets_those_that_wait_no_longer)
{
	struct house h;

	house_open(&h, false);
	leave(&h, GATE_WIDTH);                  /* the first that waits */
	leave(&h, 3);                           /* let in, but not told yet */
	turn(&h);
	EXPECT_INT(h.order, GATE_WIDTH);
	EXPECT_INT(h.guests[3].at, 0);
	EXPECT_INT(h.guests[GATE_WIDTH].at, 0);
	EXPECT_INT(h.guests[GATE_WIDTH + 1].at, GATE_WIDTH);
	house_close(&h);
}

TEST(gate_may_be_left_from_within)
{
	struct house h;

	house_open(&h, true);
	loop_run(h.loop);
	EXPECT_INT(h.order, MANY);
	EXPECT_INT(h.guests[MANY - 1].at, MANY);
	house_close(&h);
}

TEST(gate_does_not_wait_for_the_slow)
{
	struct house h;

	house_open(&h, false);
	loop_run(h.loop);       /* until no timer is left */
	EXPECT_INT(h.order, MANY);
	house_close(&h);
}
