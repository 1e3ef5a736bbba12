/* company_row to and from bytes. Pure. Format: row.c. */
#ifndef PAIRDESK_STORE_ROW_H
#define PAIRDESK_STORE_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

struct company_row;

#define ROW_MAX 1024            /* encoded; all fields at their longest fit */

MUST_CHECK enum err row_encode(const struct company_row *row, struct buf *out);

/* Exactly n bytes; *out only on ERR_OK. ERR_TRUNCATED, ERR_TRAILING,
 * ERR_UNSUPPORTED (version, flags), ERR_MALFORMED. */
MUST_CHECK enum err row_decode(const void *p, size_t n,
    struct company_row *out);

#endif
