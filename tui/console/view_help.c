/* The help: what the table of keys and the table of commands say, with the
 * view it was asked from first. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/command.h"
#include "tui/console/console.h"
#include "tui/console/fleet_impl.h"
#include "tui/console/input.h"

#define KEYS_MAX 64
#define FIND_MAX 64
#define TWO_COLUMNS_FROM 120
#define NARROW_BELOW 50
#define KEYS_CELLS 16
#define KEYS_CELLS_NARROW 9
#define USAGE_CELLS 26

struct item {
	char keys[KEYS_MAX];            /* "" of a head */
	const char *text;
	enum symbol symbol;             /* SYM_COUNT: none */
	bool is_head, is_usage, is_hidden;
	int rows;                       /* of the last layout */
};

struct help {
	struct console *console;
	struct item *items;
	size_t count;
	struct input find;
	bool is_finding;                /* the field is open */
	int top, rows, shown;           /* the first row; of all; that fit */
};

/* --- what it says -------------------------------------------------------------- */

static struct item *
add(struct help *h, const char *keys, const char *text)
{
	struct item *item;

	h->items = xreallocarray(h->items, h->count + 1, sizeof *h->items);
	item = &h->items[h->count++];
	*item = (struct item){ .text = text, .symbol = SYM_COUNT };
	(void)str_copy(item->keys, sizeof item->keys, keys);
	return item;
}

static const char *
get(const struct help *h, enum text text)
{
	return text_get(console_lang(h->console), text);
}

static void
add_head(struct help *h, enum text text)
{
	add(h, "", get(h, text))->is_head = true;
}

/* "k, Up" */
static void
put_keys(const struct binding *b, char *out, size_t size)
{
	char name[KEYS_MAX];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; n < size; i++) {
		binding_key_name(b, i, name, sizeof name);
		if (name[0] == '\0')
			return;
		(void)str_format(out + n, size - n, "%s%s", i > 0 ? ", " : "",
		    name);
		n = strlen(out);
	}
}

static void
add_scope(struct help *h, enum scope scope)
{
	static const enum text heads[SCOPE_COUNT] = {
		[SCOPE_COMPANIES] = TEXT_HELP_HEAD_COMPANIES,
		[SCOPE_COMPANY] = TEXT_HELP_HEAD_COMPANY,
		[SCOPE_LINK] = TEXT_HELP_HEAD_LINK,
		[SCOPE_LOG] = TEXT_HELP_HEAD_LOG,
		[SCOPE_LISTENER] = TEXT_HELP_HEAD_LISTENER,
		[SCOPE_HELP] = TEXT_HELP_HEAD_HELP,
		[SCOPE_MOVE] = TEXT_HELP_HEAD_MOVE,
		[SCOPE_ALL] = TEXT_HELP_HEAD_ALL,
	};
	char keys[KEYS_MAX];

	add_head(h, heads[scope]);
	for (size_t i = 0; i < binding_count; i++) {
		if (bindings[i].scope != scope)
			continue;
		put_keys(&bindings[i], keys, sizeof keys);
		(void)add(h, keys, get(h, bindings[i].help));
	}
}

static void
add_commands(struct help *h)
{
	add_head(h, TEXT_HELP_HEAD_COMMANDS);
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const struct command_rule *rule =
		    command_rule((enum command)i);

		add(h, rule->usage, get(h, rule->help))->is_usage = true;
	}
}

static void
add_states(struct help *h)
{
	static const struct {
		enum symbol symbol;
		enum text text;
	} states[] = {
		{ SYM_BAD, TEXT_HELP_STATE_BAD },
		{ SYM_WAITING, TEXT_HELP_STATE_WAITING },
		{ SYM_WORKING, TEXT_HELP_STATE_WORKING },
		{ SYM_OK, TEXT_HELP_STATE_OK },
		{ SYM_PAUSED, TEXT_HELP_STATE_PAUSED },
		{ SYM_IDLE, TEXT_HELP_STATE_IDLE },
		{ SYM_TAG, TEXT_HELP_STATE_TAG },
	};

	add_head(h, TEXT_HELP_HEAD_STATES);
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		add(h, "", get(h, states[i].text))->symbol =
		    states[i].symbol;
}

static void
add_start(struct help *h)
{
	add_head(h, TEXT_HELP_HEAD_START);
	(void)add(h, "--plain", get(h, TEXT_HELP_START_PLAIN));
	(void)add(h, "--read-only", get(h, TEXT_HELP_START_READ_ONLY));
	(void)add(h, "--lang LANG", get(h, TEXT_HELP_START_LANG));
	(void)add(h, "NO_COLOR=1", get(h, TEXT_HELP_START_NO_COLOR));
	(void)add(h, get(h, TEXT_HELP_START_LETTERS),
	    get(h, TEXT_HELP_START_LAYOUT));
}

