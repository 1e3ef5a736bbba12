/*
 * The text of an access token: "pd_", a letter for its role, "_", and 256
 * random bits as 43 characters of base64url. Pure.
 */
#ifndef PAIRDESK_APP_TOKEN_TEXT_H
#define PAIRDESK_APP_TOKEN_TEXT_H

#include <stdbool.h>

#include "core/base/rnd.h"
#include "core/store/token_record.h"

#define TOKEN_TEXT_LEN 48

/* Makes one; the caller wipes it. */
void token_text_make(const struct rnd *rnd, enum token_role role,
    char out[TOKEN_TEXT_LEN + 1]);
/* Has the form of one, which says nothing about whether it is one. */
bool token_text_is_valid(const char *text);

#endif
