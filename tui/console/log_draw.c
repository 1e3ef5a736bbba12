#include "tui/console/log_draw.h"

#include "core/base/str.h"
#include "tui/console/when.h"

#define TIME_CELLS 8
#define LEVEL_CELLS 5
#define COMPANY_CELLS 14
#define LEVEL_FROM 60           /* columns; narrower ones have the symbol */
#define COMPANY_FROM 76
#define WHOLE_MAX (LOG_LINE_MAX + 256)

enum role
log_role(enum log_level level)
{
	switch (level) {
	case LOG_ERROR:
		return ROLE_BAD;
	case LOG_WARN:
		return ROLE_WAITING;
	case LOG_DEBUG:
		return ROLE_DIM;
	default:
		return ROLE_TEXT;
	}
}

static enum symbol
symbol_of(enum log_level level)
{
	switch (level) {
	case LOG_ERROR:
		return SYM_BAD;
	case LOG_WARN:
		return SYM_WAITING;
	default:
		return SYM_BULLET;
	}
}

static const char *
skip_characters(const char *text, size_t n)
{
	for (; n > 0 && *text != '\0'; n--) {
		text++;
		while (((unsigned char)*text & 0xc0) == 0x80)
			text++;
	}
	return text;
}

static void
draw_row(struct area row, const struct log_entry *e,
    const struct log_look *look, bool is_at)
{
	const unsigned mark = is_at ? STYLE_SELECTED : 0;
	const unsigned level = (unsigned)log_role(e->level) | mark;
	char time[WHEN_MAX];
	int column = 0;

	if (is_at)
		area_fill_line(row, 0, ROLE_TEXT | STYLE_SELECTED);
	when_second(time, sizeof time, e->at_ms);
	(void)area_text(row, 0, column, TIME_CELLS, ROLE_DIM | mark, time);
	column += TIME_CELLS + 1;
	(void)area_symbol(row, 0, column, level, symbol_of(e->level));
	column += 2;
	if (row.columns >= LEVEL_FROM) {
		(void)area_text(row, 0, column, LEVEL_CELLS, level,
		    log_level_name(e->level));
		column += LEVEL_CELLS + 1;
	}
	if (look->has_company && row.columns >= COMPANY_FROM) {
		(void)area_text(row, 0, column, COMPANY_CELLS,
		    ROLE_TEXT | mark, e->company);
		column += COMPANY_CELLS + 1;
	}
	(void)area_text(row, 0, column, -1, ROLE_TEXT | mark,
	    skip_characters(e->text, look->skip));
}

void
log_draw(struct area a, const struct log_lines *lines,
    const struct scroll *scroll, const struct log_look *look)
{
	const size_t shown = log_lines_shown(lines);

	for (int row = 0; row < a.rows; row++) {
		const size_t i = scroll->top + (size_t)row;
		const bool is_at = look->is_selected && i == scroll->at;

		if (i >= shown)
			return;
		draw_row(area_part(a, row, 0, 1, -1),
		    log_lines_at(lines, i), look, is_at);
		if (is_at)
			area_cursor(a, row, 0, true);
	}
}

static void
whole(const struct log_entry *e, char out[WHOLE_MAX])
{
	char time[WHEN_MAX];

	when_second(time, sizeof time, e->at_ms);
	(void)str_format(out, WHOLE_MAX, "%s %s%s%s %s", time,
	    log_level_name(e->level), e->company[0] != '\0' ? " " : "",
	    e->company, e->text);
}

int
log_draw_whole(struct area a, const struct log_entry *e)
{
	char text[WHOLE_MAX];

	whole(e, text);
	return area_wrap(a, 0, ROLE_TEXT, text);
}

int
log_whole_rows(int columns, const struct log_entry *e)
{
	char text[WHOLE_MAX];

	whole(e, text);
	return area_wrap_rows(columns, text);
}
