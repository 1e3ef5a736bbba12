/*
 * A spend is on disk before the attempt's first packet leaves (session_hold),
 * so that neither a kill nor a crash gives attempts back. It costs one commit
 * of fleet.db, which all attempts of one turn of the loop share.
 */
#include "core/pool/linking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "linking"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/pool/budget_record.h"
#include "core/session/number.h"
#include "core/store/ledger.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static const struct budget_key all = { BUDGET_ALL, "" };

struct linking {
	const struct session_env *env;
	linking_fn fn;
	void *ctx;
	struct budget *budget;
	struct ledger *ledger;          /* NULL: nothing is kept */
	uint8_t boot[BUDGET_BOOT_LEN];
	uint64_t number;                /* of the last spend */
	unsigned recording;             /* under way */
};

static int64_t
mono_ms(const struct linking *l)
{
	return clock_mono_ms(l->env->clock);
}

static struct budget_moment
moment(const struct linking *l)
{
	struct budget_moment now = {
		.mono_ms = mono_ms(l),
		.wall_ms = clock_wall_ms(l->env->clock),
	};

	memcpy(now.boot, l->boot, sizeof now.boot);
	return now;
}

/* Zeroes where the system does not tell: then no two starts are known to be
 * different, which only makes a wait longer. */
static void
read_boot(uint8_t out[BUDGET_BOOT_LEN])
{
	FILE *f = fopen(BOOT_ID, "re");
	char text[64] = "";
	unsigned byte;
	size_t at = 0;

	if (f == NULL)
		return;
	if (fgets(text, sizeof text, f) == NULL)
		text[0] = '\0';
	(void)fclose(f);
	for (const char *p = text; *p != '\0' && at < BUDGET_BOOT_LEN; p++) {
		if (*p != '-' && sscanf(p, "%2x", &byte) == 1) {
			out[at++] = (uint8_t)byte;
			if (*++p == '\0')
				break;
		}
	}
}

/* --- keys ---------------------------------------------------------------------- */

static struct budget_key
key_of(enum budget_kind kind, const char *name)
{
	struct budget_key key = { .kind = kind };

	str_copy(key.name, sizeof key.name, name);
	return key;
}

static size_t
keys_of_ask(const struct linking_ask *ask, struct budget_key out[3])
{
	char number[NUMBER_KEY_SIZE];
	size_t n = 0;

	if (ask->company != NULL)
		out[n++] = key_of(BUDGET_COMPANY, ask->company);
	if (ask->phone != NULL && ask->phone[0] != '\0') {
		number_key(ask->phone, number);
		out[n++] = key_of(BUDGET_PHONE, number);
	}
	if (ask->source != NULL)
		out[n++] = key_of(BUDGET_SOURCE, ask->source);
	return n;
}

/* --- keeping ------------------------------------------------------------------- */

static void
on_kept(void *ctx, enum err err)
{
	struct linking *l = ctx;

	l->recording--;
	if (err != ERR_OK)
		log_error("attempts at linking cannot be recorded: %s",
		    err_text(err));
}

static void
keep(void *ctx, struct budget_entry *e, bool is_gone)
{
	struct linking *l = ctx;
	const struct budget_moment now = moment(l);
	struct buf record;

	if (l->ledger == NULL)
		return;
	if (is_gone) {
		if (e->id != 0)
			ledger_delete(l->ledger, e->id);
		return;
	}
	if (e->id == 0)
		e->id = ledger_new_id(l->ledger);
	buf_init(&record, BUDGET_RECORD_MAX);
	if (budget_record_encode(e, &now, &record) != ERR_OK)
		abort();        /* its bounds are ours */
	l->recording++;
	ledger_put(l->ledger, e->id, record.data, record.len, on_kept, l);
	buf_finish(&record);
}

static struct budget *
make_budget(struct linking *l, const struct linking_limits *limits)
{
	return budget_create((const unsigned[BUDGET_KIND_COUNT]){
	    [BUDGET_COMPANY] = limits->links_per_hour,
	    [BUDGET_PHONE] = limits->links_per_hour,
	    [BUDGET_SOURCE] = limits->links_per_source,
	}, BUDGET_KEYS_MAX, keep, l);
}

