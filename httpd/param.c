#include "httpd/param.h"

#include <string.h>

#include "core/base/str.h"
#include "httpd/answer.h"

#define PAGE_USUAL 100

static bool
refuse(struct exchange *x, enum word word, const char *name)
{
	answer_error_word(x, API_INVALID_REQUEST, word,
	    &(struct words_args){ .reason = name });
	return false;
}

bool
param_refuse_member(struct exchange *x, const char *name)
{
	return refuse(x, WORD_HTTP_BAD_MEMBER, name);
}

/* --- parameters --------------------------------------------------------------------- */

bool
param_bool(struct exchange *x, const char *name, bool *out)
{
	const char *text = request_param(&x->req, name);

	if (text == NULL)
		return true;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return refuse(x, WORD_HTTP_BAD_PARAMETER, name);
	*out = text[0] == 't';
	return true;
}

bool
param_u64(struct exchange *x, const char *name, uint64_t least,
    uint64_t most, uint64_t *out)
{
	const char *text = request_param(&x->req, name);
	uint64_t value;

	if (text == NULL)
		return true;
	if (!str_to_u64(text, most, &value) || value < least)
		return refuse(x, WORD_HTTP_BAD_PARAMETER, name);
	*out = value;
	return true;
}

bool
param_page(struct exchange *x, struct param_page *out)
{
	uint64_t limit = PAGE_USUAL;

	out->before = UINT64_MAX;
	if (!param_u64(x, "limit", 1, PARAM_PAGE_MAX, &limit) ||
	    !param_u64(x, "cursor", 1, UINT64_MAX, &out->before))
		return false;
	out->limit = (size_t)limit;
	return true;
}

/* --- members ------------------------------------------------------------------------ */

static bool
is_among(const char *name, const char *const names[])
{
	for (; *names != NULL; names++) {
		if (strcmp(*names, name) == 0)
			return true;
	}
	return false;
}

bool
param_only(struct exchange *x, const cJSON *body, const char *const names[])
{
	for (const cJSON *at = body->child; at != NULL; at = at->next) {
		if (!is_among(at->string, names))
			return param_refuse_member(x, at->string);
	}
	return true;
}

bool
param_member_bool(struct exchange *x, const cJSON *body, const char *name,
    bool *out)
{
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(body, name);

	if (at == NULL)
		return true;
	if (!cJSON_IsBool(at))
		return param_refuse_member(x, name);
	*out = cJSON_IsTrue(at);
	return true;
}

bool
param_member_text(struct exchange *x, const cJSON *body, const char *name,
    const char **out)
{
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(body, name);

	if (at == NULL)
		return true;
	if (!cJSON_IsString(at))
		return param_refuse_member(x, name);
	*out = at->valuestring;
	return true;
}

bool
param_member_int(struct exchange *x, const cJSON *body, const char *name,
    int64_t least, int64_t most, int64_t *out)
{
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(body, name);

	if (at == NULL)
		return true;
	/* in this order the conversion is defined */
	if (!cJSON_IsNumber(at) || !(at->valuedouble >= (double)least) ||
	    !(at->valuedouble <= (double)most) ||
	    (double)(int64_t)at->valuedouble != at->valuedouble)
		return param_refuse_member(x, name);
	*out = (int64_t)at->valuedouble;
	return true;
}
