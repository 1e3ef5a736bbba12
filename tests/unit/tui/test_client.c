/* The client against a peer in this process that says what it is told. */
#include "tui/client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/t.h"

struct fix {
	struct loop *loop;
	struct client *client;
	int far;                        /* the peer's end, -1 none */
	bool refuses;
	const char *says;               /* written at once */
	/* what came of it */
	int ends, events;
	enum err err;
	int status;
	char error[64], heard[256];
	bool cancels;                   /* at the first event */
	struct call *call;
};

static int
dial(void *ctx)
{
	struct fix *f = ctx;
	int pair[2];

	if (f->refuses || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    pair) != 0)
		return -1;
	f->far = pair[1];
	if (f->says != NULL)
		EXPECT(write(f->far, f->says, strlen(f->says)) > 0);
	return pair[0];
}

static void
on_end(void *ctx, const struct client_answer *a)
{
	struct fix *f = ctx;
	const cJSON *o = cJSON_GetObjectItem(a->json, "errorCode");

	f->ends++;
	f->err = a->err;
	f->status = a->status;
	str_copy(f->error, sizeof f->error, cJSON_IsString(o) ?
	    o->valuestring : a->json != NULL ? "{}" : "-");
	loop_stop(f->loop);
}

static void
on_event(void *ctx, const struct sse_event *e)
{
	struct fix *f = ctx;
	const size_t used = strlen(f->heard);

	f->events++;
	str_format(f->heard + used, sizeof f->heard - used, "%s=%s;", e->name,
	    e->data);
	if (f->cancels) {
		call_cancel(f->call);
		loop_stop(f->loop);
	}
}

static void
open_fix(struct fix *f, const char *says)
{
	*f = (struct fix){ .far = -1, .says = says };
	EXPECT_INT(loop_create(&f->loop), ERR_OK);
	f->client = client_create(f->loop, dial, f);
}

static void
close_fix(struct fix *f)
{
	client_destroy(f->client);
	if (f->far != -1)
		close(f->far);
	loop_run(f->loop);
	loop_destroy(f->loop);
}

TEST(client_asks_and_is_answered)
{
	static const char want[] = "POST /x?lang=ru HTTP/1.1\r\nHost: pairdesk"
	    "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
	    "Connection: close\r\n\r\n{}";
	char got[512] = "";
	struct fix f;

	open_fix(&f, "HTTP/1.1 429 Slow\r\nContent-Length: 28\r\n\r\n"
	    "{\"errorCode\":\"RATE_LIMITED\"}");
	client_speak(f.client, "ru");
	(void)client_request(f.client, "POST", "/x", "{}", 20000, on_end, &f);
	EXPECT_INT(f.ends, 0);
	loop_run(f.loop);
	EXPECT_INT(f.ends, 1);
	EXPECT_INT(f.err, ERR_OK);
	EXPECT_INT(f.status, 429);
	EXPECT_STR(f.error, "RATE_LIMITED");
	EXPECT_INT(read(f.far, got, sizeof got - 1), sizeof want - 1);
	EXPECT_STR(got, want);
	close_fix(&f);
}

TEST(client_body_that_is_no_object)
{
	struct fix f;

	open_fix(&f, "HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\n<p>");
	(void)client_request(f.client, "GET", "/x?y=1", NULL, 20000, on_end,
	    &f);
	loop_run(f.loop);
	EXPECT_INT(f.err, ERR_OK);
	EXPECT_INT(f.status, 500);
	EXPECT_STR(f.error, "-");
	close_fix(&f);
}

TEST(client_nobody_there)
{
	struct fix f;

	open_fix(&f, NULL);
	f.refuses = true;
	(void)client_request(f.client, "GET", "/", NULL, 20000, on_end, &f);
	EXPECT_INT(f.ends, 0);
	loop_run(f.loop);
	EXPECT_INT(f.ends, 1);
	EXPECT_INT(f.err, ERR_IO);
	close_fix(&f);
}

