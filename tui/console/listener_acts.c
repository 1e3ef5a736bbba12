/* What can be changed of the listener: on and off, addresses, tokens. */
#include <stdlib.h>
#include <string.h>

#include "core/app/listen_spec.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/console/dialog.h"
#include "tui/console/listener.h"
#include "tui/console/listener_view.h"
#include "tui/duration.h"
#include "tui/told.h"

#define ADDRESSES_MAX 32        /* as the listener takes */
#define BLANKS " ,\t"

static const char *
word(const struct listener_view *v, enum text text)
{
	return text_get(console_lang(v->console), text);
}

/* --- requests ------------------------------------------------------------- */

/* Says why not, in the core's words. */
static bool
is_done(struct listener_view *v, const struct client_answer *answer)
{
	char text[DIALOG_TEXT_MAX];
	struct trouble trouble;

	if (answer->err != ERR_OK || answer->json == NULL) {
		console_say(v->console, ROLE_ERROR, TEXT_LISTENER_NO_ANSWER,
		    NULL);
		return false;
	}
	if (answer->status == 200 || answer->status == 201)
		return true;
	trouble_of_error(answer->json, &trouble);
	(void)str_format(text, sizeof text, "%s%s%s", trouble.sentence,
	    trouble.advice[0] != '\0' ? " " : "", trouble.advice);
	console_say_text(v->console, ROLE_ERROR, text);
	return false;
}

/* One at a time. Takes body. */
static void
ask(struct listener_view *v, const char *method, const char *path,
    cJSON *body, client_fn fn)
{
	char *text = cJSON_PrintUnformatted(body);

	if (v->act_call == NULL && text != NULL)
		v->act_call = client_request(console_client(v->console),
		    method, path, text, LISTENER_ASK_MS, fn, v);
	cJSON_free(text);
	cJSON_Delete(body);
}

/* --- on and off, addresses ------------------------------------------------ */

static void
on_changed(void *ctx, const struct client_answer *answer)
{
	struct listener_view *v = ctx;
	const cJSON *data = cJSON_GetObjectItem(answer->json, "data");
	const cJSON *list = cJSON_GetObjectItem(data, "addresses"), *at;
	char text[DIALOG_TEXT_MAX] = "";

	v->act_call = NULL;
	console_ask_listener(v->console);
	if (!is_done(v, answer))
		return;
	cJSON_ArrayForEach(at, list) {
		const size_t n = strlen(text);

		if (cJSON_IsString(at))
			(void)str_format(text + n, sizeof text - n, "%s%s",
			    n > 0 ? ", " : "", at->valuestring);
	}
	if (told_true(data, "running"))
		console_say(v->console, ROLE_NOTICE, TEXT_LISTENER_NOW_AT,
		    &(struct words_args){ .reason = text });
	else
		console_say(v->console, ROLE_NOTICE, TEXT_LISTENER_NOW_OFF,
		    NULL);
}

void
listener_switch(struct listener_view *v)
{
	cJSON *body = cJSON_CreateObject();

	cJSON_AddBoolToObject(body, "running",
	    !told_true(console_listener(v->console), "running"));
	ask(v, "PATCH", LISTENER_PATH, body, on_changed);
}

struct addresses {
	struct listen_spec at[ADDRESSES_MAX];
	char text[ADDRESSES_MAX][LISTEN_TEXT_MAX];
	size_t count;
	bool is_inside;                 /* only this machine reaches them */
};

/* The next word of *p; false: there is none. One that is too long is cut, and
 * so no address. */
static bool
next_word(const char **p, char out[LISTEN_TEXT_MAX + 1])
{
	size_t n;

	*p += strspn(*p, BLANKS);
	n = strcspn(*p, BLANKS);
	(void)str_format(out, LISTEN_TEXT_MAX + 1, "%.*s", (int)n, *p);
	*p += n;
	return n > 0;
}

static bool
is_twice(const struct addresses *a)
{
	for (size_t i = 0; i < a->count; i++) {
		if (listen_spec_collides(&a->at[i], &a->at[a->count]))
			return true;
	}
	return false;
}

