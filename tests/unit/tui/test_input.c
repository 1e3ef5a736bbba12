#include "tui/console/input.h"

#include <string.h>

#include "tests/t.h"
#include "tui/console/screen.h"

static void
type(struct input *in, const char *ascii)
{
	for (; *ascii != '\0'; ascii++)
		EXPECT(input_key(in, &(struct key){ .name = K_TEXT,
		    .text = (unsigned char)*ascii }));
}

static bool
press(struct input *in, enum key_name name)
{
	return input_key(in, &(struct key){ .name = name });
}

static bool
control(struct input *in, char letter)
{
	return input_key(in, &(struct key){ .name = K_CTRL,
	    .text = (unsigned char)letter });
}

static void
put(struct input *in, uint32_t c)
{
	EXPECT(input_key(in, &(struct key){ .name = K_TEXT, .text = c }));
}

TEST(input_edits_by_code_points)
{
	struct input in;

	input_init(&in, "аб", 0);
	EXPECT_INT(in.at, 4);
	put(&in, 0x432);                /* в */
	put(&in, 0x20ac);               /* euro */
	put(&in, 0x1f600);
	EXPECT_STR(in.text, "абв€😀");
	EXPECT(press(&in, K_BACKSPACE));
	EXPECT_STR(in.text, "абв€");
	EXPECT(press(&in, K_LEFT));
	EXPECT(press(&in, K_LEFT));
	EXPECT(press(&in, K_DELETE));
	EXPECT_STR(in.text, "аб€");
	EXPECT(press(&in, K_HOME));
	EXPECT(press(&in, K_LEFT));
	EXPECT(press(&in, K_BACKSPACE));
	type(&in, "x");
	EXPECT_STR(in.text, "xаб€");
	EXPECT(press(&in, K_END));
	EXPECT(press(&in, K_DELETE));
	EXPECT(press(&in, K_RIGHT));
	type(&in, "y");
	EXPECT_STR(in.text, "xаб€y");
}

TEST(input_has_the_usual_controls)
{
	struct input in;

	input_init(&in, "one two  three", 0);
	EXPECT(control(&in, 'w'));
	EXPECT_STR(in.text, "one two  ");
	EXPECT(control(&in, 'w'));
	EXPECT_STR(in.text, "one ");
	input_set(&in, "abcdef");
	EXPECT(control(&in, 'a'));
	EXPECT(control(&in, 'f'));
	EXPECT(control(&in, 'f'));
	EXPECT(control(&in, 'k'));
	EXPECT_STR(in.text, "ab");
	EXPECT(control(&in, 'b'));
	EXPECT(control(&in, 'u'));
	EXPECT_STR(in.text, "b");
	EXPECT(control(&in, 'd'));
	EXPECT_STR(in.text, "");
	EXPECT(control(&in, 'h'));
	EXPECT(control(&in, 'e'));
	EXPECT(!control(&in, 'l'));
	EXPECT(!press(&in, K_ENTER));
	EXPECT(!press(&in, K_ESC));
	EXPECT(!press(&in, K_TAB));
	EXPECT(!press(&in, K_UP));
}

TEST(input_is_bounded_in_bytes_and_takes_whole_characters)
{
	struct input in;

	input_init(&in, "", 5);
	for (int i = 0; i < 4; i++)
		put(&in, 0x43f);
	EXPECT_STR(in.text, "пп");
	type(&in, "xy");
	EXPECT_STR(in.text, "ппx");
	input_init(&in, "пппп", 5);
	EXPECT_STR(in.text, "пп");
	/* what no terminal should send */
	input_init(&in, "", 0);
	put(&in, 0xd800);
	put(&in, 0x110000);
	put(&in, 0x7);
	put(&in, 0x7f);
	put(&in, 0x9b);
	EXPECT_STR(in.text, "");
}

TEST(input_takes_a_paste_as_text)
{
	struct input in;

	input_init(&in, "", 0);
	EXPECT(press(&in, K_PASTE));
	type(&in, "a\n\tb\033");
	EXPECT(press(&in, K_ENTER));
	EXPECT(press(&in, K_ESC));
	EXPECT(press(&in, K_BACKSPACE));
	type(&in, "c");
	EXPECT(press(&in, K_PASTE_END));
	EXPECT_STR(in.text, "abc");
	EXPECT(!press(&in, K_ENTER));
}

TEST(input_scrolls_so_that_the_cursor_is_seen)
{
	const struct screen_params params = { .in_fd = -1, .out_fd = -1 };
	struct screen *screen;
	struct canvas *c;
	struct input in;
	char row[128];

	ASSERT(screen_open_memory(&params, "xterm-256color", true, 5, 40,
	    &screen) == ERR_OK);
	c = canvas_create(2, 12);
	input_init(&in, "0123456789", 0);
	input_draw(&in, canvas_area(c), 0, 2, 6, ROLE_INPUT);
	canvas_read(c, 0, row, sizeof row);
	EXPECT(strstr(row, "6789") != NULL);
	EXPECT(strstr(row, "4") == NULL);
	EXPECT_INT(canvas_style(c, 0, 2), ROLE_INPUT);
	EXPECT_INT(canvas_style(c, 0, 7), ROLE_INPUT);
	EXPECT_INT(canvas_style(c, 0, 8), ROLE_TEXT);
	(void)press(&in, K_HOME);
	canvas_clear(c);
	input_draw(&in, canvas_area(c), 0, 2, 6, ROLE_INPUT);
	canvas_read(c, 0, row, sizeof row);
	EXPECT(strstr(row, "01234") != NULL);
	/* nowhere at all */
	input_draw(&in, canvas_area(c), 0, 11, 0, ROLE_INPUT);
	input_draw(&in, canvas_area(c), 7, 0, 6, ROLE_INPUT);
	input_draw(&in, canvas_area(c), 0, 11, 1, ROLE_INPUT);
	canvas_destroy(c);
	screen_close(screen);
}
