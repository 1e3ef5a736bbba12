#include "core/app/json.h"

#include <stdlib.h>

#include "core/base/str.h"

#define TIME_LEN 25

void
json_add_time(cJSON *o, const char *name, int64_t wall_ms)
{
	char text[TIME_LEN];

	if (wall_ms == 0) {
		cJSON_AddNullToObject(o, name);
		return;
	}
	str_time_utc(text, sizeof text, wall_ms);
	cJSON_AddStringToObject(o, name, text);
}

void
json_add_text(cJSON *o, const char *name, const char *text)
{
	if (text[0] == '\0')
		cJSON_AddNullToObject(o, name);
	else
		cJSON_AddStringToObject(o, name, text);
}

enum err
json_put(cJSON *o, struct buf *out)
{
	char *printed = cJSON_PrintUnformatted(o);
	enum err err;

	cJSON_Delete(o);
	if (printed == NULL)
		return ERR_NO_MEMORY;
	err = buf_str(out, printed);
	free(printed);
	return err;
}
