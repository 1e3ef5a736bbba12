/* How the listener looks. */
#include <string.h>

#include "core/base/str.h"
#include "tui/console/listener_view.h"
#include "tui/console/when.h"
#include "tui/told.h"

#define LABEL_CELLS 14
#define FACT_CELLS 38
#define REFUSED_ROWS 4          /* at 24 rows; more on larger screens */
#define FACTS_FROM 12           /* rows of the body; smaller ones have none */
#define REFUSED_FROM 17
#define SOURCE_CELLS 22
#define TEXT_MAX 512
#define SECRET_ROWS 5

/* --- who may -------------------------------------------------------------- */

bool
listener_token_is_good(const struct listener_token *t, int64_t now_ms)
{
	return t->revoked_ms == 0 &&
	    (t->expires_ms == 0 || t->expires_ms > now_ms);
}

static const char *
role_word(enum token_role role, enum lang lang)
{
	static const enum text words[TOKEN_ROLE_COUNT] = {
		[TOKEN_SHARE] = TEXT_ROLE_SHARE,
		[TOKEN_COMPANY] = TEXT_ROLE_COMPANY,
		[TOKEN_ADMIN] = TEXT_ROLE_ADMIN,
	};

	return text_get(lang, words[role]);
}

static void
validity(struct listener_view *v, const struct listener_token *t, char *out,
    size_t size)
{
	const enum lang lang = console_lang(v->console);
	const int64_t now = console_now_ms(v->console);
	const int64_t at = t->revoked_ms != 0 ? t->revoked_ms : t->expires_ms;
	char when[WHEN_MAX];

	when_short(when, sizeof when, lang, at, now);
	text_format(out, size, lang, at == 0 ? TEXT_TOKEN_FOREVER :
	    t->revoked_ms != 0 ? TEXT_TOKEN_REVOKED_AT :
	    at > now ? TEXT_TOKEN_UNTIL : TEXT_TOKEN_EXPIRED_AT,
	    &(struct words_args){ .reason = when });
}

/* --- columns of tokens ---------------------------------------------------- */

enum column {
	COLUMN_ID, COLUMN_ROLE, COLUMN_COMPANY, COLUMN_NAME, COLUMN_PREFIX,
	COLUMN_CREATED, COLUMN_USED, COLUMN_STATE, COLUMN_COUNT
};

/* from: the width of the screen that has it; cells 0: what is left. */
static const struct {
	enum text head;
	int cells, from;
} columns[COLUMN_COUNT] = {
	[COLUMN_ID] = { TEXT_TOKEN_ID, TOKEN_ID_LEN, 0 },
	[COLUMN_ROLE] = { TEXT_TOKEN_ROLE, 8, 50 },
	[COLUMN_COMPANY] = { TEXT_TOKEN_COMPANY, 14, 76 },
	[COLUMN_NAME] = { TEXT_TOKEN_NAME, 0, 0 },
	[COLUMN_PREFIX] = { TEXT_TOKEN_PREFIX, 9, 120 },
	[COLUMN_CREATED] = { TEXT_TOKEN_CREATED, 8, 100 },
	[COLUMN_USED] = { TEXT_TOKEN_USED, 9, 66 },
	[COLUMN_STATE] = { TEXT_TOKEN_STATE, 16, 38 },
};

static int
width_of(enum column column, int width)
{
	int left = width;

	if (columns[column].cells != 0)
		return columns[column].cells;
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (columns[i].cells != 0 && width >= columns[i].from)
			left -= columns[i].cells + 1;
	}
	return left;
}

static void
cell_of(struct listener_view *v, const struct listener_token *t,
    enum column column, char *out, size_t size)
{
	const enum lang lang = console_lang(v->console);
	const int64_t now = console_now_ms(v->console);

	switch (column) {
	case COLUMN_ID:
		(void)str_copy(out, size, t->id);
		break;
	case COLUMN_ROLE:
		(void)str_copy(out, size, role_word(t->role, lang));
		break;
	case COLUMN_COMPANY:
		(void)str_copy(out, size, t->company[0] != '\0' ? t->company :
		    text_get(lang, TEXT_TOKEN_ALL_COMPANIES));
		break;
	case COLUMN_NAME:
		(void)str_copy(out, size, t->name);
		break;
	case COLUMN_PREFIX:
		(void)str_copy(out, size, t->prefix);
		break;
	case COLUMN_CREATED:
		when_short(out, size, lang, t->created_ms, now);
		break;
	case COLUMN_USED:
		when_short(out, size, lang, t->used_ms, now);
		if (t->used_ms == 0)
			(void)str_copy(out, size, text_get(lang,
			    TEXT_TOKEN_NEVER_USED));
		break;
	default:
		validity(v, t, out, size);
		break;
	}
}

