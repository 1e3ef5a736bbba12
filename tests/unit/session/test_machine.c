#include <string.h>

#include "core/base/mem.h"
#include "core/session/impl.h"
#include "tests/t.h"

#define NO ST_COUNT             /* ignored */

/* Written out from the protocol notes and not from the table: what becomes
 * of each state, in the order of the inputs below. */
static const enum session_input inputs[] = { EV_LINK, EV_CONNECT, EV_STOP,
	EV_LOGOUT, EV_PREPARED, EV_DAMAGED, EV_REGISTERING, EV_LOGGING_IN,
	EV_REFS, EV_EXPIRED, EV_FAILED, EV_PAIRED, EV_SAVED, EV_SAVE_FAILED,
	EV_SUCCESS, EV_READY, EV_RESTART, EV_RETRY, EV_HALT, EV_RETIRE,
	EV_RETIRED, EV_DUE, EV_START, EV_TURN, EV_TAKE_OVER, EV_HAND_OVER };

struct want {
	enum session_input input;
	enum session_state to;
};

static const struct {
	enum session_state from;
	struct want wants[12];
	size_t count;
} expected[] = {
	{ ST_IDLE, { { EV_LINK, ST_PREPARE }, { EV_CONNECT, ST_TURN },
	    { EV_START, ST_TURN },
	    { EV_LOGOUT, ST_PREPARE }, { EV_STOP, ST_IDLE },
	    { EV_RETRY, ST_BACKOFF }, { EV_RETIRE, ST_RETIRE },
	    { EV_DAMAGED, ST_RETIRE }, { EV_TAKE_OVER, ST_ONLINE } }, 9 },
	{ ST_PREPARE, { { EV_PREPARED, ST_DIAL }, { EV_DAMAGED, ST_RETIRE },
	    { EV_FAILED, ST_IDLE }, { EV_RETRY, ST_BACKOFF },
	    { EV_HALT, ST_IDLE }, { EV_STOP, ST_IDLE },
	    { EV_TAKE_OVER, ST_ONLINE } }, 7 },
	{ ST_DIAL, { { EV_REGISTERING, ST_REGISTER },
	    { EV_LOGGING_IN, ST_LOGIN }, { EV_FAILED, ST_IDLE },
	    { EV_RETRY, ST_BACKOFF }, { EV_HALT, ST_IDLE },
	    { EV_STOP, ST_IDLE }, { EV_TAKE_OVER, ST_ONLINE } }, 7 },
	{ ST_REGISTER, { { EV_REFS, ST_WINDOW }, { EV_FAILED, ST_IDLE },
	    { EV_RESTART, ST_PREPARE }, { EV_STOP, ST_IDLE } }, 4 },
	{ ST_WINDOW, { { EV_REFS, ST_WINDOW }, { EV_EXPIRED, ST_IDLE },
	    { EV_FAILED, ST_IDLE }, { EV_PAIRED, ST_SAVE },
	    { EV_STOP, ST_IDLE } }, 5 },
	{ ST_SAVE, { { EV_SAVED, ST_FINISH }, { EV_SAVE_FAILED, ST_IDLE },
	    { EV_STOP, ST_SAVE } }, 3 },
	{ ST_FINISH, { { EV_RESTART, ST_PREPARE }, { EV_FAILED, ST_PREPARE },
	    { EV_RETIRE, ST_RETIRE }, { EV_STOP, ST_IDLE } }, 4 },
	{ ST_LOGIN, { { EV_SUCCESS, ST_SETUP }, { EV_RESTART, ST_TURN },
	    { EV_RETRY, ST_BACKOFF }, { EV_HALT, ST_IDLE },
	    { EV_RETIRE, ST_RETIRE }, { EV_STOP, ST_IDLE },
	    { EV_TAKE_OVER, ST_ONLINE } }, 7 },
	{ ST_SETUP, { { EV_READY, ST_ONLINE }, { EV_LOGOUT, ST_LOGOUT },
	    { EV_RESTART, ST_TURN }, { EV_RETRY, ST_BACKOFF },
	    { EV_HALT, ST_IDLE }, { EV_RETIRE, ST_RETIRE },
	    { EV_STOP, ST_IDLE }, { EV_TAKE_OVER, ST_ONLINE } }, 8 },
	{ ST_ONLINE, { { EV_LOGOUT, ST_LOGOUT }, { EV_RESTART, ST_TURN },
	    { EV_RETRY, ST_BACKOFF }, { EV_HALT, ST_IDLE },
	    { EV_RETIRE, ST_RETIRE }, { EV_STOP, ST_IDLE },
	    { EV_TAKE_OVER, ST_ONLINE }, { EV_HAND_OVER, ST_IDLE } }, 8 },
	{ ST_BACKOFF, { { EV_DUE, ST_TURN }, { EV_CONNECT, ST_TURN },
	    { EV_LOGOUT, ST_PREPARE }, { EV_STOP, ST_IDLE },
	    { EV_TAKE_OVER, ST_ONLINE } }, 5 },
	{ ST_TURN, { { EV_TURN, ST_PREPARE }, { EV_CONNECT, ST_TURN },
	    { EV_LOGOUT, ST_PREPARE }, { EV_STOP, ST_IDLE },
	    { EV_TAKE_OVER, ST_ONLINE } }, 5 },
	{ ST_LOGOUT, { { EV_RETIRE, ST_RETIRE }, { EV_RESTART, ST_TURN },
	    { EV_RETRY, ST_BACKOFF }, { EV_HALT, ST_IDLE },
	    { EV_STOP, ST_IDLE } }, 5 },
	{ ST_RETIRE, { { EV_RETIRED, ST_IDLE } }, 1 },
};

