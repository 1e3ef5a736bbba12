#include "core/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/store/fix.h"

#define DB "sessions/company_acme/session.db"

/* --- values --------------------------------------------------------------- */

TEST(store_roundtrip)
{
	struct fix f;
	size_t count = 99;

	fix_init(&f);
	EXPECT_NO_VALUE(&f, "acme", "creds", "k", ERR_NOT_FOUND);
	EXPECT_INT(store_count(f.store, "acme", "creds", &count), ERR_OK);
	EXPECT_INT(count, 0);
	EXPECT_INT(fix_put(&f, "acme", "creds", "k", "secret one"), ERR_OK);
	EXPECT_INT(fix_put(&f, "acme", "prekey", "1", "p1"), ERR_OK);
	EXPECT_INT(fix_put(&f, "acme", "prekey", "2", ""), ERR_OK);
	EXPECT_INT(fix_put(&f, "acme", "creds", "k", "secret two"), ERR_OK);
	for (int i = 0; i < 2; i++) {
		EXPECT_VALUE(&f, "acme", "creds", "k", "secret two");
		EXPECT_VALUE(&f, "acme", "prekey", "2", "");
		EXPECT_NO_VALUE(&f, "acme", "prekey", "3", ERR_NOT_FOUND);
		EXPECT_NO_VALUE(&f, "acme", "other", "1", ERR_NOT_FOUND);
		EXPECT_INT(store_count(f.store, "acme", "prekey", &count),
		    ERR_OK);
		EXPECT_INT(count, 2);
		fix_reopen(&f);
	}
	fix_finish(&f);
}

TEST(store_delete_and_delete_all)
{
	struct fix f;
	struct store_batch *b = store_batch_create();

	fix_init(&f);
	store_batch_put(b, "prekey", "1", "a", 1);
	store_batch_put(b, "prekey", "2", "b", 1);
	store_batch_put(b, "other", "1", "c", 1);
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_OK);
	b = store_batch_create();
	store_batch_delete(b, "prekey", "1");
	store_batch_delete(b, "prekey", "none");
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_OK);
	EXPECT_NO_VALUE(&f, "acme", "prekey", "1", ERR_NOT_FOUND);
	EXPECT_VALUE(&f, "acme", "prekey", "2", "b");
	b = store_batch_create();
	store_batch_delete_all(b, "prekey");
	store_batch_put(b, "prekey", "9", "z", 1);      /* order counts */
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_OK);
	EXPECT_NO_VALUE(&f, "acme", "prekey", "2", ERR_NOT_FOUND);
	EXPECT_VALUE(&f, "acme", "prekey", "9", "z");
	EXPECT_VALUE(&f, "acme", "other", "1", "c");
	fix_finish(&f);
}

TEST(store_moves_a_table_into_the_place_of_another)
{
	struct fix f;
	struct store_batch *b = store_batch_create();

	fix_init(&f);
	store_batch_put(b, "creds", "k", "old", 3);
	store_batch_put(b, "prekey", "1", "a", 1);
	store_batch_put(b, "next_creds", "k", "new", 3);
	store_batch_put(b, "former_creds", "gone", "x", 1);
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_OK);
	b = store_batch_create();
	store_batch_move_all(b, "creds", "former_creds");
	store_batch_move_all(b, "next_creds", "creds");
	store_batch_move_all(b, "next_prekey", "prekey");       /* empty */
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_OK);
	for (int i = 0; i < 2; i++) {
		/* sealed for where they are now, or they would not open */
		EXPECT_VALUE(&f, "acme", "creds", "k", "new");
		EXPECT_VALUE(&f, "acme", "former_creds", "k", "old");
		EXPECT_NO_VALUE(&f, "acme", "former_creds", "gone",
		    ERR_NOT_FOUND);
		EXPECT_NO_VALUE(&f, "acme", "next_creds", "k", ERR_NOT_FOUND);
		EXPECT_NO_VALUE(&f, "acme", "prekey", "1", ERR_NOT_FOUND);
		fix_reopen(&f);
	}
	b = store_batch_create();
	store_batch_move_all(b, "creds", "creds");
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_INVALID);
	EXPECT_VALUE(&f, "acme", "creds", "k", "new");
	fix_finish(&f);
}

