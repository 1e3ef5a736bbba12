#include "tui/console/link_attempt.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/console/text.h"
#include "tui/console/when.h"

/* --- what is on show ------------------------------------------------------------ */

static void
wipe_code(struct link_attempt *a)
{
	secret_wipe(a->code, sizeof a->code);
	a->code_until_ms = 0;
}

static void
wipe_qr(struct link_attempt *a)
{
	if (a->qr[0] != '\0')
		a->qr_version++;
	secret_wipe(a->qr, sizeof a->qr);
	a->qr_until_ms = 0;
}

static void
wipe(struct link_attempt *a)
{
	wipe_code(a);
	wipe_qr(a);
	a->window_until_ms = 0;
}

void
link_attempt_init(struct link_attempt *a, enum lang lang, bool hides)
{
	*a = (struct link_attempt){ .lang = lang, .hides = hides };
}

void
link_attempt_finish(struct link_attempt *a)
{
	secret_wipe(a, sizeof *a);
}

bool
link_attempt_is_open(const struct link_attempt *a)
{
	return a->phase == ATTEMPT_OPEN || a->phase == ATTEMPT_PASSKEY;
}

bool
link_attempt_may_ask(const struct link_attempt *a, int64_t now_ms)
{
	if (a->hides || a->is_asking)
		return false;
	switch (a->phase) {
	case ATTEMPT_REST:
	case ATTEMPT_EXPIRED:
	case ATTEMPT_FAILED:
		return true;
	case ATTEMPT_WAIT:
		return a->until_ms != 0 && now_ms >= a->until_ms;
	default:
		return link_attempt_is_open(a);
	}
}

static void
say(struct link_attempt *a, const char *sentence, const char *advice)
{
	str_copy(a->sentence, sizeof a->sentence, sentence);
	str_copy(a->advice, sizeof a->advice, advice);
}

static void
say_reason(struct link_attempt *a, enum wa_status status,
    enum wa_reason reason)
{
	words_reason_sentence(a->sentence, sizeof a->sentence, a->lang,
	    status, reason, NULL);
	words_reason_advice(a->advice, sizeof a->advice, a->lang, status,
	    reason, NULL);
}

static void
open_up(struct link_attempt *a)
{
	a->has_begun = true;
	if (a->phase != ATTEMPT_PASSKEY)
		a->phase = ATTEMPT_OPEN;
}

static void
take_window(struct link_attempt *a, const cJSON *o)
{
	const int64_t until = told_time(o, "windowEndsAt");

	if (until != 0)
		a->window_until_ms = until;
}

static void
take_qr(struct link_attempt *a, const cJSON *o, int64_t now_ms)
{
	const char *text = told_text(o, "text");
	const int64_t until = told_time(o, "expiresAt");

	if (*text == '\0' || until <= now_ms)
		return;
	open_up(a);
	take_window(a, o);
	a->number = (unsigned)told_number(o, "attempt");
	a->count = a->number + (unsigned)told_number(o, "attemptsLeft");
	if (strcmp(a->qr, text) != 0) {
		wipe_qr(a);
		if (!a->hides && str_copy(a->qr, sizeof a->qr, text))
			a->qr_version++;
		else
			wipe_qr(a);     /* a part of it is no code */
	}
	a->qr_until_ms = until;
}

static void
take_code(struct link_attempt *a, const cJSON *o, int64_t now_ms)
{
	/* an answer's expiresAt is when to look again; the window counts */
	const int64_t until = told_time(o, "windowEndsAt");

	if (*told_text(o, "code") == '\0' || until <= now_ms)
		return;
	open_up(a);
	take_window(a, o);
	wipe_code(a);
	if (!a->hides && !str_copy(a->code, sizeof a->code,
	    told_text(o, "code")))
		wipe_code(a);
	a->code_until_ms = until;
}

/* --- what went wrong ---------------------------------------------------------------- */

static void
fail(struct link_attempt *a, const struct trouble *t, int64_t now_ms)
{
	wipe(a);
	a->has_begun = false;
	say(a, t->sentence, t->advice);
	if (t->reason == WA_REASON_CODE_EXPIRED) {
		a->phase = ATTEMPT_EXPIRED;
	} else if (t->retry_after_s > 0) {
		a->phase = ATTEMPT_WAIT;
		a->until_ms = now_ms + t->retry_after_s * 1000;
	} else {
		a->phase = ATTEMPT_FAILED;
	}
}

