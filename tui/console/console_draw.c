/* Header, body, status row and key line. */
#include <string.h>

#include "core/base/str.h"
#include "tui/console/console_impl.h"
#include "tui/console/header.h"

#define NOTICE_ROWS_MAX 3
#define TICK_LEAST_MS 20

/* --- the key line ------------------------------------------------------------------ */

/* Draws one label; false: no room. */
static bool
put_label(struct area row, int *column, const struct binding *b,
    enum lang lang)
{
	char key[16];
	const char *label = text_get(lang, b->label);
	int width;

	binding_key_name(b, 0, key, sizeof key);
	width = (int)(str_width_cells(key) + 1 + str_width_cells(label));
	if (*column + width + 1 > row.columns)
		return false;
	*column += 1 + area_text(row, 0, *column, -1, ROLE_BAR_STRONG, key);
	*column += 2 + area_text(row, 0, *column, -1, ROLE_BAR, label);
	return true;
}

/* What is never pushed off by a view's own keys. */
static bool
is_way_out(const struct binding *b)
{
	return b->action == ACTION_HELP || b->action == ACTION_QUIT;
}

/* Whether it has a label, and does something there at this moment. */
static bool
is_offered(const struct level *top, const struct binding *b)
{
	if (b->label == TEXT_NONE)
		return false;
	if (b->scope != SCOPE_ALL)
		return top->ops->can == NULL ||
		    top->ops->can(top->view, b->action);
	return (b->action != ACTION_LISTENER || top->ops != &view_listener) &&
	    (b->action != ACTION_HELP || top->ops != &view_help);
}

static int
way_out_width(const struct level *top, enum lang lang)
{
	char key[16];
	int width = 0;

	for (size_t i = 0; i < binding_count; i++) {
		const struct binding *b = &bindings[i];

		if (!is_way_out(b) || !is_offered(top, b))
			continue;
		binding_key_name(b, 0, key, sizeof key);
		width += (int)(str_width_cells(key) + 3 +
		    str_width_cells(text_get(lang, b->label)));
	}
	return width;
}

static void
put_labels(struct area row, int *column, const struct level *top,
    enum scope scope, bool ways_out, enum lang lang)
{
	for (size_t i = 0; i < binding_count; i++) {
		const struct binding *b = &bindings[i];

		if (b->scope == scope && is_way_out(b) == ways_out &&
		    is_offered(top, b) && !put_label(row, column, b, lang))
			return;
	}
}

/* The way to the help and out is never pushed off. */
static void
put_view_keys(struct area row, const struct level *top, enum lang lang)
{
	const int rest = way_out_width(top, lang);
	int column = 1;

	if (rest < row.columns) {
		const struct area own = area_part(row, 0, 0, 1,
		    row.columns - rest);

		put_labels(own, &column, top, top->ops->scope, false, lang);
		put_labels(own, &column, top, SCOPE_ALL, false, lang);
	}
	put_labels(row, &column, top, SCOPE_ALL, true, lang);
}

/* Of whoever gets the next key. */
static void
draw_keys(struct console *c, struct area row)
{
	const struct level *top = console_top(c);
	const enum lang lang = c->params.lang;
	enum text keys = TEXT_NONE;
	char hint[WORDS_MAX] = "";

	if (c->dialog != NULL)
		dialog_hint(c->dialog, hint, sizeof hint);
	else if (c->has_command)
		keys = TEXT_CONSOLE_KEYS_COMMAND;
	else if (top->ops->keys != NULL)
		keys = top->ops->keys(top->view);
	if (keys != TEXT_NONE)
		(void)str_copy(hint, sizeof hint, text_get(lang, keys));
	area_fill(row, ROLE_BAR);
	if (hint[0] != '\0')
		(void)area_text(row, 0, 1, -1, ROLE_BAR, hint);
	else
		put_view_keys(row, top, lang);
}

/* --- the status row ------------------------------------------------------------------ */

static bool
has_status(const struct console *c)
{
	return c->has_command || c->notice[0] != '\0';
}

/* A notice takes what it needs, up to some rows of the body. */
static int
status_rows(const struct console *c, struct area all)
{
	int rows;

	if (c->has_command || c->notice[0] == '\0')
		return has_status(c) ? 1 : 0;
	rows = area_wrap_rows(all.columns - 1, c->notice);
	return rows < NOTICE_ROWS_MAX ? rows : NOTICE_ROWS_MAX;
}

/* Where that is: with the header on small screens, else over the key line. */
static struct area
status_area(const struct console *c, struct area all, bool whole)
{
	const int rows = status_rows(c, all);

	if (whole)
		return area_part(all, all.rows - rows, 0, rows, -1);
	if (all.rows < ROWS_FOR_KEYS)
		return area_part(all, 0, 0, rows, -1);
	return area_part(all, all.rows - 1 - rows, 0, rows, -1);
}

/* What to do stands at a notice's end: where all is too long, that stays. */
static void
draw_status(struct console *c, struct area a)
{
	area_fill(a, ROLE_TEXT);
	if (c->has_command) {
		(void)area_text(a, 0, 0, 1, ROLE_STRONG, ":");
		input_draw(&c->command, a, 0, 1, a.columns - 1, ROLE_TEXT);
	} else if (c->notice[0] != '\0') {
		a = area_part(a, 0, 1, -1, -1);
		(void)area_wrap(a, a.rows - area_wrap_rows(a.columns,
		    c->notice), c->notice_role, c->notice);
	}
}