TEST(store_largest_value)
{
	struct fix f;
	struct store_batch *b = store_batch_create();
	char *big = malloc(STORE_VALUE_MAX + 1);
	struct buf out;

	ASSERT(big != NULL);
	memset(big, 'x', STORE_VALUE_MAX + 1);
	fix_init(&f);
	store_batch_put(b, "creds", "big", big, STORE_VALUE_MAX);
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_OK);
	buf_init_secret(&out, STORE_VALUE_MAX);
	EXPECT_INT(store_get(f.store, "acme", "creds", "big", &out), ERR_OK);
	EXPECT_INT(out.len, STORE_VALUE_MAX);
	EXPECT_MEM(out.data, big, out.len);
	buf_finish(&out);
	b = store_batch_create();
	store_batch_put(b, "creds", "big", "small", 5);
	store_batch_put(b, "creds", "huge", big, STORE_VALUE_MAX + 1);
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_TOO_LARGE);
	EXPECT_NO_VALUE(&f, "acme", "creds", "huge", ERR_NOT_FOUND);
	buf_init_secret(&out, 10);
	EXPECT_INT(store_get(f.store, "acme", "creds", "big", &out),
	    ERR_TOO_LARGE);
	buf_finish(&out);
	free(big);
	fix_finish(&f);
}

TEST(store_refuses_bad_names)
{
	static const char *const tables[] = { "", "Creds", "1x", "a-b", "a;b",
	    "company", "abcdefghijklmnopqrstuvwxyzabcdefg" };
	char key[STORE_KEY_MAX + 2];
	struct fix f;
	struct buf out;
	size_t count = 7;

	fix_init(&f);
	buf_init_secret(&out, 10);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		EXPECT_INT(fix_put(&f, "acme", tables[i], "k", "v"),
		    ERR_INVALID);
		EXPECT_INT(store_get(f.store, "acme", tables[i], "k", &out),
		    ERR_INVALID);
		EXPECT_INT(store_count(f.store, "acme", tables[i], &count),
		    ERR_INVALID);
	}
	memset(key, 'k', sizeof key);
	key[STORE_KEY_MAX + 1] = '\0';
	EXPECT_INT(fix_put(&f, "acme", "creds", key, "v"), ERR_INVALID);
	EXPECT_INT(fix_put(&f, "acme", "creds", "", "v"), ERR_INVALID);
	EXPECT_INT(fix_put(&f, "../acme", "creds", "k", "v"), ERR_INVALID);
	EXPECT_INT(fix_put(&f, "", "creds", "k", "v"), ERR_INVALID);
	EXPECT_INT(fix_remove(&f, "..", true), ERR_INVALID);
	EXPECT_INT(store_get(f.store, "..", "creds", "k", &out), ERR_INVALID);
	EXPECT_INT(count, 7);
	EXPECT_INT(store_company_count(f.store), 0);
	EXPECT_INT(fix_count_names(fix_path(&f, "sessions")), 0);
	key[STORE_KEY_MAX] = '\0';
	EXPECT_INT(fix_put(&f, "acme", "creds", key, "v"), ERR_OK);
	EXPECT_VALUE(&f, "acme", "creds", key, "v");
	buf_finish(&out);
	fix_finish(&f);
}

TEST(store_ids_that_differ_in_case_are_two)
{
	struct fix f;

	fix_init(&f);
	EXPECT_INT(fix_put(&f, "acme", "creds", "k", "low"), ERR_OK);
	EXPECT_NO_VALUE(&f, "ACME", "creds", "k", ERR_NOT_FOUND);
	EXPECT_INT(fix_put(&f, "ACME", "creds", "k", "high"), ERR_OK);
	EXPECT_VALUE(&f, "acme", "creds", "k", "low");
	EXPECT_VALUE(&f, "ACME", "creds", "k", "high");
	EXPECT_INT(store_company_count(f.store), 2);
	fix_finish(&f);
}

/* --- order and atomicity -------------------------------------------------- */

struct sequence {
	size_t next, count;
	bool ordered;
};

struct step {
	struct sequence *sequence;
	size_t at;
	enum err want;
};

static void
on_step(void *ctx, enum err err)
{
	struct step *step = ctx;

	EXPECT_INT(err, step->want);
	EXPECT_INT(step->sequence->next, step->at);
	step->sequence->next++;
}

