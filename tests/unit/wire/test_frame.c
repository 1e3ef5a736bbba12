#include "core/wire/frame.h"

#include <stdlib.h>
#include <string.h>

#include "tests/t.h"

/* "abc", nothing, "defg" */
static const uint8_t three[] = {
	0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 0, 0, 4, 'd', 'e', 'f', 'g'
};

static enum err
push(struct framer *f, const void *p, size_t n)
{
	uint8_t *copy = t_exact(p, n);
	const enum err err = framer_push(f, copy, n);

	free(copy);
	return err;
}

static void
expect_frame(struct framer *f, const char *want)
{
	const uint8_t *p = NULL;
	size_t n = 99;

	EXPECT_INT(framer_next(f, &p, &n), ERR_OK);
	ASSERT(p != NULL && n == strlen(want));
	EXPECT_MEM(p, want, n);
}

static void
expect_none(struct framer *f, enum err want)
{
	const uint8_t *p = three;
	size_t n = 99;

	EXPECT_INT(framer_next(f, &p, &n), want);
	EXPECT(p == three);
	EXPECT_INT(n, 99);
}

TEST(framer_cuts_several_frames_of_one_push)
{
	struct framer f;

	framer_init(&f, FRAME_MAX);
	expect_none(&f, ERR_TRUNCATED);
	EXPECT_INT(push(&f, three, sizeof three), ERR_OK);
	expect_frame(&f, "abc");
	expect_frame(&f, "");
	expect_frame(&f, "defg");
	expect_none(&f, ERR_TRUNCATED);
	framer_finish(&f);
}

TEST(framer_takes_a_split_at_every_byte)
{
	for (size_t cut = 0; cut <= sizeof three; cut++) {
		struct framer f;
		const uint8_t *p;
		size_t n, frames = 0;

		framer_init(&f, FRAME_MAX);
		EXPECT_INT(push(&f, three, cut), ERR_OK);
		while (framer_next(&f, &p, &n) == ERR_OK)
			frames++;
		EXPECT_INT(push(&f, three + cut, sizeof three - cut), ERR_OK);
		while (framer_next(&f, &p, &n) == ERR_OK)
			frames++;
		EXPECT_INT(frames, 3);
		framer_finish(&f);
	}
}

TEST(framer_takes_single_bytes)
{
	struct framer f;
	const uint8_t *p;
	size_t n, frames = 0;

	framer_init(&f, FRAME_MAX);
	for (size_t i = 0; i < sizeof three; i++) {
		EXPECT_INT(push(&f, three + i, 1), ERR_OK);
		while (framer_next(&f, &p, &n) == ERR_OK)
			frames++;
	}
	EXPECT_INT(frames, 3);
	framer_finish(&f);
}

TEST(framer_refuses_a_frame_over_its_maximum_for_good)
{
	static const uint8_t header[] = { 0, 0, 11 };
	struct framer f;

	framer_init(&f, 10);
	EXPECT_INT(push(&f, header, sizeof header), ERR_OK);
	expect_none(&f, ERR_TOO_LARGE);
	EXPECT_INT(push(&f, "01234567890", 11), ERR_OK);
	expect_none(&f, ERR_TOO_LARGE);
	framer_finish(&f);
}

TEST(framer_takes_a_frame_of_exactly_its_maximum)
{
	static const uint8_t header[] = { 0, 0, 10 };
	struct framer f;

	framer_init(&f, 10);
	EXPECT_INT(push(&f, header, sizeof header), ERR_OK);
	EXPECT_INT(push(&f, "0123456789", 10), ERR_OK);
	expect_frame(&f, "0123456789");
	framer_finish(&f);
}

/* A peer that announces 16 MiB must not get them before it sends them. */
TEST(framer_does_not_allocate_what_is_only_announced)
{
	static const uint8_t header[] = { 0xff, 0xff, 0xff };
	struct framer f;

	framer_init(&f, FRAME_MAX);
	EXPECT_INT(push(&f, header, sizeof header), ERR_OK);
	expect_none(&f, ERR_TRUNCATED);
	EXPECT_INT(push(&f, "x", 1), ERR_OK);
	expect_none(&f, ERR_TRUNCATED);
	EXPECT(f.in.cap < 4096);
	framer_finish(&f);
}

