/*
 * A QR code as a PNG image: black on white with its quiet zone, one bit a
 * pixel. Six pixels a module: a link's code comes to about 400 pixels, which
 * fits the narrowest phone in use at twice its density and is still read
 * from a screen's photo; a whole number, so that every module is a sharp
 * square.
 */
#ifndef PAIRDESK_APP_QR_PNG_H
#define PAIRDESK_APP_QR_PNG_H

#include "core/app/qr.h"
#include "core/base/buf.h"

#define QR_PNG_PIXELS 6         /* a module's side */
#define QR_PNG_MAX (64 * 1024)  /* holds any text of QR_TEXT_MAX */

/* Appends it; out unchanged on error (ERR_TOO_LARGE, ERR_NO_MEMORY). What it
 * says is a secret. */
MUST_CHECK enum err qr_png(const struct qr *qr, struct buf *out);

#endif
