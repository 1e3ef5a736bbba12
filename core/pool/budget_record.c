/*
 * A budget's entry, version 1:
 *
 *	u8	version, 1
 *	u8	kind (enum budget_kind)
 *	u8	refusals in a row
 *	u8	length of the name, and that many bytes without NUL
 *	16	which start of the machine
 *	u64be	monotonic ms, wall ms: when this was kept
 *	u8	1: was refused; then u64be, two's complement: how long from
 *		then on it is shut, below 0 if that was over
 *	u16be	how often it was used, then as many
 *	u32be	ms before it was kept, oldest first
 *
 * Nothing may follow.
 */
#include "core/pool/budget_record.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

#define VERSION 1
#define SHUT_MAX_MS (366LL * 24 * 60 * 60 * 1000)       /* by whatever is told */

static enum err
put_ms(struct buf *out, int64_t ms)
{
	enum err err;

	if ((err = buf_u32be(out, (uint32_t)((uint64_t)ms >> 32))) != ERR_OK)
		return err;
	return buf_u32be(out, (uint32_t)ms);
}

static int64_t
get_ms(struct reader *r)
{
	const uint64_t high = reader_u32be(r);

	return (int64_t)(high << 32 | reader_u32be(r));
}

static enum err
put_times(struct buf *out, const struct budget_entry *e, int64_t now_ms)
{
	unsigned from = 0;
	enum err err;

	while (from < e->count && now_ms - e->times[from] >= BUDGET_SPAN_MS)
		from++;
	if ((err = buf_u16be(out, (uint16_t)(e->count - from))) != ERR_OK)
		return err;
	for (; from < e->count; from++) {
		if ((err = buf_u32be(out, (uint32_t)(now_ms -
		    e->times[from]))) != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err
budget_record_encode(const struct budget_entry *e,
    const struct budget_moment *now, struct buf *out)
{
	const bool is_shut = e->shut_until_ms != INT64_MIN;
	const size_t name_len = strlen(e->key.name);
	enum err err;

	if ((err = buf_u8(out, VERSION)) != ERR_OK ||
	    (err = buf_u8(out, (uint8_t)e->key.kind)) != ERR_OK ||
	    (err = buf_u8(out, (uint8_t)e->refusals)) != ERR_OK ||
	    (err = buf_u8(out, (uint8_t)name_len)) != ERR_OK ||
	    (err = buf_append(out, e->key.name, name_len)) != ERR_OK ||
	    (err = buf_append(out, now->boot, BUDGET_BOOT_LEN)) != ERR_OK ||
	    (err = put_ms(out, now->mono_ms)) != ERR_OK ||
	    (err = put_ms(out, now->wall_ms)) != ERR_OK ||
	    (err = buf_u8(out, is_shut)) != ERR_OK ||
	    (is_shut && (err = put_ms(out, e->shut_until_ms -
	    now->mono_ms)) != ERR_OK))
		return err;
	return put_times(out, e, now->mono_ms);
}

static bool
take_head(struct reader *r, struct budget_entry *out)
{
	const uint8_t kind = reader_u8(r);
	const uint8_t *name;
	size_t n;

	out->refusals = reader_u8(r);
	n = reader_u8(r);
	name = reader_bytes(r, n);
	if (kind >= BUDGET_KIND_COUNT || n >= BUDGET_NAME_SIZE ||
	    name == NULL || memchr(name, '\0', n) != NULL)
		return false;
	out->key.kind = (enum budget_kind)kind;
	memcpy(out->key.name, name, n);
	return true;
}

/* Since it was kept. */
static int64_t
elapsed_ms(const struct budget_moment *then, const struct budget_moment *now)
{
	const int64_t from = memcmp(then->boot, now->boot, BUDGET_BOOT_LEN) ==
	    0 ? then->mono_ms : then->wall_ms;
	const int64_t to = memcmp(then->boot, now->boot, BUDGET_BOOT_LEN) ==
	    0 ? now->mono_ms : now->wall_ms;

	return from < 0 || to < from ? 0 : to - from;
}

static void
take_moment(struct reader *r, struct budget_moment *out)
{
	reader_copy(r, out->boot, BUDGET_BOOT_LEN);
	out->mono_ms = get_ms(r);
	out->wall_ms = get_ms(r);
}

enum err
budget_record_decode(const void *p, size_t n, const struct budget_moment *now,
    struct budget_entry *out)
{
	struct budget_entry e = { .shut_until_ms = INT64_MIN };
	int64_t times[BUDGET_TIMES_MAX];
	struct budget_moment then;
	struct reader r;
	int64_t gone, shut;
	bool is_shut;

	reader_init(&r, p, n);
	if (reader_u8(&r) != VERSION)
		return n == 0 ? ERR_TRUNCATED : ERR_UNSUPPORTED;
	if (!take_head(&r, &e))
		return reader_ok(&r) ? ERR_INVALID : ERR_TRUNCATED;
	take_moment(&r, &then);
	gone = elapsed_ms(&then, now);
	is_shut = reader_u8(&r) != 0;
	if (is_shut) {
		shut = get_ms(&r);
		if (shut > SHUT_MAX_MS)
			return ERR_INVALID;
		/* so long ago that nothing of it counts, or the sum fits */
		if (shut > -SHUT_MAX_MS && gone < SHUT_MAX_MS)
			e.shut_until_ms = now->mono_ms - gone + shut;
		else
			e.refusals = 0;
	}
	e.count = reader_u16be(&r);
	if (e.count > BUDGET_TIMES_MAX)
		return ERR_INVALID;
	for (unsigned i = 0; i < e.count; i++)
		times[i] = now->mono_ms - reader_u32be(&r) -
		    (gone < SHUT_MAX_MS ? gone : SHUT_MAX_MS);
	if (!reader_is_end(&r))
		return reader_ok(&r) ? ERR_INVALID : ERR_TRUNCATED;
	e.times = xreallocarray(NULL, e.count + 1, sizeof times[0]);
	memcpy(e.times, times, e.count * sizeof times[0]);
	*out = e;
	return ERR_OK;
}
