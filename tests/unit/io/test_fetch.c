#include "core/io/fetch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/io/server.h"

#define BODY_MAX 1000

struct getter {
	struct loop *loop;
	struct fetch *fetch;
	int calls;
	enum err err;
	int status;
	char body[BODY_MAX + 1], detail[160];
};

static void
on_got(void *ctx, enum err err, int status, const char *body, size_t n,
    const char *detail)
{
	struct getter *g = ctx;

	g->calls++;
	g->err = err;
	g->status = status;
	str_copy(g->detail, sizeof g->detail, detail);
	if (err == ERR_OK) {
		EXPECT(n <= BODY_MAX);
		EXPECT_INT(body[n], '\0');
		memcpy(g->body, body, n);
	} else {
		EXPECT_NULL(body);
		EXPECT_INT(n, 0);
	}
}

static void
script_answer(struct peer *p, void *ctx)
{
	static const char want[] = "GET /sw.js?x=1 HTTP/1.1\r\nHost: ";
	struct buf head;

	buf_init(&head, 16384);
	if (peer_read_request(p, &head)) {
		EXPECT(head.len > sizeof want);
		EXPECT_MEM(head.data, want, sizeof want - 1);
		EXPECT(memmem(head.data, head.len, "\r\nUser-Agent: me\r\n",
		    18) != NULL);
		peer_say(p, ctx);
	}
	buf_finish(&head);
}

static void
script_answer_slowly(struct peer *p, void *ctx)
{
	struct buf head;

	buf_init(&head, 16384);
	if (peer_read_request(p, &head)) {
		for (const char *c = ctx; *c != '\0'; c++)
			peer_write(p, c, 1);
		peer_wait_end(p);
	}
	buf_finish(&head);
}

enum { LONG_MS = 20000, SHORT_MS = 300 };

static void
get(struct getter *g, bool tls, script_fn script, const char *text,
    int64_t deadline_ms)
{
	char *copy = xstrdup(text);
	const struct server_params params = { .tls = tls, .script = script,
	    .ctx = copy };
	struct server *s = server_start(&params);
	struct tls_config *config = NULL;
	struct url url;

	*g = (struct getter){ .calls = 0 };
	if (loop_create(&g->loop) != ERR_OK ||
	    tls_config_create(pki_ca_file(), &config) != ERR_OK ||
	    url_parse(tls ? "https://localhost/sw.js?x=1"
	    : "http://127.0.0.1/sw.js?x=1", &url) != ERR_OK)
		abort();
	url.port = server_port(s);
	g->fetch = fetch_start(g->loop, config, &url, proxy_direct(),
	    "User-Agent: me\r\n",
	    BODY_MAX, deadline_ms, on_got, g);
	EXPECT_INT(g->calls, 0);
	loop_run(g->loop);
	EXPECT_INT(g->calls, 1);
	loop_destroy(g->loop);
	tls_config_destroy(config);
	server_stop(s);
	free(copy);
}

struct row {
	const char *text;
	enum err err;
	int status;
	const char *body;
};

#define OK "HTTP/1.1 200 OK\r\n"

