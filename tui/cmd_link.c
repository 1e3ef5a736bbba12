/*
 * pairdesk link: one company's link attempt, watched to its end. Shown on
 * the terminal's own screen, as plain lines when there is none, or as JSON
 * events. A company that is linked already is brought online, so that the
 * command's success always means the same: linked and connected.
 */
#include "tui/cmd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "core/app/qr_screen.h"
#include "core/app/view_json.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/wire/pair.h"
#include "tui/term.h"

#define TICK_MS 1000
#define LOGIN_LIMIT_MS 75000    /* from linked to connected */
#define SCREEN_MAX ((size_t)256 * 1024)
#define TEXT_MAX 2048
#define CODE_SHOWN (CODE_LEN + 2)       /* with dash and NUL */

struct link {
	const struct cmd_args *args;
	struct run *run;
	struct app *app;
	struct app_listener *listener;
	struct timer *tick, *limit;
	struct watch *winch;
	struct term term;
	struct qr_screen *screen;       /* NULL: lines or JSON */
	bool was_linked, again, pairing, passkey;
	/* on show; secrets until they expire */
	char qr[TEXT_MAX];
	int qr_attempt, qr_left;
	int64_t qr_until_ms, code_until_ms;     /* monotonic */
	char code[CODE_SHOWN];
};

static int64_t
mono_ms(void)
{
	return clock_mono_ms(clock_system());
}

static int64_t
whole_seconds(int64_t left_ms)
{
	return left_ms <= 0 ? 0 : (left_ms + 999) / 1000;
}

static int64_t
seconds_left(int64_t until_ms)
{
	return whole_seconds(until_ms - mono_ms());
}

static void
wipe(struct link *l)
{
	secret_wipe(l->qr, sizeof l->qr);
	secret_wipe(l->code, sizeof l->code);
}

/* --- the screen ----------------------------------------------------------------- */

static void
draw(struct link *l)
{
	char sentence[WORDS_MAX], advice[WORDS_MAX];
	struct session_view view;
	struct words_args args;
	struct qr_view show;
	struct buf out;

	if (l->screen == NULL || !app_view(l->app, l->args->company, &view))
		return;
	view_words_args(&view, clock_wall_ms(clock_system()), &args);
	words_reason_sentence(sentence, sizeof sentence, l->args->lang,
	    view.status, view.reason, &args);
	words_reason_advice(advice, sizeof advice, l->args->lang, view.status,
	    view.reason, &args);
	/* dead at its second, whatever the core has to say */
	if (seconds_left(l->qr_until_ms) == 0)
		secret_wipe(l->qr, sizeof l->qr);
	if (seconds_left(l->code_until_ms) == 0)
		secret_wipe(l->code, sizeof l->code);
	show = (struct qr_view){
	    .company = l->args->company,
	    .qr_text = l->qr[0] == '\0' ? NULL : l->qr,
	    .attempt = (unsigned)l->qr_attempt,
	    .attempts = (unsigned)(l->qr_attempt + l->qr_left),
	    .code = l->code[0] == '\0' ? NULL : l->code,
	    .qr_seconds = seconds_left(l->qr_until_ms),
	    .code_seconds = seconds_left(l->code_until_ms),
	    .sentence = sentence,
	    .advice = advice,
	};
	buf_init_secret(&out, SCREEN_MAX);
	if (qr_screen_draw(l->screen, &show, &out) == ERR_OK && out.len > 0)
		(void)term_write(&l->term, out.data, out.len);
	buf_finish(&out);
}

static void
on_tick(void *ctx)
{
	struct link *l = ctx;

	draw(l);
	timer_start(l->tick, TICK_MS);
}

static void
on_winch(void *ctx, int signum)
{
	struct link *l = ctx;

	(void)signum;
	if (term_update_size(&l->term))
		qr_screen_resize(l->screen, l->term.can.rows,
		    l->term.can.columns);
	draw(l);
}

static void
open_screen(struct link *l)
{
	term_init(&l->term, STDOUT_FILENO);
	if (l->args->json || l->term.is_plain)
		return;
	l->screen = qr_screen_create(&l->term.can,
	    (enum qr_style)config_enum(l->args->config, OPT_QR_STYLE),
	    l->args->lang);
	term_enter(&l->term);
	if (loop_on_signal(app_loop(l->app), SIGWINCH, on_winch, l,
	    &l->winch) != ERR_OK)
		l->winch = NULL;        /* a resize then shows late */
	on_tick(l);
}

