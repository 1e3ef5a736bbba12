/* Reading without locks: what it may do, and what it leaves to sql_open. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/page.h"
#include "core/store/sql.h"
#include "tests/t.h"

#define PATH_LEN 512

static const char *const steps[] = {
	"CREATE TABLE t (a INTEGER) STRICT",
	"CREATE TABLE u (a INTEGER) STRICT",
};

static struct sql_schema
schema_of(int version)
{
	return (struct sql_schema){ .application_id = 77, .steps = steps,
	    .version = version };
}

static struct sql *
make(const char *path, int version)
{
	const struct sql_schema schema = schema_of(version);
	struct sql *db = NULL;

	EXPECT_INT(sql_create(path, &schema, &db), ERR_OK);
	EXPECT_INT(sql_exec(db, "INSERT INTO t VALUES (41), (42)"), ERR_OK);
	return db;
}

static enum err
open_still(const char *path, struct sql **out)
{
	const struct sql_schema schema = schema_of(1);

	return sql_open_still(path, &schema, out);
}

static size_t
count_files(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n - 2;           /* . and .. */
}

static int64_t
sum_of(struct sql *db)
{
	struct sql_stmt *s;
	bool has_row = false;
	int64_t sum = -1;

	if (sql_prepare(db, "SELECT sum(a) FROM t", &s) != ERR_OK)
		return -1;
	if (sql_step(s, &has_row) == ERR_OK && has_row)
		sum = sql_int(s, 0);
	sql_finish(s);
	return sum;
}

TEST(still_reads_and_makes_no_file)
{
	char *dir = t_dir(), path[PATH_LEN];
	struct sql *db = NULL;

	str_format(path, sizeof path, "%s/a.db", dir);
	sql_close(make(path, 1));
	EXPECT_INT(count_files(dir), 1);
	ASSERT(open_still(path, &db) == ERR_OK);
	EXPECT_INT(sum_of(db), 83);
	EXPECT_INT(count_files(dir), 1);
	EXPECT(sql_exec(db, "INSERT INTO t VALUES (1)") != ERR_OK);
	EXPECT_INT(sum_of(db), 83);
	sql_close(db);
	free(dir);
}

TEST(still_leaves_a_wal_to_others)
{
	char *dir = t_dir(), path[PATH_LEN];
	struct sql *writer, *db = (struct sql *)dir;

	str_format(path, sizeof path, "%s/a.db", dir);
	writer = make(path, 1);
	EXPECT_INT(open_still(path, &db), ERR_BUSY);
	EXPECT(db == (struct sql *)dir);
	sql_close(writer);
	ASSERT(open_still(path, &db) == ERR_OK);
	sql_close(db);
	free(dir);
}

TEST(still_tells_schemas_apart)
{
	const struct sql_schema newer = schema_of(2);
	char *dir = t_dir(), path[PATH_LEN];
	struct sql *db = NULL;

	str_format(path, sizeof path, "%s/a.db", dir);
	EXPECT_INT(open_still(path, &db), ERR_NOT_FOUND);
	sql_close(make(path, 1));
	/* bringing it up is writing */
	EXPECT_INT(sql_open_still(path, &newer, &db), ERR_BUSY);
	ASSERT(sql_open(path, &newer, &db) == ERR_OK);
	sql_close(db);
	db = NULL;
	EXPECT_INT(open_still(path, &db), ERR_NEWER_SCHEMA);
	EXPECT_NULL(db);
	free(dir);
}

TEST(still_checks_the_sums)
{
	char *dir = t_dir(), path[PATH_LEN];
	struct sql *db = NULL;
	uint8_t byte;
	int fd;

	str_format(path, sizeof path, "%s/a.db", dir);
	sql_close(make(path, 1));
	fd = open(path, O_RDWR);
	ASSERT(fd >= 0);
	/* in the second page, where the table is, behind its last cell */
	ASSERT(pread(fd, &byte, 1, PAGE_SIZE_BYTES + 200) == 1);
	byte ^= 1;
	ASSERT(pwrite(fd, &byte, 1, PAGE_SIZE_BYTES + 200) == 1);
	close(fd);
	ASSERT(open_still(path, &db) == ERR_OK);
	EXPECT_INT(sum_of(db), -1);
	sql_close(db);
	free(dir);
}
