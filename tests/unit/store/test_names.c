#include "core/base/str.h"
#include "core/store/names.h"
#include "tests/t.h"

TEST(names_are_kept_once_and_in_order)
{
	struct names n = { .at = NULL };
	char name[16];

	EXPECT(!names_has(&n, "a"));
	names_remove(&n, "a");
	for (int i = 0; i < 200; i++) {
		str_format(name, sizeof name, "c%d", i * 73 % 100);
		names_add(&n, name);
		EXPECT(names_has(&n, name));
	}
	EXPECT_INT(n.count, 100);
	for (int i = 0; i < 100; i += 2) {
		str_format(name, sizeof name, "c%d", i);
		names_remove(&n, name);
		EXPECT(!names_has(&n, name));
	}
	EXPECT_INT(n.count, 50);
	for (int i = 0; i < 100; i++) {
		str_format(name, sizeof name, "c%d", i);
		EXPECT_INT(names_has(&n, name), i % 2 == 1);
	}
	names_finish(&n);
	EXPECT(!names_has(&n, "c1"));
}
