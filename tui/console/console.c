#include "tui/console/console.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/act.h"
#include "tui/console/command.h"
#include "tui/console/console_impl.h"

#define KEEP_MS 700             /* prefs are written so long after a change */
#define LISTENER_MS 5000        /* others may switch it; alarms */
#define LISTENER_BUSY_MS 1000   /* while many wait: how far it has come */
#define ASK_MS 10000

static const struct view_ops *const views[] = {
	&view_companies, &view_company, &view_link, &view_log,
	&view_listener, &view_help,
};

/* --- the stack ---------------------------------------------------------------- */

struct level *
console_top(struct console *c)
{
	return &c->stack[c->depth - 1];
}

static void
on_bury(void *ctx)
{
	struct console *c = ctx;

	for (size_t i = 0; i < c->buried_count; i++)
		c->buried[i].ops->close(c->buried[i].view);
	c->buried_count = 0;
}

/* A question is often about the view under it, and must not outlive it. One
 * that is just being answered is over anyway. */
static void
drop_dialog(struct console *c)
{
	if (c->in_dialog)
		return;
	dialog_destroy(c->dialog);
	c->dialog = NULL;
}

/* A view may ask for its own end: it goes in a later turn. */
static void
close_top(struct console *c)
{
	struct level *top = console_top(c);

	drop_dialog(c);
	if (top->ops->save != NULL)
		top->ops->save(top->view, &c->prefs);
	if (c->buried_count == LEVELS_MAX)
		on_bury(c);
	c->buried[c->buried_count++] = *top;
	c->depth--;
	timer_start(c->bury, 0);
}

static void
open_view(struct console *c, const struct view_ops *ops, const char *company)
{
	struct level *level = &c->stack[c->depth];

	level->ops = ops;
	level->view = ops->open(c, company);
	c->depth++;
}

static bool
is_about(const struct level *level, const char *company)
{
	return level->ops->company == NULL ||
	    strcmp(level->ops->company(level->view), company) == 0;
}

void
console_show(struct console *c, const struct view_ops *ops,
    const char *company)
{
	char id[COMPANY_ID_MAX + 1];

	/* it may be the text of a view that goes now */
	(void)str_copy(id, sizeof id, company);
	for (size_t i = 0; i < c->depth; i++) {
		if (c->stack[i].ops != ops)
			continue;
		while (c->depth > i + 1)
			close_top(c);
		if (i > 0 && !is_about(&c->stack[i], id)) {
			close_top(c);
			open_view(c, ops, id);
		} else if (ops->resume != NULL) {
			ops->resume(c->stack[i].view);
		}
		console_keep(c);
		console_draw(c);
		return;
	}
	if (c->depth == LEVELS_MAX)
		close_top(c);
	open_view(c, ops, id);
	console_keep(c);
	console_draw(c);
}

void
console_back(struct console *c)
{
	struct level *top;

	if (c->depth <= 1)
		return;
	close_top(c);
	top = console_top(c);
	if (top->ops->resume != NULL)
		top->ops->resume(top->view);
	console_keep(c);
	console_draw(c);
}

/* --- news --------------------------------------------------------------------- */

static void
on_change(void *ctx, const struct row *row, enum need before)
{
	struct console *c = ctx;
	struct level *top = console_top(c);
	/* somebody waits for the first rows, in front of an empty list */
	const bool is_first = row == NULL &&
	    feed_state(c->feed) == FEED_LOADING;

	if (row == NULL)
		console_note_feed(c);
	console_alert(c, row, before);
	if (top->ops->changed == NULL || top->ops->changed(top->view, row))
		screen_want(c->params.screen, is_first ? SCREEN_KEY :
		    SCREEN_NEWS);
	if (row == NULL && feed_state(c->feed) == FEED_LIVE)
		console_ask_listener(c);
}

