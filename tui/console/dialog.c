#include "tui/console/dialog.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/console/binding.h"
#include "tui/console/input.h"

#define ANSWER_MAX 255
#define LABEL_AT 4              /* column of a choice's, behind its letter */
#define MARGIN_FROM 30          /* columns; narrower ones need them all */

enum kind { KIND_LINE, KIND_TYPED, KIND_CHOICE };

struct dialog {
	enum kind kind;
	enum lang lang;
	char title[DIALOG_TEXT_MAX];
	char note[DIALOG_TEXT_MAX];     /* below the field */
	bool is_refused;                /* and the note says why */
	bool is_good;                   /* Enter would take it */
	int skipped;                    /* rows of the title that scrolled off */
	int hidden;                     /* that do not fit; of the last drawing */

	struct input input;             /* LINE, TYPED */
	dialog_check_fn check;          /* LINE */
	char wanted[128];               /* TYPED */
	struct dialog_choice choice;    /* CHOICE */
	size_t at;

	dialog_answer_fn on_answer;
	void *ctx;
	void (*free_ctx)(void *ctx);
};

static struct dialog *
create(enum kind kind, enum lang lang, const char *title,
    dialog_answer_fn on_answer, void *ctx, void (*free_ctx)(void *ctx))
{
	struct dialog *d = xcalloc(1, sizeof *d);

	d->kind = kind;
	d->lang = lang;
	str_copy(d->title, sizeof d->title, title);
	d->on_answer = on_answer;
	d->ctx = ctx;
	d->free_ctx = free_ctx;
	return d;
}

/* Has the check speak about what is typed now. */
static void
look(struct dialog *d)
{
	d->note[0] = '\0';
	d->is_good = d->check == NULL ||
	    d->check(d->ctx, d->input.text, d->note, sizeof d->note);
	d->is_refused = !d->is_good && d->input.len > 0;
}

struct dialog *
dialog_line(enum lang lang, const struct dialog_line *params)
{
	struct dialog *d = create(KIND_LINE, lang, params->title,
	    params->on_answer, params->ctx, params->free_ctx);

	d->check = params->check;
	input_init(&d->input, params->initial,
	    params->max == 0 ? ANSWER_MAX : params->max);
	look(d);
	return d;
}

struct dialog *
dialog_typed(enum lang lang, const struct dialog_typed *params)
{
	struct dialog *d = create(KIND_TYPED, lang, params->sentence,
	    params->on_answer, params->ctx, params->free_ctx);

	str_copy(d->wanted, sizeof d->wanted, params->wanted);
	input_init(&d->input, "", ANSWER_MAX);
	return d;
}

struct dialog *
dialog_choice(enum lang lang, const struct dialog_choice *params)
{
	struct dialog *d = create(KIND_CHOICE, lang, params->title,
	    params->on_answer, params->ctx, params->free_ctx);

	d->choice = *params;
	if (d->choice.count > DIALOG_CHOICES)
		d->choice.count = DIALOG_CHOICES;
	d->at = params->first < d->choice.count ? params->first : 0;
	return d;
}

void
dialog_destroy(struct dialog *d)
{
	if (d == NULL)
		return;
	if (d->free_ctx != NULL)
		d->free_ctx(d->ctx);
	/* a share link may have stood in it */
	secret_wipe(d, sizeof *d);
	free(d);
}

/* --- keys -------------------------------------------------------------------- */

/* The last that is done with d: its answer may open another dialog. */
static bool
end(struct dialog *d, const char *answer)
{
	char text[INPUT_MAX + 1];

	if (answer != NULL)
		str_copy(text, sizeof text, answer);
	if (d->on_answer != NULL)
		d->on_answer(d->ctx, answer != NULL ? text : NULL);
	return true;
}

static bool
refuse(struct dialog *d)
{
	const struct words_args args = { .company = d->wanted };

	d->is_refused = true;
	if (d->kind == KIND_TYPED)
		text_format(d->note, sizeof d->note, d->lang,
		    TEXT_DIALOG_NOT_TYPED, &args);
	else if (d->note[0] == '\0')
		text_format(d->note, sizeof d->note, d->lang,
		    TEXT_DIALOG_EMPTY, NULL);
	return false;
}

static bool
enter(struct dialog *d)
{
	if (d->kind == KIND_TYPED)
		d->is_good = strcmp(d->input.text, d->wanted) == 0;
	return d->is_good ? end(d, d->input.text) : refuse(d);
}

