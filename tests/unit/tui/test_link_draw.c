/* What the linking view looks like, drawn off screen. */
#include "tui/console/link_draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tui/console/bigcode.h"
#include "tui/console/qr_area.h"
#include "tui/console/screen.h"

#define NOW 1795374000000LL     /* 2026-11-22T19:00:00Z */
#define ROW_BYTES 2048

/* --- a board ------------------------------------------------------------------------ */

struct board {
	struct screen *screen;
	struct canvas *canvas;
	int rows, columns;
};

static bool
board_open(struct board *b, bool utf8, int rows, int columns)
{
	const struct screen_params params = { .in_fd = -1, .out_fd = -1 };

	*b = (struct board){ .rows = rows, .columns = columns };
	if (screen_open_memory(&params, "xterm-256color", utf8, rows, columns,
	    &b->screen) != ERR_OK)
		return false;
	b->canvas = canvas_create(rows, columns);
	return true;
}

static void
board_close(struct board *b)
{
	canvas_destroy(b->canvas);
	screen_close(b->screen);
}

/* All of it, rows joined by "\n"; free(). */
static char *
board_text(const struct board *b)
{
	char *text = xcalloc((size_t)b->rows + 1, ROW_BYTES);
	char row[ROW_BYTES];
	size_t n = 0;

	for (int i = 0; i < b->rows; i++) {
		canvas_read(b->canvas, i, row, sizeof row);
		str_copy(text + n, ROW_BYTES, row);
		n += strlen(row);
		text[n++] = '\n';
	}
	return text;
}

static bool
board_has(const struct board *b, const char *part)
{
	char *text = board_text(b);
	const bool has = strstr(text, part) != NULL;

	free(text);
	return has;
}

static void
expect_shown(const struct board *b, const char *part, bool shown)
{
	if (board_has(b, part) != shown) {
		char *text = board_text(b);

		t_fail(__FILE__, __LINE__, "%s \"%s\" on:\n%s",
		    shown ? "no" : "there is", part, text);
		free(text);
	}
}

/* Cells of the style that codes have. */
static int
qr_cells(const struct board *b)
{
	int n = 0;

	for (int row = 0; row < b->rows; row++) {
		for (int i = 0; i < b->columns; i++)
			n += canvas_style(b->canvas, row, i) == ROLE_QR;
	}
	return n;
}

/* --- what is drawn -------------------------------------------------------------------- */

struct scene {
	struct link_attempt attempt;
	struct link_share share;
	struct link_picture p;
	struct qr *qr;
	struct input field;
};

/* As long as the texts of links are. */
static struct qr *
make_qr(size_t bytes)
{
	char text[QR_TEXT_MAX + 1] = "https://wa.me/settings/linked_devices#";
	struct qr *qr = NULL;

	for (size_t i = strlen(text); i < bytes; i++)
		text[i] = (char)('A' + i * 7 % 26);
	EXPECT(qr_create(text, &qr) == ERR_OK);
	return qr;
}

static void
scene_init(struct scene *s)
{
	*s = (struct scene){ .share = { .phase = SHARE_NONE } };
	link_attempt_init(&s->attempt, LANG_EN, false);
	s->attempt.phase = ATTEMPT_OPEN;
	str_copy(s->attempt.code, sizeof s->attempt.code, "K7QX-M2PN");
	str_copy(s->attempt.qr, sizeof s->attempt.qr, "x");
	s->attempt.code_until_ms = s->attempt.window_until_ms = NOW + 160000;
	s->attempt.qr_until_ms = NOW + 17000;
	s->attempt.number = 2;
	s->attempt.count = 6;
	s->qr = make_qr(300);
	s->p = (struct link_picture){ .lang = LANG_EN, .now_ms = NOW,
	    .company = "acme", .name = "Acme Ltd", .attempt = &s->attempt,
	    .qr = s->qr, .utf8 = true, .sextants = true, .can_qr = true,
	    .field_says = "", .phone = "+7*****4567" };
}

