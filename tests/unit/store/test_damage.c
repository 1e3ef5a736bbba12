/* What a damaged, foreign or newer database looks like from outside. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/store.h"
#include "tests/t.h"
#include "tests/unit/store/fix.h"

#define DIR_ACME "sessions/company_acme"
#define DB DIR_ACME "/session.db"
#define KEYS 60                 /* so that the table has inner pages */

/* acme with many values and beta with one; closed. */
static void
make_two(struct fix *f)
{
	struct store_batch *b = store_batch_create();
	char name[16], value[120];

	memset(value, 'v', sizeof value);
	fix_init(f);
	EXPECT_INT(fix_link(f, "acme", "A"), ERR_OK);
	EXPECT_INT(fix_link(f, "beta", "B"), ERR_OK);
	for (int i = 0; i < KEYS; i++) {
		str_format(name, sizeof name, "%d", i);
		store_batch_put(b, "prekey", name, value, sizeof value);
	}
	EXPECT_INT(fix_commit(f, "acme", b), ERR_OK);
	fix_close(f);
}

static bool
is_damaged(struct fix *f, const char *company)
{
	struct company_row row = { .name = "" };

	EXPECT_INT(store_row(f->store, company, &row), ERR_OK);
	EXPECT_STR(row.name, company[0] == 'a' ? "A" : "B");
	return row.damaged;
}

/* The right value, or ERR_CORRUPT; true when right. */
static bool
read_one(struct fix *f, const char *table, const char *key, size_t n, int c)
{
	struct buf out;
	enum err err;

	buf_init_secret(&out, 1024);
	err = store_get(f->store, "acme", table, key, &out);
	if (err == ERR_OK) {
		EXPECT_INT(out.len, n);
		for (size_t i = 0; i < out.len; i++)
			EXPECT_INT(out.data[i], c);
	} else if (err != ERR_CORRUPT) {
		t_fail(__FILE__, __LINE__, "%s/%s: %s", table, key,
		    err_name(err));
	}
	buf_finish(&out);
	return err == ERR_OK;
}

/* Reads from every page; true when all of it was right. */
static bool
read_all(struct fix *f)
{
	bool good = read_one(f, "creds", "k", 1, 'A');
	size_t count = 0;
	char name[16];
	enum err err;

	for (int i = 0; i < KEYS; i += 6) {
		str_format(name, sizeof name, "%d", i);
		good &= read_one(f, "prekey", name, 120, 'v');
	}
	err = store_count(f->store, "acme", "prekey", &count);
	if (err != ERR_CORRUPT) {
		EXPECT_INT(err, ERR_OK);
		EXPECT_INT(count, KEYS);
	}
	return good && err == ERR_OK;
}

/* Damaged, named, refusing a new identity, the other company served, and
 * after a quarantine ready to be linked again. */
static void
expect_stopped(struct fix *f)
{
	EXPECT_NO_VALUE(f, "acme", "creds", "k", ERR_CORRUPT);
	EXPECT(is_damaged(f, "acme"));
	EXPECT(!is_damaged(f, "beta"));
	EXPECT_VALUE(f, "beta", "creds", "k", "B");
	EXPECT_INT(fix_link(f, "acme", "A"), ERR_CORRUPT);
	fix_reopen(f);
	EXPECT(is_damaged(f, "acme"));
	EXPECT_INT(fix_link(f, "acme", "A"), ERR_CORRUPT);
	EXPECT_INT(fix_put(f, "beta", "creds", "more", "x"), ERR_OK);
	EXPECT_INT(fix_quarantine(f, "acme"), ERR_OK);
	EXPECT(!is_damaged(f, "acme"));
	EXPECT_NO_VALUE(f, "acme", "creds", "k", ERR_NOT_FOUND);
	EXPECT_INT(fix_link(f, "acme", "A"), ERR_OK);
	fix_reopen(f);
	EXPECT(!is_damaged(f, "acme"));
	EXPECT_VALUE(f, "acme", "creds", "k", "A");
	EXPECT_INT(fix_count_names(fix_path(f, "quarantine")), 1);
}

