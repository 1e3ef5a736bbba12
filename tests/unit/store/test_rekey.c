/* A new master key, at rest, half-way and after a kill. */
#include "core/store/rekey.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/store/masterkey.h"
#include "core/store/tokens.h"
#include "core/store/vault.h"
#include "tests/t.h"
#include "tests/unit/store/fix.h"

#define COMPANIES 6
#define KILLS 30

struct done {
	bool is;
	enum err err;
	char text[512];
};

static void
on_switched(void *ctx, enum err err, const struct store_problem *problem)
{
	struct done *d = ctx;

	d->is = true;
	d->err = err;
	str_copy(d->text, sizeof d->text, problem->text);
}

static enum err
switch_to(struct fix *f, enum rekey_to to, const char *file,
    const char *passphrase, struct done *d)
{
	struct buf secret;
	struct rekey_order order = { .to = to, .file = file };

	buf_init_secret(&secret, 1024);
	if (passphrase != NULL) {
		EXPECT_INT(buf_str(&secret, passphrase), ERR_OK);
		order.passphrase = &secret;
	}
	*d = (struct done){ .is = false };
	store_rekey(f->store, &order, on_switched, d);
	buf_finish(&secret);
	EXPECT(!d->is);
	while (!d->is)
		loop_turn(f->loop, true);
	return d->err;
}

static struct rekey_view
wait_pass(struct fix *f)
{
	struct rekey_view view;

	for (;;) {
		store_rekey_view(f->store, &view);
		if (!view.running)
			return view;
		loop_turn(f->loop, true);
	}
}

static const char *
company(int i)
{
	static char id[16];

	str_format(id, sizeof id, "c%d", i);
	return id;
}

static void
fill(struct fix *f)
{
	for (int i = 0; i < COMPANIES; i++) {
		EXPECT_INT(fix_link(f, company(i), company(i)), ERR_OK);
		EXPECT_INT(fix_put(f, company(i), "prekey", "1", "pre"),
		    ERR_OK);
	}
}

static void
expect_all(struct fix *f)
{
	for (int i = 0; i < COMPANIES; i++) {
		char name[16];

		str_copy(name, sizeof name, company(i));
		EXPECT_VALUE(f, name, "creds", "k", name);
		EXPECT_VALUE(f, name, "prekey", "1", "pre");
	}
	EXPECT_INT(store_company_count(f->store), COMPANIES);
}

static void
read_key(struct fix *f, struct secret *out)
{
	EXPECT_INT(masterkey_load_file(fix_path(f, "master.key"), out, NULL),
	    ERR_OK);
}

/* The former key, put back, opens nothing. */
static void
expect_useless(struct fix *f, const struct secret *former)
{
	struct secret now;

	fix_close(f);
	read_key(f, &now);
	EXPECT(!secret_is_equal(now.b, former->b, KEY_LEN));
	EXPECT_INT(masterkey_write(fix_path(f, "master.key"), former), ERR_OK);
	EXPECT_INT(fix_open(f), ERR_WRONG_KEY);
	EXPECT(strstr(f->problem.text, "another master key") != NULL);
	EXPECT_INT(masterkey_write(fix_path(f, "master.key"), &now), ERR_OK);
	fix_reopen(f);
}

TEST(rekey_to_a_random_key)
{
	struct secret before;
	struct rekey_view view;
	struct done d;
	struct fix f;

	fix_init(&f);
	fill(&f);
	read_key(&f, &before);
	EXPECT(access(fix_path(&f, "keyring"), F_OK) != 0);
	EXPECT_INT(switch_to(&f, REKEY_RANDOM, NULL, NULL, &d), ERR_OK);
	expect_all(&f);
	EXPECT_INT(fix_put(&f, "c0", "creds", "new", "x"), ERR_OK);
	view = wait_pass(&f);
	EXPECT_INT(view.left, 0);
	EXPECT_INT(view.data_keys, 1);
	EXPECT_INT(view.done, view.total);
	EXPECT(view.total >= COMPANIES);
	EXPECT_VALUE(&f, "c0", "creds", "new", "x");
	expect_all(&f);
	expect_useless(&f, &before);
	expect_all(&f);
	/* nothing is under the key of old: the one data key opens all */
	EXPECT_INT(keys_count(store_vault(f.store)->keys), 1);
	EXPECT_INT(switch_to(&f, REKEY_RANDOM, NULL, NULL, &d), ERR_OK);
	EXPECT_INT(wait_pass(&f).data_keys, 1);
	fix_reopen(&f);
	expect_all(&f);
	fix_finish(&f);
}

