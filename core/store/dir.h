/*
 * Directories and files that belong to this user alone: made whatever the
 * umask, checked, moved and synced so that a power cut cannot undo them.
 * Safe on any thread.
 */
#ifndef PAIRDESK_STORE_DIR_H
#define PAIRDESK_STORE_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/err.h"

struct store_problem;

#define DIR_PATH_MAX 1024

/* Writes words into problem; NULL ok. */
void problem_say(struct store_problem *problem, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What an errno of the file system means here. */
enum err err_from_errno(int number);

/* Joins into out[DIR_PATH_MAX]; ERR_INVALID when it does not fit. */
MUST_CHECK enum err dir_path(char *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Owner is us and nobody else has a right. The problem gets the line that
 * repairs it: "chmod 700 DIR", "chmod 600 FILE" or "chown UID PATH".
 */
MUST_CHECK enum err dir_is_ours(const char *path, const struct stat *st,
    struct store_problem *problem);

/* Makes path 0700 (0600 is for files) and syncs its parent; one that exists
 * is only checked. A symbolic link is refused. */
MUST_CHECK enum err dir_make(const char *path, struct store_problem *problem);
/* Same with parents, and path itself may be a link to a directory. */
MUST_CHECK enum err dir_make_all(const char *path,
    struct store_problem *problem);

/* A new file, 0600, that must not exist (ERR_EXISTS). */
MUST_CHECK enum err dir_create_file(const char *path, int *fd);
/* p[n] as a new synced file. On failure none is left. */
MUST_CHECK enum err dir_write_file(const char *path, const void *p, size_t n);

/* Appends all of a small file of ours. ERR_NOT_FOUND, ERR_PERMISSION (no
 * plain file, or open to others), ERR_TOO_LARGE: more than fits into out. */
MUST_CHECK enum err dir_read_ours(const char *path, struct buf *out,
    struct store_problem *problem);

MUST_CHECK enum err dir_sync(const char *path);
MUST_CHECK enum err dir_sync_file(const char *path);
MUST_CHECK enum err dir_sync_parent(const char *path);

/* Renames, then syncs both parents. ERR_NOT_FOUND, ERR_EXISTS. */
MUST_CHECK enum err dir_move(const char *from, const char *to);

/* Deletes a directory and the files in it; not deeper. ERR_NOT_FOUND. */
MUST_CHECK enum err dir_delete(const char *path);

bool dir_exists(const char *path);      /* anything of that name, also a link */

/* Calls fn for each name except "." and "..", in no order, until it fails. */
typedef enum err (*dir_name_fn)(void *ctx, const char *name);
MUST_CHECK enum err dir_each(const char *path, dir_name_fn fn, void *ctx);

#endif
