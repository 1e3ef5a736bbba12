/*
 * How often linking was begun, by key: so many times in any hour. A key may
 * be shut altogether for a while. In memory only; the keys used longest ago
 * are forgotten when there are too many. Pure: the caller brings the time.
 */
#ifndef PAIRDESK_POOL_BUDGET_H
#define PAIRDESK_POOL_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#define BUDGET_SPAN_MS (60LL * 60 * 1000)
#define BUDGET_KEYS_MAX 20000
#define BUDGET_KEY_SIZE 72      /* a kind, a colon, a company's id */

struct budget;

/* per_span 0: no limit, only what is shut counts. keys_max >= 1. */
struct budget *budget_create(unsigned per_span, size_t keys_max);
void budget_destroy(struct budget *b);          /* NULL ok */

/* How long until the key may be used, 0 now. now_ms: monotonic, as below. */
int64_t budget_wait_ms(const struct budget *b, const char *key,
    int64_t now_ms);
void budget_spend(struct budget *b, const char *key, int64_t now_ms);
/* Not before until_ms; never makes it shorter. */
void budget_shut(struct budget *b, const char *key, int64_t until_ms);

size_t budget_count(const struct budget *b);    /* keys known */

#endif
