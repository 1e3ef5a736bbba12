/*
 * What a request asks, taken apart by rules of our own: target into path
 * segments and parameters, the header fields that matter, and the faults
 * that two readers of one request could read differently. Pure.
 *
 * libmicrohttpd parses the message itself. It lets through two lengths, two
 * hosts and the absolute form: those are refused here (RFC 9112 3.2, 6.3);
 * what it does to lines, head.h finds.
 */
#ifndef PAIRDESK_HTTPD_REQUEST_H
#define PAIRDESK_HTTPD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define REQUEST_TARGET_MAX 16384        /* http.max_url at most */
#define REQUEST_SEGMENTS_MAX 8          /* no route is deeper */
#define REQUEST_PARAMS_MAX 16
#define REQUEST_FIELDS_MAX 64           /* header lines (users.md 2 E) */

enum method {
	METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_PATCH, METHOD_DELETE,
	METHOD_OPTIONS, METHOD_OTHER, METHOD_COUNT
};

struct request_param {
	const char *name, *value;
};

/* All text is borrowed: from decoded, or from who gave the fields. */
struct request {
	enum method method;
	char *decoded;                  /* owns segments and parameters */
	const char *segments[REQUEST_SEGMENTS_MAX];
	size_t segment_count;           /* 0 is "/"; over the maximum: no route */
	struct request_param params[REQUEST_PARAMS_MAX];
	size_t param_count;

	size_t field_count;
	bool is_ambiguous;              /* malformed, or two could disagree */
	bool is_too_long, is_head_too_large, is_body_too_large;
	bool is_forwarded;              /* came through some proxy */
	bool has_length, is_chunked;
	uint64_t length;
	const char *host, *origin, *referer, *authorization;
	const char *fetch_site, *fetch_mode, *fetch_dest;
	const char *content_type, *content_encoding;
	const char *accept_language, *last_event_id;
	const char *if_none_match, *cors_method;
	const char *forwarded_for, *forwarded_proto, *forwarded_host;
};

void request_init(struct request *r);
void request_finish(struct request *r);         /* NULL ok */

enum method request_method(const char *name);
const char *request_method_name(enum method method);    /* static */

/*
 * The target of the request line, as sent. ERR_MALFORMED: not in origin form
 * ("/path?query"), a control character, a broken percent escape, %00, or
 * more parameters than anybody needs. ERR_TOO_LARGE: over max bytes.
 */
MUST_CHECK enum err request_take_target(struct request *r,
    const char *target, size_t max);

/* One header field; name and value must live as long as r. */
void request_take_field(struct request *r, const char *name,
    const char *value);

/* First value of a parameter, "" for one without value; NULL: not there. */
const char *request_param(const struct request *r, const char *name);

/* Whether the body is application/json, in UTF-8 if it says, and not packed. */
bool request_is_json(const struct request *r);

#endif