TEST(damage_flipped_byte_is_never_wrong_data)
{
	size_t n, noticed = 0, tried = 0;
	struct fix f;
	uint8_t *p;

	make_two(&f);
	fix_read(fix_path(&f, DB), &p, &n);
	EXPECT(n >= 4 * 4096);
	for (size_t at = 0; at < n; at += 97, tried++) {
		p[at] ^= (uint8_t)(1u << tried % 8);
		fix_write(fix_path(&f, DB), p, n);
		p[at] ^= (uint8_t)(1u << tried % 8);
		ASSERT(fix_open(&f) == ERR_OK);
		noticed += !read_all(&f);
		EXPECT_VALUE(&f, "beta", "creds", "k", "B");
		fix_close(&f);
	}
	/* every page is in use, so each of them is noticed */
	EXPECT_INT(noticed, tried);
	/* the file is whole again, and so is the company */
	fix_write(fix_path(&f, DB), p, n);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT(!is_damaged(&f, "acme"));
	EXPECT(read_all(&f));
	free(p);
	fix_finish(&f);
}

static enum err
get_one(struct fix *f)
{
	struct buf out;
	enum err err;

	buf_init_secret(&out, 1024);
	err = store_get(f->store, "acme", "creds", "k", &out);
	buf_finish(&out);
	return err;
}

/* The first read notices what it would not have come across, also in pages
 * that nothing uses any more. */
TEST(damage_anywhere_is_noticed_by_the_first_read)
{
	struct store_batch *b = store_batch_create();
	size_t n, tried = 0;
	struct fix f;
	uint8_t *p;

	make_two(&f);
	EXPECT_INT(fix_open(&f), ERR_OK);
	store_batch_delete_all(b, "prekey");
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_OK);
	fix_close(&f);
	fix_read(fix_path(&f, DB), &p, &n);
	EXPECT(n >= 4 * 4096);
	for (size_t at = 64; at < n; at += 389, tried++) {
		p[at] ^= (uint8_t)(1u << tried % 8);
		fix_write(fix_path(&f, DB), p, n);
		p[at] ^= (uint8_t)(1u << tried % 8);
		ASSERT(fix_open(&f) == ERR_OK);
		EXPECT_INT(get_one(&f), ERR_CORRUPT);
		EXPECT(is_damaged(&f, "acme"));
		fix_reopen(&f);
		EXPECT(is_damaged(&f, "acme"));
		fix_close(&f);
	}
	fix_write(fix_path(&f, DB), p, n - 1);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_INT(get_one(&f), ERR_CORRUPT);
	fix_close(&f);
	fix_write(fix_path(&f, DB), p, n - 4096);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_INT(get_one(&f), ERR_CORRUPT);
	fix_close(&f);
	fix_write(fix_path(&f, DB), p, n);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_INT(get_one(&f), ERR_OK);
	free(p);
	fix_finish(&f);
}

TEST(damage_cut_file_is_never_wrong_data)
{
	struct fix f;
	uint8_t *p;
	size_t n;

	make_two(&f);
	fix_read(fix_path(&f, DB), &p, &n);
	for (size_t cut = 0; cut < n; cut += 1021) {
		fix_write(fix_path(&f, DB), p, cut);
		ASSERT(fix_open(&f) == ERR_OK);
		EXPECT(!read_all(&f));
		fix_close(&f);
	}
	free(p);
	fix_finish(&f);
}

