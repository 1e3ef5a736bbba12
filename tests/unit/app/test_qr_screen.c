#include "core/app/qr_screen.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define ROWS 40
#define COLUMNS 120
#define TEXT "https://wa.me/settings/linked_devices#2@"

/*
 * A terminal of the simplest kind: places text, clears, and fails the test
 * where something would scroll, wrap or fall off its edge.
 */
struct screen {
	unsigned rows, columns, y, x;
	uint32_t (*cells)[COLUMNS];     /* ROWS of them */
};

static void
screen_init(struct screen *s, unsigned rows, unsigned columns)
{
	s->rows = rows;
	s->columns = columns;
	s->y = s->x = 0;
	/* what others left there must go too */
	for (unsigned i = 0; i < ROWS * COLUMNS; i++)
		s->cells[i / COLUMNS][i % COLUMNS] = '#';
}

static void
clear(struct screen *s, unsigned y, unsigned x)
{
	for (; x < s->columns; x++)
		s->cells[y][x] = ' ';
}

static const char *
escape(struct screen *s, const char *p)
{
	unsigned args[2] = { 0 }, n = 0;

	for (p += 2; (*p >= '0' && *p <= '9') || *p == ';'; p++) {
		if (*p == ';')
			n++;
		else if (n < 2)
			args[n] = args[n] * 10 + (unsigned)(*p - '0');
	}
	switch (*p) {
	case 'H':
		s->y = args[0] - 1;
		s->x = args[1] - 1;
		EXPECT(s->y < s->rows && s->x < s->columns);
		break;
	case 'K':
		if (s->x == s->columns)
			s->x--;         /* takes the last character, as real */
		clear(s, s->y, s->x);
		break;
	case 'J':
		for (unsigned y = 0; y < s->rows; y++)
			clear(s, y, 0);
		break;
	case 'm':
		break;
	default:
		t_fail(__FILE__, __LINE__, "unknown sequence ending in %c", *p);
	}
	return p + 1;
}

static void
screen_write(struct screen *s, const char *p)
{
	while (*p != '\0') {
		const unsigned char c = (unsigned char)*p;
		const int len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		uint32_t cell = 0;

		if (c == 0x1b) {
			p = escape(s, p);
			continue;
		}
		for (int i = 0; i < len; i++)
			cell = cell << 8 | (unsigned char)p[i];
		ASSERT(c >= 0x20 && s->y < s->rows && s->x < s->columns);
		s->cells[s->y][s->x++] = cell;
		p += len;
	}
}

/* All of it as text, lines without their trailing blanks. */
static const char *
screen_text(const struct screen *s)
{
	static char text[ROWS * (COLUMNS * 4 + 1) + 1];
	size_t n = 0;

	for (unsigned y = 0; y < s->rows; y++) {
		for (unsigned x = 0; x < s->columns; x++) {
			for (int i = 24; i >= 0; i -= 8) {
				if (s->cells[y][x] >> i != 0)
					text[n++] = (char)(s->cells[y][x] >> i);
			}
		}
		while (n > 0 && text[n - 1] == ' ')
			n--;
		text[n++] = '\n';
	}
	text[n] = '\0';
	return text;
}

struct fixture {
	struct qr_screen *screen;
	struct screen terminal;
	struct qr_view view;
	char qr_text[400];
	size_t bytes;           /* of the last draw */
	char *locale;
};

static void
setup(struct fixture *f, unsigned rows, unsigned columns, enum lang lang)
{
	const struct qr_terminal t = { .rows = rows, .columns = columns,
	    .utf8 = true, .sextants = true, .colours256 = true };

	f->locale = xstrdup(setlocale(LC_CTYPE, NULL));
	setlocale(LC_CTYPE, "C.UTF-8");
	f->screen = qr_screen_create(&t, QR_AUTO, lang);
	f->terminal.cells = xcalloc(ROWS, sizeof *f->terminal.cells);
	screen_init(&f->terminal, rows, columns);
	memset(f->qr_text, 'a', 260);
	memcpy(f->qr_text, TEXT, strlen(TEXT));
	f->qr_text[260] = '\0';
	f->view = (struct qr_view){ .company = "acme",
	    .qr_text = f->qr_text, .attempt = 1, .attempts = 6,
	    .qr_seconds = 60 };
}

static void
teardown(struct fixture *f)
{
	qr_screen_destroy(f->screen);
	setlocale(LC_CTYPE, f->locale);
	free(f->locale);
	free(f->terminal.cells);
}

