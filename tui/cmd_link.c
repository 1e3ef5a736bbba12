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

#include "core/app/qr_screen.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/ask.h"
#include "tui/term.h"

#define TICK_MS 1000
#define LOGIN_LIMIT_MS 75000    /* from linked to connected */
#define LOOK_AGAIN_MS 20        /* until the company is made */
#define LINK_MS 120000          /* the core answers before */
#define SCREEN_MAX ((size_t)256 * 1024)
#define TEXT_MAX 2048
#define CODE_SHOWN 16           /* "XXXX-XXXX" */

struct link {
	const struct cmd_args *args;
	struct run *run;
	struct timer *tick, *limit, *again;
	struct watch *winch;
	struct term term;
	struct qr_screen *screen;       /* NULL: lines or JSON */
	cJSON *status;                  /* the last one; NULL none yet */
	bool is_linked;                 /* by the last status */
	bool has_begun;                 /* news is of this attempt, no older */
	bool was_linked, is_asking, wants_login;
	bool again_once, pairing, passkey;
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
seconds_left(int64_t until_ms)
{
	const int64_t left_ms = until_ms - mono_ms();

	return left_ms <= 0 ? 0 : (left_ms + 999) / 1000;
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
	const char *sentence = told_text(l->status, "message");
	const char *advice = told_text(l->status, "advice");
	struct qr_view show;
	struct buf out;

	if (l->screen == NULL || l->status == NULL)
		return;
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
	if (l->screen != NULL && term_update_size(&l->term))
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
	if (loop_on_signal(run_loop_of(l->run), SIGWINCH, on_winch, l,
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
print(cJSON *o)
{
	ask_print(o);
	told_wipe(o);
}

static void
show_qr(struct link *l, const cJSON *qr)
{
	const int64_t left_ms = told_left_ms(qr, "expiresAt");
	const char *text = told_text(qr, "text");
	cJSON *o;

	if (!str_copy(l->qr, sizeof l->qr, text))
		wipe(l);
	l->qr_attempt = (int)told_number(qr, "attempt");
	l->qr_left = (int)told_number(qr, "attemptsLeft");
	l->qr_until_ms = mono_ms() + left_ms;
	if (l->args->json) {
		o = event("qr");
		cJSON_AddStringToObject(o, "text", text);
		cJSON_AddNumberToObject(o, "timeoutMs", (double)left_ms);
		cJSON_AddNumberToObject(o, "attempt", l->qr_attempt);
		cJSON_AddNumberToObject(o, "attemptsLeft", l->qr_left);
		cJSON_AddStringToObject(o, "expiresAt",
		    told_text(qr, "expiresAt"));
		print(o);
	} else if (l->screen == NULL) {
		printf("QR %d/%d: %s\n", l->qr_attempt,
		    l->qr_attempt + l->qr_left, text);
		fflush(stdout);
	}
}

static void
show_code(struct link *l, const cJSON *code)
{
	char word[WORDS_MAX];
	cJSON *o;

	if (!str_copy(l->code, sizeof l->code, told_text(code, "code")))
		wipe(l);
	l->code_until_ms = mono_ms() + told_left_ms(code, "expiresAt");
	if (l->args->json) {
		o = event("code");
		cJSON_AddStringToObject(o, "code", l->code);
		cJSON_AddStringToObject(o, "expiresAt",
		    told_text(code, "expiresAt"));
		cJSON_AddStringToObject(o, "windowEndsAt",
		    told_text(code, "windowEndsAt"));
		print(o);
	} else if (l->screen == NULL) {
		words_format(word, sizeof word, l->args->lang, WORD_CLI_CODE,
		    NULL);
		printf("%s: %s\n", word, l->code);
		fflush(stdout);
	}
}

/* --- the end --------------------------------------------------------------------------- */

static void
add_unless_empty(cJSON *o, const char *name, const char *text)
{
	if (*text != '\0')
		cJSON_AddStringToObject(o, name, text);
}

static void
print_trouble(const char *name, const struct trouble *t)
{
	cJSON *o = event(name);

	if (t->reason != WA_REASON_NONE) {
		cJSON_AddStringToObject(o, "reason",
		    wa_reason_name(t->reason));
		cJSON_AddStringToObject(o, "status",
		    wa_status_name(t->status));
	}
	add_unless_empty(o, "errorCode", t->code);
	cJSON_AddStringToObject(o, "error", t->sentence);
	cJSON_AddStringToObject(o, "advice", t->advice);
	if (t->reason == WA_REASON_NETWORK_BLOCKED)
		add_unless_empty(o, "stage", t->stage);
	if (t->number != 0)
		cJSON_AddNumberToObject(o, "code", t->number);
	add_unless_empty(o, "detail", t->detail);
	if (t->retry_after_s > 0)
		cJSON_AddNumberToObject(o, "retryAfter",
		    (double)t->retry_after_s);
	print(o);
}

static void
fail(struct link *l, struct trouble *t)
{
	const bool is_expired = t->reason == WA_REASON_CODE_EXPIRED;

	close_screen(l);
	if (l->is_linked)
		trouble_end(t, l->args->lang, ENDING_LOGIN);
	if (l->args->json) {
		print_trouble(is_expired ? "expired" : "error", t);
	} else {
		fprintf(stderr, "pairdesk: %s%s%s\n", t->sentence,
		    t->advice[0] != '\0' ? " " : "", t->advice);
		if (t->detail[0] != '\0')
			fprintf(stderr, "pairdesk: (%s)\n", t->detail);
	}
	run_end(l->run, trouble_exit_code(t, true));
}

/* Nobody there to ask any more. */
static void
fail_gone(struct link *l)
{
	close_screen(l);
	run_end(l->run, ask_fail_gone(l->args));
}

/* The window stays open: an owner who may remove the passkey goes on. */
static void
say_passkey(const struct link *l, const cJSON *status)
{
	const char *sentence = told_text(status, "message");
	const char *advice = told_text(status, "advice");
	cJSON *o;

	if (l->screen != NULL)
		return;         /* drawn there */
	if (!l->args->json) {
		fprintf(stderr, "pairdesk: %s %s\n", sentence, advice);
		return;
	}
	o = event("passkey_required");
	cJSON_AddStringToObject(o, "reason", told_text(status, "reason"));
	cJSON_AddStringToObject(o, "status", told_text(status, "status"));
	cJSON_AddStringToObject(o, "error", sentence);
	cJSON_AddStringToObject(o, "advice", advice);
	print(o);
}

static void
say_connected(struct link *l, const cJSON *status)
{
	const char *phone = told_text(status, "phoneNumber");
	char masked[32];
	cJSON *o;

	close_screen(l);
	if (l->args->json) {
		o = event("connected");
		cJSON_AddStringToObject(o, "phoneNumber", phone);
		if (l->was_linked)
			cJSON_AddTrueToObject(o, "alreadyLinked");
		print(o);
		return;
	}
	str_mask_phone(masked, sizeof masked, phone);
	cmd_say(l->args, WORD_CLI_CONNECTED, &(struct words_args){
	    .company = l->args->company, .phone = masked });
	cmd_say(l->args, WORD_CLI_CONNECTED_ADVICE, NULL);
}

/* The phone is linked and the login has trouble: no end yet, but news. */
static void
say_retrying(const struct link *l, const struct trouble *t)
{
	cJSON *o;

	if (l->screen != NULL)
		return;         /* drawn there */
	if (!l->args->json) {
		fprintf(stderr, "pairdesk: %s\n", t->sentence);
		return;
	}
	o = event("retrying");
	cJSON_AddStringToObject(o, "reason", wa_reason_name(t->reason));
	cJSON_AddStringToObject(o, "error", t->sentence);
	cJSON_AddStringToObject(o, "nextAttemptAt", t->next_attempt);
	print(o);
}

static void
on_limit(void *ctx)
{
	struct link *l = ctx;
	struct trouble t;

	trouble_of_status(l->status, l->args->lang, &t);
	fail(l, &t);
}

/* --- asking ------------------------------------------------------------------------------ */

static void
on_login_answer(void *ctx, const struct client_answer *answer)
{
	struct link *l = ctx;
	struct trouble t;

	if (run_is_ending(l->run))
		return;
	if (answer->err != ERR_OK) {
		fail_gone(l);
		return;
	}
	/* 409: it is finishing what another began; its events tell */
	if (answer->status == 200 || answer->status == 409)
		return;
	trouble_of_error(answer->json, &t);
	fail(l, &t);
}

/* Whether the core lets this company rest, so that it must be told to dial.
 * What is on its way or connected must not be dropped. */
static bool
is_resting(const cJSON *status)
{
	enum wa_status now = WA_STATUS_ERROR;

	(void)wa_status_from_name(told_text(status, "status"), &now);
	return !told_true(status, "connected") &&
	    now != WA_STATUS_CONNECTING && now != WA_STATUS_PAIRING &&
	    now != WA_STATUS_CONNECTED &&
	    *told_text(status, "nextAttemptAt") == '\0';
}

/* Once the stream tells how it stands: no news is missed then. */
static void
log_in_if_resting(struct link *l)
{
	char path[ASK_PATH_MAX];

	if (!l->wants_login || l->status == NULL)
		return;
	l->wants_login = false;
	if (!is_resting(l->status))
		return;
	ask_path(l->args, "/reconnect", path, sizeof path);
	(void)client_request(run_client(l->run), "POST", path, NULL,
	    ASK_USUAL_MS, on_login_answer, l);
}

static void
on_link_answer(void *ctx, const struct client_answer *answer)
{
	struct link *l = ctx;
	struct trouble t;

	l->is_asking = false;
	if (run_is_ending(l->run))
		return;
	if (answer->err != ERR_OK) {
		fail_gone(l);
		return;
	}
	trouble_of_error(answer->json, &t);
	if (answer->status == 200) {
		l->has_begun = true;
	} else if (strcmp(t.code, "ALREADY_CONNECTED") == 0) {
		/* or it was linked just now, which its events tell */
		if (!l->has_begun) {
			l->was_linked = l->wants_login = true;
			timer_start(l->limit, LOGIN_LIMIT_MS);
			log_in_if_resting(l);
		}
	} else if (strcmp(t.code, "TIMEOUT") != 0) {
		fail(l, &t);
	}
	/* late, but the attempt goes on */
}

static void
ask_to_link(struct link *l)
{
	char path[ASK_PATH_MAX];
	char body[64];

	l->is_asking = true;
	if (l->args->phone[0] == '\0') {
		ask_path(l->args, "/qr", path, sizeof path);
		(void)client_request(run_client(l->run), "GET", path, NULL,
		    LINK_MS, on_link_answer, l);
		return;
	}
	ask_path(l->args, "/pairing-code", path, sizeof path);
	str_format(body, sizeof body, "{\"phoneNumber\":\"%s\"}",
	    l->args->phone);
	(void)client_request(run_client(l->run), "POST", path, body, LINK_MS,
	    on_link_answer, l);
}

/* --- news -------------------------------------------------------------------------------- */

static void
on_error(struct link *l, struct trouble *t)
{
	/* linked once, and gone since: what was asked for is a new link */
	if (l->was_linked && !l->again_once &&
	    t->reason == WA_REASON_UNLINKED) {
		l->again_once = true;
		l->was_linked = l->is_linked = false;
		timer_stop(l->limit);
		ask_to_link(l);
	} else if (l->is_linked && trouble_passes(t)) {
		say_retrying(l, t);
	} else {
		fail(l, t);
	}
}

static void
on_changed(struct link *l, const cJSON *status)
{
	enum wa_status now = WA_STATUS_ERROR;
	enum wa_reason reason = WA_REASON_NONE;
	struct trouble t;

	(void)wa_status_from_name(told_text(status, "status"), &now);
	(void)wa_reason_from_name(told_text(status, "reason"), &reason);
	/* an older attempt may have ended so */
	if (now != WA_STATUS_IDLE && !l->was_linked &&
	    *told_text(status, "phoneNumber") == '\0')
		l->has_begun |= wa_reason_error_code(reason) == NULL;
	if (told_true(status, "connected")) {
		/* nobody had to ask */
		l->was_linked |= !l->has_begun && !l->again_once;
		say_connected(l, status);
		run_end(l->run, EX_OK);
	} else if (reason == WA_REASON_CODE_EXPIRED && l->has_begun) {
		trouble_of_status(status, l->args->lang, &t);
		fail(l, &t);
	} else if (reason == WA_REASON_PASSKEY && !l->passkey) {
		l->passkey = true;
		say_passkey(l, status);
	} else if (now == WA_STATUS_PAIRING && !l->pairing) {
		l->pairing = true;
		wipe(l);
		if (l->args->json)
			print(event("pairing"));
	}
}

static void
on_status(struct link *l, cJSON *status)
{
	const bool is_linked = *told_text(status, "phoneNumber") != '\0';

	cJSON_Delete(l->status);
	l->status = status;
	if (is_linked && !l->is_linked)
		timer_start(l->limit, LOGIN_LIMIT_MS);
	l->is_linked = is_linked;
	on_changed(l, status);
	if (!run_is_ending(l->run))
		log_in_if_resting(l);
}

static void
on_event(void *ctx, const struct sse_event *e)
{
	struct link *l = ctx;
	struct trouble t;
	cJSON *o;

	if (run_is_ending(l->run) || (o = cJSON_Parse(e->data)) == NULL)
		return;
	if (strcmp(e->name, "status") == 0) {
		on_status(l, o);
		draw(l);
		return;
	}
	if (strcmp(e->name, "qr") == 0) {
		l->has_begun = true;
		show_qr(l, o);
	} else if (strcmp(e->name, "code") == 0) {
		l->has_begun = true;
		show_code(l, o);
	} else if (strcmp(e->name, "error") == 0) {
		trouble_of_error(o, &t);
		on_error(l, &t);
	}
	told_wipe(o);
	draw(l);
}

/* 404: the request that makes the company is on its way. */
static void
on_end(void *ctx, const struct client_answer *answer)
{
	struct link *l = ctx;
	struct trouble t;

	if (run_is_ending(l->run))
		return;
	if (answer->err != ERR_OK || answer->status == 200) {
		fail_gone(l);
	} else if (answer->status == 404 && l->is_asking) {
		timer_start(l->again, LOOK_AGAIN_MS);
	} else {
		trouble_of_error(answer->json, &t);
		fail(l, &t);
	}
}

static void
listen_to(void *ctx)
{
	struct link *l = ctx;
	char path[ASK_PATH_MAX];

	ask_path(l->args, "/events", path, sizeof path);
	(void)client_events(run_client(l->run), path, "", on_event, on_end, l);
}

static void
on_interrupt(void *ctx)
{
	struct link *l = ctx;

	close_screen(l);
	if (l->args->json || l->is_linked)
		return;
	cmd_say(l->args, run_is_remote(l->run) ? WORD_CLI_GOES_ON :
	    WORD_CLI_INTERRUPTED,
	    &(struct words_args){ .company = l->args->company });
}

int
cmd_link(const struct cmd_args *args)
{
	struct link l = { .args = args };
	struct loop *loop;
	int code;

	if ((l.run = run_open(args, RUN_ACT, &code)) == NULL)
		return code;
	loop = run_loop_of(l.run);
	l.tick = timer_create_on(loop, on_tick, &l);
	l.limit = timer_create_on(loop, on_limit, &l);
	l.again = timer_create_on(loop, listen_to, &l);
	open_screen(&l);
	ask_to_link(&l);
	listen_to(&l);
	code = run_loop(l.run, on_interrupt, &l);
	close_screen(&l);
	wipe(&l);
	cJSON_Delete(l.status);
	watch_destroy(l.winch);
	timer_destroy(l.tick);
	timer_destroy(l.limit);
	timer_destroy(l.again);
	run_close(l.run);
	return code;
}
