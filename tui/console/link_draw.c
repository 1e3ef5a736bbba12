#include "tui/console/link_draw.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/bigcode.h"
#include "tui/console/link_pen.h"
#include "tui/console/qr_area.h"
#include "tui/console/when.h"

#define MARGIN 1
#define GAP 2                   /* columns between a QR and words */
#define WORDS_COLUMNS_LEAST 24  /* narrower, and words go under the QR */
#define WORDS_ROWS_LEAST 4
#define WORDS_COLUMNS_MAX 78    /* longer lines are hard to read */
#define BESIDE_CODE_LEAST 56    /* a code in big letters, beside a QR */
#define STEP_INDENT 3
#define SHORT_ROWS 12           /* less: the most important alone */

/* --- the QR --------------------------------------------------------------------- */

static const struct qr *
qr_of(const struct link_picture *p)
{
	if (p->share != NULL)
		return p->share->phase == SHARE_READY && p->share->shows_qr ?
		    p->share->qr : NULL;
	return p->qr;
}

static bool
choose(const struct link_picture *p, enum qr_style style, int rows,
    int columns, struct qr_shape *out)
{
	const struct qr_terminal terminal = { .rows = (unsigned)rows,
	    .columns = (unsigned)columns, .utf8 = true,
	    .sextants = p->sextants, .colours256 = true };
	const struct qr_words words = { WORDS_COLUMNS_LEAST + GAP,
	    WORDS_ROWS_LEAST };

	return rows > 0 && columns > 0 &&
	    qr_choose(qr_size(qr_of(p)), style, &terminal, &words, out);
}

static bool
can_draw(const struct link_picture *p)
{
	return p->can_qr && p->utf8 && qr_of(p) != NULL;
}

/* Beside a pairing code, where there is plenty of room. */
static bool
fits_beside(const struct link_picture *p, struct area body,
    struct qr_shape *out)
{
	if (!can_draw(p) || p->attempt->code[0] == '\0')
		return false;
	*out = qr_shape(qr_size(p->qr), QR_HALF, QR_QUIET);
	return (int)out->rows <= body.rows && (int)out->columns + GAP +
	    BESIDE_CODE_LEAST <= body.columns;
}

/* Room for the countdown at least. */
static bool
has_words(const struct qr_shape *shape, int rows, int columns)
{
	return (int)shape->rows < rows ||
	    (int)shape->columns + GAP + WORDS_COLUMNS_LEAST <= columns;
}

static bool
wants_qr(const struct link_picture *p)
{
	return p->share != NULL ? p->share->shows_qr : p->shows_qr;
}

bool
link_draw_wants_whole(const struct link_picture *p, int rows, int body_rows,
    int columns)
{
	struct qr_shape whole, part;

	if (!wants_qr(p) || !can_draw(p) ||
	    !choose(p, p->style, rows, columns, &whole))
		return false;
	return !choose(p, p->style, body_rows, columns, &part) ||
	    part.quiet < whole.quiet ||
	    (!has_words(&part, body_rows, columns) &&
	    has_words(&whole, rows, columns));
}

enum qr_style
link_draw_style(const struct link_picture *p, int rows, int columns)
{
	struct qr_shape shape = { .style = QR_AUTO };

	if (can_draw(p))
		(void)choose(p, p->style, rows, columns, &shape);
	return shape.style;
}

static void
put_no_room(struct pen *pen, struct area body, const struct qr_shape *need)
{
	const struct link_picture *p = pen->p;
	struct qr_shape smaller;

	pen_text(pen, ROLE_STRONG, p->share != NULL ? TEXT_SHARE_TOO_SMALL :
	    TEXT_LINK_TOO_SMALL,
	    &(struct words_args){ .n = need->rows, .m = need->columns });
	if (need->style != QR_SEXTANT && choose(p, qr_area_step(need->style,
	    false), body.rows, body.columns, &smaller))
		pen_text(pen, ROLE_TEXT, TEXT_LINK_PRESS_SMALLER, NULL);
}

void
link_draw_no_qr(struct pen *pen, struct area body)
{
	const struct link_picture *p = pen->p;
	struct qr_shape need = { .style = QR_AUTO };

	if (p->share != NULL && !(p->can_qr && p->utf8 && qr_of(p) != NULL))
		pen_text(pen, ROLE_STRONG, TEXT_SHARE_NO_QR, NULL);
	else if (!p->can_qr)
		pen_text(pen, ROLE_STRONG, TEXT_LINK_NO_COLOURS, NULL);
	else if (!p->utf8)
		pen_text(pen, ROLE_STRONG, TEXT_LINK_NO_BLOCKS, NULL);
	else if (qr_of(p) != NULL &&
	    !choose(p, p->style, body.rows, body.columns, &need))
		put_no_room(pen, body, &need);
}

