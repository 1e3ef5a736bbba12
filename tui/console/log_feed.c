/*
 * The stream first: its first line says which ones are older, and those are
 * asked for by pages. Until they have come the stream's lines wait, so that
 * all of them are taken in their order. A stream that was lost goes on where
 * it ended.
 */
#include "tui/console/log_feed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/told.h"

#define RETRY_MS 1000
#define ASK_MS 10000
#define PAGE 500
#define PAGES_MAX 4             /* a core keeps no more */
#define WAITING_MAX 2000        /* lines */

struct log_feed {
	struct loop *loop;
	struct client *client;
	char path[128];
	struct log_lines *lines;
	loop_fn on_change;
	void *ctx;
	struct call *stream, *page;
	struct timer *retry;
	bool lost;
	bool is_fresh;                  /* the stream has told nothing yet */
	char last_id[SSE_NAME_MAX];     /* the stream goes on behind it */
	char boot[SSE_NAME_MAX];        /* which start of the core it is */
	uint64_t seen;                  /* the last line taken of that one */
	bool is_paging;
	cJSON *pages;                   /* arrays, the newest first */
	cJSON *waiting;                 /* lines of the stream */
};

static void ask_page(struct log_feed *f, uint64_t before);

/* --- taking --------------------------------------------------------------- */

/* Lines that are known already come again after a lost connection. */
static void
take(struct log_feed *f, const cJSON *line)
{
	const uint64_t seq = (uint64_t)told_number(line, "seq");

	if (seq <= f->seen)
		return;
	if (log_lines_add(f->lines, line))
		f->seen = seq;
}

static void
take_all(struct log_feed *f)
{
	const cJSON *at;

	for (int i = cJSON_GetArraySize(f->pages) - 1; i >= 0; i--) {
		const cJSON *items = cJSON_GetArrayItem(f->pages, i);

		/* linked both ways: an index would walk each time */
		for (at = items->child != NULL ? items->child->prev : NULL;
		    at != NULL; at = at == items->child ? NULL : at->prev)
			take(f, at);
	}
	cJSON_ArrayForEach(at, f->waiting)
		take(f, at);
	cJSON_Delete(f->pages);
	cJSON_Delete(f->waiting);
	f->pages = f->waiting = NULL;
	f->is_paging = false;
	f->on_change(f->ctx);
}

/* --- pages ---------------------------------------------------------------- */

static bool
reaches(const struct log_feed *f, const cJSON *items)
{
	const cJSON *oldest = items->child != NULL ? items->child->prev : NULL;

	return oldest == NULL ||
	    (uint64_t)told_number(oldest, "seq") <= f->seen + 1;
}

static void
on_page(void *ctx, const struct client_answer *answer)
{
	struct log_feed *f = ctx;
	const cJSON *data = cJSON_GetObjectItem(answer->json, "data");
	const cJSON *items = cJSON_GetObjectItem(data, "items");
	uint64_t before = 0;

	f->page = NULL;
	if (!cJSON_IsArray(items)) {
		take_all(f);
		return;
	}
	cJSON_AddItemToArray(f->pages, cJSON_Duplicate(items, true));
	if (reaches(f, items) || cJSON_GetArraySize(f->pages) == PAGES_MAX ||
	    !str_to_u64(told_text(data, "nextCursor"), UINT64_MAX, &before))
		take_all(f);
	else
		ask_page(f, before);
}

static void
ask_page(struct log_feed *f, uint64_t before)
{
	char path[192];

	(void)str_format(path, sizeof path, "%s?limit=%d&cursor=%" PRIu64,
	    f->path, PAGE, before);
	f->page = client_request(f->client, "GET", path, NULL, ASK_MS,
	    on_page, f);
}

static void
begin_pages(struct log_feed *f, uint64_t before)
{
	f->is_paging = true;
	f->pages = cJSON_CreateArray();
	f->waiting = cJSON_CreateArray();
	ask_page(f, before);
}

/* --- the stream ----------------------------------------------------------- */

/* "boot-seq": a core that was started anew counts from 1. */
static void
look_at_boot(struct log_feed *f, const char *id)
{
	const char *dash = strrchr(id, '-');
	char boot[SSE_NAME_MAX];

	if (dash == NULL)
		return;
	(void)str_format(boot, sizeof boot, "%.*s", (int)(dash - id), id);
	if (strcmp(boot, f->boot) == 0)
		return;
	(void)str_copy(f->boot, sizeof f->boot, boot);
	f->seen = 0;
}

static void
on_event(void *ctx, const struct sse_event *event)
{
	struct log_feed *f = ctx;
	cJSON *line;
	uint64_t seq;

	if (strcmp(event->name, "log") != 0 ||
	    (line = cJSON_Parse(event->data)) == NULL)
		return;
	look_at_boot(f, event->id);
	(void)str_copy(f->last_id, sizeof f->last_id, event->id);
	seq = (uint64_t)told_number(line, "seq");
	if (f->is_fresh && f->seen == 0 && seq > 1)
		begin_pages(f, seq);
	f->is_fresh = false;
	if (!f->is_paging) {
		take(f, line);
		cJSON_Delete(line);
		f->on_change(f->ctx);
	} else if (cJSON_GetArraySize(f->waiting) < WAITING_MAX) {
		cJSON_AddItemToArray(f->waiting, line);
	} else {
		cJSON_Delete(line);
	}
}

static void
stop(struct log_feed *f)
{
	call_cancel(f->stream);
	call_cancel(f->page);
	f->stream = f->page = NULL;
	if (f->is_paging)
		take_all(f);
}

static void
on_end(void *ctx, const struct client_answer *answer)
{
	struct log_feed *f = ctx;

	(void)answer;
	f->stream = NULL;
	stop(f);
	f->lost = true;
	timer_start(f->retry, RETRY_MS);
	f->on_change(f->ctx);
}

/* It answers again, and may have nothing new to tell. */
static void
on_begin(void *ctx)
{
	struct log_feed *f = ctx;

	if (!f->lost)
		return;
	f->lost = false;
	f->on_change(f->ctx);
}

static void
start(void *ctx)
{
	struct log_feed *f = ctx;
	char path[160];

	f->is_fresh = true;
	(void)str_format(path, sizeof path, "%s?follow=1", f->path);
	f->stream = client_events(f->client, path, "", on_event,
	    on_end, f);
	call_expect(f->stream, CLIENT_SILENCE_MS);
	call_on_begin(f->stream, on_begin, f);
}

/* --- birth and end -------------------------------------------------------- */

struct log_feed *
log_feed_create(struct loop *loop, struct client *client,
    const char *company, struct log_lines *lines, loop_fn on_change,
    void *ctx)
{
	struct log_feed *f = xcalloc(1, sizeof *f);

	f->loop = loop;
	f->client = client;
	f->lines = lines;
	f->on_change = on_change;
	f->ctx = ctx;
	f->retry = timer_create_on(loop, start, f);
	if (company[0] == '\0')
		(void)str_copy(f->path, sizeof f->path, "/api/whatsapp/log");
	else
		(void)str_format(f->path, sizeof f->path,
		    "/api/whatsapp/sessions/%s/log", company);
	start(f);
	return f;
}

void
log_feed_destroy(struct log_feed *f)
{
	if (f == NULL)
		return;
	call_cancel(f->stream);
	call_cancel(f->page);
	timer_destroy(f->retry);
	cJSON_Delete(f->pages);
	cJSON_Delete(f->waiting);
	free(f);
}

bool
log_feed_is_lost(const struct log_feed *f)
{
	return f->lost;
}
