/* The company view's upper part. */
#include <string.h>

#include "core/base/str.h"
#include "tui/console/company_view.h"
#include "tui/console/when.h"

#define FACTS_MAX 12
#define VALUE_MAX 96
#define FACT_CELLS 38           /* a column of facts */
#define LABEL_CELLS 17
#define FACT_COLUMNS_MAX 4
#define PARTS_LEAST 5           /* rows that facts leave for the parts */
#define STATUS_CELLS_MAX 24

struct fact {
	enum text label;
	char value[VALUE_MAX];
};

struct facts {
	struct company_view *v;
	enum lang lang;
	int64_t now_ms;
	struct fact all[FACTS_MAX];
	int count;
};

static struct row
row_of(enum wa_status status, enum wa_reason reason)
{
	return (struct row){ .status = status, .reason = reason,
	    .connected = status == WA_STATUS_CONNECTED,
	    .paused = reason == WA_REASON_PAUSED };
}

enum symbol
company_symbol(enum wa_status status, enum wa_reason reason)
{
	const struct row row = row_of(status, reason);

	return row_symbol(&row);
}

enum role
company_role(enum wa_status status, enum wa_reason reason)
{
	const struct row row = row_of(status, reason);

	return row_role(&row);
}

const char *
company_word(enum wa_status status, enum wa_reason reason, enum lang lang)
{
	const struct row row = row_of(status, reason);

	return row_word(&row, lang);
}

/* --- facts ---------------------------------------------------------------- */

static void
add(struct facts *f, enum text label, const char *value)
{
	struct fact *fact = &f->all[f->count++];

	fact->label = label;
	(void)str_copy(fact->value, sizeof fact->value, value);
}

static void
add_text(struct facts *f, enum text label, const char *value, enum text none)
{
	add(f, label, value[0] != '\0' ? value : text_get(f->lang, none));
}

static void
add_time(struct facts *f, enum text label, int64_t at_ms)
{
	char when[WHEN_MAX];

	when_day(when, sizeof when, f->lang, at_ms, f->now_ms);
	add_text(f, label, when, TEXT_COMPANY_NEVER);
}

static void
add_number(struct facts *f, enum text label, int64_t number)
{
	char text[24];

	if (number < 0) {
		add(f, label, text_get(f->lang, TEXT_COMPANY_UNKNOWN));
		return;
	}
	(void)str_format(text, sizeof text, "%lld", (long long)number);
	add(f, label, text);
}

/* In steps, so that an idle screen does not change with each ping. */
static void
add_round_trip(struct facts *f, int64_t ms)
{
	char text[VALUE_MAX];

	if (ms < 0) {
		add(f, TEXT_COMPANY_RTT, text_get(f->lang,
		    TEXT_COMPANY_UNKNOWN));
		return;
	}
	text_format(text, sizeof text, f->lang, ms < 10 ?
	    TEXT_COMPANY_RTT_SHORT : TEXT_COMPANY_RTT_MS,
	    &(struct words_args){ .n = ms / 10 * 10 });
	add(f, TEXT_COMPANY_RTT, text);
}

static void
gather(struct company_view *v, struct facts *f)
{
	const struct company_state *s = company_state(v->news);
	const struct company_health *h = company_health(v->news);

	f->v = v;
	f->lang = console_lang(v->console);
	f->now_ms = console_now_ms(v->console);
	f->count = 0;
	add_text(f, TEXT_COMPANY_PHONE, s->phone, TEXT_COMPANY_NOT_LINKED);
	add_text(f, TEXT_COMPANY_PINNED, s->pinned, TEXT_COMPANY_ANY_NUMBER);
	add_text(f, TEXT_COMPANY_PUSH_NAME, s->push_name, TEXT_COMPANY_NEVER);
	add_text(f, TEXT_COMPANY_PLATFORM, s->platform, TEXT_COMPANY_NEVER);
	add_time(f, TEXT_COMPANY_SINCE, s->since_ms);
	if (!h->is_known)
		return;
	add_time(f, TEXT_COMPANY_ANSWER, h->last_answer_ms);
	add_round_trip(f, h->rtt_ms);
	add_number(f, TEXT_COMPANY_PREKEYS, h->prekeys);
	add_number(f, TEXT_COMPANY_RECONNECTS, h->reconnects);
	if (h->up_since_ms != 0)
		add_time(f, TEXT_COMPANY_UP, h->up_since_ms);
}

/* Columns of facts that fit, and the rows they take then. */
static int
fact_columns(int columns)
{
	const int n = columns / FACT_CELLS;

	return n < 1 ? 1 : n > FACT_COLUMNS_MAX ? FACT_COLUMNS_MAX : n;
}

static int
fact_rows(const struct facts *f, int columns)
{
	const int n = fact_columns(columns);

	return (f->count + n - 1) / n;
}

static void
draw_facts(const struct facts *f, struct area a)
{
	const int columns = fact_columns(a.columns);
	const int rows = fact_rows(f, a.columns);
	const int width = a.columns / columns;

	for (int i = 0; i < f->count; i++) {
		const struct area cell = area_part(a, i % rows,
		    i / rows * width, 1, width - 1);

		(void)area_text(cell, 0, 0, LABEL_CELLS, ROLE_DIM,
		    text_get(f->lang, f->all[i].label));
		(void)area_text(cell, 0, LABEL_CELLS, -1, ROLE_TEXT,
		    f->all[i].value);
	}
}