static bool
choose(struct dialog *d, size_t i)
{
	const char answer[2] = { d->choice.choices[i].key, '\0' };

	return end(d, answer);
}

static bool
choice_letter(struct dialog *d, uint32_t text)
{
	const uint32_t letter = binding_latin(text);

	for (size_t i = 0; i < d->choice.count; i++) {
		if ((unsigned char)d->choice.choices[i].key == letter)
			return choose(d, i);
	}
	return false;
}

static bool
choice_key(struct dialog *d, const struct key *key)
{
	const size_t count = d->choice.count;

	if (count == 0)
		return key->name == K_ENTER && end(d, NULL);
	switch (key->name) {
	case K_TEXT:
		return choice_letter(d, key->text);
	case K_ENTER:
		return choose(d, d->at);
	case K_UP: case K_BACK_TAB: case K_LEFT:
		d->at = (d->at + count - 1) % count;
		return false;
	case K_DOWN: case K_TAB: case K_RIGHT:
		d->at = (d->at + 1) % count;
		return false;
	case K_HOME:
		d->at = 0;
		return false;
	case K_END:
		d->at = count - 1;
		return false;
	default:
		return false;
	}
}

static bool
field_key(struct dialog *d, const struct key *key)
{
	if (!input_key(&d->input, key))
		return key->name == K_ENTER && enter(d);
	if (d->kind == KIND_LINE) {
		look(d);
	} else {
		d->is_refused = false;
		d->note[0] = '\0';
	}
	return false;
}

bool
dialog_key(struct dialog *d, const struct key *key)
{
	const bool is_pasting = d->kind != KIND_CHOICE && d->input.is_pasting;

	if (!is_pasting && (key->name == K_ESC ||
	    (key->name == K_CTRL && (key->text == 'c' || key->text == 'g'))))
		return end(d, NULL);
	if (!is_pasting && key->name == K_PAGE_DOWN) {
		if (d->hidden > 0)
			d->skipped++;
		return false;
	}
	if (!is_pasting && key->name == K_PAGE_UP) {
		if (d->skipped > 0)
			d->skipped--;
		return false;
	}
	return d->kind == KIND_CHOICE ? choice_key(d, key) :
	    field_key(d, key);
}

/* --- drawing ------------------------------------------------------------------- */

/* How many rows each part gets, from the top. */
struct layout {
	int rule, title, ask, middle, note, hint;
};

static int
layout_rows(const struct layout *l)
{
	return l->rule + l->title + l->ask + l->middle + l->note + l->hint;
}

static void
shrink(struct layout *l, int *part, int least, int rows)
{
	while (*part > least && layout_rows(l) > rows)
		--*part;
}

static int
label_rows(const struct dialog *d, size_t i, int columns)
{
	return area_wrap_rows(columns - LABEL_AT, d->choice.choices[i].label);
}

/* Rows of the choices; *most: of the longest. */
static int
choices_rows(const struct dialog *d, int columns, int *most)
{
	int rows = 0;

	*most = 0;
	for (size_t i = 0; i < d->choice.count; i++) {
		const int n = label_rows(d, i, columns);

		rows += n;
		if (n > *most)
			*most = n;
	}
	return rows;
}

/* What can be done without goes first: keys that are known, the rule, then
 * what scrolls. The field and the reason stay. */
static struct layout
layout(const struct dialog *d, int rows, int columns, const char *ask,
    bool with_hint)
{
	struct layout l = {
		.rule = 1,
		.title = area_wrap_rows(columns, d->title),
		.ask = ask[0] != '\0' ? area_wrap_rows(columns, ask) : 0,
		.middle = 1,
		.note = d->note[0] != '\0' ?
		    area_wrap_rows(columns, d->note) : 0,
		.hint = with_hint ? 1 : 0,
	};
	const int note_least = l.note > 0 ? 1 : 0;
	int label = 1;

	if (d->kind == KIND_CHOICE)
		l.middle = choices_rows(d, columns, &label);
	shrink(&l, &l.hint, 0, rows);
	shrink(&l, &l.rule, 0, rows);
	shrink(&l, &l.title, 2, rows);
	if (d->kind == KIND_CHOICE)
		shrink(&l, &l.middle, label > 2 ? label : 2, rows);
	shrink(&l, &l.note, 2, rows);
	shrink(&l, &l.title, 1, rows);
	shrink(&l, &l.note, note_least, rows);
	shrink(&l, &l.ask, 0, rows);
	shrink(&l, &l.title, 0, rows);
	shrink(&l, &l.note, 0, rows);
	if (d->kind == KIND_CHOICE)
		shrink(&l, &l.middle, 1, rows);
	return l;
}

