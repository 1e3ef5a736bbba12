#include "core/session/limit.h"

#include <string.h>

#include "tests/t.h"

#define NOW 1780000000000
#define HEAD "{\"data\":{\"xwa2_notify_account_reachout_timelock\":{"

/* -1: not about it */
static int64_t
until_of(const char *op, const char *json)
{
	struct node *notification = node_create("notification");
	struct node *update = node_add_new(notification, "update");
	int64_t until = 7;
	bool told;

	node_set(update, "op_name", op);
	node_set_bytes(update, json, strlen(json));
	told = limit_of_notification(notification, NOW, &until);
	node_destroy(notification);
	if (!told)
		EXPECT_INT(until, 7);   /* untouched */
	return told ? until : -1;
}

TEST(limit_is_read_from_its_notification)
{
	const char *op = "NotificationUserReachoutTimelockUpdate";

	EXPECT_INT(until_of(op, HEAD "\"is_active\":true,"
	    "\"time_enforcement_ends\":\"1790000000\"}}}"), 1790000000000);
	EXPECT_INT(until_of(op, HEAD "\"is_active\":true,"
	    "\"time_enforcement_ends\":1790000000}}}"), 1790000000000);
	EXPECT_INT(until_of(op, HEAD "\"is_active\":true}}}"),
	    NOW + LIMIT_UNTOLD_MS);
	EXPECT_INT(until_of(op, HEAD "\"is_active\":true,"
	    "\"time_enforcement_ends\":\"soon\"}}}"), NOW + LIMIT_UNTOLD_MS);
	EXPECT_INT(until_of(op, HEAD "\"is_active\":false}}}"), 0);
}

TEST(limit_ignores_what_is_something_else)
{
	const char *op = "NotificationUserReachoutTimelockUpdate";

	EXPECT_INT(until_of("Other", HEAD "\"is_active\":true}}}"), -1);
	EXPECT_INT(until_of(op, ""), -1);
	EXPECT_INT(until_of(op, "{\"data\":null}"), -1);
	EXPECT_INT(until_of(op, "{\"data\":{\"x\":{}}}"), -1);
	EXPECT_INT(until_of(op, HEAD), -1);
	EXPECT_INT(until_of(op, "[[[[[["), -1);
}

TEST(limit_is_read_from_an_ack)
{
	struct node *ack = node_create("ack");
	int64_t until = 7;

	node_set(ack, "class", "message");
	EXPECT(!limit_of_ack(ack, NOW, &until));
	node_set(ack, "error", "479");
	EXPECT(!limit_of_ack(ack, NOW, &until));
	EXPECT_INT(until, 7);
	node_set(ack, "error", "463");
	EXPECT(limit_of_ack(ack, NOW, &until));
	EXPECT_INT(until, NOW + LIMIT_UNTOLD_MS);
	node_destroy(ack);
}