/* Commits into a damaged database: refused, or whole and readable. */
TEST(damage_under_commits)
{
	struct fix f;
	uint8_t *p;
	size_t n;

	make_two(&f);
	fix_read(fix_path(&f, DB), &p, &n);
	for (size_t at = 11; at < n; at += 1499) {
		enum err err;

		p[at] ^= 0x10;
		fix_write(fix_path(&f, DB), p, n);
		p[at] ^= 0x10;
		ASSERT(fix_open(&f) == ERR_OK);
		err = fix_put(&f, "acme", "creds", "new", "x");
		if (err != ERR_OK)
			EXPECT_INT(err, ERR_CORRUPT);
		else if (read_one(&f, "creds", "new", 1, 'x'))
			read_all(&f);
		fix_close(&f);
	}
	free(p);
	fix_finish(&f);
}

TEST(damage_overwritten_file_stops_the_company)
{
	char junk[9000];
	struct fix f;

	memset(junk, 'j', sizeof junk);
	make_two(&f);
	fix_write(fix_path(&f, DB), junk, sizeof junk);
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_stopped(&f);
	fix_finish(&f);
}

TEST(damage_empty_file_stops_the_company)
{
	struct fix f;

	make_two(&f);
	fix_write(fix_path(&f, DB), "", 0);
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_stopped(&f);
	fix_finish(&f);
}

TEST(damage_missing_file_stops_the_company)
{
	struct fix f;

	make_two(&f);
	EXPECT_INT(unlink(fix_path(&f, DB)), 0);
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_stopped(&f);
	fix_finish(&f);
}

TEST(damage_missing_directory_stops_the_company)
{
	struct fix f;

	make_two(&f);
	EXPECT_INT(unlink(fix_path(&f, DB)), 0);
	EXPECT_INT(rmdir(fix_path(&f, DIR_ACME)), 0);
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_stopped(&f);
	fix_finish(&f);
}

TEST(damage_another_companys_database_stops_the_company)
{
	struct fix f;
	uint8_t *p;
	size_t n;

	make_two(&f);
	fix_read(fix_path(&f, "sessions/company_beta/session.db"), &p, &n);
	fix_write(fix_path(&f, DB), p, n);
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_stopped(&f);
	free(p);
	fix_finish(&f);
}

TEST(damage_value_copied_to_another_key_does_not_open)
{
	struct fix f;

	make_two(&f);
	fix_sql(fix_path(&f, DB), "UPDATE record SET value = (SELECT value "
	    "FROM record WHERE tbl = 'prekey' AND key = CAST('7' AS BLOB)) "
	    "WHERE tbl = 'creds'");
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_stopped(&f);
	fix_finish(&f);
}

TEST(damage_is_in_the_list_without_an_index)
{
	struct fix f;

	make_two(&f);
	fix_write(fix_path(&f, DB), "", 0);
	EXPECT_INT(unlink(fix_path(&f, "index.db")), 0);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_INT(store_company_count(f.store), 2);
	EXPECT_INT(fix_link(&f, "acme", "A"), ERR_CORRUPT);
	EXPECT_VALUE(&f, "beta", "creds", "k", "B");
	EXPECT_INT(fix_remove(&f, "acme", false), ERR_OK);
	EXPECT_INT(store_company_count(f.store), 1);
	EXPECT_INT(fix_link(&f, "acme", "A"), ERR_OK);
	fix_finish(&f);
}

TEST(damage_lost_table_stops_the_company)
{
	struct fix f;

	make_two(&f);
	fix_sql(fix_path(&f, DB), "DROP TABLE record");
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_stopped(&f);
	fix_finish(&f);
}

TEST(newer_schema_is_refused_and_left_alone)
{
	struct fix f;

	make_two(&f);
	fix_sql(fix_path(&f, DB), "PRAGMA user_version = 99");
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_NO_VALUE(&f, "acme", "creds", "k", ERR_NEWER_SCHEMA);
	EXPECT_INT(fix_link(&f, "acme", "A"), ERR_NEWER_SCHEMA);
	EXPECT(!is_damaged(&f, "acme"));
	EXPECT_VALUE(&f, "beta", "creds", "k", "B");
	fix_close(&f);
	fix_sql(fix_path(&f, DB), "PRAGMA user_version = 3");
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_VALUE(&f, "acme", "creds", "k", "A");
	fix_finish(&f);
}

