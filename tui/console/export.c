#include "tui/console/export.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "core/app/json.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/file.h"

#define EXPORT_MAX ((size_t)64 * 1024 * 1024)   /* more than companies can be */
#define NEXT_MAX 128
#define TIME_LEN 25

/* --- what a row has --------------------------------------------------------------- */

enum kind { KIND_TEXT, KIND_NUMBER, KIND_BOOL, KIND_TIME };

struct cell {
	const char *name;               /* as in the API, where that has it */
	enum kind kind;
	const char *text;
	int64_t number;                 /* also a time, and a truth */
};

#define CELLS 16

static struct cell
text_cell(const char *name, const char *text)
{
	return (struct cell){ .name = name, .kind = KIND_TEXT, .text = text };
}

static struct cell
number_cell(const char *name, enum kind kind, int64_t number)
{
	return (struct cell){ .name = name, .kind = kind, .number = number };
}

/* next: what comes next, filled by the caller. */
static void
cells_of(const struct row *row, const char *next, enum lang lang,
    struct cell out[CELLS])
{
	const struct cell cells[] = {
		text_cell("companyId", row->company),
		text_cell("name", row->name),
		text_cell("phoneNumber", row->phone),
		text_cell("status", wa_status_name(row->status)),
		text_cell("reason", wa_reason_name(row->reason)),
		text_cell("statusText", row_word(row, lang)),
		text_cell("nextStep", next),
		number_cell("connected", KIND_BOOL, row->connected),
		number_cell("paused", KIND_BOOL, row->paused),
		number_cell("since", KIND_TIME, row->since_ms),
		number_cell("lastSeen", KIND_TIME, row->last_seen_ms),
		number_cell("reconnectAttempts", KIND_NUMBER,
		    row->reconnects),
		number_cell("nextAttemptAt", KIND_TIME, row->next_attempt_ms),
		number_cell("until", KIND_TIME, row->until_ms),
		text_cell("pinnedPhoneNumber", row->pinned),
		number_cell("priority", KIND_NUMBER, row->priority),
	};

	_Static_assert(ARRAY_LEN(cells) == CELLS, "all have room");
	memcpy(out, cells, sizeof cells);
}

/* --- CSV ------------------------------------------------------------------------------ */

/* Spreadsheets run what begins so, quoted or not. */
static bool
is_formula(const char *text)
{
	return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

static enum err
put_field(const char *text, struct buf *out)
{
	const bool formula = is_formula(text);
	enum err err;

	if (!formula && strpbrk(text, ",\"\r\n") == NULL)
		return buf_str(out, text);
	err = buf_str(out, formula ? "\"'" : "\"");
	for (; *text != '\0' && err == ERR_OK; text++) {
		if (*text == '"')
			err = buf_u8(out, '"');
		if (err == ERR_OK)
			err = buf_u8(out, (uint8_t)*text);
	}
	return err == ERR_OK ? buf_u8(out, '"') : err;
}

static enum err
put_cell(const struct cell *c, struct buf *out)
{
	char time[TIME_LEN];

	switch (c->kind) {
	case KIND_TEXT:
		return put_field(c->text, out);
	case KIND_NUMBER:
		return buf_printf(out, "%lld", (long long)c->number);
	case KIND_BOOL:
		return buf_str(out, c->number != 0 ? "true" : "false");
	case KIND_TIME:
		break;
	}
	if (c->number == 0)
		return ERR_OK;
	str_time_utc(time, sizeof time, c->number);
	return buf_str(out, time);
}

/* heads: their names instead. */
static enum err
put_line(const struct cell *cells, bool heads, struct buf *out)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < CELLS && err == ERR_OK; i++) {
		if (i > 0)
			err = buf_u8(out, ',');
		if (err == ERR_OK)
			err = heads ? put_field(cells[i].name, out) :
			    put_cell(&cells[i], out);
	}
	return err == ERR_OK ? buf_str(out, "\r\n") : err;
}

/* --- JSON ------------------------------------------------------------------------------- */

