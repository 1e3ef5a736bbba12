/* How all companies together are doing, as JSON. */
#ifndef PAIRDESK_APP_TRAFFIC_JSON_H
#define PAIRDESK_APP_TRAFFIC_JSON_H

#include <cjson/cJSON.h>

#include "core/app/words.h"
#include "core/pool/traffic.h"

/* The object "fleet" of the contract, with the alarm's sentence in lang.
 * The caller's to delete. */
cJSON *traffic_json(const struct traffic_view *view, enum lang lang);

#endif
