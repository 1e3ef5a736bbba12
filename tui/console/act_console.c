/* What the console asks before it does something, and for what. */
#include "tui/console/act.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/patch.h"
#include "core/app/phone.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/session/number.h"
#include "tui/console/act_job.h"
#include "tui/console/console_impl.h"

#define LOOK_MS 20000
#define NAMES_SHOWN 3           /* of many companies */

static struct acts *
acts_of(struct console *c)
{
	if (c->acts == NULL) {
		c->acts = xcalloc(1, sizeof *c->acts);
		c->acts->console = c;
		list_init(&c->acts->jobs);
	}
	return c->acts;
}

void
console_acts_end(struct console *c)
{
	struct acts *a = c->acts;

	if (a == NULL)
		return;
	job_end_all(a);
	call_cancel(a->look);
	wish_finish(&a->asked);
	while (a->undo_count > 0)
		wish_finish(&a->undo[--a->undo_count]);
	refusals_finish(&a->refused);
	secret_wipe(a->urls, sizeof a->urls);
	free(a);
	c->acts = NULL;
}

static void
leave_it(struct acts *a)
{
	wish_finish(&a->asked);
	console_say(a->console, ROLE_NOTICE, TEXT_ACT_NOTHING_DONE, NULL);
}

static const char *
asked_company(const struct acts *a)
{
	return a->asked.n > 0 ? a->asked.ids[0].text : "";
}

static const struct row *
asked_row(const struct acts *a)
{
	return fleet_find(console_fleet(a->console), asked_company(a));
}

/* --- what may be typed ------------------------------------------------------------- */

static bool
check_id(void *ctx, const char *answer, char *out, size_t size)
{
	const struct acts *a = ctx;
	const enum lang lang = console_lang(a->console);
	const bool is_long = strlen(answer) > COMPANY_ID_MAX;

	if (*answer == '\0')
		return false;
	if (!company_id_is_valid(answer)) {
		text_format(out, size, lang, is_long ? TEXT_ACT_ASK_ID_LONG :
		    TEXT_ACT_ASK_ID_BAD,
		    &(struct words_args){ .n = COMPANY_ID_MAX });
		return false;
	}
	return act_is_possible(ACT_ADD, answer,
	    fleet_find(console_fleet(a->console), answer), lang,
	    console_now_ms(a->console), out, size);
}

static bool
check_name(void *ctx, const char *answer, char *out, size_t size)
{
	const struct acts *a = ctx;

	if (patch_name_is_valid(answer))
		return true;
	text_format(out, size, console_lang(a->console),
	    TEXT_ACT_ASK_NAME_BAD,
	    &(struct words_args){ .n = PATCH_NAME_CHARS });
	return false;
}

static bool
is_any_number(const char *answer)
{
	return *answer == '\0' || strcmp(answer, "none") == 0;
}

static bool
check_pin(void *ctx, const char *answer, char *out, size_t size)
{
	const struct acts *a = ctx;
	const enum lang lang = console_lang(a->console);
	char phone[PHONE_SIZE], shown[PHONE_SIZE + 1];
	bool changed = false;
	enum phone_fault fault;

	if (is_any_number(answer)) {
		text_format(out, size, lang, TEXT_ACT_ASK_PIN_ANY, NULL);
		return true;
	}
	fault = phone_normalise_typed(answer, phone, &changed);
	if (fault != PHONE_OK) {
		words_format(out, size, lang, words_phone_fault(fault), NULL);
		return false;
	}
	(void)str_format(shown, sizeof shown, "+%s", phone);
	if (changed)
		words_format(out, size, lang, WORD_PHONE_CHANGED,
		    &(struct words_args){ .phone = shown });
	else
		(void)str_copy(out, size, shown);
	return true;
}

/* --- asking for a yes --------------------------------------------------------------- */

static void
on_yes(void *ctx, const char *answer)
{
	struct acts *a = ctx;

	if (answer == NULL || *answer != 'y')
		leave_it(a);
	else
		job_begin(a, &a->asked);
}

static void
ask_yes(struct acts *a, const char *sentence)
{
	const enum lang lang = console_lang(a->console);
	struct dialog_choice box = { .on_answer = on_yes, .ctx = a,
	    .first = 1 };

	(void)str_copy(box.title, sizeof box.title, sentence);
	act_add_choice(&box, lang, 'y', TEXT_ACT_YES);
	act_add_choice(&box, lang, 'n', TEXT_ACT_NO);
	console_open_dialog(a->console, dialog_choice(lang, &box));
}

