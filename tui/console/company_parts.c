/* The company view's lower part: history, log, phones, checks. */
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/company_view.h"
#include "tui/console/log_draw.h"
#include "tui/console/when.h"

#define WORD_CELLS 17           /* and all of it where there is room */
#define WORD_CELLS_WIDE 28
#define WORD_FROM 60            /* columns; narrower ones have the symbol */
#define WORD_WIDE_FROM 110
#define PHONE_CELLS 16
#define CHECK_CELLS 15
#define VERDICT_CELLS 7
#define WHOLE_ROWS_MAX 8
#define WHOLE_MAX (LOG_LINE_MAX + 256)

static const enum text titles[PART_COUNT] = {
	[PART_TIMELINE] = TEXT_COMPANY_TIMELINE,
	[PART_LOG] = TEXT_COMPANY_LOG,
	[PART_LINKS] = TEXT_COMPANY_LINKS,
	[PART_CHECKS] = TEXT_COMPANY_CHECKS,
};

static const enum text nothing[PART_COUNT] = {
	[PART_TIMELINE] = TEXT_COMPANY_NO_CHANGES,
	[PART_LOG] = TEXT_COMPANY_NO_LOG,
	[PART_LINKS] = TEXT_COMPANY_NO_LINKS,
	[PART_CHECKS] = TEXT_COMPANY_NO_CHECKS,
};

size_t
company_part_rows(struct company_view *v, enum company_part part)
{
	switch (part) {
	case PART_TIMELINE:
		return company_change_count(v->news);
	case PART_LOG:
		return log_lines_shown(v->lines);
	case PART_LINKS:
		return company_link_count(v->news);
	default:
		return company_health(v->news)->check_count;
	}
}

/* --- where they stand ----------------------------------------------------- */

/* News come at the top: what is looked at stays where it is, unless that is
 * the newest. */
static void
fit_timeline(struct company_view *v, struct scroll *s)
{
	const size_t count = company_change_count(v->news);
	size_t moved = 0;

	if (s->at == 0 || count == 0)
		return;
	while (s->at + moved < count &&
	    company_change_at(v->news, s->at + moved)->seq != v->change_n)
		moved++;
	if (s->at + moved == count)
		return;
	s->at += moved;
	s->top += moved;
}

static void
fit_log(struct company_view *v, struct scroll *s)
{
	const size_t shown = log_lines_shown(v->lines);
	size_t at;

	if (!v->is_log_moved) {
		s->at = shown == 0 ? 0 : shown - 1;
		return;
	}
	at = log_lines_place(v->lines, v->log_n);
	s->top = s->top + at > s->at ? s->top + at - s->at : 0;
	s->at = at;
}

void
company_fit_parts(struct company_view *v)
{
	fit_timeline(v, &v->scrolls[PART_TIMELINE]);
	fit_log(v, &v->scrolls[PART_LOG]);
	for (int i = 0; i < PART_COUNT; i++)
		scroll_fit(&v->scrolls[i], company_part_rows(v,
		    (enum company_part)i), v->scrolls[i].shown);
	if (company_change_count(v->news) > 0)
		v->change_n = company_change_at(v->news,
		    v->scrolls[PART_TIMELINE].at)->seq;
	if (log_lines_shown(v->lines) > 0)
		v->log_n = log_lines_at(v->lines,
		    v->scrolls[PART_LOG].at)->n;
}

/* --- rows ----------------------------------------------------------------- */

/* To the second, for what follows each other quickly; of today. */
static void
moment(struct company_view *v, char out[WHEN_MAX], int64_t at_ms)
{
	const enum lang lang = console_lang(v->console);
	const int64_t now = console_now_ms(v->console);

	when_short(out, WHEN_MAX, lang, at_ms, now);
	if (strchr(out, ':') != NULL)
		when_second(out, WHEN_MAX, at_ms);
	else
		when_day(out, WHEN_MAX, lang, at_ms, now);
}

static int
draw_when(struct company_view *v, struct area row, unsigned mark,
    int64_t at_ms)
{
	char when[WHEN_MAX];

	moment(v, when, at_ms);
	(void)area_text(row, 0, 0, WHEN_DAY_CELLS, ROLE_DIM | mark, when);
	return WHEN_DAY_CELLS + 1;
}

static void
draw_change(struct company_view *v, struct area row, unsigned mark, size_t i)
{
	const struct company_change *c = company_change_at(v->news, i);
	const enum lang lang = console_lang(v->console);
	const unsigned look = (unsigned)company_role(c->status, c->reason) |
	    mark;
	int column = draw_when(v, row, mark, c->at_ms);
	char code[WORDS_MAX];

	(void)area_symbol(row, 0, column, look,
	    company_symbol(c->status, c->reason));
	column += 2;
	if (row.columns >= WORD_FROM) {
		const int cells = row.columns >= WORD_WIDE_FROM ?
		    WORD_CELLS_WIDE : WORD_CELLS;

		(void)area_text(row, 0, column, cells - 1, look,
		    company_word(c->status, c->reason, lang));
		column += cells;
	}
	if (c->code != 0) {
		text_format(code, sizeof code, lang, TEXT_COMPANY_CODE,
		    &(struct words_args){ .code = (int)c->code });
		(void)area_format(row, 0, column, -1, ROLE_TEXT | mark,
		    "%s (%s)", c->message, code);
	} else {
		(void)area_text(row, 0, column, -1, ROLE_TEXT | mark,
		    c->message);
	}
}