TEST(store_commits_keep_their_order)
{
	struct sequence seq = { .count = 200 };
	struct step steps[200];
	struct fix f;
	char text[16];

	fix_init(&f);
	for (size_t i = 0; i < seq.count; i++) {
		struct store_batch *b = store_batch_create();

		str_format(text, sizeof text, "%zu", i);
		store_batch_put(b, "creds", "last", text, strlen(text));
		store_batch_put(b, "n", text, "x", 1);
		steps[i] = (struct step){ &seq, i, ERR_OK };
		if (i % 50 == 49) {     /* a bad one in the group harms none */
			store_batch_put(b, "creds", "", "x", 1);
			steps[i].want = ERR_INVALID;
		}
		store_commit(f.store, "acme", b, on_step, &steps[i]);
	}
	EXPECT_INT(seq.next, 0);
	while (seq.next < seq.count)
		loop_turn(f.loop, true);
	EXPECT_VALUE(&f, "acme", "creds", "last", "198");
	EXPECT_VALUE(&f, "acme", "n", "148", "x");
	EXPECT_NO_VALUE(&f, "acme", "n", "149", ERR_NOT_FOUND);
	fix_finish(&f);
}

static void
on_nested(void *ctx, enum err err)
{
	struct fix *f = ctx;
	struct store_batch *b = store_batch_create();

	EXPECT_INT(err, ERR_OK);
	EXPECT_VALUE(f, "acme", "creds", "k", "first");
	store_batch_put(b, "creds", "k", "second", 6);
	store_commit(f->store, "acme", b, NULL, NULL);
}

TEST(store_close_waits_for_all_commits)
{
	struct store_batch *b = store_batch_create();
	struct fix f;

	fix_init(&f);
	store_batch_put(b, "creds", "k", "first", 5);
	store_commit(f.store, "acme", b, on_nested, &f);
	fix_close(&f);
	/* and leaves no WAL */
	EXPECT_INT(fix_count_names(fix_path(&f, "sessions/company_acme")), 1);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_VALUE(&f, "acme", "creds", "k", "second");
	fix_finish(&f);
}

TEST(store_many_companies_at_once)
{
	struct fix f;
	char id[16];

	fix_init(&f);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 60; i++) {
			struct store_batch *b = store_batch_create();

			str_format(id, sizeof id, "c%d", i);
			store_batch_put(b, "creds", "k", id, strlen(id));
			store_commit(f.store, id, b, NULL, NULL);
		}
		EXPECT_NO_VALUE(&f, "none", "creds", "k", ERR_NOT_FOUND);
	}
	fix_reopen(&f);
	EXPECT_INT(store_company_count(f.store), 60);
	for (int i = 0; i < 60; i++) {
		str_format(id, sizeof id, "c%d", i);
		EXPECT_VALUE(&f, id, "creds", "k", id);
	}
	fix_finish(&f);
}

/* Reads while the pool writes: always one of the committed states. */
TEST(store_get_beside_a_running_commit)
{
	struct sequence seq = { .count = 100 };
	struct step steps[100];
	struct fix f;

	fix_init(&f);
	EXPECT_INT(fix_put(&f, "acme", "creds", "a", "x"), ERR_OK);
	EXPECT_INT(fix_put(&f, "acme", "creds", "b", "x"), ERR_OK);
	for (size_t i = 0; i < seq.count; i++) {
		struct store_batch *b = store_batch_create();
		struct buf a, c;

		store_batch_put(b, "creds", "a", &i, sizeof i);
		store_batch_put(b, "creds", "b", &i, sizeof i);
		steps[i] = (struct step){ &seq, i, ERR_OK };
		store_commit(f.store, "acme", b, on_step, &steps[i]);
		buf_init_secret(&a, 64);
		buf_init_secret(&c, 64);
		EXPECT_INT(store_get(f.store, "acme", "creds", "a", &a),
		    ERR_OK);
		EXPECT_INT(store_get(f.store, "acme", "creds", "b", &c),
		    ERR_OK);
		EXPECT(c.len == a.len || c.len == sizeof i);
		buf_finish(&a);
		buf_finish(&c);
		if (i % 3 == 0)
			loop_turn(f.loop, false);
	}
	while (seq.next < seq.count)
		loop_turn(f.loop, true);
	fix_finish(&f);
}

/* --- the index ------------------------------------------------------------ */

struct listing {
	char text[512];
};

