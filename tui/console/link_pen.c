#include "tui/console/link_pen.h"

int
pen_rows_left(const struct pen *pen)
{
	return pen->a.rows - pen->row;
}

void
pen_put(struct pen *pen, unsigned style, const char *text)
{
	if (*text != '\0' && pen_rows_left(pen) > 0)
		pen->row += area_wrap(pen->a, pen->row, style, text);
}

void
pen_text(struct pen *pen, unsigned style, enum text text,
    const struct words_args *args)
{
	char out[WORDS_MAX];

	text_format(out, sizeof out, pen->p->lang, text, args);
	pen_put(pen, style, out);
}

void
pen_word(struct pen *pen, unsigned style, enum word word,
    const struct words_args *args)
{
	char out[WORDS_MAX];

	words_format(out, sizeof out, pen->p->lang, word, args);
	pen_put(pen, style, out);
}

void
pen_skip(struct pen *pen)
{
	if (!pen->is_short && pen->row > 0)
		pen->row++;
}
