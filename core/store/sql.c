/*
 * How databases are opened. WAL, so that readers on the loop never wait for
 * a writer's sync; synchronous=FULL, so that a commit is on disk when it
 * returns; no memory mapping and no lookaside and a small cache, since
 * thousands of companies share the process and damage must come back as an
 * error, not as a signal. The schema is not trusted: a database from
 * elsewhere must not run functions here.
 */
#include "core/store/sql.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/dir.h"
#include "core/store/page.h"
#include "core/store/store.h"

/* A closing writer holds the file for one checkpoint; nobody else waits. */
#define BUSY_MS 10000
/* Values of STORE_VALUE_MAX, sealed, and room for statements. */
#define LENGTH_MAX (STORE_VALUE_MAX + 64 * 1024)

struct sql {
	sqlite3 *handle;
};

struct sql_stmt {
	struct sql *db;
	sqlite3_stmt *handle;
};

static const char pragmas[] =
    "PRAGMA mmap_size=0;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA cache_size=32;";

static const char live_pragmas[] =
    "PRAGMA synchronous=FULL;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA wal_autocheckpoint=256;"
    "PRAGMA journal_size_limit=0;";

/* An input or output error, by what the system said. */
static enum err
io_error(sqlite3 *handle)
{
	const int number = sqlite3_system_errno(handle);
	const enum err err = number == 0 ? ERR_IO : err_from_errno(number);

	return err == ERR_NOT_FOUND || err == ERR_EXISTS ? ERR_IO : err;
}

static enum err
sql_error(struct sql *db, int rc)
{
	if (rc == SQLITE_IOERR_DATA || rc == SQLITE_IOERR_CORRUPTFS)
		return ERR_CORRUPT;
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ERR_OK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
	case SQLITE_SCHEMA:
	case SQLITE_CONSTRAINT: /* our statements cannot violate any */
	case SQLITE_MISMATCH:
	case SQLITE_ERROR:      /* a table of ours is not there */
		return ERR_CORRUPT;
	case SQLITE_FULL:
		return ERR_NO_SPACE;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return ERR_PERMISSION;
	case SQLITE_NOMEM:
		return ERR_NO_MEMORY;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_TOOBIG:
		return ERR_TOO_LARGE;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return io_error(db->handle);
	default:
		return ERR_INTERNAL;
	}
}

enum err
sql_exec(struct sql *db, const char *text)
{
	return sql_error(db, sqlite3_exec(db->handle, text, NULL, NULL, NULL));
}

enum err
sql_begin(struct sql *db)
{
	return sql_exec(db, "BEGIN IMMEDIATE");
}