struct linking *
linking_create(const struct session_env *env, linking_fn fn, void *ctx)
{
	struct linking *l = xcalloc(1, sizeof *l);

	l->env = env;
	l->fn = fn;
	l->ctx = ctx;
	read_boot(l->boot);
	l->budget = make_budget(l, &(struct linking_limits){ 0, 0 });
	return l;
}

void
linking_destroy(struct linking *l)
{
	if (l == NULL)
		return;
	ledger_close(l->ledger);
	budget_destroy(l->budget);
	free(l);
}

bool
linking_is_quiet(const struct linking *l)
{
	return l->recording == 0;
}

/* While reading: what is over is listed, to be deleted once all is read. */
struct reading {
	struct linking *l;
	struct budget_moment now;
	uint64_t *over;
	size_t over_count;
	bool is_foreign;                /* sealed by us, and not understood */
};

static void
take_record(void *ctx, uint64_t id, const uint8_t *p, size_t n)
{
	struct reading *r = ctx;
	struct budget_entry e;

	if (budget_record_decode(p, n, &r->now, &e) != ERR_OK) {
		r->is_foreign = true;
		return;
	}
	e.id = id;
	if (budget_is_over(&e, r->now.mono_ms)) {
		r->over = xreallocarray(r->over, r->over_count + 1,
		    sizeof r->over[0]);
		r->over[r->over_count++] = id;
	} else {
		budget_load(r->l->budget, &e);
	}
	free(e.times);
}

void
linking_open(struct linking *l, const struct linking_limits *limits)
{
	struct reading r = { .l = l, .now = moment(l) };
	struct store_problem problem;
	struct ledger *ledger;
	enum err err;

	budget_destroy(l->budget);
	l->budget = make_budget(l, limits);
	err = ledger_open(l->env->store, take_record, &r, &ledger, &problem);
	if (err != ERR_OK) {
		/* what was read of it before the damage does not count */
		budget_destroy(l->budget);
		l->budget = make_budget(l, limits);
	}
	if (store_loop(l->env->store) == NULL) {
		ledger_close(ledger);   /* a reader of the state alone */
		free(r.over);
		return;
	}
	l->ledger = ledger;
	for (size_t i = 0; i < r.over_count && err == ERR_OK; i++)
		ledger_delete(ledger, r.over[i]);
	free(r.over);
	if (err != ERR_OK)
		log_error("%s. Nobody can be linked for an hour", problem.text);
	else if (r.is_foreign)
		log_error("some records of attempts at linking are not "
		    "understood. Nobody can be linked for an hour");
	if (err != ERR_OK || r.is_foreign)
		budget_shut(l->budget, &all, mono_ms(l) + BUDGET_SPAN_MS);
}

/* --- asking -------------------------------------------------------------------- */

static void
look_at(const struct linking *l, const struct budget_key *key,
    int64_t *wait_ms, enum wa_reason *why)
{
	bool is_shut;
	const int64_t ms = budget_wait_ms(l->budget, key, mono_ms(l),
	    &is_shut);

	if (ms <= *wait_ms)
		return;
	*wait_ms = ms;
	*why = is_shut && key->kind != BUDGET_ALL ? WA_REASON_RATE_LIMITED :
	    WA_REASON_BUDGET;
}

int64_t
linking_wait_ms(const struct linking *l, const struct linking_ask *ask,
    enum wa_reason *why)
{
	enum wa_reason reason = WA_REASON_BUDGET;
	struct budget_key keys[3];
	const size_t n = keys_of_ask(ask, keys);
	int64_t wait_ms = 0;

	look_at(l, &all, &wait_ms, &reason);
	for (size_t i = 0; i < n; i++)
		look_at(l, &keys[i], &wait_ms, &reason);
	if (why != NULL)
		*why = reason;
	return wait_ms;
}

