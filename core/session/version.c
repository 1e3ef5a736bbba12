#include "core/session/version.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_MODULE "version"

#include "core/base/list.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/fetch.h"
#include "core/session/version_hand.h"

#define CACHE_MAX 64            /* bytes of the cache file: "2.3000.N <ms>" */
#define PATH_LEN 4096
#define QUIET_MS 60000          /* a dead source must not delay every login */
#define QUIET_WAYS 64           /* one forgotten costs a fetch too many */

/* A script is asked for as a current desktop Chrome asks (notes 4). */
#define BROWSER "User-Agent: Mozilla/5.0 (X11; Linux x86_64) " \
	"AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 " \
	"Safari/537.36\r\n"
static const char script_headers[] = BROWSER "Sec-Fetch-Site: none\r\n"
    "Accept: */*\r\n";
static const char page_headers[] = BROWSER "Sec-Fetch-Dest: document\r\n"
    "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\n"
    "Sec-Fetch-User: ?1\r\nAccept: text/html\r\n"
    "Accept-Language: en-US,en;q=0.9\r\n";

struct version_wait {
	struct list link;
	version_fn fn;                  /* NULL once cancelled */
	void *ctx;
};

/* One fetch and those who wait for it; all by one way out. */
struct errand {
	struct list link;
	struct versions *versions;
	struct proxy proxy;
	struct fetch *fetch;
	bool on_page;
	struct list waits;
};

/* A way by which nothing was learned lately. */
struct quiet {
	uint64_t way;                   /* hash_way */
	int64_t until_ms;               /* monotonic; 0 free */
};

struct versions {
	struct loop *loop;
	const struct clock *clock;
	const struct tls_config *tls;
	struct wa_version best;         /* learned, or the floor */
	int64_t learned_ms;             /* wall; 0 never */
	struct wa_version configured, by_hand;
	bool is_configured, is_by_hand; /* the latter goes first */
	struct quiet quiet[QUIET_WAYS]; /* the newest ones */
	size_t quiet_next;
	bool has_url;
	struct url url;
	char *cache_path, *hand_path;
	struct list errands;
	struct list waits;              /* of an answer that needs no fetch */
	struct timer *answer;           /* answers waits on a turn of its own */
};

bool
version_find(const char *body, size_t n, uint32_t *out)
{
	static const char key[] = "client_revision";
	const size_t key_len = sizeof key - 1;
	const char *p = body, *end = body + n, *hit;
	uint64_t v;

	while ((hit = memmem(p, (size_t)(end - p), key, key_len)) != NULL) {
		p = hit + key_len;
		/* the closing quote may be escaped inside a script string */
		while (p < end && (*p == '\\' || *p == '"'))
			p++;
		if (p == end || *p++ != ':')
			continue;
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		for (v = 0; p < end && *p >= '0' && *p <= '9' &&
		    v <= UINT32_MAX; p++)
			v = v * 10 + (uint64_t)(*p - '0');
		if (v > 0 && v <= UINT32_MAX) {
			*out = (uint32_t)v;
			return true;
		}
	}
	return false;
}

static void
read_cache(struct versions *v)
{
	char text[CACHE_MAX + 1], *space;
	struct wa_version cached;
	uint64_t when;
	ssize_t n;
	int fd;

	if (v->cache_path == NULL ||
	    (fd = open(v->cache_path, O_RDONLY | O_CLOEXEC)) == -1)
		return;
	n = read(fd, text, CACHE_MAX);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if ((space = strchr(text, ' ')) == NULL)
		return;
	*space = '\0';
	if (!wa_version_parse(text, &cached) ||
	    !str_to_u64(space + 1, INT64_MAX, &when))
		return;
	/* a floor newer than the cache wins; a date from the future is void */
	if (wa_version_compare(&cached, &v->best) > 0)
		v->best = cached;
	if ((int64_t)when <= clock_wall_ms(v->clock))
		v->learned_ms = (int64_t)when;
}

/* A cache: losing it costs one fetch, so it is replaced but not synced. */
static void
write_cache(const struct versions *v)
{
	char text[CACHE_MAX + 1], version[32], temp[PATH_LEN];
	bool ok;
	int fd;

	if (v->cache_path == NULL ||
	    !str_format(temp, sizeof temp, "%s.new", v->cache_path))
		return;
	wa_version_format(&v->best, version, sizeof version);
	if (!str_format(text, sizeof text, "%s %lld\n", version,
	    (long long)v->learned_ms))
		return;
	if ((fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) ==
	    -1)
		return;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	if (!ok || rename(temp, v->cache_path) != 0)
		(void)unlink(temp);
}