static const char *
draw(struct fixture *f)
{
	const char *bytes = "";
	struct buf out;

	buf_init_secret(&out, 64 * 1024);
	EXPECT_INT(qr_screen_draw(f->screen, &f->view, &out), ERR_OK);
	EXPECT_INT(buf_cstr(&out, &bytes), ERR_OK);
	f->bytes = out.len;
	screen_write(&f->terminal, bytes);
	buf_finish(&out);
	return screen_text(&f->terminal);
}

/* The same view drawn on a new screen: what it must look like. */
static void
expect_as_if_new(struct fixture *f)
{
	char *got = xstrdup(draw(f));
	struct fixture other;

	setup(&other, f->terminal.rows, f->terminal.columns, LANG_EN);
	other.view = f->view;
	EXPECT_STR(got, draw(&other));
	teardown(&other);
	free(got);
}

static bool
shows_code(const char *text)
{
	return strstr(text, "\xf0\x9f\xac") != NULL ||
	    strstr(text, "\xe2\x96\x80") != NULL;
}

TEST(qr_screen_of_80x24_has_code_and_countdown)
{
	struct fixture f;
	const char *text;

	setup(&f, 24, 80, LANG_EN);
	text = draw(&f);
	EXPECT(shows_code(text));
	EXPECT(strstr(text, "  Linking acme\n") != NULL);
	EXPECT(strstr(text, "  New code in 60 seconds\n") != NULL);
	EXPECT(strstr(text, "  Code 1 of 6\n") != NULL);
	EXPECT(strchr(text, '#') == NULL);
	teardown(&f);
}

TEST(qr_screen_second_costs_little)
{
	struct fixture f;

	setup(&f, 24, 80, LANG_EN);
	draw(&f);
	for (int64_t s = 59; s >= 0; s--) {
		char want[64];

		f.view.qr_seconds = s;
		str_format(want, sizeof want, "New code in %d second%s\n",
		    (int)s, s == 1 ? "" : "s");
		EXPECT(strstr(draw(&f), want) != NULL);
		EXPECT(f.bytes > 0 && f.bytes < 60);
	}
	draw(&f);
	EXPECT_INT(f.bytes, 0);
	expect_as_if_new(&f);
	teardown(&f);
}

TEST(qr_screen_next_code_replaces_the_last)
{
	struct fixture f;

	setup(&f, 24, 80, LANG_EN);
	draw(&f);
	f.qr_text[100] = 'Z';
	f.view.attempt = 6;
	f.view.qr_seconds = 20;
	EXPECT(strstr(draw(&f), "Last code: 20 seconds left") != NULL);
	expect_as_if_new(&f);
	/* another size of the code moves the words */
	memset(f.qr_text + 260, 'b', 100);
	f.qr_text[360] = '\0';
	expect_as_if_new(&f);
	f.qr_text[60] = '\0';
	expect_as_if_new(&f);
	teardown(&f);
}

TEST(qr_screen_is_blank_after_expiry)
{
	struct fixture f;
	const char *text;

	setup(&f, 24, 80, LANG_EN);
	f.view.code = "ABCD-EFGH";
	f.view.code_seconds = 100;
	EXPECT(strstr(draw(&f), "ABCD-EFGH\n") != NULL);
	f.view = (struct qr_view){ .company = "acme",
	    .sentence = words_get(LANG_EN, WORD_CODE_EXPIRED),
	    .advice = words_get(LANG_EN, WORD_CODE_EXPIRED_ADVICE) };
	text = draw(&f);
	EXPECT(!shows_code(text));
	EXPECT(strstr(text, "\xe2\x96\x88") == NULL);
	EXPECT(strstr(text, "EFGH") == NULL);
	EXPECT(strstr(text, "The code has expired.\n") != NULL);
	expect_as_if_new(&f);
	teardown(&f);
}

TEST(qr_screen_resize_paints_all_again)
{
	struct fixture f;

	setup(&f, 24, 80, LANG_EN);
	draw(&f);
	screen_init(&f.terminal, 40, 100);
	qr_screen_resize(f.screen, 40, 100);
	EXPECT(shows_code(draw(&f)));
	expect_as_if_new(&f);
	screen_init(&f.terminal, 22, 40);
	qr_screen_resize(f.screen, 22, 40);
	EXPECT(shows_code(draw(&f)));
	expect_as_if_new(&f);
	teardown(&f);
}

/* Any size: nothing wraps, scrolls or leaves the screen (the terminal above
 * checks each byte), and where no code fits the words say so. */