/* t NULL: the heads. */
static void
draw_token(struct listener_view *v, struct area row, unsigned style,
    const struct listener_token *t)
{
	char text[TEXT_MAX];
	int x = 0;

	for (int i = 0; i < COLUMN_COUNT; i++) {
		const int cells = width_of((enum column)i, row.columns);

		if (row.columns < columns[i].from || cells <= 0)
			continue;
		if (t == NULL)
			(void)str_copy(text, sizeof text, text_get(
			    console_lang(v->console), columns[i].head));
		else
			cell_of(v, t, (enum column)i, text, sizeof text);
		(void)area_text(row, 0, x, cells, style, text);
		x += cells + 1;
	}
}

static void
draw_tokens(struct listener_view *v, struct area a)
{
	const enum lang lang = console_lang(v->console);
	struct scroll *s = &v->scroll;

	if (a.rows < 2)
		return;
	draw_token(v, area_part(a, 0, 0, 1, -1), ROLE_COLUMN, NULL);
	a = area_part(a, 1, 0, -1, -1);
	scroll_fit(s, v->token_count, (size_t)a.rows);
	if (v->token_count == 0)
		(void)area_text(a, 0, 0, -1, ROLE_DIM, text_get(lang,
		    v->has_tokens ? TEXT_LISTENER_NO_TOKENS :
		    TEXT_LISTENER_LOADING));
	for (size_t i = s->top; i < s->count && i - s->top < s->shown; i++) {
		const struct area row = area_part(a, (int)(i - s->top), 0, 1,
		    -1);
		const bool good = listener_token_is_good(&v->tokens[i],
		    console_now_ms(v->console));
		unsigned style = good ? ROLE_TEXT : ROLE_DIM;

		if (i == s->at) {
			style |= STYLE_SELECTED;
			area_fill_line(row, 0, style);
			area_cursor(row, 0, 0, true);
		}
		draw_token(v, row, style, &v->tokens[i]);
	}
}

/* --- who was refused ------------------------------------------------------ */

/* errorCodes of the API; what has no words here is shown as it is. */
static const char *
refusal_words(const char *code, enum lang lang)
{
	static const struct {
		const char *code;
		enum text text;
	} words[] = {
		{ "UNAUTHORIZED", TEXT_REFUSED_UNAUTHORIZED },
		{ "FORBIDDEN", TEXT_REFUSED_FORBIDDEN },
		{ "MISDIRECTED", TEXT_REFUSED_MISDIRECTED },
		{ "RATE_LIMITED", TEXT_REFUSED_RATE_LIMITED },
		{ "TOO_MANY_CONNECTIONS", TEXT_REFUSED_CROWD },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i].code, code) == 0)
			return text_get(lang, words[i].text);
	}
	return code;
}

static void
draw_refusal(struct listener_view *v, struct area row, const cJSON *o)
{
	const enum lang lang = console_lang(v->console);
	char when[WHEN_MAX], times[WORDS_MAX];
	int x = WHEN_DAY_CELLS + 1;

	when_day(when, sizeof when, lang, told_time(o, "at"),
	    console_now_ms(v->console));
	(void)area_text(row, 0, 0, WHEN_DAY_CELLS, ROLE_DIM, when);
	(void)area_text(row, 0, x, SOURCE_CELLS, ROLE_TEXT,
	    told_text(o, "source"));
	x += SOURCE_CELLS + 1;
	x += area_text(row, 0, x, -1, ROLE_WAITING,
	    refusal_words(told_text(o, "code"), lang));
	if (told_number(o, "count") < 2)
		return;
	text_format(times, sizeof times, lang, TEXT_LISTENER_TIMES,
	    &(struct words_args){ .n = told_number(o, "count") });
	(void)area_format(row, 0, x, -1, ROLE_DIM, ", %s", times);
}

