#include "tui/console/header.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/text.h"
#include "tui/console/when.h"
#include "tui/told.h"

#define PART_MAX 96             /* bytes of one */
#define PARTS 18

/*
 * The row is made of parts in the order in which they stand. Counts follow
 * each other with commas; what begins with right stands at the other edge.
 */
struct part {
	char text[PART_MAX];
	unsigned style;
	int rank;               /* 0 goes last */
	bool is_count, is_right, is_shown;
};

struct parts {
	struct part at[PARTS];
	size_t count;
};

static struct part *
add(struct parts *ps, int rank, unsigned style)
{
	struct part *p = &ps->at[ps->count++];

	p->rank = rank;
	p->style = style;
	return p;
}

static void
add_text(struct parts *ps, int rank, unsigned style, const struct header *h,
    enum text text, int64_t n)
{
	struct part *p = add(ps, rank, style);

	text_format(p->text, sizeof p->text, h->lang, text,
	    &(struct words_args){ .n = n });
}

/* Nothing is said of what there is none of. */
static void
add_count(struct parts *ps, int rank, unsigned style, const struct header *h,
    enum text text, size_t n)
{
	if (n == 0)
		return;
	add_text(ps, rank, style, h, text, (int64_t)n);
	ps->at[ps->count - 1].is_count = true;
}

/* --- what there is to say ---------------------------------------------------------- */

/* What follows is of before, which stands in front of it, with the way out. */
static void
add_lost(struct parts *ps, const struct header *h)
{
	struct part *as_of;
	char when[WHEN_MAX];

	add_text(ps, 1, ROLE_BAR_BAD, h, TEXT_HEADER_LOST, 0);
	if (h->lost_ms == 0)
		return;
	when_short(when, sizeof when, h->lang, h->lost_ms, h->now_ms);
	as_of = add(ps, 1, ROLE_BAR);
	text_format(as_of->text, sizeof as_of->text, h->lang,
	    TEXT_HEADER_AS_OF, &(struct words_args){ .reason = when });
}

/* Whatever makes the rows below less than the truth. */
static void
add_feed(struct parts *ps, const struct header *h)
{
	switch (h->feed) {
	case FEED_LOST:
		add_lost(ps, h);
		break;
	case FEED_LOADING:
		add_text(ps, 1, ROLE_BAR_STRONG, h, TEXT_HEADER_LOADING,
		    (int64_t)fleet_count(h->fleet));
		break;
	case FEED_FROZEN:
		add_text(ps, 1, ROLE_BAR_WAITING, h, TEXT_HEADER_FROZEN, 0);
		break;
	case FEED_LIVE:
		break;
	}
}

static int64_t
number_of(const cJSON *o, const char *name)
{
	const cJSON *n = cJSON_GetObjectItem(o, name);

	return cJSON_IsNumber(n) ? (int64_t)n->valuedouble : 0;
}

static enum text
alarm_text(const cJSON *alarm)
{
	const char *kind =
	    cJSON_GetStringValue(cJSON_GetObjectItem(alarm, "kind"));

	if (kind != NULL && strcmp(kind, "version") == 0)
		return TEXT_HEADER_ALARM_VERSION;
	return kind != NULL && strcmp(kind, "agent") == 0 ?
	    TEXT_HEADER_ALARM_AGENT : TEXT_HEADER_ALARM_NETWORK;
}

/* Less than two turns are over before anybody has read it. */
#define WORTH_TELLING 20

/* What is so for many companies at once: an alarm, or when all are back. */
static void
add_fleet(struct parts *ps, const struct header *h)
{
	const cJSON *fleet = cJSON_GetObjectItem(h->listener, "fleet");
	const cJSON *alarm = cJSON_GetObjectItem(fleet, "alarm");
	const int64_t waiting = number_of(fleet, "waiting");
	const int64_t eta = told_time(fleet, "etaAt");
	char when[WHEN_MAX];
	struct part *p;

	if (cJSON_IsObject(alarm)) {
		add_text(ps, 0, ROLE_BAR_BAD, h, alarm_text(alarm),
		    number_of(alarm, "affected"));
	} else if (waiting >= WORTH_TELLING && eta != 0) {
		when_left(when, sizeof when, eta, h->now_ms);
		p = add(ps, 1, ROLE_BAR_WAITING);
		text_format(p->text, sizeof p->text, h->lang,
		    TEXT_HEADER_ETA, &(struct words_args){ .n = waiting,
		    .reason = when });
	}
}

/* Each company is in one of them, so that they sum up. */
static void
add_totals(struct parts *ps, const struct header *h)
{
	const bool is_old = h->feed == FEED_LOST;
	const struct fleet *f = h->fleet;
	const size_t all = fleet_count(f);
	const bool is_all = fleet_count_status(f, WA_STATUS_CONNECTED) == all;

	if (all == 0 && h->feed == FEED_LIVE)
		add_text(ps, 3, ROLE_BAR, h, TEXT_HEADER_NONE, 0);
	add_count(ps, 0, is_old ? ROLE_BAR : ROLE_BAR_BAD, h, TEXT_HEADER_NEED,
	    fleet_count_need(f, NEED_ADMIN));
	add_count(ps, 2, is_old ? ROLE_BAR : ROLE_BAR_WAITING, h, TEXT_HEADER_WAITING,
	    fleet_count_need(f, NEED_PATIENCE));
	add_count(ps, 5, ROLE_BAR, h, TEXT_HEADER_LINKING,
	    fleet_count_need(f, NEED_PHONE));
	add_count(ps, 6, ROLE_BAR, h, TEXT_HEADER_CONNECTING,
	    fleet_count_calm(f, WA_STATUS_CONNECTING));
	add_count(ps, 3, ROLE_BAR, h, is_all ? TEXT_HEADER_ALL :
	    TEXT_HEADER_CONNECTED, fleet_count_calm(f, WA_STATUS_CONNECTED));
	add_count(ps, 7, ROLE_BAR, h, TEXT_HEADER_PAUSED,
	    fleet_count_paused(f));
	/* the core has not come to them yet, or has let them go */
	add_count(ps, 7, ROLE_BAR, h, TEXT_HEADER_IDLE,
	    fleet_count_calm(f, WA_STATUS_IDLE));
	add_count(ps, 7, ROLE_BAR, h, TEXT_HEADER_NOT_LINKED,
	    fleet_count_need(f, NEED_LINK));
}