static void
add_all(struct help *h, enum scope first)
{
	if (first != SCOPE_MOVE)
		add_scope(h, first);
	add_scope(h, SCOPE_MOVE);
	add_scope(h, SCOPE_ALL);
	add_commands(h);
	for (int i = 0; i < SCOPE_MOVE; i++) {
		if ((enum scope)i != first)
			add_scope(h, (enum scope)i);
	}
	add_states(h);
	add_start(h);
}

/* --- finding --------------------------------------------------------------------- */

static bool
has_text(const struct item *item, const char *folded)
{
	char text[WORDS_MAX + KEYS_MAX], small[sizeof text];

	(void)str_format(text, sizeof text, "%s %s", item->keys, item->text);
	filter_fold(small, sizeof small, text);
	return strstr(small, folded) != NULL;
}

/* A head stays with what is left of its section. */
static void
find(struct help *h)
{
	struct item *head = NULL;
	char folded[FIND_MAX + 1];
	const bool all = h->find.len == 0;

	filter_fold(folded, sizeof folded, h->find.text);
	for (size_t i = 0; i < h->count; i++) {
		struct item *item = &h->items[i];

		item->is_hidden = !all && (item->is_head ||
		    !has_text(item, folded));
		if (item->is_head)
			head = item;
		else if (!item->is_hidden && head != NULL)
			head->is_hidden = false;
	}
	h->top = 0;
}

static size_t
found(const struct help *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->count; i++)
		n += !h->items[i].is_head && !h->items[i].is_hidden;
	return n;
}

/* --- layout ------------------------------------------------------------------------ */

static int
keys_cells(const struct item *item, int columns)
{
	if (item->is_head)
		return 0;
	if (item->symbol != SYM_COUNT)
		return 3;
	if (columns < NARROW_BELOW)
		return item->is_usage || (int)str_width_cells(item->keys) >
		    KEYS_CELLS_NARROW - 2 ? columns : KEYS_CELLS_NARROW;
	return item->is_usage ? USAGE_CELLS : KEYS_CELLS;
}

/* Where keys need the row for themselves, the text stands below. */
static bool
is_stacked(const struct item *item, int columns)
{
	return keys_cells(item, columns) == columns;
}

static int
text_columns(const struct item *item, int columns)
{
	return is_stacked(item, columns) ? columns - 2 :
	    columns - keys_cells(item, columns) - 1;
}

static void
lay_out(struct help *h, int columns)
{
	h->rows = 0;
	for (size_t i = 0; i < h->count; i++) {
		struct item *item = &h->items[i];

		if (item->is_hidden)
			continue;
		item->rows = area_wrap_rows(text_columns(item, columns),
		    item->text) + is_stacked(item, columns) +
		    (item->is_head && h->rows > 0);
		h->rows += item->rows;
	}
}

static void
fit(struct help *h)
{
	const int last = h->rows > h->shown ? h->rows - h->shown : 0;

	if (h->top > last)
		h->top = last;
	if (h->top < 0)
		h->top = 0;
}

/* --- drawing -------------------------------------------------------------------------- */

/* row may be above the area: what is below its edge is drawn. */
static void
draw_item(const struct item *item, struct area a, int row)
{
	const int cells = keys_cells(item, a.columns);
	struct area text = area_part(a, 0, cells + 1, -1, -1);

	if (item->is_head) {
		(void)area_wrap(a, row + item->rows -
		    area_wrap_rows(a.columns - 1, item->text), ROLE_COLUMN,
		    item->text);
		return;
	}
	if (is_stacked(item, a.columns)) {
		text = area_part(a, 0, 2, -1, -1);
		(void)area_text(a, row, 0, -1, ROLE_STRONG, item->keys);
		(void)area_wrap(text, row + 1, ROLE_TEXT, item->text);
		return;
	}
	if (item->symbol != SYM_COUNT)
		(void)area_symbol(a, row, 1, ROLE_STRONG, item->symbol);
	else
		(void)area_text(a, row, 1, cells - 1, ROLE_STRONG,
		    item->keys);
	(void)area_wrap(text, row, ROLE_TEXT, item->text);
}

