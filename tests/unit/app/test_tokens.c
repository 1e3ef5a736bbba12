#include "core/app/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/app/token_text.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/dir.h"
#include "core/store/tokens.h"
#include "tests/t.h"
#include "tests/unit/store/fix.h"

#define START_MS 1780000000000
#define DAY_MS (24 * 3600 * (int64_t)1000)

/* A store with tokens, at a time of ours. */
struct gate {
	struct fix fix;
	struct clock clock;
	int64_t now_ms;
	struct tokens *tokens;
	/* of the last make or change */
	bool called;
	enum err err;
	char text[TOKEN_TEXT_LEN + 1];
	struct token_info info;
};

static int64_t
now(void *ctx)
{
	const struct gate *g = ctx;

	return g->now_ms;
}

static void
gate_open(struct gate *g)
{
	g->tokens = tokens_open(g->fix.store, g->fix.loop, &g->clock,
	    rnd_system());
}

static void
gate_init(struct gate *g)
{
	memset(g, 0, sizeof *g);
	fix_init(&g->fix);
	g->now_ms = START_MS;
	g->clock = (struct clock){ .mono_ms = now, .wall_ms = now, .ctx = g };
	gate_open(g);
	EXPECT_STR(tokens_problem(g->tokens), "");
	EXPECT_STR(tokens_sentence(g->tokens, LANG_EN), "");
}

static void
gate_close(struct gate *g)
{
	tokens_close(g->tokens);
	g->tokens = NULL;
	fix_close(&g->fix);
}

static void
gate_reopen(struct gate *g)
{
	gate_close(g);
	fix_reopen(&g->fix);
	gate_open(g);
}

static void
gate_finish(struct gate *g)
{
	gate_close(g);
	fix_finish(&g->fix);
}

static void
on_made(void *ctx, enum err err, const struct token_info *info,
    const char *text)
{
	struct gate *g = ctx;

	EXPECT(!g->called);
	g->called = true;
	g->err = err;
	EXPECT((info != NULL) == (err == ERR_OK));
	EXPECT((text != NULL) == (err == ERR_OK));
	if (err == ERR_OK) {
		g->info = *info;
		str_copy(g->text, sizeof g->text, text);
	}
}

static void
on_changed(void *ctx, enum err err)
{
	struct gate *g = ctx;

	EXPECT(!g->called);
	g->called = true;
	g->err = err;
}

static enum err
wait_for(struct gate *g)
{
	EXPECT(!g->called);             /* never from within the call */
	while (!g->called)
		loop_turn(g->fix.loop, true);
	return g->err;
}

static enum err
make(struct gate *g, enum token_role role, int64_t expires_ms)
{
	const struct token_wish wish = { .name = "Till", .role = role,
	    .company = role == TOKEN_ADMIN ? "" : "acme",
	    .expires_ms = expires_ms };
	enum err err;

	g->called = false;
	if ((err = tokens_make(g->tokens, &wish, on_made, g)) != ERR_OK)
		return err;
	return wait_for(g);
}

static enum err
change(struct gate *g, enum err (*fn)(struct tokens *, const char *, store_fn,
    void *), const char *id)
{
	enum err err;

	g->called = false;
	if ((err = fn(g->tokens, id, on_changed, g)) != ERR_OK)
		return err;
	return wait_for(g);
}

static bool
check(struct gate *g)
{
	struct token_info info = { .name = "poison" };
	const bool good = tokens_check(g->tokens, g->text, g->now_ms, &info);

	EXPECT_STR(info.name, good ? "Till" : "poison");
	if (good)
		g->info = info;
	return good;
}

TEST(tokens_let_in_who_has_one)
{
	static const char letters[] = "sca";
	struct token_info info;
	struct gate g;

	gate_init(&g);
	for (int role = TOKEN_SHARE; role < TOKEN_ROLE_COUNT; role++) {
		ASSERT(make(&g, (enum token_role)role, START_MS + DAY_MS) ==
		    ERR_OK);
		EXPECT_INT(g.text[3], letters[role]);
		EXPECT(check(&g));
		EXPECT_INT(g.info.role, role);
		EXPECT_STR(g.info.company, role == TOKEN_ADMIN ? "" : "acme");
		EXPECT(strncmp(g.text, g.info.prefix, TOKEN_PREFIX_LEN) == 0);
		EXPECT_INT(g.info.created_ms, START_MS);
	}
	for (size_t i = 0; i < TOKEN_TEXT_LEN; i++) {
		const char was = g.text[i];

		g.text[i] = was == 'A' ? 'B' : 'A';
		EXPECT(!check(&g));
		g.text[i] = was;
	}
	g.text[3] = 'c';                /* an admin's under another letter */
	EXPECT(!check(&g));
	EXPECT(!tokens_check(g.tokens, "", g.now_ms, &info));
	EXPECT(!tokens_check(g.tokens, g.info.id, g.now_ms, &info));
	gate_finish(&g);
}

