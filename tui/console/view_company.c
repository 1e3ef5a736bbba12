/* One company: what it is doing and why, evidence, and what happened. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/act.h"
#include "tui/console/company_view.h"
#include "tui/console/when.h"

#define ALL_PARTS_FROM 34       /* rows of the body: a screen of 40 */
#define LINKS_ROWS_MAX 5
#define SIDEWAYS 20
#define PARTS_LEAST 2           /* rows of a part that are worth it */

/* --- open and close ------------------------------------------------------- */

static void
on_change(void *ctx)
{
	struct company_view *v = ctx;

	screen_want(console_screen(v->console), SCREEN_NEWS);
}

static int64_t
now_ms(void *ctx)
{
	const struct company_view *v = ctx;

	return console_now_ms(v->console);
}

static void *
view_open(struct console *c, const char *company)
{
	struct company_view *v = xcalloc(1, sizeof *v);

	v->console = c;
	(void)str_copy(v->company, sizeof v->company, company);
	v->lines = log_lines_create();
	v->news = company_news_create(&(struct company_news_params){
	    .loop = console_loop(c), .client = console_client(c),
	    .company = v->company, .lang = console_lang(c),
	    .now_ms = now_ms, .on_change = on_change, .ctx = v });
	v->feed = log_feed_create(console_loop(c), console_client(c),
	    v->company, v->lines, on_change, v);
	return v;
}

static void
view_close(void *view)
{
	struct company_view *v = view;

	log_feed_destroy(v->feed);
	company_news_destroy(v->news);
	log_lines_destroy(v->lines);
	free(v);
}

static const char *
view_about(void *view)
{
	const struct company_view *v = view;

	return v->company;
}

/* --- drawing -------------------------------------------------------------- */

/* Where the parts stand when all are shown: checks and phones in full, the
 * rest for history and log. */
static void
draw_all(struct company_view *v, struct area a)
{
	/* evidence below the facts; Tab goes down and round */
	static const enum company_part order[] = { PART_CHECKS,
	    PART_TIMELINE, PART_LOG, PART_LINKS };
	int rows[PART_COUNT], y = 0, left;

	rows[PART_CHECKS] = (int)company_part_rows(v, PART_CHECKS);
	rows[PART_LINKS] = (int)company_part_rows(v, PART_LINKS);
	if (rows[PART_LINKS] > LINKS_ROWS_MAX)
		rows[PART_LINKS] = LINKS_ROWS_MAX;
	for (int i = 0; i < PART_COUNT; i++) {
		if (i == PART_CHECKS || i == PART_LINKS)
			rows[i] += rows[i] == 0;
	}
	/* a title each, and a blank row between two */
	left = a.rows - rows[PART_CHECKS] - rows[PART_LINKS] - 7;
	rows[PART_TIMELINE] = left / 2;
	rows[PART_LOG] = left - left / 2;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		const enum company_part part = order[i];

		company_draw_part(v, area_part(a, y, 0, rows[part] + 1, -1),
		    part, v->part == part);
		y += rows[part] + 2;
	}
}

static void
draw_note(struct company_view *v, struct area body, enum text text)
{
	(void)area_text(body, 0, 0, -1, ROLE_STRONG, v->company);
	(void)area_wrap(body, 2, ROLE_TEXT,
	    text_get(console_lang(v->console), text));
}

static void
view_draw(void *view, struct area body)
{
	struct company_view *v = view;
	struct area rest;

	v->has_countdown = false;
	if (company_is_gone(v->news)) {
		draw_note(v, body, TEXT_COMPANY_GONE);
		return;
	}
	if (!company_state(v->news)->is_known) {
		draw_note(v, body, TEXT_COMPANY_LOADING);
		return;
	}
	rest = area_part(body, company_draw_head(v, body), 0, -1, -1);
	if (body.rows >= ALL_PARTS_FROM)
		draw_all(v, rest);
	else if (rest.rows > PARTS_LEAST)
		company_draw_tabs(v, rest);
}

static int64_t
view_changes_at(void *view, int64_t now)
{
	const struct company_view *v = view;

	return !v->has_countdown ? 0 : when_left_changes_ms(
	    company_state(v->news)->next_attempt_ms, now);
}

/* Its own stream tells of its company. */
static bool
view_changed(void *view, const struct row *row)
{
	(void)view;
	return row == NULL;
}

/* --- keys ----------------------------------------------------------------- */

static bool
move(struct company_view *v, enum action action)
{
	struct scroll *s = &v->scrolls[v->part];

	company_fit_parts(v);
	if (!scroll_act(s, action))
		return false;
	if (v->part == PART_LOG && s->count > 0) {
		v->is_log_moved = s->at + 1 < s->count;
		v->log_n = log_lines_at(v->lines, s->at)->n;
	}
	if (v->part == PART_TIMELINE && s->count > 0) {
		v->change_n = company_change_at(v->news, s->at)->seq;
		if (s->at + 1 == s->count)
			company_news_more(v->news);
	}
	return true;
}

static bool
is_paused(const struct company_view *v)
{
	const struct row *row = fleet_find(console_fleet(v->console),
	    v->company);

	return row != NULL ? row->paused : company_state(v->news)->paused;
}

static bool
act_on(struct company_view *v, enum act act)
{
	const char *company = v->company;

	console_do(v->console, act, &company, 1, NULL);
	return true;
}

static bool
act_here(struct company_view *v, enum action action)
{
	switch (action) {
	case ACTION_SWITCH:
		v->part = (enum company_part)(((int)v->part + 1) %
		    PART_COUNT);
		return true;
	case ACTION_LEFT:
		v->skip -= v->skip < SIDEWAYS ? v->skip : SIDEWAYS;
		return true;
	case ACTION_RIGHT:
		v->skip += v->part == PART_LOG && v->skip < LOG_LINE_MAX ?
		    SIDEWAYS : 0;
		return true;
	case ACTION_LINK:
		console_show(v->console, &view_link, v->company);
		return true;
	case ACTION_UNDO:
		console_undo(v->console);
		return true;
	default:
		return move(v, action);
	}
}

static bool
view_act(void *view, enum action action)
{
	struct company_view *v = view;

	switch (action) {
	case ACTION_RECONNECT:
		return act_on(v, ACT_RECONNECT);
	case ACTION_PAUSE:
		return act_on(v, is_paused(v) ? ACT_RESUME : ACT_PAUSE);
	case ACTION_SHARE:
		return act_on(v, ACT_SHARE);
	case ACTION_NAME:
		return act_on(v, ACT_NAME);
	case ACTION_PIN:
		return act_on(v, ACT_PIN);
	case ACTION_LOGOUT:
		return act_on(v, ACT_LOGOUT);
	case ACTION_REMOVE:
		return act_on(v, ACT_REMOVE);
	default:
		return act_here(v, action);
	}
}

static bool
view_can(void *view, enum action action)
{
	const struct company_view *v = view;

	return action == ACTION_LINK || !console_is_read_only(v->console);
}

const struct view_ops view_company = {
	.name = "company",
	.scope = SCOPE_COMPANY,
	.moves = true,
	.has_margin = true,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.act = view_act,
	.can = view_can,
	.changed = view_changed,
	.changes_at = view_changes_at,
	.company = view_about,
};
