#include "core/session/history.h"

#include "tests/t.h"

static void
add(struct history *h, int64_t at_ms)
{
	history_add(h, &(struct session_change){
	    .at_ms = at_ms,
	    .status = WA_STATUS_RECONNECTING,
	    .reason = WA_REASON_REFUSED,
	    .state_version = (uint64_t)at_ms * 10,
	    .code = (unsigned)at_ms + 1,
	});
}

/* At every length: all that should be there is, newest first, then none. */
TEST(history_keeps_the_newest_at_every_length)
{
	struct history h = { NULL, 0, 0 };

	for (int n = 0; n < 3 * HISTORY_MAX; n++) {
		const int kept = n < HISTORY_MAX ? n : HISTORY_MAX;
		struct session_change c = { .seq = UINT64_MAX };

		for (int i = 0; i < kept; i++) {
			ASSERT(history_before(&h, c.seq, &c));
			EXPECT_INT(c.seq, n - i);
			EXPECT_INT(c.at_ms, n - i);
			EXPECT_INT(c.state_version, (n - i) * 10);
			EXPECT_INT(c.code, n - i + 1);
		}
		EXPECT(!history_before(&h, c.seq, &c));
		add(&h, n + 1);
	}
	EXPECT_INT(h.room, HISTORY_MAX);
	history_finish(&h);
}

TEST(history_costs_little_while_little_happens)
{
	struct history h = { NULL, 0, 0 };

	EXPECT_INT(h.room, 0);
	for (int i = 0; i < 8; i++)
		add(&h, i);
	EXPECT_INT(h.room, 8);
	add(&h, 8);
	EXPECT_INT(h.room, 16);
	history_finish(&h);
}

TEST(history_answers_any_cursor)
{
	struct session_change c = { .seq = 0 };
	struct history h = { NULL, 0, 0 };

	EXPECT(!history_before(&h, UINT64_MAX, &c));
	EXPECT(!history_before(&h, 0, &c));
	for (int i = 1; i <= 100; i++)
		add(&h, i);
	EXPECT(!history_before(&h, 0, &c));
	EXPECT(!history_before(&h, 1, &c));
	EXPECT(!history_before(&h, 37, &c));
	EXPECT(history_before(&h, 38, &c));
	EXPECT_INT(c.seq, 37);
	EXPECT(history_before(&h, 5000, &c));
	EXPECT_INT(c.seq, 100);
	EXPECT_INT(c.status, WA_STATUS_RECONNECTING);
	EXPECT_INT(c.reason, WA_REASON_REFUSED);
	history_finish(&h);
}
