/*
 * The pairing code of one window: made here, shown only after WhatsApp's
 * yes, finished when the phone has typed it (protocol notes 8). The key
 * derivations take tens of milliseconds and run on the pool; their jobs hold
 * copies and may outlive the code.
 */
#include "core/session/impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "code"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define PHONE_TRIES 3           /* primary_hello repeats per code (notes 8.8) */
#define RENEWALS_MAX 3          /* more in one window would end in a 429 */
#define HELLO_TIMEOUT_MS 30000
#define SALT_LEN 32
#define IV_LEN 16

struct derive;

struct code {
	struct window *w;
	char phone[PHONE_DIGITS_MAX + 1];
	char text[CODE_LEN + 1];
	struct keypair ephemeral;
	uint8_t ref[PAIR_REF_MAX];
	size_t ref_len;                 /* 0 until WhatsApp said yes */
	bool waiting;                   /* for WhatsApp's yes */
	bool storing;                   /* the secret from primary_hello */
	unsigned phone_tries, renewals;
	struct derive *job;             /* one at a time */
	char hello_id[IQ_ID_MAX], finish_id[IQ_ID_MAX]; /* "" not sent */
	/* from primary_hello, while its key is derived */
	uint8_t primary_wrapped[CODE_WRAPPED_LEN];
	uint8_t primary_identity[KEY_LEN];
	uint8_t bundle[CODE_BUNDLE_LEN];
};

/* One PBKDF2 on the pool. */
struct derive {
	struct code *code;              /* NULL once nobody waits */
	char text[CODE_LEN + 1];
	uint8_t salt[SALT_LEN];
	struct secret key;
	void (*done)(struct code *c, const struct derive *job);
};

static void
derive_work(void *ctx)
{
	struct derive *job = ctx;

	code_key(job->text, job->salt, &job->key);
}

static void
derive_done(void *ctx)
{
	struct derive *job = ctx;

	if (job->code != NULL) {
		job->code->job = NULL;
		job->done(job->code, job);
	}
	secret_wipe(job, sizeof *job);
	free(job);
}

static void
cancel_job(struct code *c)
{
	if (c->job != NULL)
		c->job->code = NULL;
	c->job = NULL;
}

static void
derive_start(struct code *c, const uint8_t salt[SALT_LEN],
    void (*done)(struct code *c, const struct derive *job))
{
	struct derive *job = xcalloc(1, sizeof *job);

	cancel_job(c);
	job->code = c;
	memcpy(job->text, c->text, sizeof job->text);
	memcpy(job->salt, salt, SALT_LEN);
	job->done = done;
	c->job = job;
	loop_work(window_session(c->w)->env->loop, LANE_CPU, derive_work,
	    derive_done, job);
}

/* --- companion_hello ------------------------------------------------------------ */

struct code *
code_create(struct window *w, const char *phone)
{
	struct code *c = xcalloc(1, sizeof *c);

	c->w = w;
	str_copy(c->phone, sizeof c->phone, phone);
	return c;
}

/* What was asked for the code as it was is nothing to the next one. */
static void
forget_asked(struct code *c)
{
	struct iq_table *iqs = window_session(c->w)->iqs;

	cancel_job(c);
	iq_forget(iqs, c->hello_id);
	iq_forget(iqs, c->finish_id);
	c->hello_id[0] = c->finish_id[0] = '\0';
	c->storing = false;
}

void
code_destroy(struct code *c)
{
	if (c == NULL)
		return;
	forget_asked(c);
	secret_wipe(c, sizeof *c);
	free(c);
}

bool
code_is_shown(const struct code *c)
{
	return c->ref_len > 0;
}

bool
code_is_alive(const struct code *c)
{
	return c->waiting || c->ref_len > 0;
}

const char *
code_phone(const struct code *c)
{
	return c->phone;
}

const char *
code_text(const struct code *c)
{
	return c->text;
}

static struct code *
code_of(struct session *s)
{
	return s->window == NULL ? NULL : window_code(s->window);
}

/* The attempt goes on with the QR; the asker hears why there is no code. */
static void
tell_failed(struct code *c, const struct verdict *v)
{
	struct session *s = window_session(c->w);

	c->waiting = false;
	s->verdict = *v;
	session_note_error(s, v);
	session_emit(s, &(struct session_event){ .type = SESSION_ERROR,
	    .verdict = v });
}