/* As another program would: sums and all else are left as they were. */
static void
set_version(const char *path, uint8_t version)
{
	uint8_t *p;
	size_t n;

	fix_read(path, &p, &n);
	p[63] = version;
	fix_write(path, p, n);
	free(p);
}

static int
schema_of(const char *path)
{
	uint8_t *p;
	size_t n;
	int version;

	fix_read(path, &p, &n);
	version = p[63];
	free(p);
	return version;
}

static void
expect_bytes(const char *path, const uint8_t *want, size_t want_n)
{
	uint8_t *p;
	size_t n;

	fix_read(path, &p, &n);
	EXPECT_INT(n, want_n);
	EXPECT_MEM(p, want, want_n);
	free(p);
}

static void
expect_newer_left_alone(uint8_t version, bool with_index)
{
	struct company_row row = { .name = "" };
	struct fix f;
	uint8_t *p;
	size_t n;

	make_two(&f);
	set_version(fix_path(&f, DB), version);
	if (!with_index)
		EXPECT_INT(unlink(fix_path(&f, "index.db")), 0);
	fix_read(fix_path(&f, DB), &p, &n);
	for (int start = 0; start < 2; start++) {
		EXPECT_INT(fix_open(&f), ERR_OK);
		EXPECT_INT(store_company_count(f.store), 2);
		EXPECT_NO_VALUE(&f, "acme", "creds", "k", ERR_NEWER_SCHEMA);
		EXPECT_INT(fix_link(&f, "acme", "A"), ERR_NEWER_SCHEMA);
		EXPECT_INT(store_row(f.store, "acme", &row), ERR_OK);
		EXPECT(!row.damaged);
		EXPECT_VALUE(&f, "beta", "creds", "k", "B");
		fix_close(&f);
	}
	expect_bytes(fix_path(&f, DB), p, n);
	free(p);
	EXPECT_INT(fix_count_names(fix_path(&f, "quarantine")), 0);
	set_version(fix_path(&f, DB), STORE_SCHEMA);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_VALUE(&f, "acme", "creds", "k", "A");
	if (!with_index)
		EXPECT(!is_damaged(&f, "acme"));        /* and has its name */
	fix_finish(&f);
}

TEST(newer_head_is_refused_before_sums)
{
	expect_newer_left_alone(STORE_SCHEMA + 1, true);
	expect_newer_left_alone(99, true);
}

TEST(newer_head_is_listed_without_an_index)
{
	expect_newer_left_alone(STORE_SCHEMA + 1, false);
}

TEST(newer_index_head_is_refused_and_left_alone)
{
	struct fix f;
	uint8_t *p;
	size_t n;

	make_two(&f);
	set_version(fix_path(&f, "index.db"), 99);
	fix_read(fix_path(&f, "index.db"), &p, &n);
	EXPECT_INT(fix_open(&f), ERR_NEWER_SCHEMA);
	EXPECT(strstr(f.problem.text, "newer pairdesk") != NULL);
	expect_bytes(fix_path(&f, "index.db"), p, n);
	free(p);
	fix_finish(&f);
}

TEST(newer_index_is_refused_in_words)
{
	struct fix f;

	make_two(&f);
	fix_sql(fix_path(&f, "index.db"), "PRAGMA user_version = 99");
	EXPECT_INT(fix_open(&f), ERR_NEWER_SCHEMA);
	EXPECT(strstr(f.problem.text, "newer pairdesk") != NULL);
	fix_sql(fix_path(&f, "index.db"), "PRAGMA user_version = 3");
	EXPECT_INT(fix_open(&f), ERR_OK);
	fix_finish(&f);
}

/* A directory as the program before left it: read, brought up, and from
 * then on refused by that program. */