/* --- who waits -------------------------------------------------------------- */

static void
move_waits(struct list *from, struct list *to)
{
	while (!list_is_empty(from)) {
		struct list *at = from->next;

		list_remove(at);
		list_append(to, at);
	}
}

static void
answer(struct versions *v, struct list *due)
{
	while (!list_is_empty(due)) {
		struct version_wait *w =
		    CONTAINER_OF(due->next, struct version_wait, link);
		const struct wa_version best = versions_best(v);
		const version_fn fn = w->fn;
		void *fn_ctx = w->ctx;

		list_remove(&w->link);
		free(w);
		fn(fn_ctx, &best);
	}
}

static void
answer_waits(void *ctx)
{
	struct versions *v = ctx;
	struct list due;

	/* those who ask from within an answer wait for the next one */
	list_init(&due);
	move_waits(&v->waits, &due);
	answer(v, &due);
}

/* --- ways out ---------------------------------------------------------------- */

/* FNV-1a: to tell ways apart without keeping what is secret in them. */
static uint64_t
hash_text(uint64_t h, const char *text)
{
	do
		h = (h ^ (uint8_t)*text) * 0x100000001b3u;
	while (*text++ != '\0');
	return h;
}

static uint64_t
hash_way(const struct proxy *p)
{
	uint64_t h = 0xcbf29ce484222325u + (uint64_t)p->kind;

	h = hash_text(h ^ (uint64_t)p->port << 16, p->host);
	return hash_text(hash_text(h, p->user), p->password);
}

static void
note_quiet(struct versions *v, const struct proxy *way)
{
	v->quiet[v->quiet_next] = (struct quiet){ hash_way(way),
	    clock_mono_ms(v->clock) + QUIET_MS };
	v->quiet_next = (v->quiet_next + 1) % QUIET_WAYS;
}

static bool
is_quiet(const struct versions *v, const struct proxy *way)
{
	const int64_t now = clock_mono_ms(v->clock);
	const uint64_t hash = hash_way(way);

	for (size_t i = 0; i < QUIET_WAYS; i++) {
		if (now < v->quiet[i].until_ms && v->quiet[i].way == hash)
			return true;
	}
	return false;
}

/* --- fetching ---------------------------------------------------------------- */

static bool
is_same_way(const struct proxy *a, const struct proxy *b)
{
	return a->kind == b->kind && a->port == b->port &&
	    a->has_user == b->has_user && strcmp(a->host, b->host) == 0 &&
	    strcmp(a->user, b->user) == 0 &&
	    strcmp(a->password, b->password) == 0;
}

static struct errand *
find_errand(struct versions *v, const struct proxy *way)
{
	LIST_EACH(at, &v->errands) {
		struct errand *e = CONTAINER_OF(at, struct errand, link);

		if (is_same_way(&e->proxy, way))
			return e;
	}
	return NULL;
}

/* Gives up those who wait, into to. */
static void
end_errand(struct errand *e, struct list *to)
{
	list_remove(&e->link);
	fetch_cancel(e->fetch);
	move_waits(&e->waits, to);
	proxy_finish(&e->proxy);
	free(e);
}

static void
learn(struct versions *v, uint32_t revision)
{
	const struct wa_version got = { 2, 3000, revision };

	v->learned_ms = clock_wall_ms(v->clock);
	if (wa_version_compare(&got, &v->best) > 0)
		v->best = got;
	else if (wa_version_compare(&got, &v->best) < 0)
		log_warn("learned=2.3000.%u is older than what we have, "
		    "kept=2.3000.%u", revision, v->best.tertiary);
	write_cache(v);
}

static void fetch_next(struct errand *e, bool page);

static void
on_fetched(void *ctx, enum err err, int status, const char *body, size_t n,
    const char *detail)
{
	struct errand *e = ctx;
	struct versions *v = e->versions;
	uint32_t revision = 0;
	struct list due;

	e->fetch = NULL;
	list_init(&due);
	if (err == ERR_OK && version_find(body, n, &revision)) {
		learn(v, revision);
		LIST_EACH_SAFE(at, &v->errands)
			end_errand(CONTAINER_OF(at, struct errand, link),
			    &due);
	} else if (!e->on_page) {
		fetch_next(e, true);
	} else {
		char way[PROXY_NAME_SIZE];

		proxy_name(&e->proxy, way);
		log_warn("could not learn the client version: way=%s "
		    "status=%d err=%s detail=\"%s\"; using 2.3000.%u",
		    way[0] == '\0' ? PROXY_DIRECT_WORD : way, status,
		    err_name(err), detail, v->best.tertiary);
		note_quiet(v, &e->proxy);
		end_errand(e, &due);
	}
	answer(v, &due);
}