/* Draws it at the left edge; returns where words go: beside or under. */
static struct area
draw_qr(const struct link_picture *p, struct area body,
    const struct qr_shape *shape)
{
	const int column = (int)shape->columns + GAP;

	qr_area_draw(body, qr_of(p), shape);
	if (column + WORDS_COLUMNS_LEAST <= body.columns)
		return area_part(body, 0, column, -1, -1);
	return area_part(body, (int)shape->rows, MARGIN, -1, -1);
}

/* --- words ------------------------------------------------------------------------ */

static void
put_title(struct pen *pen)
{
	const struct link_picture *p = pen->p;
	char company[256];
	const struct words_args args = { .company = company };

	if (*p->name != '\0')
		str_format(company, sizeof company, "%s (%s)", p->company,
		    p->name);
	else
		str_copy(company, sizeof company, p->company);
	pen_text(pen, ROLE_STRONG, p->share != NULL ? TEXT_SHARE_TITLE :
	    TEXT_LINK_TITLE, &args);
	if (!pen->is_short && p->share == NULL)
		pen_text(pen, ROLE_DIM, TEXT_LINK_WHAT,
		    &(struct words_args){ .company = p->company });
}

static void
put_left(struct pen *pen, unsigned style, enum text text, int64_t until_ms,
    const struct words_args *args)
{
	struct words_args with = *args;
	char left[WHEN_MAX];

	when_left(left, sizeof left, until_ms, pen->p->now_ms);
	with.reason = left;
	pen_text(pen, style, text, &with);
}

static void
put_code_left(struct pen *pen, enum bigcode_form form)
{
	const struct link_attempt *a = pen->p->attempt;
	const struct area whole = pen->a;

	/* blocks say nothing to who cannot see them, or copies by hand */
	if (form == BIGCODE_BLOCKS)
		pen->a = area_part(whole, 0, 2 + area_text(whole, pen->row, 0,
		    -1, ROLE_STRONG, a->code), -1, -1);
	put_left(pen, ROLE_TEXT, TEXT_LINK_LEFT, a->code_until_ms,
	    &(struct words_args){ .n = 0 });
	pen->a = whole;
}

/* A code without its number may be told to the wrong phone's holder. */
static void
put_code_head(struct pen *pen)
{
	const struct link_attempt *a = pen->p->attempt;
	const struct words_args args = { .phone = a->code_phone[0] != '\0' ?
	    a->code_phone : pen->p->phone };

	if (a->is_replaced && a->code_phone[0] != '\0')
		pen_text(pen, ROLE_WAITING, TEXT_LINK_REPLACED, &args);
	else if (a->is_replaced)
		pen_text(pen, ROLE_WAITING, TEXT_LINK_REPLACED_UNKNOWN, NULL);
	if (a->is_replaced && pen->is_short)
		return;         /* it names the number */
	if (*args.phone != '\0')
		pen_text(pen, ROLE_TEXT, TEXT_LINK_CODE_FOR, &args);
	else
		pen_word(pen, ROLE_TEXT, WORD_CLI_CODE, NULL);
}

static void
put_code(struct pen *pen)
{
	const struct link_picture *p = pen->p;
	const char *code = p->attempt->code;
	enum bigcode_form form;

	put_code_head(pen);
	form = bigcode_form(code, p->utf8, pen_rows_left(pen) - 1,
	    pen->a.columns);
	bigcode_draw(area_part(pen->a, pen->row, 0, -1, -1), form,
	    ROLE_STRONG, code);
	pen->row += bigcode_rows(form);
	put_code_left(pen, form);
}

static void
put_qr_count(struct pen *pen)
{
	const struct link_attempt *a = pen->p->attempt;

	if (a->qr_until_ms == 0)
		pen_text(pen, ROLE_TEXT, TEXT_LINK_QR_NEXT, NULL);
	else
		put_left(pen, ROLE_TEXT, TEXT_LINK_QR_LEFT, a->qr_until_ms,
		    &(struct words_args){ .n = a->number, .m = a->count });
}

/* The steps of both kinds of phone: those of the second where they differ.
 * Returns the rows they take; draws them if draw. */
