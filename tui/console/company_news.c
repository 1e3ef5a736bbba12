#include "tui/console/company_news.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/company_read.h"
#include "tui/told.h"

#define RETRY_MS 1000
#define GONE_RETRY_MS 5000
#define REFRESH_MS 20000        /* evidence grows old without an event */
#define ASK_MS 10000
#define PAGE 100

struct company_news {
	struct company_news_params params;
	char company[COMPANY_ID_MAX + 1];
	struct call *stream, *health_call, *history_call;
	struct timer *retry, *refresh;
	bool gone;
	bool wants_history;             /* changed again while it was asked */
	bool is_older;                  /* the page asked for is an older one */
	int64_t lost_ms;
	struct company_state state;
	struct company_health health;
	struct company_change *changes;
	size_t change_count;
	char older[24];                 /* cursor, "" none */
	struct company_link links[COMPANY_LINKS_MAX];
	size_t link_count;
};

static void
tell(struct company_news *n)
{
	n->params.on_change(n->params.ctx);
}

static void
path_of(const struct company_news *n, const char *what, char out[192])
{
	(void)str_format(out, 192, "/api/whatsapp/sessions/%s/%s", n->company,
	    what);
}

/* --- evidence ------------------------------------------------------------- */

static bool
is_same_health(const struct company_health *a, const struct company_health *b)
{
	if (a->is_known != b->is_known ||
	    a->last_answer_ms != b->last_answer_ms ||
	    a->up_since_ms != b->up_since_ms || a->rtt_ms != b->rtt_ms ||
	    a->prekeys != b->prekeys || a->reconnects != b->reconnects ||
	    a->check_count != b->check_count)
		return false;
	for (size_t i = 0; i < a->check_count; i++) {
		if (a->checks[i].ok != b->checks[i].ok ||
		    strcmp(a->checks[i].name, b->checks[i].name) != 0 ||
		    strcmp(a->checks[i].detail, b->checks[i].detail) != 0)
			return false;
	}
	return true;
}

static void
take_health(struct company_news *n, const cJSON *o)
{
	struct company_health *before = xcalloc(1, sizeof *before);

	*before = n->health;
	company_read_health(&n->health, o, n->params.now_ms(n->params.ctx));
	if (!is_same_health(before, &n->health))
		tell(n);
	free(before);
}

static const cJSON *
body_of(const struct client_answer *answer)
{
	const cJSON *data = cJSON_GetObjectItem(answer->json, "data");

	return cJSON_IsObject(data) ? data : answer->json;
}

static void
on_health(void *ctx, const struct client_answer *answer)
{
	struct company_news *n = ctx;

	n->health_call = NULL;
	/* 503 says that it is not healthy, and how */
	if (cJSON_IsArray(cJSON_GetObjectItem(body_of(answer), "checks")))
		take_health(n, body_of(answer));
}

static void
ask_health(struct company_news *n)
{
	char path[192];

	if (n->health_call != NULL)
		return;
	path_of(n, "health", path);
	n->health_call = client_request(n->params.client, "GET", path, NULL,
	    ASK_MS, on_health, n);
}

/* --- history -------------------------------------------------------------- */

static void
insert(struct company_news *n, size_t at, const cJSON *o)
{
	if (n->change_count == COMPANY_CHANGES_MAX) {
		if (at == n->change_count)
			return;
		free(n->changes[--n->change_count].message);
	}
	n->changes = xreallocarray(n->changes, n->change_count + 1,
	    sizeof *n->changes);
	memmove(n->changes + at + 1, n->changes + at,
	    (n->change_count - at) * sizeof *n->changes);
	n->changes[at] = company_read_change(o);
	n->change_count++;
}

static void
forget_changes(struct company_news *n)
{
	while (n->change_count > 0)
		free(n->changes[--n->change_count].message);
	n->older[0] = '\0';
}

/* The newest page: what of it is new goes in front. One that does not reach
 * what is known takes its place, so that nothing is missing in between. */
static void
take_newest(struct company_news *n, const cJSON *items, const char *cursor)
{
	const uint64_t known = n->change_count > 0 ? n->changes[0].seq : 0;
	const cJSON *at;
	bool reaches = false;
	size_t fresh = 0;

	cJSON_ArrayForEach(at, items)
		reaches = reaches ||
		    (uint64_t)told_number(at, "seq") == known;
	if (!reaches) {
		forget_changes(n);
		(void)str_copy(n->older, sizeof n->older, cursor);
	}
	cJSON_ArrayForEach(at, items) {
		if (reaches && (uint64_t)told_number(at, "seq") <= known)
			break;
		insert(n, fresh++, at);
	}
}

static void
take_older(struct company_news *n, const cJSON *items, const char *cursor)
{
	const cJSON *at;

	cJSON_ArrayForEach(at, items)
		insert(n, n->change_count, at);
	(void)str_copy(n->older, sizeof n->older,
	    n->change_count < COMPANY_CHANGES_MAX ? cursor : "");
}

static void
take_links(struct company_news *n, const cJSON *links)
{
	const cJSON *at;

	n->link_count = 0;
	cJSON_ArrayForEach(at, links) {
		if (n->link_count == COMPANY_LINKS_MAX)
			return;
		company_read_link(&n->links[n->link_count++], at);
	}
}

