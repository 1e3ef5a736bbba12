#include "core/io/upgrade.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

/* The key and answer of RFC 6455 section 1.3. */
static const struct upgrade rfc = {
	.key = "dGhlIHNhbXBsZSBub25jZQ==",
	.accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
};

#define STATUS "HTTP/1.1 101 Switching Protocols\r\n"
#define FIELDS "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define GOOD STATUS FIELDS ACCEPT "\r\n"

static void
fill_sample(void *ctx, void *out, size_t n)
{
	(void)ctx;
	EXPECT_INT(n, 16);
	memcpy(out, "the sample nonce", 16);
}

TEST(upgrade_key_and_accept_are_those_of_the_rfc)
{
	const struct rnd rnd = { fill_sample, NULL };
	struct upgrade u;

	upgrade_init(&u, &rnd);
	EXPECT_STR(u.key, rfc.key);
	EXPECT_STR(u.accept, rfc.accept);
}

TEST(upgrade_keys_differ)
{
	struct upgrade a, b;

	upgrade_init(&a, rnd_system());
	upgrade_init(&b, rnd_system());
	EXPECT(strcmp(a.key, b.key) != 0);
	EXPECT_INT(strlen(a.key), 24);
	EXPECT_INT(strlen(a.accept), 28);
}

TEST(upgrade_request_is_complete)
{
	struct buf out;
	const char *text;

	buf_init(&out, 4096);
	ASSERT(upgrade_request(&rfc, "h:9", "/ws/chat", "https://o", &out) ==
	    ERR_OK);
	ASSERT(buf_cstr(&out, &text) == ERR_OK);
	EXPECT_STR(text, "GET /ws/chat HTTP/1.1\r\n"
	    "Host: h:9\r\n"
	    "Upgrade: websocket\r\n"
	    "Connection: Upgrade\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	    "Sec-WebSocket-Version: 13\r\n"
	    "Origin: https://o\r\n"
	    "Cache-Control: no-cache\r\n"
	    "Pragma: no-cache\r\n"
	    "\r\n");
	buf_finish(&out);
}

/* From an exact copy, with poisoned out-parameters. */
static enum err
answer(const char *text, size_t n, size_t *used, int *status)
{
	uint8_t *p = t_exact(text, n);
	enum err err;

	*used = 7777;
	*status = 7777;
	err = upgrade_answer(&rfc, p, n, used, status);
	if (err != ERR_OK)
		EXPECT_INT(*used, 7777);
	if (err != ERR_UPGRADE)
		EXPECT_INT(*status, 7777);
	free(p);
	return err;
}

TEST(upgrade_accepts)
{
	static const char *const table[] = {
		GOOD,
		"HTTP/1.1 101\r\n" FIELDS ACCEPT "\r\n",
		STATUS ACCEPT "Server: x\r\nDate:\r\n" FIELDS "\r\n",
		STATUS "UPGRADE:WebSocket\r\nconnection: \t keep-alive , "
		    "upgrade\t\r\n" ACCEPT "\r\n",
		STATUS FIELDS ACCEPT "X-\x23: \xc3\xa4\r\nX: 1\r\nX: 2\r\n\r\n",
	};
	size_t used;
	int status;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		EXPECT_INT(answer(table[i], strlen(table[i]), &used, &status),
		    ERR_OK);
		EXPECT_INT(used, strlen(table[i]));
	}
}

TEST(upgrade_leaves_what_follows)
{
	static const char text[] = GOOD "\x82\x01x";
	size_t used;
	int status;

	EXPECT_INT(answer(text, sizeof text - 1, &used, &status), ERR_OK);
	EXPECT_INT(used, sizeof GOOD - 1);
}

TEST(upgrade_wants_more_at_every_prefix)
{
	size_t used;
	int status;

	for (size_t n = 0; n < sizeof GOOD - 1; n++)
		EXPECT_INT(answer(GOOD, n, &used, &status), ERR_TRUNCATED);
}

