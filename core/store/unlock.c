/*
 * One file decides: `keyring`. A switch to another master key writes
 *
 *	1  <key file>.next	the new key, if it is a file's; synced
 *	2  keyring.new		synced
 *	3  keyring.new -> keyring, directory synced: from here on the new key
 *	4  <key file>.next -> <key file>, or, for a passphrase, the state
 *	   directory's own master.key deleted; directory synced
 *
 * What a start finds:
 *	before 3	the former key opens; .next and .new are deleted
 *	after 3		the key file's key does not open the keyring, .next's
 *			does: 4 is done. With a passphrase: 4 is done.
 *
 * So at any moment one of the two keys opens, and never the other.
 */
#include "core/store/unlock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/store/dir.h"
#include "core/store/masterkey.h"
#include "core/store/seal.h"

#define RING_NAME "keyring"
#define OWN_KEY_NAME "master.key"

struct paths {
	char ring[DIR_PATH_MAX], ring_draft[DIR_PATH_MAX];
	char next[DIR_PATH_MAX];        /* of the key file */
	char own_key[DIR_PATH_MAX];
};

void
unlocked_finish(struct unlocked *u)
{
	secret_wipe(u, sizeof *u);
}

static enum err
make_paths(const struct unlock_place *place, struct paths *out)
{
	enum err err;

	if ((err = dir_path(out->ring, "%s/" RING_NAME, place->dir)) !=
	    ERR_OK || (err = dir_path(out->ring_draft, "%s.new",
	    out->ring)) != ERR_OK || (err = dir_path(out->own_key,
	    "%s/" OWN_KEY_NAME, place->dir)) != ERR_OK)
		return err;
	return dir_path(out->next, "%s.next", place->key_file);
}

/* --- reading -------------------------------------------------------------- */

static enum err
read_ring(const struct paths *paths, struct buf *out,
    struct store_problem *problem)
{
	const enum err err = dir_read_ours(paths->ring, out, problem);

	if (err == ERR_TOO_LARGE) {
		problem_say(problem, "%s is damaged", paths->ring);
		return ERR_CORRUPT;
	}
	return err;
}

static enum err
say_ring(const struct paths *paths, enum err err,
    struct store_problem *problem)
{
	if (err == ERR_CORRUPT)
		problem_say(problem, "%s is damaged, and without it nothing "
		    "that was saved can be read. Put it back from a copy of "
		    "the state directory", paths->ring);
	if (err == ERR_NEWER_SCHEMA)
		problem_say(problem, "%s was written by a newer pairdesk, and "
		    "this version does not read it. Use the newer one",
		    paths->ring);
	return err;
}

static enum err
get_passphrase(const struct unlock_place *place, struct buf *out,
    struct store_problem *problem)
{
	enum err err;

	err = passphrase_load(place->passphrase_file, out, problem);
	if (err == ERR_NOT_FOUND && place->ask != NULL)
		err = place->ask(place->ask_ctx, out);
	if (err == ERR_NOT_FOUND && problem->text[0] == '\0')
		problem_say(problem, "%s is sealed with a passphrase. Set "
		    "master_passphrase_file, give the systemd credential "
		    PASSPHRASE_CREDENTIAL ", or start it on a terminal, which "
		    "asks for it", place->dir);
	else if (err != ERR_OK && problem->text[0] == '\0')
		problem_say(problem, "the passphrase cannot be read: %s",
		    err_text(err));
	return err;
}

static enum err
derive_master(const struct unlock_place *place,
    const struct keyring_head *head, struct secret *out,
    struct store_problem *problem)
{
	struct buf passphrase;
	enum err err;

	buf_init_secret(&passphrase, PASSPHRASE_MAX + 2);
	if ((err = get_passphrase(place, &passphrase, problem)) == ERR_OK &&
	    (err = keyring_derive(head, passphrase.data, passphrase.len,
	    out)) != ERR_OK)
		problem_say(problem, "the key cannot be made of the "
		    "passphrase: %s", err_text(err));
	buf_finish(&passphrase);
	return err;
}