static void
on_row(void *ctx, const struct company_row *row)
{
	struct listing *l = ctx;
	const size_t n = strlen(l->text);

	EXPECT(str_format(l->text + n, sizeof l->text - n, "%s=%s%s ",
	    row->company, row->name, row->damaged ? "!" : ""));
}

static void
expect_list(struct fix *f, const char *want)
{
	struct listing l = { .text = "" };

	EXPECT_INT(store_each(f->store, on_row, &l), ERR_OK);
	EXPECT_STR(l.text, want);
}

static void
make_three(struct fix *f)
{
	fix_init(f);
	EXPECT_INT(fix_link(f, "beta", "B"), ERR_OK);
	EXPECT_INT(fix_link(f, "acme", "A"), ERR_OK);
	EXPECT_INT(fix_link(f, "Zeta", "Z"), ERR_OK);
}

TEST(store_rows)
{
	struct company_row row;
	struct fix f;

	make_three(&f);
	expect_list(&f, "Zeta=Z acme=A beta=B ");
	EXPECT_INT(store_row(f.store, "acme", &row), ERR_OK);
	EXPECT_INT(row.state_version_limit, 7);
	EXPECT(row.linked && !row.damaged);
	memset(&row, 0x5a, sizeof row);
	EXPECT_INT(store_row(f.store, "none", &row), ERR_NOT_FOUND);
	EXPECT_INT(store_row(f.store, "../x", &row), ERR_INVALID);
	EXPECT_INT(row.company[0], 0x5a);
	EXPECT_INT(fix_link(&f, "acme", "A2"), ERR_OK);
	expect_list(&f, "Zeta=Z acme=A2 beta=B ");
	/* without a row of its own it is listed all the same */
	EXPECT_INT(fix_put(&f, "plain", "creds", "k", "v"), ERR_OK);
	expect_list(&f, "Zeta=Z acme=A2 beta=B plain= ");
	fix_reopen(&f);
	expect_list(&f, "Zeta=Z acme=A2 beta=B plain= ");
	fix_finish(&f);
}

TEST(store_row_of_another_company_is_refused)
{
	struct company_row row = { .company = "beta", .name = "x" };
	struct store_batch *b = store_batch_create();
	struct fix f;

	make_three(&f);
	store_batch_index(b, &row);
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_INVALID);
	b = store_batch_create();
	row.company[0] = '/';
	store_batch_index(b, &row);
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_INVALID);
	expect_list(&f, "Zeta=Z acme=A beta=B ");
	fix_finish(&f);
}

TEST(store_index_is_made_again_when_missing)
{
	struct fix f;

	make_three(&f);
	fix_close(&f);
	EXPECT_INT(unlink(fix_path(&f, "index.db")), 0);
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_list(&f, "Zeta=Z acme=A beta=B ");
	fix_finish(&f);
}

TEST(store_index_is_made_again_from_any_damage)
{
	struct fix f;
	uint8_t *p;
	size_t n;

	make_three(&f);
	fix_close(&f);
	fix_read(fix_path(&f, "index.db"), &p, &n);
	for (size_t at = 0; at < n; at += 397) {
		p[at] ^= 0x20;
		fix_write(fix_path(&f, "index.db"), p, n);
		p[at] ^= 0x20;
		ASSERT(fix_open(&f) == ERR_OK);
		expect_list(&f, "Zeta=Z acme=A beta=B ");
		fix_close(&f);
	}
	for (size_t cut = 0; cut < n; cut += n / 7) {
		fix_write(fix_path(&f, "index.db"), p, cut);
		ASSERT(fix_open(&f) == ERR_OK);
		expect_list(&f, "Zeta=Z acme=A beta=B ");
		fix_close(&f);
	}
	fix_write(fix_path(&f, "index.db"), "this is text\n", 13);
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_list(&f, "Zeta=Z acme=A beta=B ");
	free(p);
	fix_finish(&f);
}

/* As after a crash between a company's commit and the index's row: the old
 * row is there, and the mark. */
TEST(store_old_row_with_a_mark_is_read_again)
{
	struct fix f;
	uint8_t *index, *wal;
	size_t index_n, wal_n;

	make_three(&f);
	fix_read(fix_path(&f, "index.db"), &index, &index_n);
	fix_read(fix_path(&f, "index.db-wal"), &wal, &wal_n);
	EXPECT_INT(fix_link(&f, "acme", "newer"), ERR_OK);
	fix_close(&f);
	fix_write(fix_path(&f, "index.db"), index, index_n);
	fix_write(fix_path(&f, "index.db-wal"), wal, wal_n);
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_list(&f, "Zeta=Z acme=newer beta=B ");
	free(index);
	free(wal);
	fix_finish(&f);
}