static void
close_screen(struct link *l)
{
	timer_stop(l->tick);
	if (l->screen == NULL)
		return;
	term_leave(&l->term);
	qr_screen_destroy(l->screen);
	l->screen = NULL;
}

/* --- JSON events and plain lines --------------------------------------------------- */

static cJSON *
event(const char *name)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "event", name);
	return o;
}

static void
add_wall(cJSON *o, const char *name, int64_t in_ms)
{
	char text[25];

	str_time_utc(text, sizeof text,
	    clock_wall_ms(clock_system()) + in_ms);
	cJSON_AddStringToObject(o, name, text);
}

static void
print(cJSON *o)
{
	char *text = cJSON_PrintUnformatted(o);

	if (text != NULL) {
		cmd_print_json(text);
		secret_wipe(text, strlen(text));
	}
	free(text);
	for (const cJSON *at = o->child; at != NULL; at = at->next) {
		if (cJSON_IsString(at))
			secret_wipe(at->valuestring, strlen(at->valuestring));
	}
	cJSON_Delete(o);
}

static void
show_qr(struct link *l, const struct session_event *e)
{
	cJSON *o;

	if (!str_copy(l->qr, sizeof l->qr, e->qr))
		wipe(l);
	l->qr_attempt = e->qr_attempt;
	l->qr_left = e->qr_left;
	l->qr_until_ms = mono_ms() + e->lives_ms;
	if (l->args->json) {
		o = event("qr");
		cJSON_AddStringToObject(o, "text", e->qr);
		cJSON_AddNumberToObject(o, "timeoutMs", (double)e->lives_ms);
		cJSON_AddNumberToObject(o, "attempt", e->qr_attempt);
		cJSON_AddNumberToObject(o, "attemptsLeft", e->qr_left);
		add_wall(o, "expiresAt", e->lives_ms);
		print(o);
	} else if (l->screen == NULL) {
		printf("QR %d/%d: %s\n", e->qr_attempt,
		    e->qr_attempt + e->qr_left, e->qr);
		fflush(stdout);
	}
}

static void
show_code(struct link *l, const struct session_event *e)
{
	cJSON *o;

	str_format(l->code, sizeof l->code, "%.4s-%.4s", e->code,
	    e->code + CODE_LEN / 2);
	l->code_until_ms = mono_ms() + e->lives_ms;
	if (l->args->json) {
		o = event("code");
		cJSON_AddStringToObject(o, "code", l->code);
		add_wall(o, "expiresAt", e->lives_ms);
		add_wall(o, "windowEndsAt", e->window_ms);
		print(o);
	} else if (l->screen == NULL) {
		char word[WORDS_MAX];

		words_format(word, sizeof word, l->args->lang, WORD_CLI_CODE,
		    NULL);
		printf("%s: %s\n", word, l->code);
		fflush(stdout);
	}
}

/* --- the end --------------------------------------------------------------------------- */

static int
exit_code_of(const struct verdict *v)
{
	switch (v->reason) {
	case WA_REASON_CODE_EXPIRED:
	case WA_REASON_RATE_LIMITED:
	case WA_REASON_BUDGET:
		return EX_TEMPFAIL;
	case WA_REASON_REFUSED:
		return v->code == 400 || v->err == ERR_PAIR_VETO ?
		    EX_DATAERR : EX_UNAVAILABLE;
	case WA_REASON_STORE_DAMAGED:
		return EX_DATAERR;
	case WA_REASON_INTERNAL:
		return v->stage == STAGE_LOOKUP ? EX_CONFIG : EX_IOERR;
	default:
		return EX_UNAVAILABLE;
	}
}