static void
refused(struct code *c, unsigned code)
{
	struct verdict v = { .act = ACT_LIMITED, .reason = WA_REASON_REFUSED,
	    .code = code, .stage = STAGE_OPEN };

	if (code != 429) {
		/* codes other than 400 are told apart by nobody (notes 8.4) */
		if (code >= 500)
			v.reason = WA_REASON_SERVER_BUSY;
		str_format(v.detail, sizeof v.detail, code == 400 ?
		    "WhatsApp gives no pairing code for this number (%u)" :
		    "WhatsApp answered the pairing code with error %u", code);
		tell_failed(c, &v);
		return;
	}
	/* asking on makes it longer (trap 4): the whole attempt ends */
	v = (struct verdict){ .act = ACT_WAIT,
	    .reason = WA_REASON_RATE_LIMITED, .code = code,
	    .stage = STAGE_OPEN,
	    .detail = "too many pairing codes asked for" };
	session_end_with(window_session(c->w), &v);
}

/* No answer, or none of use; or it failed here. */
static void
no_answer(struct code *c, enum err err)
{
	struct verdict v;

	verdict_of_silence(STAGE_OPEN, &v);
	if (err_class(err) == ERRC_LOCAL)
		v.reason = WA_REASON_INTERNAL;
	str_copy(v.detail, sizeof v.detail, err == ERR_OK ?
	    "no ref in the answer" : err_text(err));
	tell_failed(c, &v);
}

static void
on_hello_answer(void *ctx, enum err err, const struct node *answer)
{
	struct session *s = ctx;
	struct code *c = code_of(s);
	const uint8_t *p;
	size_t n;

	if (err == ERR_CANCELLED || c == NULL || s->state != ST_WINDOW)
		return;
	if (iq_error_code(answer) != 0) {
		refused(c, iq_error_code(answer));
		return;
	}
	p = node_child_bytes(node_child(answer, "link_code_companion_reg"),
	    "link_code_pairing_ref", &n);
	if (p == NULL || n == 0 || n > sizeof c->ref) {
		no_answer(c, err);
		return;
	}
	memcpy(c->ref, p, n);
	c->ref_len = n;
	c->waiting = false;
	session_tally(s, TALLY_CODE);
	log_info("session=%s pairing code accepted by WhatsApp",
	    s->row.company);
	window_show(c->w);
}

static void
send_hello(struct code *c, const struct derive *job)
{
	struct session *s = window_session(c->w);
	uint8_t iv[IV_LEN], wrapped[CODE_WRAPPED_LEN];

	/* a QR was faster */
	if (s->state != ST_WINDOW)
		return;
	rnd_fill(s->env->rnd, iv, sizeof iv);
	code_wrap(&job->key, job->salt, iv, c->ephemeral.pub, wrapped);
	iq_next_id(s->iqs, c->hello_id);
	session_ask(s, code_hello_iq(c->hello_id, c->phone, wrapped,
	    s->creds->id.noise.pub,
	    payload_platform_id(s->env->client->platform),
	    s->env->platform_display), HELLO_TIMEOUT_MS, on_hello_answer);
}

void
code_start(struct code *c)
{
	const struct rnd *rnd = window_session(c->w)->env->rnd;
	uint8_t bytes[5], salt[SALT_LEN];

	rnd_fill(rnd, bytes, sizeof bytes);
	code_from_bytes(bytes, c->text);
	secret_wipe(bytes, sizeof bytes);
	curve_keypair(rnd, &c->ephemeral);
	c->ref_len = 0;
	c->waiting = true;
	c->phone_tries = 0;
	rnd_fill(rnd, salt, sizeof salt);
	derive_start(c, salt, send_hello);
}

/* --- companion_finish ------------------------------------------------------------- */

static void
on_finish_answer(void *ctx, enum err err, const struct node *answer)
{
	struct session *s = ctx;
	struct code *c = code_of(s);

	if (err == ERR_CANCELLED || c == NULL || s->state != ST_WINDOW)
		return;
	if (iq_error_code(answer) != 0)
		refused(c, iq_error_code(answer));
	else if (err != ERR_OK)
		no_answer(c, err);
	else
		window_wait_for_phone(c->w);
}