TEST(store_company_unknown_to_the_index_is_found)
{
	struct fix f;

	make_three(&f);
	fix_close(&f);
	fix_sql(fix_path(&f, "index.db"),
	    "DELETE FROM company WHERE id = 'acme'");
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_list(&f, "Zeta=Z acme=A beta=B ");
	fix_finish(&f);
}

TEST(store_leftovers_of_a_crash_are_cleaned)
{
	struct fix f;

	make_three(&f);
	fix_close(&f);
	EXPECT_INT(mkdir(fix_path(&f, "sessions/new_gone"), 0700), 0);
	fix_write(fix_path(&f, "sessions/new_gone/session.db"), "x", 1);
	EXPECT_INT(mkdir(fix_path(&f, "sessions/purge_gone"), 0700), 0);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_INT(fix_count_names(fix_path(&f, "sessions")), 3);
	EXPECT_NO_VALUE(&f, "gone", "creds", "k", ERR_NOT_FOUND);
	fix_finish(&f);
}

/* --- quarantine and removal ----------------------------------------------- */

static void
on_ok(void *ctx, enum err err)
{
	EXPECT_INT(err, ERR_OK);
	++*(int *)ctx;
}

TEST(store_quarantine_moves_and_allows_anew)
{
	struct company_row row;
	struct fix f;

	make_three(&f);
	EXPECT_INT(fix_quarantine(&f, "none"), ERR_NOT_FOUND);
	EXPECT_INT(fix_quarantine(&f, "acme"), ERR_OK);
	EXPECT_NO_VALUE(&f, "acme", "creds", "k", ERR_NOT_FOUND);
	EXPECT_INT(store_row(f.store, "acme", &row), ERR_OK);
	EXPECT_STR(row.name, "A");
	EXPECT(!row.linked && !row.damaged);
	EXPECT_INT(row.state_version_limit, 7);
	EXPECT_STR(row.status, "");
	EXPECT_INT(fix_link(&f, "acme", "again"), ERR_OK);
	EXPECT_VALUE(&f, "acme", "creds", "k", "again");
	/* twice in one second: two directories */
	EXPECT_INT(fix_quarantine(&f, "acme"), ERR_OK);
	EXPECT_INT(fix_count_names(fix_path(&f, "quarantine")), 2);
	fix_reopen(&f);
	expect_list(&f, "Zeta=Z acme=again beta=B ");
	EXPECT_VALUE(&f, "beta", "creds", "k", "B");
	fix_finish(&f);
}

/* What was queued before the move goes with the old data, what is queued
 * after it lands in the new company; a reader kept open sees none of it. */
TEST(store_quarantine_keeps_its_place_in_the_order)
{
	struct store_batch *before = store_batch_create();
	struct store_batch *after = store_batch_create();
	struct fix f;
	int done = 0;

	make_three(&f);
	EXPECT_VALUE(&f, "acme", "creds", "k", "A");
	store_batch_put(before, "creds", "old", "1", 1);
	store_batch_put(after, "creds", "new", "1", 1);
	store_commit(f.store, "acme", before, on_ok, &done);
	store_quarantine(f.store, "acme", "order", on_ok, &done);
	EXPECT_VALUE(&f, "acme", "creds", "k", "A");
	store_commit(f.store, "acme", after, on_ok, &done);
	while (done < 3)
		loop_turn(f.loop, true);
	EXPECT_VALUE(&f, "acme", "creds", "new", "1");
	EXPECT_NO_VALUE(&f, "acme", "creds", "old", ERR_NOT_FOUND);
	EXPECT_NO_VALUE(&f, "acme", "creds", "k", ERR_NOT_FOUND);
	fix_finish(&f);
}

