/*
 * A check sum on every page of a database: SQLite trusts what it reads, and
 * a flipped bit in a key name would otherwise make a record vanish, which
 * must never look like "was not there". Format and reasoning: page.c.
 */
#ifndef PAIRDESK_STORE_PAGE_H
#define PAIRDESK_STORE_PAGE_H

#include <stdint.h>

#include "core/base/err.h"

#define PAGE_SIZE_BYTES 4096
#define PAGE_SUM_LEN 16         /* reserved at the end of each page */

/* The VFS to name in sqlite3_open_v2: PAGE_VFS, or, to read a database that
 * nobody changes meanwhile and that has no WAL, PAGE_VFS_STILL: no locks and
 * no files are made. */
#define PAGE_VFS "pairdesk"
#define PAGE_VFS_STILL "pairdesk-still"

struct sqlite3_file;

/* What an SQLite database begins with; positions by its file format. */
#define PAGE_HEAD_LEN 100
#define PAGE_HEAD_COUNT 28              /* u32be: pages */
#define PAGE_HEAD_VERSION 60            /* u32be: user_version */
#define PAGE_HEAD_APPLICATION 68        /* u32be: application_id */

/*
 * The head of an open database, its sum unchecked: enough to see who wrote
 * it. Through SQLite's own file, since closing another descriptor of it would
 * drop SQLite's locks. ERR_CORRUPT: too short, or no SQLite database.
 */
MUST_CHECK enum err page_read_head(struct sqlite3_file *file, uint8_t *out);

/* Registers both with SQLite unless they are there. Not thread-safe. */
MUST_CHECK enum err page_vfs_register(void);

#endif
