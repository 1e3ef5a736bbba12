#include "core/app/tokens.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "tokens"

#include "core/app/token_text.h"
#include "core/base/list.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/io/loop.h"
#include "core/store/tokens.h"

#define BUCKETS 4096u
#define FLUSH_MS (60 * 1000)    /* notes of use go to disk this often */
#define TELL_MS (60 * 1000)     /* one refused token, in the log */
#define DEAD_MS (TOKEN_DEAD_DAYS * 24 * 3600 * (int64_t)1000)

struct token {
	struct token *next;             /* in its bucket */
	struct list used;               /* in tokens->used, or alone */
	struct token_record record;
	bool pending;                   /* not on disk yet, told to nobody */
	int64_t told_ms;                /* that it was refused */
};

struct tokens {
	const struct clock *clock;
	const struct rnd *rnd;
	struct token_table *table;
	enum err state;                 /* of the table when it was opened */
	struct store_problem problem;
	struct token *buckets[BUCKETS];
	struct token **at;              /* oldest first */
	size_t count, cap;
	struct list used;               /* whose last use is not on disk */
	struct timer *flush;
};

/* --- in memory ------------------------------------------------------------ */

/* The hash is keyed, so nobody can choose his bucket. */
static struct token **
bucket_of(struct tokens *t, const uint8_t hash[TOKEN_HASH_LEN])
{
	return &t->buckets[((unsigned)hash[0] << 8 | hash[1]) % BUCKETS];
}

static struct token *
add(struct tokens *t, const struct token_record *record)
{
	struct token *token = xcalloc(1, sizeof *token);
	struct token **bucket = bucket_of(t, record->hash);

	if (t->count == t->cap) {
		t->cap = t->cap == 0 ? 16 : t->cap * 2;
		t->at = xreallocarray(t->at, t->cap, sizeof *t->at);
	}
	t->at[t->count++] = token;
	token->record = *record;
	token->next = *bucket;
	*bucket = token;
	list_init(&token->used);
	return token;
}

static void
token_destroy(struct token *token)
{
	list_remove(&token->used);
	secret_wipe(token, sizeof *token);
	free(token);
}

/* Its place in t->at is the caller's to close. */
static void
take_out(struct tokens *t, struct token *token)
{
	struct token **link = bucket_of(t, token->record.hash);

	while (*link != token)
		link = &(*link)->next;
	*link = token->next;
	token_destroy(token);
}

static void
clear(struct tokens *t)
{
	for (size_t i = 0; i < t->count; i++)
		token_destroy(t->at[i]);
	free(t->at);
	t->at = NULL;
	t->count = t->cap = 0;
	memset(t->buckets, 0, sizeof t->buckets);
}

/* Found by the first bits of a keyed hash, compared in constant time. */
static struct token *
find_hash(struct tokens *t, const uint8_t hash[TOKEN_HASH_LEN])
{
	struct token *token = *bucket_of(t, hash);

	while (token != NULL && !secret_is_equal(token->record.hash, hash,
	    TOKEN_HASH_LEN))
		token = token->next;
	return token;
}

static struct token *
find_id(const struct tokens *t, const char *id)
{
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->at[i]->record.info.id, id) == 0)
			return t->at[i];
	}
	return NULL;
}

/* --- life ----------------------------------------------------------------- */

static void
on_record(void *ctx, const struct token_record *record)
{
	add(ctx, record);
}

static int
by_age(const void *a, const void *b)
{
	const struct token_info *x = &(*(struct token *const *)a)->record.info;
	const struct token_info *y = &(*(struct token *const *)b)->record.info;

	if (x->created_ms != y->created_ms)
		return x->created_ms < y->created_ms ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* When it stopped being good; 0 while it is. */
static int64_t
end_of(const struct token_info *info, int64_t now_ms)
{
	if (info->revoked_ms != 0)
		return info->revoked_ms;
	return info->expires_ms != 0 && info->expires_ms <= now_ms
	    ? info->expires_ms : 0;
}

/* Forgets those that ended long ago. If the disk does not, they are found
 * and dropped again at the next start. */
static void
sweep(struct tokens *t)
{
	const int64_t now = clock_wall_ms(t->clock);
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct token *token = t->at[i];
		const int64_t end = end_of(&token->record.info, now);

		if (end == 0 || now - end < DEAD_MS || token->pending) {
			t->at[kept++] = token;
			continue;
		}
		token_table_delete(t->table, token->record.info.id, NULL,
		    NULL);
		take_out(t, token);
	}
	t->count = kept;
}

static void
load(struct tokens *t, struct store *store)
{
	t->state = token_table_open(store, on_record, t, &t->table,
	    &t->problem);
	if (t->state != ERR_OK) {
		log_error("%s", t->problem.text);
		clear(t);
	}
	if (t->count > 0)
		qsort(t->at, t->count, sizeof *t->at, by_age);
	sweep(t);
}