TEST(store_purge_takes_what_was_moved_aside_before)
{
	struct fix f;

	make_three(&f);
	EXPECT_INT(fix_link(&f, "acme-2", "N"), ERR_OK);
	EXPECT_INT(fix_link(&f, "acm", "N"), ERR_OK);
	EXPECT_INT(fix_quarantine(&f, "acme-2"), ERR_OK);
	EXPECT_INT(fix_quarantine(&f, "acm"), ERR_OK);
	EXPECT_INT(fix_quarantine(&f, "acme"), ERR_OK);
	EXPECT_INT(fix_quarantine(&f, "acme"), ERR_OK);
	EXPECT_INT(mkdir(fix_path(&f, "quarantine/company_acme"), 0700), 0);
	EXPECT_INT(mkdir(fix_path(&f, "quarantine/company_acme.mine"), 0700),
	    0);
	EXPECT_INT(fix_remove(&f, "acme", false), ERR_OK);
	EXPECT_INT(fix_link(&f, "acme", "A"), ERR_OK);
	EXPECT_INT(fix_count_names(fix_path(&f, "quarantine")), 6);
	EXPECT_INT(fix_count_names(fix_path(&f, "removed")), 1);
	EXPECT_INT(fix_remove(&f, "acme", true), ERR_OK);
	EXPECT_INT(fix_count_names(fix_path(&f, "quarantine")), 4);
	EXPECT_INT(fix_count_names(fix_path(&f, "removed")), 0);
	fix_finish(&f);
}

TEST(store_drop_leaves_what_was_moved_aside_before)
{
	struct fix f;

	fix_init(&f);
	EXPECT_INT(fix_link(&f, "acme", "A"), ERR_OK);
	EXPECT_INT(fix_quarantine(&f, "acme"), ERR_OK);
	EXPECT_INT(fix_link(&f, "acme", "B"), ERR_OK);
	EXPECT_INT(fix_drop(&f, "acme"), ERR_OK);
	EXPECT_INT(store_company_count(f.store), 0);
	EXPECT_INT(fix_count_names(fix_path(&f, "sessions")), 0);
	EXPECT_INT(fix_count_names(fix_path(&f, "quarantine")), 1);
	EXPECT_INT(fix_count_names(fix_path(&f, "removed")), 0);
	EXPECT_INT(fix_drop(&f, "acme"), ERR_NOT_FOUND);
	fix_finish(&f);
}

TEST(store_quarantine_keeps_what_an_admin_has_set)
{
	struct company_row row = { .company = "acme", .name = "Acme",
	    .pinned_phone = "79001234567", .priority = 5, .paused = true,
	    .linked = true, .draft = true, .asked_ms = 7 };
	struct store_batch *b = store_batch_create();
	struct fix f;

	fix_init(&f);
	store_batch_index(b, &row);
	EXPECT_INT(fix_commit(&f, "acme", b), ERR_OK);
	EXPECT_INT(fix_quarantine(&f, "acme"), ERR_OK);
	EXPECT_INT(store_row(f.store, "acme", &row), ERR_OK);
	EXPECT_STR(row.name, "Acme");
	EXPECT_STR(row.pinned_phone, "79001234567");
	EXPECT_INT(row.priority, 5);
	EXPECT(row.paused);
	EXPECT(!row.linked);
	EXPECT(!row.draft);     /* there is something to keep now */
	fix_finish(&f);
}

TEST(store_remove_and_purge)
{
	struct fix f;
	size_t count = 5;

	make_three(&f);
	EXPECT_INT(fix_remove(&f, "acme", false), ERR_OK);
	EXPECT_INT(fix_remove(&f, "acme", false), ERR_NOT_FOUND);
	EXPECT_INT(fix_remove(&f, "beta", true), ERR_OK);
	EXPECT_INT(fix_remove(&f, "beta", true), ERR_NOT_FOUND);
	EXPECT_INT(fix_count_names(fix_path(&f, "removed")), 1);
	EXPECT_INT(fix_count_names(fix_path(&f, "sessions")), 1);
	EXPECT_NO_VALUE(&f, "acme", "creds", "k", ERR_NOT_FOUND);
	EXPECT_INT(store_count(f.store, "beta", "creds", &count), ERR_OK);
	EXPECT_INT(count, 0);
	expect_list(&f, "Zeta=Z ");
	fix_reopen(&f);
	expect_list(&f, "Zeta=Z ");
	EXPECT_INT(fix_link(&f, "beta", "B2"), ERR_OK);
	EXPECT_VALUE(&f, "beta", "creds", "k", "B2");
	fix_finish(&f);
}

/* --- who may open --------------------------------------------------------- */

