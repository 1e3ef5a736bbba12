#include "core/app/qr_screen.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"

#define ROWS_MAX 120            /* more than any code needs */
#define COLUMNS_MAX 1000
#define LINE_BYTES 4096         /* a row of the code, or of words */
#define GAP 2                   /* columns between code and words */
#define WORDS_COLUMNS_LEAST 24  /* narrower, and words go under the code */
#define WORDS_ROWS_LEAST 4
#define WORDS_COLUMNS_MAX 60    /* wider lines are hard to read */

#define BOLD "\033[1m"
#define PLAIN "\033[0m"
#define TO_END "\033[K"

/* One row of the screen: a part of the code, and words from a column on. */
struct row {
	struct buf code, words;
	unsigned column;
};

struct frame {
	struct row *rows;
	unsigned count;
};

struct qr_screen {
	struct qr_terminal terminal;
	enum qr_style wanted;
	enum lang lang;
	struct qr *qr;
	struct buf text;        /* what qr was made from */
	bool too_small;
	struct qr_shape shape;
	struct frame now, next; /* on the screen, and being made */
	bool is_blank;          /* nothing of ours is on the screen */
};

static unsigned
at_most(unsigned v, unsigned max)
{
	return v < max ? v : max;
}

static void
frame_init(struct frame *f, unsigned rows)
{
	f->count = rows;
	f->rows = xcalloc(rows == 0 ? 1 : rows, sizeof *f->rows);
	for (unsigned i = 0; i < rows; i++) {
		/* both show secrets while a link is being made */
		buf_init_secret(&f->rows[i].code, LINE_BYTES);
		buf_init_secret(&f->rows[i].words, LINE_BYTES);
	}
}

static void
frame_finish(struct frame *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		buf_finish(&f->rows[i].code);
		buf_finish(&f->rows[i].words);
	}
	free(f->rows);
	*f = (struct frame){ 0 };
}

static void
frame_clear(struct frame *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		buf_clear(&f->rows[i].code);
		buf_clear(&f->rows[i].words);
		f->rows[i].column = 0;
	}
}

struct qr_screen *
qr_screen_create(const struct qr_terminal *terminal, enum qr_style wanted,
    enum lang lang)
{
	struct qr_screen *s = xcalloc(1, sizeof *s);

	s->terminal = *terminal;
	s->wanted = wanted;
	s->lang = lang;
	buf_init_secret(&s->text, QR_TEXT_MAX);
	qr_screen_resize(s, terminal->rows, terminal->columns);
	return s;
}

void
qr_screen_destroy(struct qr_screen *s)
{
	if (s == NULL)
		return;
	qr_destroy(s->qr);
	buf_finish(&s->text);
	frame_finish(&s->now);
	frame_finish(&s->next);
	free(s);
}

void
qr_screen_resize(struct qr_screen *s, unsigned rows, unsigned columns)
{
	s->terminal.rows = at_most(rows, ROWS_MAX);
	s->terminal.columns = at_most(columns, COLUMNS_MAX);
	frame_finish(&s->now);
	frame_finish(&s->next);
	frame_init(&s->now, s->terminal.rows);
	frame_init(&s->next, s->terminal.rows);
	s->is_blank = true;
}

bool
qr_screen_is_too_small(const struct qr_screen *s, unsigned *rows,
    unsigned *columns)
{
	if (!s->too_small)
		return false;
	*rows = s->shape.rows;
	*columns = s->shape.columns;
	return true;
}

/* --- the code ------------------------------------------------------------- */

static bool
is_same_text(const struct qr_screen *s, const char *text)
{
	return s->qr != NULL && s->text.len == strlen(text) &&
	    memcmp(s->text.data, text, s->text.len) == 0;
}

static enum err
take_text(struct qr_screen *s, const char *text)
{
	enum err err;

	if (text != NULL && is_same_text(s, text))
		return ERR_OK;
	qr_destroy(s->qr);
	s->qr = NULL;
	buf_clear(&s->text);
	if (text == NULL)
		return ERR_OK;
	if ((err = buf_str(&s->text, text)) != ERR_OK)
		return err;
	return qr_create(text, &s->qr);
}

static bool
choose(const struct qr_screen *s, const struct qr_terminal *terminal,
    struct qr_shape *out)
{
	const struct qr_words words = { WORDS_COLUMNS_LEAST + GAP,
	    WORDS_ROWS_LEAST };

	return qr_choose(qr_size(s->qr), s->wanted, terminal, &words, out);
}

static void
choose_shape(struct qr_screen *s)
{
	s->too_small = false;
	s->shape = (struct qr_shape){ 0 };
	if (s->qr != NULL)
		s->too_small = !choose(s, &s->terminal, &s->shape);
}

