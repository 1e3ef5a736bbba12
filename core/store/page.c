/*
 * An SQLite VFS in front of the system's one. It touches only main database
 * files; WAL frames carry sums of SQLite's own, and every page of the WAL
 * comes through here again when it is moved into the database.
 *
 * Page: 4080 bytes of SQLite's, then BLAKE2b-128 over u32be page number and
 * those bytes. Databases are made with 16 reserved bytes a page, so other
 * SQLite programs read them as ever. A page whose sum is wrong reads as
 * SQLITE_IOERR_DATA, which sql.c calls ERR_CORRUPT. A page of zeroes passes:
 * SQLite leaves such holes for free pages, and where it expects content it
 * refuses them itself.
 *
 * The sum is against accidents. Whoever can write the file can also compute
 * it; what such a person cannot do is seal a value (seal.c).
 */
#include "core/store/page.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <sodium.h>
#include <sqlite3.h>

#define CONTENT_LEN (PAGE_SIZE_BYTES - PAGE_SUM_LEN)

/* Reads of parts of pages, which newer versions try, would go unchecked. */
#ifndef SQLITE_IOCAP_SUBPAGE_READ
#define SQLITE_IOCAP_SUBPAGE_READ 0x00008000
#endif

struct page_file {
	sqlite3_file base;      /* first: all that SQLite knows of us */
	sqlite3_file *real;     /* in the same memory, right behind */
	int extra;              /* device characteristics of our own */
};

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return ((struct page_file *)(void *)file)->real;
}

static sqlite3_vfs *
system_of(sqlite3_vfs *vfs)
{
	return vfs->pAppData;
}

static void
page_sum(const uint8_t *page, sqlite3_int64 offset, uint8_t *out)
{
	const uint32_t number = (uint32_t)(offset / PAGE_SIZE_BYTES) + 1;
	const uint8_t be[4] = { (uint8_t)(number >> 24),
	    (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number };
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, PAGE_SUM_LEN);
	crypto_generichash_update(&state, be, sizeof be);
	crypto_generichash_update(&state, page, CONTENT_LEN);
	crypto_generichash_final(&state, out, PAGE_SUM_LEN);
}

static bool
is_page(int n, sqlite3_int64 offset)
{
	return n == PAGE_SIZE_BYTES && offset % PAGE_SIZE_BYTES == 0;
}

/* A damaged header makes SQLite try another page size. */
static bool
is_page_of_other_size(int n)
{
	return n >= 512 && (n & (n - 1)) == 0 && n != PAGE_SIZE_BYTES;
}

static int
on_read(sqlite3_file *file, void *p, int n, sqlite3_int64 offset)
{
	const int rc = real_of(file)->pMethods->xRead(real_of(file), p, n,
	    offset);
	uint8_t sum[PAGE_SUM_LEN];

	if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
		return rc;
	if (is_page(n, offset)) {
		page_sum(p, offset, sum);
		if (memcmp(sum, (const uint8_t *)p + CONTENT_LEN,
		    sizeof sum) == 0)
			return rc;
	} else if (!is_page_of_other_size(n)) {
		return rc;
	}
	/* after a short read the rest is zeroes */
	return sodium_is_zero(p, (size_t)n) ? rc : SQLITE_IOERR_DATA;
}

static int
on_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 offset)
{
	uint8_t page[PAGE_SIZE_BYTES];

	if (!is_page(n, offset))
		return SQLITE_IOERR_WRITE;
	memcpy(page, p, CONTENT_LEN);
	page_sum(page, offset, page + CONTENT_LEN);
	return real_of(file)->pMethods->xWrite(real_of(file), page, n, offset);
}

static int
on_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int
on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int
on_sync(sqlite3_file *file, int flags)
{
	return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int
on_size(sqlite3_file *file, sqlite3_int64 *out)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int
on_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int
on_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int
on_check_reserved(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int
on_control(sqlite3_file *file, int op, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int
on_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
on_characteristics(sqlite3_file *file)
{
	const struct page_file *f = (struct page_file *)(void *)file;
	const int real = f->real->pMethods->xDeviceCharacteristics(f->real);

	return (real & ~SQLITE_IOCAP_SUBPAGE_READ) | f->extra;
}

static int
on_shm_map(sqlite3_file *file, int page, int size, int extend,
    void volatile **out)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size,
	    extend, out);
}

static int
on_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n,
	    flags);
}

static void
on_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int
on_shm_unmap(sqlite3_file *file, int unlink_too)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), unlink_too);
}

/* Version 2: with shared memory for the WAL, without memory mapping, which
 * would go round on_read. */
