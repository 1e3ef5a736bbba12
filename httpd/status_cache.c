#include "httpd/status_cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/view_json.h"
#include "core/base/mem.h"

#define SLOTS 256
#define OBJECT_MAX 16384

struct slot {
	struct session_view view;
	enum lang lang;
	int64_t second;
	struct buf json;                /* empty: unused */
};

struct status_cache {
	struct slot slots[SLOTS];
};

struct status_cache *
status_cache_create(void)
{
	struct status_cache *c = xcalloc(1, sizeof *c);

	for (size_t i = 0; i < SLOTS; i++)
		buf_init(&c->slots[i].json, OBJECT_MAX);
	return c;
}

void
status_cache_destroy(struct status_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		buf_finish(&c->slots[i].json);
	free(c);
}

static struct slot *
slot_of(struct status_cache *c, const char *company, enum lang lang)
{
	uint32_t h = 2166136261u + (uint32_t)lang;

	for (const char *p = company; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	return &c->slots[h % SLOTS];
}

const struct buf *
status_cache_get(struct status_cache *c, const struct session_view *view,
    enum lang lang, int64_t now_ms)
{
	struct slot *s = slot_of(c, view->company, lang);

	/* a view is zeroed before it is filled, so its gaps compare too */
	if (s->json.len > 0 && s->lang == lang &&
	    (s->second == now_ms / 1000 || view->next_attempt_ms == 0) &&
	    memcmp(&s->view, view, sizeof *view) == 0)
		return &s->json;
	buf_clear(&s->json);
	if (view_json(view, lang, now_ms, &s->json) != ERR_OK)
		return NULL;
	buf_truncate(&s->json, s->json.len - 1);
	s->view = *view;
	s->lang = lang;
	s->second = now_ms / 1000;
	return &s->json;
}