static void ask_newest(struct company_news *n);

static void
on_history(void *ctx, const struct client_answer *answer)
{
	struct company_news *n = ctx;
	const cJSON *o = body_of(answer);
	const cJSON *items = cJSON_GetObjectItem(o, "items");

	n->history_call = NULL;
	if (answer->err != ERR_OK || answer->status != 200)
		return;
	if (n->is_older) {
		take_older(n, items, told_text(o, "nextCursor"));
	} else {
		take_newest(n, items, told_text(o, "nextCursor"));
		take_links(n, cJSON_GetObjectItem(o, "links"));
	}
	if (n->wants_history)
		ask_newest(n);
	tell(n);
}

static void
ask_history(struct company_news *n, const char *cursor)
{
	char path[192], what[80];

	n->is_older = cursor[0] != '\0';
	(void)str_format(what, sizeof what, "history?limit=%d%s%s", PAGE,
	    n->is_older ? "&cursor=" : "", cursor);
	path_of(n, what, path);
	n->history_call = client_request(n->params.client, "GET", path, NULL,
	    ASK_MS, on_history, n);
}

static void
ask_newest(struct company_news *n)
{
	n->wants_history = n->history_call != NULL;
	if (!n->wants_history)
		ask_history(n, "");
}

void
company_news_more(struct company_news *n)
{
	if (n->history_call == NULL && n->older[0] != '\0')
		ask_history(n, n->older);
}

void
company_news_refresh(struct company_news *n)
{
	ask_health(n);
	ask_newest(n);
}

static void
on_refresh(void *ctx)
{
	struct company_news *n = ctx;

	if (!n->gone && n->lost_ms == 0)
		ask_health(n);
	timer_start(n->refresh, REFRESH_MS);
}

/* --- the stream ----------------------------------------------------------- */

static void
on_status(struct company_news *n, const cJSON *o)
{
	const uint64_t version = (uint64_t)told_number(o, "stateVersion");
	const bool is_new = !n->state.is_known || n->lost_ms != 0 ||
	    version != n->state.version;

	n->lost_ms = 0;
	n->gone = false;
	company_read_state(&n->state, o, n->params.lang);
	if (is_new)
		company_news_refresh(n);
	tell(n);
}

/* Codes of a linking attempt come here as well: they are the link view's. */
static void
on_event(void *ctx, const struct sse_event *event)
{
	struct company_news *n = ctx;
	const bool is_status = strcmp(event->name, "status") == 0;
	cJSON *o;

	if ((!is_status && strcmp(event->name, "error") != 0) ||
	    (o = cJSON_Parse(event->data)) == NULL)
		return;
	if (is_status)
		on_status(n, o);
	else if (strcmp(told_text(o, "errorCode"), "SESSION_NOT_FOUND") == 0)
		n->gone = true;
	cJSON_Delete(o);
}

static void
on_end(void *ctx, const struct client_answer *answer)
{
	struct company_news *n = ctx;

	n->stream = NULL;
	n->gone = n->gone ||
	    (answer->err == ERR_OK && answer->status == 404);
	/* it may be added again */
	timer_start(n->retry, n->gone ? GONE_RETRY_MS : RETRY_MS);
	if (!n->gone && n->lost_ms == 0)
		n->lost_ms = n->params.now_ms(n->params.ctx);
	tell(n);
}

static void
start(void *ctx)
{
	struct company_news *n = ctx;
	char path[192];

	path_of(n, "events", path);
	n->stream = client_events(n->params.client, path, "", on_event,
	    on_end, n);
	call_expect(n->stream, CLIENT_SILENCE_MS);
}

/* --- birth and end -------------------------------------------------------- */

struct company_news *
company_news_create(const struct company_news_params *params)
{
	struct company_news *n = xcalloc(1, sizeof *n);

	n->params = *params;
	(void)str_copy(n->company, sizeof n->company, params->company);
	n->params.company = n->company;
	n->retry = timer_create_on(params->loop, start, n);
	n->refresh = timer_create_on(params->loop, on_refresh, n);
	timer_start(n->refresh, REFRESH_MS);
	start(n);
	return n;
}

void
company_news_destroy(struct company_news *n)
{
	if (n == NULL)
		return;
	call_cancel(n->stream);
	call_cancel(n->health_call);
	call_cancel(n->history_call);
	timer_destroy(n->retry);
	timer_destroy(n->refresh);
	forget_changes(n);
	free(n->changes);
	free(n);
}

const struct company_state *
company_state(const struct company_news *n)
{
	return &n->state;
}

const struct company_health *
company_health(const struct company_news *n)
{
	return &n->health;
}

size_t
company_change_count(const struct company_news *n)
{
	return n->change_count;
}

const struct company_change *
company_change_at(const struct company_news *n, size_t i)
{
	return &n->changes[i];
}

size_t
company_link_count(const struct company_news *n)
{
	return n->link_count;
}

const struct company_link *
company_link_at(const struct company_news *n, size_t i)
{
	return &n->links[i];
}

bool
company_is_gone(const struct company_news *n)
{
	return n->gone;
}

int64_t
company_lost_ms(const struct company_news *n)
{
	return n->lost_ms;
}