/* TEXT_NONE: they are good. which: the word that is not. */
static enum text
read_addresses(const char *line, struct addresses *out,
    char which[LISTEN_TEXT_MAX + 1])
{
	*out = (struct addresses){ .is_inside = true };
	while (next_word(&line, which)) {
		struct listen_spec *spec = &out->at[out->count];

		if (out->count == ADDRESSES_MAX - 1)
			return TEXT_LISTENER_ADDRESS_MANY;
		if (!listen_spec_parse(which, spec))
			return TEXT_LISTENER_ADDRESS_BAD;
		if (is_twice(out))
			return TEXT_LISTENER_ADDRESS_TWICE;
		(void)str_copy(out->text[out->count], LISTEN_TEXT_MAX, which);
		out->is_inside = out->is_inside &&
		    listen_spec_is_loopback(spec);
		out->count++;
	}
	return TEXT_NONE;
}

static bool
check_address(void *ctx, const char *answer, char *out, size_t size)
{
	const struct listener_view *v = ctx;
	char which[LISTEN_TEXT_MAX + 1];
	struct addresses addresses;
	const enum text bad = read_addresses(answer, &addresses, which);

	if (bad != TEXT_NONE) {
		text_format(out, size, console_lang(v->console), bad,
		    &(struct words_args){ .reason = which,
		    .n = ADDRESSES_MAX - 1 });
		return false;
	}
	if (addresses.count == 0)
		return false;
	(void)str_copy(out, size, word(v, addresses.is_inside ?
	    TEXT_LISTENER_ADDRESS_INSIDE : TEXT_LISTENER_ADDRESS_OUTSIDE));
	return true;
}

static void
on_address(void *ctx, const char *answer)
{
	char which[LISTEN_TEXT_MAX + 1];
	struct addresses addresses;
	cJSON *body, *list;

	if (answer == NULL ||
	    read_addresses(answer, &addresses, which) != TEXT_NONE)
		return;
	body = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(body, "addresses");
	for (size_t i = 0; i < addresses.count; i++)
		cJSON_AddItemToArray(list,
		    cJSON_CreateString(addresses.text[i]));
	ask(ctx, "PATCH", LISTENER_PATH, body, on_changed);
}

void
listener_ask_address(struct listener_view *v)
{
	const cJSON *data = console_listener(v->console), *at;
	struct dialog_line d = { .check = check_address,
	    .on_answer = on_address, .ctx = v };

	(void)str_copy(d.title, sizeof d.title,
	    word(v, TEXT_LISTENER_ASK_ADDRESS));
	cJSON_ArrayForEach(at, cJSON_GetObjectItem(data, "addresses")) {
		const size_t n = strlen(d.initial);

		if (cJSON_IsString(at))
			(void)str_format(d.initial + n, sizeof d.initial - n,
			    "%s%s", n > 0 ? " " : "", at->valuestring);
	}
	console_open_dialog(v->console,
	    dialog_line(console_lang(v->console), &d));
}

/* --- a new token ---------------------------------------------------------- */

void
listener_wipe(struct listener_view *v)
{
	secret_wipe(v->secret, sizeof v->secret);
	v->was_sent = false;
}

static void
on_made(void *ctx, const struct client_answer *answer)
{
	struct listener_view *v = ctx;
	const cJSON *data = cJSON_GetObjectItem(answer->json, "data");

	v->act_call = NULL;
	listener_ask_tokens(v);
	if (!is_done(v, answer))
		return;
	(void)str_copy(v->at, sizeof v->at, told_text(data, "id"));
	(void)str_copy(v->secret, sizeof v->secret, told_text(data, "token"));
	console_draw(v->console);
}

static void
make_token(struct listener_view *v)
{
	static const char *const roles[TOKEN_ROLE_COUNT] = {
		[TOKEN_SHARE] = "share",
		[TOKEN_COMPANY] = "company",
		[TOKEN_ADMIN] = "admin",
	};
	const struct listener_wish *wish = &v->wish;
	cJSON *body = cJSON_CreateObject();

	cJSON_AddStringToObject(body, "name", wish->name);
	cJSON_AddStringToObject(body, "role", roles[wish->role]);
	if (wish->company[0] != '\0')
		cJSON_AddStringToObject(body, "companyId", wish->company);
	if (wish->lives_s != 0)
		cJSON_AddNumberToObject(body, "expiresIn",
		    (double)wish->lives_s);
	ask(v, "POST", TOKENS_PATH, body, on_made);
}

static bool
check_expires(void *ctx, const char *answer, char *out, size_t size)
{
	const struct listener_view *v = ctx;
	int64_t s;

	if (answer[0] == '\0')
		return true;
	if (!duration_parse(answer, &s)) {
		(void)str_copy(out, size, word(v, TEXT_TOKEN_EXPIRES_BAD));
		return false;
	}
	text_format(out, size, console_lang(v->console),
	    TEXT_TOKEN_EXPIRES_AT, &(struct words_args){
	    .time_ms = console_now_ms(v->console) + s * 1000 });
	return true;
}

