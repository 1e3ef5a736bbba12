#include "httpd/status_cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/view_json.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define SLOTS 256
#define OBJECT_MAX 16384
#define TIME_LEN 25
#define HEAD "{\"success\":true,\"data\":"
#define TIME_MEMBER ",\"serverTime\":\""

struct slot {
	struct session_view view;
	enum lang lang;
	enum audience audience;
	int64_t second;
	struct buf body;                /* empty: unused */
	size_t time_at;                 /* where serverTime's text begins */
	int64_t time_ms;                /* what it says */
	struct response *response;      /* NULL: not made from it yet */
};

struct status_cache {
	struct slot slots[SLOTS];
};

struct status_cache *
status_cache_create(void)
{
	struct status_cache *c = xcalloc(1, sizeof *c);

	for (size_t i = 0; i < SLOTS; i++)
		buf_init(&c->slots[i].body, OBJECT_MAX);
	return c;
}

static void
clear(struct slot *s)
{
	response_unref(s->response);
	s->response = NULL;
	buf_release(&s->body);
}

void
status_cache_destroy(struct status_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		clear(&c->slots[i]);
	free(c);
}

static struct slot *
slot_of(struct status_cache *c, const char *company, enum lang lang,
    enum audience audience)
{
	uint32_t h = 2166136261u + (uint32_t)lang * AUDIENCE_COUNT +
	    (uint32_t)audience;

	for (const char *p = company; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	return &c->slots[h % SLOTS];
}

static bool
render(struct slot *s, const struct session_view *view, enum lang lang,
    enum audience audience, int64_t now_ms)
{
	char time[TIME_LEN];

	str_time_utc(time, sizeof time, now_ms);
	if (buf_str(&s->body, HEAD) != ERR_OK ||
	    view_json(view, lang, audience, now_ms, &s->body) != ERR_OK)
		return false;
	buf_truncate(&s->body, s->body.len - 1);
	if (buf_str(&s->body, TIME_MEMBER) != ERR_OK)
		return false;
	s->time_at = s->body.len;
	if (buf_printf(&s->body, "%s\"}}", time) != ERR_OK)
		return false;
	s->view = *view;
	s->lang = lang;
	s->audience = audience;
	s->second = now_ms / 1000;
	s->time_ms = now_ms;
	return true;
}

/* The same object a little later. */
static void
refresh(struct slot *s, int64_t now_ms)
{
	char time[TIME_LEN];

	if (now_ms >= s->time_ms && now_ms - s->time_ms < STATUS_FRESH_MS)
		return;
	str_time_utc(time, sizeof time, now_ms);
	memcpy(s->body.data + s->time_at, time, TIME_LEN - 1);
	s->time_ms = now_ms;
	response_unref(s->response);
	s->response = NULL;
}

static struct slot *
get(struct status_cache *c, const struct session_view *view, enum lang lang,
    enum audience audience, int64_t now_ms)
{
	struct slot *s = slot_of(c, view->company, lang, audience);

	/* a view is zeroed before it is filled, so its gaps compare too */
	if (s->body.len > 0 && s->lang == lang &&
	    s->audience == audience &&
	    (s->second == now_ms / 1000 || view->next_attempt_ms == 0) &&
	    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
	    memcmp(&s->view, view, sizeof *view) == 0) {
		refresh(s, now_ms);
		return s;
	}
	clear(s);
	if (render(s, view, lang, audience, now_ms))
		return s;
	clear(s);
	return NULL;
}

const struct buf *
status_cache_body(struct status_cache *c, const struct session_view *view,
    enum lang lang, enum audience audience, int64_t now_ms)
{
	const struct slot *s = get(c, view, lang, audience, now_ms);

	return s == NULL ? NULL : &s->body;
}

const void *
status_cache_object(struct status_cache *c, const struct session_view *view,
    enum lang lang, enum audience audience, int64_t now_ms, size_t *size)
{
	const struct slot *s = get(c, view, lang, audience, now_ms);

	if (s == NULL)
		return NULL;
	*size = s->time_at - strlen(TIME_MEMBER) - strlen(HEAD);
	return s->body.data + strlen(HEAD);
}

struct response *
status_cache_response(struct status_cache *c,
    const struct session_view *view, enum lang lang, enum audience audience,
    int64_t now_ms)
{
	struct slot *s = get(c, view, lang, audience, now_ms);

	if (s != NULL && s->response == NULL) {
		s->response = response_create(200, TYPE_JSON, s->body.data,
		    s->body.len);
		response_field(s->response, "Cache-Control", "no-store");
	}
	return s == NULL ? NULL : s->response;
}