/* A link with another number stays, which is not what one might expect. */
static void
begin_pin(struct acts *a)
{
	const struct wish *w = &a->asked;
	char linked[PHONE_SIZE], wanted[PHONE_SIZE];
	char text[DIALOG_TEXT_MAX];

	if (w->value[0] == '\0' || w->linked[0] == '\0' ||
	    number_is_same(w->linked, w->value)) {
		job_begin(a, &a->asked);
		return;
	}
	str_mask_phone(linked, sizeof linked, w->linked);
	str_mask_phone(wanted, sizeof wanted, w->value);
	text_format(text, sizeof text, console_lang(a->console),
	    TEXT_ACT_PIN_LINKED, &(struct words_args){
	    .company = asked_company(a), .reason = linked,
	    .phone = wanted });
	ask_yes(a, text);
}

/* --- asking for a value --------------------------------------------------------------- */

static void
on_value(void *ctx, const char *answer)
{
	struct acts *a = ctx;
	struct wish *w = &a->asked;
	char phone[PHONE_SIZE] = "";
	bool changed;

	if (answer == NULL) {
		leave_it(a);
		return;
	}
	if (w->act == ACT_PIN && !is_any_number(answer) &&
	    phone_normalise_typed(answer, phone, &changed) != PHONE_OK) {
		leave_it(a);
		return;
	}
	(void)str_copy(w->value, sizeof w->value,
	    w->act == ACT_PIN ? phone : answer);
	if (w->act == ACT_PIN)
		begin_pin(a);
	else
		job_begin(a, w);
}

static void
ask_value(struct acts *a, enum text title, const char *initial, size_t max,
    dialog_check_fn check)
{
	const enum lang lang = console_lang(a->console);
	struct dialog_line line = { .max = max, .check = check,
	    .on_answer = on_value, .ctx = a };

	text_format(line.title, sizeof line.title, lang, title,
	    &(struct words_args){ .company = asked_company(a) });
	(void)str_copy(line.initial, sizeof line.initial, initial);
	console_open_dialog(a->console, dialog_line(lang, &line));
}

static void
set_company(struct wish *w, const char *company)
{
	wish_finish(w);
	w->ids = xcalloc(1, sizeof *w->ids);
	w->n = 1;
	(void)str_copy(w->ids[0].text, sizeof w->ids[0].text, company);
}

static void
on_id(void *ctx, const char *answer)
{
	struct acts *a = ctx;

	if (answer == NULL) {
		leave_it(a);
		return;
	}
	set_company(&a->asked, answer);
	ask_value(a, TEXT_ACT_ASK_NAME, "", 0, check_name);
}

static void
ask_id(struct acts *a)
{
	const enum lang lang = console_lang(a->console);
	struct dialog_line line = { .check = check_id, .on_answer = on_id,
	    .ctx = a };

	(void)str_copy(line.title, sizeof line.title,
	    text_get(lang, TEXT_ACT_ASK_ID));
	console_open_dialog(a->console, dialog_line(lang, &line));
}

/* --- the number that is pinned now: rows have it masked -------------------------------- */

static void
on_look(void *ctx, const struct client_answer *answer)
{
	struct acts *a = ctx;
	struct act_answer told = { .gone = answer->err != ERR_OK };
	const cJSON *data = cJSON_GetObjectItem(answer->json, "data");
	struct wish *w = &a->asked;
	char why[DIALOG_TEXT_MAX];

	a->look = NULL;
	if (answer->err != ERR_OK || answer->status != 200) {
		if (!told.gone)
			trouble_of_error(answer->json, &told.trouble);
		act_trouble(&told, console_lang(a->console), why,
		    sizeof why);
		act_say_refusal(a->console, why);
		wish_finish(w);
		return;
	}
	(void)str_copy(w->before, sizeof w->before,
	    told_text(data, "pinnedPhoneNumber"));
	(void)str_copy(w->linked, sizeof w->linked,
	    told_text(data, "phoneNumber"));
	if (w->value[0] != '\0') {
		if (is_any_number(w->value))
			w->value[0] = '\0';
		begin_pin(a);
		return;
	}
	ask_value(a, TEXT_ACT_ASK_PIN, w->before, 32, check_pin);
}

static void
look_at_pin(struct acts *a)
{
	char path[128];

	(void)str_format(path, sizeof path, "/api/whatsapp/sessions/%s/status",
	    asked_company(a));
	a->look = client_request(console_client(a->console), "GET", path,
	    NULL, LOOK_MS, on_look, a);
}

/* --- asking for the id, or the count ------------------------------------------------------ */

static void
on_typed(void *ctx, const char *answer)
{
	struct acts *a = ctx;

	if (answer == NULL)
		leave_it(a);
	else
		job_begin(a, &a->asked);
}

