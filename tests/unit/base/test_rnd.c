#include "core/base/rnd.h"

#include <string.h>

#include "tests/t.h"

TEST(rnd_system_differs_each_time)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	rnd_fill(rnd_system(), a, sizeof a);
	rnd_fill(rnd_system(), b, sizeof b);
	EXPECT(memcmp(a, b, sizeof a) != 0);
}

TEST(rnd_fill_stays_inside)
{
	uint8_t bytes[10];

	memset(bytes, 0xee, sizeof bytes);
	rnd_fill(rnd_system(), bytes + 1, 8);
	EXPECT_INT(bytes[0], 0xee);
	EXPECT_INT(bytes[9], 0xee);
	rnd_fill(rnd_system(), bytes, 0);
	EXPECT_INT(bytes[0], 0xee);
}

TEST(rnd_below_reaches_every_value_evenly)
{
	unsigned hits[6] = { 0 };
	struct t_rnd r;

	t_rnd_init(&r, 1);
	for (int i = 0; i < 60000; i++) {
		const uint32_t v = rnd_below(&r.rnd, 6);

		ASSERT(v < 6);
		hits[v]++;
	}
	for (int i = 0; i < 6; i++)
		EXPECT(hits[i] > 9500 && hits[i] < 10500);
}

TEST(rnd_below_one_is_zero)
{
	EXPECT_INT(rnd_below(rnd_system(), 1), 0);
}

/* Gives the given words, one a call. */
struct script {
	const uint32_t *words;
	size_t at;
};

static void
fill_script(void *ctx, void *out, size_t n)
{
	struct script *s = ctx;

	memcpy(out, &s->words[s->at++], n);
}

/* 2^32 is no multiple of 3: its last value would make one result likelier,
 * so it must be drawn again. */
TEST(rnd_below_draws_again_past_the_last_multiple)
{
	static const uint32_t words[] = { UINT32_MAX, UINT32_MAX - 1 };
	struct script s = { words, 0 };
	const struct rnd r = { fill_script, &s };

	EXPECT_INT(rnd_below(&r, 3), (UINT32_MAX - 1) % 3);
	EXPECT_INT(s.at, 2);
}
