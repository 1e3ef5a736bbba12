/* What the files here that write JSON have in common. */
#ifndef PAIRDESK_APP_JSON_H
#define PAIRDESK_APP_JSON_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/buf.h"

/* ISO 8601 in UTC; 0 is null. */
void json_add_time(cJSON *o, const char *name, int64_t wall_ms);
/* "" is null. */
void json_add_text(cJSON *o, const char *name, const char *text);
/* Appends o without line breaks, and frees it in any case. */
MUST_CHECK enum err json_put(cJSON *o, struct buf *out);

#endif
