#include "core/app/app.h"
#include "core/app/json.h"
#include "core/app/view_json.h"

enum err
history_json(const struct app_change *change, enum lang lang, struct buf *out)
{
	const struct words_args args = { .code = (int)change->code };
	cJSON *o = cJSON_CreateObject();
	char text[WORDS_MAX];

	cJSON_AddNumberToObject(o, "seq", (double)change->seq);
	json_add_time(o, "at", change->at_ms);
	cJSON_AddStringToObject(o, "status", wa_status_name(change->status));
	json_add_text(o, "reason", wa_reason_name(change->reason));
	words_reason_sentence(text, sizeof text, lang, change->status,
	    change->reason, &args);
	cJSON_AddStringToObject(o, "message", text);
	if (change->code == 0)
		cJSON_AddNullToObject(o, "code");
	else
		cJSON_AddNumberToObject(o, "code", change->code);
	cJSON_AddNumberToObject(o, "stateVersion",
	    (double)change->state_version);
	return json_put(o, out);
}
