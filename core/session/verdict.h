/*
 * What an ending means and what to do about it: WhatsApp's failures and
 * stream errors, and lost connections, as one small value (protocol notes
 * 11, users.md 6). Pure.
 */
#ifndef PAIRDESK_SESSION_VERDICT_H
#define PAIRDESK_SESSION_VERDICT_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/io/ws.h"
#include "core/session/status.h"
#include "core/wire/node.h"

enum verdict_act {
	ACT_RESTART,    /* dial again at once, not an error (515) */
	ACT_RETRY,      /* back off, without limit */
	ACT_LIMITED,    /* back off, but stop after REFUSALS_MAX in a row */
	ACT_CONFLICT,   /* dial again shortly, stop at the third in a minute */
	ACT_VERSION,    /* learn the client version, dial once more, then stop */
	ACT_WAIT,       /* one try after wait_s or the cooldown */
	ACT_HALT,       /* stop, keep the keys, an admin must act */
	ACT_RETIRE      /* the link is gone: keys to quarantine, stop */
};

#define VERDICT_DETAIL_MAX 320   /* with a path in it */

struct verdict {
	enum verdict_act act;
	enum wa_reason reason;
	unsigned code;                  /* WhatsApp's or HTTP's, 0 none */
	unsigned ban_code;              /* with 402: 101 ... */
	int64_t wait_s;                 /* with ACT_WAIT when told, else 0 */
	enum stage stage;               /* where a connection was lost */
	enum err err;                   /* and why, ERR_OK if told by WhatsApp */
	char phone_end[5];              /* of a phone that was refused */
	char detail[VERDICT_DETAIL_MAX];/* clean text for logs and admins */
};

/* Of <failure reason=...>. */
void verdict_of_failure(const struct node *failure, struct verdict *out);
/* Of <stream:error ...>. */
void verdict_of_stream_error(const struct node *error, struct verdict *out);
/* Of a connection that ended without a word. */
void verdict_of_loss(enum err err, enum stage stage, int http_status,
    const char *detail, struct verdict *out);
/* Of a ping or stage that was never answered. */
void verdict_of_silence(enum stage stage, struct verdict *out);

/* errorCode of the HTTP contract for an answer that fails because of it, as
 * wa_reason_error_code; a phone other than the bound one has its own. */
#define VERDICT_VETO_CODE "INVALID_PHONE"
const char *verdict_error_code(const struct verdict *v);

/* What a connection shows while it is at this stage. */
enum wa_reason verdict_stage_reason(enum stage stage);

#endif
