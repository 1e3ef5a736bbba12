#define LOG_MODULE "test"
#include "core/app/log_ring.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "tests/t.h"

static const struct log_filter all;

/* The log's own way in, so that the form of a line is not assumed here. */
static struct log_ring *
setup(void)
{
	struct log_ring *r = log_ring_create();

	EXPECT_INT(log_open(NULL, 0, LOG_DEBUG), ERR_OK);
	log_set_tap(log_ring_tap, r);
	return r;
}

static void
teardown(struct log_ring *r)
{
	log_set_tap(NULL, NULL);
	EXPECT_INT(log_open(NULL, 0, LOG_INFO), ERR_OK);
	log_ring_destroy(r);
}

/* How many lines are wanted, read newest first, then oldest first. */
static size_t
count(const struct log_ring *r, const struct log_filter *filter)
{
	struct log_line line = { .seq = UINT64_MAX };
	size_t down = 0, up = 0;

	while (log_ring_before(r, line.seq, filter, &line))
		down++;
	line.seq = 0;
	while (log_ring_after(r, line.seq, filter, &line))
		up++;
	EXPECT_INT(up, down);
	return up;
}

TEST(log_ring_knows_what_a_line_says)
{
	const int64_t since = clock_wall_ms(clock_system());
	struct log_ring *r = setup();
	struct log_line line;

	EXPECT(!log_ring_before(r, UINT64_MAX, &all, &line));
	EXPECT(!log_ring_after(r, 0, &all, &line));
	log_warn("session=acme status=%s", "idle");
	ASSERT(log_ring_before(r, UINT64_MAX, &all, &line));
	EXPECT_INT(line.seq, 1);
	EXPECT_INT(line.level, LOG_WARN);
	EXPECT_STR(line.company, "acme");
	EXPECT(line.at_ms >= since);
	EXPECT(line.at_ms <= clock_wall_ms(clock_system()));
	EXPECT_STR(strstr(line.text, " level="),
	    " level=warn mod=test session=acme status=idle");
	teardown(r);
}

TEST(log_ring_reads_the_time_of_a_line)
{
	struct log_ring *r = log_ring_create();
	struct log_line line;

	log_ring_tap(r, LOG_INFO, "2026-11-22T12:00:00.789Z level=info "
	    "mod=app open");
	ASSERT(log_ring_after(r, 0, &all, &line));
	EXPECT_INT(line.at_ms, 1795348800789);
	log_ring_tap(r, LOG_INFO, "no time at all");
	ASSERT(log_ring_after(r, 1, &all, &line));
	EXPECT_INT(line.at_ms, 0);
	EXPECT_STR(line.company, "");
	log_ring_destroy(r);
}

TEST(log_ring_filters_by_company_and_level)
{
	struct log_ring *r = setup();

	log_info("session=acme one");
	log_error("session=acme-2 two");
	log_debug("session=acme three");
	log_warn("session=acme four");
	log_info("open what=\"session=acme\" session=acme");
	log_error("stopped");
	EXPECT_INT(count(r, &all), 6);
	EXPECT_INT(count(r, &(struct log_filter){ .company = "acme" }), 3);
	EXPECT_INT(count(r, &(struct log_filter){ .company = "acme",
	    .least = LOG_INFO }), 2);
	EXPECT_INT(count(r, &(struct log_filter){ .least = LOG_WARN }), 3);
	EXPECT_INT(count(r, &(struct log_filter){ .company = "acm" }), 0);
	teardown(r);
}

TEST(log_ring_keeps_so_many_lines)
{
	struct log_ring *r = setup();
	struct log_line line;

	for (int i = 1; i <= LOG_RING_LINES + 10; i++) {
		log_info("n=%d", i);
		if (i == LOG_RING_LINES)
			EXPECT_INT(count(r, &all), LOG_RING_LINES);
	}
	EXPECT_INT(count(r, &all), LOG_RING_LINES);
	ASSERT(log_ring_after(r, 3, &all, &line));
	EXPECT_INT(line.seq, 11);
	EXPECT(strstr(line.text, " n=11") != NULL);
	ASSERT(log_ring_before(r, UINT64_MAX, &all, &line));
	EXPECT_INT(line.seq, LOG_RING_LINES + 10);
	EXPECT(!log_ring_before(r, 11, &all, &line));
	EXPECT(!log_ring_before(r, 0, &all, &line));
	EXPECT(!log_ring_after(r, UINT64_MAX, &all, &line));
	teardown(r);
}

TEST(log_ring_keeps_so_many_bytes)
{
	struct log_ring *r = setup();
	char text[800];
	size_t n;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (int i = 0; i < LOG_RING_LINES; i++)
		log_info("%s", text);
	n = count(r, &all);
	EXPECT(n * 900 > LOG_RING_BYTES - 900);
	EXPECT(n * 800 < LOG_RING_BYTES);
	teardown(r);
}

/* --- listeners ---------------------------------------------------------------- */

struct ear {
	struct log_ring *ring;
	struct log_listener *listener;
	int heard;
	char last[200];
	struct ear *next;               /* brought in at the first line */
};

static void
on_line(void *ctx, const struct log_line *line)
{
	struct ear *ear = ctx;
	struct ear *next = ear->next;

	ear->heard++;
	str_copy(ear->last, sizeof ear->last, strstr(line->text, "mod="));
	ear->next = NULL;
	if (next != NULL)
		next->listener = log_ring_listen(next->ring, on_line, next);
}

static void
on_line_leave(void *ctx, const struct log_line *line)
{
	struct ear *ear = ctx;

	on_line(ctx, line);
	log_ring_unlisten(ear->listener);
	ear->listener = NULL;
}

/* What it causes pushes even the line that it hears out of the ring. */
static void
on_line_log(void *ctx, const struct log_line *line)
{
	for (int i = 0; i <= LOG_RING_LINES; i++)
		log_info("heard one");
	on_line(ctx, line);
}

TEST(log_ring_listeners_come_and_go_from_within)
{
	struct log_ring *r = setup();
	struct ear third = { .ring = r };
	struct ear first = { .ring = r, .next = &third }, second = { .ring = r };

	log_info("before");
	second.listener = log_ring_listen(r, on_line_leave, &second);
	first.listener = log_ring_listen(r, on_line, &first);
	log_info("one");
	log_info("two");
	EXPECT_INT(first.heard, 2);
	EXPECT_STR(first.last, "mod=test two");
	EXPECT_INT(second.heard, 1);
	EXPECT_STR(second.last, "mod=test one");
	EXPECT_INT(third.heard, 1);
	EXPECT_STR(third.last, "mod=test two");
	log_ring_unlisten(first.listener);
	log_info("three");
	EXPECT_INT(first.heard, 2);
	EXPECT_INT(third.heard, 2);
	log_ring_unlisten(NULL);
	teardown(r);            /* the third goes with the ring */
}

TEST(log_ring_does_not_go_round_for_ever)
{
	struct log_ring *r = setup();
	struct ear ear = { .ring = r };

	ear.listener = log_ring_listen(r, on_line_log, &ear);
	log_info("one");
	EXPECT_INT(ear.heard, 1);
	EXPECT_STR(ear.last, "mod=test one");
	EXPECT_INT(count(r, &all), LOG_RING_LINES);
	log_ring_unlisten(ear.listener);
	teardown(r);
}