struct spend {
	struct linking *l;
	uint64_t number;
	char company[COMPANY_ID_MAX + 1];
};

static void
on_spent(void *ctx, enum err err)
{
	struct spend *s = ctx;

	s->l->recording--;
	s->l->fn(s->l->ctx, s->company, s->number, err);
	free(s);
}

/* What was queued before it in this turn is in the same transaction. */
static void
tell_when_kept(struct linking *l, const char *company)
{
	struct spend *s = xcalloc(1, sizeof *s);

	s->l = l;
	s->number = ++l->number;
	str_copy(s->company, sizeof s->company, company);
	l->recording++;
	ledger_sync(l->ledger, on_spent, s);
}

uint64_t
linking_spend(struct linking *l, const struct linking_ask *ask)
{
	struct budget_key keys[3];
	const size_t n = keys_of_ask(ask, keys);
	bool counts = false;

	for (size_t i = 0; i < n; i++) {
		counts = counts || budget_limit(l->budget, keys[i].kind) > 0;
		budget_spend(l->budget, &keys[i], mono_ms(l));
	}
	if (!counts || l->ledger == NULL || ask->company == NULL)
		return 0;
	tell_when_kept(l, ask->company);
	return l->number;
}

int64_t
linking_refused(struct linking *l, const struct linking_ask *ask,
    int64_t told_ms)
{
	struct budget_key keys[3];
	const size_t n = keys_of_ask(ask, keys);
	int64_t longest = 0, ms;

	for (size_t i = 0; i < n; i++) {
		ms = budget_refuse(l->budget, &keys[i], mono_ms(l), told_ms);
		if (ms > longest)
			longest = ms;
	}
	for (size_t i = 0; i < n; i++)
		budget_shut(l->budget, &keys[i], mono_ms(l) + longest);
	return longest;
}

void
linking_worked(struct linking *l, const struct linking_ask *ask)
{
	struct budget_key keys[3];
	const size_t n = keys_of_ask(ask, keys);

	for (size_t i = 0; i < n; i++)
		budget_forgive(l->budget, &keys[i]);
}

bool
linking_clear(struct linking *l, const struct linking_ask *ask)
{
	struct budget_key keys[3];
	const size_t n = keys_of_ask(ask, keys);
	bool was_there = n == 0 && budget_clear(l->budget, &all);

	for (size_t i = 0; i < n; i++)
		was_there = budget_clear(l->budget, &keys[i]) || was_there;
	return was_there;
}

struct looking {
	const struct linking *l;
	const struct budget_key *only;
	size_t only_count;
	int64_t now_ms;
	linking_view_fn fn;
	void *ctx;
};

static bool
is_asked(const struct looking *k, const struct budget_key *key)
{
	for (size_t i = 0; i < k->only_count; i++) {
		if (k->only[i].kind == key->kind &&
		    strcmp(k->only[i].name, key->name) == 0)
			return true;
	}
	return k->only == NULL;
}

static void
show(void *ctx, const struct budget_entry *e)
{
	struct looking *k = ctx;
	struct linking_view view = {
		.key = e->key,
		.limit = budget_limit(k->l->budget, e->key.kind),
		.refusals = e->refusals,
	};

	if (!is_asked(k, &e->key) || budget_is_over(e, k->now_ms))
		return;
	for (unsigned i = 0; i < e->count; i++)
		view.used += e->times[i] + BUDGET_SPAN_MS > k->now_ms;
	view.wait_ms = budget_wait_ms(k->l->budget, &e->key, k->now_ms,
	    &view.is_shut);
	k->fn(k->ctx, &view);
}

void
linking_each(const struct linking *l, const struct linking_ask *ask,
    linking_view_fn fn, void *ctx)
{
	struct budget_key keys[3];
	struct looking k = { l, NULL, 0, mono_ms(l), fn, ctx };

	if (ask != NULL) {
		k.only_count = keys_of_ask(ask, keys);
		k.only = keys;
	}
	budget_each(l->budget, show, &k);
}
