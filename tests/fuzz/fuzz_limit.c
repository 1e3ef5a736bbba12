/* The JSON of a mex notification. */
#include "core/session/limit.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct node *notification = node_create("notification");
	struct node *update = node_add_new(notification, "update");
	int64_t until;

	node_set(update, "op_name", "NotificationUserReachoutTimelockUpdate");
	node_set_bytes(update, p, n);
	(void)limit_of_notification(notification, 1780000000000, &until);
	node_destroy(notification);
	return 0;
}