static void
say_error(struct link *l, const char *name, enum wa_reason reason,
    const struct verdict *v)
{
	char sentence[WORDS_MAX], advice[WORDS_MAX];
	const int64_t now = clock_wall_ms(clock_system());
	const char *code = v != NULL ? verdict_error_code(v) :
	    wa_reason_error_code(reason);
	enum wa_status status = WA_STATUS_ERROR;
	struct session_view view;
	struct words_args args;
	cJSON *o;

	memset(&view, 0, sizeof view);
	(void)app_view(l->app, l->args->company, &view);
	if (v != NULL)
		view.verdict = *v;
	view_words_args(&view, now, &args);
	args.ending = view.linked ? ENDING_LOGIN : ENDING_LINK;
	(void)wa_reason_status(reason, &status);
	words_reason_sentence(sentence, sizeof sentence, l->args->lang,
	    status, reason, &args);
	words_reason_advice(advice, sizeof advice, l->args->lang, status,
	    reason, &args);
	close_screen(l);
	if (!l->args->json) {
		fprintf(stderr, "pairdesk: %s %s\n", sentence, advice);
		if (v != NULL && v->detail[0] != '\0')
			fprintf(stderr, "pairdesk: (%s)\n", v->detail);
		return;
	}
	o = event(name);
	cJSON_AddStringToObject(o, "reason", wa_reason_name(reason));
	cJSON_AddStringToObject(o, "status", wa_status_name(view.status));
	if (code != NULL)
		cJSON_AddStringToObject(o, "errorCode", code);
	cJSON_AddStringToObject(o, "error", sentence);
	cJSON_AddStringToObject(o, "advice", advice);
	if (v != NULL && v->reason == WA_REASON_NETWORK_BLOCKED)
		cJSON_AddStringToObject(o, "stage", stage_name(v->stage));
	if (v != NULL && v->code != 0)
		cJSON_AddNumberToObject(o, "code", v->code);
	if (v != NULL && v->detail[0] != '\0')
		cJSON_AddStringToObject(o, "detail", v->detail);
	if (view.until_ms > now)
		cJSON_AddNumberToObject(o, "retryAfter",
		    (double)whole_seconds(view.until_ms - now));
	print(o);
}

/* The window stays open: an owner who may remove the passkey goes on. */
static void
say_passkey(const struct link *l, const struct session_view *view)
{
	char sentence[WORDS_MAX], advice[WORDS_MAX];
	struct words_args args;
	cJSON *o;

	if (l->screen != NULL)
		return;         /* drawn there */
	view_words_args(view, clock_wall_ms(clock_system()), &args);
	words_reason_sentence(sentence, sizeof sentence, l->args->lang,
	    view->status, view->reason, &args);
	words_reason_advice(advice, sizeof advice, l->args->lang, view->status,
	    view->reason, &args);
	if (!l->args->json) {
		fprintf(stderr, "pairdesk: %s %s\n", sentence, advice);
		return;
	}
	o = event("passkey_required");
	cJSON_AddStringToObject(o, "reason", wa_reason_name(view->reason));
	cJSON_AddStringToObject(o, "status", wa_status_name(view->status));
	cJSON_AddStringToObject(o, "error", sentence);
	cJSON_AddStringToObject(o, "advice", advice);
	print(o);
}

static void
say_connected(struct link *l, const struct session_view *view)
{
	char masked[32];
	cJSON *o;

	close_screen(l);
	if (l->args->json) {
		o = event("connected");
		cJSON_AddStringToObject(o, "phoneNumber", view->phone);
		if (l->was_linked)
			cJSON_AddTrueToObject(o, "alreadyLinked");
		print(o);
		return;
	}
	str_mask_phone(masked, sizeof masked, view->phone);
	cmd_say(l->args, WORD_CLI_CONNECTED, &(struct words_args){
	    .company = l->args->company, .phone = masked });
	cmd_say(l->args, WORD_CLI_CONNECTED_ADVICE, NULL);
}

/* The phone is linked and the login has trouble: no end yet, but news. */
static void
say_retrying(const struct link *l, const struct session_view *view,
    const struct verdict *v)
{
	char sentence[WORDS_MAX];
	struct words_args args;
	cJSON *o;

	if (l->screen != NULL)
		return;         /* drawn there */
	view_words_args(view, clock_wall_ms(clock_system()), &args);
	words_reason_sentence(sentence, sizeof sentence, l->args->lang,
	    view->status, v->reason, &args);
	if (!l->args->json) {
		fprintf(stderr, "pairdesk: %s\n", sentence);
		return;
	}
	o = event("retrying");
	cJSON_AddStringToObject(o, "reason", wa_reason_name(v->reason));
	cJSON_AddStringToObject(o, "error", sentence);
	add_wall(o, "nextAttemptAt",
	    view->next_attempt_ms - clock_wall_ms(clock_system()));
	print(o);
}

static void
on_limit(void *ctx)
{
	struct link *l = ctx;
	struct session_view view;

	if (app_view(l->app, l->args->company, &view))
		say_error(l, "error", view_trouble(&view), &view.verdict);
	run_end(l->run, EX_UNAVAILABLE);
}

