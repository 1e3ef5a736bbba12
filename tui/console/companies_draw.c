/* The list of companies on the screen: heads, rows, the line that says what
 * is left out, and what stands there when there are no rows. */
#include <string.h>

#include "core/base/str.h"
#include "tui/console/companies.h"

#define HEAD_FROM_ROWS 4        /* smaller bodies have rows only */
#define FOOT_FIELD_CELLS 12     /* the filter keeps so many */
#define PAGE_CELLS 64           /* of a text that stands alone */
#define PAGE_ROWS 13            /* with less it is only the most important */

/* --- the line below --------------------------------------------------------------- */

static bool
has_foot(const struct companies *v)
{
	const struct prefs *p = console_prefs(v->c);

	return v->is_typing || p->filter[0] != '\0' || p->only_problems ||
	    fleet_tagged(v->fleet) > 0;
}

/* Puts it to the left of *end, if it leaves the filter its room. */
static void
put_left_of(struct area foot, int *end, unsigned style, enum lang lang,
    enum text text, size_t n, size_t m)
{
	char s[128];
	int width;

	text_format(s, sizeof s, lang, text,
	    &(struct words_args){ .n = (int64_t)n, .m = (int64_t)m });
	width = (int)str_width_cells(s);
	if (*end - width - 2 < FOOT_FIELD_CELLS)
		return;
	*end -= width;
	(void)area_text(foot, 0, *end, width, style, s);
	*end -= 2;
}

/* How to get out of it, if there is room for all of that. */
static void
put_hint(struct area foot, int width, enum lang lang, enum text text)
{
	const char *s = text_get(lang, text);

	if (str_width_cells(s) < (size_t)width)
		(void)area_text(foot, 0, 1, width, ROLE_DIM, s);
}

static void
draw_filter(const struct companies *v, struct area foot, int width)
{
	const struct prefs *p = console_prefs(v->c);

	if (v->is_typing || p->filter[0] != '\0')
		(void)area_text(foot, 0, 0, 1, ROLE_STRONG, "/");
	if (v->is_typing)
		input_draw(&v->field, foot, 0, 1, width - 1, ROLE_INPUT);
	else if (p->filter[0] != '\0')
		(void)area_text(foot, 0, 1, width - 1, ROLE_STRONG,
		    p->filter);
	else
		put_hint(foot, width, console_lang(v->c),
		    fleet_tagged(v->fleet) > 0 ? TEXT_COMPANIES_TAG_HINT :
		    TEXT_COMPANIES_PROBLEM_HINT);
}

static void
draw_foot(struct companies *v, struct area foot)
{
	const struct prefs *p = console_prefs(v->c);
	const enum lang lang = console_lang(v->c);
	const size_t tagged = fleet_tagged(v->fleet);
	int end = foot.columns - 1;

	area_fill(foot, ROLE_TEXT);
	if (v->is_typing || p->filter[0] != '\0' || p->only_problems)
		put_left_of(foot, &end, ROLE_STRONG, lang, TEXT_COMPANIES_OF,
		    fleet_shown(v->fleet), fleet_count(v->fleet));
	if (tagged > 0)
		put_left_of(foot, &end, ROLE_TAG, lang,
		    TEXT_COMPANIES_TAGGED, tagged, 0);
	if (p->only_problems)
		put_left_of(foot, &end, ROLE_WAITING, lang,
		    TEXT_COMPANIES_ONLY_PROBLEMS, 0, 0);
	draw_filter(v, foot, end);
}

/* --- no rows ---------------------------------------------------------------------- */

static struct area
page(struct area list)
{
	const int width = list.columns - 4 < PAGE_CELLS ? list.columns - 4 :
	    PAGE_CELLS;

	if (width < 16 || list.rows < 6)
		return area_part(list, 0, 1, -1, -1);
	return area_part(list, list.rows < PAGE_ROWS ? 0 : list.rows / 5,
	    (list.columns - width) / 2, -1, width);
}

static int
put_key(struct area a, int row, const char *key, enum lang lang,
    enum text text)
{
	(void)area_text(a, row, 0, -1, ROLE_STRONG, key);
	return row + area_wrap(area_part(a, row, 3, -1, -1), 0, ROLE_TEXT,
	    text_get(lang, text));
}

static void
draw_welcome(const struct companies *v, struct area list)
{
	const enum lang lang = console_lang(v->c);
	const struct area a = page(list);
	const int gap = a.rows >= PAGE_ROWS ? 1 : 0;
	int row = 0;

	row += area_wrap(a, row, ROLE_STRONG,
	    text_get(lang, TEXT_COMPANIES_WELCOME)) + gap;
	if (a.rows >= PAGE_ROWS)
		row += area_wrap(a, row, ROLE_TEXT,
		    text_get(lang, TEXT_COMPANIES_WHAT)) + gap;
	if (!console_is_read_only(v->c))
		row = put_key(a, row, "a", lang, TEXT_COMPANIES_FIRST);
	row = put_key(a, row, "H", lang, TEXT_COMPANIES_PAGES);
	row = put_key(a, row, "?", lang, TEXT_COMPANIES_KEYS) + gap;
	(void)area_wrap(a, row, ROLE_DIM,
	    text_get(lang, TEXT_COMPANIES_DEMO));
}