void
sql_rollback(struct sql *db)
{
	/* some errors have rolled back already */
	if (sqlite3_get_autocommit(db->handle) == 0)
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

enum err
sql_commit(struct sql *db)
{
	const enum err err = sql_exec(db, "COMMIT");

	if (err != ERR_OK)
		sql_rollback(db);
	return err;
}

enum err
sql_prepare(struct sql *db, const char *text, struct sql_stmt **out)
{
	sqlite3_stmt *handle = NULL;
	struct sql_stmt *s;
	enum err err;

	err = sql_error(db, sqlite3_prepare_v3(db->handle, text, -1,
	    SQLITE_PREPARE_PERSISTENT, &handle, NULL));
	if (err != ERR_OK)
		return err;
	s = xcalloc(1, sizeof *s);
	*s = (struct sql_stmt){ .db = db, .handle = handle };
	*out = s;
	return ERR_OK;
}

void
sql_finish(struct sql_stmt *s)
{
	if (s == NULL)
		return;
	sqlite3_finalize(s->handle);
	free(s);
}

/* Binding fails only for want of memory (nothing is copied) or a wrong
 * number, which is a mistake in our own text. */
void
sql_bind_text(struct sql_stmt *s, int at, const char *text)
{
	if (sqlite3_bind_text(s->handle, at, text, -1, SQLITE_STATIC) !=
	    SQLITE_OK)
		abort();
}

void
sql_bind_blob(struct sql_stmt *s, int at, const void *p, size_t n)
{
	/* a NULL pointer would bind NULL, not an empty value */
	if (sqlite3_bind_blob64(s->handle, at, n == 0 ? "" : p, n,
	    SQLITE_STATIC) != SQLITE_OK)
		abort();
}

void
sql_bind_int(struct sql_stmt *s, int at, int64_t v)
{
	if (sqlite3_bind_int64(s->handle, at, v) != SQLITE_OK)
		abort();
}

enum err
sql_step(struct sql_stmt *s, bool *has_row)
{
	const int rc = sqlite3_step(s->handle);
	const enum err err = sql_error(s->db, rc);

	if (err == ERR_OK)
		*has_row = rc == SQLITE_ROW;
	return err;
}

enum err
sql_run(struct sql_stmt *s)
{
	bool has_row;
	const enum err err = sql_step(s, &has_row);

	sql_reset(s);
	return err;
}

const char *
sql_text(struct sql_stmt *s, int at)
{
	const char *text = (const char *)sqlite3_column_text(s->handle, at);

	return text == NULL ? "" : text;
}

const uint8_t *
sql_blob(struct sql_stmt *s, int at, size_t *n)
{
	const uint8_t *p = sqlite3_column_blob(s->handle, at);

	*n = (size_t)sqlite3_column_bytes(s->handle, at);
	return p;
}

int64_t
sql_int(struct sql_stmt *s, int at)
{
	return sqlite3_column_int64(s->handle, at);
}

void
sql_reset(struct sql_stmt *s)
{
	sqlite3_reset(s->handle);
	sqlite3_clear_bindings(s->handle);
}

/* One number out of one statement. */
static enum err
ask_int(struct sql *db, const char *text, int64_t *out)
{
	struct sql_stmt *s;
	bool has_row = false;
	enum err err;

	if ((err = sql_prepare(db, text, &s)) != ERR_OK)
		return err;
	if ((err = sql_step(s, &has_row)) == ERR_OK) {
		if (has_row)
			*out = sql_int(s, 0);
		else
			err = ERR_CORRUPT;
	}
	sql_finish(s);
	return err;
}

/* From version to the schema's in one transaction, so that a crash leaves
 * the old one. */
static enum err
migrate(struct sql *db, const struct sql_schema *schema, int version)
{
	char text[96];
	enum err err;

	str_format(text, sizeof text,
	    "PRAGMA application_id=%d; PRAGMA user_version=%d;",
	    (int)schema->application_id, schema->version);
	if ((err = sql_begin(db)) != ERR_OK)
		return err;
	for (; err == ERR_OK && version < schema->version; version++)
		err = sql_exec(db, schema->steps[version]);
	if (err == ERR_OK)
		err = sql_exec(db, text);
	if (err == ERR_OK)
		return sql_commit(db);
	sql_rollback(db);
	return err;
}

static enum err
check_schema(struct sql *db, const struct sql_schema *schema, int *out)
{
	int64_t id = 0, version = 0;
	enum err err;

	if ((err = ask_int(db, "PRAGMA application_id", &id)) != ERR_OK ||
	    (err = ask_int(db, "PRAGMA user_version", &version)) != ERR_OK)
		return err;
	if (id != schema->application_id || version < 1)
		return ERR_CORRUPT;
	if (version > schema->version)
		return ERR_NEWER_SCHEMA;
	*out = (int)version;
	return ERR_OK;
}

static void
harden(sqlite3 *handle)
{
	sqlite3_extended_result_codes(handle, 1);
	sqlite3_busy_timeout(handle, BUSY_MS);
	sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, (int)LENGTH_MAX);
	sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_LOOKASIDE, NULL, 0, 0);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
}

/* Of SQLite's own: what the connection reads through. */
static sqlite3_file *
file_of(struct sql *db)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(db->handle, "main",
	    SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
	    file == NULL || file->pMethods == NULL)
		return NULL;
	return file;
}

/*
 * Before any page is judged by its sum: a newer pairdesk may sum pages in
 * another way, and what it wrote must not be taken for damaged and replaced.
 */
static enum err
refuse_newer(struct sql *db, const struct sql_schema *schema)
{
	sqlite3_file *file = file_of(db);
	struct page_head head;

	if (file == NULL || page_read_head(file, &head) != ERR_OK)
		return ERR_OK;          /* SQLite will say what it is */
	return head.application_id == (uint32_t)schema->application_id &&
	    head.user_version > (uint32_t)schema->version ?
	    ERR_NEWER_SCHEMA : ERR_OK;
}

/* A connection to a file that exists; only its head is read yet. */
static enum err
connect_file(const char *path, const struct sql_schema *schema,
    enum sql_use use, struct sql **out)
{
	const bool still = use == SQL_READ_ALONE;
	const int access = still ? SQLITE_OPEN_READONLY :
	    SQLITE_OPEN_READWRITE;
	struct sql *db = xcalloc(1, sizeof *db);
	enum err err;
	int rc;

	rc = sqlite3_open_v2(path, &db->handle, access | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_NOFOLLOW, still ? PAGE_VFS_STILL : PAGE_VFS);
	if (db->handle == NULL)
		err = ERR_NO_MEMORY;
	else if ((err = sql_error(db, rc)) == ERR_OK &&
	    (err = refuse_newer(db, schema)) == ERR_OK) {
		harden(db->handle);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
		    use != SQL_WRITE, NULL);
		err = sql_exec(db, pragmas);
		if (err == ERR_OK && !still)
			err = sql_exec(db, live_pragmas);
	}
	if (err != ERR_OK) {
		sql_close(db);
		return err;
	}
	*out = db;
	return ERR_OK;
}