static void
scene_finish(struct scene *s)
{
	qr_destroy(s->qr);
	link_share_finish(&s->share);
}

/* Draws it on a board of that size; the caller closes. */
static void
scene_draw(struct scene *s, struct board *b, int rows, int columns)
{
	ASSERT(board_open(b, s->p.utf8, rows, columns));
	link_draw(&s->p, canvas_area(b->canvas));
	if (getenv("LINK_SHOW") != NULL) {
		char *text = board_text(b);

		printf("--- %dx%d\n%s", columns, rows, text);
		free(text);
	}
}

static const struct size {
	int rows, columns;
} sizes[] = {
	{ 21, 80 }, { 9, 40 }, { 40, 132 }, { 57, 200 }, { 24, 80 },
	{ 10, 40 }, { 1, 10 }, { 3, 20 }, { 5, 200 }, { 60, 12 }, { 1, 1 },
};

/* --- bigcode ---------------------------------------------------------------------------- */

TEST(bigcode_takes_the_largest_form_that_fits)
{
	EXPECT_INT(bigcode_form("K7QX-M2PN", true, 4, 51), BIGCODE_BLOCKS);
	EXPECT_INT(bigcode_form("K7QX-M2PN", true, 4, 50), BIGCODE_FRAME);
	EXPECT_INT(bigcode_form("K7QX-M2PN", true, 3, 51), BIGCODE_FRAME);
	EXPECT_INT(bigcode_form("K7QX-M2PN", false, 9, 99), BIGCODE_FRAME);
	EXPECT_INT(bigcode_form("K7QX-M2PN", true, 2, 51), BIGCODE_LINE);
	EXPECT_INT(bigcode_form("K7QX-M2PN", true, 1, 16), BIGCODE_PLAIN);
}

TEST(bigcode_letters_differ_and_stay_in_their_cells)
{
	static const char all[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-";
	char *seen[sizeof all] = { NULL };
	struct board b;

	for (size_t i = 0; i + 1 < sizeof all; i++) {
		const char code[2] = { all[i], '\0' };

		ASSERT(board_open(&b, true, 6, 9));
		bigcode_draw(canvas_area(b.canvas), BIGCODE_BLOCKS,
		    ROLE_STRONG, code);
		seen[i] = board_text(&b);
		board_close(&b);
		EXPECT_STR(seen[i] + strlen(seen[i]) - 2, "\n\n");
		for (size_t k = 0; k < i; k++)
			EXPECT(strcmp(seen[i], seen[k]) != 0);
	}
	for (size_t i = 0; i + 1 < sizeof all; i++)
		free(seen[i]);
}

TEST(bigcode_without_blocks_is_framed)
{
	struct board b;
	char row[ROW_BYTES];

	ASSERT(board_open(&b, false, 3, 40));
	bigcode_draw(canvas_area(b.canvas), BIGCODE_FRAME, ROLE_STRONG,
	    "K7QX-M2PN");
	canvas_read(b.canvas, 1, row, sizeof row);
	EXPECT_STR(row, "  K 7 Q X - M 2 P N");
	canvas_read(b.canvas, 0, row, sizeof row);
	EXPECT_INT(strlen(row), bigcode_columns(BIGCODE_FRAME, "K7QX-M2PN"));
	board_close(&b);
}

/* --- a QR in cells ------------------------------------------------------------------------- */

/* A line for a terminal without its colours and trailing blanks. */
static void
plain_line(const struct qr *qr, const struct qr_shape *shape, unsigned row,
    char out[ROW_BYTES])
{
	const struct qr_terminal t = { .utf8 = true, .colours256 = true };
	struct buf line;
	const char *p;
	size_t n = 0;

	buf_init(&line, 4096);
	ASSERT(qr_line(qr, shape, &t, row, &line) == ERR_OK &&
	    buf_cstr(&line, &p) == ERR_OK);
	while (*p != '\0') {
		if (*p == '\033')
			p += strcspn(p, "m") + 1;
		else
			out[n++] = *p++;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	buf_finish(&line);
}

TEST(qr_area_is_what_qr_line_writes)
{
	for (enum qr_style style = QR_HALF; style < QR_STYLE_COUNT; style++) {
		struct qr *qr = make_qr(300);
		const struct qr_shape shape = qr_shape(qr_size(qr), style,
		    QR_QUIET);
		char want[ROW_BYTES], got[ROW_BYTES];
		struct board b;

		ASSERT(board_open(&b, true, (int)shape.rows,
		    (int)shape.columns + 1));
		qr_area_draw(canvas_area(b.canvas), qr, &shape);
		for (unsigned row = 0; row < shape.rows; row++) {
			plain_line(qr, &shape, row, want);
			canvas_read(b.canvas, (int)row, got, sizeof got);
			EXPECT_STR(got, want);
		}
		EXPECT_INT(qr_cells(&b), shape.rows * shape.columns);
		board_close(&b);
		qr_destroy(qr);
	}
}

TEST(qr_area_draws_no_part_of_a_code)
{
	struct qr *qr = make_qr(300);
	const struct qr_shape s = qr_shape(qr_size(qr), QR_SEXTANT, 1);
	struct board b;

	ASSERT(board_open(&b, true, (int)s.rows - 1, (int)s.columns));
	qr_area_draw(canvas_area(b.canvas), qr, &s);
	EXPECT_INT(qr_cells(&b), 0);
	board_close(&b);
	qr_destroy(qr);
}

/* --- the view ------------------------------------------------------------------------------- */

TEST(link_draw_code_at_every_size)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (int way = 0; way < 4; way++) {
			struct scene s;
			struct board b;
			const bool room = sizes[i].columns >= 20 &&
			    sizes[i].rows >= 9;

			scene_init(&s);
			s.p.lang = way & 1 ? LANG_RU : LANG_EN;
			s.p.utf8 = way != 2;
			scene_draw(&s, &b, sizes[i].rows, sizes[i].columns);
			if (room) {
				EXPECT(board_has(&b, "K7QX-M2PN") ||
				    board_has(&b, "K 7 Q X - M 2 P N"));
				expect_shown(&b, "2:40", true);
			}
			board_close(&b);
			scene_finish(&s);
		}
	}
}

