/*
 * How often linking was begun, by key: so many times in any hour. A key that
 * WhatsApp refused is shut altogether for a while, which doubles from refusal
 * to refusal. The keys used longest ago are forgotten when there are too many.
 * Pure: the caller brings the time (monotonic, ms) and keeps what is told to
 * on_change.
 */
#ifndef PAIRDESK_POOL_BUDGET_H
#define PAIRDESK_POOL_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUDGET_SPAN_MS (60LL * 60 * 1000)
#define BUDGET_KEYS_MAX 20000
#define BUDGET_NAME_SIZE 72
#define BUDGET_TIMES_MAX 1000

/* After the first refusal, at most, and how long without another one until
 * the next counts as the first. */
#define BUDGET_SHUT_FIRST_MS (60LL * 60 * 1000)
#define BUDGET_SHUT_LAST_MS (24LL * 60 * 60 * 1000)
#define BUDGET_QUIET_MS (24LL * 60 * 60 * 1000)

enum budget_kind {
	BUDGET_COMPANY,         /* name: its id */
	BUDGET_PHONE,           /* number_key */
	BUDGET_SOURCE,          /* who asked */
	BUDGET_ALL,             /* all of them, name "" */
	BUDGET_KIND_COUNT
};

struct budget_key {
	enum budget_kind kind;
	char name[BUDGET_NAME_SIZE];
};

struct budget_entry {
	struct budget_key key;
	uint64_t id;                    /* the caller's; 0 at first */
	int64_t shut_until_ms;
	unsigned refusals;              /* in a row */
	unsigned count;
	int64_t *times;                 /* when it was used, oldest first */
};

struct budget;

/* e was changed, or is about to be forgotten. */
typedef void (*budget_change_fn)(void *ctx, struct budget_entry *e,
    bool is_gone);

/* per_span of each kind; 0: no limit, only what is shut counts. keys_max >=
 * 1; fn NULL ok. */
struct budget *budget_create(const unsigned per_span[BUDGET_KIND_COUNT],
    size_t keys_max, budget_change_fn fn, void *ctx);
void budget_destroy(struct budget *b);          /* NULL ok */

/* How long until the key may be used, 0 now. *is_shut (NULL ok): because it
 * was refused. */
int64_t budget_wait_ms(const struct budget *b, const struct budget_key *key,
    int64_t now_ms, bool *is_shut);
void budget_spend(struct budget *b, const struct budget_key *key,
    int64_t now_ms);
/* WhatsApp refused; told_ms: for how long, 0 not told. How long from now it
 * is shut. */
int64_t budget_refuse(struct budget *b, const struct budget_key *key,
    int64_t now_ms, int64_t told_ms);
/* Not before until_ms; never makes it shorter. */
void budget_shut(struct budget *b, const struct budget_key *key,
    int64_t until_ms);
/* It worked: not shut, and the next refusal is the first. What was spent
 * stays spent. */
void budget_forgive(struct budget *b, const struct budget_key *key);
/* As if nothing had been. False: there was nothing. */
bool budget_clear(struct budget *b, const struct budget_key *key);

/* As it was kept; e->times is copied. Tells nobody. */
void budget_load(struct budget *b, const struct budget_entry *e);
/* Nothing of it counts any more. */
bool budget_is_over(const struct budget_entry *e, int64_t now_ms);
typedef void (*budget_each_fn)(void *ctx, const struct budget_entry *e);
void budget_each(const struct budget *b, budget_each_fn fn, void *ctx);
size_t budget_count(const struct budget *b);    /* keys known */
unsigned budget_limit(const struct budget *b, enum budget_kind kind);

#endif
