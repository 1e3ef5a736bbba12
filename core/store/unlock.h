/*
 * From the state directory to its data keys, and a new master key in place
 * of the old one. Which half state of a rekey a crash may leave, and how a
 * start ends it: unlock.c. Everything here may block.
 */
#ifndef PAIRDESK_STORE_UNLOCK_H
#define PAIRDESK_STORE_UNLOCK_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"
#include "core/store/keyring.h"
#include "core/store/store.h"

/* Where it looks. */
struct unlock_place {
	const char *dir;                /* state directory */
	const char *key_file;           /* the master key's */
	const char *passphrase_file;    /* NULL or "": none */
	store_ask_fn ask;               /* NULL: nobody to be asked */
	void *ask_ctx;
	const struct rnd *rnd;
};

/* The open lock. Secret: finish it. */
struct unlocked {
	bool has_keyring;               /* else the master key is the data key */
	struct keyring_head head;
	struct secret master, token;
	struct key_set data;
};
void unlocked_finish(struct unlocked *u);

/*
 * may_create: nothing is sealed yet, so a key may be made. problem says it in
 * words: ERR_NOT_FOUND, ERR_PERMISSION, ERR_INVALID, ERR_WRONG_KEY (nothing
 * was touched), ERR_CORRUPT (the keyring), ERR_NEWER_SCHEMA, ERR_IO,
 * ERR_NO_SPACE, ERR_NO_MEMORY.
 */
MUST_CHECK enum err unlock(const struct unlock_place *place, bool may_create,
    struct unlocked *out, struct store_problem *problem);

enum switched {
	SWITCHED_NOT,
	SWITCHED,               /* a start finds the new one */
	SWITCHED_UNSURE         /* or not: the disk did not say. Until a start
				 * has found out, nothing may be written */
};
/*
 * Puts `next` (its keyring; its master key too if that is a file's) in the
 * place of what is there. An error beside SWITCHED is of tidying up, which
 * the next start does.
 */
MUST_CHECK enum err unlock_switch(const struct unlock_place *place,
    const struct unlocked *next, enum switched *out,
    struct store_problem *problem);
/* The keyring alone again, for the same master key. */
MUST_CHECK enum err unlock_rewrite(const struct unlock_place *place,
    const struct unlocked *next);

#endif