static void on_flush(void *ctx);

struct tokens *
tokens_open(struct store *store, struct loop *loop, const struct clock *clock,
    const struct rnd *rnd)
{
	struct tokens *t = xcalloc(1, sizeof *t);

	t->clock = clock;
	t->rnd = rnd;
	list_init(&t->used);
	t->flush = timer_create_on(loop, on_flush, t);
	load(t, store);
	return t;
}

void
tokens_close(struct tokens *t)
{
	if (t == NULL)
		return;
	on_flush(t);
	token_table_close(t->table);
	timer_destroy(t->flush);
	clear(t);
	free(t);
}

const char *
tokens_problem(const struct tokens *t)
{
	return t->problem.text;
}

const char *
tokens_sentence(const struct tokens *t, enum lang lang)
{
	if (t->state == ERR_OK)
		return "";
	return words_get(lang, t->state == ERR_CORRUPT ? WORD_TOKENS_LOST
	    : WORD_TOKENS_UNREAD);
}

/* --- making --------------------------------------------------------------- */

struct making {
	struct tokens *tokens;
	struct token *token;
	char text[TOKEN_TEXT_LEN + 1];
	tokens_made_fn fn;
	void *ctx;
};

static bool
is_sound(const struct token_wish *w, int64_t now_ms)
{
	if (!token_name_is_valid(w->name) ||
	    (unsigned)w->role >= TOKEN_ROLE_COUNT)
		return false;
	if (w->role == TOKEN_ADMIN ? w->company[0] != '\0'
	    : !company_id_is_valid(w->company))
		return false;
	return w->expires_ms == 0 ? w->role != TOKEN_SHARE
	    : w->expires_ms > now_ms;
}

static void
make_id(struct tokens *t, char out[TOKEN_ID_LEN + 1])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t bytes[TOKEN_ID_LEN];

	do {
		rnd_fill(t->rnd, bytes, sizeof bytes);
		for (size_t i = 0; i < sizeof bytes; i++)
			out[i] = digits[bytes[i] % 32];
		out[TOKEN_ID_LEN] = '\0';
	} while (find_id(t, out) != NULL);
}

static void
fill_record(struct tokens *t, const struct token_wish *w, const char *text,
    struct token_record *out)
{
	struct token_info *info = &out->info;

	*out = (struct token_record){ .info = { .role = w->role,
	    .created_ms = clock_wall_ms(t->clock),
	    .expires_ms = w->expires_ms } };
	make_id(t, info->id);
	str_copy(info->name, sizeof info->name, w->name);
	str_copy(info->company, sizeof info->company, w->company);
	memcpy(info->prefix, text, TOKEN_PREFIX_LEN);
	token_table_hash(t->table, text, TOKEN_TEXT_LEN, out->hash);
}

static void
drop(struct tokens *t, struct token *token)
{
	size_t i = 0;

	while (t->at[i] != token)
		i++;
	memmove(t->at + i, t->at + i + 1, (t->count - i - 1) * sizeof *t->at);
	t->count--;
	take_out(t, token);
}

static void
on_made(void *ctx, enum err err)
{
	struct making *m = ctx;
	struct token_info info = m->token->record.info;

	if (err != ERR_OK) {
		log_error("token=%s was not saved: %s", info.id,
		    err_text(err));
		drop(m->tokens, m->token);
		m->fn(m->ctx, err, NULL, NULL);
	} else {
		log_info("token=%s made", info.id);
		m->token->pending = false;
		m->fn(m->ctx, ERR_OK, &info, m->text);
	}
	secret_wipe(m, sizeof *m);
	free(m);
}

enum err
tokens_make(struct tokens *t, const struct token_wish *wish,
    tokens_made_fn fn, void *ctx)
{
	struct token_record record;
	struct making *m;

	if (!is_sound(wish, clock_wall_ms(t->clock)))
		return ERR_INVALID;
	sweep(t);
	if (t->count >= TOKENS_MAX)
		return ERR_FULL;
	m = xcalloc(1, sizeof *m);
	m->tokens = t;
	m->fn = fn;
	m->ctx = ctx;
	token_text_make(t->rnd, wish->role, m->text);
	fill_record(t, wish, m->text, &record);
	m->token = add(t, &record);
	m->token->pending = true;
	token_table_put(t->table, &record, on_made, m);
	return ERR_OK;
}

/* --- checking ------------------------------------------------------------- */