static void
draw_title(struct dialog *d, struct area a, int all_rows)
{
	d->hidden = all_rows - a.rows - d->skipped;
	if (d->hidden < 0) {
		d->skipped += d->hidden;
		d->hidden = 0;
	}
	if (d->skipped < 0)
		d->skipped = 0;
	(void)area_wrap(a, -d->skipped, ROLE_STRONG, d->title);
}

/* From the row on where the choice under the cursor is seen. */
static void
draw_choices(const struct dialog *d, struct area a)
{
	const struct area labels = area_part(a, 0, LABEL_AT, -1, -1);
	int row = 0;

	for (size_t i = 0; i <= d->at && i < d->choice.count; i++)
		row += label_rows(d, i, a.columns);
	row = row > a.rows ? a.rows - row : 0;
	for (size_t i = 0; i < d->choice.count && row < a.rows; i++) {
		const bool is_at = i == d->at;
		const unsigned style = ROLE_TEXT |
		    (is_at ? STYLE_SELECTED : 0);
		const int rows = label_rows(d, i, a.columns);

		if (row + rows > 0)
			area_fill(area_part(a, row, 0, rows, -1), style);
		(void)area_format(a, row, 1, -1, style, "%c",
		    d->choice.choices[i].key);
		(void)area_wrap(labels, row, style,
		    d->choice.choices[i].label);
		if (is_at)
			area_cursor(a, row > 0 ? row : 0, 0, true);
		row += rows;
	}
}

void
dialog_hint(const struct dialog *d, char *out, size_t size)
{
	static const enum text hints[] = {
		[KIND_LINE] = TEXT_DIALOG_KEYS_LINE,
		[KIND_TYPED] = TEXT_DIALOG_KEYS_TYPED,
		[KIND_CHOICE] = TEXT_DIALOG_KEYS_CHOICE,
	};
	const char *more = d->hidden + d->skipped == 0 ? "" :
	    text_get(d->lang, TEXT_DIALOG_MORE);

	(void)str_format(out, size, "%s%s%s",
	    text_get(d->lang, hints[d->kind]), more[0] != '\0' ? "   " : "",
	    more);
}

static void
draw_hint(const struct dialog *d, struct area a)
{
	char hint[WORDS_MAX];

	dialog_hint(d, hint, sizeof hint);
	(void)area_text(a, 0, 0, -1, ROLE_DIM, hint);
}

static void
draw_rule(struct area a)
{
	for (int i = 0; i < a.columns; i++)
		(void)area_symbol(a, 0, i, ROLE_DIM, SYM_LINE);
}

void
dialog_draw(struct dialog *d, struct area body, bool with_hint)
{
	const int margin = body.columns >= MARGIN_FROM ? 1 : 0;
	const int columns = body.columns - 2 * margin;
	char ask[WORDS_MAX] = "";
	struct layout l;
	struct area a;
	int row;

	if (d->kind == KIND_TYPED)
		text_format(ask, sizeof ask, d->lang, TEXT_DIALOG_TYPE,
		    &(struct words_args){ .company = d->wanted });
	l = layout(d, body.rows, columns, ask, with_hint);
	row = body.rows > layout_rows(&l) ? body.rows - layout_rows(&l) : 0;
	a = area_part(body, row, 0, -1, -1);
	area_fill(a, ROLE_TEXT);
	if (l.rule > 0)
		draw_rule(a);
	a = area_part(a, l.rule, margin, -1, columns);
	draw_title(d, area_part(a, 0, 0, l.title, -1),
	    area_wrap_rows(columns, d->title));
	if (l.ask > 0)
		(void)area_wrap(area_part(a, l.title, 0, l.ask, -1), 0,
		    ROLE_TEXT, ask);
	row = l.title + l.ask;
	if (d->kind == KIND_CHOICE)
		draw_choices(d, area_part(a, row, 0, l.middle, -1));
	else
		input_draw(&d->input, a, row, 0, columns, ROLE_INPUT);
	row += l.middle;
	if (l.note > 0)
		(void)area_wrap(area_part(a, row, 0, l.note, -1), 0,
		    d->is_refused ? ROLE_ERROR : ROLE_DIM, d->note);
	if (l.hint > 0)
		draw_hint(d, area_part(a, row + l.note, 0, 1, -1));
}
