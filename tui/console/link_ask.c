#include "tui/console/link_view.h"

#include <string.h>

#include "core/base/str.h"
#include "tui/console/act.h"
#include "tui/console/link_number.h"
#include "tui/console/when.h"

#define MADE_MS 50              /* until a company that is linked is made */
#define AGAIN_MS 2000           /* nobody there, or the core is away */
#define PATH_SIZE 160

/* --- what is known ---------------------------------------------------------------- */

int64_t
link_view_now(const struct link_view *v)
{
	return console_now_ms(v->c);
}

const struct row *
link_view_row(const struct link_view *v)
{
	return fleet_find(console_fleet(v->c), v->company);
}

bool
link_view_phone(const struct link_view *v, char *out, size_t size)
{
	const struct row *row = link_view_row(v);
	const struct config *config = console_config(v->c);
	const char *usual = config == NULL ? NULL :
	    config_str(config, OPT_LINK_DEFAULT_PHONE);

	if (v->digits[0] != '\0')
		str_mask_phone(out, size, v->digits);
	else if (row != NULL && row->pinned[0] != '\0')
		return str_copy(out, size, row->pinned);
	else if (row != NULL && row->phone[0] != '\0')
		return str_copy(out, size, row->phone);
	else if (usual != NULL && *usual != '\0')
		str_mask_phone(out, size, usual);
	else
		return str_copy(out, size, "") && false;
	return true;
}

bool
link_view_has_field(const struct link_view *v)
{
	char known[32];

	return !v->shows_qr && !v->shows_share &&
	    link_attempt_may_ask(&v->attempt, link_view_now(v)) &&
	    (v->wants_number || (v->attempt.code[0] == '\0' &&
	    !link_view_phone(v, known, sizeof known)));
}

/* The matrix is made when the text changes, not with each frame. */
static void
update_qr(struct link_view *v)
{
	if (v->qr_version == v->attempt.qr_version)
		return;
	v->qr_version = v->attempt.qr_version;
	qr_destroy(v->qr);
	v->qr = NULL;
	if (v->attempt.qr[0] != '\0' &&
	    qr_create(v->attempt.qr, &v->qr) != ERR_OK)
		v->qr = NULL;           /* longer than any link is */
}

/* --- time ---------------------------------------------------------------------------- */

void
link_view_expire(void *ctx)
{
	struct link_view *v = ctx;
	const int64_t now = link_view_now(v);
	int64_t at;

	link_attempt_tick(&v->attempt, now);
	link_share_tick(&v->share, now);
	update_qr(v);
	at = link_attempt_expires_at(&v->attempt);
	if (v->share.phase == SHARE_READY &&
	    (at == 0 || v->share.until_ms < at))
		at = v->share.until_ms;
	if (at != 0)
		timer_start(v->expiry, at - now);
	else
		timer_stop(v->expiry);
}

/* Something was told. */
static void
take_news(struct link_view *v)
{
	link_view_expire(v);
	console_draw(v->c);
}

/* --- events ------------------------------------------------------------------------- */

static void
on_event(void *ctx, const struct sse_event *e)
{
	struct link_view *v = ctx;
	cJSON *o = cJSON_Parse(e->data);

	if (o == NULL)
		return;
	link_attempt_take_event(&v->attempt, e->name, o, link_view_now(v));
	told_wipe(o);
	/* somebody else's attempt is joined by what it has */
	if (!v->has_chosen)
		v->shows_qr = v->attempt.code[0] == '\0' &&
		    v->attempt.qr[0] != '\0';
	take_news(v);
}

/* 404: there is no such company yet; it is made by asking for a code. */
static void
on_events_end(void *ctx, const struct client_answer *answer)
{
	struct link_view *v = ctx;

	v->events = NULL;
	if (answer->err == ERR_OK && answer->status == 404)
		link_attempt_take_nobody(&v->attempt);
	timer_start(v->again, v->link_call != NULL ? MADE_MS : AGAIN_MS);
	take_news(v);
}

void
link_view_listen(void *ctx)
{
	struct link_view *v = ctx;
	char path[PATH_SIZE];

	str_format(path, sizeof path, "/api/whatsapp/sessions/%s/events",
	    v->company);
	v->events = client_events(console_client(v->c), path, NULL,
	    on_event, on_events_end, v);
}

/* --- asking for a code ---------------------------------------------------------------- */

