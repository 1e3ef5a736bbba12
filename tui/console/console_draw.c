/* Header, body, status row and key line. */
#include <string.h>

#include "core/base/str.h"
#include "tui/console/console_impl.h"
#include "tui/console/header.h"

#define LABEL_MAX 64
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

static int
labels_width(enum scope scope, enum lang lang)
{
	char key[16];
	int width = 0;

	for (size_t i = 0; i < binding_count; i++) {
		const struct binding *b = &bindings[i];

		if (b->scope != scope || b->label == TEXT_NONE)
			continue;
		binding_key_name(b, 0, key, sizeof key);
		width += (int)(str_width_cells(key) + 3 +
		    str_width_cells(text_get(lang, b->label)));
	}
	return width;
}

static void
put_labels(struct area row, int *column, enum scope scope, enum lang lang)
{
	for (size_t i = 0; i < binding_count; i++) {
		if (bindings[i].scope == scope &&
		    bindings[i].label != TEXT_NONE &&
		    !put_label(row, column, &bindings[i], lang))
			return;
	}
}

/* The way to the help and out is never pushed off by a view's own keys. */
static void
draw_keys(struct console *c, struct area row)
{
	const struct level *top = console_top(c);
	const enum lang lang = c->params.lang;
	const int rest = labels_width(SCOPE_ALL, lang);
	int column = 1;

	area_fill(row, ROLE_BAR);
	if (rest < row.columns)
		put_labels(area_part(row, 0, 0, 1, row.columns - rest),
		    &column, top->ops->scope, lang);
	put_labels(row, &column, SCOPE_ALL, lang);
}

/* --- the status row ------------------------------------------------------------------ */

static bool
has_status(const struct console *c)
{
	return c->has_command || c->notice[0] != '\0';
}

static void
draw_status(struct console *c, struct area row)
{
	area_fill(row, ROLE_TEXT);
	if (c->has_command) {
		(void)area_text(row, 0, 0, 1, ROLE_STRONG, ":");
		input_draw(&c->command, row, 0, 1, row.columns - 1,
		    ROLE_TEXT);
	} else if (c->notice[0] != '\0') {
		(void)area_text(row, 0, 0, -1, c->notice_role, c->notice);
	}
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
	    .hint = screen_rows(c->params.screen) < ROWS_FOR_KEYS,
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
		if (has_status(c))
			draw_status(c, area_part(all, 0, 0, 1, -1));
		else
			draw_header(c, area_part(all, 0, 0, 1, -1));
		return area_part(all, 1, 0, -1, -1);
	}
	draw_header(c, area_part(all, 0, 0, 1, -1));
	draw_status(c, area_part(all, last - 1, 0, 1, -1));
	draw_keys(c, area_part(all, last, 0, 1, -1));
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

	c->body = whole ? all : draw_frame(c, all);
	top->ops->draw(top->view, c->body);
	/* for a moment, so that what fills the screen stays where it is */
	if (whole && has_status(c))
		draw_status(c, area_part(all, all.rows - 1, 0, 1, -1));
	if (c->dialog != NULL)
		dialog_draw(c->dialog, c->body);
	if (c->has_command && c->candidate_count > 0)
		draw_candidates(c, c->body);
	if (c->has_command)     /* its cursor counts */
		draw_status(c, all.rows < ROWS_FOR_KEYS ?
		    area_part(all, 0, 0, 1, -1) :
		    area_part(all, all.rows - 2, 0, 1, -1));
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
