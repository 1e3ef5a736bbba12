#include "core/app/checkup.h"

#include "core/app/doctor.h"
#include "core/app/json.h"
#include "core/app/way.h"

static cJSON *
step_json(const struct checkup_step *step, enum lang lang)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "stage", stage_name(step->stage));
	cJSON_AddBoolToObject(o, "ok", step->ok);
	cJSON_AddNumberToObject(o, "ms", (double)step->took_ms);
	if (!step->ok) {
		cJSON_AddStringToObject(o, "cause", words_get(lang,
		    way_cause(step->stage, step->err)));
		cJSON_AddStringToObject(o, "detail", step->detail);
	}
	return o;
}

static cJSON *
way_json(const struct checkup_way *way, enum lang lang)
{
	cJSON *o = cJSON_CreateObject(), *at;
	char text[WORDS_MAX];

	json_add_text(o, "egress", way->name);
	cJSON_AddBoolToObject(o, "isDefault", way->is_default);
	cJSON_AddNumberToObject(o, "companyCount", (double)way->companies);
	at = cJSON_AddArrayToObject(o, "companies");
	for (size_t i = 0; i < way->companies && i < CHECKUP_NAMED_MAX; i++)
		cJSON_AddItemToArray(at, cJSON_CreateString(way->named[i]));
	cJSON_AddBoolToObject(o, "ok", way->ok);
	doctor_verdict(way->name, way->steps == 0 ? NULL :
	    &(struct doctor_step){ .stage = way->step[way->steps - 1].stage,
	    .ok = way->ok, .err = way->step[way->steps - 1].err }, lang, text,
	    sizeof text);
	cJSON_AddStringToObject(o, "message", text);
	at = cJSON_AddArrayToObject(o, "steps");
	for (size_t i = 0; i < way->steps; i++)
		cJSON_AddItemToArray(at, step_json(&way->step[i], lang));
	return o;
}

cJSON *
checkup_json(const struct checkup_way *ways, size_t n, enum lang lang)
{
	cJSON *o = cJSON_CreateObject(), *all;
	bool ok = true;

	for (size_t i = 0; i < n; i++)
		ok = ok && ways[i].ok;
	cJSON_AddBoolToObject(o, "ok", ok);
	all = cJSON_AddArrayToObject(o, "egresses");
	for (size_t i = 0; i < n; i++)
		cJSON_AddItemToArray(all, way_json(&ways[i], lang));
	return o;
}
