/* Copies of one company's state, for faces. */
#include "core/app/app_impl.h"

#include <assert.h>

#include "core/base/secret.h"
#include "core/base/str.h"

static_assert(SHOWN_QR_MAX == QR_TEXT_MAX, "what is shown can be drawn");

bool
app_view(const struct app *a, const char *company, struct session_view *out)
{
	const struct session *s = app_session(a, company);

	if (s == NULL)
		return false;
	session_view(s, out);
	return true;
}

bool
app_shown(const struct app *a, const char *company, struct app_shown *out)
{
	const struct session *s = app_session(a, company);
	struct session_shown shown;

	if (s == NULL)
		return false;
	session_shown(s, &shown);
	*out = (struct app_shown){
	    .qr_attempt = shown.qr_attempt,
	    .qr_left = shown.qr_left,
	    .qr_expires_ms = shown.qr_expires_ms,
	    .window_ends_ms = shown.window_ends_ms,
	};
	str_copy(out->qr, sizeof out->qr, shown.qr);
	str_copy(out->code, sizeof out->code, shown.code);
	str_copy(out->code_phone, sizeof out->code_phone, shown.code_phone);
	secret_wipe(&shown, sizeof shown);
	return true;
}

bool
app_health(const struct app *a, const char *company, struct app_health *out)
{
	const struct session *s = app_session(a, company);
	struct session_view view;

	if (s == NULL)
		return false;
	session_view(s, &view);
	*out = (struct app_health){
	    .uptime_ms = session_uptime_ms(s),
	    .last_answer_ms = view.last_seen_ms,
	    .rtt_ms = view.rtt_ms,
	    .prekeys = view.prekeys,
	    .reconnects_24h = session_reconnects_24h(s),
	};
	return true;
}

size_t
app_history(const struct app *a, const char *company, uint64_t before,
    struct app_change *out, size_t max)
{
	const struct session *s = app_session(a, company);
	struct session_change c = { .seq = before == 0 ? UINT64_MAX : before };
	size_t n = 0;

	while (s != NULL && n < max && session_change_before(s, c.seq, &c))
		out[n++] = (struct app_change){
		    .seq = c.seq,
		    .at_ms = c.at_ms,
		    .status = c.status,
		    .reason = c.reason,
		    .state_version = c.state_version,
		    .code = c.code,
		};
	return n;
}
