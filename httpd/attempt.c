#include "httpd/attempt.h"

#include "core/base/str.h"

bool
attempt_is_open(const struct session_view *view)
{
	return !view->linked && (view->status == WA_STATUS_CONNECTING ||
	    view->status == WA_STATUS_QR || view->status == WA_STATUS_CODE ||
	    view->status == WA_STATUS_PAIRING ||
	    view->status == WA_STATUS_PASSKEY_REQUIRED);
}

bool
attempt_replaces(const struct session_view *view)
{
	return view->replace == REPLACE_OPENING ||
	    view->replace == REPLACE_WAITING ||
	    view->replace == REPLACE_FINISHING;
}

void
attempt_view_candidate(struct session_view *view)
{
	if (view->pinned_phone[0] == '\0')
		str_copy(view->pinned_phone, sizeof view->pinned_phone,
		    view->phone);
	view->linked = false;
	view->next_attempt_ms = view->replace_next_ms;
	view->until_ms = view->replace_after_ms;
}