TEST(tokens_survive_a_restart_and_the_index)
{
	struct gate g;

	gate_init(&g);
	ASSERT(make(&g, TOKEN_COMPANY, 0) == ERR_OK);
	gate_close(&g);
	EXPECT_INT(unlink(fix_path(&g.fix, "index.db")), 0);
	fix_reopen(&g.fix);
	gate_open(&g);
	EXPECT_STR(tokens_problem(g.tokens), "");
	EXPECT(check(&g));
	EXPECT_STR(g.info.company, "acme");
	gate_finish(&g);
}

TEST(tokens_file_is_ours_alone)
{
	struct stat st = { .st_mode = 0 };
	struct gate g;

	gate_init(&g);
	EXPECT(!dir_exists(fix_path(&g.fix, "tokens.db")));
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	EXPECT_INT(stat(fix_path(&g.fix, "tokens.db"), &st), 0);
	EXPECT_INT(st.st_mode & 07777, 0600);
	gate_close(&g);
	chmod(fix_path(&g.fix, "tokens.db"), 0640);
	fix_reopen(&g.fix);
	gate_open(&g);
	EXPECT(strstr(tokens_problem(g.tokens), "chmod 600 ") != NULL);
	EXPECT_STR(tokens_sentence(g.tokens, LANG_RU), words_get(LANG_RU,
	    WORD_TOKENS_UNREAD));
	EXPECT(!check(&g));
	EXPECT_INT(make(&g, TOKEN_ADMIN, 0), ERR_PERMISSION);
	EXPECT_INT(tokens_count(g.tokens), 0);
	gate_close(&g);
	chmod(fix_path(&g.fix, "tokens.db"), 0600);
	fix_reopen(&g.fix);
	gate_open(&g);
	gate_finish(&g);
}

/* --- what ends a token ---------------------------------------------------- */

TEST(tokens_expire)
{
	struct gate g;

	gate_init(&g);
	ASSERT(make(&g, TOKEN_SHARE, START_MS + 1000) == ERR_OK);
	g.now_ms += 999;
	EXPECT(check(&g));
	g.now_ms++;
	EXPECT(!check(&g));
	gate_reopen(&g);
	EXPECT(!check(&g));
	EXPECT_INT(tokens_count(g.tokens), 1);
	gate_finish(&g);
}

TEST(tokens_are_revoked_for_good)
{
	struct gate g;
	char id[TOKEN_ID_LEN + 1];

	gate_init(&g);
	EXPECT_INT(change(&g, tokens_revoke, "abcdefgh"), ERR_NOT_FOUND);
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	memcpy(id, g.info.id, sizeof id);
	g.now_ms += 5;
	g.called = false;
	EXPECT_INT(tokens_revoke(g.tokens, id, on_changed, &g), ERR_OK);
	EXPECT(!check(&g));             /* at once, whatever the disk does */
	EXPECT_INT(wait_for(&g), ERR_OK);
	g.now_ms += 5;
	EXPECT_INT(change(&g, tokens_revoke, id), ERR_OK);
	ASSERT(tokens_get(g.tokens, id, &g.info));
	EXPECT_INT(g.info.revoked_ms, START_MS + 5);
	gate_reopen(&g);
	EXPECT(!check(&g));
	ASSERT(tokens_get(g.tokens, id, &g.info));
	EXPECT_INT(g.info.revoked_ms, START_MS + 5);
	gate_finish(&g);
}

TEST(tokens_of_a_share_are_spent_and_still_read)
{
	struct gate g;

	gate_init(&g);
	ASSERT(make(&g, TOKEN_COMPANY, 0) == ERR_OK);
	EXPECT_INT(change(&g, tokens_spend, g.info.id), ERR_INVALID);
	EXPECT_INT(change(&g, tokens_spend, "abcdefgh"), ERR_NOT_FOUND);
	ASSERT(make(&g, TOKEN_SHARE, START_MS + DAY_MS) == ERR_OK);
	EXPECT(check(&g));
	EXPECT(!g.info.spent);
	EXPECT_INT(change(&g, tokens_spend, g.info.id), ERR_OK);
	EXPECT(check(&g));
	EXPECT(g.info.spent);
	gate_reopen(&g);
	EXPECT(check(&g));
	EXPECT(g.info.spent);
	gate_finish(&g);
}