void
link_attempt_ask(struct link_attempt *a)
{
	a->is_asking = true;
	if (link_attempt_is_open(a))
		return;
	wipe(a);
	a->has_begun = false;
	a->phase = ATTEMPT_ASKING;
	say(a, "", "");
}

void
link_attempt_take_answer(struct link_attempt *a, const cJSON *data,
    int64_t now_ms)
{
	a->is_asking = false;
	take_qr(a, data, now_ms);
	take_code(a, data, now_ms);
}

void
link_attempt_take_trouble(struct link_attempt *a, const struct trouble *t,
    int64_t now_ms)
{
	const bool was_open = link_attempt_is_open(a);

	a->is_asking = false;
	if (strcmp(t->code, "ALREADY_CONNECTED") == 0) {
		/* or it was linked just now, which its events tell */
		if (a->phase != ATTEMPT_PAIRING &&
		    a->phase != ATTEMPT_CONNECTED) {
			wipe(a);
			a->phase = ATTEMPT_LINKED;
			say(a, t->sentence, t->advice);
		}
	} else if (strcmp(t->code, "TIMEOUT") == 0 || was_open) {
		/* late, or refused: what is open goes on */
		say(a, t->sentence, t->advice);
	} else {
		fail(a, t, now_ms);
	}
}

void
link_attempt_take_silence(struct link_attempt *a)
{
	a->is_asking = false;
	if (a->phase == ATTEMPT_ASKING)
		a->phase = ATTEMPT_UNKNOWN;
}

void
link_attempt_take_loss(struct link_attempt *a)
{
	if (!link_attempt_is_open(a) && a->phase != ATTEMPT_ASKING &&
	    a->phase != ATTEMPT_PAIRING)
		return;
	wipe(a);
	a->is_asking = a->has_begun = false;
	a->phase = ATTEMPT_LOST;
	say(a, text_get(a->lang, TEXT_LINK_CODE_LOST),
	    text_get(a->lang, TEXT_LINK_START));
}

void
link_attempt_take_nobody(struct link_attempt *a)
{
	if (a->is_asking)
		return;
	if (a->phase == ATTEMPT_UNKNOWN || a->phase == ATTEMPT_LOST ||
	    link_attempt_is_open(a)) {
		wipe(a);
		a->phase = ATTEMPT_REST;
		say_reason(a, WA_STATUS_IDLE, WA_REASON_NEVER_LINKED);
	}
}

/* --- events ----------------------------------------------------------------------------- */

static void
take_linked(struct link_attempt *a, const cJSON *o, enum wa_status status)
{
	const bool is_ours = a->has_begun || a->phase == ATTEMPT_PAIRING;

	wipe(a);
	str_mask_phone(a->phone, sizeof a->phone,
	    told_text(o, "phoneNumber"));
	say(a, told_text(o, "message"), told_text(o, "advice"));
	if (told_true(o, "connected"))
		a->phase = ATTEMPT_CONNECTED;
	else if (status == WA_STATUS_PAIRING || is_ours)
		a->phase = ATTEMPT_PAIRING;
	else
		a->phase = ATTEMPT_LINKED;
}

/* Nothing is open. An answer that says more about the end is not talked over
 * by the state that it left. */
static void
take_rest(struct link_attempt *a, const cJSON *o, enum wa_reason reason)
{
	const bool was_open = link_attempt_is_open(a) ||
	    a->phase == ATTEMPT_PAIRING;
	const int64_t until = told_time(o, "until");

	if (a->is_asking && !a->has_begun)
		return;         /* how the one before ended */
	wipe(a);
	a->has_begun = false;
	if (reason == WA_REASON_CODE_EXPIRED && (was_open ||
	    a->phase == ATTEMPT_EXPIRED))
		a->phase = ATTEMPT_EXPIRED;
	else if (reason == WA_REASON_PAUSED)
		a->phase = ATTEMPT_PAUSED;
	else if (until > told_time(o, "serverTime"))
		a->phase = ATTEMPT_WAIT;
	else if (a->phase == ATTEMPT_WAIT || a->phase == ATTEMPT_FAILED)
		return;
	else
		a->phase = ATTEMPT_REST;
	a->until_ms = until;
	say(a, told_text(o, "message"), told_text(o, "advice"));
}