/* --- what is wrong -------------------------------------------------------- */

static void
last_error(struct company_view *v, char *out, size_t size)
{
	const struct company_state *s = company_state(v->news);
	const enum lang lang = console_lang(v->console);
	char when[WHEN_MAX], label[WORDS_MAX];

	out[0] = '\0';
	/* what it says now is not said twice */
	if (s->last_error[0] == '\0' ||
	    strcmp(s->last_error, s->message) == 0)
		return;
	when_day(when, sizeof when, lang, s->last_error_ms,
	    console_now_ms(v->console));
	text_format(label, sizeof label, lang, TEXT_COMPANY_LAST_ERROR,
	    &(struct words_args){ .reason = when });
	(void)str_format(out, size, "%s %s", label, s->last_error);
}

/* --- all of it ------------------------------------------------------------ */

static void
draw_age(struct company_view *v, struct area *row)
{
	const enum lang lang = console_lang(v->console);
	const int64_t lost_ms = company_lost_ms(v->news);
	char when[WHEN_MAX], text[WORDS_MAX];
	int width;

	if (lost_ms == 0)
		return;
	when_day(when, sizeof when, lang, lost_ms,
	    console_now_ms(v->console));
	text_format(text, sizeof text, lang, TEXT_COMPANY_AS_OF,
	    &(struct words_args){ .reason = when });
	width = (int)str_width_cells(text);
	area_text_right(*row, 0, 0, row->columns, ROLE_WAITING, text);
	*row = area_part(*row, 0, 0, 1, row->columns - width - 1);
}

/* Only while one is awaited; "" else. */
static void
next_attempt(struct company_view *v, char out[VALUE_MAX])
{
	const struct company_state *s = company_state(v->news);
	const int64_t now = console_now_ms(v->console);
	char left[WHEN_MAX];

	v->has_countdown = company_lost_ms(v->news) == 0 &&
	    s->next_attempt_ms > now;
	out[0] = '\0';
	if (!v->has_countdown)
		return;
	when_left(left, sizeof left, s->next_attempt_ms, now);
	text_format(out, VALUE_MAX, console_lang(v->console),
	    TEXT_COMPANY_NEXT_IN, &(struct words_args){ .reason = left });
}

static void
draw_title(struct company_view *v, struct area row)
{
	const struct company_state *s = company_state(v->news);
	const bool is_old = company_lost_ms(v->news) != 0;
	const unsigned look = is_old ? ROLE_DIM :
	    company_role(s->status, s->reason);
	char word[WORDS_MAX];
	char next[VALUE_MAX];
	int column, room;

	(void)str_format(word, sizeof word, "%s%s", company_word(s->status,
	    s->reason, console_lang(v->console)), is_old ? "?" : "");
	draw_age(v, &row);
	next_attempt(v, next);
	room = (int)(str_width_cells(word) + str_width_cells(next)) + 6;
	column = area_text(row, 0, 0, row.columns - room, ROLE_STRONG,
	    v->company);
	if (s->name[0] != '\0' && row.columns - column - room > 8)
		column += 2 + area_text(row, 0, column + 2,
		    row.columns - column - room - 2, ROLE_TEXT, s->name);
	column += 2;
	if (is_old)
		(void)area_text(row, 0, column, 1, look, "?");
	else
		(void)area_symbol(row, 0, column, look,
		    company_symbol(s->status, s->reason));
	column += 2;
	column += 2 + area_text(row, 0, column, STATUS_CELLS_MAX, look, word);
	(void)area_text(row, 0, column, -1, ROLE_TEXT, next);
}

int
company_draw_head(struct company_view *v, struct area body)
{
	const struct company_state *s = company_state(v->news);
	char trouble[2 * WORDS_MAX], steps[WORDS_MAX];
	struct facts facts;
	int y = 1, need;

	draw_title(v, area_part(body, 0, 0, 1, -1));
	y += area_wrap(area_part(body, y, 0, -1, -1), 0, ROLE_TEXT,
	    s->message);
	text_steps(steps, sizeof steps, s->advice);
	/* where no core is, the console has its own way to one */
	if (s->advice[0] != '\0' && s->reason != WA_REASON_NOT_RUNNING)
		y += area_wrap(area_part(body, y, 0, -1, -1), 0, ROLE_STRONG,
		    steps);
	gather(v, &facts);
	last_error(v, trouble, sizeof trouble);
	need = fact_rows(&facts, body.columns) + 1;
	if (body.rows < y + need + PARTS_LEAST)
		return y;
	draw_facts(&facts, area_part(body, y + 1, 0, need - 1, -1));
	y += need;
	need = area_wrap_rows(body.columns, trouble);
	if (trouble[0] != '\0' && body.rows >= y + need + PARTS_LEAST)
		y += area_wrap(area_part(body, y, 0, -1, -1), 0, ROLE_DIM,
		    trouble);
	return y + (body.rows > y + PARTS_LEAST);
}
