#include "tui/console/plain_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/app/qr.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/ask.h"
#include "tui/console/act.h"
#include "tui/console/plain_text.h"
#include "tui/term.h"

#define AGAIN_MS 100            /* until the company is made */
#define LOGIN_MS 75000          /* from linked to connected */
#define CODE_MAX 16
#define SPELLED_MAX 32

struct plain_link {
	struct loop *loop;
	struct client *client;
	const struct cmd_args *args;
	char company[COMPANY_ID_MAX + 1];
	bool wants_qr;
	plain_link_fn fn;
	void *ctx;
	struct call *ask, *events;
	struct timer *again, *tick, *limit;
	bool has_begun;                 /* news is of this attempt */
	int64_t until_ms, told_s;       /* monotonic; the next time to tell */
	char code[CODE_MAX];            /* a secret until it expires */
};

int64_t
plain_link_next_told(int64_t left_s)
{
	static const int64_t told[] = { 60, 30, 10 };

	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		if (left_s > told[i])
			return told[i];
	}
	return 0;
}

static int64_t
mono_ms(void)
{
	return clock_mono_ms(clock_system());
}

static void
say(const struct plain_link *l, enum text text, const struct words_args *with)
{
	char line[WORDS_MAX];

	text_format(line, sizeof line, l->args->lang, text, with);
	printf("%s\n", line);
	/* who reads has gone, and so does who looks on */
	if (fflush(stdout) != 0)
		timer_start(l->limit, 0);
}

void
plain_link_end(struct plain_link *l)
{
	if (l == NULL)
		return;
	call_cancel(l->ask);
	call_cancel(l->events);
	timer_destroy(l->again);
	timer_destroy(l->tick);
	timer_destroy(l->limit);
	secret_wipe(l->code, sizeof l->code);
	free(l);
}

static void
finish(struct plain_link *l, int exit_code)
{
	const plain_link_fn fn = l->fn;
	void *ctx = l->ctx;

	plain_link_end(l);
	fn(ctx, exit_code);
}

static void
fail(struct plain_link *l, const struct trouble *t)
{
	fprintf(stderr, "pairdesk: %s: %s%s%s\n", l->company, t->sentence,
	    t->advice[0] != '\0' ? " " : "", t->advice);
	finish(l, trouble_exit_code(t, true));
}

/* --- codes ------------------------------------------------------------------------ */

/* Wakes when the next time is to be told. */
static void
arm(struct plain_link *l)
{
	const int64_t left_ms = l->until_ms - mono_ms();

	l->told_s = plain_link_next_told(left_ms / 1000);
	if (l->told_s > 0)
		timer_start(l->tick, left_ms - l->told_s * 1000);
	else
		timer_stop(l->tick);
}

static void
on_tick(void *ctx)
{
	struct plain_link *l = ctx;

	say(l, TEXT_PLAIN_CODE_LEFT, &(struct words_args){ .n = l->told_s,
	    .company = l->company });
	arm(l);
}

static void
show_code(struct plain_link *l, const cJSON *code)
{
	const char *text = told_text(code, "code");
	char spelled[SPELLED_MAX];

	/* the stream tells it again when it tells anything */
	if (l->wants_qr || strcmp(text, l->code) == 0 || *text == '\0')
		return;
	if (!str_copy(l->code, sizeof l->code, text))
		secret_wipe(l->code, sizeof l->code);
	plain_spell(text, spelled, sizeof spelled);
	l->until_ms = mono_ms() + told_left_ms(code, "expiresAt");
	say(l, TEXT_PLAIN_CODE, &(struct words_args){
	    .company = l->company, .reason = spelled,
	    .n = told_left_ms(code, "expiresAt") / 1000 });
	secret_wipe(spelled, sizeof spelled);
	arm(l);
}

/* Blocks, one under the other: asked for, and only where they fit. */
static bool
draw_qr(const struct plain_link *l, const char *text)
{
	struct qr_shape shape;
	struct term term;
	struct qr *qr;
	struct buf out;
	bool ok = false;

	term_init(&term, STDOUT_FILENO);
	if (!term.is_tty || qr_create(text, &qr) != ERR_OK)
		return false;
	buf_init_secret(&out, (size_t)256 * 1024);
	if (qr_choose(qr_size(qr), (enum qr_style)config_enum(
	    l->args->config, OPT_QR_STYLE), &term.can,
	    &(struct qr_words){ 0, 0 }, &shape)) {
		ok = true;
		for (unsigned i = 0; i < shape.rows; i++)
			ok = ok && qr_line(qr, &shape, &term.can, i, &out) ==
			    ERR_OK && buf_append(&out, "\n", 1) == ERR_OK;
	}
	if (ok)
		(void)term_write(&term, out.data, out.len);
	buf_finish(&out);
	qr_destroy(qr);
	return ok;
}

