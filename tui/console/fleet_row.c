/* One company: out of JSON, and what it looks like. */
#include "tui/console/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/fleet_impl.h"
#include "tui/console/text.h"
#include "tui/console/when.h"
#include "tui/told.h"

#define PRIORITY_MAX 1000000
#define CODE_MAX 9999

/* --- out of JSON -------------------------------------------------------------- */

/* 0 for what is out of bounds. */
static int64_t
number_of(const cJSON *o, const char *name, int64_t least, int64_t most)
{
	const int64_t n = told_number(o, name);

	return n < least || n > most ? 0 : n;
}

static void
read_phone(char *out, size_t size, const char *digits)
{
	if (digits[0] == '\0')
		out[0] = '\0';
	else
		str_mask_phone(out, size, digits);
}

static void
read_name(struct row *row, const char *name)
{
	char clean[STORE_NAME_SIZE];

	str_clean(clean, sizeof clean, name, strlen(name));
	if (row->name != NULL && strcmp(row->name, clean) == 0)
		return;
	free(row->name);
	row->name = xstrdup(clean);
}

/* A pair that does not fit is of a newer core: its status counts. */
static void
read_state(struct row *row, const cJSON *status)
{
	row->status = WA_STATUS_ERROR;
	row->reason = WA_REASON_NONE;
	(void)wa_status_from_name(told_text(status, "status"), &row->status);
	if (!wa_reason_from_name(told_text(status, "reason"), &row->reason) ||
	    !wa_reason_fits(row->status, row->reason))
		row->reason = WA_REASON_NONE;
}

void
row_read(struct row *row, const cJSON *status)
{
	const cJSON *error =
	    cJSON_GetObjectItemCaseSensitive(status, "lastError");

	read_name(row, told_text(status, "name"));
	read_state(row, status);
	read_phone(row->phone, sizeof row->phone,
	    told_text(status, "phoneNumber"));
	read_phone(row->pinned, sizeof row->pinned,
	    told_text(status, "pinnedPhoneNumber"));
	row->paused = told_true(status, "paused");
	row->connected = told_true(status, "connected");
	row->priority = (int)number_of(status, "priority", -PRIORITY_MAX,
	    PRIORITY_MAX);
	row->reconnects = (unsigned)number_of(status, "reconnectAttempts", 0,
	    UINT32_MAX);
	row->since_ms = told_time(status, "since");
	row->last_seen_ms = told_time(status, "lastSeen");
	row->next_attempt_ms = told_time(status, "nextAttemptAt");
	row->until_ms = told_time(status, "until");
	row->window_ends_ms = told_time(status, "windowEndsAt");
	row->last_error_ms = told_time(error, "at");
	row->code = (unsigned)number_of(error, "whatsappCode", 0, CODE_MAX);
	row->state_version = (uint64_t)number_of(status, "stateVersion", 0,
	    INT64_MAX);
}

/* --- how much it wants the admin -------------------------------------------------- */

/* Of what may be connected but limited, or banned for a while. */
static enum need
need_of_reason(enum wa_reason reason)
{
	switch (reason) {
	case WA_REASON_PHONE_SILENT:
	case WA_REASON_PERMANENT:
		return NEED_ADMIN;
	case WA_REASON_OK:
		return NEED_NOTHING;
	default:
		return NEED_PATIENCE;
	}
}

/* Problems are those of the API (status=problems); the unlinked are none. */
enum need
row_need(const struct row *row)
{
	if (row->paused)
		return NEED_NOTHING;
	switch (row->status) {
	case WA_STATUS_IDLE:
		return row->reason == WA_REASON_NEVER_LINKED ||
		    row->reason == WA_REASON_CODE_EXPIRED ? NEED_LINK :
		    NEED_NOTHING;
	case WA_STATUS_QR:
	case WA_STATUS_CODE:
	case WA_STATUS_PAIRING:
		return NEED_PHONE;
	case WA_STATUS_RECONNECTING:
	case WA_STATUS_COOLDOWN:
		return NEED_PATIENCE;
	case WA_STATUS_CONNECTED:
	case WA_STATUS_BANNED:
		return need_of_reason(row->reason);
	case WA_STATUS_CONNECTING:
		return NEED_NOTHING;
	default:
		return NEED_ADMIN;
	}
}

