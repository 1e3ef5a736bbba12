#include "tui/console/columns.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/when.h"

#define NAME_LEAST 4            /* cells; less of a name says nothing */
#define PHONE_END 5             /* "*4567" */

/* --- cells --------------------------------------------------------------------- */

static void
state_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)width;
	(void)str_format(out, size, "%s%s", row_word(row, env->lang),
	    env->is_stale ? "?" : "");
}

static void
company_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)env;
	(void)width;
	(void)str_copy(out, size, row->company);
}

static void
name_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)env;
	(void)width;
	(void)str_copy(out, size, row->name);
}

/* The end of a number tells them apart, so that is what stays of it. */
static void
put_phone(const char *phone, int width, char *out, size_t size)
{
	const size_t len = strlen(phone);

	if (len <= (size_t)width || len < PHONE_END)
		(void)str_copy(out, size, phone);
	else
		(void)str_copy(out, size, phone + len - PHONE_END);
}

static void
phone_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)env;
	put_phone(row->phone, width, out, size);
}

static void
pinned_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)env;
	put_phone(row->pinned, width, out, size);
}

static void
since_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)width;
	when_short(out, size, env->lang, row->since_ms, env->now_ms);
}

/*
 * The core drops a connection that has given no answer for half a minute, so
 * a word stands for "a moment ago" and an idle screen need not count.
 */
static void
seen_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)width;
	if (row->connected && !env->is_stale)
		text_format(out, size, env->lang, TEXT_COLUMN_LIVE, NULL);
	else
		when_short(out, size, env->lang, row->last_seen_ms,
		    env->now_ms);
}

static void
reconnects_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)env;
	(void)width;
	out[0] = '\0';
	if (row->reconnects > 0)
		(void)str_format(out, size, "%u", row->reconnects);
}

static void
next_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	out[0] = '\0';
	/* nobody is there who would do it, and nothing counts down */
	if (!env->is_stale)
		row_next(row, env->lang, env->now_ms, out, size);
	else if (row->reason == WA_REASON_NOT_RUNNING)
		(void)str_copy(out, size, text_get(env->lang,
		    TEXT_NEXT_START));
	if (out[0] == '\0' && !env->has_state)
		state_cell(row, env, width, out, size);
}

static void
priority_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)env;
	(void)width;
	out[0] = '\0';
	if (row->priority != 0)
		(void)str_format(out, size, "%d", row->priority);
}

/* As the API and the log name it, which is what an admin searches for. */
static void
reason_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)env;
	(void)width;
	(void)str_copy(out, size, row->reason == WA_REASON_OK ? "" :
	    wa_reason_name(row->reason));
}

static void
code_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)env;
	(void)width;
	out[0] = '\0';
	if (row->code != 0)
		(void)str_format(out, size, "%u", row->code);
}

static void
error_cell(const struct row *row, const struct cell_env *env, int width,
    char *out, size_t size)
{
	(void)width;
	when_short(out, size, env->lang, row->last_error_ms, env->now_ms);
}

/* --- the table ------------------------------------------------------------------- */

static const struct column_rule rules[COLUMN_COUNT] = {
	[COLUMN_TAG] = { "tag", TEXT_NONE, 1, 1, 1, 0, .pinned = true,
	    .sort = SORT_COUNT },
	[COLUMN_SYMBOL] = { "symbol", TEXT_NONE, 1, 1, 1, 1, .pinned = true,
	    .sort = SORT_NEED },
	[COLUMN_STATE] = { "state", TEXT_COLUMN_STATE, 14, 16, 20, 4,
	    .sort = SORT_STATUS, .cell = state_cell },
	[COLUMN_COMPANY] = { "company", TEXT_COLUMN_COMPANY, 12, 14, 24, 2,
	    .pinned = true, .sort = SORT_COMPANY, .cell = company_cell },
	[COLUMN_NAME] = { "name", TEXT_COLUMN_NAME, 14, 20, 32, 9,
	    .sort = SORT_NAME, .cell = name_cell },
	[COLUMN_PHONE] = { "phone", TEXT_COLUMN_PHONE, PHONE_END, 12, 12, 8,
	    .whole = true, .sort = SORT_COUNT, .cell = phone_cell },
	[COLUMN_SINCE] = { "since", TEXT_COLUMN_SINCE, 6, 6, 6, 5,
	    .sort = SORT_SINCE, .cell = since_cell },
	[COLUMN_SEEN] = { "seen", TEXT_COLUMN_SEEN, 6, 6, 6, 6,
	    .sort = SORT_SEEN, .cell = seen_cell },
	[COLUMN_RECONNECTS] = { "reconnects", TEXT_COLUMN_RECONNECTS, 3, 4, 5,
	    7, .right = true, .sort = SORT_RECONNECTS,
	    .cell = reconnects_cell },
	[COLUMN_NEXT] = { "next", TEXT_COLUMN_NEXT, 22, 24, 30, 3,
	    .sort = SORT_COUNT, .cell = next_cell },
	[COLUMN_PRIORITY] = { "priority", TEXT_COLUMN_PRIORITY, 4, 4, 5, 12,
	    .right = true, .wide = true, .sort = SORT_PRIORITY,
	    .cell = priority_cell },
	[COLUMN_PINNED] = { "pinned", TEXT_COLUMN_PINNED, 6, 12, 12, 13,
	    .whole = true, .wide = true, .sort = SORT_COUNT, .cell = pinned_cell },
	[COLUMN_REASON] = { "reason", TEXT_COLUMN_REASON, 12, 15, 17, 10,
	    .wide = true, .sort = SORT_COUNT, .cell = reason_cell },
	[COLUMN_CODE] = { "code", TEXT_COLUMN_CODE, 4, 4, 4, 11,
	    .right = true, .wide = true, .sort = SORT_COUNT,
	    .cell = code_cell },
	[COLUMN_ERROR] = { "error", TEXT_COLUMN_ERROR, 6, 6, 6, 14,
	    .wide = true, .sort = SORT_COUNT, .cell = error_cell },
};

