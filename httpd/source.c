#include "httpd/source.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/app/host.h"
#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define BUCKETS 1024

static bool
take_sockaddr(const struct sockaddr_storage *addr, struct source *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct sockaddr_in *v4 = (const void *)addr;
	const struct sockaddr_in6 *v6 = (const void *)addr;

	*out = (struct source){ .is_control = false };
	if (addr->ss_family == AF_INET) {
		memcpy(out->ip.bytes, mapped, sizeof mapped);
		memcpy(out->ip.bytes + sizeof mapped, &v4->sin_addr, 4);
	} else if (addr->ss_family == AF_INET6) {
		memcpy(out->ip.bytes, &v6->sin6_addr, sizeof out->ip.bytes);
	} else {
		return false;
	}
	address_format(&out->ip, out->text);
	return true;
}

bool
source_of(int fd, struct source *out)
{
	struct sockaddr_storage addr = { .ss_family = AF_UNSPEC };
	socklen_t n = sizeof addr;

	return getpeername(fd, (struct sockaddr *)&addr, &n) == 0 &&
	    take_sockaddr(&addr, out);
}

bool
source_parse(const char *text, struct source *out)
{
	char bare[ADDRESS_TEXT_MAX];
	struct address ip;

	text += strspn(text, " \t");
	if (!str_copy(bare, sizeof bare, text))
		return false;
	bare[strcspn(bare, " \t")] = '\0';
	if (!address_parse(bare, &ip))
		return false;
	*out = (struct source){ .ip = ip };
	address_format(&ip, out->text);
	return true;
}

bool
source_parse_forwarded(const char *text, struct source *out)
{
	char bare[HOST_TEXT_MAX];
	struct host host;

	if (source_parse(text, out))
		return true;
	text += strspn(text, " \t");
	if (!str_copy(bare, sizeof bare, text))
		return false;
	bare[strcspn(bare, " \t")] = '\0';
	return host_parse(bare, &host) && source_parse(host.name, out);
}

void
source_local(int fd, char *out, size_t size)
{
	struct sockaddr_storage addr = { .ss_family = AF_UNSPEC };
	struct source local;
	socklen_t n = sizeof addr;

	out[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&addr, &n) == 0 &&
	    take_sockaddr(&addr, &local))
		(void)str_copy(out, size, local.text);
}

void
source_key(const struct source *s, uint8_t out[SOURCE_KEY_LEN])
{
	memcpy(out, s->ip.bytes, SOURCE_KEY_LEN);
	if (!address_is_v4(&s->ip))
		memset(out + 8, 0, 8);
}

/* --- how many each has ------------------------------------------------------------ */

struct entry {
	struct list link;
	uint8_t key[SOURCE_KEY_LEN];
	size_t open;
};

struct sources {
	struct list buckets[BUCKETS];
	size_t open, distinct;
};

struct sources *
sources_create(void)
{
	struct sources *s = xcalloc(1, sizeof *s);

	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&s->buckets[i]);
	return s;
}

void
sources_destroy(struct sources *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		LIST_EACH_SAFE(at, &s->buckets[i])
			free(CONTAINER_OF(at, struct entry, link));
	}
	free(s);
}

/* FNV-1a: an attacker who makes them collide has at most as many addresses
 * as there are connections. */
static const struct list *
bucket_of(const struct sources *s, const uint8_t key[SOURCE_KEY_LEN])
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < SOURCE_KEY_LEN; i++)
		h = (h ^ key[i]) * 16777619u;
	return &s->buckets[h % BUCKETS];
}

static struct entry *
find(const struct sources *s, const struct source *source)
{
	uint8_t key[SOURCE_KEY_LEN];
	const struct list *bucket;

	source_key(source, key);
	bucket = bucket_of(s, key);
	LIST_EACH(at, bucket) {
		struct entry *e = CONTAINER_OF(at, struct entry, link);

		if (memcmp(e->key, key, sizeof key) == 0)
			return e;
	}
	return NULL;
}

void
sources_join(struct sources *s, const struct source *source)
{
	struct entry *e = find(s, source);

	if (e == NULL) {
		e = xcalloc(1, sizeof *e);
		source_key(source, e->key);
		list_append(&s->buckets[bucket_of(s, e->key) - s->buckets],
		    &e->link);
		s->distinct++;
	}
	e->open++;
	s->open++;
}

void
sources_leave(struct sources *s, const struct source *source)
{
	struct entry *e = find(s, source);

	if (e == NULL)
		return;
	s->open--;
	if (--e->open > 0)
		return;
	list_remove(&e->link);
	free(e);
	s->distinct--;
}

size_t
sources_count(const struct sources *s)
{
	return s->open;
}

size_t
sources_distinct(const struct sources *s)
{
	return s->distinct;
}

size_t
sources_of(const struct sources *s, const struct source *source)
{
	const struct entry *e = find(s, source);

	return e == NULL ? 0 : e->open;
}