static const struct row rows[] = {
	{ OK "Content-Length: 5\r\n\r\nhello", ERR_OK, 200, "hello" },
	{ OK "content-length:0\r\nX: y\r\n\r\n", ERR_OK, 200, "" },
	{ OK "Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n"
	    "0\r\n\r\n", ERR_OK, 200, "hello world" },
	{ OK "Content-Length: 1001\r\n\r\n", ERR_TOO_LARGE, 200, "" },
	{ OK "Content-Length: 5\r\n\r\nhell", ERR_CLOSED, 200, "" },
	{ OK "Content-Length: 4\r\n\r\nhello", ERR_MALFORMED, 200, "" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", ERR_CLOSED,
	    200, "" },
	{ OK "Transfer-Encoding: chunked\r\n\r\nx", ERR_MALFORMED, 200, "" },
	{ OK "\r\nhello", ERR_MALFORMED, 200, "" },
	{ OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
	    ERR_MALFORMED, 200, "" },
	{ OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
	    ERR_MALFORMED, 200, "" },
	{ OK "Transfer-Encoding: gzip, chunked\r\n\r\n", ERR_MALFORMED, 200,
	    "" },
	{ OK "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
	    ERR_MALFORMED, 200, "" },
	{ OK "Content-Length: -1\r\n\r\n", ERR_MALFORMED, 200, "" },
	{ OK "Content-Length: 5x\r\n\r\nhello", ERR_MALFORMED, 200, "" },
	{ OK "Content-Length:\r\n\r\n", ERR_MALFORMED, 200, "" },
	{ OK "Content-Length: 99999999999999999999999\r\n\r\n", ERR_MALFORMED,
	    200, "" },
	{ OK "Content-Length: 5\r\n folded\r\n\r\nhello", ERR_MALFORMED, 200,
	    "" },
	{ OK "Content-Length: 5\n\nhello", ERR_MALFORMED, 200, "" },
	{ "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
	    ERR_UNSUPPORTED, 404, "" },
	{ "HTTP/1.1 301 Moved\r\nLocation: http://x/\r\n\r\n",
	    ERR_UNSUPPORTED, 301, "" },
	{ "SSH-2.0-OpenSSH\r\n", ERR_MALFORMED, 0, "" },
	{ "", ERR_CLOSED, 0, "" },
};

TEST(fetch_judges_answers)
{
	for (size_t i = 0; i < ARRAY_LEN(rows) * 2; i++) {
		const struct row *r = &rows[i / 2];
		struct getter g;

		get(&g, i % 2 == 1, script_answer, r->text, LONG_MS);
		if (g.err != r->err || g.status != r->status ||
		    strcmp(g.body, r->body) != 0)
			t_fail(__FILE__, __LINE__, "row %zu: %s, %d, \"%s\"",
			    i / 2, err_name(g.err), g.status, g.detail);
	}
}

TEST(fetch_takes_a_drip)
{
	struct getter g;

	get(&g, false, script_answer_slowly, rows[2].text, LONG_MS);
	EXPECT_INT(g.err, ERR_OK);
	EXPECT_STR(g.body, "hello world");
	get(&g, true, script_answer_slowly, rows[0].text, LONG_MS);
	EXPECT_INT(g.err, ERR_OK);
	EXPECT_STR(g.body, "hello");
}

TEST(fetch_has_one_deadline)
{
	struct getter g;

	get(&g, false, script_answer_slowly, OK "Content-Length: 5\r\n\r\nhel",
	    SHORT_MS);
	EXPECT_INT(g.err, ERR_TIMEOUT);
}

static void
script_endless_head(struct peer *p, void *ctx)
{
	char line[1024];

	(void)ctx;
	memset(line, 'x', sizeof line);
	memcpy(line, "X: ", 3);
	memcpy(line + sizeof line - 2, "\r\n", 2);
	peer_say(p, OK);
	while (peer_write(p, line, sizeof line))
		;
}

TEST(fetch_bounds_the_head)
{
	struct getter g;

	get(&g, false, script_endless_head, "", LONG_MS);
	EXPECT_INT(g.err, ERR_TOO_LARGE);
}

TEST(fetch_cancel_says_nothing)
{
	struct getter g = { .calls = 0 };
	struct url url;

	ASSERT(loop_create(&g.loop) == ERR_OK);
	ASSERT(url_parse("http://127.0.0.1:9/", &url) == ERR_OK);
	fetch_cancel(NULL);
	for (int turns = 0; turns < 4; turns++) {
		g.fetch = fetch_start(g.loop, NULL, &url, proxy_direct(), "", 10, 1000, on_got,
		    &g);
		for (int i = 0; i < turns && g.calls == 0; i++)
			loop_turn(g.loop, false);
		if (g.calls == 0)
			fetch_cancel(g.fetch);
		g.calls = 0;
		loop_run(g.loop);
		EXPECT_INT(g.calls, 0);
	}
	loop_destroy(g.loop);
}