static void
draw_link(struct company_view *v, struct area row, unsigned mark, size_t i)
{
	const struct company_link *l = company_link_at(v->news, i);
	const int column = draw_when(v, row, mark, l->at_ms);

	(void)area_text(row, 0, column, PHONE_CELLS, ROLE_TEXT | mark,
	    l->phone);
	(void)area_text(row, 0, column + PHONE_CELLS + 1, -1,
	    ROLE_DIM | mark, l->platform);
}

static const char *
check_word(const struct company_check *c, enum lang lang)
{
	static const struct {
		const char *name;
		enum text text;
	} words[] = {
		{ "linked", TEXT_CHECK_LINKED },
		{ "connected", TEXT_CHECK_CONNECTED },
		{ "answering", TEXT_CHECK_ANSWERING },
		{ "prekeys", TEXT_CHECK_PREKEYS },
		{ "not_restricted", TEXT_CHECK_RESTRICTED },
		{ "not_flapping", TEXT_CHECK_FLAPPING },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i].name, c->name) == 0)
			return text_get(lang, words[i].text);
	}
	return c->name;
}

/* One cause often fails two checks. */
static bool
is_said_before(struct company_view *v, size_t at)
{
	const struct company_check *checks = company_health(v->news)->checks;

	for (size_t i = 0; i < at; i++) {
		if (!checks[i].ok && !checks[at].ok &&
		    strcmp(checks[i].detail, checks[at].detail) == 0)
			return true;
	}
	return false;
}

/* "12 s ago" would be wrong a second later, and what stands on top of the
 * screen, or a row higher, need not be said again. */
static void
detail_of(struct company_view *v, size_t at, char *out, size_t size)
{
	const struct company_check *c = &company_health(v->news)->checks[at];
	const struct company_state *s = company_state(v->news);
	const enum lang lang = console_lang(v->console);
	char when[WHEN_MAX];

	if (c->ok && strcmp(c->name, "answering") == 0) {
		when_day(when, sizeof when, lang,
		    company_health(v->news)->last_answer_ms,
		    console_now_ms(v->console));
		text_format(out, size, lang, TEXT_COMPANY_ANSWERED,
		    &(struct words_args){ .reason = when });
	} else if (is_said_before(v, at)) {
		out[0] = '\0';
	} else if (!c->ok && s->message[0] != '\0' &&
	    strncmp(c->detail, s->message, strlen(s->message)) == 0) {
		(void)str_copy(out, size,
		    text_get(lang, TEXT_COMPANY_SAID_ABOVE));
	} else {
		(void)str_copy(out, size, c->detail);
	}
}

static void
draw_check(struct company_view *v, struct area row, unsigned mark, size_t i)
{
	const struct company_check *c = &company_health(v->news)->checks[i];
	const enum lang lang = console_lang(v->console);
	const unsigned look = (c->ok ? ROLE_OK : ROLE_BAD) | mark;
	char detail[2 * WORDS_MAX];
	int column = 2;

	(void)area_symbol(row, 0, 0, look, c->ok ? SYM_OK : SYM_BAD);
	(void)area_text(row, 0, column, CHECK_CELLS - 1, ROLE_TEXT | mark,
	    check_word(c, lang));
	column += CHECK_CELLS;
	(void)area_text(row, 0, column, VERDICT_CELLS - 1, look,
	    text_get(lang, c->ok ? TEXT_COMPANY_CHECK_OK :
	    TEXT_COMPANY_CHECK_NOT));
	column += VERDICT_CELLS;
	detail_of(v, i, detail, sizeof detail);
	(void)area_text(row, 0, column, -1, ROLE_TEXT | mark, detail);
}

typedef void (*draw_fn)(struct company_view *v, struct area row,
    unsigned mark, size_t i);

static void
draw_rows(struct company_view *v, struct area a, enum company_part part,
    bool is_current, draw_fn fn)
{
	const struct scroll *s = &v->scrolls[part];

	for (size_t i = s->top; i < s->count && i - s->top < s->shown; i++) {
		const bool is_at = is_current && i == s->at;
		const struct area row = area_part(a, (int)(i - s->top), 0, 1,
		    -1);

		if (is_at) {
			area_fill_line(row, 0, ROLE_TEXT | STYLE_SELECTED);
			area_cursor(row, 0, 0, true);
		}
		fn(v, row, is_at ? STYLE_SELECTED : 0, i);
	}
}

