#include "tests/unit/store/fix.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "core/base/str.h"
#include "core/store/page.h"
#include "tests/t.h"

struct waiting {
	bool done;
	enum err err;
};

void
fix_init_in(struct fix *f, const char *dir)
{
	unsetenv("CREDENTIALS_DIRECTORY");
	*f = (struct fix){ .dir = strdup(dir) };
	EXPECT_INT(loop_create(&f->loop), ERR_OK);
}

void
fix_init(struct fix *f)
{
	char *dir = t_dir();

	fix_init_in(f, dir);
	free(dir);
	EXPECT_INT(fix_open(f), ERR_OK);
}

static int
delete_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
fix_finish(struct fix *f)
{
	fix_close(f);
	loop_destroy(f->loop);
	nftw(f->dir, delete_one, 16, FTW_DEPTH | FTW_PHYS);
	free(f->dir);
}

enum err
fix_open(struct fix *f)
{
	const struct store_params params = { .dir = f->dir,
	    .rnd = rnd_system(), .loop = f->loop, .what = "test" };
	enum err err;

	f->problem.text[0] = '\0';
	err = store_open(&params, &f->store, &f->problem);
	EXPECT((err == ERR_OK) == (f->problem.text[0] == '\0'));
	return err;
}

void
fix_close(struct fix *f)
{
	store_close(f->store);
	f->store = NULL;
}

void
fix_reopen(struct fix *f)
{
	fix_close(f);
	if (fix_open(f) != ERR_OK) {
		fprintf(stderr, "reopen: %s\n", f->problem.text);
		abort();
	}
}

const char *
fix_path(const struct fix *f, const char *name)
{
	static char path[1024];

	EXPECT(str_format(path, sizeof path, "%s/%s", f->dir, name));
	return path;
}

static void
on_done(void *ctx, enum err err)
{
	struct waiting *w = ctx;

	EXPECT(!w->done);
	w->done = true;
	w->err = err;
}

static enum err
wait_for(struct fix *f, struct waiting *w)
{
	EXPECT(!w->done);               /* never from within the call */
	while (!w->done)
		loop_turn(f->loop, true);
	return w->err;
}

enum err
fix_commit(struct fix *f, const char *company, struct store_batch *b)
{
	struct waiting w = { .done = false };

	store_commit(f->store, company, b, on_done, &w);
	return wait_for(f, &w);
}

enum err
fix_put(struct fix *f, const char *company, const char *table,
    const char *key, const char *value)
{
	struct store_batch *b = store_batch_create();

	store_batch_put(b, table, key, value, strlen(value));
	return fix_commit(f, company, b);
}

enum err
fix_link(struct fix *f, const char *company, const char *name)
{
	struct company_row row = { .linked = true, .state_version_limit = 7,
	    .status = "connected" };
	struct store_batch *b = store_batch_create();

	str_copy(row.company, sizeof row.company, company);
	str_copy(row.name, sizeof row.name, name);
	store_batch_put(b, "creds", "k", name, strlen(name));
	store_batch_index(b, &row);
	return fix_commit(f, company, b);
}

enum err
fix_quarantine(struct fix *f, const char *company)
{
	struct waiting w = { .done = false };

	store_quarantine(f->store, company, "because\nof a test", on_done, &w);
	return wait_for(f, &w);
}

enum err
fix_remove(struct fix *f, const char *company, bool purge)
{
	struct waiting w = { .done = false };

	store_remove(f->store, company, purge, on_done, &w);
	return wait_for(f, &w);
}

enum err
fix_drop(struct fix *f, const char *company)
{
	struct waiting w = { .done = false };

	store_drop(f->store, company, on_done, &w);
	return wait_for(f, &w);
}

void
fix_expect(struct fix *f, const char *company, const char *table,
    const char *key, enum err err, const char *want)
{
	struct buf out;
	enum err got;

	buf_init_secret(&out, STORE_VALUE_MAX);
	got = store_get(f->store, company, table, key, &out);
	if (got != err)
		t_fail(__FILE__, __LINE__, "%s/%s/%s: %s, want %s", company,
		    table, key, err_name(got), err_name(err));
	EXPECT_INT(out.len, want == NULL ? 0 : strlen(want));
	if (want != NULL && out.len == strlen(want))
		EXPECT_MEM(out.data, want, out.len);
	buf_finish(&out);
}

void
fix_read(const char *path, uint8_t **p, size_t *n)
{
	const int fd = open(path, O_RDONLY);
	struct stat st = { .st_size = 0 };

	EXPECT(fd >= 0 && fstat(fd, &st) == 0);
	*n = (size_t)st.st_size;
	*p = malloc(*n + 1);
	EXPECT(*p != NULL);
	EXPECT_INT(read(fd, *p, *n), *n);
	close(fd);
}

void
fix_write(const char *path, const void *p, size_t n)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	EXPECT(fd >= 0);
	EXPECT_INT(write(fd, p, n), n);
	close(fd);
}

size_t
fix_count_names(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	EXPECT(d != NULL);
	while (d != NULL && readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

void
fix_sql(const char *path, const char *text)
{
	sqlite3 *db = NULL;

	EXPECT_INT(page_vfs_register(), ERR_OK);
	EXPECT_INT(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE,
	    PAGE_VFS), SQLITE_OK);
	EXPECT_INT(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}
