/*
 * Bytes on their way to a terminal that may be slow: counted, never waited
 * for. Without a terminal they are kept for tests.
 */
#ifndef PAIRDESK_TUI_CONSOLE_SCREEN_LINE_H
#define PAIRDESK_TUI_CONSOLE_SCREEN_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/io/loop.h"

struct line;

struct line_params {
	struct loop *loop;
	int fd;                         /* non-blocking; -1: none */
	void (*on_drained)(void *ctx);
	void (*on_gone)(void *ctx);
	void *ctx;
};

struct line *line_create(const struct line_params *params);
void line_destroy(struct line *l);      /* NULL ok; what is left is lost */

/* Append what is to be sent, then line_send. */
struct buf *line_buf(struct line *l);
void line_add(struct line *l, const void *p, size_t n);
void line_send(struct line *l);
/* All of it has been taken by the terminal. */
bool line_is_free(const struct line *l);
/* Nothing of what waits matters any more. */
void line_drop(struct line *l);
uint64_t line_sent(const struct line *l);
/* For tests: since the last call, NUL-terminated. */
const char *line_take(struct line *l, size_t *n);

#endif