static bool
is_calm(const cJSON *listener)
{
	const cJSON *state = cJSON_GetObjectItem(
	    cJSON_GetObjectItem(listener, "fleet"), "state");

	return !cJSON_IsString(state) ||
	    strcmp(state->valuestring, "calm") == 0;
}

static void
on_listener(void *ctx, const struct client_answer *answer)
{
	struct console *c = ctx;
	cJSON *data = cJSON_GetObjectItem(answer->json, "data");

	c->listener_call = NULL;
	timer_start(c->poll, is_calm(data) ? LISTENER_MS : LISTENER_BUSY_MS);
	if (answer->err != ERR_OK || answer->status != 200 ||
	    !cJSON_IsObject(data))
		return;
	cJSON_Delete(c->listener);
	c->listener = cJSON_Duplicate(data, true);
	console_note_listener(c);
	screen_want(c->params.screen, SCREEN_NEWS);
}

void
console_ask_listener(struct console *c)
{
	if (c->listener_call == NULL)
		c->listener_call = client_request(c->params.client, "GET",
		    "/api/whatsapp/listener", NULL, ASK_MS, on_listener, c);
}

static void
on_poll(void *ctx)
{
	console_ask_listener(ctx);
}

static void
on_tick(void *ctx)
{
	struct console *c = ctx;

	screen_want(c->params.screen, SCREEN_NEWS);
}

/* --- what is remembered ------------------------------------------------------------ */

/* The one that is found again: who looked something up wants what was under
 * the help. */
static const struct level *
lasting(const struct console *c)
{
	size_t i = c->depth - 1;

	while (i > 0 && c->stack[i].ops == &view_help)
		i--;
	return &c->stack[i];
}

static void
gather_prefs(struct console *c)
{
	const struct level *top = lasting(c);
	const char *company = "";

	for (size_t i = 0; i < c->depth; i++) {
		if (c->stack[i].ops->save != NULL)
			c->stack[i].ops->save(c->stack[i].view, &c->prefs);
	}
	if (top->ops->company != NULL)
		company = top->ops->company(top->view);
	(void)str_copy(c->prefs.view, sizeof c->prefs.view, top->ops->name);
	(void)str_copy(c->prefs.company, sizeof c->prefs.company, company);
}

/* On the pool: a disk may take its time, and a key must not wait for it. */
static void
write_prefs(void *ctx)
{
	struct console *c = ctx;

	/* what cannot be remembered is not worth a word each second */
	if (prefs_save(c->params.prefs_path, c->term, &c->written) != ERR_OK)
		memset(&c->written, 0, sizeof c->written);
}

static void
on_written(void *ctx)
{
	struct console *c = ctx;

	c->is_writing = false;
}

static void
save_prefs(struct console *c)
{
	gather_prefs(c);
	if (c->params.prefs_path == NULL || c->is_writing ||
	    prefs_are_equal(&c->prefs, &c->written))
		return;
	c->written = c->prefs;
	c->is_writing = true;
	loop_work(c->params.loop, LANE_DISK, write_prefs, on_written, c);
}

static void
on_keep(void *ctx)
{
	struct console *c = ctx;

	if (c->is_writing)
		timer_start(c->keep, KEEP_MS);
	else
		save_prefs(c);
}

/* The last word: waits for the one before. */
static void
save_last_prefs(struct console *c)
{
	while (c->is_writing)
		loop_turn(c->params.loop, true);
	save_prefs(c);
	while (c->is_writing)
		loop_turn(c->params.loop, true);
}

void
console_keep(struct console *c)
{
	if (!timer_is_running(c->keep))
		timer_start(c->keep, KEEP_MS);
}

static void
restore_view(struct console *c)
{
	char company[COMPANY_ID_MAX + 1];

	(void)str_copy(company, sizeof company, c->prefs.company);
	open_view(c, &view_companies, "");
	for (size_t i = 1; i < ARRAY_LEN(views); i++) {
		if (strcmp(views[i]->name, c->prefs.view) == 0)
			open_view(c, views[i], company);
	}
}

