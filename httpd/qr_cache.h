/*
 * The pictures of the QR codes that are on show, each drawn once, whoever
 * asks for it how often: the newest code of each company, bounded in number.
 * Who scans one is linked, so what is replaced or over is wiped.
 */
#ifndef PAIRDESK_HTTPD_QR_CACHE_H
#define PAIRDESK_HTTPD_QR_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "core/app/app.h"

struct qr_cache;

/* Borrowed, until the next call for the same company and at most until the
 * next turn of the loop. */
struct qr_image {
	const char *text;               /* of the code */
	const char *svg;                /* NUL behind it; also those below */
	size_t svg_len;
	const uint8_t *png;
	size_t png_len;
	const char *data_url;           /* "data:image/png;base64,..." */
	size_t data_url_len;
};

/* Forgets a company's code when its attempt is over. */
struct qr_cache *qr_cache_create(struct app *app);
void qr_cache_destroy(struct qr_cache *c);      /* NULL ok */

/* NULL: text cannot be drawn (too long, no memory). */
const struct qr_image *qr_cache_get(struct qr_cache *c, const char *company,
    const char *text);

#endif
