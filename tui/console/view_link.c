/*
 * Linking one company: what a person does about it, and how the console hears
 * of it. The attempt itself is link_attempt, its picture link_draw. Nothing is
 * dialled before somebody has asked by Enter or has chosen code or QR.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/console/act.h"
#include "tui/console/console.h"
#include "tui/console/input.h"
#include "tui/console/link_attempt.h"
#include "tui/console/link_draw.h"
#include "tui/console/link_number.h"
#include "tui/console/link_share.h"
#include "tui/console/qr_area.h"
#include "tui/console/when.h"

#define MADE_MS 50              /* until a company that is linked is made */
#define AGAIN_MS 2000           /* nobody there, or the core is away */
#define NUMBER_MAX 40           /* bytes typed, with spaces and signs */
#define PATH_SIZE 160
#define ROWS_FOR_KEYS 14        /* as console.h */

struct link_view {
	struct console *c;
	char company[COMPANY_ID_MAX + 1];
	struct link_attempt attempt;
	struct qr *qr;                  /* of its text; NULL none */
	unsigned qr_version;            /* of the text that qr was made from */
	bool shows_qr, shows_share;
	struct link_share share;

	bool wants_number;              /* another than the one that is known */
	struct input field;
	bool is_pasting;
	char digits[PHONE_SIZE];        /* asked for here; "" the company's own */

	struct call *events, *link_call, *share_call;
	struct timer *again;            /* the events are asked for again */
	struct timer *expiry;           /* of a code, also while out of sight */
};

/* --- what is known ---------------------------------------------------------------- */

static int64_t
now_of(const struct link_view *v)
{
	return console_now_ms(v->c);
}

static const struct row *
row_of(const struct link_view *v)
{
	return fleet_find(console_fleet(v->c), v->company);
}