static void
on_link_answer(void *ctx, const char *company,
    const struct act_answer *answer)
{
	struct link_view *v = ctx;

	(void)company;
	v->link_call = NULL;
	if (answer->gone)
		link_attempt_take_silence(&v->attempt);
	else if (answer->ok)
		link_attempt_take_answer(&v->attempt, answer->data,
		    link_view_now(v));
	else
		link_attempt_take_trouble(&v->attempt, &answer->trouble,
		    link_view_now(v));
	/* what is on show stays, so this is not seen there */
	if (!answer->ok && !answer->gone &&
	    link_attempt_is_open(&v->attempt))
		console_say_text(v->c, ROLE_ERROR, answer->trouble.sentence);
	take_news(v);
}

static void
ask(struct link_view *v, enum act act)
{
	if (!link_attempt_may_ask(&v->attempt, link_view_now(v)))
		return;
	v->has_chosen = true;
	link_attempt_ask(&v->attempt);
	v->link_call = act_request(console_client(v->c), console_lang(v->c),
	    act, v->company, act == ACT_LINK_CODE ? v->digits : "",
	    on_link_answer, v);
	if (v->events == NULL)
		timer_start(v->again, 0);
}

static void
refuse_early(struct link_view *v)
{
	char left[WHEN_MAX];

	if (v->attempt.until_ms == 0) {
		console_say_text(v->c, ROLE_ERROR, v->attempt.sentence);
		return;
	}
	when_left(left, sizeof left, v->attempt.until_ms, link_view_now(v));
	console_say(v->c, ROLE_ERROR, TEXT_LINK_NOT_YET,
	    &(struct words_args){ .reason = left });
}

/* Whether a person who asks now must be told to wait. */
static bool
is_early(struct link_view *v)
{
	if ((v->attempt.phase != ATTEMPT_WAIT &&
	    v->attempt.phase != ATTEMPT_PAUSED) ||
	    link_attempt_may_ask(&v->attempt, link_view_now(v)))
		return false;
	refuse_early(v);
	return true;
}

static void
ask_typed(struct link_view *v)
{
	char digits[PHONE_SIZE], says[WORDS_MAX];

	if (!link_number_check(v->field.text, console_lang(v->c), digits,
	    says, sizeof says)) {
		console_say_text(v->c, ROLE_ERROR, says);
		return;
	}
	str_copy(v->digits, sizeof v->digits, digits);
	v->wants_number = false;
	ask(v, ACT_LINK_CODE);
}

void
link_view_enter(struct link_view *v)
{
	if (v->shows_share || is_early(v))
		return;
	if (v->attempt.phase == ATTEMPT_CONNECTED)
		console_back(v->c);
	else if (link_view_has_field(v))
		ask_typed(v);
	else if (v->shows_qr && v->attempt.qr[0] == '\0' &&
	    v->attempt.qr_until_ms == 0)
		ask(v, ACT_LINK_QR);
	else if (!v->shows_qr && v->attempt.code[0] == '\0')
		ask(v, ACT_LINK_CODE);
}

/* Choosing the QR is asking for it; a code is asked for by Enter, unless it
 * is a part of what runs already. */
void
link_view_switch(struct link_view *v)
{
	char known[32];

	v->shows_qr = !v->shows_qr;
	v->has_chosen = true;
	v->wants_number = false;
	if (v->shows_qr && v->attempt.qr[0] == '\0' && !is_early(v))
		ask(v, ACT_LINK_QR);
	else if (!v->shows_qr && v->attempt.code[0] == '\0' &&
	    link_attempt_is_open(&v->attempt) &&
	    link_view_phone(v, known, sizeof known))
		ask(v, ACT_LINK_CODE);
}

void
link_view_ask_number(struct link_view *v)
{
	if (v->attempt.hides)
		return;
	v->shows_qr = false;
	v->wants_number = true;
	input_init(&v->field, "", NUMBER_MAX);
}

/* --- the link to send ------------------------------------------------------------------- */

static void
on_share_answer(void *ctx, const char *company,
    const struct act_answer *answer)
{
	struct link_view *v = ctx;

	(void)company;
	v->share_call = NULL;
	if (answer->ok)
		link_share_take(&v->share, answer->data);
	else
		link_share_refuse(&v->share, &answer->trouble);
	take_news(v);
}

/* One link is enough: it is shown again until its time is over. */
void
link_view_share(struct link_view *v)
{
	if (v->shows_share && v->share.phase == SHARE_READY) {
		v->shows_share = false;
		return;
	}
	if (v->attempt.hides) {
		console_say(v->c, ROLE_ERROR, TEXT_LINK_READ_ONLY, NULL);
		return;
	}
	v->shows_share = true;
	if (v->share.phase == SHARE_READY || v->share.phase == SHARE_ASKING)
		return;
	link_share_ask(&v->share);
	v->share_call = act_request(console_client(v->c),
	    console_lang(v->c), ACT_SHARE, v->company, "", on_share_answer,
	    v);
}
