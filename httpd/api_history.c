/* What happened: changes of a company, phones it was linked to, the log. */
#include "httpd/api.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/app.h"
#include "core/app/json.h"
#include "core/app/log_ring.h"
#include "core/app/view_json.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/live.h"
#include "httpd/param.h"

#define HISTORY_MAX ((size_t)1024 * 1024)
#define LINKS_SHOWN 100         /* more than are kept */

static bool
exists_or_404(struct exchange *x)
{
	struct session_view view;

	if (app_view(x->httpd->app, x->company, &view))
		return true;
	answer_error(x, API_SESSION_NOT_FOUND);
	return false;
}

static bool
is_given(const struct exchange *x, const char *name)
{
	return request_param(&x->req, name) != NULL;
}

/* Cursors are text: a number of 64 bits is not one in JavaScript. */
static enum err
put_cursor(struct buf *out, bool has_more, uint64_t last)
{
	return has_more ? buf_printf(out, ",\"nextCursor\":\"%llu\"",
	    (unsigned long long)last) : buf_str(out, ",\"nextCursor\":null");
}

/* --- history --------------------------------------------------------------------------- */

static enum err
put_changes(struct buf *out, const struct app_change *changes, size_t n,
    enum lang lang)
{
	enum err err = buf_str(out, "\"items\":[");

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		if (i > 0)
			err = buf_u8(out, ',');
		if (err == ERR_OK)
			err = history_json(&changes[i], lang, out);
	}
	return err == ERR_OK ? buf_u8(out, ']') : err;
}

static cJSON *
links_json(struct app *app, const char *company)
{
	struct app_link_record records[LINKS_SHOWN];
	const size_t n = app_links(app, company, records, LINKS_SHOWN);
	cJSON *links = cJSON_CreateArray();

	for (size_t i = 0; i < n; i++) {
		cJSON *o = cJSON_CreateObject();

		json_add_time(o, "at", records[i].at_ms);
		json_add_text(o, "phoneNumber", records[i].phone);
		json_add_text(o, "platform", records[i].platform);
		cJSON_AddItemToArray(links, o);
	}
	return links;
}

static enum err
put_history(struct exchange *x, const struct param_page *page,
    struct buf *out)
{
	/* one more than asked for tells whether there is a next page */
	struct app_change *changes = xcalloc(page->limit + 1,
	    sizeof *changes);
	size_t n = app_history(x->httpd->app, x->company,
	    page->before == UINT64_MAX ? 0 : page->before, changes,
	    page->limit + 1);
	const bool has_more = n > page->limit;
	enum err err;

	if (has_more)
		n = page->limit;
	if ((err = buf_u8(out, '{')) == ERR_OK &&
	    (err = put_changes(out, changes, n, x->lang)) == ERR_OK &&
	    (err = put_cursor(out, has_more,
	    n > 0 ? changes[n - 1].seq : 0)) == ERR_OK &&
	    (err = buf_str(out, ",\"links\":")) == ERR_OK &&
	    (err = json_put(links_json(x->httpd->app, x->company),
	    out)) == ERR_OK)
		err = buf_u8(out, '}');
	free(changes);
	return err;
}

void
api_history(struct exchange *x)
{
	struct param_page page;
	struct buf json;

	if (!exists_or_404(x) || !param_page(x, &page))
		return;
	buf_init(&json, HISTORY_MAX);
	if (put_history(x, &page, &json) == ERR_OK)
		answer_text(x, 200, &json);
	else
		answer_error(x, API_INTERNAL_ERROR);
	buf_finish(&json);
}

/* --- log ---------------------------------------------------------------------------------- */

static bool
param_level(struct exchange *x, enum log_level *out)
{
	const char *name = request_param(&x->req, "level");

	*out = LOG_DEBUG;
	if (name == NULL)
		return true;
	for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
		if (strcmp(log_level_name((enum log_level)i), name) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	answer_error_word(x, API_INVALID_REQUEST, WORD_HTTP_BAD_PARAMETER,
	    &(struct words_args){ .reason = "level" });
	return false;
}

static cJSON *
line_json(const struct log_line *line)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "seq", (double)line->seq);
	json_add_time(o, "at", line->at_ms);
	cJSON_AddStringToObject(o, "level", log_level_name(line->level));
	cJSON_AddStringToObject(o, "text", line->text);
	json_add_text(o, "companyId", line->company);
	return o;
}

static void
answer_lines(struct exchange *x, const struct log_filter *filter,
    const struct param_page *page)
{
	const struct log_ring *ring = app_log(x->httpd->app);
	cJSON *data = cJSON_CreateObject();
	cJSON *items = cJSON_AddArrayToObject(data, "items");
	uint64_t before = page->before;
	struct log_line line;
	char cursor[24];
	size_t n = 0;

	while (n < page->limit &&
	    log_ring_before(ring, before, filter, &line)) {
		cJSON_AddItemToArray(items, line_json(&line));
		before = line.seq;
		n++;
	}
	str_format(cursor, sizeof cursor, "%llu", (unsigned long long)before);
	json_add_text(data, "nextCursor", n > 0 &&
	    log_ring_before(ring, before, filter, &line) ? cursor : "");
	answer_data(x, data);
}

static void
answer_log(struct exchange *x, const char *company)
{
	struct log_filter filter = { .company = company };
	struct param_page page;

	if (!param_level(x, &filter.least))
		return;
	if (is_given(x, "follow"))
		live_log_stream(x, company, filter.least);
	else if (param_page(x, &page))
		answer_lines(x, &filter, &page);
}

void
api_session_log(struct exchange *x)
{
	if (exists_or_404(x))
		answer_log(x, x->company);
}

void
api_log(struct exchange *x)
{
	answer_log(x, NULL);
}