const struct column_rule *
column_rule(enum column column)
{
	return &rules[column];
}

/* --- layout ---------------------------------------------------------------------------- */

struct room {
	int width[COLUMN_COUNT];        /* 0: not shown */
	int left;                       /* cells that nobody has yet */
	int gap;
};

/* Blanks in front of a column: mark, sign and state belong together. */
static int
gap_before(const struct room *r, enum column c)
{
	if (c <= COLUMN_SYMBOL)
		return 0;
	return c == COLUMN_STATE ||
	    (c == COLUMN_COMPANY && r->width[COLUMN_STATE] == 0) ? 1 : r->gap;
}

static bool
take(struct room *r, enum column c)
{
	const int cost = gap_before(r, c) + rules[c].least;

	if (r->left < cost)
		return false;
	r->width[c] = rules[c].least;
	r->left -= cost;
	return true;
}

static enum column
by_rank(int rank)
{
	for (enum column c = 0; c < COLUMN_COUNT; c++) {
		if (rules[c].rank == rank)
			return c;
	}
	return COLUMN_COUNT;
}

static bool
is_offered(enum column c, bool wide)
{
	return wide || !rules[c].wide;
}

/* The first that does not fit ends it: what is less important does not come
 * in its place, so that a wider screen only ever adds. */
static void
take_by_rank(struct room *r, bool wide)
{
	for (int rank = 0; rank < COLUMN_COUNT; rank++) {
		const enum column c = by_rank(rank);

		if (is_offered(c, wide) && !take(r, c))
			return;
	}
}

static void
take_in_order(struct room *r, bool wide, unsigned skip)
{
	for (enum column c = 0; c < COLUMN_COUNT; c++) {
		if (rules[c].pinned)
			(void)take(r, c);
	}
	for (enum column c = 0; c < COLUMN_COUNT; c++) {
		if (rules[c].pinned || !is_offered(c, wide))
			continue;
		if (skip > 0)
			skip--;
		else if (!take(r, c))
			return;
	}
}

/* Up to best or most, the important ones first. */
static void
grow(struct room *r, bool beyond_best)
{
	for (int rank = 0; rank < COLUMN_COUNT; rank++) {
		const enum column c = by_rank(rank);
		int more = (beyond_best ? rules[c].most : rules[c].best) -
		    r->width[c];

		if (r->width[c] == 0)
			continue;
		if (more > r->left)
			more = rules[c].whole ? 0 : r->left;
		r->width[c] += more;
		r->left -= more;
	}
}

/* Two blanks between columns where all of them are as wide as they like. */
static void
spread(struct room *r, int width)
{
	struct room wide = *r;
	int best = 0, least = 0;

	wide.gap = 2;
	for (enum column c = 0; c < COLUMN_COUNT; c++) {
		if (r->width[c] == 0)
			continue;
		best += gap_before(&wide, c) + rules[c].best;
		least += gap_before(&wide, c) + rules[c].least;
	}
	if (best > width)
		return;
	*r = wide;
	r->left = width - least;
}

static void
place(const struct room *r, bool wide, unsigned skip, struct columns *out)
{
	int at = 0;
	bool is_after = false;

	*out = (struct columns){ 0 };
	for (enum column c = 0; c < COLUMN_COUNT; c++) {
		if (r->width[c] > 0) {
			at += gap_before(r, c);
			out->shown[out->count].column = c;
			out->shown[out->count].at = at;
			out->shown[out->count].width = r->width[c];
			out->count++;
			at += r->width[c];
			is_after = is_after || !rules[c].pinned;
		} else if (is_offered(c, wide)) {
			out->more_left = out->more_left ||
			    (skip > 0 && !is_after);
			out->more_right = out->more_right || skip == 0 ||
			    is_after;
		}
	}
}