TEST(link_draw_code_says_what_and_how)
{
	struct scene s;
	struct board b;

	scene_init(&s);
	scene_draw(&s, &b, 21, 80);
	expect_shown(&b, "acme (Acme Ltd)", true);
	expect_shown(&b, "+7*****4567", true);
	expect_shown(&b, "Link with phone number instead", true);
	expect_shown(&b, "dictates", true);
	expect_shown(&b, "iPhone", true);
	EXPECT_INT(qr_cells(&b), 0);
	board_close(&b);
	s.p.lang = LANG_RU;
	scene_draw(&s, &b, 21, 80);
	expect_shown(&b, "диктуют", true);
	board_close(&b);
	scene_draw(&s, &b, 9, 40);
	expect_shown(&b, "Связать по", true);
	board_close(&b);
	scene_finish(&s);
}

TEST(link_draw_wide_screens_show_both)
{
	struct scene s;
	struct board b;

	scene_init(&s);
	scene_draw(&s, &b, 57, 200);
	EXPECT(qr_cells(&b) > 0);
	expect_shown(&b, "K7QX-M2PN", true);
	board_close(&b);
	s.p.shows_qr = true;
	scene_draw(&s, &b, 57, 200);
	EXPECT(qr_cells(&b) > 0);
	expect_shown(&b, "K7QX-M2PN", true);
	expect_shown(&b, "QR code 2 of 6, 0:17", true);
	board_close(&b);
	scene_finish(&s);
}