static enum err
open_ring(const struct buf *ring, struct unlocked *u)
{
	return keyring_open(ring->data, ring->len, &u->master, &u->data,
	    &u->token);
}

/* --- ending what a crash has left ------------------------------------------ */

static enum err
delete_synced(const char *path)
{
	if (!dir_exists(path))
		return ERR_OK;
	if (unlink(path) != 0 && errno != ENOENT)
		return err_from_errno(errno);
	return dir_sync_parent(path);
}

static enum err
put_key(const struct unlock_place *place, const struct paths *paths)
{
	if (rename(paths->next, place->key_file) != 0)
		return err_from_errno(errno);
	return dir_sync_parent(place->key_file);
}

/* What no start needs any more. Of a key elsewhere nothing is deleted: that
 * file is the admin's. Failing is no reason not to start. */
static void
tidy(const struct paths *paths, const struct unlocked *u)
{
	if (delete_synced(paths->ring_draft) != ERR_OK ||
	    delete_synced(paths->next) != ERR_OK ||
	    (u->head.source == KEY_SOURCE_PASSPHRASE &&
	    delete_synced(paths->own_key) != ERR_OK))
		return;
}

/* --- opening ---------------------------------------------------------------- */

static enum err
open_by_next(const struct unlock_place *place, const struct paths *paths,
    const struct buf *ring, struct unlocked *u, struct store_problem *problem)
{
	enum err err;

	if ((err = masterkey_load_file(paths->next, &u->master, NULL)) !=
	    ERR_OK || (err = open_ring(ring, u)) != ERR_OK)
		return ERR_WRONG_KEY;
	if ((err = put_key(place, paths)) != ERR_OK)
		problem_say(problem, "%s cannot be renamed to %s: %s",
		    paths->next, place->key_file, err_text(err));
	return err;
}

static enum err
open_by_key(const struct unlock_place *place, const struct paths *paths,
    const struct buf *ring, struct unlocked *u,
    struct store_problem *problem)
{
	enum err err, by_next;

	if ((err = masterkey_load(place->key_file, false, place->rnd,
	    &u->master, problem)) == ERR_OK)
		err = open_ring(ring, u);
	if ((err == ERR_NOT_FOUND || err == ERR_WRONG_KEY) &&
	    !masterkey_has_credential() && dir_exists(paths->next) &&
	    (by_next = open_by_next(place, paths, ring, u, problem)) !=
	    ERR_WRONG_KEY)
		return by_next;
	if (err == ERR_WRONG_KEY)
		problem_say(problem, "the sessions in %s were sealed with "
		    "another master key. Put the former key back; nothing was "
		    "changed", place->dir);
	return err;
}

static enum err
open_by_passphrase(const struct unlock_place *place, const struct buf *ring,
    struct unlocked *u, struct store_problem *problem)
{
	enum err err;

	if ((err = derive_master(place, &u->head, &u->master, problem)) !=
	    ERR_OK)
		return err;
	if ((err = open_ring(ring, u)) == ERR_WRONG_KEY)
		problem_say(problem, "this is not the passphrase that %s was "
		    "sealed with; nothing was changed", place->dir);
	return err;
}

static enum err
unlock_ring(const struct unlock_place *place, const struct paths *paths,
    struct unlocked *u, struct store_problem *problem)
{
	struct buf ring;
	enum err err;

	buf_init(&ring, KEYRING_MAX);
	u->has_keyring = true;
	if ((err = read_ring(paths, &ring, problem)) == ERR_OK &&
	    (err = say_ring(paths, keyring_read_head(ring.data, ring.len,
	    &u->head), problem)) == ERR_OK)
		err = u->head.source == KEY_SOURCE_PASSPHRASE ?
		    open_by_passphrase(place, &ring, u, problem) :
		    open_by_key(place, paths, &ring, u, problem);
	buf_finish(&ring);
	if (err == ERR_OK)
		tidy(paths, u);
	return err;
}

/* The very first start, and there is a passphrase to begin with. */
static enum err
begin_with_passphrase(const struct unlock_place *place, struct unlocked *u,
    struct store_problem *problem)
{
	enum switched switched;
	enum err err;

