#include "httpd/chunk.h"

#include <string.h>

#include "tests/t.h"

#define BOOT "0123456789abcdef"

static struct chunk *
event(uint64_t seq, const char *data)
{
	return chunk_event(BOOT, seq, "status", data, strlen(data));
}

/* Pushes and lets go, as who renders does. */
static bool
push(struct queue *q, struct chunk *c, bool bare)
{
	const bool ok = queue_push(q, c, bare);

	chunk_unref(c);
	return ok;
}

TEST(chunk_reads_as_an_event)
{
	struct queue q = { .count = 0 };
	char out[256] = "";

	EXPECT(push(&q, event(7, "{}"), false));
	EXPECT_INT(queue_read(&q, out, sizeof out), 47);
	EXPECT_STR(out, "id: " BOOT "-7\nevent: status\ndata: {}\n\n");
	EXPECT_INT(q.seq, 7);
	EXPECT_INT(q.count, 0);
	EXPECT_INT(queue_read(&q, out, sizeof out), 0);
}

TEST(queue_gives_the_same_in_any_portions)
{
	char whole[1024] = "", out[1024];
	size_t len = 0;

	for (size_t portion = 1; portion < 200; portion++) {
		struct queue q = { .count = 0 };
		size_t n, done = 0;

		memset(out, 0, sizeof out);
		EXPECT(push(&q, chunk_text("retry: 2000\n\n"), false));
		EXPECT(push(&q, event(1, "{\"a\":1}"), true));
		EXPECT(push(&q, event(2, "{\"a\":2}"), false));
		EXPECT(push(&q, event(3, "{}"), false));
		while ((n = queue_read(&q, out + done, portion)) > 0)
			done += n;
		if (portion == 1) {
			memcpy(whole, out, sizeof whole);
			len = done;
		}
		EXPECT_INT(done, len);
		EXPECT_STR(out, whole);
		EXPECT_INT(q.seq, 3);
	}
	EXPECT_STR(whole, "retry: 2000\n\n"
	    "event: status\ndata: {\"a\":1}\n\n"
	    "id: " BOOT "-2\nevent: status\ndata: {\"a\":2}\n\n"
	    "id: " BOOT "-3\nevent: status\ndata: {}\n\n");
}

TEST(queue_knows_what_was_told_whole)
{
	struct queue q = { .count = 0 };
	char out[256];

	EXPECT(push(&q, event(5, "{}"), false));
	EXPECT(push(&q, event(6, "{}"), true));
	(void)queue_read(&q, out, 10);
	EXPECT_INT(q.seq, 0);           /* half an event is none */
	(void)queue_read(&q, out, sizeof out);
	EXPECT_INT(q.seq, 5);           /* the other one's id was held back */
	queue_clear(&q);
}

TEST(queue_is_bounded_and_goes_round)
{
	struct queue q = { .count = 0 };
	struct chunk *c = event(1, "{}");
	char out[47];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < QUEUE_MAX; i++)
			EXPECT(queue_push(&q, c, i % 3 == 0));
		EXPECT(!queue_push(&q, c, false));
		EXPECT_INT(q.count, QUEUE_MAX);
		for (int i = 0; i < QUEUE_MAX; i++) {
			/* its id takes 23 bytes */
			const size_t n = i % 3 == 0 ? 24 : 47;

			EXPECT_INT(queue_read(&q, out, n), n);
			EXPECT_INT(out[0], i % 3 == 0 ? 'e' : 'i');
		}
		EXPECT_INT(q.count, 0);
		/* the next round begins elsewhere */
		EXPECT(queue_push(&q, c, false));
		EXPECT_INT(queue_read(&q, out, 47), 47);
	}
	chunk_unref(c);
}

TEST(queue_sheds_all_but_what_was_begun)
{
	struct queue q = { .count = 0 };
	char out[64] = "";

	for (uint64_t i = 1; i < 10; i++)
		EXPECT(push(&q, event(i, "{}"), false));
	EXPECT_INT(queue_read(&q, out, 4), 4);
	queue_shed(&q);
	EXPECT_INT(q.count, 1);
	EXPECT_INT(queue_read(&q, out, sizeof out), 43);
	EXPECT_INT(q.seq, 1);
	EXPECT(push(&q, event(11, "{}"), false));
	queue_shed(&q);
	EXPECT_INT(q.count, 0);
	queue_shed(&q);
}

TEST(chunk_ids_of_another_boot_are_none)
{
	uint64_t seq = 99;

	EXPECT(chunk_parse_id(BOOT "-12", BOOT, &seq));
	EXPECT_INT(seq, 12);
	EXPECT(!chunk_parse_id(NULL, BOOT, &seq));
	EXPECT(!chunk_parse_id("", BOOT, &seq));
	EXPECT(!chunk_parse_id("1123456789abcdef-12", BOOT, &seq));
	EXPECT(!chunk_parse_id(BOOT, BOOT, &seq));
	EXPECT(!chunk_parse_id(BOOT "-", BOOT, &seq));
	EXPECT(!chunk_parse_id(BOOT "-x", BOOT, &seq));
	EXPECT(!chunk_parse_id(BOOT "--5", BOOT, &seq));
	EXPECT(!chunk_parse_id(BOOT "-18446744073709551616", BOOT, &seq));
	EXPECT_INT(seq, 12);
}