static int
put_steps(struct pen *pen, bool is_qr, bool draw)
{
	const char *steps[WORDS_STEPS_MAX], *other[WORDS_STEPS_MAX];
	const enum lang lang = pen->p->lang;
	const struct area list = area_part(pen->a, pen->row, STEP_INDENT, -1,
	    -1);
	const size_t n = words_steps(lang, is_qr ? HOW_QR_ANDROID :
	    HOW_CODE_ANDROID, steps);
	const size_t m = words_steps(lang, is_qr ? HOW_QR_IPHONE :
	    HOW_CODE_IPHONE, other);
	char line[WORDS_MAX];
	int row = 0;

	for (size_t i = 0; i < n; i++) {
		if (draw) {
			(void)area_format(pen->a, pen->row + row, 0, -1,
			    ROLE_TEXT, "%zu.", i + 1);
			(void)area_wrap(list, row, ROLE_TEXT, steps[i]);
		}
		row += area_wrap_rows(list.columns, steps[i]);
		if (i >= m || strcmp(steps[i], other[i]) == 0)
			continue;
		text_format(line, sizeof line, lang, TEXT_LINK_IPHONE,
		    &(struct words_args){ .reason = other[i] });
		if (draw)
			(void)area_wrap(list, row, ROLE_DIM, line);
		row += area_wrap_rows(list.columns, line);
	}
	return row;
}

static void
put_how(struct pen *pen, bool is_qr)
{
	pen_skip(pen);
	if (!pen->is_short && put_steps(pen, is_qr, false) <= pen_rows_left(pen))
		pen->row += put_steps(pen, is_qr, true);
	else
		pen_word(pen, ROLE_TEXT, is_qr ? WORD_CLI_HOW :
		    WORD_CLI_HOW_CODE, NULL);
}

static void
put_sentence(struct pen *pen, unsigned style)
{
	char steps[WORDS_MAX];

	pen_put(pen, style, pen->p->attempt->sentence);
	text_steps(steps, sizeof steps, pen->p->attempt->advice);
	pen_put(pen, ROLE_TEXT, steps);
}

/* --- what can be asked for --------------------------------------------------------- */

static void
put_field(struct pen *pen)
{
	const struct link_picture *p = pen->p;
	const int width = pen->a.columns < 32 ? pen->a.columns : 32;

	pen_text(pen, ROLE_TEXT, TEXT_LINK_ASK_NUMBER, NULL);
	if (pen_rows_left(pen) <= 0)
		return;
	input_draw(p->field, pen->a, pen->row++, 0, width, ROLE_INPUT);
	pen_put(pen, p->field_is_good ? ROLE_OK : p->field->len == 0 ? ROLE_DIM :
	    ROLE_ERROR, p->field_says);
}

static void
put_enter(struct pen *pen)
{
	const struct link_picture *p = pen->p;

	if (p->shows_qr)
		pen_text(pen, ROLE_STRONG, TEXT_LINK_ENTER_QR, NULL);
	else if (p->field != NULL || *p->phone == '\0')
		pen_text(pen, ROLE_STRONG, TEXT_LINK_ENTER_CODE, NULL);
	else
		pen_text(pen, ROLE_STRONG, TEXT_LINK_ENTER_CODE_FOR,
		    &(struct words_args){ .phone = p->phone });
}

static void
put_choice(struct pen *pen)
{
	const struct link_picture *p = pen->p;

	if (p->read_only) {
		pen_text(pen, ROLE_DIM, TEXT_LINK_READ_ONLY, NULL);
		return;
	}
	if (!p->shows_qr && p->field != NULL) {
		put_field(pen);
		pen_skip(pen);
	}
	put_enter(pen);
	if (!p->shows_qr && p->field == NULL)
		pen_text(pen, ROLE_TEXT, TEXT_LINK_OTHER_NUMBER, NULL);
	pen_text(pen, ROLE_TEXT, p->shows_qr ? TEXT_LINK_TAB_CODE :
	    TEXT_LINK_TAB_QR, NULL);
	pen_text(pen, ROLE_TEXT, TEXT_LINK_SEND, NULL);
}

/* --- states ---------------------------------------------------------------------------- */

static void
put_open(struct pen *pen, struct area body, bool has_qr)
{
	const struct link_picture *p = pen->p;
	const struct link_attempt *a = p->attempt;

	if (a->phase == ATTEMPT_PASSKEY)
		put_sentence(pen, ROLE_BAD);
	if (p->read_only) {
		put_left(pen, ROLE_STRONG, TEXT_LINK_HIDDEN,
		    a->window_until_ms, &(struct words_args){ .n = 0 });
		put_choice(pen);
		return;
	}
	if (p->shows_qr) {
		if (has_qr || p->qr == NULL)
			put_qr_count(pen);
		else
			link_draw_no_qr(pen, body);
		pen_skip(pen);
	}
	if (!p->shows_qr && (p->field != NULL || a->code[0] == '\0')) {
		put_choice(pen);        /* for another number, or the first */
		return;
	}
	if (a->code[0] != '\0' && (!p->shows_qr || pen_rows_left(pen) > 8))
		put_code(pen);
	else if (p->qr == NULL)
		link_draw_no_qr(pen, body);
	if (a->phase != ATTEMPT_PASSKEY && (has_qr || !p->shows_qr))
		put_how(pen, p->shows_qr);
	if (has_qr && pen_rows_left(pen) > 3) {
		pen_skip(pen);
		pen_word(pen, ROLE_DIM, WORD_CLI_ENLARGE, NULL);
	}
}