bool
row_is_linked(const struct row *row)
{
	switch (row->reason) {
	case WA_REASON_NEVER_LINKED:
	case WA_REASON_CODE_EXPIRED:
	case WA_REASON_UNLINKED:
	case WA_REASON_ACCOUNT_LOCKED:
	case WA_REASON_PERMANENT:
	case WA_REASON_STORE_DAMAGED:
	case WA_REASON_BUDGET:          /* of link attempts */
		return false;
	default:
		return row->status == WA_STATUS_CONNECTED ||
		    row->phone[0] != '\0';
	}
}

bool
row_is_problem(const struct row *row)
{
	return row_need(row) <= NEED_PATIENCE;
}

enum symbol
row_symbol(const struct row *row)
{
	if (row->paused)
		return SYM_PAUSED;
	switch (row_need(row)) {
	case NEED_ADMIN:
		return SYM_BAD;
	case NEED_PATIENCE:
		return SYM_WAITING;
	case NEED_PHONE:
		return SYM_WORKING;
	case NEED_LINK:
		return SYM_IDLE;
	default:
		return row->status == WA_STATUS_CONNECTED ? SYM_OK :
		    row->status == WA_STATUS_CONNECTING ? SYM_WORKING :
		    SYM_IDLE;
	}
}

enum role
row_role(const struct row *row)
{
	static const enum role roles[SYM_COUNT] = {
		[SYM_OK] = ROLE_OK,
		[SYM_WORKING] = ROLE_WORKING,
		[SYM_WAITING] = ROLE_WAITING,
		[SYM_BAD] = ROLE_BAD,
		[SYM_IDLE] = ROLE_IDLE,
		[SYM_PAUSED] = ROLE_IDLE,
	};

	return roles[row_symbol(row)];
}

const char *
row_word(const struct row *row, enum lang lang)
{
	return row->paused ? text_get(lang, TEXT_STATUS_PAUSED) :
	    words_state_name(lang, row->status, row->reason);
}

/* --- what comes next ---------------------------------------------------------------- */

enum left_form { LEFT_NONE, LEFT_SHORT, LEFT_CLOCK };

/* Which of the row's times a step is about. */
enum left_end { END_NONE, END_ATTEMPT, END_UNTIL, END_WINDOW };

/* text while the time is unknown or over, with_time before its end. */
struct step {
	enum text text, with_time;
	enum left_form form;
	enum left_end end;
};

#define PLAIN(id) { .text = TEXT_NEXT_##id }
#define MOMENT PLAIN(MOMENT)
#define RETRY { TEXT_NEXT_RETRYING, TEXT_NEXT_RETRY, LEFT_SHORT, END_ATTEMPT }
#define COUNTED { TEXT_NEXT_WAIT, TEXT_NEXT_WAIT_LEFT, LEFT_SHORT, END_UNTIL }

