/* bench image: one QR drawn as the API hands it out, SVG, PNG and data URL. */
#include "tests/bench/bench.h"

#include "core/app/qr_png.h"
#include "core/app/qr_svg.h"
#include "core/base/str.h"

#define OUT_MAX (256u * 1024)

/* 239 characters, as long as a real one. */
static const char text[] = "https://wa.me/settings/linked_devices#"
    "2@mQ4tVb8Xy1ZcRw6NkPj3LsHd7GfUe0AoTiBqJx5MvYnCzKrDlWpEuShFaOgIm2X9c8V7b6N5"
    "q1w2e3r4,Zk3p0vN8mT6yR4wX2cB1sD7fG5hJ9lQaWeRtYuIoPx="
    ",Bv6nC4xZ2lK0jH8gF6dS4aP2oI0uY8tR6eW4qA="
    ",cGFpcmRlc2sgYmVuY2ggcGFpcmRlc2s=,1";

static void
one_image(void *ctx)
{
	struct buf svg, png, url;
	struct qr *qr;

	(void)ctx;
	buf_init(&svg, OUT_MAX);
	buf_init(&png, OUT_MAX);
	buf_init(&url, OUT_MAX);
	if (qr_create(text, &qr) != ERR_OK || qr_svg(qr, &svg) != ERR_OK ||
	    qr_png(qr, &png) != ERR_OK ||
	    str_base64(&url, png.data, png.len) != ERR_OK)
		bench_die("image", "cannot be drawn");
	qr_destroy(qr);
	buf_finish(&svg);
	buf_finish(&png);
	buf_finish(&url);
}

int
bench_image(int argc, char **argv)
{
	(void)argc, (void)argv;
	bench_say("qr_image_us", bench_best_ns(one_image, NULL, 200) / 1e3);
	return 0;
}