void
columns_layout(int width, bool wide, unsigned skip, struct columns *out)
{
	struct room r = { .left = width, .gap = 1 };

	if (skip == 0)
		take_by_rank(&r, wide);
	else
		take_in_order(&r, wide, skip);
	spread(&r, width);
	grow(&r, false);
	grow(&r, true);
	place(&r, wide, skip, out);
}

bool
columns_have(const struct columns *cs, enum column column)
{
	for (size_t i = 0; i < cs->count; i++) {
		if (cs->shown[i].column == column)
			return true;
	}
	return false;
}

enum column
columns_at(const struct columns *cs, int at)
{
	for (size_t i = 0; i < cs->count; i++) {
		if (at >= cs->shown[i].at &&
		    at < cs->shown[i].at + cs->shown[i].width)
			return cs->shown[i].column;
	}
	return COLUMN_COUNT;
}

/* --- drawing ----------------------------------------------------------------------------- */

void
columns_draw_head(const struct columns *cs, struct area row, enum lang lang,
    enum sort sort, bool reverse)
{
	area_fill(row, ROLE_COLUMN);
	for (size_t i = 0; i < cs->count; i++) {
		const struct column_rule *rule = &rules[cs->shown[i].column];
		const char *head = text_get(lang, rule->head);
		const int width = cs->shown[i].width;
		int at = cs->shown[i].at;
		/* the mark stands behind the head, or takes its last cell */
		int end = (int)str_width_cells(head);

		if (end > width)
			end = width;
		if (rule->right)
			at += width - end;
		(void)area_text(row, 0, at, end, ROLE_COLUMN, head);
		if (rule->sort != sort)
			continue;
		at = rule->right && at > 0 ? at - 1 :
		    end < width ? at + end : at + width - 1;
		(void)area_symbol(row, 0, at, ROLE_COLUMN,
		    reverse ? SYM_SORT_DOWN : SYM_SORT_UP);
	}
	if (cs->more_left)
		(void)area_symbol(row, 0, 0, ROLE_COLUMN, SYM_MORE_LEFT);
	if (cs->more_right && row.columns > 1)
		(void)area_symbol(row, 0, row.columns - 1, ROLE_COLUMN,
		    SYM_MORE_RIGHT);
}

/* Colour says the state; what is wrong is strong, what rests recedes. */
static enum role
cell_role(enum column column, const struct row *row)
{
	const bool is_bad = row_need(row) == NEED_ADMIN;

	switch (column) {
	case COLUMN_TAG:
		return ROLE_TAG;
	case COLUMN_SYMBOL:
	case COLUMN_STATE:
		return row_role(row);
	case COLUMN_NEXT:
		return row_is_problem(row) ? row_role(row) :
		    row_need(row) == NEED_NOTHING ? ROLE_DIM : ROLE_TEXT;
	case COLUMN_COMPANY:
		return is_bad ? ROLE_STRONG : ROLE_TEXT;
	case COLUMN_NAME:
		return ROLE_TEXT;
	default:
		return is_bad ? ROLE_TEXT : ROLE_DIM;
	}
}

/* Where names have no column of their own, what the id leaves of its cell is
 * the name's: many know their companies by that alone. */
static void
draw_name(struct area line, const struct row *row, int at, int width,
    unsigned style)
{
	const int taken = area_cells(line, row->company) + 1;

	if (row->name[0] != '\0' && width - taken >= NAME_LEAST)
		(void)area_text(line, 0, at + taken, width - taken, style,
		    row->name);
}

static void
draw_cell(const struct columns *cs, size_t i, struct area line,
    const struct row *row, const struct cell_env *env, unsigned style)
{
	const enum column column = cs->shown[i].column;
	const int at = cs->shown[i].at, width = cs->shown[i].width;
	char text[CELL_MAX] = "";

	if (column == COLUMN_TAG) {
		if (row->tagged)
			(void)area_symbol(line, 0, at, style, SYM_TAG);
		return;
	}
	if (column == COLUMN_SYMBOL && env->is_stale) {
		(void)area_text(line, 0, at, width, style, "?");
		return;
	}
	if (column == COLUMN_SYMBOL) {
		(void)area_symbol(line, 0, at, style, row_symbol(row));
		return;
	}
	rules[column].cell(row, env, width, text, sizeof text);
	if (rules[column].right)
		area_text_right(line, 0, at, width, style, text);
	else
		(void)area_text(line, 0, at, width, style, text);
	if (column == COLUMN_COMPANY && !columns_have(cs, COLUMN_NAME))
		draw_name(line, row, at, width,
		    ROLE_DIM | (style & STYLE_SELECTED));
}

void
columns_draw_row(const struct columns *cs, struct area line,
    const struct row *row, const struct cell_env *env, bool selected)
{
	const unsigned more = selected ? STYLE_SELECTED : 0;

	if (selected)
		area_fill(line, ROLE_TEXT | STYLE_SELECTED);
	for (size_t i = 0; i < cs->count; i++)
		draw_cell(cs, i, line, row, env, more | (env->is_stale ?
		    ROLE_DIM : cell_role(cs->shown[i].column, row)));
}