static const struct step steps[] = {
	[WA_REASON_NONE] = PLAIN(QR),           /* of a newer core: below */
	[WA_REASON_NEVER_LINKED] = PLAIN(LINK),
	[WA_REASON_CODE_EXPIRED] = PLAIN(NEW_CODE),
	[WA_REASON_PAUSED] = PLAIN(RESUME),
	[WA_REASON_NOT_RUNNING] = MOMENT,
	[WA_REASON_NAME_LOOKUP] = MOMENT,
	[WA_REASON_TCP] = MOMENT,
	[WA_REASON_TLS] = MOMENT,
	[WA_REASON_UPGRADE] = MOMENT,
	[WA_REASON_NOISE] = MOMENT,
	[WA_REASON_LOGIN] = MOMENT,
	[WA_REASON_FINISHING] = PLAIN(FINISHING),
	[WA_REASON_PASSKEY] = PLAIN(PASSKEY),
	[WA_REASON_OK] = { .text = TEXT_NONE },
	[WA_REASON_LIMITED] = { TEXT_NEXT_LIMITED, TEXT_NEXT_LIMITED_UNTIL,
	    LEFT_CLOCK, END_UNTIL },
	[WA_REASON_PHONE_SILENT] = PLAIN(PHONE),
	[WA_REASON_NETWORK_BLOCKED] = RETRY,
	[WA_REASON_NOT_ANSWERING] = RETRY,
	[WA_REASON_SERVER_BUSY] = RETRY,
	[WA_REASON_REFUSED] = RETRY,
	[WA_REASON_CONNECTION_LOST] = RETRY,
	[WA_REASON_UNLINKED] = PLAIN(LINK_AGAIN),
	[WA_REASON_ACCOUNT_LOCKED] = PLAIN(PHONE),
	[WA_REASON_TEMPORARY] = { TEXT_NEXT_WAIT, TEXT_NEXT_WAIT_UNTIL,
	    LEFT_CLOCK, END_UNTIL },
	[WA_REASON_PERMANENT] = PLAIN(REVIEW),
	[WA_REASON_REPLACED] = PLAIN(OTHER),
	[WA_REASON_RATE_LIMITED] = COUNTED,
	[WA_REASON_BUDGET] = COUNTED,
	[WA_REASON_CLIENT_OUTDATED] = PLAIN(VERSION),
	[WA_REASON_BAD_AGENT] = PLAIN(UPDATE),
	[WA_REASON_MULTIDEVICE_OFF] = PLAIN(PHONE_UPDATE),
	[WA_REASON_STORE_DAMAGED] = PLAIN(RESTORE),
	[WA_REASON_INTERNAL] = PLAIN(LOOK_LOG),
};

_Static_assert(ARRAY_LEN(steps) == WA_REASON_COUNT, "every reason has a step");

static const struct step *
step_of(const struct row *row)
{
	static const struct step scan = { TEXT_NEXT_QR, TEXT_NEXT_QR_LEFT,
	    LEFT_SHORT, END_WINDOW };
	static const struct step type = { TEXT_NEXT_CODE,
	    TEXT_NEXT_CODE_LEFT, LEFT_SHORT, END_WINDOW };
	static const struct step none = { .text = TEXT_NONE };

	if (row->paused)
		return &steps[WA_REASON_PAUSED];
	if (row->reason != WA_REASON_NONE)
		return &steps[row->reason];
	return row->status == WA_STATUS_QR ? &scan :
	    row->status == WA_STATUS_CODE ? &type :
	    row->status == WA_STATUS_ERROR ? &steps[WA_REASON_INTERNAL] :
	    &none;
}

static int64_t
end_of(const struct step *step, const struct row *row)
{
	switch (step->end) {
	case END_ATTEMPT:
		return row->next_attempt_ms;
	case END_UNTIL:
		return row->until_ms;
	case END_WINDOW:
		return row->window_ends_ms;
	case END_NONE:
		break;
	}
	return 0;
}

void
row_next(const struct row *row, enum lang lang, int64_t now_ms,
    char *out, size_t size)
{
	const struct step *step = step_of(row);
	const int64_t end = end_of(step, row);
	char when[WHEN_MAX];

	if (end <= now_ms) {
		(void)str_copy(out, size, text_get(lang, step->text));
		return;
	}
	if (step->form == LEFT_CLOCK)
		when_short(when, sizeof when, lang, end, now_ms);
	else
		when_left(when, sizeof when, end, now_ms);
	text_format(out, size, lang, step->with_time,
	    &(struct words_args){ .reason = when });
}

int64_t
row_next_changes_ms(const struct row *row, int64_t now_ms)
{
	const struct step *step = step_of(row);
	const int64_t end = end_of(step, row);

	if (end <= now_ms)
		return 0;
	return step->form == LEFT_CLOCK ? end :
	    when_left_changes_ms(end, now_ms);
}
