/* An access token as it is kept: everything but the token. Format:
 * token_record.c. Pure. */
#ifndef PAIRDESK_STORE_TOKEN_RECORD_H
#define PAIRDESK_STORE_TOKEN_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/store/store.h"

#define TOKEN_ID_LEN 8          /* [a-z2-7] */
#define TOKEN_NAME_CHARS 64
#define TOKEN_NAME_MAX 256      /* bytes of that many characters */
#define TOKEN_PREFIX_LEN 9      /* "pd_a_" and four of the secret */
#define TOKEN_HASH_LEN 32
#define TOKEN_RECORD_MAX 512    /* bytes, encoded */

enum token_role {
	TOKEN_SHARE,            /* a link for one phone of one company */
	TOKEN_COMPANY,
	TOKEN_ADMIN,
	TOKEN_ROLE_COUNT
};

struct token_info {
	char id[TOKEN_ID_LEN + 1];
	char name[TOKEN_NAME_MAX + 1];
	enum token_role role;
	char company[COMPANY_ID_MAX + 1];       /* "" of an admin's */
	char prefix[TOKEN_PREFIX_LEN + 1];      /* to tell tokens apart by */
	int64_t created_ms;             /* wall, like all */
	int64_t expires_ms;             /* 0 never */
	int64_t last_used_ms;           /* 0 never */
	int64_t revoked_ms;             /* 0 not */
	bool spent;                     /* its share link has linked a phone */
};

struct token_record {
	struct token_info info;
	uint8_t hash[TOKEN_HASH_LEN];
};

bool token_id_is_valid(const char *id);
/* 1..64 characters of UTF-8 without control characters. */
bool token_name_is_valid(const char *name);

/* Appends; out is unchanged on error. ERR_INVALID: not a sound record. */
MUST_CHECK enum err token_record_encode(const struct token_record *r,
    struct buf *out);
/* Exactly n bytes. ERR_UNSUPPORTED (version), ERR_TRUNCATED, ERR_TRAILING,
 * ERR_MALFORMED. */
MUST_CHECK enum err token_record_decode(const uint8_t *p, size_t n,
    struct token_record *out);

#endif
