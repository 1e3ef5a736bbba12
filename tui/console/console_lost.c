/* No core answers: what is said then, and the ways out. */
#include "core/base/str.h"
#include "tui/console/console_impl.h"
#include "tui/console/when.h"

bool
console_is_lost(const struct console *c)
{
	return feed_state(c->feed) == FEED_LOST;
}

int64_t
console_lost_ms(const struct console *c)
{
	return console_is_lost(c) ? c->lost_ms : 0;
}

/* --- what is known of it ------------------------------------------------------------- */

/* A core that ends in good order takes its companies off first, and tells. */
static bool
has_taken_leave(const struct console *c)
{
	if (fleet_count_status(c->fleet, WA_STATUS_CONNECTED) > 0 ||
	    fleet_count_status(c->fleet, WA_STATUS_CONNECTING) > 0)
		return false;
	for (size_t i = 0; i < fleet_shown(c->fleet); i++) {
		if (fleet_at(c->fleet, i)->reason == WA_REASON_NOT_RUNNING)
			return true;
	}
	return false;
}

void
console_note_feed(struct console *c)
{
	if (!console_is_lost(c)) {
		if (c->lost_ms != 0)
			console_say(c, ROLE_NOTICE, TEXT_CONSOLE_BACK_AGAIN,
			    NULL);
		c->lost_ms = 0;
		if (feed_state(c->feed) == FEED_LIVE)
			c->lost_why[0] = '\0';
		/* what it asks is no question any more */
		if (c->lost_dialog != NULL && c->dialog == c->lost_dialog)
			console_open_dialog(c, NULL);
		c->lost_dialog = NULL;
	} else if (c->lost_ms == 0) {
		c->lost_ms = console_now_ms(c);
		/* "a code is ready" is not so any more */
		c->notice[0] = '\0';
		c->was_stopped = has_taken_leave(c);
	}
}

static void
format_since(const struct console *c, enum text text, char *out, size_t size)
{
	char when[WHEN_MAX];

	when_short(when, sizeof when, c->params.lang, c->lost_ms,
	    console_now_ms(c));
	text_format(out, size, c->params.lang, text,
	    &(struct words_args){ .reason = when });
}

void
console_lost_line(const struct console *c, char *out, size_t size)
{
	if (c->lost_why[0] != '\0')
		(void)str_copy(out, size, c->lost_why);
	else
		format_since(c, c->was_stopped ? TEXT_CONSOLE_STOPPED :
		    TEXT_CONSOLE_LOST, out, size);
}

/* --- pages and API ------------------------------------------------------------------- */

static bool
is_listening(const struct console *c)
{
	return cJSON_IsTrue(cJSON_GetObjectItem(c->listener, "running"));
}

/* One that was switched on by hand is off with the next core, and links that
 * were sent lead nowhere. */
void
console_note_listener(struct console *c)
{
	if (!c->prefs.listened || console_is_lost(c))
		return;
	c->prefs.listened = false;
	console_keep(c);
	if (!is_listening(c))
		console_say(c, ROLE_ERROR, TEXT_START_LISTENER_OFF, NULL);
}

/* --- the ways out ------------------------------------------------------------------------ */

void
console_start(struct console *c)
{
	if (!console_is_lost(c) || c->params.on_start == NULL) {
		console_say(c, ROLE_ERROR, TEXT_START_RUNS, NULL);
	} else if (!c->is_leaving) {
		c->is_leaving = true;
		c->prefs.listened = is_listening(c);
		c->params.on_start(c->params.ctx);
	}
}

void
console_core_ended(struct console *c, const char *why)
{
	c->params.started_core = false;
	(void)str_copy(c->lost_why, sizeof c->lost_why, why);
	/* where there is no line for it */
	if (screen_rows(c->params.screen) < ROWS_FOR_KEYS)
		console_say_text(c, ROLE_ERROR, why);
	console_draw(c);
}

static void
on_lost_answer(void *ctx, const char *answer)
{
	struct console *c = ctx;

	c->lost_dialog = NULL;
	if (answer == NULL || *answer == 'b')
		return;
	if (*answer == 'r')
		console_start(c);
	else
		console_leave(c, *answer == 's');
}

void
console_ask_leave_lost(struct console *c)
{
	struct dialog_choice d = { .on_answer = on_lost_answer, .ctx = c };

	format_since(c, TEXT_LEAVE_LOST, d.title, sizeof d.title);
	console_add_choice(c, &d, 'l', TEXT_LEAVE_WITHOUT);
	if (c->params.on_start != NULL)
		console_add_choice(c, &d, 'r', TEXT_LEAVE_START);
	/* it was started here, and only does not answer */
	if (c->params.started_core)
		console_add_choice(c, &d, 's', TEXT_LEAVE_STOP);
	console_add_choice(c, &d, 'b', TEXT_LEAVE_BACK);
	c->lost_dialog = dialog_choice(c->params.lang, &d);
	console_open_dialog(c, c->lost_dialog);
}
