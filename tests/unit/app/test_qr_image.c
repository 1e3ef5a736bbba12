#include "core/app/qr_png.h"
#include "core/app/qr_svg.h"

#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "core/base/mem.h"
#include "tests/t.h"

#define QUIET 4
#define SIDE_MAX 200            /* modules, quiet zone included */

/* What an image shows, module by module. */
struct shown {
	unsigned side;
	bool dark[SIDE_MAX][SIDE_MAX];
};

static struct qr *
make(size_t n)
{
	char text[QR_TEXT_MAX + 1];
	struct qr *qr = NULL;

	for (size_t i = 0; i < n; i++)
		text[i] = (char)('a' + i * i % 23);
	text[n] = '\0';
	if (qr_create(text, &qr) != ERR_OK)
		abort();
	return qr;
}

static void
expect_same(const struct qr *qr, const struct shown *shown)
{
	const int side = (int)qr_size(qr) + 2 * QUIET;
	int wrong = 0;

	ASSERT(shown->side == (unsigned)side);
	for (int y = 0; y < side; y++) {
		for (int x = 0; x < side; x++)
			wrong += shown->dark[y][x] !=
			    qr_is_dark(qr, x - QUIET, y - QUIET);
	}
	EXPECT_INT(wrong, 0);
}

static const size_t lengths[] = { 1, 100, 237, 400, QR_TEXT_MAX };

/* --- PNG ------------------------------------------------------------------- */

/* Reads it with libpng's own reader; a module whose pixels differ among
 * themselves is a failure. */
static void
read_png(const struct buf *b, struct shown *out)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	const size_t px = QR_PNG_PIXELS;
	uint8_t *grey;
	int uneven = 0;

	ASSERT(png_image_begin_read_from_memory(&image, b->data, b->len));
	EXPECT_INT(image.width, image.height);
	EXPECT_INT(image.width % px, 0);
	image.format = PNG_FORMAT_GRAY;
	grey = xcalloc(PNG_IMAGE_SIZE(image), 1);
	ASSERT(png_image_finish_read(&image, NULL, grey, 0, NULL));
	out->side = image.width / (unsigned)px;
	ASSERT(out->side <= SIDE_MAX);
	for (size_t y = 0; y < image.height; y++) {
		for (size_t x = 0; x < image.width; x++) {
			const bool dark = grey[y * image.width + x] == 0;

			if (y % px == 0 && x % px == 0)
				out->dark[y / px][x / px] = dark;
			uneven += out->dark[y / px][x / px] != dark;
		}
	}
	EXPECT_INT(uneven, 0);
	free(grey);
}

TEST(qr_png_shows_the_matrix_in_its_quiet_zone)
{
	struct shown *shown = xcalloc(1, sizeof *shown);

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct qr *qr = make(lengths[i]);
		struct buf out;

		buf_init_secret(&out, QR_PNG_MAX);
		ASSERT(qr_png(qr, &out) == ERR_OK);
		EXPECT_INT(out.data[24], 1);    /* bits a pixel */
		EXPECT_INT(out.data[25], PNG_COLOR_TYPE_GRAY);
		read_png(&out, shown);
		expect_same(qr, shown);
		buf_finish(&out);
		qr_destroy(qr);
	}
	free(shown);
}

TEST(qr_png_of_a_link_is_small)
{
	struct qr *qr = make(237);
	struct buf out;

	buf_init_secret(&out, QR_PNG_MAX);
	EXPECT_INT(qr_png(qr, &out), ERR_OK);
	EXPECT(out.len < 4096);
	buf_finish(&out);
	qr_destroy(qr);
}

/* At each cap below what it takes, libpng is left in the middle. */
TEST(qr_png_stops_where_there_is_no_room)
{
	struct qr *qr = make(100);
	struct buf whole, out;

	buf_init(&whole, QR_PNG_MAX);
	ASSERT(qr_png(qr, &whole) == ERR_OK);
	for (size_t room = 0; room < whole.len; room += 7) {
		buf_init(&out, 3 + room);
		EXPECT_INT(buf_str(&out, "abc"), ERR_OK);
		EXPECT_INT(qr_png(qr, &out), ERR_TOO_LARGE);
		EXPECT_INT(out.len, 3);
		buf_finish(&out);
	}
	buf_finish(&whole);
	qr_destroy(qr);
}

