#include "core/session/status.h"

#include <stddef.h>
#include <string.h>

static const char *const status_names[] = {
#define STATUS_ROW(id, name) [WA_STATUS_##id] = (name),
	WA_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

_Static_assert(sizeof status_names / sizeof status_names[0] ==
    WA_STATUS_COUNT, "every status has a name");

static const struct {
	const char *name;
	enum wa_status status;
	const char *error_code;
} reasons[] = {
	[WA_REASON_NONE] = { "", WA_STATUS_COUNT, NULL },
#define REASON_ROW(id, name, status, code) \
	[WA_REASON_##id] = { name, WA_STATUS_##status, code },
	WA_REASON_LIST(REASON_ROW)
#undef REASON_ROW
};

_Static_assert(sizeof reasons / sizeof reasons[0] == WA_REASON_COUNT,
    "every reason has a row");

static enum wa_reason
in_range(enum wa_reason reason)
{
	return (unsigned)reason < WA_REASON_COUNT ? reason
	    : WA_REASON_INTERNAL;
}

const char *
wa_status_name(enum wa_status status)
{
	return status_names[(unsigned)status < WA_STATUS_COUNT ? status
	    : WA_STATUS_ERROR];
}

const char *
wa_reason_name(enum wa_reason reason)
{
	return reasons[in_range(reason)].name;
}

bool
wa_status_from_name(const char *name, enum wa_status *out)
{
	for (int i = 0; i < WA_STATUS_COUNT; i++) {
		if (strcmp(name, status_names[i]) == 0) {
			*out = (enum wa_status)i;
			return true;
		}
	}
	return false;
}

bool
wa_reason_from_name(const char *name, enum wa_reason *out)
{
	for (int i = 0; i < WA_REASON_COUNT; i++) {
		if (strcmp(name, reasons[i].name) == 0) {
			*out = (enum wa_reason)i;
			return true;
		}
	}
	return false;
}

bool
wa_reason_fits(enum wa_status status, enum wa_reason reason)
{
	if ((unsigned)reason >= WA_REASON_COUNT)
		return false;
	if (reason == WA_REASON_NONE)
		return status == WA_STATUS_QR || status == WA_STATUS_CODE;
	return reasons[reason].status == status;
}

bool
wa_reason_status(enum wa_reason reason, enum wa_status *out)
{
	if (in_range(reason) == WA_REASON_NONE)
		return false;
	*out = reasons[in_range(reason)].status;
	return true;
}

const char *
wa_reason_error_code(enum wa_reason reason)
{
	return reasons[in_range(reason)].error_code;
}