static void
write_secret(const char *path, const char *text)
{
	fix_write(path, text, strlen(text));
	EXPECT_INT(chmod(path, 0600), 0);
}

static enum err
open_with(struct fix *f, const char *passphrase_file)
{
	const struct store_params params = { .dir = f->dir,
	    .rnd = rnd_system(), .loop = f->loop,
	    .passphrase_file = passphrase_file };

	f->problem.text[0] = '\0';
	return store_open(&params, &f->store, &f->problem);
}

TEST(rekey_to_a_passphrase_and_back)
{
	char file[600];
	struct done d;
	struct fix f;

	fix_init(&f);
	fill(&f);
	str_format(file, sizeof file, "%s/phrase", f.dir);
	EXPECT_INT(switch_to(&f, REKEY_PASSPHRASE, NULL, "short", &d),
	    ERR_INVALID);
	EXPECT(strstr(d.text, "12") != NULL);
	EXPECT_INT(switch_to(&f, REKEY_PASSPHRASE, NULL,
	    "correct horse battery", &d), ERR_OK);
	EXPECT_INT(wait_pass(&f).data_keys, 1);
	expect_all(&f);
	fix_close(&f);
	EXPECT(access(fix_path(&f, "master.key"), F_OK) != 0);
	EXPECT_INT(open_with(&f, NULL), ERR_NOT_FOUND);
	EXPECT(strstr(f.problem.text, "passphrase") != NULL);
	write_secret(file, "correct horse batterz\n");
	EXPECT_INT(open_with(&f, file), ERR_WRONG_KEY);
	EXPECT(strstr(f.problem.text, "not the passphrase") != NULL);
	EXPECT(strstr(f.problem.text, "horse") == NULL);
	EXPECT_INT(chmod(file, 0644), 0);
	EXPECT_INT(open_with(&f, file), ERR_PERMISSION);
	EXPECT(strstr(f.problem.text, "chmod 600") != NULL);
	write_secret(file, "correct horse battery\r\nmore\n");
	EXPECT_INT(open_with(&f, file), ERR_OK);
	expect_all(&f);
	EXPECT_INT(switch_to(&f, REKEY_RANDOM, NULL, NULL, &d), ERR_OK);
	EXPECT_INT(wait_pass(&f).data_keys, 1);
	fix_reopen(&f);
	expect_all(&f);
	fix_finish(&f);
}

TEST(rekey_to_the_key_of_a_file)
{
	struct secret given, now;
	char file[600];
	struct done d;
	struct fix f;

	fix_init(&f);
	fill(&f);
	str_format(file, sizeof file, "%s/given", f.dir);
	EXPECT_INT(switch_to(&f, REKEY_KEY_FILE, file, NULL, &d),
	    ERR_NOT_FOUND);
	EXPECT(strstr(d.text, file) != NULL);
	memset(given.b, 0x42, KEY_LEN);
	EXPECT_INT(masterkey_write(file, &given), ERR_OK);
	EXPECT_INT(switch_to(&f, REKEY_KEY_FILE, file, NULL, &d), ERR_OK);
	EXPECT_INT(wait_pass(&f).data_keys, 1);
	read_key(&f, &now);
	EXPECT(secret_is_equal(now.b, given.b, KEY_LEN));
	EXPECT_INT(switch_to(&f, REKEY_KEY_FILE, file, NULL, &d),
	    ERR_INVALID);
	fix_reopen(&f);
	expect_all(&f);
	fix_finish(&f);
}