/* Versions that links have: 57, 61, 65 modules and one more. */
TEST(link_draw_qr_on_80x24)
{
	static const size_t lengths[] = { 240, 300, 340, 500 };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct scene s;
		struct board b;
		bool whole;

		scene_init(&s);
		qr_destroy(s.qr);
		s.p.qr = s.qr = make_qr(lengths[i]);
		s.p.shows_qr = true;
		whole = link_draw_wants_whole(&s.p, 24, 21, 80);
		scene_draw(&s, &b, whole ? 24 : 21, 80);
		if (i < 3) {
			EXPECT(qr_cells(&b) > 0);
			expect_shown(&b, "2 of 6, 0:17", true);
		} else {
			EXPECT_INT(qr_cells(&b), 0);
			expect_shown(&b, "Enlarge", true);
		}
		board_close(&b);
		scene_finish(&s);
	}
}

TEST(link_draw_says_what_helps_when_no_qr_fits)
{
	struct scene s;
	struct board b;

	scene_init(&s);
	s.p.shows_qr = true;
	scene_draw(&s, &b, 9, 40);
	EXPECT_INT(qr_cells(&b), 0);
	expect_shown(&b, "columns", true);
	expect_shown(&b, "Tab", true);
	board_close(&b);
	/* chosen by hand, and a smaller one would fit */
	s.p.style = QR_HALF;
	scene_draw(&s, &b, 24, 80);
	EXPECT_INT(qr_cells(&b), 0);
	expect_shown(&b, "press -", true);
	board_close(&b);
	s.p.can_qr = false;
	scene_draw(&s, &b, 24, 80);
	EXPECT_INT(qr_cells(&b), 0);
	expect_shown(&b, "no colours", true);
	board_close(&b);
	s.p.can_qr = true;
	s.p.utf8 = false;
	scene_draw(&s, &b, 57, 200);
	EXPECT_INT(qr_cells(&b), 0);
	expect_shown(&b, "not UTF-8", true);
	board_close(&b);
	scene_finish(&s);
}

TEST(link_draw_expired_shows_no_piece)
{
	struct scene s;
	struct board b;

	scene_init(&s);
	s.p.shows_qr = true;
	link_attempt_tick(&s.attempt, NOW + 160000);
	s.p.qr = NULL;
	scene_draw(&s, &b, 57, 200);
	EXPECT_INT(qr_cells(&b), 0);
	expect_shown(&b, "K7QX", false);
	expect_shown(&b, "expired", true);
	expect_shown(&b, "Enter", true);
	board_close(&b);
	scene_finish(&s);
}

/* Nothing at all may be drawn for readers but how it goes. */
TEST(link_draw_read_only_begins_nothing)
{
	static const enum attempt_phase phases[] = { ATTEMPT_REST,
	    ATTEMPT_OPEN, ATTEMPT_EXPIRED };

	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		struct scene s;
		struct board b;

		scene_init(&s);
		s.attempt.phase = phases[i];
		s.attempt.code[0] = '\0';
		s.p.qr = NULL;
		s.p.read_only = true;
		scene_draw(&s, &b, 21, 80);
		expect_shown(&b, "read-only", true);
		expect_shown(&b, "Enter", false);
		board_close(&b);
		scene_finish(&s);
	}
}

