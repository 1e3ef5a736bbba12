/*
 * The matrix of a QR code. Byte mode, error correction L, the smallest
 * version that holds the text: fewer modules are larger ones on a screen.
 * What a link's QR says is a secret, so the matrix is wiped when it goes.
 */
#ifndef PAIRDESK_APP_QR_H
#define PAIRDESK_APP_QR_H

#include <stdbool.h>

#include "core/base/err.h"

#define QR_TEXT_MAX 1024        /* bytes; the longest link text is about 700 */

struct qr;

/* ERR_INVALID (empty), ERR_TOO_LARGE, ERR_NO_MEMORY. */
MUST_CHECK enum err qr_create(const char *text, struct qr **out);
void qr_destroy(struct qr *qr);                 /* NULL ok */

/* Modules in a row, without quiet zone: 21..177. */
unsigned qr_size(const struct qr *qr);

/* Everything outside the matrix is light, as a quiet zone is. */
bool qr_is_dark(const struct qr *qr, int x, int y);

#endif
