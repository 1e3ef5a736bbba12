#include "tests/unit/tui/rows.h"

#include <string.h>

#include "core/app/json.h"
#include "core/base/str.h"
#include "tests/t.h"

enum need
rows_put(struct fleet *f, const struct rows_status *s)
{
	enum wa_status status = WA_STATUS_QR;
	enum need before = NEED_COUNT;
	cJSON *o = cJSON_CreateObject();

	(void)wa_reason_status(s->reason, &status);
	json_add_text(o, "companyId", s->company);
	json_add_text(o, "name", s->name != NULL ? s->name : "");
	json_add_text(o, "phoneNumber", s->phone != NULL ? s->phone : "");
	json_add_text(o, "status", wa_status_name(status));
	json_add_text(o, "reason", wa_reason_name(s->reason));
	cJSON_AddBoolToObject(o, "paused", s->paused);
	cJSON_AddBoolToObject(o, "connected", status == WA_STATUS_CONNECTED);
	cJSON_AddNumberToObject(o, "priority", s->priority);
	cJSON_AddNumberToObject(o, "reconnectAttempts", s->reconnects);
	cJSON_AddNumberToObject(o, "stateVersion", s->version);
	json_add_time(o, "since", s->since_ms);
	json_add_time(o, "lastSeen", s->seen_ms);
	json_add_time(o, "nextAttemptAt", s->next_ms);
	json_add_time(o, "until", s->until_ms);
	json_add_time(o, "windowEndsAt", s->window_ms);
	EXPECT(fleet_put(f, o, &before) != NULL);
	cJSON_Delete(o);
	return before;
}

const struct row *
rows_put_text(struct fleet *f, const char *json)
{
	cJSON *o = cJSON_Parse(json);
	const struct row *row = fleet_put(f, o, NULL);

	cJSON_Delete(o);
	return row;
}

void
rows_shown(const struct fleet *f, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < fleet_shown(f) && len < size; i++) {
		(void)str_format(out + len, size - len, "%s ",
		    fleet_at(f, i)->company);
		len += strlen(out + len);
	}
}
