/* The body of PATCH .../{companyId} as what the app is to set. */
#ifndef PAIRDESK_HTTPD_PATCH_BODY_H
#define PAIRDESK_HTTPD_PATCH_BODY_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "core/app/patch.h"
#include "httpd/exchange.h"

/* False: x is answered; the fault is named. null clears name and number. */
bool patch_body_read(struct exchange *x, const cJSON *body,
    struct app_patch *out);

#endif