TEST(tokens_go_with_their_company)
{
	char mine[TOKEN_TEXT_LEN + 1], admin[TOKEN_TEXT_LEN + 1];
	const struct token_wish other = { .name = "Till", .company = "acme-2",
	    .role = TOKEN_COMPANY };
	struct gate g;

	gate_init(&g);
	ASSERT(make(&g, TOKEN_COMPANY, 0) == ERR_OK);
	memcpy(mine, g.text, sizeof mine);
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	memcpy(admin, g.text, sizeof admin);
	g.called = false;
	EXPECT_INT(tokens_make(g.tokens, &other, on_made, &g), ERR_OK);
	EXPECT_INT(wait_for(&g), ERR_OK);
	tokens_revoke_company(g.tokens, "acme");
	gate_reopen(&g);
	EXPECT(check(&g));
	EXPECT_STR(g.info.company, "acme-2");
	memcpy(g.text, mine, sizeof mine);
	EXPECT(!check(&g));
	memcpy(g.text, admin, sizeof admin);
	EXPECT(check(&g));
	gate_finish(&g);
}

TEST(tokens_long_dead_are_forgotten)
{
	struct gate g;
	char id[TOKEN_ID_LEN + 1];

	gate_init(&g);
	ASSERT(make(&g, TOKEN_SHARE, START_MS + DAY_MS) == ERR_OK);
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	memcpy(id, g.info.id, sizeof id);
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	EXPECT_INT(change(&g, tokens_revoke, id), ERR_OK);
	g.now_ms += (TOKEN_DEAD_DAYS + 1) * DAY_MS - 1;
	gate_reopen(&g);                /* the revoked one is due */
	EXPECT_INT(tokens_count(g.tokens), 2);
	EXPECT(!tokens_get(g.tokens, id, &g.info));
	EXPECT(check(&g));
	g.now_ms++;
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);     /* the shared one */
	EXPECT_INT(tokens_count(g.tokens), 2);
	gate_reopen(&g);
	EXPECT_INT(tokens_count(g.tokens), 2);
	gate_finish(&g);
}

static void
on_revoked(void *ctx, const struct token_info *info)
{
	char *id = ctx;

	if (info->revoked_ms != 0)
		memcpy(id, info->id, sizeof info->id);
}

/* Ends without a word; what it was told of is on disk. */
static void
run_child(const char *dir)
{
	struct gate g = { .now_ms = START_MS };
	FILE *f;

	fix_init_in(&g.fix, dir);
	g.clock = (struct clock){ .mono_ms = now, .wall_ms = now, .ctx = &g };
	if (fix_open(&g.fix) != ERR_OK)
		_exit(1);
	gate_open(&g);
	if (make(&g, TOKEN_ADMIN, 0) != ERR_OK ||
	    (f = fopen(fix_path(&g.fix, "text"), "w")) == NULL ||
	    fputs(g.text, f) < 0 || fclose(f) != 0 ||
	    make(&g, TOKEN_ADMIN, 0) != ERR_OK ||
	    change(&g, tokens_revoke, g.info.id) != ERR_OK)
		_exit(1);
	_exit(0);
}

TEST(tokens_survive_a_crash_and_so_do_revocations)
{
	char dead[TOKEN_ID_LEN + 1] = "";
	struct gate g;
	pid_t child;
	int status;
	uint8_t *p;
	size_t n;

	gate_init(&g);
	gate_close(&g);
	child = fork();
	if (child == 0)
		run_child(g.fix.dir);
	EXPECT_INT(waitpid(child, &status, 0), child);
	EXPECT_INT(status, 0);
	EXPECT(dir_exists(fix_path(&g.fix, "tokens.db-wal")));
	fix_reopen(&g.fix);
	gate_open(&g);
	EXPECT(!dir_exists(fix_path(&g.fix, "tokens.db-wal")));
	EXPECT_STR(tokens_problem(g.tokens), "");
	EXPECT_INT(tokens_count(g.tokens), 2);
	fix_read(fix_path(&g.fix, "text"), &p, &n);
	ASSERT(n == TOKEN_TEXT_LEN);
	memcpy(g.text, p, n);
	free(p);
	EXPECT(check(&g));
	tokens_each(g.tokens, on_revoked, dead);
	EXPECT(dead[0] != '\0');
	EXPECT(strcmp(dead, g.info.id) != 0);
	gate_finish(&g);
}

