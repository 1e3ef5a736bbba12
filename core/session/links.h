/*
 * The phones a company was linked to so far, newest first: the record "links"
 * of its database. Pure. Format: links.c.
 */
#ifndef PAIRDESK_SESSION_LINKS_H
#define PAIRDESK_SESSION_LINKS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

#define LINKS_TABLE "history"
#define LINKS_KEY "links"
#define LINKS_MAX 32            /* older ones are forgotten */

struct link_record {
	int64_t at_ms;                  /* wall */
	char phone[32];                 /* digits, "" unknown */
	char platform[32];              /* of the phone, "" unknown */
};

struct links {
	size_t count;
	struct link_record at[LINKS_MAX];
};

void links_add(struct links *l, const struct link_record *record);
MUST_CHECK enum err links_encode(const struct links *l, struct buf *out);
/* ERR_CORRUPT, *out untouched, for anything but such a record;
 * ERR_NEWER_SCHEMA for one of a later version. */
MUST_CHECK enum err links_decode(const void *p, size_t n, struct links *out);

#endif