static enum err
format_file(struct sql *db, const struct sql_schema *schema)
{
	int reserve = PAGE_SUM_LEN;
	char text[64];
	enum err err;

	str_format(text, sizeof text, "PRAGMA synchronous=OFF;"
	    "PRAGMA page_size=%d", PAGE_SIZE_BYTES);
	if ((err = sql_exec(db, text)) != ERR_OK ||
	    (err = sql_error(db, sqlite3_file_control(db->handle, NULL,
	    SQLITE_FCNTL_RESERVE_BYTES, &reserve))) != ERR_OK ||
	    (err = sql_exec(db, "PRAGMA journal_mode=WAL")) != ERR_OK)
		return err;
	return migrate(db, schema, 0);
}

enum err
sql_start(void)
{
	/* Both are refused once SQLite runs, which does no harm: pages one by
	 * one instead of 86 KiB at once for a database of three, and no
	 * lock around every allocation just to count it. */
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	return page_vfs_register();
}

enum err
sql_create(const char *path, const struct sql_schema *schema, struct sql **out)
{
	struct sql *db;
	enum err err;
	int fd;

	/* by us and not by SQLite, which would obey the umask; the WAL and
	 * its index copy this file's mode */
	if ((err = dir_create_file(path, &fd)) != ERR_OK)
		return err;
	close(fd);
	if ((err = connect_file(path, schema, SQL_WRITE, &db)) != ERR_OK)
		return err;
	if ((err = format_file(db, schema)) != ERR_OK) {
		sql_close(db);
		return err;
	}
	*out = db;
	return ERR_OK;
}

bool
sql_has_wal(const char *path)
{
	char wal[DIR_PATH_MAX];

	return dir_path(wal, "%s-wal", path) != ERR_OK || dir_exists(wal);
}

/* In one step: a page that changes meanwhile would begin it anew. */
static enum err
copy_pages(struct sql *from, struct sql *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to->handle, "main",
	    from->handle, "main");
	int rc;

	if (b == NULL)
		return sql_error(to, sqlite3_errcode(to->handle));
	rc = sqlite3_backup_step(b, -1);
	(void)sqlite3_backup_finish(b);
	if (rc == SQLITE_DONE)
		return ERR_OK;
	return rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? ERR_BUSY :
	    sql_error(to, rc);
}

enum err
sql_copy(struct sql *from, const char *path)
{
	int reserve = PAGE_SUM_LEN;
	struct sql *to;
	enum err err;
	int fd, rc;

	if ((err = dir_create_file(path, &fd)) != ERR_OK)
		return err;
	close(fd);
	to = xcalloc(1, sizeof *to);
	rc = sqlite3_open_v2(path, &to->handle, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, PAGE_VFS);
	if (to->handle == NULL) {
		err = ERR_NO_MEMORY;
	} else if ((err = sql_error(to, rc)) == ERR_OK) {
		harden(to->handle);
		(void)sqlite3_file_control(to->handle, NULL,
		    SQLITE_FCNTL_RESERVE_BYTES, &reserve);
		err = copy_pages(from, to);
	}
	sql_close(to);
	return err == ERR_OK ? dir_sync_file(path) : err;
}

/* For a way back to the program that wrote it: "session.db.schema-2". Only the
 * first copy is of what that program left. */
static enum err
keep_former(struct sql *db, const char *path, int version)
{
	char copy[DIR_PATH_MAX];
	enum err err;

	if ((err = dir_path(copy, "%s.schema-%d", path, version)) != ERR_OK)
		return err;
	return dir_exists(copy) ? ERR_OK : sql_copy(db, copy);
}

enum err
sql_open(const char *path, const struct sql_schema *schema, enum sql_use use,
    struct sql **out)
{
	struct sql *db;
	int version;
	enum err err;

	if (!dir_exists(path))
		return ERR_NOT_FOUND;
	if (use == SQL_READ_ALONE && sql_has_wal(path))
		use = SQL_READ;         /* immutable would overlook it */
	if ((err = connect_file(path, schema, use, &db)) != ERR_OK)
		return err;
	err = check_schema(db, schema, &version);
	if (err == ERR_OK && version < schema->version) {
		if (use == SQL_READ_ALONE) {
			sql_close(db);
			return sql_open(path, schema, SQL_READ, out);
		}
		if ((err = keep_former(db, path, version)) == ERR_OK)
			err = migrate(db, schema, version);
	}
	if (err != ERR_OK) {
		sql_close(db);
		return err;
	}
	*out = db;
	return ERR_OK;
}

enum err
sql_check_pages(struct sql *db)
{
	sqlite3_file *file = file_of(db);

	return file == NULL ? ERR_IO : page_check_all(file);
}

void
sql_close(struct sql *db)
{
	if (db == NULL)
		return;
	sqlite3_close_v2(db->handle);
	free(db);
}

enum err
sql_sync_from_now(struct sql *db)
{
	return sql_exec(db, "PRAGMA synchronous=FULL");
}

enum err
sql_close_synced(struct sql *db, const char *path)
{
	sql_close(db);
	/* SQLite does not say that the last checkpoint failed */
	return sql_has_wal(path) ? ERR_NO_SPACE : dir_sync_file(path);
}