TEST(framer_refuses_to_hold_more_than_two_frames)
{
	uint8_t chunk[64] = { 0 };
	struct framer f;
	enum err err = ERR_OK;
	int pushes;

	framer_init(&f, 100);
	for (pushes = 0; pushes < 10 && err == ERR_OK; pushes++)
		err = push(&f, chunk, sizeof chunk);
	EXPECT_INT(err, ERR_TOO_LARGE);
	EXPECT_INT(pushes, 4);
	framer_finish(&f);
}

TEST(framer_gives_memory_back_when_idle)
{
	struct framer f;

	framer_init(&f, FRAME_MAX);
	EXPECT_INT(push(&f, three, 6), ERR_OK);
	EXPECT(f.in.data != NULL);
	expect_frame(&f, "abc");
	expect_none(&f, ERR_TRUNCATED);
	EXPECT_NULL(f.in.data);
	/* and it works again */
	EXPECT_INT(push(&f, three, sizeof three), ERR_OK);
	expect_frame(&f, "abc");
	framer_finish(&f);
}

TEST(framer_moves_a_waiting_frame_once)
{
	struct framer f;
	uint8_t *big = calloc(1, 100000);
	const uint8_t *p;
	size_t n = 0;

	ASSERT(big != NULL);
	memcpy(big, three, 6);
	big[6] = 0x01;          /* 0x010000 bytes follow */
	framer_init(&f, FRAME_MAX);
	EXPECT_INT(push(&f, big, 10), ERR_OK);
	expect_frame(&f, "abc");
	expect_none(&f, ERR_TRUNCATED);
	EXPECT_INT(push(&f, big + 10, 0x10000 - 2), ERR_OK);
	EXPECT_INT(f.at, 0);
	expect_none(&f, ERR_TRUNCATED);
	EXPECT_INT(push(&f, big, 1), ERR_OK);
	EXPECT_INT(framer_next(&f, &p, &n), ERR_OK);
	EXPECT_INT(n, 0x10000);
	free(big);
	framer_finish(&f);
}

TEST(frame_append_writes_header_and_payload)
{
	struct buf out;

	buf_init(&out, 100);
	EXPECT_INT(frame_append(&out, "abc", 3), ERR_OK);
	EXPECT_INT(frame_append(&out, NULL, 0), ERR_OK);
	EXPECT_INT(frame_append(&out, "defg", 4), ERR_OK);
	ASSERT(out.len == sizeof three);
	EXPECT_MEM(out.data, three, sizeof three);
	buf_finish(&out);
}

TEST(frame_append_writes_all_or_nothing)
{
	struct buf out;

	buf_init(&out, 7);
	EXPECT_INT(frame_append(&out, "abcde", 5), ERR_TOO_LARGE);
	EXPECT_INT(out.len, 0);
	EXPECT_INT(frame_append(&out, "abcd", 4), ERR_OK);
	EXPECT_INT(out.len, 7);
	EXPECT_INT(frame_append(&out, "", 0), ERR_TOO_LARGE);
	EXPECT_INT(out.len, 7);
	buf_finish(&out);
}

TEST(frame_append_refuses_a_length_that_does_not_fit)
{
	struct buf out;
	uint8_t *big = calloc(1, FRAME_MAX + 1u);

	ASSERT(big != NULL);
	buf_init(&out, 2 * FRAME_MAX);
	EXPECT_INT(frame_append(&out, big, FRAME_MAX + 1u), ERR_TOO_LARGE);
	EXPECT_INT(out.len, 0);
	EXPECT_INT(frame_append(&out, big, FRAME_MAX), ERR_OK);
	EXPECT_INT(out.len, FRAME_MAX + FRAME_HEADER);
	free(big);
	buf_finish(&out);
}