/* --- one line in full ----------------------------------------------------- */

static void
whole_change(struct company_view *v, size_t i, char out[WHOLE_MAX])
{
	const struct company_change *c = company_change_at(v->news, i);
	const enum lang lang = console_lang(v->console);
	char when[WHEN_MAX], code[WORDS_MAX] = "";

	moment(v, when, c->at_ms);
	if (c->code != 0)
		text_format(code, sizeof code, lang, TEXT_COMPANY_CODE,
		    &(struct words_args){ .code = (int)c->code });
	(void)str_format(out, WHOLE_MAX, "%s %s: %s%s%s%s", when,
	    company_word(c->status, c->reason, lang), c->message,
	    code[0] != '\0' ? " (" : "", code, code[0] != '\0' ? ")" : "");
}

static void
whole_check(struct company_view *v, size_t i, char out[WHOLE_MAX])
{
	const struct company_check *c = &company_health(v->news)->checks[i];
	const enum lang lang = console_lang(v->console);
	char detail[2 * WORDS_MAX];

	detail_of(v, i, detail, sizeof detail);
	(void)str_format(out, WHOLE_MAX, "%s %s %s", check_word(c, lang),
	    text_get(lang, c->ok ? TEXT_COMPANY_CHECK_OK :
	    TEXT_COMPANY_CHECK_NOT), detail);
}

/* What a row cuts, in the lower rows; returns what is left of a. */
static struct area
draw_whole(struct company_view *v, struct area a, enum company_part part)
{
	const struct log_entry *e = NULL;
	char text[WHOLE_MAX];
	int rows;

	company_fit_parts(v);
	if (part == PART_LINKS || v->scrolls[part].count == 0)
		return a;
	if (part == PART_LOG)
		e = log_lines_at(v->lines, v->scrolls[part].at);
	else if (part == PART_TIMELINE)
		whole_change(v, v->scrolls[part].at, text);
	else
		whole_check(v, v->scrolls[part].at, text);
	rows = e != NULL ? log_whole_rows(a.columns, e) :
	    area_wrap_rows(a.columns, text);
	rows = rows > WHOLE_ROWS_MAX ? WHOLE_ROWS_MAX : rows;
	rows = rows > a.rows - 1 ? a.rows - 1 : rows;
	if (rows < 1)
		return a;
	if (e != NULL)
		(void)log_draw_whole(area_part(a, a.rows - rows, 0, -1, -1),
		    e);
	else
		(void)area_wrap(area_part(a, a.rows - rows, 0, -1, -1), 0,
		    ROLE_TEXT, text);
	return area_part(a, 0, 0, a.rows - rows, -1);
}

static void
draw_body(struct company_view *v, struct area a, enum company_part part,
    bool is_current)
{
	static const draw_fn fns[PART_COUNT] = {
		[PART_TIMELINE] = draw_change,
		[PART_LINKS] = draw_link,
		[PART_CHECKS] = draw_check,
	};

	if (v->is_open && is_current)
		a = draw_whole(v, a, part);
	v->scrolls[part].shown = a.rows > 0 ? (size_t)a.rows : 0;
	company_fit_parts(v);
	if (v->scrolls[part].count == 0)
		(void)area_text(a, 0, 0, -1, ROLE_DIM,
		    text_get(console_lang(v->console), nothing[part]));
	else if (part == PART_LOG)
		log_draw(a, v->lines, &v->scrolls[part],
		    &(struct log_look){ .is_selected = is_current,
		    .skip = v->skip });
	else
		draw_rows(v, a, part, is_current, fns[part]);
}

/* --- parts ---------------------------------------------------------------- */

static int
draw_name(struct company_view *v, struct area row, int column,
    enum company_part part, bool is_current)
{
	const char *title = text_get(console_lang(v->console), titles[part]);
	const size_t count = company_part_rows(v, part);
	int end = column;

	end += area_text(row, 0, end, -1, is_current ?
	    (unsigned)ROLE_STRONG | STYLE_SELECTED : ROLE_COLUMN, title);
	if (part == PART_LINKS && count > 0)
		end += area_format(row, 0, end, -1, ROLE_DIM, " %zu", count);
	return end + 2;
}

void
company_draw_part(struct company_view *v, struct area a,
    enum company_part part, bool is_current)
{
	(void)draw_name(v, area_part(a, 0, 0, 1, -1), 0, part, is_current);
	draw_body(v, area_part(a, 1, 0, -1, -1), part, is_current);
}

void
company_draw_tabs(struct company_view *v, struct area a)
{
	int column = 0;

	for (int i = 0; i < PART_COUNT; i++)
		column = draw_name(v, area_part(a, 0, 0, 1, -1), column,
		    (enum company_part)i, v->part == (enum company_part)i);
	draw_body(v, area_part(a, 1, 0, -1, -1), v->part, true);
}
