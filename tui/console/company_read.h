/*
 * What the API tells of one company, out of its objects. Pure; whatever has
 * not the type it should have counts as not there.
 */
#ifndef PAIRDESK_TUI_CONSOLE_COMPANY_READ_H
#define PAIRDESK_TUI_CONSOLE_COMPANY_READ_H

#include <cjson/cJSON.h>

#include "tui/console/company_news.h"

void company_read_state(struct company_state *s, const cJSON *o,
    enum lang lang);
/* now_ms: of the core's clock. Points in time that only tremble stay as h has
 * them: the same twice is the same bytes. */
void company_read_health(struct company_health *h, const cJSON *o,
    int64_t now_ms);
/* The caller frees its message. */
struct company_change company_read_change(const cJSON *o);
void company_read_link(struct company_link *link, const cJSON *o);

#endif