/* The rows from first on. */
static void
draw_column(const struct help *h, struct area a, int first)
{
	int row = -first;

	for (size_t i = 0; i < h->count && row < a.rows; i++) {
		const struct item *item = &h->items[i];

		if (item->is_hidden)
			continue;
		if (row + item->rows > 0)
			draw_item(item, a, row);
		row += item->rows;
	}
}

static void
draw_find(struct help *h, struct area a)
{
	const enum lang lang = console_lang(h->console);
	const size_t n = found(h);
	char text[WORDS_MAX];
	int width;

	text_format(text, sizeof text, lang, n > 0 ? TEXT_HELP_FOUND :
	    TEXT_HELP_FOUND_NONE, &(struct words_args){ .n = (int64_t)n });
	width = a.columns / 2;
	(void)area_text(a, 0, 0, 1, ROLE_STRONG, "/");
	if (h->is_finding)
		input_draw(&h->find, a, 0, 1, width - 2, ROLE_INPUT);
	else
		(void)area_text(a, 0, 1, width - 2, ROLE_STRONG,
		    h->find.text);
	(void)area_text(a, 0, width, -1, ROLE_DIM, text);
}

static void
help_draw(void *view, struct area body)
{
	struct help *h = view;
	const bool has_find = h->is_finding || h->find.len > 0;
	const bool is_wide = body.columns >= TWO_COLUMNS_FROM;
	const int columns = is_wide ? body.columns / 2 - 1 : body.columns;
	struct area a = area_part(body, has_find ? 1 : 0, 0, -1, -1);

	lay_out(h, columns);
	h->shown = is_wide ? 2 * a.rows : a.rows;
	fit(h);
	area_cursor(a, 0, 0, true);
	draw_column(h, area_part(a, 0, 0, -1, columns), h->top);
	if (is_wide)
		draw_column(h, area_part(a, 0, columns + 2, -1, -1),
		    h->top + a.rows);
	if (has_find)
		draw_find(h, area_part(body, 0, 0, 1, -1));
}

/* --- keys -------------------------------------------------------------------------------- */

static bool
scroll(struct help *h, enum action action)
{
	const int page = h->shown > 1 ? h->shown - 1 : 1;

	switch (action) {
	case ACTION_UP:
		h->top--;
		break;
	case ACTION_DOWN:
		h->top++;
		break;
	case ACTION_PAGE_UP:
		h->top -= page;
		break;
	case ACTION_PAGE_DOWN:
		h->top += page;
		break;
	case ACTION_TOP:
		h->top = 0;
		break;
	case ACTION_BOTTOM:
		h->top = h->rows;
		break;
	default:
		return false;
	}
	fit(h);
	return true;
}

static void
end_find(struct help *h)
{
	h->is_finding = false;
	input_set(&h->find, "");
	find(h);
}

static bool
help_act(void *view, enum action action)
{
	struct help *h = view;

	if (action == ACTION_FILTER) {
		h->is_finding = true;
		return true;
	}
	/* the key that opened it closes it */
	if (action == ACTION_HELP) {
		console_back(h->console);
		return true;
	}
	if (action == ACTION_BACK && h->find.len > 0) {
		end_find(h);
		return true;
	}
	return scroll(h, action);
}

static bool
help_key(void *view, const struct key *key)
{
	struct help *h = view;

	if (!h->is_finding)
		return false;
	if (input_key(&h->find, key)) {
		find(h);
		return true;
	}
	if (key->name == K_ENTER)
		h->is_finding = false;
	else if (key->name == K_ESC)
		end_find(h);
	else
		return false;
	return true;
}

/* --- birth and end -------------------------------------------------------------------------- */

static void *
help_open(struct console *c, const char *company)
{
	struct help *h = xcalloc(1, sizeof *h);

	(void)company;
	h->console = c;
	input_init(&h->find, "", FIND_MAX);
	add_all(h, console_scope(c));
	return h;
}

static void
help_close(void *view)
{
	struct help *h = view;

	free(h->items);
	free(h);
}

/* No company changes what it says. */
static bool
help_changed(void *view, const struct row *row)
{
	(void)view;
	(void)row;
	return false;
}

static enum text
help_keys(void *view)
{
	const struct help *h = view;

	return h->is_finding ? TEXT_CONSOLE_KEYS_FILTER : TEXT_NONE;
}

const struct view_ops view_help = {
	.name = "help",
	.scope = SCOPE_HELP,
	.moves = true,
	.has_margin = true,
	.open = help_open,
	.close = help_close,
	.draw = help_draw,
	.act = help_act,
	.key = help_key,
	.keys = help_keys,
	.changed = help_changed,
};
