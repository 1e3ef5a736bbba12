#include "httpd/event.h"

#include <string.h>

#include "core/app/json.h"
#include "core/base/secret.h"
#include "core/base/str.h"

#define TIME_LEN 25
#define ESCAPED 2               /* a byte of ours takes as many at most */
#define PRINT_SLACK 1024        /* names, times, and what cJSON asks for */

static void
add_time(cJSON *o, const char *name, int64_t wall_ms)
{
	char text[TIME_LEN];

	if (wall_ms == 0) {
		cJSON_AddNullToObject(o, name);
		return;
	}
	str_time_utc(text, sizeof text, wall_ms);
	cJSON_AddStringToObject(o, name, text);
}

/* Without a copy of what may be a secret: text must outlive o. */
static void
add_borrowed(cJSON *o, const char *name, const char *text)
{
	cJSON_AddItemToObject(o, name, cJSON_CreateStringReference(text));
}

/* Deletes o. size: a bound of the texts in it. Printed in place, so that no
 * copy is left behind. */
static enum err
print(cJSON *o, size_t size, struct buf *out)
{
	const size_t start = out->len, room = size * ESCAPED + PRINT_SLACK;
	uint8_t *where;
	enum err err = buf_extend(out, room, &where);

	if (err == ERR_OK) {
		if (cJSON_PrintPreallocated(o, (char *)where, (int)room,
		    false)) {
			buf_truncate(out, start + strlen((char *)where));
		} else {
			buf_truncate(out, start);
			err = ERR_TOO_LARGE;
		}
	}
	cJSON_Delete(o);
	return err;
}

enum err
event_status(const void *object, size_t size, int64_t now_ms,
    struct buf *out)
{
	char text[TIME_LEN];
	enum err err = buf_append(out, object, size);

	str_time_utc(text, sizeof text, now_ms);
	return err != ERR_OK ? err :
	    buf_printf(out, ",\"serverTime\":\"%s\"}", text);
}

enum err
event_qr(const char *company, const struct app_shown *shown, const char *svg,
    int64_t now_ms, struct buf *out)
{
	cJSON *o = cJSON_CreateObject();

	add_borrowed(o, "companyId", company);
	add_borrowed(o, "text", shown->qr);
	add_borrowed(o, "svg", svg);
	cJSON_AddNumberToObject(o, "attempt", shown->qr_attempt);
	cJSON_AddNumberToObject(o, "attemptsLeft", shown->qr_left);
	add_time(o, "expiresAt", shown->qr_expires_ms);
	add_time(o, "windowEndsAt", shown->window_ends_ms);
	add_time(o, "serverTime", now_ms);
	return print(o, strlen(shown->qr) + strlen(svg), out);
}

enum err
event_code(const char *company, const struct app_shown *shown,
    int64_t now_ms, struct buf *out)
{
	char code[sizeof shown->code + 1], phone[PHONE_SIZE + 8];
	cJSON *o = cJSON_CreateObject();
	enum err err;

	str_format(code, sizeof code, "%.4s-%s", shown->code,
	    shown->code + 4);
	add_borrowed(o, "companyId", company);
	add_borrowed(o, "code", code);
	/* masked for all: who reads it need not know the number */
	str_mask_phone(phone, sizeof phone, shown->code_phone);
	add_borrowed(o, "phoneNumber", phone);
	add_time(o, "expiresAt", shown->window_ends_ms);
	add_time(o, "windowEndsAt", shown->window_ends_ms);
	add_time(o, "serverTime", now_ms);
	err = print(o, sizeof code + sizeof phone, out);
	secret_wipe(code, sizeof code);
	return err;
}

enum err
event_error(const char *company, cJSON *error, int64_t now_ms,
    struct buf *out)
{
	cJSON_AddStringToObject(error, "companyId", company);
	add_time(error, "serverTime", now_ms);
	return json_put(error, out);
}

enum err
event_ready(bool full, size_t companies, int64_t now_ms, struct buf *out)
{
	char text[TIME_LEN];

	str_time_utc(text, sizeof text, now_ms);
	return buf_printf(out, "{\"full\":%s,\"companies\":%zu,"
	    "\"serverTime\":\"%s\"}", full ? "true" : "false", companies,
	    text);
}

enum err
event_log(const struct log_line *line, struct buf *out)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "seq", (double)line->seq);
	add_time(o, "at", line->at_ms);
	cJSON_AddStringToObject(o, "level", log_level_name(line->level));
	if (line->company[0] != '\0')
		cJSON_AddStringToObject(o, "companyId", line->company);
	cJSON_AddStringToObject(o, "text", line->text);
	return json_put(o, out);
}