static void
expect_refused(struct fix *f, enum err want, const char *words)
{
	EXPECT_INT(fix_open(f), want);
	EXPECT_NULL(f->store);
	if (strstr(f->problem.text, words) == NULL)
		t_fail(__FILE__, __LINE__, "\"%s\" lacks \"%s\"",
		    f->problem.text, words);
}

TEST(store_is_for_one_process_at_a_time)
{
	struct fix f, second;

	fix_init(&f);
	fix_init_in(&second, f.dir);
	expect_refused(&second, ERR_LOCKED, "is in use by pid ");
	expect_refused(&second, ERR_LOCKED, "(test, since ");
	fix_close(&f);
	EXPECT_INT(fix_open(&second), ERR_OK);
	fix_close(&second);
	loop_destroy(second.loop);
	free(second.dir);
	fix_finish(&f);
}

TEST(store_refuses_open_directories_with_the_line_to_run)
{
	struct fix f;
	char line[600];

	make_three(&f);
	fix_close(&f);
	EXPECT_INT(chmod(f.dir, 0750), 0);
	str_format(line, sizeof line, "chmod 700 %s", f.dir);
	expect_refused(&f, ERR_PERMISSION, line);
	EXPECT_INT(chmod(f.dir, 0700), 0);
	EXPECT_INT(chmod(fix_path(&f, "sessions"), 0705), 0);
	str_format(line, sizeof line, "chmod 700 %s/sessions", f.dir);
	expect_refused(&f, ERR_PERMISSION, line);
	EXPECT_INT(chmod(fix_path(&f, "sessions"), 0700), 0);
	EXPECT_INT(chmod(fix_path(&f, "master.key"), 0644), 0);
	str_format(line, sizeof line, "chmod 600 %s/master.key", f.dir);
	expect_refused(&f, ERR_PERMISSION, line);
	EXPECT_INT(chmod(fix_path(&f, "master.key"), 0600), 0);
	EXPECT_INT(chmod(fix_path(&f, DB), 0644), 0);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_NO_VALUE(&f, "acme", "creds", "k", ERR_PERMISSION);
	str_format(line, sizeof line, "chmod 600 %s", fix_path(&f, DB));
	EXPECT(strstr(store_why(f.store, "acme", ERR_PERMISSION, &f.problem),
	    line) != NULL);
	EXPECT_STR(store_why(f.store, "acme", ERR_IO, &f.problem),
	    err_text(ERR_IO));
	EXPECT_INT(fix_put(&f, "acme", "creds", "k", "v"), ERR_PERMISSION);
	EXPECT_INT(chmod(fix_path(&f, DB), 0600), 0);
	EXPECT_VALUE(&f, "acme", "creds", "k", "A");
	fix_finish(&f);
}

static void
expect_mode(const char *path, mode_t mode)
{
	struct stat st;

	EXPECT_INT(lstat(path, &st), 0);
	EXPECT_INT(st.st_mode & 07777, mode);
}

TEST(store_modes_do_not_depend_on_the_umask)
{
	static const mode_t masks[] = { 0, 0777 };

	for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
		struct fix f;
		char *above = t_dir(), path[600];

		str_format(path, sizeof path, "%s/a/b", above);
		umask(masks[i]);
		fix_init_in(&f, path);
		EXPECT_INT(fix_open(&f), ERR_OK);
		EXPECT_INT(fix_link(&f, "acme", "A"), ERR_OK);
		EXPECT_INT(fix_put(&f, "acme", "creds", "k", "v"), ERR_OK);
		expect_mode(fix_path(&f, ""), 0700);
		expect_mode(fix_path(&f, "lock"), 0600);
		expect_mode(fix_path(&f, "master.key"), 0600);
		expect_mode(fix_path(&f, "index.db"), 0600);
		expect_mode(fix_path(&f, "index.db-wal"), 0600);
		expect_mode(fix_path(&f, "sessions"), 0700);
		expect_mode(fix_path(&f, "sessions/company_acme"), 0700);
		expect_mode(fix_path(&f, DB), 0600);
		expect_mode(fix_path(&f, DB "-wal"), 0600);
		expect_mode(fix_path(&f, DB "-shm"), 0600);
		umask(022);
		fix_finish(&f);
		free(above);
	}
}

