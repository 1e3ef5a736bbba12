/*
 * Lines of a core's log as they are shown: the newest some thousand in a
 * ring, and the view of them that a filter leaves. Pure. Bounded in lines and
 * bytes.
 */
#ifndef PAIRDESK_TUI_CONSOLE_LOG_LINES_H
#define PAIRDESK_TUI_CONSOLE_LOG_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/log.h"
#include "core/store/store.h"

#define LOG_LINES_MAX 5000
#define LOG_LINES_BYTES ((size_t)1024 * 1024)
#define LOG_WISH_MAX 256

/* What is wanted. Zeroes: everything. */
struct log_wish {
	char filter[LOG_WISH_MAX];      /* words that all must be there; !word
	                                 * must not, a|b one of them */
	char company[COMPANY_ID_MAX + 1];
	enum log_level least;
};

/* text: without what the other members say. "session: status=error" */
struct log_entry {
	uint64_t n;                     /* rises by one, of all lines taken */
	int64_t at_ms;
	enum log_level level;
	const char *company;            /* "" none */
	const char *text;
};

struct log_lines;

struct log_lines *log_lines_create(void);
void log_lines_destroy(struct log_lines *l);    /* NULL ok */

/* One of the API. False: it is none. Entries move: what was borrowed ends. */
bool log_lines_add(struct log_lines *l, const cJSON *line);

/* All that are kept, and those of the view. */
size_t log_lines_count(const struct log_lines *l);
size_t log_lines_shown(const struct log_lines *l);
/* The i-th of the view, oldest first. */
const struct log_entry *log_lines_at(const struct log_lines *l, size_t i);
/* Where a line is in the view, or the first behind it. */
size_t log_lines_place(const struct log_lines *l, uint64_t n);

void log_lines_wish(struct log_lines *l, const struct log_wish *wish);
const struct log_wish *log_lines_wished(const struct log_lines *l);

#endif
