/*
 * One link attempt: the refs of one pair-device, each shown for its time
 * (60 s, then 20 s each), a pairing code beside them if asked for, and the
 * pair-success that ends it. At its end it stops; only a person starts
 * another (protocol notes 7, users.md P1).
 */
#include "core/session/impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "window"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/session/number.h"

#define FIRST_REF_MS 60000
#define NEXT_REF_MS 20000
#define PHONE_WAIT_MS 60000     /* pair-success after the code was taken */
#define QR_TEXT_MAX 2048

struct window {
	struct session *s;
	struct timer *timer;            /* end of the ref on show */
	char *refs[PAIR_REFS_MAX];
	size_t ref_count, ref_at;
	int64_t ref_ends_ms, ends_ms;   /* monotonic; 0 while not open */
	int64_t wall_offset_ms;         /* to the wall clock, as it opened */
	int64_t hold_until_ms;          /* the phone is at it: not over yet */
	bool is_accepted;               /* and WhatsApp took our answer */
	bool passkey;
	struct code *code;              /* NULL: QR only */
	struct node *reply;             /* pair-device-sign, until stored */
	struct node *refusal;           /* said instead if storing fails */
};

static int64_t
now_ms(const struct window *w)
{
	return clock_mono_ms(w->s->env->clock);
}

struct session *
window_session(struct window *w)
{
	return w->s;
}

struct code *
window_code(struct window *w)
{
	return w->code;
}

bool
window_is_open(const struct window *w)
{
	return w->ends_ms != 0;
}

int64_t
window_left_ms(const struct window *w)
{
	const int64_t left = w->ends_ms - now_ms(w);

	return w->ends_ms == 0 || left < 0 ? 0 : left;
}

/* Reckoned once: who asks twice is to be told the same millisecond. */
int64_t
window_ends_wall_ms(const struct window *w)
{
	return w->ends_ms == 0 ? 0 : w->ends_ms + w->wall_offset_ms;
}

bool
window_has_qr(const struct window *w)
{
	return window_is_open(w) && w->ref_at < w->ref_count;
}

bool
window_is_last_ref(const struct window *w)
{
	return window_is_open(w) && w->ref_at + 1 >= w->ref_count;
}

bool
window_has_code(const struct window *w)
{
	return w->code != NULL && code_is_shown(w->code);
}

/* --- what is on show ---------------------------------------------------------- */

/* The text of the ref on show; borrowed from out, NULL if there is none. */
static const char *
qr_text(const struct window *w, struct buf *out)
{
	const struct session *s = w->s;
	const char *text;

	if (!window_has_qr(w) || s->creds == NULL ||
	    pair_qr_text(&s->creds->id, w->refs[w->ref_at],
	    payload_platform_id(s->env->client->platform), out) != ERR_OK ||
	    buf_cstr(out, &text) != ERR_OK)
		return NULL;
	return text;
}

static int
refs_left(const struct window *w)
{
	return (int)(w->ref_count - w->ref_at) - 1;
}

static void
emit_qr(struct window *w)
{
	const char *text;
	struct buf out;

	buf_init_secret(&out, QR_TEXT_MAX);
	if ((text = qr_text(w, &out)) != NULL)
		session_emit(w->s, &(struct session_event){
		    .type = SESSION_QR,
		    .qr = text,
		    .qr_attempt = (int)w->ref_at + 1,
		    .qr_left = refs_left(w),
		    .lives_ms = w->ref_ends_ms - now_ms(w),
		    .window_ms = window_left_ms(w),
		});
	buf_finish(&out);
}

/* Who has seen the state with another QR is to see that it has changed. */
static void
emit_new_qr(struct window *w)
{
	session_company_of(w->s)->state_version++;
	emit_qr(w);
}

static void
emit_code(struct window *w)
{
	if (!window_has_code(w))
		return;
	session_emit(w->s, &(struct session_event){
	    .type = SESSION_CODE,
	    .code = code_text(w->code),
	    .lives_ms = window_left_ms(w),
	    .window_ms = window_left_ms(w),
	});
}

