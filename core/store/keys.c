#include "core/store/keys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/base/mem.h"
#include "core/store/seal.h"

/* What lives as long as the process, apart from all other memory. */
struct held {
	struct key_set data;
	struct secret token;
};

struct keys {
	pthread_mutex_t lock;           /* over held's content */
	struct held *held;
};

void
key_set_finish(struct key_set *s)
{
	if (s != NULL)
		secret_wipe(s, sizeof *s);
}

enum err
key_set_seal(const struct key_set *s, const struct rnd *rnd,
    const struct seal_place *place, const void *p, size_t n, struct buf *out)
{
	return seal_value(&s->at[0], rnd, place, p, n, out);
}

enum err
key_set_open(const struct key_set *s, const struct seal_place *place,
    const void *p, size_t n, struct buf *out, bool *former)
{
	enum err err = ERR_AUTH;
	size_t i;

	for (i = 0; i < s->count; i++) {
		err = seal_open(&s->at[i], place, p, n, out);
		if (err != ERR_AUTH)
			break;
	}
	if (err == ERR_OK && former != NULL)
		*former = i > 0;
	return err;
}

/* sodium_malloc: guard pages around it, mlock, no part of a core dump. Where
 * RLIMIT_MEMLOCK forbids the lock it is memory all the same. */
struct keys *
keys_create(void)
{
	struct keys *k = xcalloc(1, sizeof *k);

	if ((k->held = sodium_malloc(sizeof *k->held)) == NULL)
		abort();
	memset(k->held, 0, sizeof *k->held);
	pthread_mutex_init(&k->lock, NULL);
	return k;
}

void
keys_destroy(struct keys *k)
{
	if (k == NULL)
		return;
	sodium_free(k->held);           /* wipes */
	pthread_mutex_destroy(&k->lock);
	free(k);
}

void
keys_set(struct keys *k, const struct key_set *data,
    const struct secret *token)
{
	pthread_mutex_lock(&k->lock);
	k->held->data = *data;
	k->held->token = *token;
	pthread_mutex_unlock(&k->lock);
}

size_t
keys_count(struct keys *k)
{
	size_t count;

	pthread_mutex_lock(&k->lock);
	count = k->held->data.count;
	pthread_mutex_unlock(&k->lock);
	return count;
}

void
keys_of(struct keys *k, const char *company, struct key_set *out)
{
	memset(out, 0, sizeof *out);
	pthread_mutex_lock(&k->lock);
	out->count = k->held->data.count;
	for (size_t i = 0; i < out->count; i++)
		seal_company_key(&k->held->data.at[i], company, &out->at[i]);
	pthread_mutex_unlock(&k->lock);
}

void
keys_data(struct keys *k, struct key_set *out)
{
	pthread_mutex_lock(&k->lock);
	*out = k->held->data;
	pthread_mutex_unlock(&k->lock);
}

void
keys_token(struct keys *k, struct secret *out)
{
	pthread_mutex_lock(&k->lock);
	*out = k->held->token;
	pthread_mutex_unlock(&k->lock);
}
