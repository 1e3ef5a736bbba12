/*
 * What survives: one SQLite database per company, every value sealed with
 * XChaCha20-Poly1305 under a key of that company (derived from the master
 * key), with company, table and key name as associated data, so that a value
 * copied elsewhere does not open. A small index lists the companies. Format
 * and crash reasoning: top of store.c.
 *
 * Reads are synchronous and short. Commits run on the worker pool and call
 * back after the file sync; commits of one company keep their order.
 */
#ifndef PAIRDESK_STORE_STORE_H
#define PAIRDESK_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/io/loop.h"

#define COMPANY_ID_MAX 64       /* [A-Za-z0-9_-]{1,64} */
#define STORE_KEY_MAX 64        /* bytes of a record's key name */
#define STORE_VALUE_MAX ((size_t)1024 * 1024)
#define STORE_SCHEMA 3
#define STORE_NAME_SIZE 256     /* a company's display name, with its NUL */
#define STORE_PROXY_SIZE 256    /* a company's proxy as a URL, with its NUL */

bool company_id_is_valid(const char *id);

struct store;

/* Says in words what went wrong and what to do: "chmod 600 FILE" and the
 * like, or who holds the lock. For the command line's error. */
struct store_problem {
	char text[512];
};

/* Asks somebody for the passphrase, appends it to out (a secret buf).
 * ERR_NOT_FOUND: there is nobody. */
typedef enum err (*store_ask_fn)(void *ctx, struct buf *out);

struct store_params {
	const char *dir;                /* state directory; made 0700 if absent */
	const char *key_file;           /* master key; NULL: <dir>/master.key */
	const char *passphrase_file;    /* for a store under a passphrase; NULL:
					 * credential or ask */
	store_ask_fn ask;               /* NULL: nobody to be asked */
	void *ask_ctx;
	const char *what;               /* noted in the lock: "pairdesk serve";
					 * NULL: "pairdesk" */
	const struct rnd *rnd;
	struct loop *loop;              /* for commits; NULL: reads only */
};

/*
 * Takes the exclusive lock, checks owner and modes (0700/0600, ours), loads
 * the master key: a systemd credential "pairdesk.master_key" when
 * $CREDENTIALS_DIRECTORY has one, else the key file, which is made 0600 with
 * 32 random bytes at the very first start (never when sessions exist). A
 * store under a passphrase takes the credential "pairdesk.master_passphrase",
 * passphrase_file, or asks; there the very first start needs one of the
 * former two to begin with a passphrase (unlock.h).
 * ERR_LOCKED, ERR_PERMISSION, ERR_NOT_FOUND (key gone), ERR_WRONG_KEY,
 * ERR_INVALID (key file's content), ERR_NEWER_SCHEMA, ERR_IO, ERR_NO_SPACE;
 * problem always says it in words. Damage of one company is none of these:
 * it gets a damaged row, the others are served.
 */
MUST_CHECK enum err store_open(const struct store_params *params,
    struct store **out, struct store_problem *problem);
/* Waits for commits by turning the loop, so not from within one of its
 * callbacks; theirs are called first. NULL ok. */
void store_close(struct store *s);

/* --- one company -------------------------------------------------------- */

/* Table names are short literals of ours, [a-z][a-z0-9_]{0,31}: "creds",
 * "prekey", "state". "company" is taken. */

/*
 * Appends the opened value to out (a secret buf). ERR_NOT_FOUND: it is
 * certain that there is none, and never the look of damage. ERR_CORRUPT
 * (does not open, or not a database; the company counts as damaged from now
 * on), ERR_NEWER_SCHEMA, ERR_PERMISSION, ERR_INVALID (name), ERR_IO.
 */
MUST_CHECK enum err store_get(struct store *s, const char *company,
    const char *table, const char *key, struct buf *out);
/* Why a company's store_get ended with err, in words: for ERR_PERMISSION the
 * line to run, else err_text. Returns the text in *out. */
const char *store_why(const struct store *s, const char *company,
    enum err err, struct store_problem *out);
/* How many keys a table has; 0 when there is none. */
MUST_CHECK enum err store_count(struct store *s, const char *company,
    const char *table, size_t *out);

/* A set of changes applied all or none. */
struct store_batch;
struct store_batch *store_batch_create(void);
void store_batch_destroy(struct store_batch *b);        /* wipes; NULL ok */
void store_batch_put(struct store_batch *b, const char *table,
    const char *key, const void *p, size_t n);
void store_batch_delete(struct store_batch *b, const char *table,
    const char *key);
void store_batch_delete_all(struct store_batch *b, const char *table);
/* What is in one table becomes all that is in the other, sealed anew. */
void store_batch_move_all(struct store_batch *b, const char *from,
    const char *to);
/* Also sets the company's row (see below) in the same transaction; copied.
 * A company has a row from its first commit on. */
struct company_row;
void store_batch_index(struct store_batch *b, const struct company_row *row);

/*
 * Makes the company if it is new (then its directory too, synced). Takes b
 * over. fn runs on the loop once the change is on disk, or with the error;
 * never from within this call. On error nothing of b was applied.
 * ERR_CORRUPT: the company is damaged; it takes no commit, in particular no
 * new identity, until it is quarantined or removed. ERR_INVALID (a name, or
 * a row of another company), ERR_TOO_LARGE, ERR_NO_SPACE, ERR_IO.
 */
