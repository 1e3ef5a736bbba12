#include "tui/console/dialog.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tui/console/screen.h"

struct heard {
	int answers, freed;
	bool was_left;
	char answer[256];
};

static void
on_answer(void *ctx, const char *answer)
{
	struct heard *h = ctx;

	h->answers++;
	h->was_left = answer == NULL;
	str_copy(h->answer, sizeof h->answer, answer != NULL ? answer : "");
}

static void
on_free(void *ctx)
{
	struct heard *h = ctx;

	h->freed++;
}

static bool
is_even(void *ctx, const char *answer, char *out, size_t size)
{
	(void)ctx;
	if (*answer == '\0')
		return false;
	(void)str_copy(out, size, strlen(answer) % 2 == 0 ? "fits" :
	    "an even number of letters, please");
	return strlen(answer) % 2 == 0;
}

static bool
press(struct dialog *d, enum key_name name)
{
	return dialog_key(d, &(struct key){ .name = name });
}

static bool
letter(struct dialog *d, uint32_t text)
{
	return dialog_key(d, &(struct key){ .name = K_TEXT, .text = text });
}

static void
type(struct dialog *d, const char *text)
{
	for (; *text != '\0'; text++)
		EXPECT(!letter(d, (unsigned char)*text));
}

static struct dialog *
typed(struct heard *h, enum lang lang)
{
	return dialog_typed(lang, &(struct dialog_typed){
	    .sentence = "acme loses its link. It comes back only by linking "
	    "the phone again, with somebody who holds it.",
	    .wanted = "acme", .on_answer = on_answer, .ctx = h,
	    .free_ctx = on_free });
}

static struct dialog *
choice(struct heard *h)
{
	return dialog_choice(LANG_EN, &(struct dialog_choice){
	    .title = "Which?", .count = 3, .first = 1,
	    .choices = { { 'y', "yes" }, { 'n', "no" }, { 'Q', "queue" } },
	    .on_answer = on_answer, .ctx = h, .free_ctx = on_free });
}

TEST(dialog_typed_wants_exactly_that)
{
	struct heard h = { 0 };
	struct dialog *d = typed(&h, LANG_EN);

	EXPECT(!press(d, K_ENTER));
	type(d, "acm");
	EXPECT(!press(d, K_ENTER));
	type(d, "ex");
	EXPECT(!press(d, K_ENTER));
	type(d, "q");
	EXPECT(!press(d, K_BACKSPACE));
	EXPECT(!press(d, K_BACKSPACE));
	EXPECT_INT(h.answers, 0);
	EXPECT(press(d, K_ENTER));
	EXPECT_STR(h.answer, "acme");
	EXPECT_INT(h.freed, 0);
	dialog_destroy(d);
	EXPECT_INT(h.freed, 1);
	EXPECT_INT(h.answers, 1);
}

TEST(dialog_typed_may_be_pasted_and_does_not_answer_by_itself)
{
	struct heard h = { 0 };
	struct dialog *d = typed(&h, LANG_EN);

	EXPECT(!press(d, K_PASTE));
	type(d, "acme\n");
	EXPECT(!press(d, K_ENTER));
	EXPECT(!press(d, K_ESC));
	EXPECT(!press(d, K_PASTE_END));
	EXPECT_INT(h.answers, 0);
	EXPECT(press(d, K_ENTER));
	EXPECT_STR(h.answer, "acme");
	dialog_destroy(d);
}

TEST(dialog_is_left_by_esc_and_by_no_letter)
{
	struct heard h = { 0 };
	struct dialog *d = typed(&h, LANG_EN);

	EXPECT(!letter(d, 'q'));
	EXPECT(press(d, K_ESC));
	EXPECT(h.was_left);
	dialog_destroy(d);
	d = choice(&h);
	EXPECT(!letter(d, 'q'));
	EXPECT(!letter(d, 'x'));
	EXPECT(dialog_key(d, &(struct key){ .name = K_CTRL, .text = 'c' }));
	EXPECT(h.was_left);
	EXPECT_INT(h.answers, 2);
	dialog_destroy(d);
	/* the console goes: nobody is told */
	d = choice(&h);
	dialog_destroy(d);
	EXPECT_INT(h.answers, 2);
	EXPECT_INT(h.freed, 3);
	dialog_destroy(NULL);
}