TEST(qr_screen_of_every_size)
{
	for (unsigned rows = 1; rows <= ROWS; rows += 3) {
		for (unsigned columns = 1; columns <= COLUMNS; columns += 7) {
			unsigned r, c;
			struct fixture f;
			const char *text;

			setup(&f, rows, columns, LANG_RU);
			f.view.code = "ABCD-EFGH";
			f.view.code_seconds = 21;
			f.view.sentence = "Слово_которое_длиннее_любой_строки";
			text = draw(&f);
			if (qr_screen_is_too_small(f.screen, &r, &c))
				EXPECT(!shows_code(text) && (r > rows ||
				    c > columns));
			else
				EXPECT(shows_code(text));
			f.view.qr_seconds--;
			draw(&f);
			teardown(&f);
		}
	}
}

TEST(qr_screen_of_none)
{
	struct fixture f;

	setup(&f, 24, 80, LANG_EN);
	qr_screen_resize(f.screen, 0, 0);
	f.terminal.rows = 1;    /* the clearing goes somewhere */
	draw(&f);
	teardown(&f);
}

TEST(qr_screen_says_what_a_code_needs)
{
	struct fixture f;
	unsigned rows = 0, columns = 0;

	setup(&f, 15, 80, LANG_EN);
	EXPECT(strstr(draw(&f), "it needs 20 rows") != NULL);
	EXPECT(qr_screen_is_too_small(f.screen, &rows, &columns));
	EXPECT_INT(rows, 20);
	EXPECT_INT(columns, 30);
	teardown(&f);
}

/* The same without UTF-8. */
static void
setup_bare(struct fixture *f, unsigned rows, unsigned columns,
    enum qr_style wanted)
{
	const struct qr_terminal t = { .rows = rows, .columns = columns,
	    .sextants = true };

	setup(f, rows, columns, LANG_EN);
	qr_screen_destroy(f->screen);
	f->screen = qr_screen_create(&t, wanted, LANG_EN);
}

TEST(qr_screen_names_the_locale_as_the_cause)
{
	struct fixture f;
	const char *text;

	setup_bare(&f, 24, 80, QR_AUTO);
	text = draw(&f);
	EXPECT(strstr(text, "The locale is not UTF-8") != NULL);
	EXPECT(strstr(text, "--phone") != NULL);
	teardown(&f);
	/* another locale would not help here */
	setup_bare(&f, 15, 80, QR_AUTO);
	text = draw(&f);
	EXPECT(strstr(text, "locale") == NULL);
	EXPECT(strstr(text, "too small") != NULL);
	teardown(&f);
}

TEST(qr_screen_advises_no_code_beside_one)
{
	struct fixture f;

	setup(&f, 15, 80, LANG_EN);
	EXPECT(strstr(draw(&f), "--phone") != NULL);
	f.view.code = "ABCD-EFGH";
	f.view.code_seconds = 160;
	EXPECT(strstr(draw(&f), "--phone") == NULL);
	EXPECT(strstr(draw(&f), "too small") != NULL);
	teardown(&f);
}

TEST(qr_screen_cleans_foreign_words)
{
	struct fixture f;

	setup(&f, 24, 80, LANG_EN);
	f.view.sentence = "a\x1b[2Jb\nc";
	EXPECT(strstr(draw(&f), "a?[2Jb?c") != NULL);
	teardown(&f);
}

TEST(qr_screen_refuses_what_no_code_holds)
{
	char *text = xcalloc(1, QR_TEXT_MAX + 2);
	struct fixture f;
	struct buf out;

	memset(text, 'a', QR_TEXT_MAX + 1);
	setup(&f, 24, 80, LANG_EN);
	buf_init(&out, 64 * 1024);
	f.view.qr_text = text;
	EXPECT_INT(qr_screen_draw(f.screen, &f.view, &out), ERR_TOO_LARGE);
	f.view.qr_text = "";
	EXPECT_INT(qr_screen_draw(f.screen, &f.view, &out), ERR_INVALID);
	EXPECT_INT(out.len, 0);
	/* and is as good as before */
	f.view.qr_text = f.qr_text;
	EXPECT(shows_code(draw(&f)));
	buf_finish(&out);
	teardown(&f);
	free(text);
}

TEST(qr_screen_paints_all_after_a_full_buffer)
{
	struct fixture f;
	struct buf out;

	setup(&f, 24, 80, LANG_EN);
	buf_init(&out, 500);
	EXPECT_INT(qr_screen_draw(f.screen, &f.view, &out), ERR_TOO_LARGE);
	EXPECT_INT(out.len, 0);
	EXPECT(shows_code(draw(&f)));
	expect_as_if_new(&f);
	buf_finish(&out);
	teardown(&f);
}