TEST(link_draw_states_say_what_is_next)
{
	static const struct {
		enum attempt_phase phase;
		const char *says;
	} rows[] = {
		{ ATTEMPT_UNKNOWN, "Asking the core" },
		{ ATTEMPT_REST, "Enter: get a pairing code" },
		{ ATTEMPT_ASKING, "SENTENCE" },
		{ ATTEMPT_PASSKEY, "SENTENCE" },
		{ ATTEMPT_PAIRING, "SENTENCE" },
		{ ATTEMPT_CONNECTED, "acme is connected: +7*****9999" },
		{ ATTEMPT_LINKED, "log the" },
		{ ATTEMPT_EXPIRED, "Enter" },
		{ ATTEMPT_WAIT, "Possible again in 1:30" },
		{ ATTEMPT_FAILED, "ADVICE" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct scene s;
		struct board b;

		scene_init(&s);
		s.attempt.phase = rows[i].phase;
		s.attempt.until_ms = NOW + 90000;
		str_copy(s.attempt.phone, sizeof s.attempt.phone,
		    "+7*****9999");
		str_copy(s.attempt.sentence, sizeof s.attempt.sentence,
		    "SENTENCE");
		str_copy(s.attempt.advice, sizeof s.attempt.advice, "ADVICE");
		scene_draw(&s, &b, 21, 80);
		expect_shown(&b, rows[i].says, true);
		board_close(&b);
		scene_finish(&s);
	}
}

TEST(link_draw_field_shows_how_a_number_is_read)
{
	struct scene s;
	struct board b;

	scene_init(&s);
	s.attempt.phase = ATTEMPT_REST;
	input_init(&s.field, "8900", 40);
	s.p.field = &s.field;
	s.p.field_says = "too short";
	s.p.phone = "";
	scene_draw(&s, &b, 21, 80);
	expect_shown(&b, "8900", true);
	expect_shown(&b, "too short", true);
	expect_shown(&b, "country code", true);
	board_close(&b);
	scene_draw(&s, &b, 9, 40);
	expect_shown(&b, "too short", true);
	expect_shown(&b, "Enter", true);
	expect_shown(&b, "Tab", true);
	board_close(&b);
	scene_finish(&s);
}

TEST(link_draw_another_number_takes_the_place_of_the_code)
{
	struct scene s;
	struct board b;

	scene_init(&s);
	input_init(&s.field, "", 40);
	s.p.field = &s.field;
	scene_draw(&s, &b, 21, 80);
	expect_shown(&b, "country code", true);
	expect_shown(&b, "K7QX-M2PN", false);
	board_close(&b);
	scene_finish(&s);
}

/* Where nothing fits beside it: all rows, so that the countdown has one. */
TEST(link_draw_countdown_gets_a_row)
{
	struct scene s;
	struct board b;

	scene_init(&s);
	qr_destroy(s.qr);
	s.p.qr = s.qr = make_qr(250);
	s.p.shows_qr = true;
	EXPECT(link_draw_wants_whole(&s.p, 24, 21, 40));
	scene_draw(&s, &b, 24, 40);
	expect_shown(&b, "2 of 6, 0:17", true);
	board_close(&b);
	EXPECT(!link_draw_wants_whole(&s.p, 24, 21, 80));
	scene_finish(&s);
}

TEST(link_draw_share_link)
{
	struct scene s;
	struct board b;
	cJSON *o = cJSON_Parse("{\"pairingUrl\":\"http://127.0.0.1:3000/"
	    "whatsapp-pairing.html?company=acme#t=pd_0123456789abcdef"
	    "0123456789abcdef0123456789abcdef\",\"qrUrl\":\"http://h/q\","
	    "\"expiresAt\":\"2026-11-22T20:00:00.000Z\"}");

	scene_init(&s);
	s.p.share = &s.share;
	link_share_ask(&s.share);
	scene_draw(&s, &b, 21, 80);
	expect_shown(&b, "Making", true);
	board_close(&b);
	link_share_take(&s.share, o);
	scene_draw(&s, &b, 21, 80);
	expect_shown(&b, "whatsapp-pairing.html", true);
	expect_shown(&b, "http://h/q", true);
	EXPECT_INT(qr_cells(&b), 0);
	board_close(&b);
	s.share.shows_qr = true;
	scene_draw(&s, &b, 24, 80);
	EXPECT(qr_cells(&b) > 0);
	board_close(&b);
	scene_draw(&s, &b, 9, 30);
	expect_shown(&b, "send the text", true);
	expect_shown(&b, "(l)", false);
	board_close(&b);
	s.p.can_qr = false;
	scene_draw(&s, &b, 24, 80);
	expect_shown(&b, "cannot show", true);
	board_close(&b);
	link_share_refuse(&s.share, &(struct trouble){
	    .code = "NOT_LISTENING", .sentence = "Nothing listens." });
	scene_draw(&s, &b, 21, 80);
	expect_shown(&b, "Nothing listens.", true);
	expect_shown(&b, "H, then s", true);
	board_close(&b);
	cJSON_Delete(o);
	scene_finish(&s);
}