/* --- birth and end ------------------------------------------------------------------ */

static void
load_prefs(struct console *c)
{
	static const struct prefs none;

	c->prefs = none;
	if (c->params.prefs_path == NULL)
		return;
	if (prefs_load(c->params.prefs_path, c->term,
	    &c->prefs) != ERR_OK)
		console_say(c, ROLE_NOTICE, TEXT_CONSOLE_PREFS_BAD, NULL);
	c->written = c->prefs;
	screen_set_mouse(c->params.screen, c->prefs.mouse);
}

struct console *
console_create(const struct console_params *params)
{
	struct console *c = xcalloc(1, sizeof *c);

	c->params = *params;
	(void)str_copy(c->term, sizeof c->term, screen_term(params->screen));
	c->fleet = fleet_create();
	c->recall = recall_create();
	c->keep = timer_create_on(params->loop, on_keep, c);
	c->tick = timer_create_on(params->loop, on_tick, c);
	c->poll = timer_create_on(params->loop, on_poll, c);
	c->bury = timer_create_on(params->loop, on_bury, c);
	load_prefs(c);
	c->feed = feed_create(params->loop, params->client, c->fleet,
	    &(struct feed_handlers){ .on_change = on_change, .ctx = c });
	restore_view(c);
	console_ask_listener(c);
	console_alert(c, NULL, NEED_COUNT);
	screen_want(params->screen, SCREEN_KEY);
	return c;
}

void
console_destroy(struct console *c)
{
	if (c == NULL)
		return;
	save_last_prefs(c);
	console_acts_end(c);
	drop_dialog(c);
	while (c->depth > 0)
		close_top(c);
	on_bury(c);
	feed_destroy(c->feed);
	call_cancel(c->listener_call);
	timer_destroy(c->keep);
	timer_destroy(c->tick);
	timer_destroy(c->poll);
	timer_destroy(c->bury);
	cJSON_Delete(c->listener);
	fleet_destroy(c->fleet);
	recall_destroy(c->recall);
	free(c);
}

static void
on_key(void *ctx, const struct key *key)
{
	struct console **where = ctx;

	if (*where != NULL)
		console_on_key(*where, key);
}

static void
on_draw(void *ctx, struct area all)
{
	struct console **where = ctx;

	if (*where != NULL)
		console_on_draw(*where, all);
}

/* A lost line takes the console along and leaves the core alone. */
static void
on_gone(void *ctx)
{
	struct console **where = ctx;

	if (*where != NULL)
		console_leave(*where, false);
}

struct screen_handlers
console_screen_handlers(struct console **where)
{
	return (struct screen_handlers){ .on_key = on_key, .on_draw = on_draw,
	    .on_gone = on_gone, .ctx = where };
}

/* --- what views ask ------------------------------------------------------------------ */

struct loop *
console_loop(const struct console *c)
{
	return c->params.loop;
}

struct client *
console_client(const struct console *c)
{
	return c->params.client;
}

struct fleet *
console_fleet(const struct console *c)
{
	return c->fleet;
}

struct screen *
console_screen(const struct console *c)
{
	return c->params.screen;
}

const struct config *
console_config(const struct console *c)
{
	return c->params.config;
}

struct prefs *
console_prefs(struct console *c)
{
	return &c->prefs;
}

enum lang
console_lang(const struct console *c)
{
	return c->params.lang;
}

bool
console_is_read_only(const struct console *c)
{
	return c->params.read_only;
}

int64_t
console_now_ms(const struct console *c)
{
	return feed_now_ms(c->feed);
}

const cJSON *
console_listener(const struct console *c)
{
	return c->listener;
}

enum feed_state
console_feed_state(const struct console *c)
{
	return feed_state(c->feed);
}

void
console_freeze(struct console *c, bool frozen)
{
	feed_freeze(c->feed, frozen);
	console_draw(c);
}