/* "acme, beta, gamma and 9 more" */
static void
put_names(const struct acts *a, char *out, size_t size)
{
	const struct wish *w = &a->asked;
	char names[NAMES_SHOWN * (COMPANY_ID_MAX + 2) + 1] = "";

	for (size_t i = 0; i < w->n && i < NAMES_SHOWN; i++) {
		const size_t n = strlen(names);

		(void)str_format(names + n, sizeof names - n, "%s%s",
		    i > 0 ? ", " : "", w->ids[i].text);
	}
	if (w->n <= NAMES_SHOWN)
		(void)str_copy(out, size, names);
	else
		text_format(out, size, console_lang(a->console),
		    TEXT_ACT_AND_MORE, &(struct words_args){
		    .reason = names, .n = (int64_t)(w->n - NAMES_SHOWN) });
}

/* " Left out are 2 for which it makes no sense: acme: ..." */
static void
put_left_out(const struct acts *a, char *out, size_t size)
{
	const struct refusals *r = &a->asked.left_out;
	const size_t used = strlen(out);
	char text[WORDS_MAX];

	if (r->n == 0)
		return;
	text_format(text, sizeof text, console_lang(a->console),
	    TEXT_ACT_LEFT_OUT, &(struct words_args){ .n = (int64_t)r->n,
	    .reason = r->at[0].why });
	(void)str_format(out + used, size - used, " %s", text);
}

static void
put_warning(const struct acts *a, char *out, size_t size)
{
	const struct wish *w = &a->asked;
	const enum lang lang = console_lang(a->console);
	const struct row *row = asked_row(a);
	const struct row unknown = { .name = (char[]){ "" } };
	struct row named = row != NULL ? *row : unknown;
	char names[WORDS_MAX];

	if (w->n > 1 || w->left_out.n > 0) {
		put_names(a, names, sizeof names);
		text_format(out, size, lang, act_rule(w->act)->warning_many,
		    &(struct words_args){ .n = (int64_t)w->n,
		    .reason = names });
		put_left_out(a, out, size);
		return;
	}
	(void)str_copy(named.company, sizeof named.company,
	    asked_company(a));
	act_warning(w->act, lang, &named, console_now_ms(a->console), out,
	    size);
}

static void
ask_typed(struct acts *a)
{
	struct dialog_typed typed = { .on_answer = on_typed, .ctx = a };

	put_warning(a, typed.sentence, sizeof typed.sentence);
	if (a->asked.n > 1)
		(void)str_format(typed.wanted, sizeof typed.wanted, "%zu",
		    a->asked.n);
	else
		(void)str_copy(typed.wanted, sizeof typed.wanted,
		    asked_company(a));
	console_open_dialog(a->console,
	    dialog_typed(console_lang(a->console), &typed));
}

static void
ask_sure(struct acts *a)
{
	char text[DIALOG_TEXT_MAX];

	put_warning(a, text, sizeof text);
	ask_yes(a, text);
}

/* --- doing ---------------------------------------------------------------------------------- */

static void
link_phone(struct acts *a, const char *value)
{
	struct console *c = a->console;

	if (a->asked.act == ACT_LINK_CODE && value != NULL &&
	    *value != '\0') {
		job_begin(a, &a->asked);
		return;
	}
	console_show(c, &view_link, asked_company(a));
	wish_finish(&a->asked);
}

static void
begin(struct acts *a, const char *value)
{
	const struct act_rule *rule = act_rule(a->asked.act);
	const struct row *row = asked_row(a);
	const char *name = row != NULL ? row->name : "";

	switch (a->asked.act) {
	case ACT_ADD:
		if (a->asked.n == 0)
			ask_id(a);
		else if (value == NULL)
			ask_value(a, TEXT_ACT_ASK_NAME, "", 0, check_name);
		else
			job_begin(a, &a->asked);
		return;
	case ACT_NAME:
		(void)str_copy(a->asked.before, sizeof a->asked.before, name);
		if (value == NULL)
			ask_value(a, TEXT_ACT_ASK_NAME, name, 0, check_name);
		else
			job_begin(a, &a->asked);
		return;
	case ACT_PIN:
		/* "" is a value too, and would be asked for */
		if (value != NULL && *value == '\0')
			(void)str_copy(a->asked.value, sizeof a->asked.value,
			    "none");
		look_at_pin(a);
		return;
	case ACT_LINK_CODE: case ACT_LINK_QR:
		link_phone(a, value);
		return;
	default:
		if (rule->destroys)
			ask_typed(a);
		else if (a->asked.n > 1 || a->asked.left_out.n > 0 ||
		    act_is_risky(a->asked.act, row,
		    console_now_ms(a->console)))
			ask_sure(a);
		else
			job_begin(a, &a->asked);
	}
}

