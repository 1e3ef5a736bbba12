/*
 * A pass, from the switch or from a start that finds former data keys:
 *
 *	list	directories with sealed databases that are not done yet: first
 *		the companies', so that no copy of one is made with a former
 *		key behind our back, then the copies
 *	seal	each of them, as a job in its company's queue; then list
 *		again, since companies were moved meanwhile
 *	parts	tokens.db and the like, each by who has it open
 *	index	all rows
 *	drop	the keyring without former keys, if nothing was left
 *
 * No step is noted anywhere: what is sealed with the newest key is done, and
 * looking costs little. What cannot be sealed anew, such as damage or a newer
 * schema, keeps the former keys alive; each start tries again.
 */
#include "core/store/rekey.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/dir.h"
#include "core/store/masterkey.h"
#include "core/store/names.h"
#include "core/store/queue.h"
#include "core/store/unlock.h"
#include "core/store/vault.h"

#define AGAIN_MS 60000          /* after trouble that may pass */

enum stage { STAGE_REST, STAGE_SWITCH, STAGE_LIST, STAGE_SEAL, STAGE_PARTS,
    STAGE_INDEX, STAGE_DROP };

struct rekey {
	struct store *store;
	const struct vault *vault;
	struct queue *queue;
	const struct unlock_place *place;
	struct loop *loop;
	struct timer *again;
	struct unlocked *now, *next;    /* locked memory */
	struct rekey_part *parts, *part;        /* the one that is at it */
	enum stage stage;
	bool sessions_done;
	bool deferred, stopping, may_pass;      /* some trouble may pass */
	struct names found, seen;
	size_t at;
	struct rekey_view view;
	loop_fn on_end;
	void *on_end_ctx;

	/* of the switch; the work's while it runs */
	enum rekey_to to;
	char file[DIR_PATH_MAX];
	struct buf passphrase;
	enum switched switched;
	struct store_problem problem;
	rekey_fn fn;
	void *ctx;

	/* of other work */
	char left[REKEY_NAME_SIZE];
	enum err err;
};

static void start_list(struct rekey *r);

static int64_t
now_ms(void)
{
	return clock_wall_ms(clock_system());
}

/* --- the pass ---------------------------------------------------------------- */

static void
end_pass(struct rekey *r)
{
	r->stage = STAGE_REST;
	r->view.ended_ms = now_ms();
	names_finish(&r->found);
	names_finish(&r->seen);
	if (r->may_pass && !r->stopping)
		timer_start(r->again, AGAIN_MS);
	if (r->on_end != NULL)
		r->on_end(r->on_end_ctx);
}

static bool
is_lasting(enum err err)
{
	return err == ERR_CORRUPT || err == ERR_NEWER_SCHEMA;
}

static void
note_left(struct rekey *r, const char *name, enum err err)
{
	if (r->view.left < REKEY_NAMES_MAX)
		str_copy(r->view.names[r->view.left], REKEY_NAME_SIZE, name);
	r->view.left++;
	r->may_pass |= !is_lasting(err);
}

static void
drop_work(void *ctx)
{
	struct rekey *r = ctx;

	*r->next = *r->now;
	r->next->data = (struct key_set){ .count = 1 };
	r->next->data.at[0] = r->now->data.at[0];
	r->err = unlock_rewrite(r->place, r->next);
}

static void
tell_switched(struct rekey *r)
{
	keys_set(r->vault->keys, &r->now->data, &r->now->token);
	store_let_go(r->store);
	for (struct rekey_part *p = r->parts; p != NULL; p = p->next)
		p->switched(p->ctx);
}

static void
on_dropped(void *ctx)
{
	struct rekey *r = ctx;

	if (r->err == ERR_OK) {
		*r->now = *r->next;
		tell_switched(r);
	} else {
		note_left(r, "keyring", r->err);
	}
	unlocked_finish(r->next);
	end_pass(r);
}

static void
index_work(void *ctx)
{
	struct rekey *r = ctx;

	r->err = index_reseal(r->vault->index);
}

static void
on_index(void *ctx)
{
	struct rekey *r = ctx;

	if (r->err != ERR_OK)
		note_left(r, "index.db", r->err);
	if (r->view.left > 0 || r->stopping) {
		end_pass(r);
		return;
	}
	r->stage = STAGE_DROP;
	loop_work(r->loop, LANE_DISK, drop_work, on_dropped, r);
}

