/*
 * A check sum on every page of a database: SQLite trusts what it reads, and
 * a flipped bit in a key name would otherwise make a record vanish, which
 * must never look like "was not there". Format and reasoning: page.c.
 */
#ifndef PAIRDESK_STORE_PAGE_H
#define PAIRDESK_STORE_PAGE_H

#include "core/base/err.h"

#define PAGE_SIZE_BYTES 4096
#define PAGE_SUM_LEN 16         /* reserved at the end of each page */

/* The VFS to name in sqlite3_open_v2: PAGE_VFS, or, to read a database that
 * nobody changes meanwhile and that has no WAL, PAGE_VFS_STILL: no locks and
 * no files are made. */
#define PAGE_VFS "pairdesk"
#define PAGE_VFS_STILL "pairdesk-still"

/* Registers both with SQLite unless they are there. Not thread-safe. */
MUST_CHECK enum err page_vfs_register(void);

#endif