static bool
is_code_drawn(const struct qr_screen *s)
{
	return s->qr != NULL && !s->too_small;
}

static enum err
draw_code(struct qr_screen *s)
{
	enum err err = ERR_OK;

	for (unsigned i = 0; i < s->shape.rows && err == ERR_OK; i++)
		err = qr_line(s->qr, &s->shape, &s->terminal, i,
		    &s->next.rows[i].code);
	return err;
}

/* --- the words ------------------------------------------------------------ */

/* Where words go next: rows from .. end, so many columns from column on. */
struct pen {
	struct frame *frame;
	unsigned row, end, column, width;
	enum err err;           /* sticky */
};

static void
skip_row(struct pen *pen)
{
	pen->row++;
}

/* One line that fits; emphasis is "" or an escape sequence. */
static void
put_line(struct pen *pen, const char *emphasis, const char *text, size_t n)
{
	struct row *row;

	if (pen->err != ERR_OK || pen->row >= pen->end)
		return;
	row = &pen->frame->rows[pen->row++];
	row->column = pen->column;
	if ((pen->err = buf_str(&row->words, emphasis)) == ERR_OK &&
	    (pen->err = buf_append(&row->words, text, n)) == ERR_OK &&
	    *emphasis != '\0')
		pen->err = buf_str(&row->words, PLAIN);
}

static size_t
cells_of(const char *s, size_t n)
{
	char text[WORDS_MAX];

	if (n >= sizeof text)
		n = sizeof text - 1;
	memcpy(text, s, n);
	text[n] = '\0';
	return str_width_cells(text);
}

/* Bytes of as many whole words of s as fit into width cells; at least one
 * character, so that a word wider than the room is cut, not lost. */
static size_t
fitting(const char *s, size_t width)
{
	size_t best = 0, n;

	for (n = strcspn(s, " "); cells_of(s, n) <= width;
	    n += strcspn(s + n, " ")) {
		best = n;
		if (s[n] == '\0')
			return best;
		n++;
	}
	if (best > 0)
		return best;
	do {
		best++;
		while (((unsigned char)s[best] & 0xc0) == 0x80)
			best++;
	} while (s[best] != '\0' && s[best] != ' ' &&
	    cells_of(s, best + 1) <= width);
	return best;
}

static void
put_text(struct pen *pen, const char *emphasis, const char *text)
{
	char clean[WORDS_MAX];
	const char *s = clean;

	str_clean(clean, sizeof clean, text, strlen(text));
	while (*s != '\0' && pen->row < pen->end && pen->width > 0) {
		const size_t n = fitting(s, pen->width);

		put_line(pen, emphasis, s, n);
		s += n;
		s += strspn(s, " ");
	}
}

static void
put_word(struct pen *pen, enum lang lang, const char *emphasis,
    enum word word, const struct words_args *args)
{
	char text[WORDS_MAX];

	words_format(text, sizeof text, lang, word, args);
	put_text(pen, emphasis, text);
}

static enum word
countdown_word(const struct qr_view *v)
{
	return v->attempt == v->attempts ? WORD_CLI_COUNTDOWN_LAST
	    : WORD_CLI_COUNTDOWN;
}

static void
put_countdown(const struct qr_screen *s, struct pen *pen,
    const struct qr_view *v)
{
	const struct words_args attempt = { .n = v->attempt, .m = v->attempts };
	const struct words_args left = { .n = v->qr_seconds };

	put_word(pen, s->lang, "", countdown_word(v), &left);
	put_word(pen, s->lang, "", WORD_CLI_ATTEMPT, &attempt);
}

static void
put_pairing_code(const struct qr_screen *s, struct pen *pen,
    const struct qr_view *v)
{
	const struct words_args left = { .n = v->code_seconds };

	put_word(pen, s->lang, "", WORD_CLI_CODE, NULL);
	put_text(pen, BOLD, v->code);
	put_word(pen, s->lang, "", WORD_CLI_WINDOW, &left);
}

/* Whether there is room enough, if only blocks could be drawn. */
static bool
is_locale_to_blame(const struct qr_screen *s)
{
	struct qr_terminal better = s->terminal;
	struct qr_shape shape;

	better.utf8 = true;
	return !s->terminal.utf8 && choose(s, &better, &shape);
}

static void
put_too_small(const struct qr_screen *s, struct pen *pen,
    const struct qr_view *v)
{
	const struct words_args need = { .n = s->shape.rows,
	    .m = s->shape.columns };

	put_word(pen, s->lang, "", is_locale_to_blame(s) ? WORD_CLI_QR_NO_UTF8
	    : WORD_CLI_QR_TOO_SMALL, &need);
	if (v->code == NULL)
		put_word(pen, s->lang, "", WORD_CLI_QR_OR_PHONE, NULL);
}

