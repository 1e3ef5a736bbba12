/* The list of companies: where the cursor is, and what keys do. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/companies.h"

#define DAY_MS (24 * 60 * 60 * INT64_C(1000))

/* --- the cursor ------------------------------------------------------------------- */

static void
take_cursor(struct companies *v)
{
	const size_t shown = fleet_shown(v->fleet);

	v->cursor[0] = '\0';
	if (v->scroll.at < shown)
		(void)str_copy(v->cursor, sizeof v->cursor,
		    fleet_at(v->fleet, v->scroll.at)->company);
}

/*
 * The line under the eyes stays where it is and the others move around it;
 * but whoever looks at the top of the list goes on seeing the top, where
 * new trouble turns up.
 */
static void
put_cursor(struct companies *v, size_t at)
{
	struct scroll *s = &v->scroll;
	const size_t line = s->at - s->top;

	if (s->top > 0 || at >= s->shown)
		s->top = at > line ? at - line : 0;
	s->at = at;
	scroll_fit(s, fleet_shown(v->fleet), s->shown);
	take_cursor(v);
}

/* Where the last console was, once it is there; true: found. */
static bool
find_wanted(struct companies *v)
{
	size_t at;

	if (v->has_moved || v->wanted[0] == '\0' ||
	    !fleet_place(v->fleet, v->wanted, &at))
		return false;
	v->has_moved = true;
	v->is_added = false;
	put_cursor(v, at);
	return true;
}

void
companies_sync(struct companies *v)
{
	const uint64_t version = fleet_version(v->fleet);
	size_t at;

	if (version == v->version)
		return;
	v->version = version;
	if (find_wanted(v))
		return;
	/* while companies pour in nobody has chosen one yet */
	if (!v->has_moved && console_feed_state(v->c) == FEED_LOADING)
		put_cursor(v, 0);
	else if (fleet_place(v->fleet, v->cursor, &at))
		put_cursor(v, at);
	else
		put_cursor(v, v->scroll.at);
}

/* A person chose that place. */
static void
moved(struct companies *v)
{
	v->has_moved = true;
	v->is_added = false;
	take_cursor(v);
	(void)str_copy(v->origin, sizeof v->origin, v->cursor);
}

void
companies_move_to(struct companies *v, size_t at)
{
	v->scroll.at = at;
	scroll_fit(&v->scroll, fleet_shown(v->fleet), v->scroll.shown);
	moved(v);
}

/* --- the one that was added ----------------------------------------------------------- */

static void
say_astray(struct companies *v)
{
	const struct row *row = fleet_find(v->fleet, v->wanted);
	enum text text = TEXT_COMPANIES_ADDED_HIDDEN;

	if (row == NULL)
		text = TEXT_COMPANIES_ADDED_AWAITED;
	else if (console_prefs(v->c)->only_problems && !row_is_problem(row))
		text = TEXT_COMPANIES_ADDED_NO_PROBLEM;
	console_say(v->c, row == NULL ? ROLE_NOTICE : ROLE_ERROR, text,
	    &(struct words_args){ .company = v->wanted });
}

bool
companies_is_astray(struct companies *v)
{
	if (v->is_added)
		say_astray(v);
	return v->is_added;
}

static void
view_point(void *view, const char *company)
{
	struct companies *v = view;

	(void)str_copy(v->wanted, sizeof v->wanted, company);
	v->has_moved = false;
	v->is_added = true;
	companies_sync(v);
	/* what is on its way need not be spoken of */
	if (!find_wanted(v) && fleet_find(v->fleet, company) != NULL &&
	    console_scope(v->c) == SCOPE_COMPANIES)
		say_astray(v);
}

/* --- the filter --------------------------------------------------------------------- */

static void
apply_filter(struct companies *v, const char *filter)
{
	struct prefs *p = console_prefs(v->c);
	size_t at = 0;

	(void)str_copy(p->filter, sizeof p->filter, filter);
	fleet_filter(v->fleet, p->filter, console_lang(v->c));
	v->version = fleet_version(v->fleet);
	if (!find_wanted(v)) {
		(void)fleet_place(v->fleet, v->origin, &at);
		put_cursor(v, at);
	}
	console_keep(v->c);
	console_draw(v->c);
}

static void
begin_filter(struct companies *v)
{
	struct prefs *p = console_prefs(v->c);

	v->is_typing = true;
	input_init(&v->field, p->filter, sizeof p->filter - 1);
	(void)str_copy(v->origin, sizeof v->origin, v->cursor);
}