/* Returns the rows it took. */
static int
draw_refused(struct listener_view *v, struct area a, const cJSON *data)
{
	const cJSON *list = cJSON_GetObjectItem(data, "refused"), *at;
	const enum lang lang = console_lang(v->console);
	const int most = a.rows < 24 ? REFUSED_ROWS : a.rows / 3;
	int y = 1;

	if (cJSON_GetArraySize(list) == 0) {
		(void)area_text(a, 0, 0, -1, ROLE_DIM,
		    text_get(lang, TEXT_LISTENER_NOBODY));
		return 2;
	}
	(void)area_text(a, 0, 0, -1, ROLE_COLUMN,
	    text_get(lang, TEXT_LISTENER_REFUSED));
	cJSON_ArrayForEach(at, list) {
		if (y > most)
			break;
		draw_refusal(v, area_part(a, y++, 0, 1, -1), at);
	}
	return y + 1;
}

/* --- where ---------------------------------------------------------------- */

static void
addresses_of(const cJSON *data, char *out, size_t size)
{
	const cJSON *at;

	out[0] = '\0';
	cJSON_ArrayForEach(at, cJSON_GetObjectItem(data, "addresses")) {
		const size_t n = strlen(out);

		if (cJSON_IsString(at))
			(void)str_format(out + n, size - n, "%s%s",
			    n > 0 ? ", " : "", at->valuestring);
	}
}

/* What it was when the core was last heard. */
static void
draw_old_title(struct listener_view *v, struct area row, int x, bool runs,
    const char *addresses)
{
	const enum lang lang = console_lang(v->console);
	char when[WHEN_MAX], text[WORDS_MAX];

	when_day(when, sizeof when, lang, console_lost_ms(v->console),
	    console_now_ms(v->console));
	text_format(text, sizeof text, lang, TEXT_COMPANY_AS_OF,
	    &(struct words_args){ .reason = when });
	x += area_format(row, 0, x, -1, ROLE_DIM, "? %s? (%s)",
	    text_get(lang, runs ? TEXT_LISTENER_RUNNING : TEXT_LISTENER_OFF),
	    text) + 2;
	if (runs)
		(void)area_text(row, 0, x, -1, ROLE_DIM, addresses);
}

static void
draw_title(struct listener_view *v, struct area row, const cJSON *data)
{
	const enum lang lang = console_lang(v->console);
	const bool runs = told_true(data, "running");
	const unsigned look = runs ? ROLE_OK : ROLE_IDLE;
	char text[TEXT_MAX];
	int x;

	x = area_text(row, 0, 0, -1, ROLE_STRONG,
	    text_get(lang, TEXT_LISTENER_TITLE)) + 2;
	addresses_of(data, text, sizeof text);
	if (console_is_lost(v->console)) {
		draw_old_title(v, row, x, runs, text);
		return;
	}
	(void)area_symbol(row, 0, x, look, runs ? SYM_OK : SYM_IDLE);
	x += 2;
	x += area_text(row, 0, x, -1, look, text_get(lang,
	    runs ? TEXT_LISTENER_RUNNING : TEXT_LISTENER_OFF)) + 2;
	(void)area_text(row, 0, x, -1, ROLE_TEXT, runs ? text :
	    text_get(lang, TEXT_LISTENER_HOW_ON));
}

static void
draw_fact(struct listener_view *v, struct area cell, enum text label,
    const char *value)
{
	const enum lang lang = console_lang(v->console);

	(void)area_text(cell, 0, 0, LABEL_CELLS - 1, ROLE_DIM,
	    text_get(lang, label));
	(void)area_text(cell, 0, LABEL_CELLS, -1, ROLE_TEXT,
	    value[0] != '\0' ? value : text_get(lang, TEXT_LISTENER_NONE));
}

/* A core of before may not tell. */
static void
process_of(struct listener_view *v, const cJSON *data, char *out,
    size_t size)
{
	const enum lang lang = console_lang(v->console);
	char when[WHEN_MAX];

	out[0] = '\0';
	if (told_number(data, "pid") == 0)
		return;
	when_day(when, sizeof when, lang, told_time(data, "startedAt"),
	    console_now_ms(v->console));
	text_format(out, size, lang, TEXT_LISTENER_PROCESS_SINCE,
	    &(struct words_args){ .n = told_number(data, "pid"),
	    .reason = when, .holder = told_text(data, "user"),
	    .company = told_text(data, "version") });
}

