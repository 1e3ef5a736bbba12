/* An access token as the API shows it: everything but the token. Pure. */
#ifndef PAIRDESK_HTTPD_TOKEN_JSON_H
#define PAIRDESK_HTTPD_TOKEN_JSON_H

#include <cjson/cJSON.h>

#include "core/store/token_record.h"

const char *token_role_name(enum token_role role);      /* "admin" */
cJSON *token_json(const struct token_info *info);

#endif
