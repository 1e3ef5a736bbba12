/* The fake core is as the real one in what tests lean on. */
#include "tests/unit/tui/fake_core.h"

#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tui/client.h"
#include "tui/told.h"

struct heard {
	int ends, status;
	enum err err;
	char text[64], events[128];
};

static void
on_end(void *ctx, const struct client_answer *a)
{
	struct heard *h = ctx;

	h->ends++;
	h->err = a->err;
	h->status = a->status;
	str_copy(h->text, sizeof h->text, told_text(
	    cJSON_GetObjectItem(a->json, "data"), "x"));
}

static void
on_event(void *ctx, const struct sse_event *e)
{
	struct heard *h = ctx;
	const size_t used = strlen(h->events);

	str_format(h->events + used, sizeof h->events - used, "%s/%s=%s;",
	    e->id, e->name, e->data);
}

TEST(fake_core_answers_tells_and_goes)
{
	struct heard one = { 0 }, two = { 0 }, three = { 0 };
	struct loop *loop;
	struct fake_core *f;
	struct client *c;

	ASSERT(loop_create(&loop) == ERR_OK);
	f = fake_core_create(loop);
	c = client_create(loop, fake_core_dial, f);
	fake_core_data(f, "POST", "/a", "{\"x\":\"plain\"}");
	fake_core_stream(f, "/a?follow");
	fake_core_stream(f, "/b?follow");

	(void)client_request(c, "POST", "/a?q=1", "{\"y\":2}", 5000, on_end,
	    &one);
	(void)client_events(c, "/b?follow=1", "", on_event, on_end, &two);
	(void)client_request(c, "GET", "/b", NULL, 5000, on_end, &three);
	fake_core_settle(f);
	EXPECT_INT(one.status, 200);
	EXPECT_STR(one.text, "plain");
	EXPECT_STR(fake_core_query(f, "POST", "/a"), "q=1&lang=en");
	EXPECT_STR(fake_core_body(f, "POST", "/a"), "{\"y\":2}");
	EXPECT_INT(three.status, 404);
	EXPECT_INT(fake_core_streams(f, "/b?follow"), 1);
	fake_core_tell(f, "/b?follow", "boot-1", "log", "{}");
	fake_core_settle(f);
	EXPECT_STR(two.events, "boot-1/log={};");

	fake_core_go(f, true);
	fake_core_settle(f);
	EXPECT_INT(two.ends, 1);
	one = (struct heard){ 0 };
	(void)client_request(c, "POST", "/a", NULL, 5000, on_end, &one);
	fake_core_settle(f);
	EXPECT_INT(one.ends, 1);
	EXPECT_INT(one.err, ERR_IO);

	client_destroy(c);
	fake_core_destroy(f);
	loop_destroy(loop);
}
