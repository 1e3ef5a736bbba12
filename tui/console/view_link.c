/*
 * Linking one company: what a person does about it. The attempt itself is
 * link_attempt, its picture link_draw, what is asked of the core link_ask.
 * Nothing is dialled before somebody has asked by Enter or has chosen code or
 * QR.
 */
#include "tui/console/link_view.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/console/link_draw.h"
#include "tui/console/link_number.h"
#include "tui/console/qr_area.h"

#define ROWS_FOR_KEYS 14        /* as console.h */

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

static enum qr_style
wanted_style(const struct link_view *v)
{
	const struct prefs *prefs = console_prefs(v->c);
	const struct config *config = console_config(v->c);

	if (prefs->qr_style != QR_AUTO || config == NULL)
		return prefs->qr_style;
	return (enum qr_style)config_enum(config, OPT_QR_STYLE);
}

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
	const struct row *row = link_view_row(v);
	struct link_picture p = {
		.lang = console_lang(v->c),
		.now_ms = link_view_now(v),
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

	link_view_expire(v);
	p.qr = v->qr;
	(void)link_view_phone(v, room->phone, sizeof room->phone);
	if (link_view_has_field(v)) {
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
	input_init(&v->field, "", NUMBER_MAX);
	v->again = timer_create_on(console_loop(c), link_view_listen, v);
	v->expiry = timer_create_on(console_loop(c), link_view_expire, v);
	link_view_listen(v);
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
		link_view_enter(v);
		return true;
	case ACTION_SWITCH:
		link_view_switch(v);
		return true;
	case ACTION_SHARE:
		link_view_share(v);
		return true;
	case ACTION_COPY:
		copy(v);
		return true;
	case ACTION_NUMBER:
		link_view_ask_number(v);
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

/* No number has letters: they are commands as long as there is no number.
 * Whoever types one and slips must not set something off. */
static bool
is_command(const struct link_view *v, const struct key *key)
{
	return v->field.len == 0 &&
	    (binding_action(SCOPE_LINK, key) != ACTION_NONE ||
	    binding_action(SCOPE_ALL, key) != ACTION_NONE);
}

static bool
refuse_text(struct link_view *v)
{
	console_say(v->c, ROLE_ERROR, v->field.len == 0 ?
	    TEXT_LINK_DIGITS_ONLY : TEXT_LINK_DIGITS_ONLY_CLEAR, NULL);
	return true;
}

/* What is pasted is all text, so that its fault can be named. */
static bool
view_key(void *view, const struct key *key)
{
	struct link_view *v = view;

	if (!link_view_has_field(v))
		return false;
	if (key->name == K_PASTE || key->name == K_PASTE_END)
		v->is_pasting = key->name == K_PASTE;
	else if (!v->is_pasting && !is_of_number(key))
		return key->name == K_TEXT && !is_command(v, key) &&
		    refuse_text(v);
	return input_key(&v->field, key);
}

static bool
can_on_share(const struct link_view *v, enum action action)
{
	const bool is_ready = v->share.phase == SHARE_READY;

	switch (action) {
	case ACTION_COPY:
	case ACTION_SWITCH:
		return is_ready;
	case ACTION_LARGER:
		return is_ready && v->share.shows_qr;
	default:
		return false;
	}
}

/* Once it is linked, or must wait, there is nothing to choose. */
static bool
view_can(void *view, enum action action)
{
	const struct link_view *v = view;
	const struct link_attempt *a = &v->attempt;

	if (v->shows_share)
		return can_on_share(v, action);
	switch (action) {
	case ACTION_COPY:
		return a->code[0] != '\0';
	case ACTION_LARGER:
		return v->shows_qr && v->qr != NULL;
	case ACTION_NUMBER:
		return link_attempt_may_ask(a, link_view_now(v)) &&
		    !link_view_has_field(v);
	default:
		return link_attempt_may_ask(a, link_view_now(v));
	}
}

static enum text
view_keys(void *view)
{
	const struct link_view *v = view;

	return link_view_has_field(v) && v->field.len > 0 ?
	    TEXT_LINK_KEYS_FIELD : TEXT_NONE;
}

static bool
view_changed(void *view, const struct row *row)
{
	struct link_view *v = view;
	const bool is_ours = row == NULL ||
	    strcmp(row->company, v->company) == 0;

	if (row == NULL && console_is_lost(v->c)) {
		link_attempt_take_loss(&v->attempt);
		link_view_expire(v);    /* the QR goes with its text */
	}
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
	.can = view_can,
	.keys = view_keys,
	.changed = view_changed,
	.changes_at = view_changes_at,
	.company = view_company_of,
	.wants_whole = view_wants_whole,
};
