/* The core's whole log, followed, with a filter. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/console.h"
#include "tui/console/dialog.h"
#include "tui/console/input.h"
#include "tui/console/log_draw.h"
#include "tui/console/log_feed.h"

#define SIDEWAYS 20             /* characters a key */
#define WHOLE_ROWS_MAX 8
#define PLAIN_ROWS 8            /* smaller bodies have no title row */

struct log_view {
	struct console *console;
	struct log_lines *lines;
	struct log_feed *feed;
	struct scroll scroll;
	uint64_t at_n, top_n;           /* what the scroll means, as lines */
	bool is_following, is_typing, is_open;
	size_t skip;
	struct input field;
};

/* --- where it stands ------------------------------------------------------ */

/* Lines come and go: places are found by the lines' numbers. */
static void
find_place(struct log_view *v)
{
	const size_t shown = log_lines_shown(v->lines);

	if (v->is_following) {
		v->scroll.at = shown == 0 ? 0 : shown - 1;
	} else {
		v->scroll.at = log_lines_place(v->lines, v->at_n);
		v->scroll.top = log_lines_place(v->lines, v->top_n);
	}
	scroll_fit(&v->scroll, shown, v->scroll.shown);
}

static void
keep_place(struct log_view *v)
{
	if (log_lines_shown(v->lines) == 0)
		return;
	v->at_n = log_lines_at(v->lines, v->scroll.at)->n;
	v->top_n = log_lines_at(v->lines, v->scroll.top)->n;
}

static void
on_change(void *ctx)
{
	struct log_view *v = ctx;

	screen_want(console_screen(v->console), SCREEN_NEWS);
}

/* --- open and close ------------------------------------------------------- */

static void
read_prefs(struct log_view *v, const char *company)
{
	const struct prefs *prefs = console_prefs(v->console);
	struct log_wish wish = { .least = LOG_DEBUG };

	(void)str_copy(wish.filter, sizeof wish.filter, prefs->log_filter);
	(void)str_copy(wish.company, sizeof wish.company,
	    company[0] != '\0' ? company : prefs->log_company);
	for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
		if (strcmp(log_level_name((enum log_level)i),
		    prefs->log_level) == 0)
			wish.least = (enum log_level)i;
	}
	log_lines_wish(v->lines, &wish);
}

static void *
view_open(struct console *c, const char *company)
{
	struct log_view *v = xcalloc(1, sizeof *v);

	v->console = c;
	v->lines = log_lines_create();
	v->is_following = true;
	read_prefs(v, company);
	v->feed = log_feed_create(console_loop(c), console_client(c), "",
	    v->lines, on_change, v);
	return v;
}

static void
view_close(void *view)
{
	struct log_view *v = view;

	log_feed_destroy(v->feed);
	log_lines_destroy(v->lines);
	free(v);
}

static void
view_save(void *view, struct prefs *prefs)
{
	const struct log_view *v = view;
	const struct log_wish *wish = log_lines_wished(v->lines);

	(void)str_copy(prefs->log_filter, sizeof prefs->log_filter,
	    wish->filter);
	(void)str_copy(prefs->log_company, sizeof prefs->log_company,
	    wish->company);
	(void)str_copy(prefs->log_level, sizeof prefs->log_level,
	    wish->least == LOG_DEBUG ? "" : log_level_name(wish->least));
}

static const char *
view_about(void *view)
{
	const struct log_view *v = view;

	return log_lines_wished(v->lines)->company;
}

/* --- drawing -------------------------------------------------------------- */

static int
put(struct area row, int column, unsigned style, const char *text)
{
	return column + 2 + area_text(row, 0, column, -1, style, text);
}

static int
put_text(struct log_view *v, struct area row, int column, unsigned style,
    enum text text, const struct words_args *args)
{
	char filled[WORDS_MAX];

	text_format(filled, sizeof filled, console_lang(v->console), text,
	    args);
	return put(row, column, style, filled);
}

/* The filter as it stands, or being typed, and how many lines it leaves. */
static void
draw_filter(struct log_view *v, struct area row, int column)
{
	const struct log_wish *wish = log_lines_wished(v->lines);
	const char *label = text_get(console_lang(v->console),
	    TEXT_LOG_FILTER);

	if (!v->is_typing && wish->filter[0] == '\0')
		return;
	column += 1 + area_text(row, 0, column, -1, ROLE_DIM, label);
	if (v->is_typing)
		input_draw(&v->field, row, 0, column, row.columns - column,
		    ROLE_INPUT);
	else
		(void)area_text(row, 0, column, -1, ROLE_STRONG,
		    wish->filter);
}