/* --- use ------------------------------------------------------------------ */

TEST(tokens_note_their_use)
{
	struct gate g;

	gate_init(&g);
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	EXPECT_INT(g.info.last_used_ms, 0);
	g.now_ms += 7;
	EXPECT(check(&g));
	EXPECT(check(&g));
	EXPECT_INT(g.info.last_used_ms, START_MS + 7);
	gate_reopen(&g);
	ASSERT(tokens_get(g.tokens, g.info.id, &g.info));
	EXPECT_INT(g.info.last_used_ms, START_MS + 7);
	gate_finish(&g);
}

struct listing {
	size_t count;
	int64_t last_ms;
};

static void
on_each(void *ctx, const struct token_info *info)
{
	struct listing *l = ctx;

	EXPECT(info->created_ms > l->last_ms);
	l->last_ms = info->created_ms;
	l->count++;
}

TEST(tokens_are_listed_oldest_first)
{
	struct listing l = { 0, 0 };
	struct gate g;

	gate_init(&g);
	for (int i = 0; i < 20; i++) {
		g.now_ms++;
		ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	}
	gate_reopen(&g);
	tokens_each(g.tokens, on_each, &l);
	EXPECT_INT(l.count, 20);
	gate_finish(&g);
}

TEST(tokens_are_not_there_before_the_disk_has_them)
{
	const struct token_wish wish = { .name = "Till", .company = "",
	    .role = TOKEN_ADMIN };
	struct listing l = { 0, 0 };
	struct gate g;

	gate_init(&g);
	EXPECT_INT(tokens_make(g.tokens, &wish, on_made, &g), ERR_OK);
	tokens_each(g.tokens, on_each, &l);
	EXPECT_INT(l.count, 0);
	EXPECT_INT(wait_for(&g), ERR_OK);
	tokens_each(g.tokens, on_each, &l);
	EXPECT_INT(l.count, 1);
	/* closed on its way: told all the same, and saved */
	g.called = false;
	EXPECT_INT(tokens_make(g.tokens, &wish, on_made, &g), ERR_OK);
	gate_reopen(&g);
	EXPECT(g.called);
	EXPECT_INT(g.err, ERR_OK);
	EXPECT(check(&g));
	gate_finish(&g);
}

/* --- bounds --------------------------------------------------------------- */

TEST(tokens_refuse_wishes)
{
	static const struct token_wish rows[] = {
		{ "", TOKEN_ADMIN, "", 0 },
		{ "a\nb", TOKEN_ADMIN, "", 0 },
		{ "a\x1b[m", TOKEN_ADMIN, "", 0 },
		{ "12345678901234567890123456789012345678901234567890"
		    "123456789012345", TOKEN_ADMIN, "", 0 },
		{ "a", TOKEN_ROLE_COUNT, "", 0 },
		{ "a", TOKEN_ADMIN, "acme", 0 },
		{ "a", TOKEN_COMPANY, "", 0 },
		{ "a", TOKEN_COMPANY, "a/b", 0 },
		{ "a", TOKEN_COMPANY, "acme", START_MS },
		{ "a", TOKEN_COMPANY, "acme", -1 },
		{ "a", TOKEN_SHARE, "acme", 0 },
	};
	struct gate g;

	gate_init(&g);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (tokens_make(g.tokens, &rows[i], on_made, &g) !=
		    ERR_INVALID)
			t_fail(__FILE__, __LINE__, "takes row %zu", i);
	}
	EXPECT(!g.called);
	gate_finish(&g);
}

static void
on_nothing(void *ctx, const struct token_record *r)
{
	(void)ctx;
	(void)r;
}

static struct token_table *
open_table(struct gate *g)
{
	struct token_table *table = NULL;
	struct store_problem problem;

	tokens_close(g->tokens);
	g->tokens = NULL;
	EXPECT_INT(token_table_open(g->fix.store, on_nothing, NULL, &table,
	    &problem), ERR_OK);
	return table;
}

/* So many, by way of the table below. */
static void
put_many(struct gate *g, size_t count)
{
	struct token_table *table = open_table(g);
	struct token_record r = { .info = { .name = "Till",
	    .role = TOKEN_ADMIN, .prefix = "pd_a_AAAA",
	    .created_ms = START_MS } };

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < TOKEN_ID_LEN; k++)
			r.info.id[k] = (char)('a' + (i >> (4 * k) & 15));
		rnd_fill(rnd_system(), r.hash, sizeof r.hash);
		token_table_put(table, &r, NULL, NULL);
	}
	token_table_close(table);
	gate_open(g);
	EXPECT_INT(tokens_count(g->tokens), count);
}

