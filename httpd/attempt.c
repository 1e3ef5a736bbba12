#include "httpd/attempt.h"

bool
attempt_is_open(const struct session_view *view)
{
	return !view->linked && (view->status == WA_STATUS_CONNECTING ||
	    view->status == WA_STATUS_QR || view->status == WA_STATUS_CODE ||
	    view->status == WA_STATUS_PAIRING ||
	    view->status == WA_STATUS_PASSKEY_REQUIRED);
}