/* Opens the attempt, or logs in what is linked. False: the run has ended. */
static bool
begin(struct link *l)
{
	const char *phone = l->args->phone[0] != '\0' ? l->args->phone : NULL;
	struct session_view view;
	enum err err;

	err = app_link(l->app, l->args->company, phone);
	if (err == ERR_EXISTS) {
		l->was_linked = true;
		timer_start(l->limit, LOGIN_LIMIT_MS);
		err = app_connect(l->app, l->args->company);
	}
	if (err == ERR_OK)
		return true;
	if (err == ERR_BUSY && app_view(l->app, l->args->company, &view)) {
		say_error(l, "error", view.reason, NULL);
		run_end(l->run, EX_TEMPFAIL);
	} else {
		close_screen(l);
		run_end(l->run, cmd_fail(l->args, cmd_exit_code(err),
		    "INTERNAL_ERROR", err_text(err)));
	}
	return false;
}

static void
begin_again(void *ctx)
{
	struct link *l = ctx;

	if (!run_is_ending(l->run))
		(void)begin(l);
}

static void
on_error(struct link *l, const struct session_view *view,
    const struct verdict *v)
{
	/* linked once, and gone since: what was asked for is a new link */
	if (l->was_linked && !view->linked && !l->again &&
	    v->reason == WA_REASON_UNLINKED) {
		l->again = true;
		l->was_linked = false;
		timer_stop(l->limit);
		loop_defer(app_loop(l->app), begin_again, l);
		return;
	}
	/* it dials again by itself */
	if (view->linked && view->next_attempt_ms != 0 &&
	    v->act != ACT_WAIT && v->act != ACT_VERSION &&
	    v->reason != WA_REASON_INTERNAL) {
		say_retrying(l, view, v);
		return;
	}
	say_error(l, v->reason == WA_REASON_CODE_EXPIRED ? "expired" :
	    "error", v->reason, v);
	run_end(l->run, exit_code_of(v));
}

static void
on_changed(struct link *l, const struct session_view *view)
{
	if (view->connected) {
		say_connected(l, view);
		run_end(l->run, EX_OK);
	} else if (view->reason == WA_REASON_CODE_EXPIRED) {
		say_error(l, "expired", view->reason, NULL);
		run_end(l->run, EX_TEMPFAIL);
	} else if (view->reason == WA_REASON_PASSKEY && !l->passkey) {
		l->passkey = true;
		say_passkey(l, view);
	} else if (view->status == WA_STATUS_PAIRING && !l->pairing) {
		l->pairing = true;
		wipe(l);
		if (l->args->json)
			print(event("pairing"));
	}
}

static void
on_event(void *ctx, const char *company, const struct session_event *e)
{
	struct link *l = ctx;
	struct session_view view;

	if (run_is_ending(l->run) || strcmp(company, l->args->company) != 0 ||
	    !app_view(l->app, company, &view))
		return;
	switch (e->type) {
	case SESSION_QR:
		show_qr(l, e);
		break;
	case SESSION_CODE:
		show_code(l, e);
		break;
	case SESSION_LINKED:
		timer_start(l->limit, LOGIN_LIMIT_MS);
		break;
	case SESSION_CHANGED:
		on_changed(l, &view);
		break;
	case SESSION_ERROR:
		on_error(l, &view, e->verdict);
		break;
	}
	draw(l);
}

static void
on_interrupt(void *ctx)
{
	struct link *l = ctx;
	struct session_view view;

	close_screen(l);
	if (!l->args->json && app_view(l->app, l->args->company, &view) &&
	    !view.linked)
		cmd_say(l->args, WORD_CLI_INTERRUPTED,
		    &(struct words_args){ .company = l->args->company });
}

int
cmd_link(const struct cmd_args *args)
{
	struct link l = { .args = args };
	int code;

	if ((l.run = run_open(args, &code)) == NULL)
		return code;
	l.app = run_app(l.run);
	l.tick = timer_create_on(app_loop(l.app), on_tick, &l);
	l.limit = timer_create_on(app_loop(l.app), on_limit, &l);
	l.listener = app_listen(l.app, on_event, &l);
	open_screen(&l);
	(void)begin(&l);
	code = run_loop(l.run, on_interrupt, &l);
	close_screen(&l);
	wipe(&l);
	watch_destroy(l.winch);
	timer_destroy(l.tick);
	timer_destroy(l.limit);
	app_unlisten(l.listener);
	run_close(l.run);
	return code;
}