/* What a notice leaves of the body. */
static struct area
dialog_area(const struct console *c, struct area all, struct area body)
{
	const int taken = status_rows(c, all) - 1;

	if (taken <= 0)
		return body;
	return all.rows < ROWS_FOR_KEYS ? area_part(body, taken, 0, -1, -1) :
	    area_part(body, 0, 0, body.rows - taken, -1);
}

/* What Tab could mean, above the command line. */
static void
draw_candidates(struct console *c, struct area body)
{
	const struct area row = area_part(body, body.rows - 1, 0, 1, -1);
	int column = 1;

	area_fill(row, ROLE_BAR);
	for (size_t i = 0; i < c->candidate_count; i++)
		column += 2 + area_text(row, 0, column, -1, ROLE_BAR,
		    c->candidates[i].text);
}

/* --- the header ------------------------------------------------------------------------ */

static void
draw_header(struct console *c, struct area row)
{
	header_draw(row, &(struct header){
	    .fleet = c->fleet,
	    .feed = feed_state(c->feed),
	    .lost_ms = console_lost_ms(c),
	    .now_ms = console_now_ms(c),
	    .listener = c->listener,
	    .read_only = c->params.read_only,
	    .lang = c->params.lang,
	});
}

/* --- all of it --------------------------------------------------------------------------- */

static bool
is_whole(const struct console *c, const struct level *top)
{
	return top->ops->wants_whole != NULL && c->dialog == NULL &&
	    !c->has_command && top->ops->wants_whole(top->view);
}

/* Stays until the core is back: keys do not wipe it. */
static void
draw_lost(struct console *c, struct area row)
{
	char line[DIALOG_TEXT_MAX];

	console_lost_line(c, line, sizeof line);
	area_fill(row, ROLE_TEXT);
	(void)area_text(row, 0, 0, -1, ROLE_ERROR, line);
}

static struct area
draw_frame(struct console *c, struct area all)
{
	const int last = all.rows - 1;

	if (all.rows < ROWS_FOR_KEYS) {
		if (!has_status(c))
			draw_header(c, area_part(all, 0, 0, 1, -1));
		return area_part(all, 1, 0, -1, -1);
	}
	draw_header(c, area_part(all, 0, 0, 1, -1));
	if (!console_is_lost(c))
		return area_part(all, 1, 0, last - 2, -1);
	draw_lost(c, area_part(all, last - 2, 0, 1, -1));
	return area_part(all, 1, 0, last - 3, -1);
}

void
console_on_draw(void *ctx, struct area all)
{
	struct console *c = ctx;
	struct level *top = console_top(c);
	const bool whole = is_whole(c, top);
	const struct area body = whole ? all : draw_frame(c, all);

	c->body = top->ops->has_margin ? area_part(body, 0, 1, -1, -1) : body;
	top->ops->draw(top->view, c->body);
	if (c->dialog != NULL)
		dialog_draw(c->dialog, dialog_area(c, all, body),
		    all.rows < ROWS_FOR_KEYS);
	if (c->has_command && c->candidate_count > 0)
		draw_candidates(c, body);
	if (!whole && all.rows >= ROWS_FOR_KEYS)
		draw_keys(c, area_part(all, all.rows - 1, 0, 1, -1));
	/* over what fills the screen for a moment, so that it stays where it
	 * is; the command's cursor counts */
	if (has_status(c))
		draw_status(c, status_area(c, all, whole));
	console_arm_tick(c);
}

void
console_arm_tick(struct console *c)
{
	struct level *top = console_top(c);
	const int64_t now = feed_now_ms(c->feed);
	int64_t at = 0, wait;

	if (top->ops->changes_at != NULL)
		at = top->ops->changes_at(top->view, now);
	if (at == 0) {
		timer_stop(c->tick);
		return;
	}
	wait = at - now;
	timer_start(c->tick, wait < TICK_LEAST_MS ? TICK_LEAST_MS : wait);
}

/* --- who looks elsewhere -------------------------------------------------------------------- */

static void
set_title(struct console *c)
{
	const size_t n = fleet_count_need(c->fleet, NEED_ADMIN);
	char title[sizeof c->title] = "pairdesk";

	if (n > 0)
		text_format(title, sizeof title, c->params.lang,
		    TEXT_CONSOLE_TITLE_NEED,
		    &(struct words_args){ .n = (int64_t)n });
	if (strcmp(title, c->title) == 0)
		return;
	(void)str_copy(c->title, sizeof c->title, title);
	screen_title(c->params.screen, title);
}

/* In the order of the option console.bell. */
enum bell { BELL_OFF, BELL_NEEDS, BELL_ALL };

/* needs: a person is wanted. all: also trouble that passes, and its end. */
static bool
is_worth_a_bell(const struct console *c, enum need now, enum need before)
{
	const int bell = c->params.config == NULL ? BELL_NEEDS :
	    config_enum(c->params.config, OPT_CONSOLE_BELL);

	if (bell == BELL_OFF || before == NEED_COUNT || now == before)
		return false;
	return now == NEED_ADMIN || (bell == BELL_ALL &&
	    (now == NEED_PATIENCE || before <= NEED_PATIENCE));
}

void
console_alert(struct console *c, const struct row *row, enum need before)
{
	set_title(c);
	if (row != NULL && is_worth_a_bell(c, row_need(row), before))
		screen_bell(c->params.screen);
}