TEST(rekey_leaves_the_systemd_credential_alone)
{
	char path[600];
	struct done d;
	struct fix f;

	fix_init(&f);
	str_format(path, sizeof path, "%s/" MASTERKEY_CREDENTIAL, f.dir);
	write_secret(path, "00");
	setenv("CREDENTIALS_DIRECTORY", f.dir, 1);
	EXPECT_INT(switch_to(&f, REKEY_RANDOM, NULL, NULL, &d), ERR_INVALID);
	EXPECT(strstr(d.text, "credential") != NULL);
	unsetenv("CREDENTIALS_DIRECTORY");
	EXPECT(access(fix_path(&f, "keyring"), F_OK) != 0);
	fix_finish(&f);
}

/* The very first start with a passphrase to begin with. */
TEST(rekey_begin_with_a_passphrase)
{
	char *dir = t_dir(), file[600];
	struct fix f;

	fix_init_in(&f, dir);
	str_format(file, sizeof file, "%s.phrase", dir);
	write_secret(file, "twelve bytes at least\n");
	EXPECT_INT(open_with(&f, file), ERR_OK);
	EXPECT(access(fix_path(&f, "master.key"), F_OK) != 0);
	fill(&f);
	fix_close(&f);
	EXPECT_INT(open_with(&f, file), ERR_OK);
	expect_all(&f);
	fix_finish(&f);
	unlink(file);
	free(dir);
}

/* What is damaged is named and keeps the former key; healed, it ends. */
TEST(rekey_damage_keeps_the_former_key)
{
	struct rekey_view view;
	uint8_t *p, keep;
	char path[600];
	struct done d;
	struct fix f;
	size_t n;

	fix_init(&f);
	fill(&f);
	fix_close(&f);
	str_format(path, sizeof path, "%s/sessions/company_c3/session.db",
	    f.dir);
	fix_read(path, &p, &n);
	keep = p[n - 100];
	p[n - 100] ^= 1;
	fix_write(path, p, n);
	fix_reopen(&f);
	EXPECT_INT(switch_to(&f, REKEY_RANDOM, NULL, NULL, &d), ERR_OK);
	view = wait_pass(&f);
	EXPECT_INT(view.left, 1);
	EXPECT_STR(view.names[0], "sessions/company_c3/session.db");
	EXPECT_INT(view.data_keys, 2);
	EXPECT_VALUE(&f, "c4", "creds", "k", "c4");
	fix_close(&f);
	p[n - 100] = keep;
	fix_write(path, p, n);
	free(p);
	fix_reopen(&f);
	view = wait_pass(&f);           /* by itself */
	EXPECT_INT(view.left, 0);
	EXPECT_INT(view.data_keys, 1);
	expect_all(&f);
	fix_finish(&f);
}

/* Copies moved aside are sealed anew as well. */
TEST(rekey_reaches_quarantine_and_removed)
{
	struct rekey_view view;
	struct done d;
	struct fix f;

	fix_init(&f);
	fill(&f);
	EXPECT_INT(fix_quarantine(&f, "c1"), ERR_OK);
	EXPECT_INT(fix_remove(&f, "c2", false), ERR_OK);
	EXPECT_INT(switch_to(&f, REKEY_RANDOM, NULL, NULL, &d), ERR_OK);
	view = wait_pass(&f);
	EXPECT_INT(view.total, COMPANIES + 1);
	EXPECT_INT(view.left, 0);
	EXPECT_INT(view.data_keys, 1);
	fix_finish(&f);
}

