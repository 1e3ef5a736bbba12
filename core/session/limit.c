#include "core/session/limit.h"

#include <stdlib.h>

#include <cjson/cJSON.h>

#include "core/base/str.h"

#define END_S_MAX (INT64_MAX / 1000)    /* seconds since 1970 */
#define ACK_RESTRICTED "463"

/* Seconds since 1970, as text or number; 0 when there is none. */
static int64_t
end_seconds(const cJSON *lock)
{
	const cJSON *end =
	    cJSON_GetObjectItemCaseSensitive(lock, "time_enforcement_ends");
	uint64_t v;

	if (cJSON_IsNumber(end) && end->valuedouble > 0 &&
	    end->valuedouble < 1e12)
		return (int64_t)end->valuedouble;
	if (cJSON_IsString(end) && str_to_u64(end->valuestring, END_S_MAX, &v))
		return (int64_t)v;
	return 0;
}

static bool
read_lock(const cJSON *root, int64_t now_ms, int64_t *until_ms)
{
	const cJSON *lock = cJSON_GetObjectItemCaseSensitive(
	    cJSON_GetObjectItemCaseSensitive(root, "data"),
	    "xwa2_notify_account_reachout_timelock");
	int64_t end;

	if (!cJSON_IsObject(lock))
		return false;
	end = end_seconds(lock);
	if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(lock, "is_active")))
		*until_ms = 0;
	else
		*until_ms = end > 0 ? end * 1000 : now_ms + LIMIT_UNTOLD_MS;
	return true;
}

bool
limit_of_notification(const struct node *notification, int64_t now_ms,
    int64_t *until_ms)
{
	const struct node *update = node_child(notification, "update");
	const uint8_t *p;
	cJSON *root;
	size_t n;
	bool is_told;

	if (update == NULL || !node_attr_is(update, "op_name",
	    "NotificationUserReachoutTimelockUpdate"))
		return false;
	p = node_bytes(update, &n);
	if (p == NULL || n > LIMIT_JSON_MAX)
		return false;
	root = cJSON_ParseWithLength((const char *)p, n);
	is_told = read_lock(root, now_ms, until_ms);
	cJSON_Delete(root);
	return is_told;
}

bool
limit_of_ack(const struct node *ack, int64_t now_ms, int64_t *until_ms)
{
	if (!node_attr_is(ack, "class", "message") ||
	    !node_attr_is(ack, "error", ACK_RESTRICTED))
		return false;
	*until_ms = now_ms + LIMIT_UNTOLD_MS;
	return true;
}
