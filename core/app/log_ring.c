#include "core/app/log_ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"

struct kept {
	char *text;
	int64_t at_ms;
	enum log_level level;
};

struct log_listener {
	struct list link;
	struct log_ring *ring;
	log_listener_fn fn;             /* NULL once it has left */
	void *ctx;
	uint64_t since;                 /* hears what has a later number */
};

struct log_ring {
	struct kept lines[LOG_RING_LINES];      /* by seq modulo their count */
	uint64_t first, last;           /* seq; first > last: empty */
	size_t bytes;
	struct list listeners;
	bool telling;
};

static const struct kept *
line_at(const struct log_ring *r, uint64_t seq)
{
	return &r->lines[seq % LOG_RING_LINES];
}

/* --- what a line says -------------------------------------------------------- */

/* The time it begins with (core/base/log.h); 0 if it does not. */
static int64_t
time_of(const char *line)
{
	struct tm tm = { 0 };
	unsigned ms = 0;

	if (sscanf(line, "%4d-%2d-%2dT%2d:%2d:%2d.%3uZ", &tm.tm_year,
	    &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
	    &ms) != 7)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return (int64_t)timegm(&tm) * 1000 + ms;
}

/* Whom it is about: the fact's first word, or it is about nobody. What comes
 * behind may be foreign text. */
static void
company_of(const char *line, char out[COMPANY_ID_MAX + 1])
{
	static const char key[] = "session=";
	const char *at = strstr(line, " mod=");
	size_t n;

	out[0] = '\0';
	if (at == NULL || (at = strchr(at + 1, ' ')) == NULL ||
	    strncmp(++at, key, strlen(key)) != 0)
		return;
	at += strlen(key);
	n = strcspn(at, " ");
	if (n <= COMPANY_ID_MAX) {
		memcpy(out, at, n);
		out[n] = '\0';
	}
}

/* --- keeping ------------------------------------------------------------------ */

struct log_ring *
log_ring_create(void)
{
	struct log_ring *r = xcalloc(1, sizeof *r);

	list_init(&r->listeners);
	r->first = 1;
	return r;
}

static void
drop_oldest(struct log_ring *r)
{
	struct kept *line = &r->lines[r->first++ % LOG_RING_LINES];

	r->bytes -= strlen(line->text) + 1;
	free(line->text);
	line->text = NULL;
}

static void
sweep_listeners(struct log_ring *r)
{
	LIST_EACH_SAFE(at, &r->listeners) {
		struct log_listener *l =
		    CONTAINER_OF(at, struct log_listener, link);

		if (l->fn == NULL) {
			list_remove(at);
			free(l);
		}
	}
}

void
log_ring_destroy(struct log_ring *r)
{
	if (r == NULL)
		return;
	while (r->first <= r->last)
		drop_oldest(r);
	LIST_EACH_SAFE(at, &r->listeners)
		free(CONTAINER_OF(at, struct log_listener, link));
	free(r);
}

static void
keep(struct log_ring *r, enum log_level level, const char *text)
{
	const size_t n = strlen(text) + 1;

	while (r->first <= r->last && (r->bytes + n > LOG_RING_BYTES ||
	    r->last - r->first + 1 == LOG_RING_LINES))
		drop_oldest(r);
	r->bytes += n;
	r->lines[++r->last % LOG_RING_LINES] = (struct kept){
	    .text = xstrdup(text),
	    .at_ms = time_of(text),
	    .level = level,
	};
}

static void
tell(struct log_ring *r, const struct log_line *newest)
{
	struct log_line line = *newest;
	char text[LOG_LINE_MAX + 2];

	/* a copy: what listeners cause may push the line out */
	str_copy(text, sizeof text, newest->text);
	line.text = text;
	r->telling = true;
	LIST_EACH(at, &r->listeners) {
		struct log_listener *l =
		    CONTAINER_OF(at, struct log_listener, link);

		if (l->fn != NULL && l->since < line.seq)
			l->fn(l->ctx, &line);
	}
	r->telling = false;
	sweep_listeners(r);
}

void
log_ring_tap(void *ctx, enum log_level level, const char *text)
{
	static const struct log_filter all;
	struct log_ring *r = ctx;
	struct log_line line;

	keep(r, level, text);
	if (!r->telling && !list_is_empty(&r->listeners) &&
	    log_ring_before(r, UINT64_MAX, &all, &line))
		tell(r, &line);
}

struct log_listener *
log_ring_listen(struct log_ring *r, log_listener_fn fn, void *ctx)
{
	struct log_listener *l = xcalloc(1, sizeof *l);

	l->ring = r;
	l->fn = fn;
	l->ctx = ctx;
	l->since = r->last;
	list_append(&r->listeners, &l->link);
	return l;
}

void
log_ring_unlisten(struct log_listener *l)
{
	if (l == NULL)
		return;
	l->fn = NULL;
	/* else after the line that is on its way through */
	if (!l->ring->telling)
		sweep_listeners(l->ring);
}

/* --- reading ------------------------------------------------------------------ */

/* Whether it is wanted; then *out is it. */
static bool
take(const struct log_ring *r, uint64_t seq, const struct log_filter *filter,
    struct log_line *out)
{
	const struct kept *kept = line_at(r, seq);
	char company[COMPANY_ID_MAX + 1];

	if (kept->level < filter->least)
		return false;
	company_of(kept->text, company);
	if (filter->company != NULL && strcmp(company, filter->company) != 0)
		return false;
	*out = (struct log_line){
	    .seq = seq,
	    .at_ms = kept->at_ms,
	    .level = kept->level,
	    .text = kept->text,
	};
	str_copy(out->company, sizeof out->company, company);
	return true;
}

bool
log_ring_before(const struct log_ring *r, uint64_t before,
    const struct log_filter *filter, struct log_line *out)
{
	uint64_t seq = before > r->last ? r->last + 1 : before;

	while (seq-- > r->first) {
		if (take(r, seq, filter, out))
			return true;
	}
	return false;
}

bool
log_ring_after(const struct log_ring *r, uint64_t after,
    const struct log_filter *filter, struct log_line *out)
{
	uint64_t seq = after < r->first ? r->first : after + 1;

	for (; seq <= r->last && seq != 0; seq++) {
		if (take(r, seq, filter, out))
			return true;
	}
	return false;
}
