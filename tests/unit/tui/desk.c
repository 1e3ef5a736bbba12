#include "tests/unit/tui/desk.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define TEXT_MAX ((size_t)256 * 1024)
#define LIMIT_MS 20000         /* for what must come; nothing waits for it */
#define QUIET_TURNS 40

static bool
is_late(int64_t since_ms)
{
	return clock_mono_ms(clock_system()) - since_ms > LIMIT_MS;
}

static int64_t
now_ms(void)
{
	return clock_mono_ms(clock_system());
}

static void
on_leave(void *ctx, bool stop)
{
	struct desk *s = ctx;

	s->left++;
	s->left_stop = stop;
}

static void
on_start(void *ctx)
{
	struct desk *s = ctx;

	s->started++;
}

static void
open_real(struct desk *s)
{
	s->real = real_core_create(0);
	s->loop = real_core_loop(s->real);
	s->client = client_create(s->loop, real_core_dial, s->real);
}

static void
open_fake(struct desk *s)
{
	EXPECT_INT(loop_create(&s->loop), ERR_OK);
	s->fake = fake_core_create(s->loop);
	fake_core_data(s->fake, "GET", DESK_SESSIONS, "{\"sessions\":[]}");
	fake_core_data(s->fake, "GET", "/api/whatsapp/listener",
	    "{\"addresses\":[],\"running\":false,\"version\":\"1.2\"}");
	fake_core_stream(s->fake, DESK_EVENTS);
	s->client = client_create(s->loop, fake_core_dial, s->fake);
}

void
desk_open(struct desk *s, const struct desk_params *params)
{
	const int64_t since_ms = now_ms();
	struct screen_params screen;

	*s = (struct desk){ .version = 1 };
	setenv("TZ", "UTC", 1);
	if (params->real)
		open_real(s);
	else
		open_fake(s);
	screen = (struct screen_params){ .loop = s->loop,
	    .handlers = console_screen_handlers(&s->console) };
	EXPECT_INT(screen_open_memory(&screen, "xterm-256color",
	    !params->ascii, params->rows > 0 ? params->rows : 24,
	    params->columns > 0 ? params->columns : 80, &s->screen), ERR_OK);
	s->console = console_create(&(struct console_params){
	    .loop = s->loop, .client = s->client, .screen = s->screen,
	    .lang = params->lang, .read_only = params->read_only,
	    .on_leave = on_leave, .on_start = on_start, .ctx = s });
	desk_settle(s);
	if (s->fake == NULL)
		return;
	while (fake_core_streams(s->fake, DESK_EVENTS) == 0 &&
	    !is_late(since_ms))
		loop_turn(s->loop, false);
	EXPECT_INT(fake_core_streams(s->fake, DESK_EVENTS), 1);
	fake_core_tell(s->fake, DESK_EVENTS, "1", "ready", "{\"full\":true,"
	    "\"serverTime\":\"2026-11-25T09:46:40.000Z\"}");
	while (console_feed_state(s->console) != FEED_LIVE &&
	    !is_late(since_ms))
		loop_turn(s->loop, false);
	EXPECT_INT(console_feed_state(s->console), FEED_LIVE);
}

static bool
has_heard(const struct desk *s, const char *company)
{
	const struct row *row = fleet_find(console_fleet(s->console),
	    company);

	return row != NULL && row->state_version == s->version;
}

void
desk_close(struct desk *s)
{
	console_destroy(s->console);
	s->console = NULL;
	screen_close(s->screen);
	client_destroy(s->client);
	if (s->real != NULL) {
		real_core_destroy(s->real);
		return;
	}
	fake_core_destroy(s->fake);
	loop_destroy(s->loop);
}

void
desk_put(struct desk *s, const char *company, const char *name,
    const char *phone, const char *more)
{
	const bool is_linked = phone[0] != '\0';
	const int64_t since_ms = now_ms();
	char json[1024];

	(void)str_format(json, sizeof json, "{\"companyId\":\"%s\","
	    "\"name\":\"%s\",\"connected\":%s,\"status\":\"%s\","
	    "\"reason\":\"%s\",\"phoneNumber\":%s%s%s,"
	    "\"stateVersion\":%u%s%s}", company, name,
	    is_linked ? "true" : "false", is_linked ? "connected" : "idle",
	    is_linked ? "ok" : "never_linked", is_linked ? "\"" : "null",
	    phone, is_linked ? "\"" : "", ++s->version,
	    more[0] != '\0' ? "," : "", more);
	fake_core_tell(s->fake, DESK_EVENTS, "", "status", json);
	while (!has_heard(s, company) && !is_late(since_ms))
		loop_turn(s->loop, false);
	EXPECT(has_heard(s, company));
}

void
desk_settle(struct desk *s)
{
	if (s->fake != NULL)
		fake_core_settle(s->fake);
	else
		real_core_turn(s->real, QUIET_TURNS);
}

void
desk_keys(struct desk *s, const char *keys)
{
	/* a person presses what is seen */
	screen_now(s->screen);
	screen_feed(s->screen, keys, strlen(keys));
	desk_settle(s);
}

const char *
desk_text(struct desk *s)
{
	static char text[TEXT_MAX];
	size_t n = 0;

	text[0] = '\0';
	screen_now(s->screen);
	for (int i = 0; i < screen_rows(s->screen); i++) {
		screen_read(s->screen, i, text + n, sizeof text - n - 1);
		n += strlen(text + n);
		text[n++] = '\n';
		text[n] = '\0';
	}
	return text;
}

/* Runs of blanks and breaks become one blank. */
static void
squeeze(char *text)
{
	char *out = text;

	for (const char *p = text; *p != '\0'; p++) {
		const char c = *p == '\n' ? ' ' : *p;

		if (c != ' ' || (out > text && out[-1] != ' '))
			*out++ = c;
	}
	*out = '\0';
}

bool
desk_shows(struct desk *s, const char *text)
{
	char *all = xstrdup(desk_text(s));
	bool found;

	squeeze(all);
	found = strstr(all, text) != NULL;
	free(all);
	return found;
}

bool
desk_until(struct desk *s, const char *text)
{
	const int64_t since_ms = now_ms();

	while (!is_late(since_ms)) {
		if (desk_shows(s, text))
			return true;
		loop_turn(s->loop, false);
	}
	t_fail(__FILE__, __LINE__, "never seen: %s\n%s", text,
	    desk_text(s));
	return false;
}
