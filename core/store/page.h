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

/* Of what an SQLite database begins with. */
struct page_head {
	uint32_t page_count, user_version, application_id;
};

/*
 * The head of an open database, its sum unchecked: enough to see who wrote
 * it. Through SQLite's own file, since closing another descriptor of it would
 * drop SQLite's locks. ERR_CORRUPT: too short, or no SQLite database.
 */
MUST_CHECK enum err page_read_head(struct sqlite3_file *file,
    struct page_head *out);

/*
 * Reads every page, also those that no record uses, and compares the sums;
 * nobody may write meanwhile, and there must be no WAL, whose pages the file
 * may hold in halves. ERR_CORRUPT also for a file that was cut or has an odd
 * length. 5 us a page.
 */
MUST_CHECK enum err page_check_all(struct sqlite3_file *file);

/* Registers both with SQLite unless they are there. Not thread-safe. */
MUST_CHECK enum err page_vfs_register(void);

#endif