static void
add_listener(struct parts *ps, const struct header *h)
{
	const cJSON *list = cJSON_GetObjectItem(h->listener, "addresses");
	const int n = cJSON_GetArraySize(list);
	const cJSON *first = cJSON_GetArrayItem(list, 0);
	struct part *p;

	if (!cJSON_IsTrue(cJSON_GetObjectItem(h->listener, "running"))) {
		add_text(ps, 8, ROLE_BAR, h, TEXT_HEADER_LISTENER_OFF, 0);
		return;
	}
	if (!cJSON_IsString(first))
		return;
	p = add(ps, 8, ROLE_BAR);
	(void)str_format(p->text, sizeof p->text, n > 1 ? "%s +%d" : "%s",
	    first->valuestring, n - 1);
}

static void
add_core(struct parts *ps, const struct header *h)
{
	const cJSON *pid = cJSON_GetObjectItem(h->listener, "pid");
	const cJSON *user = cJSON_GetObjectItem(h->listener, "user");
	const cJSON *version = cJSON_GetObjectItem(h->listener, "version");
	struct part *p;

	if (cJSON_IsNumber(pid)) {
		p = add(ps, 10, ROLE_BAR);
		text_format(p->text, sizeof p->text, h->lang,
		    cJSON_IsString(user) ? TEXT_HEADER_CORE_USER :
		    TEXT_HEADER_CORE, &(struct words_args){
		    .n = (int64_t)pid->valuedouble,
		    .holder = cJSON_GetStringValue(user) });
	}
	p = add(ps, 11, ROLE_BAR);
	(void)str_format(p->text, sizeof p->text, "pairdesk%s%s",
	    cJSON_IsString(version) ? " " : "",
	    cJSON_IsString(version) ? version->valuestring : "");
}

static void
collect(struct parts *ps, const struct header *h)
{
	size_t right;

	add_feed(ps, h);
	if (h->feed == FEED_LIVE)
		add_fleet(ps, h);
	if (fleet_count(h->fleet) > 0 && h->feed != FEED_LOADING) {
		struct part *p = add(ps, 4, h->feed == FEED_LOST ?
		    ROLE_BAR : ROLE_BAR_STRONG);

		(void)str_format(p->text, sizeof p->text, "%zu:",
		    fleet_count(h->fleet));
	}
	add_totals(ps, h);
	right = ps->count;
	if (h->read_only)
		add_text(ps, 9, ROLE_BAR_STRONG, h, TEXT_HEADER_READ_ONLY, 0);
	if (h->listener != NULL)
		add_listener(ps, h);
	add_core(ps, h);
	if (h->hint)
		(void)str_format(add(ps, 7, ROLE_BAR_STRONG)->text, PART_MAX,
		    "? %s", text_get(h->lang, TEXT_LABEL_HELP));
	for (size_t i = right; i < ps->count; i++)
		ps->at[i].is_right = true;
}

/* --- what there is room for -------------------------------------------------------------- */

/* What stands between two that are shown; before NULL: the edge. */
static const char *
between(const struct part *before, const struct part *p)
{
	if (before == NULL)
		return " ";
	return before->is_count && p->is_count ? ", " :
	    before->is_right || p->is_right ? "  " : " ";
}

static int
width_of(const struct parts *ps)
{
	const struct part *before = NULL;
	size_t width = 1;

	for (size_t i = 0; i < ps->count; i++) {
		const struct part *p = &ps->at[i];

		if (!p->is_shown)
			continue;
		width += strlen(between(before, p)) +
		    str_width_cells(p->text);
		before = p;
	}
	return (int)width;
}

/* By rank; what has no room is left out, and the next may have some. */
static void
choose(struct parts *ps, int width)
{
	for (int rank = 0; rank < PARTS; rank++) {
		for (size_t i = 0; i < ps->count; i++) {
			if (ps->at[i].rank != rank)
				continue;
			ps->at[i].is_shown = true;
			if (width_of(ps) > width)
				ps->at[i].is_shown = false;
		}
	}
}

/* Those of one side from that column on. */
static int
draw_side(const struct parts *ps, struct area row, bool right, int column)
{
	const struct part *before = NULL;

	for (size_t i = 0; i < ps->count; i++) {
		const struct part *p = &ps->at[i];

		if (!p->is_shown || p->is_right != right)
			continue;
		column += area_text(row, 0, column, -1, ROLE_BAR,
		    between(before, p));
		column += area_text(row, 0, column, -1, p->style, p->text);
		before = p;
	}
	return column;
}

static int
right_width(const struct parts *ps)
{
	struct parts right = { 0 };

	for (size_t i = 0; i < ps->count; i++) {
		if (ps->at[i].is_right)
			right.at[right.count++] = ps->at[i];
	}
	return width_of(&right);
}

void
header_draw(struct area row, const struct header *h)
{
	struct parts ps = { 0 };

	collect(&ps, h);
	choose(&ps, row.columns);
	area_fill(row, ROLE_BAR);
	(void)draw_side(&ps, row, false, 0);
	(void)draw_side(&ps, row, true, row.columns - right_width(&ps));
}