/* Little room: the most important first, without empty lines. */
static void
put_short(const struct qr_screen *s, struct pen *pen, const struct qr_view *v)
{
	if (v->code != NULL)
		put_pairing_code(s, pen, v);
	if (s->too_small)
		put_too_small(s, pen, v);
	else if (s->qr != NULL)
		put_countdown(s, pen, v);
	if (v->sentence != NULL)
		put_text(pen, "", v->sentence);
	if (v->advice != NULL)
		put_text(pen, "", v->advice);
}

static void
put_long(const struct qr_screen *s, struct pen *pen, const struct qr_view *v)
{
	const struct words_args args = { .company = v->company };

	put_word(pen, s->lang, BOLD, WORD_CLI_LINKING, &args);
	skip_row(pen);
	if (v->code != NULL) {
		put_pairing_code(s, pen, v);
		skip_row(pen);
	}
	if (s->qr != NULL) {
		if (s->too_small)
			put_too_small(s, pen, v);
		else
			put_countdown(s, pen, v);
		skip_row(pen);
	}
	if (v->sentence != NULL)
		put_text(pen, BOLD, v->sentence);
	if (v->advice != NULL)
		put_text(pen, "", v->advice);
	if (v->sentence != NULL || v->advice != NULL)
		skip_row(pen);
	if (v->code != NULL || s->qr != NULL) {
		put_word(pen, s->lang, "", is_code_drawn(s) ? WORD_CLI_HOW
		    : WORD_CLI_HOW_CODE, NULL);
		skip_row(pen);
	}
	if (is_code_drawn(s))
		put_word(pen, s->lang, "", WORD_CLI_ENLARGE, NULL);
	put_word(pen, s->lang, "", WORD_CLI_STOP, NULL);
}

#define LONG_ROWS 14            /* put_long without a pairing code */

static enum err
draw_words(struct qr_screen *s, const struct qr_view *v)
{
	struct pen pen = { .frame = &s->next, .end = s->next.count,
	    .width = s->terminal.columns };

	if (is_code_drawn(s)) {
		const unsigned column = s->shape.columns + GAP;

		if (column + WORDS_COLUMNS_LEAST <= s->terminal.columns) {
			pen.column = column;
			pen.width -= column;
		} else {
			pen.row = s->shape.rows;
		}
	}
	pen.width = at_most(pen.width, WORDS_COLUMNS_MAX);
	if (pen.row + LONG_ROWS <= pen.end)
		put_long(s, &pen, v);
	else
		put_short(s, &pen, v);
	return pen.err;
}

/* --- from one frame to the next ------------------------------------------- */

static bool
is_equal(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Clears from the place to the end of the row first: afterwards the cursor
 * may stand behind the last column, where clearing takes what was written. */
static enum err
put_at(struct buf *out, unsigned row, unsigned column, const struct buf *b)
{
	enum err err = buf_printf(out, "\033[%u;%uH" TO_END, row + 1,
	    column + 1);

	return err == ERR_OK ? buf_append(out, b->data, b->len) : err;
}

static enum err
send_row(struct buf *out, unsigned i, const struct row *old,
    const struct row *row)
{
	const bool all = !is_equal(&old->code, &row->code) ||
	    old->column != row->column;
	enum err err = ERR_OK;

	if (all)
		err = put_at(out, i, 0, &row->code);
	if (err == ERR_OK && (all ? row->words.len > 0
	    : !is_equal(&old->words, &row->words)))
		err = put_at(out, i, row->column, &row->words);
	return err;
}

static enum err
send(struct qr_screen *s, struct buf *out)
{
	enum err err = ERR_OK;

	if (s->is_blank) {
		frame_clear(&s->now);
		err = buf_str(out, PLAIN "\033[2J");
	}
	for (unsigned i = 0; i < s->next.count && err == ERR_OK; i++)
		err = send_row(out, i, &s->now.rows[i], &s->next.rows[i]);
	return err;
}

enum err
qr_screen_draw(struct qr_screen *s, const struct qr_view *view,
    struct buf *out)
{
	const size_t before = out->len;
	struct frame old = s->now;
	enum err err;

	if ((err = take_text(s, view->qr_text)) != ERR_OK)
		return err;
	choose_shape(s);
	frame_clear(&s->next);
	if (is_code_drawn(s) && (err = draw_code(s)) != ERR_OK)
		return err;
	if ((err = draw_words(s, view)) != ERR_OK)
		return err;
	if ((err = send(s, out)) != ERR_OK) {
		out->len = before;
		s->is_blank = true;
		return err;
	}
	s->is_blank = false;
	s->now = s->next;
	s->next = old;
	return ERR_OK;
}