static void
clear_filter(struct companies *v)
{
	v->is_typing = false;
	apply_filter(v, "");
}

static bool
field_key(struct companies *v, const struct key *key)
{
	if (input_key(&v->field, key)) {
		apply_filter(v, v->field.text);
		return true;
	}
	switch (key->name) {
	case K_ENTER:
		v->is_typing = false;
		moved(v);
		return true;
	case K_ESC:
		clear_filter(v);
		return true;
	default:
		return false;
	}
}

static void
switch_problems(struct companies *v)
{
	struct prefs *p = console_prefs(v->c);

	p->only_problems = !p->only_problems;
	fleet_only_problems(v->fleet, p->only_problems);
	companies_sync(v);
	console_keep(v->c);
}

/* --- keys --------------------------------------------------------------------------- */

static void
show(struct companies *v, const struct view_ops *ops)
{
	if (companies_is_astray(v))
		return;
	v->has_moved = true;
	if (v->cursor[0] == '\0')
		console_say(v->c, ROLE_NOTICE, TEXT_COMPANIES_NOBODY, NULL);
	else
		console_show(v->c, ops, v->cursor);
}

/* Linking is with one phone in the hand: tags do not count for it. */
static void
link_one(struct companies *v)
{
	const size_t tagged = fleet_tagged(v->fleet);
	const struct row *row = fleet_find(v->fleet, v->cursor);

	show(v, &view_link);
	if (row != NULL && tagged > (row->tagged ? 1 : 0))
		console_say(v->c, ROLE_NOTICE, TEXT_COMPANIES_LINK_ONE,
		    &(struct words_args){ .n = (int64_t)tagged,
		    .company = row->company });
}

static void
switch_wide(struct companies *v)
{
	struct prefs *p = console_prefs(v->c);
	struct columns cs;

	p->wide = !p->wide;
	v->skip = 0;
	columns_layout(screen_columns(console_screen(v->c)), p->wide, 0, &cs);
	if (p->wide && cs.more_right)
		console_say(v->c, ROLE_NOTICE, TEXT_COMPANIES_WIDE, NULL);
	console_keep(v->c);
}

static bool
scroll_columns(struct companies *v, enum action action)
{
	if (action == ACTION_RIGHT && v->columns.more_right)
		v->skip++;
	else if (action == ACTION_LEFT && v->skip > 0)
		v->skip--;
	return true;
}

/* What was set goes step by step: filter, tags. */
static bool
step_back(struct companies *v)
{
	if (console_prefs(v->c)->filter[0] != '\0') {
		(void)str_copy(v->origin, sizeof v->origin, v->cursor);
		clear_filter(v);
	} else if (fleet_tagged(v->fleet) > 0) {
		companies_untag(v);
	} else {
		return false;
	}
	return true;
}

static bool
act_on_view(struct companies *v, enum action action)
{
	const struct prefs *p = console_prefs(v->c);

	switch (action) {
	case ACTION_OPEN:
		show(v, &view_company);
		return true;
	case ACTION_LINK:
		link_one(v);
		return true;
	case ACTION_FILTER:
		begin_filter(v);
		return true;
	case ACTION_PROBLEMS:
		switch_problems(v);
		return true;
	case ACTION_SORT:
		companies_ask_sort(v);
		return true;
	case ACTION_REVERSE:
		companies_sort_by(v, p->sort, !p->reverse);
		return true;
	case ACTION_WIDE:
		switch_wide(v);
		return true;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		return scroll_columns(v, action);
	case ACTION_EXPORT:
		companies_ask_export(v);
		return true;
	case ACTION_FREEZE:
		console_freeze(v->c,
		    console_feed_state(v->c) != FEED_FROZEN);
		return true;
	case ACTION_BACK:
		return step_back(v);
	default:
		return false;
	}
}

static void
click_head(struct companies *v, int column)
{
	const struct prefs *p = console_prefs(v->c);
	const enum column at = columns_at(&v->columns, column);
	const enum sort sort = at == COLUMN_COUNT ? SORT_COUNT :
	    column_rule(at)->sort;

	if (sort != SORT_COUNT)
		companies_sort_by(v, sort, sort == p->sort && !p->reverse);
}

static bool
click(struct companies *v, int row, int column)
{
	const int line = row - v->head_rows;
	size_t at;

	if (row >= 0 && line < 0)
		click_head(v, column);
	if (line < 0 || (size_t)line >= v->scroll.shown)
		return true;
	at = v->scroll.top + (size_t)line;
	if (at >= v->scroll.count)
		return true;
	/* the second click on a row opens it */
	if (at == v->scroll.at && v->has_moved)
		show(v, &view_company);
	else
		companies_move_to(v, at);
	return true;
}

