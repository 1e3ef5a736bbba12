#include "httpd/fleet_query.h"

#include <string.h>

#include "core/base/str.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 1000

/* --- small letters ------------------------------------------------------------ */

/*
 * Latin and Russian letters become small ones, in place and in as many
 * bytes, whatever the locale: companies are named in both.
 */
static void
fold(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z') {
			*p = (unsigned char)(*p + 'a' - 'A');
		} else if (*p == 0xd0 && p[1] >= 0x80 && p[1] <= 0xaf) {
			/* U+0400 and U+0420 on cross into the next block */
			*p = (unsigned char)(p[1] < 0x90 || p[1] >= 0xa0 ?
			    0xd1 : 0xd0);
			p[1] = (unsigned char)(p[1] < 0x90 ? p[1] + 0x10 :
			    p[1] < 0xa0 ? p[1] + 0x20 : p[1] - 0x20);
			p++;
		}
	}
}

static bool
has_text(const char *in, const char *text)
{
	char folded[256];

	(void)str_copy(folded, sizeof folded, in);
	fold(folded);
	return strstr(folded, text) != NULL;
}

static bool
ends_with(const char *in, const char *end)
{
	const size_t n = strlen(in), m = strlen(end);

	return n >= m && strcmp(in + n - m, end) == 0;
}

/* --- the parameters ------------------------------------------------------------- */

static bool
read_limit(const char *text, size_t *out)
{
	uint64_t limit = LIMIT_DEFAULT;

	if (text != NULL && (!str_to_u64(text, LIMIT_MAX, &limit) ||
	    limit == 0))
		return false;
	*out = (size_t)limit;
	return true;
}

static bool
read_status(const char *text, struct fleet_query *q)
{
	if (text == NULL || text[0] == '\0')
		return true;
	if (strcmp(text, "problems") == 0) {
		q->problems = true;
		return true;
	}
	q->has_status = wa_status_from_name(text, &q->status);
	return q->has_status;
}

static bool
read_text(const char *text, struct fleet_query *q)
{
	if (text == NULL)
		return true;
	if (!str_copy(q->text, sizeof q->text, text) ||
	    !str_is_utf8(text, strlen(text)))
		return false;
	fold(q->text);
	return true;
}

const char *
fleet_query_read(const struct request *r, struct fleet_query *out)
{
	const char *cursor = request_param(r, "cursor");

	*out = (struct fleet_query){ .cursor = cursor != NULL ? cursor : "" };
	if (!read_limit(request_param(r, "limit"), &out->limit))
		return "limit";
	if (out->cursor[0] != '\0' && !company_id_is_valid(out->cursor))
		return "cursor";
	if (!read_status(request_param(r, "status"), out))
		return "status";
	return read_text(request_param(r, "q"), out) ? NULL : "q";
}

/* --- the companies ---------------------------------------------------------------- */

bool
fleet_is_problem(const struct session_view *view)
{
	switch (view->status) {
	case WA_STATUS_PASSKEY_REQUIRED:
	case WA_STATUS_RECONNECTING:
	case WA_STATUS_LOGGED_OUT:
	case WA_STATUS_BANNED:
	case WA_STATUS_CONFLICT:
	case WA_STATUS_COOLDOWN:
	case WA_STATUS_OUTDATED:
	case WA_STATUS_ERROR:
		return true;
	case WA_STATUS_CONNECTED:
		return view->reason != WA_REASON_OK;
	default:
		return false;
	}
}

bool
fleet_query_takes(const struct fleet_query *q,
    const struct session_view *view)
{
	if (q->has_status && view->status != q->status)
		return false;
	if (q->problems && !fleet_is_problem(view))
		return false;
	return q->text[0] == '\0' || has_text(view->company, q->text) ||
	    has_text(view->name, q->text) || ends_with(view->phone, q->text);
}