static void
draw_none(const struct companies *v, struct area list)
{
	const struct prefs *p = console_prefs(v->c);
	const enum lang lang = console_lang(v->c);
	const struct area a = page(list);
	enum text text;
	char s[WORDS_MAX];

	if (p->filter[0] != '\0')
		text = p->only_problems ? TEXT_COMPANIES_NO_MATCH_PROBLEM :
		    TEXT_COMPANIES_NO_MATCH;
	else
		text = TEXT_COMPANIES_NO_PROBLEM;
	text_format(s, sizeof s, lang, text, &(struct words_args){
	    .reason = p->filter, .n = (int64_t)fleet_count(v->fleet) });
	(void)area_wrap(a, 0, ROLE_TEXT, s);
}

static void
draw_empty(const struct companies *v, struct area list)
{
	const enum feed_state feed = console_feed_state(v->c);

	if (fleet_count(v->fleet) > 0)
		draw_none(v, list);
	else if (feed == FEED_LIVE)
		draw_welcome(v, list);
	else
		(void)area_wrap(page(list), 0, ROLE_DIM,
		    text_get(console_lang(v->c), feed == FEED_LOST ?
		    TEXT_COMPANIES_LOST : TEXT_COMPANIES_LOADING));
}

/* --- all of it ----------------------------------------------------------------------- */

static void
draw_rows(const struct companies *v, struct area list)
{
	const struct cell_env env = {
		.lang = console_lang(v->c),
		.now_ms = console_now_ms(v->c),
		.is_stale = console_is_lost(v->c),
		.has_state = columns_have(&v->columns, COLUMN_STATE),
	};

	for (int i = 0; i < list.rows; i++) {
		const size_t at = v->scroll.top + (size_t)i;

		if (at >= v->scroll.count)
			break;
		columns_draw_row(&v->columns, area_part(list, i, 0, 1, -1),
		    fleet_at(v->fleet, at), &env, at == v->scroll.at);
	}
	/* what a screen reader follows */
	area_cursor(list, (int)(v->scroll.at - v->scroll.top), 0, true);
}

static void
copy_company(const struct companies *v, size_t at, char *out)
{
	out[0] = '\0';
	if (at < v->scroll.count)
		(void)str_copy(out, COMPANY_ID_MAX + 1,
		    fleet_at(v->fleet, at)->company);
}

static void
look(const struct companies *v, struct drawn *d)
{
	const struct scroll *s = &v->scroll;

	*d = (struct drawn){ .shown = s->count,
	    .tagged = fleet_tagged(v->fleet),
	    .paused = fleet_count_paused(v->fleet) };
	for (size_t i = 0; i < NEED_COUNT; i++)
		d->need[i] = fleet_count_need(v->fleet, (enum need)i);
	for (size_t i = 0; i < WA_STATUS_COUNT; i++)
		d->status[i] = fleet_count_status(v->fleet,
		    (enum wa_status)i);
	copy_company(v, s->top, d->first);
	copy_company(v, s->top + s->shown - (s->shown > 0), d->last);
}

bool
companies_differ(struct companies *v, const struct row *row)
{
	const struct scroll *s = &v->scroll;
	struct drawn now;
	size_t at;

	companies_sync(v);
	if (row == NULL)
		return true;
	if (fleet_place(v->fleet, row->company, &at) && at >= s->top &&
	    at - s->top < s->shown)
		return true;
	look(v, &now);
	return memcmp(now.need, v->drawn.need, sizeof now.need) != 0 ||
	    memcmp(now.status, v->drawn.status, sizeof now.status) != 0 ||
	    now.shown != v->drawn.shown || now.tagged != v->drawn.tagged ||
	    now.paused != v->drawn.paused ||
	    strcmp(now.first, v->drawn.first) != 0 ||
	    strcmp(now.last, v->drawn.last) != 0;
}

void
companies_draw(struct companies *v, struct area body)
{
	const struct prefs *p = console_prefs(v->c);
	const int foot = body.rows > 1 && has_foot(v) ? 1 : 0;
	struct area list;

	v->head_rows = body.rows >= HEAD_FROM_ROWS &&
	    fleet_count(v->fleet) > 0 ? 1 : 0;
	list = area_part(body, v->head_rows, 0,
	    body.rows - v->head_rows - foot, -1);
	companies_sync(v);
	scroll_fit(&v->scroll, fleet_shown(v->fleet), (size_t)list.rows);
	columns_layout(body.columns, p->wide, v->skip, &v->columns);
	if (v->head_rows > 0)
		columns_draw_head(&v->columns, area_part(body, 0, 0, 1, -1),
		    console_lang(v->c), p->sort, p->reverse);
	if (v->scroll.count == 0)
		draw_empty(v, list);
	else
		draw_rows(v, list);
	look(v, &v->drawn);
	if (foot > 0)
		draw_foot(v, area_part(body, body.rows - 1, 0, 1, -1));
}