static enum err
on_state_name(void *ctx, const char *name)
{
	struct rekey *r = ctx;
	const size_t n = strlen(name);

	if (n < 3 || strcmp(name + n - 3, ".db") != 0 ||
	    strcmp(name, "index.db") == 0)
		return ERR_OK;
	for (const struct rekey_part *p = r->parts; p != NULL; p = p->next) {
		if (strcmp(p->file, name) == 0)
			return ERR_OK;
	}
	note_left(r, name, ERR_CORRUPT);
	return ERR_OK;
}

static void
start_index(struct rekey *r)
{
	/* a database that only another command opens */
	if (dir_each(r->vault->dir, on_state_name, r) != ERR_OK)
		note_left(r, ".", ERR_IO);
	r->stage = STAGE_INDEX;
	loop_work(r->loop, LANE_DISK, index_work, on_index, r);
}

static void
on_part(void *ctx, enum err err)
{
	struct rekey *r = ctx;
	struct rekey_part *p = r->part;

	if (p == NULL)                  /* it has left */
		return;
	if (err != ERR_OK && err != ERR_NOT_FOUND)
		note_left(r, p->file, err);
	r->part = p->next;
	if (r->part != NULL && !r->stopping)
		r->part->reseal(r->part->ctx, on_part, r);
	else if (r->stopping)
		end_pass(r);
	else
		start_index(r);
}

static void
start_parts(struct rekey *r)
{
	r->stage = STAGE_PARTS;
	r->part = r->parts;
	if (r->part != NULL)
		r->part->reseal(r->part->ctx, on_part, r);
	else
		start_index(r);
}

static void
on_left(void *ctx, const char *path, enum err err)
{
	struct rekey *r = ctx;

	(void)err;
	if (r->left[0] == '\0')
		str_copy(r->left, sizeof r->left, path);
}

static void seal_next(struct rekey *r);

static void
on_sealed(void *ctx, enum err err)
{
	struct rekey *r = ctx;

	r->view.done++;
	if (err != ERR_OK)
		note_left(r, r->left[0] != '\0' ? r->left :
		    r->found.at[r->at], err);
	r->at++;
	seal_next(r);
}

static void
seal_next(struct rekey *r)
{
	char company[COMPANY_ID_MAX + 1];

	if (r->stopping) {
		end_pass(r);
		return;
	}
	if (r->at == r->found.count) {
		start_list(r);
		return;
	}
	r->left[0] = '\0';
	if (!vault_sealed_company(r->found.at[r->at], company)) {
		on_sealed(r, ERR_INVALID);
		return;
	}
	store_let_go(r->store);
	queue_reseal(r->queue, company, r->found.at[r->at], on_left,
	    on_sealed, r);
}

static enum err
on_found(void *ctx, const char *dir)
{
	struct rekey *r = ctx;

	if (!r->sessions_done && strncmp(dir, "sessions/", 9) != 0)
		return ERR_OK;
	if (!names_has(&r->seen, dir)) {
		names_add(&r->seen, dir);
		names_add(&r->found, dir);
	}
	return ERR_OK;
}

static void
list_work(void *ctx)
{
	struct rekey *r = ctx;

	r->err = vault_each_sealed(r->vault, on_found, r);
}

static void
on_listed(void *ctx)
{
	struct rekey *r = ctx;

	if (r->err != ERR_OK)
		note_left(r, "sessions", r->err);
	r->view.total += r->found.count;
	if (r->stopping) {
		end_pass(r);
	} else if (r->found.count == 0 && !r->sessions_done) {
		r->sessions_done = true;
		start_list(r);
	} else if (r->found.count == 0) {
		start_parts(r);
	} else {
		r->stage = STAGE_SEAL;
		seal_next(r);
	}
}

static void
start_list(struct rekey *r)
{
	r->stage = STAGE_LIST;
	names_finish(&r->found);
	r->at = 0;
	loop_work(r->loop, LANE_DISK, list_work, on_listed, r);
}

/* Whoever is being made this moment, with the former key, is in no list. */
static void
on_queued(void *ctx, const char *company)
{
	char dir[VAULT_SEALED_MAX];

	if (!company_id_is_valid(company))
		return;
	vault_sealed_own(company, dir);
	if (on_found(ctx, dir) != ERR_OK)
		return;
}

