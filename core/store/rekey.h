/*
 * A new master key and new data keys, beside all other work. The switch is
 * one small file; then everything that is sealed is sealed anew, company by
 * company, in the order of their commits. A start goes on by itself where
 * the last process ended. All functions are for the loop's thread.
 */
#ifndef PAIRDESK_STORE_REKEY_H
#define PAIRDESK_STORE_REKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/store/keyring.h"
#include "core/store/store.h"

#define REKEY_NAMES_MAX 16      /* named of those that were left */
#define REKEY_NAME_SIZE 128

/* Where the new master key comes from. */
enum rekey_to {
	REKEY_RANDOM,           /* 32 random bytes in the key file */
	REKEY_KEY_FILE,         /* the key in `file`, copied to the key file */
	REKEY_PASSPHRASE        /* `passphrase`, else the first line of `file` */
};

struct rekey_order {
	enum rekey_to to;
	const char *file;
	const struct buf *passphrase;
};

/*
 * fn once the new master key is the one that a start needs, on disk, or with
 * the error and nothing changed; sealing anew goes on behind it. ERR_BUSY:
 * the last one has not ended. ERR_INVALID: too short a passphrase, the
 * credential's key (which only the admin can replace), no key in file.
 * ERR_FULL: too many former keys are still needed. problem lives as long as
 * the store.
 */
typedef void (*rekey_fn)(void *ctx, enum err err,
    const struct store_problem *problem);
void store_rekey(struct store *s, const struct rekey_order *order,
    rekey_fn fn, void *ctx);

struct rekey_view {
	bool running;                   /* switching, or sealing anew */
	bool unsure;                    /* of which key the next start needs:
					 * the disk did not say */
	enum key_source source;
	bool credential;                /* the key is systemd's */
	size_t data_keys;               /* 1: nothing is left to do */
	size_t done, total;             /* companies, of the last pass */
	size_t left;                    /* what could not be sealed anew */
	char names[REKEY_NAMES_MAX][REKEY_NAME_SIZE];
	int64_t since_ms, ended_ms;     /* wall, of the last pass; 0 none */
};
/* fn when a pass has ended; one listener. */
void store_rekey_on_end(struct store *s, loop_fn fn, void *ctx);
void store_rekey_view(const struct store *s, struct rekey_view *out);

/*
 * A database of the state directory beside the companies' and the index,
 * sealed with the same keys. Whoever opens it adds it, before the loop turns;
 * while a file "*.db" is there that nobody has added, no key is dropped.
 */
struct rekey_part {
	const char *file;               /* its name in the state directory */
	void (*switched)(void *ctx);    /* new data keys: take them */
	/* Seals all anew that is not under the newest; calls back. */
	void (*reseal)(void *ctx, store_fn fn, void *fn_ctx);
	void *ctx;
	struct rekey_part *next;        /* ours */
};
void store_rekey_add(struct store *s, struct rekey_part *part);
void store_rekey_remove(struct store *s, struct rekey_part *part);

/* --- store.c's ------------------------------------------------------------- */

struct queue;
struct rekey;
struct unlock_place;
struct unlocked;
struct vault;

/* All are borrowed but now, which is copied. loop NULL: only the view. */
struct rekey *rekey_create(struct store *s, const struct vault *v,
    struct queue *q, const struct unlock_place *place,
    const struct unlocked *now, struct loop *loop);
/* Begins nothing more; turns the loop until what runs has ended. */
void rekey_stop(struct rekey *r);
void rekey_destroy(struct rekey *r);    /* stopped; NULL ok */

#endif