/* Two in a row, or one where there is no room: *y goes on. */
static void
draw_pair(struct listener_view *v, struct area a, int *y,
    const enum text labels[2], const char *const values[2])
{
	const bool is_wide = a.columns >= 2 * FACT_CELLS;

	draw_fact(v, area_part(a, *y, 0, 1, is_wide ? FACT_CELLS - 2 : -1),
	    labels[0], values[0]);
	*y += !is_wide;
	draw_fact(v, area_part(a, *y, is_wide ? FACT_CELLS : 0, 1, -1),
	    labels[1], values[1]);
	*y += 1;
}

/* Two long ones, then what is short side by side. Returns the rows. */
static int
draw_facts(struct listener_view *v, struct area a, const cJSON *data)
{
	const enum lang lang = console_lang(v->console);
	const bool open = strcmp(told_text(data, "auth"), "open") == 0;
	char text[TEXT_MAX], number[24];
	int y = 0;

	draw_fact(v, area_part(a, y++, 0, 1, -1), TEXT_LISTENER_ACCESS,
	    text_get(lang, open ? TEXT_LISTENER_OPEN : TEXT_LISTENER_TOKEN));
	draw_fact(v, area_part(a, y++, 0, 1, -1), TEXT_LISTENER_PUBLIC,
	    told_text(data, "publicUrl"));
	text_format(text, sizeof text, lang, TEXT_LISTENER_FROM,
	    &(struct words_args){ .n = told_number(data, "connections"),
	    .m = told_number(data, "sources") });
	(void)str_format(number, sizeof number, "%lld",
	    (long long)told_number(data, "requests"));
	draw_pair(v, a, &y, (const enum text[2]){ TEXT_LISTENER_CONNECTIONS,
	    TEXT_LISTENER_REQUESTS }, (const char *const[2]){ text, number });
	process_of(v, data, text, sizeof text);
	draw_fact(v, area_part(a, y++, 0, 1, -1), TEXT_LISTENER_PROCESS, text);
	return y + 1;
}

/* --- a new token ---------------------------------------------------------- */

static void
draw_secret(struct listener_view *v, struct area body)
{
	const enum lang lang = console_lang(v->console);
	struct area a = area_part(body, body.rows > SECRET_ROWS ?
	    body.rows - SECRET_ROWS : 0, 0, -1, -1);
	int y;

	for (int i = 0; i < a.rows; i++)
		area_fill_line(a, i, ROLE_TEXT);
	y = area_wrap(a, 0, ROLE_NOTICE, text_get(lang, TEXT_TOKEN_SHOWN));
	/* a narrow screen breaks it, and whoever reads it joins it again */
	for (size_t at = 0, n = a.columns > 0 ? (size_t)a.columns : 1;
	    at < strlen(v->secret); at += n)
		(void)area_format(a, y++, 0, -1, ROLE_STRONG, "%.*s", (int)n,
		    v->secret + at);
	area_cursor(a, y - 1, 0, true);
	(void)area_wrap(a, y, v->was_sent ? ROLE_NOTICE : ROLE_DIM,
	    text_get(lang, v->was_sent ? TEXT_TOKEN_SENT :
	    TEXT_TOKEN_SHOWN_KEYS));
}

/* --- all of it ------------------------------------------------------------ */

void
listener_draw(struct listener_view *v, struct area body)
{
	const cJSON *data = console_listener(v->console);
	int y = 1;

	if (data == NULL) {
		(void)area_text(body, 0, 0, -1, ROLE_DIM,
		    text_get(console_lang(v->console),
		    TEXT_LISTENER_LOADING));
	} else {
		draw_title(v, area_part(body, 0, 0, 1, -1), data);
		y += body.rows >= FACTS_FROM;
		if (body.rows >= FACTS_FROM)
			y += draw_facts(v, area_part(body, y, 0, -1, -1),
			    data);
		if (body.rows >= REFUSED_FROM)
			y += draw_refused(v, area_part(body, y, 0, -1, -1),
			    data);
	}
	draw_tokens(v, area_part(body, y, 0, -1, -1));
	if (v->secret[0] != '\0')
		draw_secret(v, body);
}
