#include "httpd/link_steps.h"

#include <string.h>

#include "core/base/str.h"

static void
add_named(cJSON *steps, const char *phone, const char *step)
{
	char text[WORDS_MAX];

	str_format(text, sizeof text, "%s: %s", phone, step);
	cJSON_AddItemToArray(steps, cJSON_CreateString(text));
}

cJSON *
link_steps_json(enum lang lang)
{
	const char *android[WORDS_STEPS_MAX], *iphone[WORDS_STEPS_MAX];
	const size_t n = words_steps(lang, HOW_CODE_ANDROID, android);
	const size_t m = words_steps(lang, HOW_CODE_IPHONE, iphone);
	cJSON *steps = cJSON_CreateArray();

	for (size_t i = 0; i < n || i < m; i++) {
		if (i < n && i < m && strcmp(android[i], iphone[i]) == 0) {
			cJSON_AddItemToArray(steps,
			    cJSON_CreateString(android[i]));
			continue;
		}
		if (i < n)
			add_named(steps, "Android", android[i]);
		if (i < m)
			add_named(steps, "iPhone", iphone[i]);
	}
	return steps;
}
