/*
 * Access tokens: who may ask for what. The text of a token is shown once,
 * when it is made; what is kept is a hash of it. All of them are in memory,
 * found by that hash; every change goes to disk before it is reported.
 */
#ifndef PAIRDESK_APP_TOKENS_H
#define PAIRDESK_APP_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/app/words.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/io/loop.h"
#include "core/store/store.h"
#include "core/store/token_record.h"

#define TOKENS_MAX 100000
#define TOKENS_SHARE_HOURS_MAX 720      /* as link.share_hours */
#define TOKEN_DEAD_DAYS 30      /* kept in the list after their end */

struct tokens;

/* Logs what is wrong with the table, if anything; see tokens_problem. Close
 * before the store. */
struct tokens *tokens_open(struct store *store, struct loop *loop,
    const struct clock *clock, const struct rnd *rnd);
/* Saves when each was last used, turns the loop until all callbacks have been
 * called. NULL ok. */
void tokens_close(struct tokens *t);

/* "" when all is well; else one line: what happened to the tokens made so
 * far, where the damaged file is kept, what to do. Nobody is let in by a
 * token that was lost so. */
const char *tokens_problem(const struct tokens *t);
/* The same for people, without names of files; "" when all is well. */
const char *tokens_sentence(const struct tokens *t, enum lang lang);

struct token_wish {
	const char *name;               /* 1..64 characters */
	enum token_role role;
	const char *company;            /* "" for an admin */
	int64_t expires_ms;             /* wall; 0 never, but not for a share */
};

/* info and text are borrowed, and NULL with an error; text is wiped when fn
 * returns: it is not to be had again. */
typedef void (*tokens_made_fn)(void *ctx, enum err err,
    const struct token_info *info, const char *text);

/* ERR_INVALID (a wish), ERR_FULL: fn is not called. Else fn is called once
 * the token is on disk and good, or with the error; never from within. */
MUST_CHECK enum err tokens_make(struct tokens *t,
    const struct token_wish *wish, tokens_made_fn fn, void *ctx);

/* Whether text is a token that is good now (wall time); also notes the use,
 * on disk within a minute. Nothing says why not. */
bool tokens_check(struct tokens *t, const char *text, int64_t now_ms,
    struct token_info *out);

/* Dead ones too, oldest first. fn must not change the tokens. */
typedef void (*tokens_fn)(void *ctx, const struct token_info *info);
void tokens_each(const struct tokens *t, tokens_fn fn, void *ctx);
size_t tokens_count(const struct tokens *t);
/* False when there is none of that id. */
bool tokens_get(const struct tokens *t, const char *id,
    struct token_info *out);

/*
 * Both hold at once; fn (NULL ok) hears when they are on disk, or that they
 * are not and will be forgotten at the next start. ERR_NOT_FOUND, and for
 * spend ERR_INVALID when it is no share token: fn is not called.
 */
MUST_CHECK enum err tokens_revoke(struct tokens *t, const char *id,
    store_fn fn, void *ctx);
MUST_CHECK enum err tokens_spend(struct tokens *t, const char *id,
    store_fn fn, void *ctx);
/* All of a company that is removed. */
void tokens_revoke_company(struct tokens *t, const char *company);

#endif