TEST(upgrade_refuses)
{
	static const struct {
		const char *text;
		int status;
	} table[] = {
		/* other statuses, also before the head is whole */
		{ "HTTP/1.1 302 Found\r\nLocation: wss://x/\r\n\r\n", 302 },
		{ "HTTP/1.1 302 Found\r\n", 302 },
		{ "HTTP/1.1 200 OK\r\n" FIELDS ACCEPT "\r\n", 200 },
		{ "HTTP/1.1 100 Continue\r\n\r\n" GOOD, 100 },
		{ "HTTP/1.1 404\r\n", 404 },
		{ "HTTP/1.1 503 \r\n", 503 },
		/* no HTTP, told as early as can be */
		{ "SSH-2.0-OpenSSH_9", 0 },
		{ "HTTP/1.0 101 Switching Protocols\r\n", 0 },
		{ "HTTP/2", 0 },
		{ "\r\n", 0 },
		{ "http/1.1 101 x\r\n", 0 },
		{ "HTTP/1.1 1010 x\r\n", 0 },
		{ "HTTP/1.1 10 x\r\n", 0 },
		{ "HTTP/1.1  101 x\r\n", 0 },
		{ "HTTP/1.1 999 x\r\n", 0 },
		{ "HTTP/1.1 099 x\r\n", 0 },
		{ "HTTP/1.1 1a1 x\r\n", 0 },
		{ "HTTP/1.1 101 x\n", 0 },
		{ "HTTP/1.1 101 \x01", 0 },
		/* fields missing */
		{ STATUS "\r\n", 101 },
		{ STATUS FIELDS "\r\n", 101 },
		{ STATUS "Connection: Upgrade\r\n" ACCEPT "\r\n", 101 },
		{ STATUS "Upgrade: websocket\r\n" ACCEPT "\r\n", 101 },
		/* fields wrong */
		{ STATUS FIELDS "Sec-WebSocket-Accept: "
		    "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=\r\n", 101 },
		{ STATUS FIELDS "Sec-WebSocket-Accept: "
		    "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", 101 },
		{ STATUS FIELDS "Sec-WebSocket-Accept:\r\n", 101 },
		{ STATUS FIELDS "Sec-WebSocket-Accept: "
		    "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=x\r\n", 101 },
		{ STATUS "Upgrade: h2c\r\n", 101 },
		{ STATUS "Upgrade: websocket, h2c\r\n", 101 },
		{ STATUS "Connection: close\r\n", 101 },
		{ STATUS "Connection: upgraded\r\n", 101 },
		{ STATUS "Connection:\r\n", 101 },
		/* fields twice, though the same */
		{ STATUS FIELDS ACCEPT ACCEPT, 101 },
		{ STATUS FIELDS ACCEPT "upgrade: websocket\r\n", 101 },
		{ STATUS FIELDS ACCEPT "connection: Upgrade\r\n", 101 },
		/* claims that we did not offer */
		{ STATUS FIELDS ACCEPT "Sec-WebSocket-Extensions: "
		    "permessage-deflate\r\n", 101 },
		{ STATUS FIELDS ACCEPT "Sec-WebSocket-Protocol: chat\r\n",
		    101 },
		/* lines that two readers may read in two ways */
		{ STATUS "X: a\r\n b\r\n", 101 },
		{ STATUS "X: a\r\n\tb\r\n", 101 },
		{ STATUS " Upgrade: websocket\r\n", 101 },
		{ STATUS "Upgrade : websocket\r\n", 101 },
		{ STATUS ": websocket\r\n", 101 },
		{ STATUS "Upgrade\r\n", 101 },
		{ STATUS "Up grade: x\r\n", 101 },
		{ STATUS FIELDS "X: a\n", 101 },
		{ STATUS FIELDS "\n", 101 },
		{ STATUS FIELDS "X: a\rb", 101 },
		{ STATUS FIELDS "X: a\r\r\n", 101 },
		{ STATUS FIELDS "X: a\x7f", 101 },
		{ STATUS FIELDS "X: a\x1b", 101 },
		{ STATUS FIELDS ACCEPT "\r\r", 101 },
	};
	size_t used;
	int status;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const enum err err = answer(table[i].text,
		    strlen(table[i].text), &used, &status);

		if (err != ERR_UPGRADE || status != table[i].status)
			t_fail(__FILE__, __LINE__, "row %zu: %s, %d", i,
			    err_name(err), status);
	}
}

TEST(upgrade_refuses_nul)
{
	static const char text[] = STATUS "X: a\0b\r\n";
	size_t used;
	int status;

	EXPECT_INT(answer(text, sizeof text - 1, &used, &status),
	    ERR_UPGRADE);
}

/* A head without end stops at the limit, whatever the pieces. */
TEST(upgrade_drip_is_bounded)
{
	char *text = xcalloc(1, UPGRADE_ANSWER_MAX + 1);
	size_t used;
	int status;

	memset(text, 'x', UPGRADE_ANSWER_MAX + 1);
	memcpy(text, STATUS "X: ", sizeof STATUS + 2);
	EXPECT_INT(answer(text, UPGRADE_ANSWER_MAX - 1, &used, &status),
	    ERR_TRUNCATED);
	EXPECT_INT(answer(text, UPGRADE_ANSWER_MAX, &used, &status),
	    ERR_TOO_LARGE);
	EXPECT_INT(answer(text, UPGRADE_ANSWER_MAX + 1, &used, &status),
	    ERR_TOO_LARGE);
	free(text);
}

/* A head of exactly the limit is taken, one byte more is not. */
TEST(upgrade_limit_is_exact)
{
	for (size_t extra = 0; extra < 2; extra++) {
		const size_t size = UPGRADE_ANSWER_MAX + extra;
		const size_t tail = strlen(FIELDS ACCEPT "\r\n");
		char *text = xcalloc(1, size);
		size_t used;
		int status;

		memset(text, 'x', size);
		memcpy(text, STATUS "X: ", sizeof STATUS + 2);
		memcpy(text + size - tail - 2, "\r\n", 2);
		memcpy(text + size - tail, FIELDS ACCEPT "\r\n", tail);
		EXPECT_INT(answer(text, size, &used, &status),
		    extra == 0 ? ERR_OK : ERR_TOO_LARGE);
		free(text);
	}
}

TEST(upgrade_lines_are_bounded)
{
	for (unsigned extra = 0; extra < 2; extra++) {
		struct buf text;
		size_t used;
		int status;

		buf_init(&text, 8192);
		ASSERT(buf_str(&text, STATUS FIELDS ACCEPT) == ERR_OK);
		for (unsigned i = 3; i < UPGRADE_LINES_MAX + extra; i++)
			ASSERT(buf_str(&text, "X: y\r\n") == ERR_OK);
		ASSERT(buf_str(&text, "\r\n") == ERR_OK);
		EXPECT_INT(answer((const char *)text.data, text.len, &used,
		    &status), extra == 0 ? ERR_OK : ERR_TOO_LARGE);
		buf_finish(&text);
	}
}
