#include "core/app/view_json.h"

#include "core/app/json.h"
#include "core/app/way.h"
#include "core/base/str.h"
#include "core/session/number.h"

void
view_words_args(const struct session_view *view, enum audience audience,
    int64_t now_ms, struct words_args *out)
{
	const struct verdict *v = &view->verdict;

	*out = (struct words_args){
	    .audience = audience,
	    .code = (int)(v->ban_code != 0 ? v->ban_code : v->code),
	    .time_ms = view->until_ms,
	    .err = v->err,
	    .stage = verdict_stage_reason(v->stage),
	    .proxy_fault = way_of(v->stage, v->err),
	};
	/* a stranger is not told by whom we go */
	if (audience == AUDIENCE_ADMIN)
		out->proxy = view->egress;
	/* before anything was dialled: why the store did not give the keys */
	if (v->reason == WA_REASON_INTERNAL && v->stage == STAGE_LOOKUP &&
	    v->detail[0] != '\0')
		out->reason = v->detail;
	if (v->err == ERR_PAIR_VETO) {
		out->reason = v->phone_end;
		out->phone = number_end(view->pinned_phone[0] != '\0' ?
		    view->pinned_phone : view->phone);
	}
	if (view->next_attempt_ms > now_ms)
		out->n = (view->next_attempt_ms - now_ms + 999) / 1000;
}

enum wa_reason
view_trouble(const struct session_view *view)
{
	enum wa_status status;

	if (wa_reason_status(view->verdict.reason, &status) &&
	    (status == WA_STATUS_RECONNECTING || status == WA_STATUS_ERROR))
		return view->verdict.reason;
	return WA_REASON_NOT_ANSWERING;
}

/* The words are those of the answer that ended so: it may be asked again in
 * another language. */
static void
add_last_error(cJSON *o, const struct session_view *view, enum lang lang,
    struct words_args args)
{
	char sentence[WORDS_MAX], advice[WORDS_MAX];
	enum wa_status status = WA_STATUS_ERROR;
	cJSON *e;

	if (view->last_error[0] == '\0') {
		cJSON_AddNullToObject(o, "lastError");
		return;
	}
	e = cJSON_AddObjectToObject(o, "lastError");
	cJSON_AddStringToObject(e, "code", view->last_error);
	if (view->verdict.code != 0)
		cJSON_AddNumberToObject(e, "whatsappCode",
		    view->verdict.code);
	(void)wa_reason_status(view->verdict.reason, &status);
	if (view->verdict.reason != WA_REASON_NONE) {
		if (!view->linked && view->next_attempt_ms == 0)
			args.ending = ENDING_LINK;
		words_reason_sentence(sentence, sizeof sentence, lang, status,
		    view->verdict.reason, &args);
		words_reason_advice(advice, sizeof advice, lang, status,
		    view->verdict.reason, &args);
		cJSON_AddStringToObject(e, "message", sentence);
		cJSON_AddStringToObject(e, "advice", advice);
		cJSON_AddStringToObject(e, "reason",
		    wa_reason_name(view->verdict.reason));
	} else {
		cJSON_AddNullToObject(e, "message");
	}
	json_add_time(e, "at", view->last_error_ms);
}

/* The second link, beside the one that the other members tell of. */
static void
add_replacing(cJSON *o, const struct session_view *view, enum lang lang)
{
	static const struct {
		const char *name;
		enum word word;
	} steps[REPLACE_STEP_COUNT] = {
		[REPLACE_OPENING] = { "opening", WORD_REPLACE_OPENING },
		[REPLACE_WAITING] = { "waiting", WORD_REPLACE_WAITING },
		[REPLACE_FINISHING] = { "finishing", WORD_REPLACE_FINISHING },
		[REPLACE_PROVING] = { "proving", WORD_REPLACE_PROVING },
		[REPLACE_STALLED] = { "stalled", WORD_REPLACE_STALLED },
		[REPLACE_LEAVING] = { "leaving", WORD_REPLACE_LEAVING },
	};
	char text[WORDS_MAX];
	cJSON *r;

	if (view->replace == REPLACE_NONE) {
		cJSON_AddNullToObject(o, "replacing");
		return;
	}
	words_format(text, sizeof text, lang,
	    steps[view->replace].word, NULL);
	r = cJSON_AddObjectToObject(o, "replacing");
	cJSON_AddStringToObject(r, "step", steps[view->replace].name);
	cJSON_AddStringToObject(r, "message", text);
	json_add_time(r, "nextAttemptAt", view->replace_next_ms);
}

enum err
view_json(const struct session_view *view, enum lang lang,
    enum audience audience, int64_t now_ms, struct buf *out)
{
	char text[WORDS_MAX];
	struct words_args args;
	cJSON *o = cJSON_CreateObject();

	view_words_args(view, audience, now_ms, &args);
	cJSON_AddStringToObject(o, "companyId", view->company);
	json_add_text(o, "name", view->name);
	cJSON_AddBoolToObject(o, "connected", view->connected);
	cJSON_AddStringToObject(o, "status", wa_status_name(view->status));
	json_add_text(o, "reason", wa_reason_name(view->reason));
	words_reason_sentence(text, sizeof text, lang, view->status,
	    view->reason, &args);
	cJSON_AddStringToObject(o, "message", text);
	words_reason_advice(text, sizeof text, lang, view->status,
	    view->reason, &args);
	cJSON_AddStringToObject(o, "advice", text);
	json_add_text(o, "phoneNumber", view->phone);
	json_add_text(o, "pushName", view->push_name);
	json_add_text(o, "platform", view->platform);
	json_add_time(o, "since", view->since_ms);
	json_add_time(o, "lastSeen", view->last_seen_ms);
	cJSON_AddNumberToObject(o, "reconnectAttempts", view->reconnects);
	json_add_time(o, "nextAttemptAt", view->next_attempt_ms);
	add_last_error(o, view, lang, args);
	cJSON_AddBoolToObject(o, "qrAvailable", view->qr_available);
	json_add_time(o, "codeExpiresAt", view->code_expires_ms);
	json_add_time(o, "windowEndsAt", view->window_ends_ms);
	cJSON_AddNumberToObject(o, "stateVersion",
	    (double)view->state_version);
	json_add_time(o, "until", view->until_ms);
	json_add_text(o, "pinnedPhoneNumber", view->pinned_phone);
	cJSON_AddBoolToObject(o, "paused", view->paused);
	cJSON_AddNumberToObject(o, "priority", view->priority);
	if (audience == AUDIENCE_ADMIN) {
		json_add_text(o, "proxy", view->proxy);
		json_add_text(o, "egress", view->egress);
	}
	add_replacing(o, view, lang);
	return json_put(o, out);
}
