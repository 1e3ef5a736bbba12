/* The listener: where pages and API are served, who may, who was refused. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/listener_view.h"
#include "tui/told.h"

#define REFRESH_MS 5000
#define TOKENS_SHOWN_MAX 10000

/* --- tokens --------------------------------------------------------------- */

static void
take_text(char *out, size_t size, const cJSON *o, const char *name)
{
	const char *text = told_text(o, name);

	str_clean(out, size, text, strlen(text));
}

static struct listener_token
token_of(const cJSON *o)
{
	const char *role = told_text(o, "role");
	struct listener_token t;

	memset(&t, 0, sizeof t);        /* they are compared whole */
	take_text(t.id, sizeof t.id, o, "id");
	take_text(t.name, sizeof t.name, o, "name");
	take_text(t.company, sizeof t.company, o, "companyId");
	take_text(t.prefix, sizeof t.prefix, o, "prefix");
	t.role = strcmp(role, "admin") == 0 ? TOKEN_ADMIN :
	    strcmp(role, "company") == 0 ? TOKEN_COMPANY : TOKEN_SHARE;
	t.created_ms = told_time(o, "createdAt");
	t.expires_ms = told_time(o, "expiresAt");
	t.used_ms = told_time(o, "lastUsedAt");
	t.revoked_ms = told_time(o, "revokedAt");
	return t;
}

/* The good ones first, in the core's order: oldest first. */
static size_t
read_tokens(const struct listener_view *v, const cJSON *list,
    struct listener_token *out, size_t max)
{
	const int64_t now = console_now_ms(v->console);
	const cJSON *at;
	size_t n = 0;

	for (int good = 1; good >= 0; good--) {
		cJSON_ArrayForEach(at, list) {
			const struct listener_token t = token_of(at);

			if (n < max && listener_token_is_good(&t, now) ==
			    (good == 1))
				out[n++] = t;
		}
	}
	return n;
}

/* The cursor stays on its token. */
static void
find_cursor(struct listener_view *v)
{
	for (size_t i = 0; i < v->token_count; i++) {
		if (strcmp(v->tokens[i].id, v->at) == 0)
			v->scroll.at = i;
	}
	scroll_fit(&v->scroll, v->token_count, v->scroll.shown);
}

static void
on_tokens(void *ctx, const struct client_answer *answer)
{
	struct listener_view *v = ctx;
	const cJSON *list = cJSON_GetObjectItem(cJSON_GetObjectItem(
	    answer->json, "data"), "tokens");
	size_t max = (size_t)cJSON_GetArraySize(list), n;
	struct listener_token *tokens;
	bool is_same;

	v->tokens_call = NULL;
	if (answer->err != ERR_OK || answer->status != 200)
		return;
	if (max > TOKENS_SHOWN_MAX)
		max = TOKENS_SHOWN_MAX;
	tokens = xcalloc(max + 1, sizeof *tokens);
	n = read_tokens(v, list, tokens, max);
	is_same = v->has_tokens && n == v->token_count &&
	    memcmp(tokens, v->tokens, n * sizeof *tokens) == 0;
	free(v->tokens);
	v->tokens = tokens;
	v->token_count = n;
	v->has_tokens = true;
	if (v->doomed[0] != '\0')
		listener_ask_doomed(v);
	if (is_same)
		return;
	find_cursor(v);
	screen_want(console_screen(v->console), SCREEN_NEWS);
}

void
listener_ask_tokens(struct listener_view *v)
{
	if (v->tokens_call == NULL)
		v->tokens_call = client_request(console_client(v->console),
		    "GET", TOKENS_PATH, NULL, LISTENER_ASK_MS, on_tokens, v);
}

static void
on_refresh(void *ctx)
{
	struct listener_view *v = ctx;

	console_ask_listener(v->console);
	listener_ask_tokens(v);
	timer_start(v->refresh, REFRESH_MS);
}

/* --- open and close ------------------------------------------------------- */

static void *
view_open(struct console *c, const char *company)
{
	struct listener_view *v = xcalloc(1, sizeof *v);

	(void)company;
	v->console = c;
	v->refresh = timer_create_on(console_loop(c), on_refresh, v);
	timer_start(v->refresh, 0);
	return v;
}

static void
view_close(void *view)
{
	struct listener_view *v = view;

	listener_wipe(v);
	call_cancel(v->tokens_call);
	call_cancel(v->act_call);
	timer_destroy(v->refresh);
	free(v->tokens);
	free(v);
}

static void
view_draw(void *view, struct area body)
{
	listener_draw(view, body);
}

/* --- keys ----------------------------------------------------------------- */

/* A new token takes every key until it is closed. */
static bool
view_key(void *view, const struct key *key)
{
	struct listener_view *v = view;

	if (v->secret[0] == '\0' || key->name == K_CTRL)
		return false;
	if (key->name == K_ESC || key->name == K_ENTER)
		listener_wipe(v);
	else if (key->name == K_TEXT && binding_latin(key->text) == 'c')
		v->was_sent = screen_copy(console_screen(v->console),
		    v->secret);
	return true;
}

static bool
move(struct listener_view *v, enum action action)
{
	if (!scroll_act(&v->scroll, action))
		return false;
	if (v->token_count > 0)
		(void)str_copy(v->at, sizeof v->at,
		    v->tokens[v->scroll.at].id);
	return true;
}

static bool
is_change(enum action action)
{
	return action == ACTION_ON_OFF || action == ACTION_ADDRESS ||
	    action == ACTION_TOKEN_ADD || action == ACTION_TOKEN_REVOKE;
}

static bool
view_act(void *view, enum action action)
{
	struct listener_view *v = view;

	if (is_change(action) && console_is_read_only(v->console)) {
		console_say(v->console, ROLE_ERROR, TEXT_LISTENER_READ_ONLY,
		    NULL);
		return true;
	}
	switch (action) {
	case ACTION_ON_OFF:
		listener_switch(v);
		return true;
	case ACTION_ADDRESS:
		listener_ask_address(v);
		return true;
	case ACTION_TOKEN_ADD:
		listener_ask_token(v);
		return true;
	case ACTION_TOKEN_REVOKE:
		listener_ask_revoke(v);
		return true;
	default:
		return move(v, action);
	}
}

/* Rows of companies are not shown here. */
static bool
view_changed(void *view, const struct row *row)
{
	(void)view;
	return row == NULL;
}

const struct view_ops view_listener = {
	.name = "listener",
	.scope = SCOPE_LISTENER,
	.moves = true,
	.has_margin = true,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.act = view_act,
	.key = view_key,
	.changed = view_changed,
};
