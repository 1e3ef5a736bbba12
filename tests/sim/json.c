#include "tests/sim/json.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

const char *
json_text(const cJSON *o, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

int64_t
json_int(const cJSON *o, const char *key, int64_t fallback)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
	char *end;
	long long n;

	if (cJSON_IsNumber(v))
		return (int64_t)v->valuedouble;
	if (!cJSON_IsString(v) || v->valuestring[0] == '\0')
		return fallback;
	n = strtoll(v->valuestring, &end, 10);
	return *end == '\0' ? n : fallback;
}

bool
json_bool(const cJSON *o, const char *key, bool fallback)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

	if (cJSON_IsBool(v))
		return cJSON_IsTrue(v);
	if (cJSON_IsNumber(v))
		return v->valueint != 0;
	if (!cJSON_IsString(v))
		return fallback;
	return strcmp(v->valuestring, "true") == 0 ||
	    strcmp(v->valuestring, "1") == 0;
}

bool
json_has(const cJSON *o, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

	return v != NULL && !cJSON_IsNull(v);
}

bool
json_is(const cJSON *o, const char *key, const char *value)
{
	const char *s = json_text(o, key);

	return s != NULL && strcmp(s, value) == 0;
}

bool
json_digits(const cJSON *o, const char *key, char *out, size_t size)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

	if (cJSON_IsString(v))
		return str_copy(out, size, v->valuestring);
	if (cJSON_IsNumber(v))
		return str_format(out, size, "%.0f", v->valuedouble);
	return false;
}

/* A scalar as text; "" for what is none. */
static void
scalar(const cJSON *v, char *out, size_t size)
{
	out[0] = '\0';
	if (cJSON_IsNumber(v))
		str_format(out, size, "%.0f", v->valuedouble);
	else if (cJSON_IsBool(v))
		str_copy(out, size, cJSON_IsTrue(v) ? "true" : "false");
	else if (cJSON_IsString(v))
		str_copy(out, size, v->valuestring);
}

bool
json_same(const cJSON *a, const cJSON *b)
{
	char left[256], right[256];

	scalar(a, left, sizeof left);
	scalar(b, right, sizeof right);
	return strcmp(left, right) == 0;
}

void
json_put(cJSON *o, const char *key, const char *text)
{
	if (text != NULL)
		cJSON_AddStringToObject(o, key, text);
}

void
json_put_int(cJSON *o, const char *key, int64_t value)
{
	cJSON_AddNumberToObject(o, key, (double)value);
}

void
json_put_hex(cJSON *o, const char *key, const void *p, size_t n)
{
	char *hex = xcalloc(1, HEX_LEN(n));

	str_to_hex(hex, p, n);
	cJSON_AddStringToObject(o, key, hex);
	free(hex);
}

bool
json_hex(const cJSON *o, const char *key, void *out, size_t n)
{
	const char *s = json_text(o, key);

	return s != NULL && str_from_hex(s, out, n);
}