void
window_shown(const struct window *w, struct session_shown *out)
{
	const char *text;
	struct buf buf;

	out->window_ends_ms = window_ends_wall_ms(w);
	buf_init_secret(&buf, SHOWN_QR_MAX);
	text = qr_text(w, &buf);
	if (text != NULL) {
		str_copy(out->qr, sizeof out->qr, text);
		out->qr_attempt = (int)w->ref_at + 1;
		out->qr_left = refs_left(w);
		out->qr_expires_ms = w->ref_ends_ms + w->wall_offset_ms;
	}
	buf_finish(&buf);
	if (!window_has_code(w))
		return;
	str_copy(out->code, sizeof out->code, code_text(w->code));
	str_copy(out->code_phone, sizeof out->code_phone, code_phone(w->code));
}

void
window_show(struct window *w)
{
	struct session *s = w->s;

	if (w->passkey)
		session_show(s, WA_REASON_PASSKEY);
	else if (w->is_accepted && w->hold_until_ms > now_ms(w))
		session_show(s, WA_REASON_FINISHING);
	else
		session_show_status(s, window_has_code(w) ? WA_STATUS_CODE :
		    WA_STATUS_QR, WA_REASON_NONE);
	emit_code(w);
}

void
window_resend(struct window *w)
{
	emit_qr(w);
	emit_code(w);
}

void
window_new_secret(struct window *w)
{
	emit_new_qr(w);
}

/* --- refs ------------------------------------------------------------------------ */

static void
show_ref(struct window *w)
{
	const int64_t left = window_left_ms(w);
	int64_t ms = w->ref_at == 0 ? FIRST_REF_MS : NEXT_REF_MS;

	if (ms > left)
		ms = left;
	w->ref_ends_ms = now_ms(w) + ms;
	timer_start(w->timer, ms);
	session_tally(w->s, TALLY_QR);
	emit_new_qr(w);
}

static void
on_ref_over(void *ctx)
{
	struct window *w = ctx;
	const int64_t now = now_ms(w);

	if (w->ref_at + 1 < w->ref_count && window_left_ms(w) > 0) {
		w->ref_at++;
		show_ref(w);
		if (w->hold_until_ms != 0 && w->hold_until_ms <= now) {
			w->hold_until_ms = 0;   /* the phone gave up */
			w->is_accepted = false;
			window_show(w);
		}
		return;
	}
	w->ref_at = w->ref_count;
	if (w->hold_until_ms > now) {
		timer_start(w->timer, w->hold_until_ms - now);
		w->hold_until_ms = 0;
		return;
	}
	session_dispatch(w->s, EV_EXPIRED);
}

struct window *
window_create(struct session *s, const char *phone)
{
	struct window *w = xcalloc(1, sizeof *w);

	w->s = s;
	w->timer = timer_create_on(s->env->loop, on_ref_over, w);
	if (phone != NULL)
		w->code = code_create(w, phone);
	return w;
}

static void
drop_refs(struct window *w)
{
	for (size_t i = 0; i < w->ref_count; i++)
		free(w->refs[i]);
	w->ref_count = w->ref_at = 0;
}

void
window_destroy(struct window *w)
{
	if (w == NULL)
		return;
	drop_refs(w);
	code_destroy(w->code);
	timer_destroy(w->timer);
	node_destroy(w->reply);
	node_destroy(w->refusal);
	free(w);
}

/* It becomes part of a text. */
static bool
is_ref(const struct node *node)
{
	const uint8_t *p;
	size_t n;

	if (!node_is(node, "ref"))
		return false;
	p = node_bytes(node, &n);
	return p != NULL && n > 0 && n <= PAIR_REF_MAX &&
	    memchr(p, 0, n) == NULL && str_is_utf8((const char *)p, n);
}

bool
window_take_refs(struct window *w, const struct node *pair_device)
{
	const struct node *at;
	char *refs[PAIR_REFS_MAX];
	size_t n, count = 0;

	for (at = node_first(pair_device); at != NULL && count < PAIR_REFS_MAX;
	    at = node_next(at)) {
		if (is_ref(at))
			refs[count++] =
			    xstrdup((const char *)node_bytes(at, &n));
	}
	if (count == 0)
		return false;
	drop_refs(w);
	memcpy(w->refs, refs, count * sizeof refs[0]);
	w->ref_count = count;
	return true;
}

void
window_open(struct window *w)
{
	const bool is_first = !window_is_open(w);

	if (is_first) {
		w->ends_ms = now_ms(w) + FIRST_REF_MS +
		    NEXT_REF_MS * (int64_t)(w->ref_count - 1);
		w->wall_offset_ms = session_wall_ms(w->s) - now_ms(w);
	}
	log_info("session=%s window open refs=%zu left_ms=%lld",
	    w->s->row.company, w->ref_count, (long long)window_left_ms(w));
	window_show(w);
	show_ref(w);
	if (is_first && w->code != NULL)
		code_start(w->code);
}

