/* bench screen: a QR from text to what goes to the terminal. */
#include "tests/bench/bench.h"

#include <string.h>

#include "core/app/qr_screen.h"

#define SCREEN_MAX (256u * 1024)

/* 233 characters, as long as a real one. */
static const char text[] = "https://wa.me/settings/linked_devices#"
    "2@zX8Kqv1LwTn3YcRb5MdJf7HsPg9AeUiOoVtQxWyCzBrNkDlFhGjSmEaIuZpXqYwRvTbLcKd"
    "0123456789ab,GQ5c1m5Cq0hD3t1VYQ1zv3aQf0bB9yXw2n4k6s8u0x4=,9nJ2b4D6f8H0j2L4n6P8r0T2v4X6z8B0d2F4h6J8l0=,"
    "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgMTIzNDU2Nzg=,1";

static const struct qr_terminal terminal = {
	.rows = 50, .columns = 120, .utf8 = true, .sextants = true,
	.colours256 = true
};

static void
one_matrix(void *ctx)
{
	struct qr *qr;

	(void)ctx;
	if (qr_create(text, &qr) != ERR_OK)
		bench_die("qr_create", "refused");
	qr_destroy(qr);
}

struct drawing {
	struct qr *qr;
	struct qr_shape shape;
	struct buf out;
};

static void
one_drawing(void *ctx)
{
	struct drawing *d = ctx;

	buf_clear(&d->out);
	for (unsigned row = 0; row < d->shape.rows; row++) {
		if (qr_line(d->qr, &d->shape, &terminal, row, &d->out) !=
		    ERR_OK)
			bench_die("qr_line", "refused");
	}
}

static void
say_drawing(void)
{
	struct drawing d;

	if (qr_create(text, &d.qr) != ERR_OK)
		bench_die("qr_create", "refused");
	d.shape = qr_shape(qr_size(d.qr), QR_HALF, QR_QUIET);
	buf_init(&d.out, SCREEN_MAX);
	bench_say("qr_half_us", bench_best_ns(one_drawing, &d, 2000) / 1e3);
	buf_finish(&d.out);
	qr_destroy(d.qr);
}

/* Bytes of the first picture, and of each second of one minute after it. */
static void
say_bytes(void)
{
	struct qr_screen *s = qr_screen_create(&terminal, QR_AUTO, LANG_EN);
	struct qr_view view = { .company = "bench", .qr_text = text,
	    .attempt = 1, .attempts = 6, .qr_seconds = 60 };
	size_t first = 0;
	struct buf out;

	buf_init_secret(&out, SCREEN_MAX);
	while (view.qr_seconds > 0) {
		if (qr_screen_draw(s, &view, &out) != ERR_OK)
			bench_die("qr_screen_draw", "refused");
		if (view.qr_seconds-- == 60)
			first = out.len;
	}
	bench_say("screen_first_bytes", (double)first);
	bench_say("screen_bytes_s", (double)(out.len - first) / 59);
	buf_finish(&out);
	qr_screen_destroy(s);
}

int
bench_screen(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	bench_limit(60);
	bench_say("qr_length", (double)strlen(text));
	bench_say("qr_matrix_us", bench_best_ns(one_matrix, NULL, 200) / 1e3);
	say_drawing();
	say_bytes();
	return 0;
}