/* For whoever wonders why his token stopped working. */
static void
tell(struct token *token, int64_t now_ms)
{
	const struct token_info *info = &token->record.info;

	if (token->told_ms != 0 && now_ms - token->told_ms < TELL_MS)
		return;
	token->told_ms = now_ms;
	log_info("token=%s refused, it %s", info->id,
	    info->revoked_ms != 0 ? "was revoked" : "has expired");
}

static void
note_use(struct tokens *t, struct token *token, int64_t now_ms)
{
	token->record.info.last_used_ms = now_ms;
	if (list_is_empty(&token->used))
		list_append(&t->used, &token->used);
	if (!timer_is_running(t->flush))
		timer_start(t->flush, FLUSH_MS);
}

bool
tokens_check(struct tokens *t, const char *text, int64_t now_ms,
    struct token_info *out)
{
	uint8_t hash[TOKEN_HASH_LEN];
	struct token *token;

	if (!token_text_is_valid(text))
		return false;
	token_table_hash(t->table, text, TOKEN_TEXT_LEN, hash);
	token = find_hash(t, hash);
	if (token == NULL)
		return false;
	if (end_of(&token->record.info, now_ms) != 0) {
		tell(token, now_ms);
		return false;
	}
	note_use(t, token, now_ms);
	*out = token->record.info;
	return true;
}

static void
on_flushed(void *ctx, enum err err)
{
	(void)ctx;
	if (err != ERR_OK)
		log_warn("when tokens were last used was not saved: %s",
		    err_text(err));
}

/* One transaction; the last of it speaks for all. */
static void
on_flush(void *ctx)
{
	struct tokens *t = ctx;

	LIST_EACH_SAFE(at, &t->used) {
		const struct token *token = CONTAINER_OF(at, struct token,
		    used);

		list_remove(at);
		token_table_put(t->table, &token->record,
		    list_is_empty(&t->used) ? on_flushed : NULL, t);
	}
}

/* --- looking and changing ------------------------------------------------- */

void
tokens_each(const struct tokens *t, tokens_fn fn, void *ctx)
{
	for (size_t i = 0; i < t->count; i++) {
		if (!t->at[i]->pending)
			fn(ctx, &t->at[i]->record.info);
	}
}

size_t
tokens_count(const struct tokens *t)
{
	return t->count;
}

/* One that is still on its way to the disk is not there yet. */
static struct token *
find_known(const struct tokens *t, const char *id)
{
	struct token *token = find_id(t, id);

	return token == NULL || token->pending ? NULL : token;
}

bool
tokens_get(const struct tokens *t, const char *id, struct token_info *out)
{
	const struct token *token = find_known(t, id);

	if (token == NULL)
		return false;
	*out = token->record.info;
	return true;
}

struct saving {
	char id[TOKEN_ID_LEN + 1];
	const char *what;
	store_fn fn;
	void *ctx;
};

static void
on_saved(void *ctx, enum err err)
{
	struct saving *s = ctx;

	if (err == ERR_OK)
		log_info("token=%s %s", s->id, s->what);
	else
		log_error("token=%s %s, but that was not saved and is lost at "
		    "the next start: %s", s->id, s->what, err_text(err));
	if (s->fn != NULL)
		s->fn(s->ctx, err);
	free(s);
}

static void
save(struct tokens *t, const struct token *token, const char *what,
    store_fn fn, void *ctx)
{
	struct saving *s = xcalloc(1, sizeof *s);

	str_copy(s->id, sizeof s->id, token->record.info.id);
	s->what = what;
	s->fn = fn;
	s->ctx = ctx;
	token_table_put(t->table, &token->record, on_saved, s);
}

enum err
tokens_revoke(struct tokens *t, const char *id, store_fn fn, void *ctx)
{
	struct token *token = find_known(t, id);

	if (token == NULL)
		return ERR_NOT_FOUND;
	/* the first time counts; saved again, for that may have failed */
	if (token->record.info.revoked_ms == 0)
		token->record.info.revoked_ms = clock_wall_ms(t->clock);
	save(t, token, "revoked", fn, ctx);
	return ERR_OK;
}

enum err
tokens_spend(struct tokens *t, const char *id, store_fn fn, void *ctx)
{
	struct token *token = find_known(t, id);

	if (token == NULL)
		return ERR_NOT_FOUND;
	if (token->record.info.role != TOKEN_SHARE)
		return ERR_INVALID;
	token->record.info.spent = true;
	save(t, token, "spent", fn, ctx);
	return ERR_OK;
}

void
tokens_revoke_company(struct tokens *t, const char *company)
{
	for (size_t i = 0; i < t->count; i++) {
		struct token_info *info = &t->at[i]->record.info;

		if (strcmp(info->company, company) != 0 ||
		    info->revoked_ms != 0)
			continue;
		info->revoked_ms = clock_wall_ms(t->clock);
		save(t, t->at[i], "revoked with its company", NULL, NULL);
	}
}