static void
take_unlinked(struct link_attempt *a, const cJSON *o, enum wa_status status,
    enum wa_reason reason)
{
	a->phone[0] = '\0';
	switch (status) {
	case WA_STATUS_CONNECTING:
		wipe(a);        /* what was on show was of a line that is gone */
		a->phase = ATTEMPT_ASKING;
		break;
	case WA_STATUS_QR:
	case WA_STATUS_CODE:
		a->has_begun = true;
		a->phase = ATTEMPT_OPEN;
		take_window(a, o);
		break;
	case WA_STATUS_PASSKEY_REQUIRED:
		a->has_begun = true;
		a->phase = ATTEMPT_PASSKEY;
		take_window(a, o);
		break;
	case WA_STATUS_PAIRING:
		wipe(a);
		a->has_begun = true;
		a->phase = ATTEMPT_PAIRING;
		break;
	default:
		take_rest(a, o, reason);
		return;
	}
	say(a, told_text(o, "message"), told_text(o, "advice"));
}

static void
take_status(struct link_attempt *a, const cJSON *o)
{
	enum wa_status status = WA_STATUS_ERROR;
	enum wa_reason reason = WA_REASON_NONE;

	(void)wa_status_from_name(told_text(o, "status"), &status);
	(void)wa_reason_from_name(told_text(o, "reason"), &reason);
	if (*told_text(o, "phoneNumber") != '\0')
		take_linked(a, o, status);
	else
		take_unlinked(a, o, status, reason);
}

static void
take_error(struct link_attempt *a, const cJSON *o, int64_t now_ms)
{
	struct trouble t;

	trouble_of_error(o, &t);
	if (a->phase == ATTEMPT_PAIRING && trouble_passes(&t))
		say(a, t.sentence, t.advice);   /* it dials again */
	else if (a->phase != ATTEMPT_CONNECTED &&
	    a->phase != ATTEMPT_LINKED)
		fail(a, &t, now_ms);
}

void
link_attempt_take_event(struct link_attempt *a, const char *name,
    const cJSON *data, int64_t now_ms)
{
	if (strcmp(name, "status") == 0)
		take_status(a, data);
	else if (strcmp(name, "qr") == 0)
		take_qr(a, data, now_ms);
	else if (strcmp(name, "code") == 0)
		take_code(a, data, now_ms);
	else if (strcmp(name, "error") == 0)
		take_error(a, data, now_ms);
}

/* --- time -------------------------------------------------------------------------------- */

static bool
is_over(int64_t until_ms, int64_t now_ms)
{
	return until_ms != 0 && now_ms >= until_ms;
}

void
link_attempt_tick(struct link_attempt *a, int64_t now_ms)
{
	if (is_over(a->qr_until_ms, now_ms))
		wipe_qr(a);
	if (is_over(a->code_until_ms, now_ms))
		wipe_code(a);
	/* the core says so too, if it still can */
	if (link_attempt_is_open(a) && is_over(a->window_until_ms, now_ms)) {
		wipe(a);
		a->has_begun = false;
		a->phase = ATTEMPT_EXPIRED;
		say_reason(a, WA_STATUS_IDLE, WA_REASON_CODE_EXPIRED);
	}
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

int64_t
link_attempt_expires_at(const struct link_attempt *a)
{
	return sooner(a->qr_until_ms, sooner(a->code_until_ms,
	    link_attempt_is_open(a) ? a->window_until_ms : 0));
}

int64_t
link_attempt_changes_at(const struct link_attempt *a, int64_t now_ms)
{
	const int64_t ends[] = { a->qr_until_ms, a->code_until_ms,
	    a->window_until_ms,
	    a->phase == ATTEMPT_WAIT ? a->until_ms : 0 };
	int64_t least = 0;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		least = sooner(least, when_left_changes_ms(ends[i], now_ms));
	return least;
}