static enum err
put_object(const struct cell *cells, struct buf *out)
{
	cJSON *o = cJSON_CreateObject();

	for (size_t i = 0; i < CELLS; i++) {
		const struct cell *c = &cells[i];

		switch (c->kind) {
		case KIND_TEXT:
			json_add_text(o, c->name, c->text);
			break;
		case KIND_NUMBER:
			cJSON_AddNumberToObject(o, c->name,
			    (double)c->number);
			break;
		case KIND_BOOL:
			cJSON_AddBoolToObject(o, c->name, c->number != 0);
			break;
		case KIND_TIME:
			json_add_time(o, c->name, c->number);
			break;
		}
	}
	return json_put(o, out);
}

/* --- the list ---------------------------------------------------------------------------- */

static enum err
put_head(enum export_form form, enum lang lang, int64_t now_ms,
    struct buf *out)
{
	static const struct row none = { .name = NULL };
	struct cell cells[CELLS];
	char time[TIME_LEN];

	if (form == EXPORT_CSV) {
		cells_of(&none, "", lang, cells);
		return put_line(cells, true, out);
	}
	str_time_utc(time, sizeof time, now_ms);
	return buf_printf(out, "{\"exportedAt\":\"%s\",\"companies\":[", time);
}

enum err
export_put(const struct fleet *f, enum export_form form, enum lang lang,
    int64_t now_ms, struct buf *out)
{
	enum err err = put_head(form, lang, now_ms, out);
	struct cell cells[CELLS];
	char next[NEXT_MAX];

	for (size_t i = 0; i < fleet_shown(f) && err == ERR_OK; i++) {
		const struct row *row = fleet_at(f, i);

		row_next(row, lang, now_ms, next, sizeof next);
		cells_of(row, next, lang, cells);
		if (form == EXPORT_CSV) {
			err = put_line(cells, false, out);
			continue;
		}
		err = buf_str(out, i > 0 ? ",\n" : "\n");
		if (err == ERR_OK)
			err = put_object(cells, out);
	}
	if (err == ERR_OK && form == EXPORT_JSON)
		err = buf_str(out, "\n]}\n");
	return err;
}

/* --- the file ------------------------------------------------------------------------------ */

static bool
form_of(const char *path, enum export_form *out)
{
	const char *end = strrchr(path, '.');

	if (end == NULL)
		return false;
	*out = strcasecmp(end, ".json") == 0 ? EXPORT_JSON : EXPORT_CSV;
	return *out == EXPORT_JSON || strcasecmp(end, ".csv") == 0;
}

static enum err
write_file(const char *path, const struct buf *text)
{
	const int fd = open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	enum err err;

	if (fd == -1)
		return file_errno();
	err = file_write(fd, text);
	if (close(fd) != 0 && err == ERR_OK)
		err = file_errno();
	/* half a list looks like a whole one */
	if (err != ERR_OK)
		(void)unlink(path);
	return err;
}

static bool
full_path(const char *path, char out[PATH_MAX])
{
	const bool of_home = strncmp(path, "~/", 2) == 0;
	const char *home = getenv("HOME");

	return (!of_home || home != NULL) && str_format(out, PATH_MAX, "%s%s",
	    of_home ? home : "", of_home ? path + 1 : path);
}

void
export_where(const char *path, char *out, size_t size)
{
	char full[PATH_MAX], real[PATH_MAX];

	(void)str_copy(out, size, full_path(path, full) &&
	    realpath(full, real) != NULL ? real : path);
}

enum err
export_file(const struct fleet *f, const char *path, enum lang lang,
    int64_t now_ms)
{
	enum export_form form;
	char full[PATH_MAX];
	struct buf text;
	enum err err;

	if (!form_of(path, &form))
		return ERR_INVALID;
	if (!full_path(path, full))
		return ERR_NOT_FOUND;
	buf_init(&text, EXPORT_MAX);
	err = export_put(f, form, lang, now_ms, &text);
	if (err == ERR_OK)
		err = write_file(full, &text);
	buf_finish(&text);
	return err;
}