void
console_draw(struct console *c)
{
	screen_want(c->params.screen, SCREEN_KEY);
}

void *
console_view(const struct console *c, const struct view_ops *ops)
{
	const struct level *top = &c->stack[c->depth - 1];

	return top->ops == ops ? top->view : NULL;
}

enum scope
console_scope(const struct console *c)
{
	return c->stack[c->depth - 1].ops->scope;
}

const char *
console_company(const struct console *c)
{
	const struct level *top = &c->stack[c->depth - 1];

	return top->ops->company == NULL ? "" :
	    top->ops->company(top->view);
}

void
console_point(struct console *c, const char *company)
{
	const struct level *list = &c->stack[0];

	if (list->ops->point != NULL)
		list->ops->point(list->view, company);
}

void
console_say_text(struct console *c, enum role role, const char *text)
{
	c->notice_role = role;
	(void)str_copy(c->notice, sizeof c->notice, text);
	screen_want(c->params.screen, SCREEN_KEY);
}

void
console_say(struct console *c, enum role role, enum text text,
    const struct words_args *args)
{
	char filled[DIALOG_TEXT_MAX];

	text_format(filled, sizeof filled, c->params.lang, text, args);
	console_say_text(c, role, filled);
}

bool
console_is_asking(const struct console *c)
{
	return c->dialog != NULL || c->has_command;
}

void
console_open_dialog(struct console *c, struct dialog *d)
{
	/* one that is taking a key is destroyed by who gave it that key */
	if (!c->in_dialog)
		dialog_destroy(c->dialog);
	c->dialog = d;
	c->notice[0] = '\0';
	console_draw(c);
}

void
console_command(struct console *c, const char *line)
{
	struct command_line parsed;
	char why[DIALOG_TEXT_MAX];

	if (!command_parse(line, c->params.lang, &parsed, why, sizeof why))
		console_say_text(c, ROLE_ERROR, why);
	else
		console_run(c, &parsed);
}

/* --- leaving ----------------------------------------------------------------------------- */

void
console_leave(struct console *c, bool stop)
{
	if (c->is_leaving)
		return;
	c->is_leaving = true;
	c->params.on_leave(c->params.ctx, stop);
}

static void
on_leave_answer(void *ctx, const char *answer)
{
	struct console *c = ctx;

	if (answer != NULL && *answer != 'b')
		console_leave(c, *answer == 's');
}

void
console_add_choice(const struct console *c, struct dialog_choice *d, char key,
    enum text text)
{
	d->choices[d->count].key = key;
	(void)str_copy(d->choices[d->count].label,
	    sizeof d->choices[d->count].label,
	    text_get(c->params.lang, text));
	d->count++;
}

/* How many phones are being linked at this moment. */
static size_t
linking(const struct console *c)
{
	return fleet_count_need(c->fleet, NEED_PHONE);
}

static void
ask_leave(struct console *c)
{
	struct dialog_choice d = { .on_answer = on_leave_answer, .ctx = c };
	const size_t n = linking(c);

	if (n > 0)
		text_format(d.title, sizeof d.title, c->params.lang,
		    TEXT_LEAVE_LINKING,
		    &(struct words_args){ .n = (int64_t)n });
	else
		text_format(d.title, sizeof d.title, c->params.lang,
		    TEXT_LEAVE_STARTED, NULL);
	console_add_choice(c, &d, 'l', TEXT_LEAVE_RUNNING);
	if (c->params.started_core)
		console_add_choice(c, &d, 's', TEXT_LEAVE_STOP);
	console_add_choice(c, &d, 'b', TEXT_LEAVE_BACK);
	console_open_dialog(c, dialog_choice(c->params.lang, &d));
}

void
console_quit(struct console *c)
{
	if (console_is_lost(c))
		console_ask_leave_lost(c);
	else if (c->params.started_core || linking(c) > 0)
		ask_leave(c);
	else
		console_leave(c, false);
}