static void
put_wait(struct pen *pen)
{
	const struct link_picture *p = pen->p;
	char at[WHEN_MAX];

	put_sentence(pen, ROLE_BAD);
	if (p->attempt->until_ms == 0)
		return;
	if (p->now_ms >= p->attempt->until_ms) {
		pen_skip(pen);
		put_choice(pen);
		return;
	}
	when_day(at, sizeof at, p->lang, p->attempt->until_ms, p->now_ms);
	put_left(pen, ROLE_WAITING, TEXT_LINK_WAIT, p->attempt->until_ms,
	    &(struct words_args){ .holder = at });
}

static void
put_connected(struct pen *pen)
{
	const struct link_picture *p = pen->p;

	pen_word(pen, ROLE_OK, WORD_CLI_CONNECTED, &(struct words_args){
	    .company = p->company, .phone = p->attempt->phone });
	put_sentence(pen, ROLE_TEXT);
	pen_skip(pen);
	pen_text(pen, ROLE_TEXT, TEXT_LINK_ENTER_DONE, NULL);
}

static void
put_state(struct pen *pen, struct area body, bool has_qr)
{
	const struct link_picture *p = pen->p;

	switch (p->attempt->phase) {
	case ATTEMPT_OPEN:
	case ATTEMPT_PASSKEY:
		put_open(pen, body, has_qr);
		break;
	case ATTEMPT_CONNECTED:
		put_connected(pen);
		break;
	case ATTEMPT_WAIT:
		put_wait(pen);
		break;
	case ATTEMPT_LINKED:
		put_sentence(pen, ROLE_STRONG);
		if (p->attempt->phone[0] != '\0')
			pen_text(pen, ROLE_TEXT, TEXT_LINK_ALREADY,
			    &(struct words_args){
			    .phone = p->attempt->phone });
		break;
	case ATTEMPT_PAUSED:
		put_sentence(pen, ROLE_STRONG);
		pen_text(pen, ROLE_TEXT, TEXT_LINK_PAUSED, NULL);
		break;
	case ATTEMPT_ASKING:
	case ATTEMPT_PAIRING:
		if (p->attempt->sentence[0] == '\0')
			pen_word(pen, ROLE_WORKING, WORD_CLI_WAITING, NULL);
		put_sentence(pen, ROLE_WORKING);
		break;
	case ATTEMPT_LOST:
		put_sentence(pen, ROLE_BAD);
		break;
	case ATTEMPT_UNKNOWN:
		pen_text(pen, ROLE_DIM, TEXT_LINK_LOADING, NULL);
		break;
	case ATTEMPT_REST:
		/* that it is not linked is why somebody looks here */
		if (!pen->is_short)
			put_sentence(pen, ROLE_TEXT);
		pen_skip(pen);
		put_choice(pen);
		break;
	default:
		put_sentence(pen, ROLE_BAD);
		pen_skip(pen);
		put_choice(pen);
	}
}

/* --- all of it ------------------------------------------------------------------------------ */

static bool
choose_shape(const struct link_picture *p, struct area body,
    struct qr_shape *out)
{
	if (!can_draw(p))
		return false;
	if (wants_qr(p))
		return choose(p, p->style, body.rows, body.columns, out);
	return p->share == NULL && fits_beside(p, body, out);
}

void
link_draw(const struct link_picture *p, struct area body)
{
	struct area words = area_part(body, 0, MARGIN, -1, -1);
	struct pen pen = { .p = p };
	struct qr_shape shape;
	const bool has_qr = choose_shape(p, body, &shape);

	if (has_qr)
		words = draw_qr(p, body, &shape);
	if (words.columns > WORDS_COLUMNS_MAX)
		words = area_part(words, 0, 0, -1, WORDS_COLUMNS_MAX);
	pen.a = words;
	pen.is_short = words.rows < SHORT_ROWS;
	/* under a code every row counts */
	if (!has_qr || !pen.is_short)
		put_title(&pen);
	if (p->lost && p->attempt->phase != ATTEMPT_LOST)
		pen_text(&pen, ROLE_BAD, TEXT_LINK_LOST, NULL);
	pen_skip(&pen);
	if (p->share != NULL)
		link_draw_share(&pen, body, has_qr);
	else
		put_state(&pen, body, has_qr);
	if (has_qr && wants_qr(p) && p->share == NULL && pen_rows_left(&pen) > 1) {
		pen_skip(&pen);
		pen_text(&pen, ROLE_DIM, TEXT_LINK_KEYS, NULL);
	}
}
