/*
 * Status objects as they were last rendered. Most polls ask for what has not
 * changed since; a rendering is used again while the view, the language
 * and, where a sentence counts seconds, the second are the same.
 */
#ifndef PAIRDESK_HTTPD_STATUS_CACHE_H
#define PAIRDESK_HTTPD_STATUS_CACHE_H

#include "core/app/words.h"
#include "core/base/buf.h"
#include "core/session/session.h"
#include "httpd/response.h"

struct status_cache;

struct status_cache *status_cache_create(void);
void status_cache_destroy(struct status_cache *c);      /* NULL ok */

/*
 * The whole answer, with "serverTime" as it was at most STATUS_FRESH_MS ago;
 * borrowed until the next call. NULL: no memory.
 */
#define STATUS_FRESH_MS 50
struct response *status_cache_response(struct status_cache *c,
    const struct session_view *view, enum lang lang, enum audience audience,
    int64_t now_ms);

/* The status object without its closing brace, so that more can be added;
 * borrowed as well. NULL: no memory. */
const void *status_cache_object(struct status_cache *c,
    const struct session_view *view, enum lang lang, enum audience audience,
    int64_t now_ms, size_t *size);

/* The body alone, for an answer with fields of its own; borrowed as well. */
const struct buf *status_cache_body(struct status_cache *c,
    const struct session_view *view, enum lang lang, enum audience audience,
    int64_t now_ms);

#endif