static void
show_qr(struct plain_link *l, const cJSON *qr)
{
	const char *text = told_text(qr, "text");

	if (!l->wants_qr || *text == '\0')
		return;
	say(l, TEXT_PLAIN_QR, &(struct words_args){ .company = l->company,
	    .n = told_left_ms(qr, "expiresAt") / 1000 });
	if (!draw_qr(l, text)) {
		/* for who has another way to show it */
		printf("%s\n", text);
		fflush(stdout);
	}
}

/* --- news ------------------------------------------------------------------------------- */

static void
on_status(struct plain_link *l, const cJSON *status)
{
	enum wa_status now = WA_STATUS_ERROR;
	enum wa_reason reason = WA_REASON_NONE;
	struct trouble t;

	(void)wa_status_from_name(told_text(status, "status"), &now);
	(void)wa_reason_from_name(told_text(status, "reason"), &reason);
	if (!l->has_begun)
		return;
	if (told_true(status, "connected")) {
		say(l, TEXT_PLAIN_LINKED,
		    &(struct words_args){ .company = l->company });
		finish(l, EX_OK);
	} else if (reason == WA_REASON_CODE_EXPIRED) {
		trouble_of_status(status, l->args->lang, &t);
		fail(l, &t);
	} else if (*told_text(status, "phoneNumber") != '\0' &&
	    !timer_is_running(l->limit)) {
		timer_stop(l->tick);
		secret_wipe(l->code, sizeof l->code);
		timer_start(l->limit, LOGIN_MS);
	}
}

static void
on_error(struct plain_link *l, const cJSON *error)
{
	struct trouble t;

	trouble_of_error(error, &t);
	/* how the last one ended is told first */
	if (!l->has_begun)
		return;
	/* linked, and the login has trouble that passes: a line of news */
	if (!timer_is_running(l->limit) || !trouble_passes(&t))
		fail(l, &t);
}

static void
on_event(void *ctx, const struct sse_event *e)
{
	struct plain_link *l = ctx;
	cJSON *o = cJSON_Parse(e->data);

	if (o == NULL)
		return;
	if (strcmp(e->name, "code") == 0) {
		l->has_begun = true;
		show_code(l, o);
	} else if (strcmp(e->name, "qr") == 0) {
		l->has_begun = true;
		show_qr(l, o);
	} else if (strcmp(e->name, "status") == 0) {
		on_status(l, o);
	} else if (strcmp(e->name, "error") == 0) {
		on_error(l, o);
	}
	told_wipe(o);
}

static void
fail_gone(struct plain_link *l)
{
	fprintf(stderr, "pairdesk: %s\n",
	    text_get(l->args->lang, TEXT_PLAIN_GONE));
	finish(l, EX_TEMPFAIL);
}

static void
on_end(void *ctx, const struct client_answer *answer)
{
	struct plain_link *l = ctx;

	l->events = NULL;
	/* 404: the request that makes the company is on its way */
	if (answer->err == ERR_OK && answer->status == 404 && l->ask != NULL)
		timer_start(l->again, AGAIN_MS);
	else
		fail_gone(l);
}

static void
listen_to(void *ctx)
{
	struct plain_link *l = ctx;
	char path[ASK_PATH_MAX];

	str_format(path, sizeof path, "/api/whatsapp/sessions/%s/events",
	    l->company);
	l->events = client_events(l->client, path, "", on_event, on_end, l);
}

static void
on_limit(void *ctx)
{
	struct plain_link *l = ctx;

	/* the core goes on trying: its news tell */
	finish(l, EX_UNAVAILABLE);
}

static void
on_asked(void *ctx, const char *company, const struct act_answer *answer)
{
	struct plain_link *l = ctx;

	(void)company;
	l->ask = NULL;
	if (answer->gone)
		fail_gone(l);
	else if (answer->ok)
		l->has_begun = true;
	else if (strcmp(answer->trouble.code, "TIMEOUT") != 0)
		fail(l, &answer->trouble);
	/* late, but the attempt goes on */
}

struct plain_link *
plain_link_begin(struct loop *loop, struct client *client,
    const struct cmd_args *args, const char *company, const char *phone,
    bool wants_qr, plain_link_fn fn, void *ctx)
{
	struct plain_link *l = xcalloc(1, sizeof *l);

	*l = (struct plain_link){ .loop = loop, .client = client,
	    .args = args, .wants_qr = wants_qr, .fn = fn, .ctx = ctx };
	(void)str_copy(l->company, sizeof l->company, company);
	l->again = timer_create_on(loop, listen_to, l);
	l->tick = timer_create_on(loop, on_tick, l);
	l->limit = timer_create_on(loop, on_limit, l);
	l->ask = act_request(client, args->lang, wants_qr ? ACT_LINK_QR :
	    ACT_LINK_CODE, company, phone, on_asked, l);
	listen_to(l);
	return l;
}