_Static_assert(ARRAY_LEN(inputs) == EV_COUNT, "every input");
_Static_assert(ARRAY_LEN(expected) == ST_COUNT, "every state");

static enum session_state
want_of(size_t row, enum session_input input)
{
	for (size_t i = 0; i < expected[row].count; i++) {
		if (expected[row].wants[i].input == input)
			return expected[row].wants[i].to;
	}
	return NO;
}

TEST(machine_takes_every_state_and_input_where_it_should)
{
	for (size_t row = 0; row < ARRAY_LEN(expected); row++) {
		for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
			const enum session_state from = expected[row].from;
			enum session_state to = NO;
			const bool is_there = session_transition(from,
			    inputs[i], &to);

			if (to != want_of(row, inputs[i]) ||
			    is_there != (to != NO))
				t_fail(__FILE__, __LINE__, "%s on %s",
				    session_state_name(from),
				    session_input_name(inputs[i]));
		}
	}
}

/* What may come of a connection that ends, whatever it says. */
static bool
ends_in(enum session_state state, bool linking)
{
	enum session_state to = NO;

	return session_transition(state, linking ? EV_FAILED : EV_RETRY, &to);
}

TEST(machine_leaves_every_state)
{
	for (int i = 0; i < ST_COUNT; i++) {
		const enum session_state state = (enum session_state)i;
		enum session_state to = NO;
		const bool stops = session_transition(state, EV_STOP, &to);

		/* these two are being stored and end with that */
		if (state == ST_SAVE || state == ST_RETIRE) {
			EXPECT(!stops || to == state);
			continue;
		}
		EXPECT(stops);
		EXPECT_INT(to, ST_IDLE);
	}
	EXPECT(ends_in(ST_PREPARE, true));
	EXPECT(ends_in(ST_PREPARE, false));
	EXPECT(ends_in(ST_DIAL, true));
	EXPECT(ends_in(ST_DIAL, false));
	EXPECT(ends_in(ST_REGISTER, true));
	EXPECT(ends_in(ST_WINDOW, true));
	EXPECT(ends_in(ST_FINISH, true));
	EXPECT(ends_in(ST_LOGIN, false));
	EXPECT(ends_in(ST_SETUP, false));
	EXPECT(ends_in(ST_ONLINE, false));
	EXPECT(ends_in(ST_LOGOUT, false));
}

/* The reply to pair-success must not leave before what it promises is on
 * disk, and nothing but the store's word ends the saving. */
TEST(machine_answers_pair_success_only_after_the_save)
{
	enum session_state to;

	for (int state = 0; state < ST_COUNT; state++) {
		for (int input = 0; input < EV_COUNT; input++) {
			if (session_transition((enum session_state)state,
			    (enum session_input)input, &to) &&
			    to == ST_FINISH) {
				EXPECT_INT(state, ST_SAVE);
				EXPECT_INT(input, EV_SAVED);
			}
		}
	}
}

TEST(machine_names_are_all_there_and_all_different)
{
	for (int i = 0; i < ST_COUNT; i++) {
		const char *name = session_state_name((enum session_state)i);

		ASSERT(name != NULL);
		for (int j = 0; j < i; j++)
			EXPECT(strcmp(name, session_state_name(
			    (enum session_state)j)) != 0);
	}
	for (int i = 0; i < EV_COUNT; i++) {
		const char *name = session_input_name((enum session_input)i);

		ASSERT(name != NULL);
		for (int j = 0; j < i; j++)
			EXPECT(strcmp(name, session_input_name(
			    (enum session_input)j)) != 0);
	}
}