static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = on_close,
	.xRead = on_read,
	.xWrite = on_write,
	.xTruncate = on_truncate,
	.xSync = on_sync,
	.xFileSize = on_size,
	.xLock = on_lock,
	.xUnlock = on_unlock,
	.xCheckReservedLock = on_check_reserved,
	.xFileControl = on_control,
	.xSectorSize = on_sector_size,
	.xDeviceCharacteristics = on_characteristics,
	.xShmMap = on_shm_map,
	.xShmLock = on_shm_lock,
	.xShmBarrier = on_shm_barrier,
	.xShmUnmap = on_shm_unmap,
};

static int
on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
    int flags, int *flags_out)
{
	struct page_file *f = (struct page_file *)(void *)file;
	int rc;

	if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
		return system_of(vfs)->xOpen(system_of(vfs), name, file, flags,
		    flags_out);
	*f = (struct page_file){ .real = (sqlite3_file *)(void *)(f + 1),
	    .extra = strcmp(vfs->zName, PAGE_VFS_STILL) == 0 ?
	    SQLITE_IOCAP_IMMUTABLE : 0 };
	rc = system_of(vfs)->xOpen(system_of(vfs), name, f->real, flags,
	    flags_out);
	/* SQLite calls xClose of a failed open only if methods are set */
	if (f->real->pMethods != NULL)
		f->base.pMethods = &methods;
	return rc;
}

static int
on_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	return system_of(vfs)->xDelete(system_of(vfs), name, sync_dir);
}

static int
on_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	return system_of(vfs)->xAccess(system_of(vfs), name, flags, out);
}

static int
on_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	return system_of(vfs)->xFullPathname(system_of(vfs), name, n, out);
}

static uint32_t
get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* Positions: "Database File Format" of SQLite, 1.3. */
enum err
page_read_head(struct sqlite3_file *file, struct page_head *out)
{
	static const char magic[16] = "SQLite format 3";
	uint8_t head[100];
	const int rc = file->pMethods->xRead(file, head, sizeof head, 0);

	if (rc != SQLITE_OK)
		return rc == SQLITE_IOERR_SHORT_READ ? ERR_CORRUPT : ERR_IO;
	if (memcmp(head, magic, sizeof magic) != 0)
		return ERR_CORRUPT;
	*out = (struct page_head){ .page_count = get_be32(head + 28),
	    .user_version = get_be32(head + 60),
	    .application_id = get_be32(head + 68) };
	return ERR_OK;
}

static enum err
check_page(struct sqlite3_file *file, sqlite3_int64 offset)
{
	uint8_t page[PAGE_SIZE_BYTES];
	const int rc = file->pMethods->xRead(file, page, sizeof page, offset);

	if (rc == SQLITE_IOERR_DATA || rc == SQLITE_IOERR_SHORT_READ)
		return ERR_CORRUPT;
	return rc == SQLITE_OK ? ERR_OK : ERR_IO;
}

enum err
page_check_all(struct sqlite3_file *file)
{
	struct page_head head;
	sqlite3_int64 size = 0;
	enum err err;

	if (file->pMethods->xFileSize(file, &size) != SQLITE_OK)
		return ERR_IO;
	if ((err = page_read_head(file, &head)) != ERR_OK)
		return err;
	if (size % PAGE_SIZE_BYTES != 0 || size / PAGE_SIZE_BYTES <
	    (sqlite3_int64)head.page_count)
		return ERR_CORRUPT;
	for (sqlite3_int64 at = 0; err == ERR_OK && at < size;
	    at += PAGE_SIZE_BYTES)
		err = check_page(file, at);
	return err;
}

static bool
add_vfs(sqlite3_vfs *vfs, sqlite3_vfs *system, const char *name)
{
	*vfs = *system;                 /* clock, randomness, sleep: as is */
	vfs->iVersion = 1;
	vfs->pNext = NULL;
	vfs->zName = name;
	vfs->pAppData = system;
	vfs->szOsFile = system->szOsFile + (int)sizeof(struct page_file);
	vfs->xOpen = on_open;
	vfs->xDelete = on_delete;
	vfs->xAccess = on_access;
	vfs->xFullPathname = on_full_name;
	return sqlite3_vfs_register(vfs, 0) == SQLITE_OK;
}

enum err
page_vfs_register(void)
{
	/* SQLite links them into a list of its own, hence not const */
	static sqlite3_vfs live, still;
	sqlite3_vfs *system;

	if (sqlite3_vfs_find(PAGE_VFS_STILL) != NULL)
		return ERR_OK;
	if ((system = sqlite3_vfs_find(NULL)) == NULL ||
	    !add_vfs(&live, system, PAGE_VFS) ||
	    !add_vfs(&still, system, PAGE_VFS_STILL))
		return ERR_INTERNAL;
	return ERR_OK;
}
