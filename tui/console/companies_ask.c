/* What the list of companies asks: an order to sort by, a file's name. */
#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/companies.h"
#include "tui/console/export.h"

/* --- order -------------------------------------------------------------------- */

static const struct {
	enum sort sort;
	char key;
	enum text label;
} orders[] = {
	{ SORT_NEED, 'p', TEXT_SORT_NEED },
	{ SORT_COMPANY, 'c', TEXT_SORT_COMPANY },
	{ SORT_NAME, 'n', TEXT_SORT_NAME },
	{ SORT_STATUS, 's', TEXT_SORT_STATUS },
	{ SORT_SINCE, 't', TEXT_SORT_SINCE },
	{ SORT_SEEN, 'a', TEXT_SORT_SEEN },
	{ SORT_RECONNECTS, 'r', TEXT_SORT_RECONNECTS },
	{ SORT_PRIORITY, 'i', TEXT_SORT_PRIORITY },
};
_Static_assert(ARRAY_LEN(orders) == SORT_COUNT, "an order is missing");

void
companies_sort_by(struct companies *v, enum sort sort, bool reverse)
{
	struct prefs *p = console_prefs(v->c);

	p->sort = sort;
	p->reverse = reverse;
	fleet_sort(v->fleet, sort, reverse);
	console_keep(v->c);
	console_draw(v->c);
}

static void
on_sort(void *ctx, const char *answer)
{
	struct companies *v = ctx;
	const struct prefs *p = console_prefs(v->c);

	for (size_t i = 0; answer != NULL && i < ARRAY_LEN(orders); i++) {
		/* a new order begins the right way round */
		if (orders[i].key == answer[0])
			companies_sort_by(v, orders[i].sort,
			    orders[i].sort == p->sort && p->reverse);
	}
}

void
companies_ask_sort(struct companies *v)
{
	const enum lang lang = console_lang(v->c);
	struct dialog_choice d = { .count = ARRAY_LEN(orders),
	    .on_answer = on_sort, .ctx = v };

	(void)str_copy(d.title, sizeof d.title,
	    text_get(lang, TEXT_SORT_TITLE));
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		d.choices[i].key = orders[i].key;
		(void)str_copy(d.choices[i].label, sizeof d.choices[i].label,
		    text_get(lang, orders[i].label));
		if (orders[i].sort == console_prefs(v->c)->sort)
			d.first = i;
	}
	console_open_dialog(v->c, dialog_choice(lang, &d));
}

/* --- export -------------------------------------------------------------------- */

static bool
ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static bool
check_name(void *ctx, const char *answer, char *out, size_t size)
{
	const struct companies *v = ctx;
	const bool is_known = ends_with(answer, ".csv") ||
	    ends_with(answer, ".json");

	out[0] = '\0';
	if (answer[0] != '\0')
		text_format(out, size, console_lang(v->c), is_known ?
		    TEXT_EXPORT_ROWS : TEXT_EXPORT_FORM,
		    &(struct words_args){
		    .n = (int64_t)fleet_shown(v->fleet) });
	return is_known;
}

static enum text
export_fault(enum err err)
{
	switch (err) {
	case ERR_EXISTS:
		return TEXT_EXPORT_EXISTS;
	case ERR_INVALID:
		return TEXT_EXPORT_FORM;
	case ERR_NOT_FOUND:
		return TEXT_EXPORT_NO_DIRECTORY;
	case ERR_PERMISSION:
		return TEXT_EXPORT_PERMISSION;
	case ERR_NO_SPACE:
		return TEXT_EXPORT_NO_SPACE;
	default:
		return TEXT_EXPORT_FAILED;
	}
}

void
companies_export(struct console *c, const char *path)
{
	char where[WORDS_MAX];
	const struct words_args args = {
		.n = (int64_t)fleet_shown(console_fleet(c)), .reason = where };
	const enum err err = export_file(console_fleet(c), path,
	    console_lang(c), console_now_ms(c));

	export_where(path, where, sizeof where);
	if (err == ERR_OK)
		console_say(c, ROLE_NOTICE, TEXT_EXPORT_DONE, &args);
	else
		console_say(c, ROLE_ERROR, export_fault(err), &args);
}

static void
on_name(void *ctx, const char *answer)
{
	const struct companies *v = ctx;

	if (answer != NULL)
		companies_export(v->c, answer);
}

void
companies_ask_export(struct companies *v)
{
	struct dialog_line d = { .check = check_name, .on_answer = on_name,
	    .ctx = v };
	const time_t now = (time_t)(console_now_ms(v->c) / 1000);
	struct tm tm;

	text_format(d.title, sizeof d.title, console_lang(v->c),
	    TEXT_EXPORT_TITLE, NULL);
	if (localtime_r(&now, &tm) == NULL || strftime(d.initial,
	    sizeof d.initial, "companies-%Y%m%d.csv", &tm) == 0)
		(void)str_copy(d.initial, sizeof d.initial, "companies.csv");
	console_open_dialog(v->c, dialog_line(console_lang(v->c), &d));
}
