/* The data of server-sent events, as JSON on one line, appended. Those of
 * companies carry serverTime, so that a page can correct its clock. */
#ifndef PAIRDESK_HTTPD_EVENT_H
#define PAIRDESK_HTTPD_EVENT_H

#include <cjson/cJSON.h>

#include "core/app/app.h"
#include "core/base/buf.h"

#define EVENT_MAX ((size_t)256 * 1024)  /* a QR's picture is most of it */

/* object: of status_cache_object, without its last brace. */
MUST_CHECK enum err event_status(const void *object, size_t size,
    int64_t now_ms, struct buf *out);
/* Secrets: out should be one too. A code tells its number, masked. */
MUST_CHECK enum err event_qr(const char *company,
    const struct app_shown *shown, const char *svg, int64_t now_ms,
    struct buf *out);
MUST_CHECK enum err event_code(const char *company,
    const struct app_shown *shown, int64_t now_ms, struct buf *out);
/* Takes the error object over. */
MUST_CHECK enum err event_error(const char *company, cJSON *error,
    int64_t now_ms, struct buf *out);
/* The reader of all companies was told how they stand: full, all of them,
 * else those that changed while it was away. */
MUST_CHECK enum err event_ready(bool full, size_t companies, int64_t now_ms,
    struct buf *out);
/* One line of the log, as in a list of them. */
MUST_CHECK enum err event_log(const struct log_line *line, struct buf *out);

#endif