static void
start_pass(struct rekey *r)
{
	r->view.done = r->view.total = r->view.left = 0;
	r->view.since_ms = now_ms();
	r->view.ended_ms = 0;
	r->may_pass = r->sessions_done = false;
	names_finish(&r->seen);
	names_finish(&r->found);
	r->at = 0;
	queue_each(r->queue, on_queued, r);
	r->view.total = r->found.count;
	r->stage = STAGE_SEAL;
	seal_next(r);
}

static void
on_due(void *ctx)
{
	struct rekey *r = ctx;

	r->deferred = false;
	if (r->stage == STAGE_REST && !r->stopping)
		start_pass(r);
}

/* --- the switch --------------------------------------------------------------- */

static enum err
new_passphrase(struct rekey *r)
{
	enum err err;

	if (r->passphrase.len == 0 && (err = passphrase_load_file(r->file,
	    &r->passphrase, &r->problem)) != ERR_OK)
		return err;
	if (r->passphrase.len >= PASSPHRASE_MIN &&
	    r->passphrase.len <= PASSPHRASE_MAX)
		return keyring_derive(&r->next->head, r->passphrase.data,
		    r->passphrase.len, &r->next->master);
	problem_say(&r->problem, "a passphrase has %d to %d bytes",
	    PASSPHRASE_MIN, PASSPHRASE_MAX);
	return ERR_INVALID;
}

static enum err
new_master(struct rekey *r)
{
	enum err err;

	keyring_head_make(r->to == REKEY_PASSPHRASE ? KEY_SOURCE_PASSPHRASE :
	    KEY_SOURCE_FILE, r->vault->rnd, &r->next->head);
	switch (r->to) {
	case REKEY_RANDOM:
		rnd_fill(r->vault->rnd, r->next->master.b, KEY_LEN);
		return ERR_OK;
	case REKEY_KEY_FILE:
		err = masterkey_load_file(r->file, &r->next->master,
		    &r->problem);
		break;
	default:
		err = new_passphrase(r);
		break;
	}
	if (err == ERR_OK && secret_is_equal(r->next->master.b,
	    r->now->master.b, KEY_LEN)) {
		problem_say(&r->problem, "this is the key that it has "
		    "already");
		err = ERR_INVALID;
	}
	return err;
}

static void
switch_work(void *ctx)
{
	struct rekey *r = ctx;
	struct key_set *data = &r->next->data;

	*r->next = (struct unlocked){ .has_keyring = true,
	    .token = r->now->token };
	if ((r->err = new_master(r)) != ERR_OK)
		return;
	data->count = r->now->data.count + 1;
	rnd_fill(r->vault->rnd, data->at[0].b, KEY_LEN);
	memcpy(data->at + 1, r->now->data.at,
	    sizeof data->at[0] * r->now->data.count);
	r->err = unlock_switch(r->place, r->next, &r->switched, &r->problem);
}

static void
on_switched(void *ctx)
{
	struct rekey *r = ctx;
	const bool good = r->switched == SWITCHED;
	const enum err err = good ? ERR_OK : r->err;

	buf_finish(&r->passphrase);
	r->stage = STAGE_REST;
	r->view.unsure |= r->switched == SWITCHED_UNSURE;
	if (good) {
		*r->now = *r->next;
		tell_switched(r);
	} else if (r->problem.text[0] == '\0') {
		problem_say(&r->problem, "%s", err_text(err));
	}
	unlocked_finish(r->next);
	if (good)
		start_pass(r);          /* first, so that it shows */
	r->fn(r->ctx, err, &r->problem);
}

static enum err
refuse(struct rekey *r, const struct rekey_order *order)
{
	if (r->loop == NULL || r->stopping || r->stage != STAGE_REST ||
	    r->deferred) {
		problem_say(&r->problem, "a rekey is under way");
		return ERR_BUSY;
	}
	if (r->view.unsure) {
		problem_say(&r->problem, "the disk did not say whether the "
		    "last change of the key is on it. Start pairdesk again "
		    "first");
		return ERR_IO;
	}
	if (r->now->data.count == KEYS_MAX) {
		problem_say(&r->problem, "%d former keys are still needed by "
		    "what could not be sealed anew. Restore or remove that "
		    "first", KEYS_MAX - 1);
		return ERR_FULL;
	}
	if (order->to != REKEY_PASSPHRASE && masterkey_has_credential()) {
		problem_say(&r->problem, "the master key is a systemd "
		    "credential, which only an admin can replace: stop the "
		    "service, run `pairdesk rekey` by hand with "
		    "master_key_file naming a copy of the key, and make that "
		    "file the credential");
		return ERR_INVALID;
	}
	return ERR_OK;
}