static void
on_secret_stored(void *ctx, enum err err)
{
	struct session *s = ctx;
	struct code *c = code_of(s);

	/* commits keep their order, so the last one is this code's newest */
	if (--s->secret_commits > 0 || c == NULL || !c->storing ||
	    s->state != ST_WINDOW)
		return;
	c->storing = false;
	if (err != ERR_OK) {
		no_answer(c, err);
		return;
	}
	window_new_secret(c->w);
	iq_forget(s->iqs, c->finish_id);
	iq_next_id(s->iqs, c->finish_id);
	session_ask(s, code_finish_iq(c->finish_id, c->phone, c->bundle,
	    s->creds->id.identity.pub, c->ref, c->ref_len), IQ_TIMEOUT_MS,
	    on_finish_answer);
}

/* The new adv secret is on disk before companion_finish (notes 8.6). */
static void
finish_exchange(struct code *c, const struct derive *job)
{
	struct session *s = window_session(c->w);
	uint8_t primary_ephemeral[KEY_LEN];
	struct store_batch *batch;
	struct secret adv;
	enum err err;

	if (s->state != ST_WINDOW)
		return;
	code_unwrap(&job->key, c->primary_wrapped, primary_ephemeral);
	err = code_finish(&c->ephemeral, &s->creds->id, primary_ephemeral,
	    c->primary_identity, s->env->rnd, c->bundle, &adv);
	if (err != ERR_OK) {
		log_warn("session=%s the phone's half of the code is bad: %s",
		    s->row.company, err_text(err));
		return;
	}
	s->creds->id.adv_secret = adv;
	secret_finish(&adv);
	c->storing = true;
	s->secret_commits++;
	batch = store_batch_create();
	session_batch_creds(s, batch);
	session_commit(s, batch, on_secret_stored);
}

static bool
is_our_ref(const struct code *c, const void *p, size_t n)
{
	return c->ref_len > 0 && n == c->ref_len && memcmp(p, c->ref, n) == 0;
}

static void
on_primary_hello(struct code *c, const struct node *notification)
{
	struct session *s = window_session(c->w);
	struct code_primary primary;

	if (code_primary_parse(notification, &primary) != ERR_OK ||
	    !is_our_ref(c, primary.ref, primary.ref_len)) {
		log_warn("session=%s primary_hello does not fit our code",
		    s->row.company);
		return;
	}
	if (++c->phone_tries > PHONE_TRIES) {
		log_warn("session=%s the phone tried this code too often",
		    s->row.company);
		return;
	}
	window_hold(c->w);
	memcpy(c->primary_wrapped, primary.wrapped, CODE_WRAPPED_LEN);
	memcpy(c->primary_identity, primary.identity_pub, KEY_LEN);
	derive_start(c, primary.wrapped, finish_exchange);
}

/* The old code is dead. A forced manual refresh waits for a person. */
static void
on_refresh(struct code *c, const struct node *reg)
{
	struct session *s = window_session(c->w);
	struct verdict v;
	size_t n;
	const uint8_t *p = node_child_bytes(reg, "link_code_pairing_ref", &n);

	if (c->ref_len == 0 || (p != NULL && !is_our_ref(c, p, n)))
		return;
	log_info("session=%s pairing code is to be renewed",
	    s->row.company);
	forget_asked(c);
	c->ref_len = 0;
	c->waiting = false;
	window_show(c->w);
	if (!node_attr_is(reg, "force_manual_refresh", "true") &&
	    ++c->renewals <= RENEWALS_MAX) {
		code_start(c);
		return;
	}
	v = (struct verdict){ .act = ACT_HALT,
	    .reason = WA_REASON_CODE_EXPIRED, .stage = STAGE_OPEN };
	str_copy(v.detail, sizeof v.detail,
	    "WhatsApp ended this code; ask for a new one");
	session_emit(s, &(struct session_event){ .type = SESSION_ERROR,
	    .verdict = &v });
}

void
code_notification(struct code *c, const struct node *notification)
{
	const struct node *reg = node_child(notification,
	    "link_code_companion_reg");

	if (reg == NULL)
		return;
	if (node_attr_is(reg, "stage", "primary_hello"))
		on_primary_hello(c, notification);
	else if (node_attr_is(reg, "stage", "refresh_code"))
		on_refresh(c, reg);
}
