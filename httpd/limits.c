#include "httpd/limits.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/router.h"
#include "httpd/source.h"

#define WINDOW_MS 60000
#define BUCKETS 4096
#define ENTRIES_MAX 32768       /* about 4 MiB; then the quietest goes */
#define KEY_MAX (COMPANY_ID_MAX + 2)
#define MISTAKES 5              /* wrong tokens that cost nothing */
#define PENALTY_FIRST_S 1       /* then doubled */
#define PENALTY_LAST_S 900
#define PENALTY_FORGET_MS 3600000

struct entry {
	struct list bucket, age;
	char key[KEY_MAX];              /* kind, then company or source */
	size_t key_len;
	int64_t since_ms;               /* of the window; of the last mistake */
	int64_t until_ms;               /* of a penalty */
	unsigned count;
};

struct limits {
	struct limits_params params;
	struct list buckets[BUCKETS];
	struct list ages;               /* the longest quiet first */
	size_t count;
};

struct limits *
limits_create(const struct limits_params *params)
{
	struct limits *l = xcalloc(1, sizeof *l);

	l->params = *params;
	list_init(&l->ages);
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&l->buckets[i]);
	return l;
}

static void
drop(struct limits *l, struct entry *e)
{
	list_remove(&e->bucket);
	list_remove(&e->age);
	free(e);
	l->count--;
}

void
limits_destroy(struct limits *l)
{
	if (l == NULL)
		return;
	LIST_EACH_SAFE(at, &l->ages)
		drop(l, CONTAINER_OF(at, struct entry, age));
	free(l);
}

/* --- the table ------------------------------------------------------------------- */

static struct list *
bucket_of(struct limits *l, const char *key, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)key[i]) * 16777619u;
	return &l->buckets[h % BUCKETS];
}

/* NULL when there is none and none is to be made. */
static struct entry *
get(struct limits *l, const char *key, size_t n, bool make)
{
	struct list *bucket = bucket_of(l, key, n);
	struct entry *e;

	LIST_EACH(at, bucket) {
		e = CONTAINER_OF(at, struct entry, bucket);
		if (e->key_len == n && memcmp(e->key, key, n) == 0) {
			list_remove(&e->age);
			list_append(&l->ages, &e->age);
			return e;
		}
	}
	if (!make)
		return NULL;
	if (l->count == ENTRIES_MAX)
		drop(l, CONTAINER_OF(l->ages.next, struct entry, age));
	e = xcalloc(1, sizeof *e);
	memcpy(e->key, key, n);
	e->key_len = n;
	list_append(bucket, &e->bucket);
	list_append(&l->ages, &e->age);
	l->count++;
	return e;
}

static size_t
company_key(char out[KEY_MAX], char kind, const char *company)
{
	out[0] = kind;
	(void)str_copy(out + 1, KEY_MAX - 1, company);
	return 1 + strlen(out + 1);
}

static size_t
address_key(char out[KEY_MAX], char kind, const struct source *source)
{
	out[0] = kind;
	source_key(source, (uint8_t *)out + 1);
	return 1 + SOURCE_KEY_LEN;
}

/* --- requests ---------------------------------------------------------------------- */

/* How one limit stands after a request. */
struct standing {
	unsigned limit, left;
	int64_t reset_s;
	bool is_over;
};

static void
count(struct limits *l, const char *key, size_t n, unsigned limit,
    struct standing *out)
{
	const int64_t now = clock_mono_ms(clock_system());
	struct entry *e = get(l, key, n, true);

	if (e->count == 0 || now - e->since_ms >= WINDOW_MS) {
		e->since_ms = now;
		e->count = 0;
	}
	out->limit = limit;
	out->reset_s = (e->since_ms + WINDOW_MS - now + 999) / 1000;
	out->is_over = e->count >= limit;
	if (!out->is_over)
		e->count++;
	out->left = limit - e->count;
}

static void
set_field(struct exchange *x, const char *name, int64_t value)
{
	char text[24];

	str_format(text, sizeof text, "%lld", (long long)value);
	exchange_field(x, name, text);
}

/* The fields of the IETF draft "RateLimit header fields for HTTP", in the
 * form that its first drafts had and that clients read today. */
static void
tell(struct exchange *x, const struct standing *s)
{
	set_field(x, "RateLimit-Limit", s->limit);
	set_field(x, "RateLimit-Remaining", s->left);
	set_field(x, "RateLimit-Reset", s->reset_s);
}

static bool
refuse(struct exchange *x, const struct standing *s, enum word word)
{
	char sentence[WORDS_MAX];

	tell(x, s);
	words_format(sentence, sizeof sentence, x->lang, word,
	    &(struct words_args){ .n = s->reset_s });
	httpd_note_refusal(x->httpd, &x->client, "RATE_LIMITED");
	answer_error_why(x, API_RATE_LIMITED, &(struct answer_why){
	    .sentence = sentence, .retry_after_s = s->reset_s });
	return false;
}

bool
limits_count(struct exchange *x)
{
	struct limits *l = x->httpd->rates;
	const bool is_status = x->route->limit == LIMIT_STATUS;
	const unsigned per_company = is_status ? l->params.status :
	    l->params.company;
	struct standing source = { .limit = 0 }, company = { .limit = 0 };
	char key[KEY_MAX];
	size_t n;

	if (x->route->limit == LIMIT_NONE || x->client.is_control)
		return true;
	if (l->params.source > 0 && !is_status &&
	    x->who.role != ROLE_ADMIN) {
		n = address_key(key, 'a', &x->client);
		count(l, key, n, l->params.source, &source);
		if (source.is_over)
			return refuse(x, &source, WORD_HTTP_RATE_LIMITED);
	}
	if (per_company > 0 && x->company[0] != '\0') {
		n = company_key(key, is_status ? 's' : 'c', x->company);
		count(l, key, n, per_company, &company);
		if (company.is_over)
			return refuse(x, &company,
			    WORD_HTTP_RATE_LIMITED_COMPANY);
	}
	/* the one that is nearer to its end */
	if (company.limit > 0 && (source.limit == 0 ||
	    company.left <= source.left))
		tell(x, &company);
	else if (source.limit > 0)
		tell(x, &source);
	return true;
}

/* --- wrong tokens --------------------------------------------------------------------- */

int64_t
limits_wrong_token(struct limits *l, const struct source *source)
{
	const int64_t now = clock_mono_ms(clock_system());
	char key[KEY_MAX];
	const size_t n = address_key(key, 't', source);
	struct entry *e = get(l, key, n, true);
	int64_t wait_s = PENALTY_FIRST_S;

	if (e->count > 0 && now - e->since_ms >= PENALTY_FORGET_MS)
		e->count = 0;
	e->since_ms = now;
	if (++e->count <= MISTAKES)
		return 0;
	for (unsigned i = MISTAKES + 1; i < e->count &&
	    wait_s < PENALTY_LAST_S; i++)
		wait_s *= 2;
	if (wait_s > PENALTY_LAST_S)
		wait_s = PENALTY_LAST_S;
	e->until_ms = now + wait_s * 1000;
	return wait_s;
}

int64_t
limits_token_wait(struct limits *l, const struct source *source)
{
	const int64_t now = clock_mono_ms(clock_system());
	char key[KEY_MAX];
	const size_t n = address_key(key, 't', source);
	const struct entry *e = get(l, key, n, false);

	return e == NULL || e->until_ms <= now ? 0 :
	    (e->until_ms - now + 999) / 1000;
}