static void
on_expires(void *ctx, const char *answer)
{
	struct listener_view *v = ctx;

	if (answer == NULL)
		return;
	v->wish.lives_s = 0;
	if (answer[0] != '\0' && !duration_parse(answer, &v->wish.lives_s))
		return;
	make_token(v);
}

static void
open_line(struct listener_view *v, enum text title, dialog_check_fn check,
    dialog_answer_fn on_answer, size_t max)
{
	struct dialog_line d = { .check = check, .on_answer = on_answer,
	    .ctx = v, .max = max };

	(void)str_copy(d.title, sizeof d.title, word(v, title));
	console_open_dialog(v->console,
	    dialog_line(console_lang(v->console), &d));
}

static void
ask_expires(struct listener_view *v)
{
	open_line(v, v->wish.role == TOKEN_SHARE ?
	    TEXT_TOKEN_ASK_EXPIRES_SHARE : TEXT_TOKEN_ASK_EXPIRES,
	    check_expires, on_expires, 16);
}

static bool
check_company(void *ctx, const char *answer, char *out, size_t size)
{
	const struct listener_view *v = ctx;

	if (!company_id_is_valid(answer)) {
		(void)str_copy(out, size, answer[0] == '\0' ? "" :
		    word(v, TEXT_LOG_COMPANY_BAD));
		return false;
	}
	if (fleet_find(console_fleet(v->console), answer) == NULL)
		(void)str_copy(out, size,
		    word(v, TEXT_TOKEN_COMPANY_UNKNOWN));
	return true;
}

static void
add_choice(struct listener_view *v, struct dialog_choice *d, char key,
    enum text label)
{
	d->choices[d->count].key = key;
	(void)str_copy(d->choices[d->count].label,
	    sizeof d->choices[d->count].label, word(v, label));
	d->count++;
}

static void
on_sure(void *ctx, const char *answer)
{
	if (answer != NULL && *answer == 'y')
		ask_expires(ctx);
}

/* A token for a slip of the finger would be good for nobody. */
static void
ask_sure(struct listener_view *v)
{
	struct dialog_choice d = { .on_answer = on_sure, .ctx = v,
	    .first = 1 };

	text_format(d.title, sizeof d.title, console_lang(v->console),
	    TEXT_TOKEN_COMPANY_SURE,
	    &(struct words_args){ .company = v->wish.company });
	add_choice(v, &d, 'y', TEXT_ACT_YES);
	add_choice(v, &d, 'n', TEXT_ACT_NO);
	console_open_dialog(v->console,
	    dialog_choice(console_lang(v->console), &d));
}

static void
on_company(void *ctx, const char *answer)
{
	struct listener_view *v = ctx;

	if (answer == NULL)
		return;
	(void)str_copy(v->wish.company, sizeof v->wish.company, answer);
	if (fleet_find(console_fleet(v->console), answer) != NULL)
		ask_expires(v);
	else
		ask_sure(v);
}

static void
on_role(void *ctx, const char *answer)
{
	struct listener_view *v = ctx;

	if (answer == NULL)
		return;
	v->wish.role = *answer == 'a' ? TOKEN_ADMIN :
	    *answer == 'c' ? TOKEN_COMPANY : TOKEN_SHARE;
	v->wish.company[0] = '\0';
	if (v->wish.role == TOKEN_ADMIN)
		ask_expires(v);
	else
		open_line(v, TEXT_TOKEN_ASK_COMPANY, check_company,
		    on_company, COMPANY_ID_MAX);
}

static void
on_name(void *ctx, const char *answer)
{
	struct listener_view *v = ctx;
	struct dialog_choice d = { .on_answer = on_role, .ctx = v };

	if (answer == NULL)
		return;
	(void)str_copy(v->wish.name, sizeof v->wish.name, answer);
	(void)str_copy(d.title, sizeof d.title,
	    word(v, TEXT_TOKEN_ASK_ROLE));
	add_choice(v, &d, 'c', TEXT_TOKEN_MAY_COMPANY);
	add_choice(v, &d, 's', TEXT_TOKEN_MAY_SHARE);
	add_choice(v, &d, 'a', TEXT_TOKEN_MAY_ADMIN);
	console_open_dialog(v->console,
	    dialog_choice(console_lang(v->console), &d));
}

