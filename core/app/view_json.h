/* The status object of the HTTP contract (api.md), for every face. */
#ifndef PAIRDESK_APP_VIEW_JSON_H
#define PAIRDESK_APP_VIEW_JSON_H

#include "core/app/words.h"
#include "core/base/buf.h"
#include "core/session/session.h"

/* What the sentences about this view need; now_ms is the wall clock. */
void view_words_args(const struct session_view *view,
    enum audience audience, int64_t now_ms, struct words_args *out);

/* Why it is not connected yet, for one who waited long enough: the last
 * trouble, also while it dials again; not_answering if there was none. */
enum wa_reason view_trouble(const struct session_view *view);

/* Appends the object as JSON text without line breaks. */
MUST_CHECK enum err view_json(const struct session_view *view,
    enum lang lang, enum audience audience, int64_t now_ms,
    struct buf *out);

/* --- health and history ------------------------------------------------------ */

struct app_health;
struct app_change;

/* Linked, connected, and answering: what /health says yes to. */
bool health_is_good(const struct session_view *view,
    const struct app_health *health, int64_t now_ms);
/* Appends the health object of api.md; a detail is a sentence, with what to
 * do where a check fails. */
MUST_CHECK enum err health_json(const struct session_view *view,
    const struct app_health *health, enum lang lang, enum audience audience,
    int64_t now_ms, struct buf *out);

/* Appends {"seq","at","status","reason","message","code","stateVersion"}. */
MUST_CHECK enum err history_json(const struct app_change *change,
    enum lang lang, struct buf *out);

#endif