static void
fetch_next(struct errand *e, bool page)
{
	struct versions *v = e->versions;
	struct url url = v->url;

	e->on_page = page;
	if (page)
		str_copy(url.path, sizeof url.path, "/");
	e->fetch = fetch_start(v->loop, v->tls, &url, &e->proxy,
	    page ? page_headers : script_headers, VERSION_BODY_MAX,
	    VERSION_FETCH_MS / 2, on_fetched, e);
}

static struct errand *
start_errand(struct versions *v, const struct proxy *way)
{
	struct errand *e = xcalloc(1, sizeof *e);

	e->versions = v;
	e->proxy = *way;
	list_init(&e->waits);
	list_append(&v->errands, &e->link);
	fetch_next(e, false);
	return e;
}

struct versions *
versions_create(const struct versions_params *params)
{
	struct versions *v = xcalloc(1, sizeof *v);

	v->loop = params->loop;
	v->clock = params->clock;
	v->tls = params->tls;
	v->best = (struct wa_version){ 2, 3000, VERSION_FLOOR_N };
	v->is_configured = params->fixed != NULL &&
	    wa_version_parse(params->fixed, &v->configured);
	v->has_url = params->url != NULL &&
	    url_parse(params->url, &v->url) == ERR_OK;
	if (params->cache_path != NULL)
		v->cache_path = xstrdup(params->cache_path);
	if (params->hand_path != NULL) {
		v->hand_path = xstrdup(params->hand_path);
		v->is_by_hand = version_hand_read(v->hand_path, &v->by_hand);
	}
	list_init(&v->errands);
	list_init(&v->waits);
	v->answer = timer_create_on(v->loop, answer_waits, v);
	if (v->has_url)
		read_cache(v);
	return v;
}

void
versions_destroy(struct versions *v)
{
	if (v == NULL)
		return;
	LIST_EACH_SAFE(at, &v->errands)
		end_errand(CONTAINER_OF(at, struct errand, link), &v->waits);
	timer_destroy(v->answer);
	LIST_EACH_SAFE(at, &v->waits)
		free(CONTAINER_OF(at, struct version_wait, link));
	free(v->cache_path);
	free(v->hand_path);
	free(v);
}

/* Somebody has decided it: nothing is asked for. */
static bool
is_set(const struct versions *v)
{
	return v->is_by_hand || v->is_configured;
}

struct version_wait *
versions_get(struct versions *v, int64_t max_age_ms,
    const struct proxy *proxy, version_fn fn, void *ctx)
{
	struct version_wait *w = xcalloc(1, sizeof *w);
	struct errand *e = find_errand(v, proxy);
	const int64_t age = clock_wall_ms(v->clock) - v->learned_ms;
	const bool is_fresh = v->learned_ms != 0 && age >= 0 &&
	    age < max_age_ms;

	w->fn = fn;
	w->ctx = ctx;
	if (e == NULL && v->has_url && !is_set(v) && !is_fresh &&
	    (max_age_ms == 0 || !is_quiet(v, proxy)))
		e = start_errand(v, proxy);
	list_append(e != NULL ? &e->waits : &v->waits, &w->link);
	if (e == NULL)
		timer_start(v->answer, 0);
	return w;
}

void
version_wait_cancel(struct version_wait *w)
{
	if (w == NULL)
		return;
	list_remove(&w->link);
	free(w);
}

struct wa_version
versions_best(const struct versions *v)
{
	return v->is_by_hand ? v->by_hand :
	    v->is_configured ? v->configured : v->best;
}

void
versions_told(const struct versions *v, struct version_told *out)
{
	*out = (struct version_told){
	    .version = versions_best(v),
	    .source = v->is_by_hand ? VERSION_BY_HAND :
	    v->is_configured ? VERSION_CONFIGURED :
	    v->learned_ms != 0 ? VERSION_LEARNED : VERSION_BUILT_IN,
	    .learned_ms = v->learned_ms,
	};
}

enum err
versions_set(struct versions *v, const struct wa_version *version)
{
	char text[WA_VERSION_TEXT_MAX + 1];
	struct wa_version best;
	enum err err;

	if (v->hand_path != NULL &&
	    (err = version_hand_write(v->hand_path, version)) != ERR_OK)
		return err;
	v->is_by_hand = version != NULL;
	if (version != NULL)
		v->by_hand = *version;
	best = versions_best(v);
	wa_version_format(&best, text, sizeof text);
	log_info("version=%s by_hand=%s", text, version != NULL ? "yes" : "no");
	return ERR_OK;
}