/* --- what may come meanwhile -------------------------------------------------- */

void
window_set_phone(struct window *w, const char *phone)
{
	/* the same code stays for the window */
	if (w->code != NULL && strcmp(code_phone(w->code), phone) == 0 &&
	    code_is_alive(w->code))
		return;
	code_destroy(w->code);
	w->code = code_create(w, phone);
	if (window_is_open(w)) {
		window_show(w);
		code_start(w->code);
	}
}

void
window_code_notification(struct window *w, const struct node *node)
{
	if (w->code != NULL)
		code_notification(w->code, node);
}

void
window_rotate_secret(struct window *w)
{
	struct session *s = w->s;

	/* the phone is using the one that came of its code */
	if (w->hold_until_ms > now_ms(w))
		return;
	rnd_fill(s->env->rnd, s->creds->id.adv_secret.b, KEY_LEN);
	log_info("session=%s QR renewed on WhatsApp's word", s->row.company);
	emit_new_qr(w);
}

void
window_passkey(struct window *w)
{
	w->passkey = true;
	log_warn("session=%s this account asks for its passkey",
	    w->s->row.company);
	window_show(w);
}

void
window_hold(struct window *w)
{
	w->hold_until_ms = now_ms(w) + PHONE_WAIT_MS;
}

void
window_wait_for_phone(struct window *w)
{
	window_hold(w);
	w->is_accepted = true;
	window_show(w);
}

/* --- pair-success ------------------------------------------------------------------ */

static void
pair_refused(struct window *w, enum err err, struct node *reply,
    const char *phone)
{
	struct verdict v;

	verdict_of_loss(err, STAGE_OPEN, 0, err_text(err), &v);
	v.reason = WA_REASON_REFUSED;
	str_copy(v.phone_end, sizeof v.phone_end, number_end(phone));
	session_send(w->s, reply);
	session_end_with(w->s, &v);
}

void
window_pair_success(struct window *w, const struct node *iq)
{
	struct session *s = w->s;
	struct pair_result result;
	struct node *reply = NULL;
	char phone[NUMBER_KEY_SIZE];
	enum err err;

	err = pair_success_check(iq, &s->creds->id, s->env->rnd, &result,
	    &reply);
	if (err != ERR_OK) {
		pair_refused(w, err, reply, "");
		return;
	}
	account_phone(&result.account, phone, sizeof phone);
	if (session_is_pinned_elsewhere(s, phone)) {
		node_destroy(reply);
		pair_refused(w, ERR_PAIR_VETO, pair_error_reply(iq, 500,
		    "internal-error"), phone);
		return;
	}
	node_destroy(w->reply);
	node_destroy(w->refusal);
	w->reply = reply;
	w->refusal = pair_error_reply(iq, 500, "internal-error");
	s->creds->account = result.account;
	s->creds->linked = true;
	s->creds->linked_at =
	    (uint64_t)(clock_wall_ms(s->env->clock) / 1000);
	timer_stop(w->timer);
	session_dispatch(s, EV_PAIRED);
}

static void
on_saved(void *ctx, enum err err)
{
	struct session *s = ctx;

	session_dispatch(s, err == ERR_OK ? EV_SAVED : EV_SAVE_FAILED);
}

void
window_save(struct window *w)
{
	struct session *s = w->s;
	struct store_batch *batch = store_batch_create();
	const struct account *account = &s->creds->account;

	s->row.linked = s->row.no_backup = true;
	s->row.draft = false;
	replace_saving(s);
	s->row.until_ms = s->row.cooldown_from_ms = 0;
	account_phone(account, s->row.phone, sizeof s->row.phone);
	str_copy(s->row.platform, sizeof s->row.platform, account->platform);
	/* keys of an earlier link must not mix with the new ones */
	store_batch_delete_all(batch, session_tables(s)->prekey);
	session_batch_creds(s, batch);
	if (s->chief == NULL)
		session_batch_link(s, batch);
	session_commit(s, batch, on_saved);
}

bool
window_answer(struct window *w)
{
	struct node *reply = w->reply;

	w->reply = NULL;
	return session_send(w->s, reply);
}

void
window_refuse(struct window *w)
{
	struct node *refusal = w->refusal;

	w->refusal = NULL;
	session_send(w->s, refusal);
}