/* The number a code would be for, masked; false: there is none. */
static bool
known_phone(const struct link_view *v, char *out, size_t size)
{
	const struct row *row = row_of(v);
	const char *usual = config_str(console_config(v->c),
	    OPT_LINK_DEFAULT_PHONE);

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

static enum qr_style
wanted_style(const struct link_view *v)
{
	const struct prefs *prefs = console_prefs(v->c);

	return prefs->qr_style != QR_AUTO ? prefs->qr_style :
	    (enum qr_style)config_enum(console_config(v->c), OPT_QR_STYLE);
}

/* Whether a number is being typed at this moment. */
static bool
has_field(const struct link_view *v)
{
	char known[32];

	return !v->shows_qr && !v->shows_share &&
	    link_attempt_may_ask(&v->attempt, now_of(v)) &&
	    (v->wants_number || (v->attempt.code[0] == '\0' &&
	    !known_phone(v, known, sizeof known)));
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

/* Wipes what has expired, and comes back for the next. */
static void
on_expiry(void *ctx)
{
	struct link_view *v = ctx;
	const int64_t now = now_of(v);
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
	on_expiry(v);
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
	link_attempt_take_event(&v->attempt, e->name, o, now_of(v));
	told_wipe(o);
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

static void
listen_to(void *ctx)
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
		    now_of(v));
	else
		link_attempt_take_trouble(&v->attempt, &answer->trouble,
		    now_of(v));
	/* what is on show stays, so this is not seen there */
	if (!answer->ok && !answer->gone &&
	    link_attempt_is_open(&v->attempt))
		console_say_text(v->c, ROLE_ERROR, answer->trouble.sentence);
	take_news(v);
}

static void
ask(struct link_view *v, enum act act)
{
	if (!link_attempt_may_ask(&v->attempt, now_of(v)))
		return;
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
	when_left(left, sizeof left, v->attempt.until_ms, now_of(v));
	console_say(v->c, ROLE_ERROR, TEXT_LINK_NOT_YET,
	    &(struct words_args){ .reason = left });
}

/* Whether a person who asks now must be told to wait. */
static bool
is_early(struct link_view *v)
{
	if ((v->attempt.phase != ATTEMPT_WAIT &&
	    v->attempt.phase != ATTEMPT_PAUSED) ||
	    link_attempt_may_ask(&v->attempt, now_of(v)))
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

static void
enter(struct link_view *v)
{
	if (v->shows_share || is_early(v))
		return;
	if (v->attempt.phase == ATTEMPT_CONNECTED)
		console_back(v->c);
	else if (has_field(v))
		ask_typed(v);
	else if (v->shows_qr && v->attempt.qr[0] == '\0' &&
	    v->attempt.qr_until_ms == 0)
		ask(v, ACT_LINK_QR);
	else if (!v->shows_qr && v->attempt.code[0] == '\0')
		ask(v, ACT_LINK_CODE);
}

/* Choosing the QR is asking for it; a code is asked for by Enter, unless it
 * is a part of what runs already. */
static void
switch_way(struct link_view *v)
{
	char known[32];

	v->shows_qr = !v->shows_qr;
	v->wants_number = false;
	console_prefs(v->c)->shows_qr = v->shows_qr;
	console_keep(v->c);
	if (v->shows_qr && v->attempt.qr[0] == '\0' && !is_early(v))
		ask(v, ACT_LINK_QR);
	else if (!v->shows_qr && v->attempt.code[0] == '\0' &&
	    link_attempt_is_open(&v->attempt) &&
	    known_phone(v, known, sizeof known))
		ask(v, ACT_LINK_CODE);
}

static void
ask_number(struct link_view *v)
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
static void
share(struct link_view *v)
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

/* --- other keys ----------------------------------------------------------------------------- */

/* "ABCD-EFGH" is typed without the dash. */
static void
copy_code(struct link_view *v)
{
	char plain[ATTEMPT_CODE_SIZE];
	size_t n = 0;

	for (const char *p = v->attempt.code; *p != '\0'; p++) {
		if (*p != '-')
			plain[n++] = *p;
	}
	plain[n] = '\0';
	if (screen_copy(console_screen(v->c), plain))
		console_say(v->c, ROLE_NOTICE, TEXT_LINK_SENT_CODE, NULL);
	secret_wipe(plain, sizeof plain);
}

static void
copy(struct link_view *v)
{
	if (v->shows_share && v->share.phase == SHARE_READY) {
		if (screen_copy(console_screen(v->c), v->share.pairing_url))
			console_say(v->c, ROLE_NOTICE, TEXT_LINK_SENT_URL,
			    NULL);
	} else if (!v->shows_share && v->attempt.code[0] != '\0') {
		copy_code(v);
	} else {
		console_say(v->c, ROLE_ERROR, TEXT_LINK_NOTHING_TO_COPY,
		    NULL);
	}
}

/* --- its picture --------------------------------------------------------------------------- */

static int
body_rows(int rows)
{
	return rows < ROWS_FOR_KEYS ? rows - 1 : rows - 3;
}

/* What draws it; the texts lie in room. */
struct room {
	char phone[32], says[WORDS_MAX];
};

static struct link_picture
picture_of(struct link_view *v, struct room *room)
{
	const struct screen *s = console_screen(v->c);
	const struct row *row = row_of(v);
	struct link_picture p = {
		.lang = console_lang(v->c),
		.now_ms = now_of(v),
		.company = v->company,
		.name = row != NULL ? row->name : "",
		.attempt = &v->attempt,
		.shows_qr = v->shows_qr,
		.style = wanted_style(v),
		.utf8 = screen_is_utf8(s),
		.sextants = screen_has_sextants(s),
		.can_qr = screen_can_show_qr(s),
		.read_only = v->attempt.hides,
		.lost = console_is_lost(v->c),
		.phone = room->phone,
		.field_says = room->says,
		.share = v->shows_share ? &v->share : NULL,
	};
	char digits[PHONE_SIZE];

	on_expiry(v);
	p.qr = v->qr;
	(void)known_phone(v, room->phone, sizeof room->phone);
	if (has_field(v)) {
		p.field = &v->field;
		p.field_is_good = link_number_check(v->field.text, p.lang,
		    digits, room->says, sizeof room->says);
	}
	return p;
}

static void
view_draw(void *view, struct area body)
{
	struct room room;
	const struct link_picture p = picture_of(view, &room);

	link_draw(&p, body);
}

static bool
view_wants_whole(void *view)
{
	struct link_view *v = view;
	const struct screen *s = console_screen(v->c);
	struct room room;
	const struct link_picture p = picture_of(v, &room);

	return link_draw_wants_whole(&p, screen_rows(s),
	    body_rows(screen_rows(s)), screen_columns(s));
}

static void
change_style(struct link_view *v, bool larger)
{
	const struct screen *s = console_screen(v->c);
	struct room room;
	const struct link_picture p = picture_of(v, &room);
	enum qr_style now = link_draw_style(&p, screen_rows(s),
	    screen_columns(s));

	if (!p.shows_qr && !(v->shows_share && v->share.shows_qr))
		return;
	if (now == QR_AUTO)
		now = QR_HALF;
	console_prefs(v->c)->qr_style = qr_area_step(now, larger);
	console_keep(v->c);
}

/* --- the view -------------------------------------------------------------------------------- */

static void *
view_open(struct console *c, const char *company)
{
	struct link_view *v = xcalloc(1, sizeof *v);

	v->c = c;
	str_copy(v->company, sizeof v->company, company);
	link_attempt_init(&v->attempt, console_lang(c),
	    console_is_read_only(c));
	v->shows_qr = console_prefs(c)->shows_qr;
	input_init(&v->field, "", NUMBER_MAX);
	v->again = timer_create_on(console_loop(c), listen_to, v);
	v->expiry = timer_create_on(console_loop(c), on_expiry, v);
	listen_to(v);
	return v;
}

/* Nothing of a code stays: not in memory, and what the terminal shows is sent
 * anew rather than trusted to be drawn over. */
static void
view_close(void *view)
{
	struct link_view *v = view;

	call_cancel(v->events);
	call_cancel(v->link_call);
	call_cancel(v->share_call);
	timer_destroy(v->again);
	timer_destroy(v->expiry);
	screen_repaint(console_screen(v->c));
	qr_destroy(v->qr);
	link_attempt_finish(&v->attempt);
	link_share_finish(&v->share);
	secret_wipe(v->digits, sizeof v->digits);
	secret_wipe(&v->field, sizeof v->field);
	free(v);
}

static bool
act_on_share(struct link_view *v, enum action action)
{
	if (action == ACTION_BACK)
		v->shows_share = false;
	else if (action == ACTION_SWITCH)
		v->share.shows_qr = !v->share.shows_qr &&
		    v->share.phase == SHARE_READY;
	else
		return false;
	return true;
}

static bool
view_act(void *view, enum action action)
{
	struct link_view *v = view;

	if (v->shows_share && act_on_share(v, action))
		return true;
	switch (action) {
	case ACTION_NEW_CODE:
		enter(v);
		return true;
	case ACTION_SWITCH:
		switch_way(v);
		return true;
	case ACTION_SHARE:
		share(v);
		return true;
	case ACTION_COPY:
		copy(v);
		return true;
	case ACTION_NUMBER:
		ask_number(v);
		return true;
	case ACTION_LARGER:
	case ACTION_SMALLER:
		change_style(v, action == ACTION_LARGER);
		return true;
	case ACTION_BACK:
		if (!v->wants_number)
			return false;
		v->wants_number = false;
		return true;
	default:
		return false;
	}
}

static bool
is_of_number(const struct key *key)
{
	switch (key->name) {
	case K_TEXT:
		return key->text < 0x80 && key->text != 0 &&
		    strchr("0123456789 +-()", (int)key->text) != NULL;
	case K_CTRL:
		return key->text != 0 && strchr("aeukw", (int)key->text) !=
		    NULL;
	case K_BACKSPACE: case K_DELETE: case K_LEFT: case K_RIGHT:
	case K_HOME: case K_END:
		return true;
	default:
		return false;
	}
}

/* Letters stay commands: no number has any. What is pasted is all text, so
 * that its fault can be named. */
static bool
view_key(void *view, const struct key *key)
{
	struct link_view *v = view;

	if (!has_field(v))
		return false;
	if (key->name == K_PASTE || key->name == K_PASTE_END)
		v->is_pasting = key->name == K_PASTE;
	else if (!v->is_pasting && !is_of_number(key))
		return false;
	return input_key(&v->field, key);
}

static bool
view_changed(void *view, const struct row *row)
{
	const struct link_view *v = view;
	const bool is_ours = row == NULL ||
	    strcmp(row->company, v->company) == 0;

	/* it has been made, or the core is back */
	if (is_ours && v->events == NULL)
		timer_start(v->again, 0);
	return is_ours;
}

static int64_t
view_changes_at(void *view, int64_t now_ms)
{
	const struct link_view *v = view;
	const int64_t at = link_attempt_changes_at(&v->attempt, now_ms);

	if (!v->shows_share || v->share.phase != SHARE_READY)
		return at;
	/* no countdown there, but it goes at its end */
	return at == 0 || v->share.until_ms < at ? v->share.until_ms : at;
}

static const char *
view_company_of(void *view)
{
	const struct link_view *v = view;

	return v->company;
}

const struct view_ops view_link = {
	.name = "link",
	.scope = SCOPE_LINK,
	.whole_screen = true,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.act = view_act,
	.key = view_key,
	.changed = view_changed,
	.changes_at = view_changes_at,
	.company = view_company_of,
	.wants_whole = view_wants_whole,
};