TEST(former_schema_is_brought_up)
{
	struct company_row row = { .name = "" };
	struct store_batch *b;
	struct fix f;

	make_two(&f);
	fix_sql(fix_path(&f, DB), "PRAGMA user_version = 1");
	fix_sql(fix_path(&f, "index.db"), "PRAGMA user_version = 1");
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_VALUE(&f, "acme", "creds", "k", "A");
	EXPECT_VALUE(&f, "beta", "creds", "k", "B");
	EXPECT_INT(store_row(f.store, "acme", &row), ERR_OK);
	str_copy(row.pinned_phone, sizeof row.pinned_phone, "79001234567");
	b = store_batch_create();
	store_batch_index(b, &row);
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_OK);
	fix_reopen(&f);
	EXPECT_INT(store_row(f.store, "acme", &row), ERR_OK);
	EXPECT_STR(row.pinned_phone, "79001234567");
	EXPECT_VALUE(&f, "acme", "creds", "k", "A");
	fix_close(&f);
	EXPECT_INT(schema_of(fix_path(&f, DB)), STORE_SCHEMA);
	EXPECT_INT(schema_of(fix_path(&f, "index.db")), STORE_SCHEMA);
	fix_finish(&f);
}

/* --- no room -------------------------------------------------------------- */

static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	EXPECT_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
	EXPECT_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static enum err
put_big(struct fix *f, const char *company)
{
	struct store_batch *b = store_batch_create();
	char *big = xcalloc(1, 300000);

	store_batch_put(b, "creds", "k", "lost", 4);
	store_batch_put(b, "creds", "big", big, 300000);
	free(big);
	return fix_commit(f, company, b);
}

TEST(no_space_loses_nothing)
{
	void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
	struct fix f;

	make_two(&f);
	EXPECT_INT(fix_open(&f), ERR_OK);
	limit_files(200000);
	EXPECT_INT(put_big(&f, "acme"), ERR_NO_SPACE);
	EXPECT_INT(put_big(&f, "new"), ERR_NO_SPACE);
	EXPECT_NO_VALUE(&f, "new", "creds", "k", ERR_NOT_FOUND);
	EXPECT(read_all(&f));
	EXPECT(!is_damaged(&f, "acme"));
	/* what fits still gets in */
	EXPECT_INT(fix_put(&f, "acme", "creds", "small", "x"), ERR_OK);
	limit_files(0);
	EXPECT_INT(put_big(&f, "new"), ERR_OK);
	fix_reopen(&f);
	EXPECT(read_all(&f));
	EXPECT_VALUE(&f, "acme", "creds", "small", "x");
	EXPECT_VALUE(&f, "new", "creds", "k", "lost");
	EXPECT_INT(fix_count_names(fix_path(&f, "sessions")), 3);
	fix_finish(&f);
	signal(SIGXFSZ, before);
}

/* In one group with a large one, a small commit must not go down. */
static void
on_result(void *ctx, enum err err)
{
	*(enum err *)ctx = err;
}

TEST(no_space_for_one_of_a_group)
{
	void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
	enum err results[3] = { ERR_COUNT, ERR_COUNT, ERR_COUNT };
	char *big = xcalloc(1, 300000);
	struct fix f;

	make_two(&f);
	EXPECT_INT(fix_open(&f), ERR_OK);
	limit_files(200000);
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		struct store_batch *b = store_batch_create();

		store_batch_put(b, "creds", "last", i == 1 ? big : "x",
		    i == 1 ? 300000 : 1);
		store_commit(f.store, "acme", b, on_result, &results[i]);
	}
	while (results[2] == ERR_COUNT)
		loop_turn(f.loop, true);
	limit_files(0);
	EXPECT_INT(results[0], ERR_OK);
	EXPECT_INT(results[1], ERR_NO_SPACE);
	EXPECT_INT(results[2], ERR_OK);
	EXPECT_VALUE(&f, "acme", "creds", "last", "x");
	free(big);
	fix_finish(&f);
	signal(SIGXFSZ, before);
}