/* Every half state that unlock.c names. */
TEST(rekey_half_switched_is_ended)
{
	struct secret before, after;
	char ring[600], next[600];
	uint8_t *p;
	struct done d;
	struct fix f;
	size_t n;

	fix_init(&f);
	fill(&f);
	read_key(&f, &before);
	EXPECT_INT(switch_to(&f, REKEY_RANDOM, NULL, NULL, &d), ERR_OK);
	fix_close(&f);
	read_key(&f, &after);
	str_format(next, sizeof next, "%s/master.key.next", f.dir);
	str_format(ring, sizeof ring, "%s/keyring", f.dir);
	/* the keyring is new, the key file is not yet */
	EXPECT_INT(masterkey_write(next, &after), ERR_OK);
	EXPECT_INT(masterkey_write(fix_path(&f, "master.key"), &before),
	    ERR_OK);
	fix_reopen(&f);
	expect_all(&f);
	read_key(&f, &before);
	EXPECT(secret_is_equal(before.b, after.b, KEY_LEN));
	EXPECT(access(next, F_OK) != 0);
	/* the next key was written, the keyring was not */
	fix_close(&f);
	memset(before.b, 7, KEY_LEN);
	EXPECT_INT(masterkey_write(next, &before), ERR_OK);
	fix_read(ring, &p, &n);
	p[n - 1] ^= 1;
	fix_write(fix_path(&f, "keyring.new"), p, n);
	fix_reopen(&f);
	expect_all(&f);
	EXPECT(access(next, F_OK) != 0);
	EXPECT(access(fix_path(&f, "keyring.new"), F_OK) != 0);
	/* damage of the keyring is said, and nothing is made anew */
	fix_close(&f);
	fix_write(ring, p, n - 1);
	EXPECT_INT(fix_open(&f), ERR_CORRUPT);
	EXPECT(strstr(f.problem.text, "keyring") != NULL);
	p[n - 1] ^= 1;
	fix_write(ring, p, n);
	free(p);
	fix_reopen(&f);
	expect_all(&f);
	fix_finish(&f);
}

/* --- kills ------------------------------------------------------------------ */

static void
run_child(const char *dir)
{
	struct done d;
	struct fix f;

	fix_init_in(&f, dir);
	if (fix_open(&f) != ERR_OK)
		return;
	for (int i = 0;; i++) {
		(void)wait_pass(&f);
		if (switch_to(&f, REKEY_RANDOM, NULL, NULL, &d) != ERR_OK ||
		    fix_put(&f, company(i % COMPANIES), "creds", "more",
		    "y") != ERR_OK)
			return;
	}
}

static void
kill_one(const char *dir, uint32_t after_us)
{
	const struct timespec delay = { .tv_sec = after_us / 1000000,
	    .tv_nsec = (long)(after_us % 1000000) * 1000 };
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0) {
		run_child(dir);
		_exit(1);
	}
	nanosleep(&delay, NULL);
	kill(pid, SIGKILL);
	EXPECT_INT(waitpid(pid, &status, 0), pid);
	EXPECT(WIFSIGNALED(status));
}

/* Start, switch and pass, as long as they take on this machine now. */
static uint32_t
time_one(struct fix *f)
{
	const int64_t start = clock_mono_ms(clock_system());
	struct done d;

	fix_reopen(f);
	EXPECT_INT(switch_to(f, REKEY_RANDOM, NULL, NULL, &d), ERR_OK);
	(void)wait_pass(f);
	return 1000 * (uint32_t)(clock_mono_ms(clock_system()) - start + 10);
}

/* The key file as it is opens; that of before, if another, opens nothing. */
TEST(rekey_killed_anywhere_opens_with_one_key)
{
	struct secret before, after;
	struct t_rnd rnd;
	struct fix f;
	int changed = 0;
	uint32_t span_us;

	t_rnd_init(&rnd, 99);
	fix_init(&f);
	fill(&f);
	span_us = time_one(&f);
	for (int i = 0; i < KILLS; i++) {
		fix_close(&f);
		read_key(&f, &before);
		kill_one(f.dir, rnd_below(&rnd.rnd, 3 * span_us));
		fix_reopen(&f);
		expect_all(&f);
		EXPECT_INT(wait_pass(&f).data_keys, 1);
		expect_all(&f);
		read_key(&f, &after);
		if (!secret_is_equal(before.b, after.b, KEY_LEN)) {
			changed++;
			expect_useless(&f, &before);
		}
	}
	EXPECT(changed > 0);
	fix_finish(&f);
}
