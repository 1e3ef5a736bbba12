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

struct status_cache;

struct status_cache *status_cache_create(void);
void status_cache_destroy(struct status_cache *c);      /* NULL ok */

/* The status object as JSON text without its closing brace, so that the
 * caller may add to it; borrowed until the next call. NULL: no memory. */
const struct buf *status_cache_get(struct status_cache *c,
    const struct session_view *view, enum lang lang, int64_t now_ms);

#endif