TEST(tokens_have_a_largest_number)
{
	struct gate g;

	gate_init(&g);
	put_many(&g, TOKENS_MAX - 1);
	EXPECT_INT(make(&g, TOKEN_ADMIN, 0), ERR_OK);
	EXPECT_INT(make(&g, TOKEN_ADMIN, 0), ERR_FULL);
	EXPECT(check(&g));
	gate_finish(&g);
}

TEST(tokens_have_256_bits)
{
	char text[TOKEN_TEXT_LEN + 1];
	bool seen[TOKEN_TEXT_LEN][128] = { { false } };

	for (int i = 0; i < 4000; i++) {
		token_text_make(rnd_system(), TOKEN_ADMIN, text);
		EXPECT(token_text_is_valid(text));
		for (size_t k = 0; k < TOKEN_TEXT_LEN; k++)
			seen[k][(unsigned char)text[k] & 127] = true;
	}
	for (size_t k = 5; k < TOKEN_TEXT_LEN; k++) {
		int different = 0;

		for (int c = 0; c < 128; c++)
			different += seen[k][c];
		/* 42 characters of 6 bits, one of 4 */
		EXPECT_INT(different, k < TOKEN_TEXT_LEN - 1 ? 64 : 16);
	}
}

static void
fill_count(void *ctx, void *out, size_t n)
{
	uint8_t *p = out;

	(void)ctx;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 8);
}

/* 00 08 10 .. f8 as RFC 4648, section 5 has it */
TEST(token_text_is_base64url)
{
	const struct rnd rnd = { .fill = fill_count };
	char text[TOKEN_TEXT_LEN + 1];

	token_text_make(&rnd, TOKEN_SHARE, text);
	EXPECT_STR(text, "pd_s_AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8Pg");
}

TEST(token_text_refuses)
{
	static const char *const rows[] = { "", "pd_a_",
		"pd_a_AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8P",
		"pd_a_AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8PgA",
		"pd_a_AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8P=",
		"pd_a_AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8P+",
		"pd_x_AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8Pg",
		"pd-a_AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8Pg",
		"PD_a_AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8Pg" };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (token_text_is_valid(rows[i]))
			t_fail(__FILE__, __LINE__, "takes %s", rows[i]);
	}
}

/* --- the file ------------------------------------------------------------- */

static bool
has(const uint8_t *p, size_t n, const void *what, size_t len)
{
	for (size_t i = 0; i + len <= n; i++) {
		if (memcmp(p + i, what, len) == 0)
			return true;
	}
	return false;
}

TEST(tokens_file_lets_nobody_in)
{
	uint8_t hash[TOKEN_HASH_LEN], *p;
	struct token_table *table;
	struct gate g;
	size_t n;

	gate_init(&g);
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	table = open_table(&g);
	token_table_hash(table, g.text, TOKEN_TEXT_LEN, hash);
	token_table_close(table);
	fix_close(&g.fix);
	fix_read(fix_path(&g.fix, "tokens.db"), &p, &n);
	EXPECT(has(p, n, g.info.id, TOKEN_ID_LEN));     /* the right file */
	for (size_t i = 5; i + 8 <= TOKEN_TEXT_LEN; i++)
		EXPECT(!has(p, n, g.text + i, 8));
	EXPECT(!has(p, n, hash, 8));
	EXPECT(!has(p, n, "Till", 4));
	free(p);
	gate_finish(&g);
}

/* The quarantined directory's name; there must be one. */
static void
aside(struct gate *g, char out[1024])
{
	const char *problem = tokens_problem(g->tokens);
	const char *start = strstr(problem, "kept as ");

	out[0] = '\0';
	ASSERT(start != NULL);
	start += strlen("kept as ");
	str_format(out, 1024, "%.*s", (int)(strstr(start, ". Make") - start),
	    start);
}