typedef void (*store_fn)(void *ctx, enum err err);
void store_commit(struct store *s, const char *company, struct store_batch *b,
    store_fn fn, void *ctx);

/*
 * Moves the company's data aside, to <dir>/quarantine/company_<id>.<time>/,
 * with a note of the reason (reason.txt); the company stays, empty, with what
 * an admin has set and its state_version_limit, and can be linked anew. On the pool,
 * in the order of its commits, calls back like store_commit. While the move
 * runs, store_get says ERR_NOT_FOUND. ERR_NOT_FOUND if there is none.
 */
void store_quarantine(struct store *s, const char *company,
    const char *reason, store_fn fn, void *ctx);
/* Same, to <dir>/removed/, and out of the index. purge deletes instead, also
 * what was quarantined or removed of this company before. */
void store_remove(struct store *s, const char *company, bool purge,
    store_fn fn, void *ctx);
/* Deletes the company alone: what was moved aside under its id stays. */
void store_drop(struct store *s, const char *company, store_fn fn, void *ctx);

/* --- copies ---------------------------------------------------------------- */

#define STORE_BACKUPS_KEPT 3    /* of a company; older ones go */
#define STORE_BACKUP_ID_SIZE 40

enum backup_why {
	BACKUP_LINK,                    /* a new link works */
	BACKUP_ASKED                    /* by hand */
};

struct store_backup {
	char id[STORE_BACKUP_ID_SIZE];  /* rises with time */
	enum backup_why why;
	int64_t at_ms;                  /* wall */
	bool is_damaged;                /* found so just now; nothing below */
	uint64_t bytes;
	char phone[32];                 /* digits, "" was not linked */
};

const char *store_backup_why_name(enum backup_why why);

/* A copy of the company's database, sealed, synced and read back, kept outside
 * of it; the oldest go. On the pool, in the order of its commits, calls back
 * like store_commit. ERR_NOT_FOUND, ERR_CORRUPT, ERR_NO_SPACE, ERR_IO: the
 * company goes on without. */
void store_backup(struct store *s, const char *company, enum backup_why why,
    store_fn fn, void *ctx);
/* Reads back and lists, newest first, at most max; also of a company that was
 * removed. About a millisecond each. */
MUST_CHECK enum err store_backups(struct store *s, const char *company,
    struct store_backup *out, size_t max, size_t *count);
/*
 * Puts a copy in the place of what the company has now, which goes to
 * quarantine/; a company that is gone comes back. While it runs, store_get
 * says ERR_NOT_FOUND: nobody may use the company. ERR_NOT_FOUND: no such
 * copy; ERR_CORRUPT: it is damaged; nothing is changed then. Afterwards
 * store_row has the row that counts.
 */
void store_restore(struct store *s, const char *company, const char *id,
    store_fn fn, void *ctx);

/* --- the index ----------------------------------------------------------- */

/* How far a link that takes another's place has come: what a start has to
 * finish. */
enum replacing {
	REPLACING_NOT,
	REPLACING_UNPROVEN,     /* a candidate's keys are stored beside ours */
	REPLACING_LEAVING,      /* it took over; the former is to be unlinked */
	REPLACING_COUNT
};

/* What lists and start-up need without opening databases. */
struct company_row {
	char company[COMPANY_ID_MAX + 1];
	char name[STORE_NAME_SIZE];     /* admin's display name, UTF-8, may be "" */
	char phone[32];                 /* linked number, digits; "" if none */
	char platform[32];              /* of the linked phone; "" unknown */
	bool linked;
	bool paused;
	bool damaged;                   /* found unreadable; not started */
	char status[20], reason[24];    /* last persisted state (api.md) */
	int64_t since_ms;               /* wall, of that state */
	int64_t until_ms;               /* ban or cooldown end, 0 none */
	int64_t cooldown_from_ms;       /* when that began, 0 none */
	uint64_t state_version_limit;   /* versions below it may have been used */
	char last_error[24];            /* error code, "" none */
	char last_reason[24];           /* and its reason (api.md) */
	uint32_t last_code;             /* WhatsApp's, of a ban the ban's */
	int64_t last_error_ms;
	char pinned_phone[32];          /* the only one it may be linked to */
	int32_t priority;               /* higher ones are dialled first */
	bool draft;                     /* made by a link request, nothing else */
	bool no_backup;                 /* of a new link, not yet */
	int64_t asked_ms;               /* wall, of the last link attempt */
	char proxy[STORE_PROXY_SIZE];   /* secret: with credentials; "" none */
	int64_t phone_seen_ms;          /* wall, last sign of the phone; 0 never */
	enum replacing replacing;
};

/* In order of id, as bytes. fn must not change the store. ERR_IO,
 * ERR_CORRUPT (the next store_open makes the index again). */
typedef void (*store_row_fn)(void *ctx, const struct company_row *row);
MUST_CHECK enum err store_each(struct store *s, store_row_fn fn, void *ctx);
MUST_CHECK enum err store_row(struct store *s, const char *company,
    struct company_row *out);
size_t store_company_count(struct store *s);

/* For the rest of this layer (tokens.h). */
struct rekey;
struct vault;
struct rekey *store_rekey_of(const struct store *s);
/* Somebody will write without store_commit. */
void store_let_go(struct store *s);
const struct vault *store_vault(const struct store *s);
struct loop *store_loop(const struct store *s);

#endif