/*
 * Those of many for which it makes no sense are not counted as if it were
 * done to them. A ban is waited for: nobody wants to prolong many at once.
 */
static bool
is_left_out(const struct acts *a, const char *company, char *why, size_t size)
{
	struct console *c = a->console;
	const struct row *row = fleet_find(console_fleet(c), company);
	const int64_t now = console_now_ms(c);

	if (!act_is_possible(a->asked.act, company, row, console_lang(c),
	    now, why, size))
		return true;
	if (!act_is_risky(a->asked.act, row, now))
		return false;
	text_format(why, size, console_lang(c), TEXT_ACT_IS_WAITING,
	    &(struct words_args){ .company = company });
	return true;
}

/* False: nobody is left. */
static bool
leave_out(struct acts *a)
{
	struct wish *w = &a->asked;
	char why[WORDS_MAX];
	size_t n = 0;

	if (w->n < 2 || console_feed_state(a->console) == FEED_LOADING)
		return true;
	for (size_t i = 0; i < w->n; i++) {
		if (is_left_out(a, w->ids[i].text, why, sizeof why))
			refusals_add(&w->left_out, w->ids[i].text, why);
		else
			w->ids[n++] = w->ids[i];
	}
	w->n = n;
	if (n > 0)
		return true;
	refusals_finish(&a->refused);
	a->refused = w->left_out;
	w->left_out = (struct refusals){ .n = 0 };
	text_format(a->summary, sizeof a->summary, console_lang(a->console),
	    TEXT_ACT_MANY_NONE, &(struct words_args){
	    .n = (int64_t)a->refused.n });
	console_show(a->console, &view_refused, "");
	return false;
}

/* What can be said without asking anybody. */
static bool
may_do(struct console *c, enum act act, const char *const *companies,
    size_t n)
{
	char why[WORDS_MAX];

	if (console_is_read_only(c)) {
		act_say_refusal(c, text_get(console_lang(c),
		    TEXT_ACT_READ_ONLY));
		return false;
	}
	if (console_is_lost(c)) {
		act_say_refusal(c, text_get(console_lang(c), TEXT_ACT_LOST));
		return false;
	}
	if (n > 1 && !act_rule(act)->in_bulk) {
		console_say(c, ROLE_ERROR, TEXT_ACT_ONE_ONLY,
		    &(struct words_args){ .n = (int64_t)n });
		return false;
	}
	if (act != ACT_ADD && (n == 0 || companies[0][0] == '\0')) {
		console_say(c, ROLE_ERROR, TEXT_ACT_NOBODY, NULL);
		return false;
	}
	/* rows may still be on their way */
	if (n != 1 || console_feed_state(c) == FEED_LOADING)
		return true;
	if (act_is_possible(act, companies[0],
	    fleet_find(console_fleet(c), companies[0]), console_lang(c),
	    console_now_ms(c), why, sizeof why))
		return true;
	act_say_refusal(c, why);
	return false;
}

void
console_do(struct console *c, enum act act, const char *const *companies,
    size_t n, const char *value)
{
	struct acts *a = acts_of(c);
	struct wish wish = { .act = act, .n = n };

	if (!may_do(c, act, companies, n))
		return;
	if (n > 0)
		wish.ids = xcalloc(n, sizeof *wish.ids);
	for (size_t i = 0; i < n; i++)
		(void)str_copy(wish.ids[i].text, sizeof wish.ids[i].text,
		    companies[i]);
	(void)str_copy(wish.value, sizeof wish.value,
	    value != NULL ? value : "");
	call_cancel(a->look);
	a->look = NULL;
	wish_finish(&a->asked);
	a->asked = wish;
	if (leave_out(a))
		begin(a, value);
	else
		wish_finish(&a->asked);
}

void
console_undo(struct console *c)
{
	struct acts *a = acts_of(c);

	if (console_is_read_only(c)) {
		act_say_refusal(c, text_get(console_lang(c),
		    TEXT_ACT_READ_ONLY));
	} else if (console_is_lost(c)) {
		act_say_refusal(c, text_get(console_lang(c), TEXT_ACT_LOST));
	} else if (a->undo_count == 0) {
		console_say(c, ROLE_NOTICE, TEXT_ACT_UNDO_NOTHING, NULL);
	} else {
		struct wish wish = a->undo[--a->undo_count];

		job_begin(a, &wish);
	}
}
