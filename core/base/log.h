/*
 * The log: one line per fact, key=value, company first. Define LOG_MODULE
 * before including. Only session, pool, app, httpd and tui log; the layers
 * below return errors. Values of foreign origin go through str_clean or
 * str_mask_phone first; keys, codes and tokens have no log call at all.
 *
 * Line: 2026-11-22T12:00:00.000Z level=info mod=session session=acme ...
 */
#ifndef PAIRDESK_BASE_LOG_H
#define PAIRDESK_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_COUNT };

#define LOG_LINE_MAX 1024       /* bytes; longer lines are cut */

/*
 * Where lines go. path: appended, made 0600, rotated to "<path>.1" at
 * max_bytes; NULL for none. When standard error is the systemd journal,
 * lines go there instead, with priority prefixes and without the time.
 */
MUST_CHECK enum err log_open(const char *path, uint64_t max_bytes,
    enum log_level least);
void log_close(void);

const char *log_level_name(enum log_level level);

/* A listener sees every line that is written (faces, tests). NULL clears. */
typedef void (*log_tap_fn)(void *ctx, enum log_level level, const char *line);
void log_set_tap(log_tap_fn tap, void *ctx);

void log_write(enum log_level level, const char *module, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define log_debug(...) log_write(LOG_DEBUG, LOG_MODULE, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, LOG_MODULE, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, LOG_MODULE, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR, LOG_MODULE, __VA_ARGS__)

#endif
