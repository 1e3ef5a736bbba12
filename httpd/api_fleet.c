/* GET /api/whatsapp/sessions: the companies, a page at a time. */
#include <string.h>

#include "core/app/json.h"
#include "core/app/traffic_json.h"
#include "core/base/clock.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/api.h"
#include "httpd/fleet_query.h"
#include "httpd/impl.h"
#include "httpd/status_cache.h"

#define LIST_MAX ((size_t)15 * 1024 * 1024)     /* the longest page of all */

struct list_page {
	struct exchange *x;
	const struct fleet_query *query;
	int64_t now_ms;
	struct buf json;
	enum err err;
	size_t total, connected;        /* of all that the query takes */
	size_t count;                   /* on the page */
	char last[COMPANY_ID_MAX + 1];  /* of the page */
	bool has_more;
};

static enum err
put_status(struct list_page *page, const struct session_view *view)
{
	size_t size = 0;
	const void *object = status_cache_object(page->x->httpd->statuses,
	    view, page->x->lang, answer_audience(page->x), page->now_ms,
	    &size);
	enum err err = ERR_OK;

	if (object == NULL)
		return ERR_NO_MEMORY;
	if (page->count > 0)
		err = buf_u8(&page->json, ',');
	if (err == ERR_OK)
		err = buf_append(&page->json, object, size);
	return err == ERR_OK ? buf_u8(&page->json, '}') : err;
}

static void
on_company(void *ctx, const struct session_view *view)
{
	struct list_page *page = ctx;

	if (!fleet_query_takes(page->query, view))
		return;
	page->total++;
	page->connected += view->connected;
	if (strcmp(view->company, page->query->cursor) <= 0)
		return;
	if (page->count == page->query->limit) {
		page->has_more = true;
		return;
	}
	if (page->err == ERR_OK)
		page->err = put_status(page, view);
	page->count++;
	(void)str_copy(page->last, sizeof page->last, view->company);
}

/* How all together are doing, whatever the query takes. */
static enum err
put_fleet(struct list_page *page)
{
	struct traffic_view view;
	enum err err;

	app_traffic(page->x->httpd->app, &view);
	if ((err = buf_str(&page->json, ",\"fleet\":")) != ERR_OK)
		return err;
	return json_put(traffic_json(&view, page->x->lang), &page->json);
}

static enum err
put_page(struct list_page *page)
{
	const char *quote;
	enum err err = buf_str(&page->json, "{\"sessions\":[");

	if (err != ERR_OK)
		return err;
	app_each(page->x->httpd->app, on_company, page);
	if (page->err != ERR_OK)
		return page->err;
	quote = page->has_more ? "\"" : "";
	if ((err = buf_printf(&page->json, "],\"total\":%zu,"
	    "\"connected\":%zu,\"disconnected\":%zu,\"nextCursor\":%s%s%s",
	    page->total, page->connected, page->total - page->connected,
	    quote, page->has_more ? page->last : "null", quote)) != ERR_OK ||
	    (err = put_fleet(page)) != ERR_OK)
		return err;
	return buf_u8(&page->json, '}');
}

void
api_sessions(struct exchange *x)
{
	struct fleet_query query;
	const char *bad = fleet_query_read(&x->req, &query);
	struct list_page page = { .x = x, .query = &query,
	    .now_ms = clock_wall_ms(clock_system()) };

	if (bad != NULL) {
		answer_error_word(x, API_INVALID_REQUEST,
		    WORD_HTTP_BAD_PARAMETER,
		    &(struct words_args){ .reason = bad });
		return;
	}
	buf_init(&page.json, LIST_MAX);
	if (put_page(&page) == ERR_OK)
		answer_text(x, 200, &page.json);
	else
		answer_error(x, API_INTERNAL_ERROR);
	buf_finish(&page.json);
}