TEST(dialog_choice_by_letter_in_any_layout)
{
	static const struct {
		uint32_t text;
		const char *answer;
	} rows[] = {
		{ 'y', "y" }, { 0x43d, "y" }, { 'n', "n" }, { 0x442, "n" },
		{ 'Q', "Q" }, { 0x419, "Q" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct heard h = { 0 };
		struct dialog *d = choice(&h);

		EXPECT(letter(d, rows[i].text));
		EXPECT_STR(h.answer, rows[i].answer);
		dialog_destroy(d);
	}
}

TEST(dialog_choice_by_arrows)
{
	static const struct {
		enum key_name keys[4];
		const char *answer;
	} rows[] = {
		{ { K_ENTER }, "n" },
		{ { K_DOWN, K_ENTER }, "Q" },
		{ { K_DOWN, K_DOWN, K_ENTER }, "y" },
		{ { K_UP, K_UP, K_ENTER }, "Q" },
		{ { K_HOME, K_ENTER }, "y" },
		{ { K_END, K_ENTER }, "Q" },
		{ { K_TAB, K_BACK_TAB, K_ENTER }, "n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct heard h = { 0 };
		struct dialog *d = choice(&h);
		size_t k = 0;

		while (rows[i].keys[k] != K_ENTER)
			EXPECT(!press(d, rows[i].keys[k++]));
		EXPECT(press(d, K_ENTER));
		EXPECT_STR(h.answer, rows[i].answer);
		dialog_destroy(d);
	}
}

/* --- drawing ------------------------------------------------------------------ */

struct drawn {
	struct screen *screen;
	struct canvas *canvas;
	int rows;
	char text[16384];
};

static bool
begin(struct drawn *p, int rows, int columns)
{
	const struct screen_params params = { .in_fd = -1, .out_fd = -1 };

	p->rows = rows;
	if (screen_open_memory(&params, "xterm-256color", true, rows,
	    columns, &p->screen) != ERR_OK)
		return false;
	p->canvas = canvas_create(rows, columns);
	return true;
}

static void
finish(struct drawn *p)
{
	canvas_destroy(p->canvas);
	screen_close(p->screen);
}

static const char *
draw(struct drawn *p, struct dialog *d)
{
	size_t n = 0;

	canvas_clear(p->canvas);
	dialog_draw(d, canvas_area(p->canvas), true);
	for (int i = 0; i < p->rows; i++) {
		canvas_read(p->canvas, i, p->text + n,
		    sizeof p->text - n - 1);
		n += strlen(p->text + n);
		p->text[n++] = '\n';
	}
	p->text[n] = '\0';
	return p->text;
}

TEST(dialog_line_shows_why_as_it_is_typed)
{
	struct heard h = { 0 };
	struct drawn p;
	struct dialog *d;

	ASSERT(begin(&p, 12, 60));
	d = dialog_line(LANG_EN, &(struct dialog_line){ .title = "A word?",
	    .check = is_even, .on_answer = on_answer, .ctx = &h });
	EXPECT(strstr(draw(&p, d), "A word?") != NULL);
	EXPECT(strstr(p.text, "even") == NULL);
	EXPECT(!press(d, K_ENTER));
	EXPECT(strstr(draw(&p, d), "Nothing is typed") != NULL);
	type(d, "a");
	EXPECT(strstr(draw(&p, d), "an even number") != NULL);
	EXPECT(!press(d, K_ENTER));
	type(d, "b");
	EXPECT(strstr(draw(&p, d), "fits") != NULL);
	EXPECT(press(d, K_ENTER));
	EXPECT_STR(h.answer, "ab");
	dialog_destroy(d);
	finish(&p);
}

TEST(dialog_fits_any_screen)
{
	static const int sizes[][2] = { { 24, 80 }, { 8, 40 }, { 4, 20 },
	    { 2, 20 }, { 1, 10 }, { 60, 200 } };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct heard h = { 0 };
		struct drawn p;
		struct dialog *d = typed(&h, i % 2 == 0 ? LANG_EN : LANG_RU);

		ASSERT(begin(&p, sizes[i][0], sizes[i][1]));
		type(d, "acmX");
		EXPECT(strstr(draw(&p, d), "acmX") != NULL);
		EXPECT(!press(d, K_ENTER));
		/* the field goes last, the reason before it */
		EXPECT(strstr(draw(&p, d), "acmX") != NULL);
		if (sizes[i][0] > 2)
			EXPECT(strstr(p.text, i % 2 == 0 ? "not acme" :
			    "не acme") != NULL);
		dialog_destroy(d);
		d = choice(&h);
		EXPECT(strstr(draw(&p, d), "no") != NULL);
		dialog_destroy(d);
		finish(&p);
	}
}

/* What a choice does is never cut, and the one under the cursor is seen. */
TEST(dialog_choice_labels_wrap)
{
	static const int sizes[][2] = { { 7, 40 }, { 4, 20 }, { 9, 30 } };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct heard h = { 0 };
		struct drawn p;
		struct dialog *d = dialog_choice(LANG_EN,
		    &(struct dialog_choice){ .title = "Leave?", .count = 3,
		    .choices = { { 'l', "leave, and all is kept" },
		    { 's', "stop everything: companies are no longer alive" },
		    { 'b', "back" } }, .on_answer = on_answer, .ctx = &h });

		ASSERT(begin(&p, sizes[i][0], sizes[i][1]));
		EXPECT(strstr(draw(&p, d), "kept") != NULL);
		EXPECT(!press(d, K_DOWN));
		EXPECT(strstr(draw(&p, d), "s  stop") != NULL);
		EXPECT(strstr(p.text, "alive") != NULL);
		EXPECT(!press(d, K_DOWN));
		EXPECT(strstr(draw(&p, d), "b  back") != NULL);
		EXPECT(!press(d, K_HOME));
		EXPECT(strstr(draw(&p, d), "l  leave") != NULL);
		dialog_destroy(d);
		finish(&p);
	}
}

TEST(dialog_scrolls_a_text_that_is_too_long)
{
	struct heard h = { 0 };
	struct drawn p;
	struct dialog *d = typed(&h, LANG_EN);
	bool seen = false;

	ASSERT(begin(&p, 5, 24));
	EXPECT(strstr(draw(&p, d), "acme loses") != NULL);
	EXPECT(strstr(p.text, "somebody") == NULL);
	for (int i = 0; i < 12 && !seen; i++) {
		EXPECT(!press(d, K_PAGE_DOWN));
		seen = strstr(draw(&p, d), "somebody") != NULL;
	}
	EXPECT(seen);
	for (int i = 0; i < 12; i++)
		EXPECT(!press(d, K_PAGE_UP));
	EXPECT(strstr(draw(&p, d), "acme loses") != NULL);
	dialog_destroy(d);
	finish(&p);
}
