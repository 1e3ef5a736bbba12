/*
 * Whether the header of a request is what libmicrohttpd took it for. Before
 * 1.0 it ends text at a NUL that a client sent, ends lines at a bare line
 * feed and joins folded ones, so that a proxy in front may have read another
 * request (RFC 9112 2.2, 5.2; RFC 9110 5.5). It parses in place: where a
 * line, a name and a value lie tells what was between them. Pure.
 */
#ifndef PAIRDESK_HTTPD_HEAD_H
#define PAIRDESK_HTTPD_HEAD_H

#include <stdbool.h>
#include <stddef.h>

struct head {
	const char *line;               /* where the next one has to begin */
	bool is_odd;
};

/* The request line: where each of its parts begins, and where the target as
 * it was given first ends. */
struct head_line {
	const char *method, *target, *target_end, *version;
};
void head_begin(struct head *h, const struct head_line *line);
/* The next field, in the order of the message. */
void head_field(struct head *h, const char *name, const char *value);
/* end: behind the empty line. False: it is not what it seems. */
bool head_is_sound(const struct head *h, const char *end);

#endif
