#include "core/app/traffic_json.h"

#include "core/app/json.h"

static const char *
mode_name(enum convoy_mode mode)
{
	static const char *const names[] = {
		[CONVOY_CALM] = "calm",
		[CONVOY_RETURNING] = "returning",
		[CONVOY_TRIAL] = "trial",
		[CONVOY_DOWN] = "down",
		[CONVOY_REFUSED] = "refused",
	};

	return names[mode];
}

static const char *
kind_name(enum alarm_kind kind)
{
	static const char *const names[] = {
		[ALARM_NONE] = "",
		[ALARM_NETWORK] = "network",
		[ALARM_VERSION] = "version",
		[ALARM_AGENT] = "agent",
	};

	return names[kind];
}

static enum word
word_of(enum alarm_kind kind)
{
	switch (kind) {
	case ALARM_VERSION:
		return WORD_ALARM_VERSION;
	case ALARM_AGENT:
		return WORD_ALARM_AGENT;
	case ALARM_NETWORK:
	case ALARM_NONE:
		break;
	}
	return WORD_ALARM_NETWORK;
}

static void
add_alarm(cJSON *o, const struct traffic_view *view, enum lang lang)
{
	char text[WORDS_MAX], version[WA_VERSION_TEXT_MAX + 1];
	cJSON *alarm;

	if (view->alarm == ALARM_NONE) {
		cJSON_AddNullToObject(o, "alarm");
		return;
	}
	alarm = cJSON_AddObjectToObject(o, "alarm");
	wa_version_format(&view->refused, version, sizeof version);
	cJSON_AddStringToObject(alarm, "kind", kind_name(view->alarm));
	json_add_time(alarm, "since", view->alarm_since_ms);
	cJSON_AddStringToObject(alarm, "reason",
	    wa_reason_name(view->reason));
	cJSON_AddNumberToObject(alarm, "affected", (double)view->affected);
	json_add_time(alarm, "nextTryAt", view->next_try_ms);
	words_format(text, sizeof text, lang, word_of(view->alarm),
	    &(struct words_args){ .n = (int64_t)view->affected,
	    .stage = verdict_stage_reason(view->stage), .reason = version });
	cJSON_AddStringToObject(alarm, "message", text);
}

cJSON *
traffic_json(const struct traffic_view *view, enum lang lang)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "state", mode_name(view->mode));
	cJSON_AddNumberToObject(o, "waiting", (double)view->waiting);
	cJSON_AddNumberToObject(o, "connecting", (double)view->dialling);
	cJSON_AddNumberToObject(o, "rate", view->rate);
	json_add_time(o, "etaAt", view->eta_ms);
	add_alarm(o, view, lang);
	return o;
}