static void
expect_lost(struct gate *g)
{
	char path[1024];

	EXPECT(strstr(tokens_problem(g->tokens), "no token made so far is "
	    "accepted") != NULL);
	EXPECT_STR(tokens_sentence(g->tokens, LANG_EN), words_get(LANG_EN,
	    WORD_TOKENS_LOST));
	aside(g, path);
	EXPECT(dir_exists(path));
	EXPECT(!dir_exists(fix_path(&g->fix, "tokens.db")));
	EXPECT_INT(tokens_count(g->tokens), 0);
	EXPECT(!check(g));
	/* new ones can be made, and stay */
	EXPECT_INT(make(g, TOKEN_ADMIN, 0), ERR_OK);
	EXPECT(check(g));
	gate_reopen(g);
	EXPECT_STR(tokens_problem(g->tokens), "");
	EXPECT(check(g));
	EXPECT(dir_exists(path));
}

TEST(tokens_damaged_file_is_put_aside)
{
	uint8_t *p;
	size_t n;

	for (size_t eighth = 0; eighth < 8; eighth++) {
		struct gate g;

		gate_init(&g);
		for (int i = 0; i < 40; i++)
			ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
		gate_close(&g);
		fix_read(fix_path(&g.fix, "tokens.db"), &p, &n);
		p[n / 8 * eighth + 100] ^= 1;
		fix_write(fix_path(&g.fix, "tokens.db"), p, n);
		free(p);
		fix_reopen(&g.fix);
		gate_open(&g);
		expect_lost(&g);
		gate_finish(&g);
	}
}

/* Else it would go on into copies. */
TEST(tokens_damage_where_no_token_is_counts)
{
	struct gate g;
	uint8_t *p;
	size_t n;

	gate_init(&g);
	for (int i = 0; i < 40; i++)
		ASSERT(make(&g, TOKEN_SHARE, START_MS + 1) == ERR_OK);
	g.now_ms += (TOKEN_DEAD_DAYS + 1) * DAY_MS;
	gate_reopen(&g);
	EXPECT_INT(tokens_count(g.tokens), 0);
	gate_close(&g);
	fix_read(fix_path(&g.fix, "tokens.db"), &p, &n);
	p[n - 100] ^= 1;
	fix_write(fix_path(&g.fix, "tokens.db"), p, n);
	free(p);
	fix_reopen(&g.fix);
	gate_open(&g);
	expect_lost(&g);
	gate_finish(&g);
}

TEST(tokens_emptied_file_is_damage)
{
	struct gate g;

	gate_init(&g);
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	gate_close(&g);
	EXPECT_INT(truncate(fix_path(&g.fix, "tokens.db"), 0), 0);
	fix_reopen(&g.fix);
	gate_open(&g);
	expect_lost(&g);
	gate_finish(&g);
}

/* A record under another id: whoever can write the file cannot make one
 * token out of another. */
TEST(tokens_records_stay_in_their_place)
{
	struct gate g;

	gate_init(&g);
	for (int i = 0; i < 3; i++)
		ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	gate_close(&g);
	/* read last: those before it do not count either */
	fix_sql(fix_path(&g.fix, "tokens.db"), "UPDATE token SET id = "
	    "'zzzzzzzz' WHERE id = (SELECT max(id) FROM token)");
	fix_reopen(&g.fix);
	gate_open(&g);
	expect_lost(&g);
	gate_finish(&g);
}

TEST(tokens_of_another_master_key_are_put_aside)
{
	struct gate g;

	gate_init(&g);
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	gate_close(&g);
	/* without companies the store takes a new key */
	EXPECT_INT(unlink(fix_path(&g.fix, "master.key")), 0);
	EXPECT_INT(unlink(fix_path(&g.fix, "index.db")), 0);
	fix_reopen(&g.fix);
	gate_open(&g);
	expect_lost(&g);
	gate_finish(&g);
}

TEST(tokens_of_a_newer_version_are_left_alone)
{
	struct gate g;

	gate_init(&g);
	ASSERT(make(&g, TOKEN_ADMIN, 0) == ERR_OK);
	gate_close(&g);
	fix_sql(fix_path(&g.fix, "tokens.db"), "PRAGMA user_version=9");
	fix_reopen(&g.fix);
	gate_open(&g);
	EXPECT(strstr(tokens_problem(g.tokens), "no token is accepted") !=
	    NULL);
	EXPECT(!check(&g));
	EXPECT_INT(make(&g, TOKEN_ADMIN, 0), ERR_NEWER_SCHEMA);
	EXPECT(dir_exists(fix_path(&g.fix, "tokens.db")));
	gate_close(&g);
	fix_sql(fix_path(&g.fix, "tokens.db"), "PRAGMA user_version=1");
	fix_reopen(&g.fix);
	gate_open(&g);
	gate_finish(&g);
}