struct refusal {
	struct rekey *r;
	enum err err;
	rekey_fn fn;
	void *ctx;
};

static void
on_refused(void *ctx)
{
	struct refusal *f = ctx;

	f->fn(f->ctx, f->err, &f->r->problem);
	free(f);
}

void
store_rekey(struct store *s, const struct rekey_order *order, rekey_fn fn,
    void *ctx)
{
	struct rekey *r = store_rekey_of(s);
	struct refusal *f;
	enum err err;

	/* while a switch is under way the problem is its own */
	if (r->stage != STAGE_SWITCH)
		r->problem.text[0] = '\0';
	if ((err = refuse(r, order)) != ERR_OK) {
		f = xcalloc(1, sizeof *f);
		*f = (struct refusal){ r, err, fn, ctx };
		loop_defer(r->loop, on_refused, f);
		return;
	}
	timer_stop(r->again);
	r->stage = STAGE_SWITCH;
	r->to = order->to;
	r->switched = SWITCHED_NOT;
	r->fn = fn;
	r->ctx = ctx;
	str_copy(r->file, sizeof r->file,
	    order->file == NULL ? "" : order->file);
	buf_init_secret(&r->passphrase, PASSPHRASE_MAX + 2);
	if (order->passphrase != NULL && buf_append(&r->passphrase,
	    order->passphrase->data, order->passphrase->len) != ERR_OK)
		buf_clear(&r->passphrase);
	loop_work(r->loop, LANE_CPU, switch_work, on_switched, r);
}

/* --- what others see ------------------------------------------------------------ */

void
store_rekey_on_end(struct store *s, loop_fn fn, void *ctx)
{
	struct rekey *r = store_rekey_of(s);

	r->on_end = fn;
	r->on_end_ctx = ctx;
}

void
store_rekey_view(const struct store *s, struct rekey_view *out)
{
	const struct rekey *r = store_rekey_of(s);

	*out = r->view;
	out->running = r->stage != STAGE_REST || r->deferred;
	out->source = r->now->head.source;
	out->credential = r->now->head.source == KEY_SOURCE_FILE &&
	    masterkey_has_credential();
	out->data_keys = r->now->data.count;
}

void
store_rekey_add(struct store *s, struct rekey_part *part)
{
	struct rekey *r = store_rekey_of(s);

	part->next = r->parts;
	r->parts = part;
}

void
store_rekey_remove(struct store *s, struct rekey_part *part)
{
	struct rekey *r = store_rekey_of(s);
	struct rekey_part **at = &r->parts;

	while (*at != NULL && *at != part)
		at = &(*at)->next;
	if (*at != NULL)
		*at = part->next;
	if (r->part == part) {
		r->part = NULL;
		end_pass(r);
	}
}

/* --- life ----------------------------------------------------------------------- */

static struct unlocked *
make_locked(void)
{
	struct unlocked *u = sodium_malloc(sizeof *u);

	if (u == NULL)
		abort();
	memset(u, 0, sizeof *u);
	return u;
}

struct rekey *
rekey_create(struct store *s, const struct vault *v, struct queue *q,
    const struct unlock_place *place, const struct unlocked *now,
    struct loop *loop)
{
	struct rekey *r = xcalloc(1, sizeof *r);

	r->store = s;
	r->vault = v;
	r->queue = q;
	r->place = place;
	r->loop = loop;
	r->now = make_locked();
	r->next = make_locked();
	*r->now = *now;
	if (loop == NULL)
		return r;
	r->again = timer_create_on(loop, on_due, r);
	if (now->data.count > 1) {
		r->deferred = true;
		loop_defer(loop, on_due, r);
	}
	return r;
}

void
rekey_stop(struct rekey *r)
{
	r->stopping = true;
	if (r->loop == NULL)
		return;
	while (r->deferred || r->stage != STAGE_REST)
		loop_turn(r->loop, true);
	timer_stop(r->again);
}

void
rekey_destroy(struct rekey *r)
{
	if (r == NULL)
		return;
	timer_destroy(r->again);
	names_finish(&r->found);
	names_finish(&r->seen);
	sodium_free(r->now);
	sodium_free(r->next);
	free(r);
}