TEST(client_half_an_answer_is_none)
{
	struct fix f;

	open_fix(&f, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}");
	(void)client_request(f.client, "GET", "/", NULL, 20000, on_end, &f);
	EXPECT_INT(shutdown(f.far, SHUT_WR), 0);
	loop_run(f.loop);
	EXPECT_INT(f.err, ERR_CLOSED);
	close_fix(&f);
}

TEST(client_silence_ends)
{
	struct fix f;

	open_fix(&f, NULL);
	(void)client_request(f.client, "GET", "/", NULL, 20, on_end, &f);
	loop_run(f.loop);
	EXPECT_INT(f.ends, 1);
	EXPECT_INT(f.err, ERR_TIMEOUT);
	close_fix(&f);
}

#define STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

TEST(client_events_as_they_come)
{
	struct fix f;

	open_fix(&f, STREAM "retry: 1\n\nevent: qr\ndata: {1}\n\ndata: two\n\n");
	f.call = client_events(f.client, "/e", "", on_event, on_end, &f);
	EXPECT_INT(shutdown(f.far, SHUT_WR), 0);
	loop_run(f.loop);
	EXPECT_STR(f.heard, "qr={1};message=two;");
	EXPECT_INT(f.ends, 1);
	close_fix(&f);
}

TEST(client_events_go_on_from_an_id)
{
	char got[512] = "";
	struct fix f;

	open_fix(&f, STREAM "id: b-7\ndata: one\n\n");
	f.cancels = true;
	f.call = client_events(f.client, "/e", "b-6", on_event, on_end, &f);
	loop_run(f.loop);
	EXPECT(read(f.far, got, sizeof got - 1) > 0);
	EXPECT(strstr(got, "\r\nLast-Event-ID: b-6\r\n") != NULL);
	close_fix(&f);
}

/* A few at once; then what comes while it rests is told together, and so is
 * the end. */
TEST(client_events_at_a_pace)
{
	struct fix f;
	int told = 0;

	open_fix(&f, STREAM "data: x\n\n");
	f.call = client_events(f.client, "/e", "", on_event, on_end, &f);
	call_pace(f.call, 1000);
	while (f.events == 0)
		loop_turn(f.loop, true);
	for (told = 1; told == f.events && told < 200; told++) {
		EXPECT(write(f.far, "data: x\n\n", 9) == 9);
		for (int i = 0; i < 5; i++)
			loop_turn(f.loop, false);
	}
	EXPECT(told > 20 && told < 100);
	EXPECT(write(f.far, "data: y\n\n", 9) == 9);
	while (f.events < told + 1)
		loop_turn(f.loop, true);
	EXPECT_INT(shutdown(f.far, SHUT_WR), 0);
	loop_run(f.loop);
	EXPECT_INT(f.ends, 1);
	close_fix(&f);
}

TEST(client_events_of_nobody)
{
	struct fix f;

	open_fix(&f, "HTTP/1.1 404 No\r\nContent-Length: 33\r\n\r\n"
	    "{\"errorCode\":\"SESSION_NOT_FOUND\"}");
	f.call = client_events(f.client, "/e", "", on_event, on_end, &f);
	loop_run(f.loop);
	EXPECT_INT(f.events, 0);
	EXPECT_INT(f.status, 404);
	EXPECT_STR(f.error, "SESSION_NOT_FOUND");
	close_fix(&f);
}

/* What follows in the same bytes is not told any more. */
TEST(client_events_cancelled_from_within)
{
	struct fix f;

	open_fix(&f, STREAM "data: one\n\ndata: two\n\n");
	f.cancels = true;
	f.call = client_events(f.client, "/e", "", on_event, on_end, &f);
	loop_run(f.loop);
	EXPECT_STR(f.heard, "message=one;");
	EXPECT_INT(f.ends, 0);
	close_fix(&f);
}

TEST(client_destroyed_with_calls_under_way)
{
	struct fix f;

	open_fix(&f, NULL);
	(void)client_request(f.client, "GET", "/", NULL, 20000, on_end, &f);
	(void)client_events(f.client, "/e", "", on_event, on_end, &f);
	loop_turn(f.loop, false);
	close_fix(&f);
	EXPECT_INT(f.ends, 0);
}