static bool
check_name(void *ctx, const char *answer, char *out, size_t size)
{
	const struct listener_view *v = ctx;

	if (token_name_is_valid(answer))
		return true;
	if (answer[0] != '\0')
		text_format(out, size, console_lang(v->console),
		    TEXT_TOKEN_NAME_BAD,
		    &(struct words_args){ .n = TOKEN_NAME_CHARS });
	return false;
}

void
listener_ask_token(struct listener_view *v)
{
	open_line(v, TEXT_TOKEN_ASK_NAME, check_name, on_name,
	    TOKEN_NAME_MAX - 1);
}

/* --- revoking ------------------------------------------------------------- */

static void
on_revoked(void *ctx, const struct client_answer *answer)
{
	struct listener_view *v = ctx;

	v->act_call = NULL;
	listener_ask_tokens(v);
	if (is_done(v, answer))
		console_say(v->console, ROLE_NOTICE, TEXT_TOKEN_REVOKED,
		    &(struct words_args){ .company = v->at });
}

/* The id that was typed is the one of the question. */
static void
on_typed(void *ctx, const char *answer)
{
	struct listener_view *v = ctx;
	cJSON *body;

	if (answer == NULL)
		return;
	(void)str_copy(v->at, sizeof v->at, answer);
	body = cJSON_CreateObject();
	cJSON_AddStringToObject(body, "id", answer);
	ask(v, "DELETE", TOKENS_PATH, body, on_revoked);
}

void
listener_ask_revoke(struct listener_view *v)
{
	const struct listener_token *t;
	struct dialog_typed d = { .on_answer = on_typed, .ctx = v };

	if (v->scroll.at >= v->token_count) {
		console_say(v->console, ROLE_ERROR, TEXT_TOKEN_NOT_CHOSEN,
		    NULL);
		return;
	}
	t = &v->tokens[v->scroll.at];
	if (!listener_token_is_good(t, console_now_ms(v->console))) {
		console_say(v->console, ROLE_ERROR, TEXT_TOKEN_DEAD, NULL);
		return;
	}
	text_format(d.sentence, sizeof d.sentence, console_lang(v->console),
	    TEXT_TOKEN_REVOKE, &(struct words_args){ .company = t->id,
	    .reason = t->name });
	(void)str_copy(d.wanted, sizeof d.wanted, t->id);
	console_open_dialog(v->console,
	    dialog_typed(console_lang(v->console), &d));
}

/* --- from the command line ------------------------------------------------ */

/* NULL: nothing may be changed here. */
static struct listener_view *
open_for_change(struct console *c)
{
	if (console_is_read_only(c)) {
		console_say(c, ROLE_ERROR, TEXT_LISTENER_READ_ONLY, NULL);
		return NULL;
	}
	console_show(c, &view_listener, "");
	return console_view(c, &view_listener);
}

void
console_token_add(struct console *c, const char *name)
{
	struct listener_view *v = open_for_change(c);

	if (v == NULL)
		return;
	if (name[0] == '\0')
		listener_ask_token(v);
	else if (token_name_is_valid(name))
		on_name(v, name);
	else
		console_say(c, ROLE_ERROR, TEXT_TOKEN_NAME_BAD,
		    &(struct words_args){ .n = TOKEN_NAME_CHARS });
}

void
listener_ask_doomed(struct listener_view *v)
{
	char id[TOKEN_ID_LEN + 1];

	(void)str_copy(id, sizeof id, v->doomed);
	v->doomed[0] = '\0';
	if (console_is_asking(v->console))
		return;
	for (size_t i = 0; i < v->token_count; i++) {
		if (strcmp(v->tokens[i].id, id) != 0)
			continue;
		v->scroll.at = i;
		(void)str_copy(v->at, sizeof v->at, id);
		listener_ask_revoke(v);
		return;
	}
	console_say(v->console, ROLE_ERROR, TEXT_TOKEN_UNKNOWN,
	    &(struct words_args){ .company = id });
}

void
console_token_revoke(struct console *c, const char *id)
{
	struct listener_view *v = open_for_change(c);

	if (v == NULL)
		return;
	if (id[0] == '\0') {
		console_say(c, ROLE_NOTICE, TEXT_TOKEN_CHOOSE, NULL);
	} else if (!str_copy(v->doomed, sizeof v->doomed, id)) {
		v->doomed[0] = '\0';
		console_say(c, ROLE_ERROR, TEXT_TOKEN_UNKNOWN,
		    &(struct words_args){ .company = id });
	} else if (v->has_tokens) {
		listener_ask_doomed(v);
	}
}