TEST(store_directory_may_be_a_link)
{
	struct fix f;
	char *above = t_dir(), to[600], at[600];

	str_format(to, sizeof to, "%s/real", above);
	str_format(at, sizeof at, "%s/link", above);
	EXPECT_INT(mkdir(to, 0700), 0);
	EXPECT_INT(symlink(to, at), 0);
	fix_init_in(&f, at);
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_INT(fix_put(&f, "acme", "creds", "k", "v"), ERR_OK);
	EXPECT_VALUE(&f, "acme", "creds", "k", "v");
	fix_finish(&f);
	/* and so may the one above it */
	EXPECT_INT(symlink(to, at), 0);
	EXPECT(str_format(to, sizeof to, "%s/state", at));
	fix_init_in(&f, to);
	EXPECT_INT(fix_open(&f), ERR_OK);
	fix_finish(&f);
	free(above);
}

TEST(store_without_a_loop_reads)
{
	struct store_params params = { .rnd = rnd_system() };
	struct store *s = NULL;
	struct fix f;
	struct buf out;

	make_three(&f);
	fix_close(&f);
	params.dir = f.dir;
	ASSERT(store_open(&params, &s, NULL) == ERR_OK);
	buf_init_secret(&out, 64);
	EXPECT_INT(store_get(s, "acme", "creds", "k", &out), ERR_OK);
	EXPECT_INT(out.len, 1);
	buf_finish(&out);
	store_close(s);
	store_close(NULL);
	fix_finish(&f);
}

/* --- the master key ------------------------------------------------------- */

static void
write_key(struct fix *f, char digit)
{
	char key[65];

	memset(key, digit, 64);
	key[64] = '\n';
	fix_write(fix_path(f, "master.key"), key, sizeof key);
}

TEST(store_wrong_master_key_is_recognised)
{
	struct fix f;
	uint8_t *key, *before, *now;
	size_t key_n, before_n, now_n;

	make_three(&f);
	fix_close(&f);
	fix_read(fix_path(&f, "master.key"), &key, &key_n);
	fix_read(fix_path(&f, DB), &before, &before_n);
	write_key(&f, '1');
	expect_refused(&f, ERR_WRONG_KEY, "another master key");
	/* also when there is no index to ask; nothing is made or changed */
	EXPECT_INT(unlink(fix_path(&f, "index.db")), 0);
	expect_refused(&f, ERR_WRONG_KEY, "another master key");
	EXPECT(access(fix_path(&f, "index.db"), F_OK) != 0);
	fix_read(fix_path(&f, DB), &now, &now_n);
	EXPECT_INT(now_n, before_n);
	EXPECT_MEM(now, before, before_n);
	fix_write(fix_path(&f, "master.key"), key, key_n);
	EXPECT_INT(fix_open(&f), ERR_OK);
	expect_list(&f, "Zeta=Z acme=A beta=B ");
	free(key);
	free(before);
	free(now);
	fix_finish(&f);
}

TEST(store_missing_master_key_is_not_replaced)
{
	struct fix f;

	make_three(&f);
	fix_close(&f);
	EXPECT_INT(unlink(fix_path(&f, "master.key")), 0);
	expect_refused(&f, ERR_NOT_FOUND, "Put the key back");
	EXPECT(access(fix_path(&f, "master.key"), F_OK) != 0);
	fix_finish(&f);
}

TEST(store_another_key_before_the_first_session_is_fine)
{
	struct fix f;

	fix_init(&f);
	fix_close(&f);
	write_key(&f, '2');
	EXPECT_INT(fix_open(&f), ERR_OK);
	EXPECT_INT(fix_put(&f, "acme", "creds", "k", "v"), ERR_OK);
	fix_reopen(&f);
	EXPECT_VALUE(&f, "acme", "creds", "k", "v");
	fix_finish(&f);
}

TEST(store_no_value_reaches_the_disk_unsealed)
{
	static const char *const files[] = { DB, DB "-wal", "index.db",
	    "index.db-wal" };
	struct fix f;

	fix_init(&f);
	EXPECT_INT(fix_link(&f, "acme", "canary-0123456789"), ERR_OK);
	EXPECT_INT(fix_link(&f, "acme", "canary-9876543210"), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		uint8_t *p;
		size_t n;

		fix_read(fix_path(&f, files[i]), &p, &n);
		EXPECT(n > 0);
		EXPECT(memmem(p, n, "canary", 6) == NULL);
		free(p);
	}
	fix_finish(&f);
}
