#include "core/app/nearest.h"

#include "tests/t.h"

TEST(nearest_counts_what_fingers_do)
{
	EXPECT_INT(nearest_distance("pause", "pause"), 0);
	EXPECT_INT(nearest_distance("pasue", "pause"), 1);
	EXPECT_INT(nearest_distance("puse", "pause"), 1);
	EXPECT_INT(nearest_distance("paause", "pause"), 1);
	EXPECT_INT(nearest_distance("panse", "pause"), 1);
	EXPECT_INT(nearest_distance("ab", "ba"), 1);
	EXPECT_INT(nearest_distance("", "abc"), 3);
	EXPECT_INT(nearest_distance("bogus", "logs"), 2);
}

TEST(nearest_does_not_guess)
{
	static const char *const known[] = { "logs", "pause", "sort",
		"reconnect" };
	static const struct {
		const char *word, *best;
	} rows[] = {
		{ "bogus", NULL }, { "log", "logs" }, { "lgos", "logs" },
		{ "pasue", "pause" }, { "soort", "sort" }, { "x", NULL },
		{ "reconect", "reconnect" }, { "rceonnetc", "reconnect" },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct nearest n;

		nearest_init(&n, rows[i].word);
		for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
			nearest_offer(&n, known[k]);
		EXPECT_STR(n.best == NULL ? "-" : n.best,
		    rows[i].best == NULL ? "-" : rows[i].best);
	}
}
