/* What to do on the phone with a pairing code, as sentences in order: where
 * Android and iPhone differ there is one for each. Pure. */
#ifndef PAIRDESK_HTTPD_LINK_STEPS_H
#define PAIRDESK_HTTPD_LINK_STEPS_H

#include <cjson/cJSON.h>

#include "core/app/words.h"

cJSON *link_steps_json(enum lang lang);

#endif