static void
draw_title(struct log_view *v, struct area row)
{
	const struct log_wish *wish = log_lines_wished(v->lines);
	const enum lang lang = console_lang(v->console);
	const int64_t shown = (int64_t)log_lines_shown(v->lines);
	const int64_t count = (int64_t)log_lines_count(v->lines);
	char text[WORDS_MAX];
	int column, width;

	text_format(text, sizeof text, lang, TEXT_LOG_COUNT,
	    &(struct words_args){ .n = shown, .m = count });
	width = (int)str_width_cells(text);
	area_text_right(row, 0, 0, row.columns, ROLE_DIM, text);
	row = area_part(row, 0, 0, 1, row.columns - width - 1);
	column = put(row, 0, ROLE_STRONG, text_get(lang, TEXT_LOG_TITLE));
	/* the field is what is looked at while it is typed in */
	if (v->is_typing) {
		draw_filter(v, row, column);
		return;
	}
	if (wish->company[0] != '\0')
		column = put_text(v, row, column, ROLE_STRONG,
		    TEXT_LOG_OF_COMPANY,
		    &(struct words_args){ .company = wish->company });
	column = put_text(v, row, column, ROLE_TEXT,
	    v->is_following ? TEXT_LOG_FOLLOWING : TEXT_LOG_STANDING, NULL);
	if (wish->least == LOG_DEBUG)
		column = put_text(v, row, column, ROLE_DIM,
		    TEXT_LOG_ALL_LEVELS, NULL);
	else
		column = put_text(v, row, column, log_role(wish->least),
		    TEXT_LOG_FROM_LEVEL, &(struct words_args){
		    .reason = log_level_name(wish->least) });
	draw_filter(v, row, column);
}

static void
draw_nothing(struct log_view *v, struct area a)
{
	const struct log_wish *wish = log_lines_wished(v->lines);
	const enum text text = log_lines_count(v->lines) == 0 ?
	    TEXT_LOG_NONE : wish->filter[0] != '\0' ? TEXT_LOG_NONE_FITS :
	    TEXT_LOG_NONE_OF_LEVEL;

	(void)area_wrap(a, 1, ROLE_DIM,
	    text_get(console_lang(v->console), text));
}

/* The selected line in full takes the lower rows. */
static struct area
draw_whole(struct log_view *v, struct area a)
{
	const struct log_entry *e;
	int rows;

	find_place(v);
	if (!v->is_open || log_lines_shown(v->lines) == 0)
		return a;
	e = log_lines_at(v->lines, v->scroll.at);
	rows = log_whole_rows(a.columns, e);
	if (rows > WHOLE_ROWS_MAX)
		rows = WHOLE_ROWS_MAX;
	if (rows > a.rows / 2)
		rows = a.rows / 2;
	(void)log_draw_whole(area_part(a, a.rows - rows, 0, rows, -1), e);
	return area_part(a, 0, 0, a.rows - rows - (a.rows > PLAIN_ROWS), -1);
}

static void
view_draw(void *view, struct area body)
{
	struct log_view *v = view;
	struct area a = body;

	draw_title(v, area_part(body, 0, 0, 1, -1));
	a = area_part(a, 1, 0, -1, -1);
	if (log_feed_is_lost(v->feed)) {
		(void)area_text(a, 0, 0, -1, ROLE_WAITING,
		    text_get(console_lang(v->console), TEXT_LOG_LOST));
		a = area_part(a, 1, 0, -1, -1);
	}
	a = draw_whole(v, a);
	v->scroll.shown = a.rows > 0 ? (size_t)a.rows : 0;
	find_place(v);
	keep_place(v);
	if (log_lines_shown(v->lines) == 0 && !log_feed_is_lost(v->feed))
		draw_nothing(v, a);
	log_draw(a, v->lines, &v->scroll, &(struct log_look){
	    .has_company = log_lines_wished(v->lines)->company[0] == '\0',
	    .is_selected = !v->is_following || v->is_open, .skip = v->skip });
	if (v->is_typing)       /* its cursor counts */
		draw_title(v, area_part(body, 0, 0, 1, -1));
}

/* --- what is wanted ------------------------------------------------------- */

static void
want(struct log_view *v, const struct log_wish *wish)
{
	log_lines_wish(v->lines, wish);
	find_place(v);
	console_keep(v->console);
	console_draw(v->console);
}

static void
set_filter(struct log_view *v, const char *filter)
{
	struct log_wish wish = *log_lines_wished(v->lines);

	(void)str_copy(wish.filter, sizeof wish.filter, filter);
	want(v, &wish);
}

static void
next_level(struct log_view *v)
{
	struct log_wish wish = *log_lines_wished(v->lines);

	wish.least = (enum log_level)(((int)wish.least + 1) %
	    LOG_LEVEL_COUNT);
	want(v, &wish);
}

