#include "core/session/history.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/mem.h"

#define ROOM_FIRST 8

/* As kept: 24 bytes. The number follows from the place. */
struct history_item {
	int64_t at_ms;
	uint64_t state_version;
	uint32_t code;
	uint8_t status, reason;
};

static_assert(WA_STATUS_COUNT <= UINT8_MAX && WA_REASON_COUNT <= UINT8_MAX,
    "both fit into a byte");

static uint64_t
first_seq(const struct history *h)
{
	return h->last_seq > h->room ? h->last_seq - h->room + 1 : 1;
}

void
history_finish(struct history *h)
{
	free(h->ring);
	*h = (struct history){ NULL, 0, 0 };
}

static void
grow(struct history *h)
{
	const unsigned room = h->room == 0 ? ROOM_FIRST : h->room * 2;
	struct history_item *ring = xcalloc(room, sizeof *ring);

	for (uint64_t seq = first_seq(h); seq <= h->last_seq; seq++)
		ring[seq % room] = h->ring[seq % h->room];
	free(h->ring);
	h->ring = ring;
	h->room = room;
}

void
history_add(struct history *h, const struct session_change *change)
{
	if (h->last_seq == h->room && h->room < HISTORY_MAX)
		grow(h);
	h->ring[++h->last_seq % h->room] = (struct history_item){
	    .at_ms = change->at_ms,
	    .state_version = change->state_version,
	    .code = change->code,
	    .status = (uint8_t)change->status,
	    .reason = (uint8_t)change->reason,
	};
}

bool
history_before(const struct history *h, uint64_t before,
    struct session_change *out)
{
	const uint64_t seq = before > h->last_seq ? h->last_seq : before - 1;
	const struct history_item *item;

	if (before == 0 || h->room == 0 || seq < first_seq(h))
		return false;
	item = &h->ring[seq % h->room];
	*out = (struct session_change){
	    .seq = seq,
	    .at_ms = item->at_ms,
	    .status = (enum wa_status)item->status,
	    .reason = (enum wa_reason)item->reason,
	    .state_version = item->state_version,
	    .code = item->code,
	};
	return true;
}
