/*
 * A QR code as an SVG image: black on white with its quiet zone, one path.
 * It has no size of its own, only a viewBox: in a page it takes the width
 * of its place and stays square. No script, no style, nothing fetched, so
 * it may stand in a page under a strict Content-Security-Policy.
 */
#ifndef PAIRDESK_APP_QR_SVG_H
#define PAIRDESK_APP_QR_SVG_H

#include "core/app/qr.h"
#include "core/base/buf.h"

#define QR_SVG_MAX (64 * 1024)  /* holds any text of QR_TEXT_MAX */

/* Appends it, without line breaks or an XML declaration; out unchanged on
 * error (ERR_TOO_LARGE, ERR_NO_MEMORY). What it says is a secret. */
MUST_CHECK enum err qr_svg(const struct qr *qr, struct buf *out);

#endif