/* --- SVG ------------------------------------------------------------------- */

/* Draws the strokes of a path that moves and goes right only. */
static void
draw_path(const char *d, struct shown *out)
{
	long x = 0, y = 0, n;
	char *end;

	while (*d != '"') {
		switch (*d++) {
		case 'M':
			x = strtol(d, &end, 10);
			y = strtol(end, &end, 10);
			ASSERT(strncmp(end, ".5", 2) == 0);
			d = end + 2;
			break;
		case 'm':
			x += strtol(d, &end, 10);
			ASSERT(strtol(end, &end, 10) == 0);
			d = end;
			break;
		case 'h':
			for (n = strtol(d, &end, 10); n > 0; n--, x++) {
				ASSERT(x < SIDE_MAX && y < SIDE_MAX);
				EXPECT(!out->dark[y][x]);
				out->dark[y][x] = true;
			}
			d = end;
			break;
		default:
			t_fail(__FILE__, __LINE__, "odd path at \"%.9s\"",
			    d - 1);
			return;
		}
	}
}

static void
read_svg(const char *svg, struct shown *out)
{
	static const char box[] = "viewBox=\"0 0 ", path[] = " d=\"";
	const char *at = strstr(svg, box);

	memset(out, 0, sizeof *out);
	ASSERT(at != NULL);
	out->side = (unsigned)strtoul(at + strlen(box), NULL, 10);
	ASSERT((at = strstr(svg, path)) != NULL);
	draw_path(at + strlen(path), out);
}

TEST(qr_svg_shows_the_matrix_in_its_quiet_zone)
{
	struct shown *shown = xcalloc(1, sizeof *shown);

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct qr *qr = make(lengths[i]);
		const char *text = "";
		struct buf out;

		buf_init_secret(&out, QR_SVG_MAX);
		ASSERT(qr_svg(qr, &out) == ERR_OK);
		EXPECT_INT(buf_cstr(&out, &text), ERR_OK);
		read_svg(text, shown);
		expect_same(qr, shown);
		buf_finish(&out);
		qr_destroy(qr);
	}
	free(shown);
}

/* What the pages' Content-Security-Policy forbids is not in it, nor what
 * would keep it from growing with its place. */
TEST(qr_svg_suits_a_page)
{
	struct qr *qr = make(237);
	const char *text = "", *end;
	struct buf out;

	buf_init_secret(&out, QR_SVG_MAX);
	ASSERT(qr_svg(qr, &out) == ERR_OK);
	EXPECT_INT(buf_cstr(&out, &text), ERR_OK);
	EXPECT(strstr(text, "style") == NULL);
	EXPECT(strstr(text, "script") == NULL);
	EXPECT(strncmp(text, "<svg ", 5) == 0);
	end = strchr(text, '>');
	ASSERT(end != NULL);
	EXPECT(memmem(text, (size_t)(end - text), "width", 5) == NULL);
	EXPECT(memmem(text, (size_t)(end - text), "height", 6) == NULL);
	EXPECT(strcmp(text + out.len - 6, "</svg>") == 0);
	EXPECT(out.len < 16 * 1024);
	buf_finish(&out);
	qr_destroy(qr);
}

TEST(qr_svg_stops_where_there_is_no_room)
{
	struct qr *qr = make(100);
	struct buf out;

	for (size_t room = 0; room < 2400; room += 97) {
		buf_init(&out, 3 + room);
		EXPECT_INT(buf_str(&out, "abc"), ERR_OK);
		EXPECT_INT(qr_svg(qr, &out), ERR_TOO_LARGE);
		EXPECT_INT(out.len, 3);
		buf_finish(&out);
	}
	qr_destroy(qr);
}
