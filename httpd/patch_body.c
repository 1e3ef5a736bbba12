#include "httpd/patch_body.h"

#include <string.h>

#include "core/app/phone.h"
#include "core/app/words.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/param.h"

/* Text, or null for none; *out "" then. */
static bool
read_text(struct exchange *x, const cJSON *body, const char *name, bool *has,
    const char **out)
{
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(body, name);

	*out = "";
	*has = at != NULL;
	return cJSON_IsNull(at) || param_member_text(x, body, name, out);
}

static bool
read_name(struct exchange *x, const cJSON *body, struct app_patch *out)
{
	const char *name;

	if (!read_text(x, body, "name", &out->has_name, &name))
		return false;
	if (!patch_name_is_valid(name) ||
	    !str_copy(out->name, sizeof out->name, name))
		return param_refuse_member(x, "name");
	return true;
}

static bool
read_phone(struct exchange *x, const cJSON *body, struct app_patch *out)
{
	const char *typed;
	char digits[PHONE_SIZE] = "";
	enum phone_fault fault;

	if (!read_text(x, body, "phoneNumber", &out->has_phone, &typed))
		return false;
	if (typed[0] != '\0' &&
	    (fault = phone_normalise(typed, digits)) != PHONE_OK) {
		answer_error_word(x, API_INVALID_PHONE,
		    words_phone_fault(fault), NULL);
		return false;
	}
	return str_copy(out->phone, sizeof out->phone, digits);
}

/* null: as the others. What is refused is not quoted: it may hold a
 * password. */
static bool
read_proxy(struct exchange *x, const cJSON *body, struct app_patch *out)
{
	const char *proxy;

	if (!read_text(x, body, "proxy", &out->has_proxy, &proxy))
		return false;
	if (!patch_proxy_is_valid(proxy) ||
	    !str_copy(out->proxy, sizeof out->proxy, proxy))
		return param_refuse_member(x, "proxy");
	return true;
}

static bool
read_rest(struct exchange *x, const cJSON *body, struct app_patch *out)
{
	int64_t priority = 0;

	out->has_paused = cJSON_HasObjectItem(body, "paused");
	out->has_priority = cJSON_HasObjectItem(body, "priority");
	if (!param_member_bool(x, body, "paused", &out->paused) ||
	    !param_member_int(x, body, "priority", -PATCH_PRIORITY_MAX,
	    PATCH_PRIORITY_MAX, &priority))
		return false;
	out->priority = (int)priority;
	return true;
}

bool
patch_body_read(struct exchange *x, const cJSON *body, struct app_patch *out)
{
	static const char *const members[] = { "name", "phoneNumber",
	    "paused", "priority", "proxy", NULL };

	memset(out, 0, sizeof *out);
	return param_only(x, body, members) && read_name(x, body, out) &&
	    read_phone(x, body, out) && read_proxy(x, body, out) &&
	    read_rest(x, body, out);
}