/* --- the view ----------------------------------------------------------------------- */

static void *
companies_open(struct console *c, const char *company)
{
	struct companies *v = xcalloc(1, sizeof *v);
	const struct prefs *p = console_prefs(c);

	v->c = c;
	v->fleet = console_fleet(c);
	(void)str_copy(v->wanted, sizeof v->wanted, company[0] != '\0' ?
	    company : p->cursor);
	fleet_sort(v->fleet, p->sort, p->reverse);
	fleet_filter(v->fleet, p->filter, console_lang(c));
	fleet_only_problems(v->fleet, p->only_problems);
	v->version = fleet_version(v->fleet) - 1;
	return v;
}

static void
companies_close(void *view)
{
	free(view);
}

static void
view_draw(void *view, struct area body)
{
	companies_draw(view, body);
}

static bool
view_act(void *view, enum action action)
{
	struct companies *v = view;

	companies_sync(v);
	if (scroll_act(&v->scroll, action)) {
		moved(v);
		return true;
	}
	return act_on_view(v, action) || companies_act(v, action);
}

static bool
view_key(void *view, const struct key *key)
{
	struct companies *v = view;

	companies_sync(v);
	if (key->name == K_CLICK)
		return click(v, key->row, key->column);
	return v->is_typing && field_key(v, key);
}

/* Of nobody there is nothing to open, and nothing to look for. */
static bool
view_can(void *view, enum action action)
{
	const struct companies *v = view;
	const bool can_act = !console_is_read_only(v->c) &&
	    !console_is_lost(v->c);

	switch (action) {
	case ACTION_ADD:
		return can_act;
	case ACTION_RECONNECT:
	case ACTION_SHARE:
		return can_act && fleet_shown(v->fleet) > 0;
	case ACTION_OPEN:
	case ACTION_LINK:
		return fleet_shown(v->fleet) > 0;
	default:
		return fleet_count(v->fleet) > 0;
	}
}

static enum text
view_keys(void *view)
{
	const struct companies *v = view;

	return v->is_typing ? TEXT_CONSOLE_KEYS_FILTER : TEXT_NONE;
}

static bool
view_changed(void *view, const struct row *row)
{
	struct companies *v = view;
	const bool differs = companies_differ(v, row);

	/* it has come, but not where it could be seen */
	if (v->is_added && row != NULL && strcmp(row->company, v->wanted) == 0)
		say_astray(v);
	return differs;
}

/* Midnight makes dates of the times that are shown. */
static int64_t
next_day_ms(int64_t now_ms)
{
	const time_t now = (time_t)(now_ms / 1000);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		return now_ms + DAY_MS;
	tm.tm_mday++;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * 1000;
}

static int64_t
view_changes_at(void *view, int64_t now_ms)
{
	struct companies *v = view;
	const struct scroll *s = &v->scroll;
	int64_t first = next_day_ms(now_ms);

	companies_sync(v);
	if (s->count == 0)
		return 0;
	if (!columns_have(&v->columns, COLUMN_NEXT))
		return first;
	/* of a core that is gone nothing counts down */
	if (console_is_lost(v->c))
		return first;
	for (size_t i = s->top; i < s->count && i - s->top < s->shown; i++) {
		const int64_t at =
		    row_next_changes_ms(fleet_at(v->fleet, i), now_ms);

		if (at != 0 && at < first)
			first = at;
	}
	return first;
}

static const char *
view_whose(void *view)
{
	struct companies *v = view;

	companies_sync(v);
	return v->is_added ? "" : v->cursor;
}

/* What was wanted and has not come yet is still wanted the next time. */
static void
view_save(void *view, struct prefs *prefs)
{
	struct companies *v = view;

	(void)str_copy(prefs->cursor, sizeof prefs->cursor,
	    !v->has_moved && v->wanted[0] != '\0' ? v->wanted : v->cursor);
}

const struct view_ops view_companies = {
	.name = "companies",
	.scope = SCOPE_COMPANIES,
	.moves = true,
	.open = companies_open,
	.close = companies_close,
	.draw = view_draw,
	.act = view_act,
	.key = view_key,
	.can = view_can,
	.keys = view_keys,
	.changed = view_changed,
	.changes_at = view_changes_at,
	.company = view_whose,
	.point = view_point,
	.save = view_save,
};
