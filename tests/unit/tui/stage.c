#include "tests/unit/tui/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/str.h"
#include "tests/t.h"

#define ACME "{\"companyId\":\"acme\",\"name\":\"Acme Ltd\"," \
	"\"status\":\"connected\",\"reason\":\"ok\",\"connected\":true," \
	"\"stateVersion\":5,\"paused\":false,\"priority\":0," \
	"\"reconnectAttempts\":0,\"serverTime\":\"" STAGE_NOW "\"}"

void
stage_init(struct stage *s)
{
	*s = (struct stage){ .utf8 = true, .term = "xterm-256color" };
	EXPECT_INT(setenv("TZ", "UTC", 1), 0);
	tzset();
	EXPECT_INT(loop_create(&s->loop), ERR_OK);
	s->core = fake_core_create(s->loop);
	s->client = client_create(s->loop, fake_core_dial, s->core);
	fake_core_data(s->core, "GET", "/api/whatsapp/sessions",
	    "{\"sessions\":[],\"nextCursor\":null}");
	fake_core_stream(s->core, "/api/whatsapp/events");
	fake_core_data(s->core, "GET", "/api/whatsapp/listener",
	    "{\"addresses\":[],\"auth\":\"open\",\"running\":false,"
	    "\"serving\":true,\"connections\":0,\"sources\":0,"
	    "\"requests\":0,\"refused\":[],\"publicUrl\":null,"
	    "\"version\":\"0.1.0\"}");
}

static void
on_leave(void *ctx, bool stop)
{
	(void)ctx;
	(void)stop;
}

void
stage_start(struct stage *s, int rows, int columns, enum lang lang)
{
	struct screen_params screen = { .loop = s->loop,
	    .handlers = console_screen_handlers(&s->console) };
	struct console_params params = { .loop = s->loop,
	    .client = s->client, .lang = lang, .read_only = s->read_only,
	    .config = s->config,
	    .on_leave = on_leave };

	client_speak(s->client, words_lang_name(lang));
	EXPECT_INT(screen_open_memory(&screen, s->term, s->utf8, rows,
	    columns, &s->screen), ERR_OK);
	params.screen = s->screen;
	s->console = console_create(&params);
	stage_settle(s);
	fake_core_tell(s->core, "/api/whatsapp/events", "b-1", "status", ACME);
	fake_core_tell(s->core, "/api/whatsapp/events", "b-2", "ready",
	    "{\"full\":true,\"serverTime\":\"" STAGE_NOW "\"}");
	stage_settle(s);
}

void
stage_finish(struct stage *s)
{
	console_destroy(s->console);
	s->console = NULL;
	screen_close(s->screen);
	client_destroy(s->client);
	fake_core_destroy(s->core);
	loop_destroy(s->loop);
}

void
stage_settle(struct stage *s)
{
	fake_core_settle(s->core);
	screen_now(s->screen);
}

void
stage_show(struct stage *s, const struct view_ops *ops, const char *company)
{
	console_show(s->console, ops, company);
	stage_settle(s);
}

void
stage_keys(struct stage *s, const char *keys)
{
	screen_feed(s->screen, keys, strlen(keys));
	stage_settle(s);
}

void
stage_resize(struct stage *s, int rows, int columns)
{
	screen_resize_memory(s->screen, rows, columns);
	stage_settle(s);
}

const char *
stage_row(struct stage *s, int row)
{
	screen_read(s->screen, row, s->row, sizeof s->row);
	return s->row;
}

int
stage_find(struct stage *s, const char *text)
{
	for (int i = 0; i < screen_rows(s->screen); i++) {
		if (strstr(stage_row(s, i), text) != NULL)
			return i;
	}
	return -1;
}

bool
stage_has(struct stage *s, const char *text)
{
	return stage_find(s, text) != -1;
}

void
stage_dump(struct stage *s)
{
	for (int i = 0; i < screen_rows(s->screen); i++)
		fprintf(stderr, "%2d|%s\n", i, stage_row(s, i));
}