static bool
check_company(void *ctx, const char *answer, char *out, size_t size)
{
	const struct log_view *v = ctx;
	const enum lang lang = console_lang(v->console);

	if (answer[0] == '\0')
		return true;
	if (!company_id_is_valid(answer)) {
		(void)str_copy(out, size, text_get(lang,
		    TEXT_LOG_COMPANY_BAD));
		return false;
	}
	if (fleet_find(console_fleet(v->console), answer) == NULL)
		(void)str_copy(out, size, text_get(lang,
		    TEXT_LOG_COMPANY_UNKNOWN));
	return true;
}

static void
on_company(void *ctx, const char *answer)
{
	struct log_view *v = ctx;
	struct log_wish wish = *log_lines_wished(v->lines);

	if (answer == NULL)
		return;
	(void)str_copy(wish.company, sizeof wish.company, answer);
	want(v, &wish);
}

/* The one it is about, or that of the selected line, stands there already. */
static void
ask_company(struct log_view *v)
{
	const enum lang lang = console_lang(v->console);
	struct dialog_line d = { .check = check_company,
	    .on_answer = on_company, .ctx = v, .max = COMPANY_ID_MAX };

	(void)str_copy(d.title, sizeof d.title, text_get(lang,
	    TEXT_LOG_ASK_COMPANY));
	(void)str_copy(d.initial, sizeof d.initial, view_about(v));
	if (d.initial[0] == '\0' && log_lines_shown(v->lines) > 0)
		(void)str_copy(d.initial, sizeof d.initial,
		    log_lines_at(v->lines, v->scroll.at)->company);
	console_open_dialog(v->console, dialog_line(lang, &d));
}

/* --- keys ----------------------------------------------------------------- */

static bool
move(struct log_view *v, enum action action)
{
	find_place(v);
	if (!scroll_act(&v->scroll, action))
		return false;
	/* up stops it; the end is where it follows from */
	if (action == ACTION_BOTTOM)
		v->is_following = true;
	else if (action != ACTION_DOWN && action != ACTION_PAGE_DOWN)
		v->is_following = false;
	keep_place(v);
	return true;
}

/* Esc closes what is open and clears the filter before it goes back. */
static bool
back(struct log_view *v)
{
	if (v->is_open) {
		v->is_open = false;
		return true;
	}
	if (log_lines_wished(v->lines)->filter[0] == '\0')
		return false;
	set_filter(v, "");
	return true;
}

static bool
view_act(void *view, enum action action)
{
	struct log_view *v = view;

	switch (action) {
	case ACTION_FOLLOW:
		v->is_following = !v->is_following;
		return true;
	case ACTION_FILTER:
		v->is_typing = true;
		input_init(&v->field, log_lines_wished(v->lines)->filter,
		    LOG_WISH_MAX - 1);
		return true;
	case ACTION_LEVEL:
		next_level(v);
		return true;
	case ACTION_COMPANY:
		ask_company(v);
		return true;
	case ACTION_OPEN:
		v->is_open = !v->is_open;
		return true;
	case ACTION_LEFT:
		v->skip -= v->skip < SIDEWAYS ? v->skip : SIDEWAYS;
		return true;
	case ACTION_RIGHT:
		v->skip += v->skip < LOG_LINE_MAX ? SIDEWAYS : 0;
		return true;
	case ACTION_BACK:
		return back(v);
	default:
		return move(v, action);
	}
}

static bool
view_key(void *view, const struct key *key)
{
	struct log_view *v = view;

	if (!v->is_typing)
		return false;
	if (input_key(&v->field, key)) {
		set_filter(v, v->field.text);
		return true;
	}
	switch (key->name) {
	case K_ESC:
		v->is_typing = false;
		set_filter(v, "");
		return true;
	case K_ENTER:
		v->is_typing = false;
		return true;
	case K_TEXT: case K_TAB: case K_BACK_TAB:
		return true;
	default:
		return false;   /* arrows move the lines meanwhile */
	}
}

/* Rows of companies are not shown here. */
static bool
view_changed(void *view, const struct row *row)
{
	(void)view;
	return row == NULL;
}

static enum text
view_keys(void *view)
{
	const struct log_view *v = view;

	return v->is_typing ? TEXT_CONSOLE_KEYS_FILTER : TEXT_NONE;
}

const struct view_ops view_log = {
	.name = "log",
	.scope = SCOPE_LOG,
	.moves = true,
	.has_margin = true,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.act = view_act,
	.key = view_key,
	.keys = view_keys,
	.changed = view_changed,
	.company = view_about,
	.save = view_save,
};
