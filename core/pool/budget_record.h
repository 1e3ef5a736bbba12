/*
 * A budget's entry as bytes, and back in another process. Its times are
 * monotonic and mean nothing there; what is kept are the spans up to the
 * moment of keeping. How much time has gone by since then is told by the
 * monotonic clock while the machine was not booted anew, whatever the wall
 * clock did, and else by the wall clock, of which a step back counts as no
 * time. Pure. Format: budget_record.c.
 */
#ifndef PAIRDESK_POOL_BUDGET_RECORD_H
#define PAIRDESK_POOL_BUDGET_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/pool/budget.h"

#define BUDGET_BOOT_LEN 16
#define BUDGET_RECORD_MAX 8192

struct budget_moment {
	int64_t mono_ms, wall_ms;
	uint8_t boot[BUDGET_BOOT_LEN];  /* of the machine's start */
};

MUST_CHECK enum err budget_record_encode(const struct budget_entry *e,
    const struct budget_moment *now, struct buf *out);
/* Into *out with its times; the caller frees those. ERR_INVALID,
 * ERR_TRUNCATED, ERR_UNSUPPORTED (version). */
MUST_CHECK enum err budget_record_decode(const void *p, size_t n,
    const struct budget_moment *now, struct budget_entry *out);

#endif
