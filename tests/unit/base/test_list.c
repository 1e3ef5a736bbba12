#include "core/base/list.h"

#include "tests/t.h"

struct item {
	int value;
	struct list node;
};

static int
digits(const struct list *l)
{
	int all = 0;

	LIST_EACH(at, l)
		all = all * 10 + CONTAINER_OF(at, struct item, node)->value;
	return all;
}

TEST(list_keeps_order)
{
	struct item a = { .value = 1 }, b = { .value = 2 }, c = { .value = 3 };
	struct list l;

	list_init(&l);
	EXPECT(list_is_empty(&l));
	EXPECT_INT(digits(&l), 0);
	list_append(&l, &a.node);
	list_append(&l, &b.node);
	list_append(&l, &c.node);
	EXPECT(!list_is_empty(&l));
	EXPECT_INT(digits(&l), 123);
}

TEST(list_remove_anywhere_and_twice)
{
	struct item a = { .value = 1 }, b = { .value = 2 }, c = { .value = 3 };
	struct list l;

	list_init(&l);
	list_append(&l, &a.node);
	list_append(&l, &b.node);
	list_append(&l, &c.node);
	list_remove(&b.node);
	list_remove(&b.node);
	EXPECT_INT(digits(&l), 13);
	list_remove(&a.node);
	list_remove(&c.node);
	EXPECT(list_is_empty(&l));
	list_append(&l, &b.node);
	EXPECT_INT(digits(&l), 2);
}

TEST(list_may_lose_the_current_member_while_walked)
{
	struct item items[4];
	struct list l;
	int seen = 0;

	list_init(&l);
	for (int i = 0; i < 4; i++) {
		items[i].value = i + 1;
		list_append(&l, &items[i].node);
	}
	LIST_EACH_SAFE(at, &l) {
		const int value = CONTAINER_OF(at, struct item, node)->value;

		seen = seen * 10 + value;
		if (value % 2 == 0)
			list_remove(at);
	}
	EXPECT_INT(seen, 1234);
	EXPECT_INT(digits(&l), 13);
}
