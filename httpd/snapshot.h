/*
 * Which companies the beginning of a fleet stream still has to tell: all, or
 * those that changed since an event. Walks in order of id and may pause,
 * while companies change, come and go.
 */
#ifndef PAIRDESK_HTTPD_SNAPSHOT_H
#define PAIRDESK_HTTPD_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/app.h"

struct snapshot;

/* since: those that changed after that event, if the app still knows; 0:
 * all. */
struct snapshot *snapshot_create(const struct app *a, uint64_t since);
void snapshot_destroy(struct snapshot *s);      /* NULL ok */

/* What the reader has seen in full meanwhile: since, or 0. */
uint64_t snapshot_base(const struct snapshot *s);

/* Whether the company is still to come: then it is told as it is then, and
 * a change of it need not be told now. */
bool snapshot_is_ahead(const struct snapshot *s, const char *company);

/* The next company, which may be one that is gone: then *exists is false
 * and only out->company is set. False: that was all. */
bool snapshot_next(struct snapshot *s, struct session_view *out,
    bool *exists);
/* Of those that changed, rather than of all. */
bool snapshot_is_part(const struct snapshot *s);

#endif