	keyring_head_make(KEY_SOURCE_PASSPHRASE, place->rnd, &u->head);
	if ((err = derive_master(place, &u->head, &u->master, problem)) !=
	    ERR_OK)
		return err;
	u->has_keyring = true;
	u->data.count = 1;
	rnd_fill(place->rnd, u->data.at[0].b, KEY_LEN);
	seal_token_key(&u->data.at[0], &u->token);
	return unlock_switch(place, u, &switched, problem);
}

static bool
wants_passphrase(const struct unlock_place *place)
{
	struct store_problem ignored;
	struct buf passphrase;
	enum err err;

	buf_init_secret(&passphrase, PASSPHRASE_MAX + 2);
	err = passphrase_load(place->passphrase_file, &passphrase, &ignored);
	buf_finish(&passphrase);
	return err != ERR_NOT_FOUND && !masterkey_has_credential() &&
	    !dir_exists(place->key_file);
}

enum err
unlock(const struct unlock_place *place, bool may_create,
    struct unlocked *out, struct store_problem *problem)
{
	struct store_problem own = { "" };
	struct paths paths;
	enum err err;

	if (problem == NULL)
		problem = &own;
	*out = (struct unlocked){ .has_keyring = false };
	if ((err = make_paths(place, &paths)) != ERR_OK) {
		problem_say(problem, "%s: the name is too long", place->dir);
		return err;
	}
	if (dir_exists(paths.ring))
		return unlock_ring(place, &paths, out, problem);
	if (may_create && wants_passphrase(place))
		return begin_with_passphrase(place, out, problem);
	if ((err = masterkey_load(place->key_file, may_create, place->rnd,
	    &out->master, problem)) != ERR_OK)
		return err;
	out->data.count = 1;
	out->data.at[0] = out->master;
	seal_token_key(&out->master, &out->token);
	tidy(&paths, out);
	return ERR_OK;
}

/* --- switching -------------------------------------------------------------- */

static enum err
write_ring(const struct unlock_place *place, const struct paths *paths,
    const struct unlocked *next)
{
	struct buf ring;
	enum err err;

	buf_init(&ring, KEYRING_MAX);
	unlink(paths->ring_draft);
	if ((err = keyring_seal(&next->head, &next->master, place->rnd,
	    &next->data, &next->token, &ring)) == ERR_OK)
		err = dir_write_file(paths->ring_draft, ring.data, ring.len);
	buf_finish(&ring);
	return err;
}

static enum err
put_ring(const struct paths *paths, enum switched *out)
{
	enum err err;

	if (rename(paths->ring_draft, paths->ring) != 0)
		return err_from_errno(errno);
	err = dir_sync_parent(paths->ring);
	*out = err == ERR_OK ? SWITCHED : SWITCHED_UNSURE;
	return err;
}

enum err
unlock_switch(const struct unlock_place *place, const struct unlocked *next,
    enum switched *out, struct store_problem *problem)
{
	const bool is_file = next->head.source == KEY_SOURCE_FILE;
	struct paths paths;
	enum err err;

	*out = SWITCHED_NOT;
	if ((err = make_paths(place, &paths)) != ERR_OK)
		goto fail;
	if ((is_file && ((err = masterkey_write(paths.next, &next->master)) !=
	    ERR_OK || (err = dir_sync_parent(paths.next)) != ERR_OK)) ||
	    (err = write_ring(place, &paths, next)) != ERR_OK ||
	    (err = put_ring(&paths, out)) != ERR_OK)
		goto fail;
	if (!is_file || (err = put_key(place, &paths)) == ERR_OK) {
		tidy(&paths, next);
		return ERR_OK;
	}
fail:
	problem_say(problem, "%s cannot be written: %s", *out == SWITCHED ?
	    place->key_file : paths.ring, err_text(err));
	return err;
}

enum err
unlock_rewrite(const struct unlock_place *place, const struct unlocked *next)
{
	enum switched switched;
	struct paths paths;
	enum err err;

	if ((err = make_paths(place, &paths)) != ERR_OK ||
	    (err = write_ring(place, &paths, next)) != ERR_OK)
		return err;
	return put_ring(&paths, &switched);
}
