/*
 * WhatsApp Web's version as data: set by hand, a setting, or learned over TLS
 * (sw.js, then the page), cached in a file, never below the compiled floor
 * (protocol notes 4). Shared by all sessions.
 */
#ifndef PAIRDESK_SESSION_VERSION_H
#define PAIRDESK_SESSION_VERSION_H

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/io/proxy.h"
#include "core/io/tls.h"
#include "core/wire/payload.h"

#define VERSION_FLOOR_N 1045649367u     /* 2.3000.N of August 2026 */
#define VERSION_FETCH_MS 10000
#define VERSION_BODY_MAX ((size_t)4 * 1024 * 1024)
#define VERSION_FRESH_LINK_MS (60LL * 60 * 1000)        /* for a new link */
#define VERSION_FRESH_LOGIN_MS (24LL * 60 * 60 * 1000)

struct versions;
struct version_wait;

struct versions_params {
	struct loop *loop;
	const struct clock *clock;
	const struct tls_config *tls;
	const char *fixed;              /* "2.3000.N" setting, NULL: learn */
	const char *url;                /* of sw.js, NULL: never fetched */
	const char *cache_path;         /* NULL: not kept */
	const char *hand_path;          /* of what versions_set sets; the same */
};

struct versions *versions_create(const struct versions_params *params);
void versions_destroy(struct versions *v);      /* waits end uncalled */

/*
 * fn gets the best version known once it is younger than max_age_ms or could
 * not be refreshed (10 s at most); never from within this call. max_age_ms 0
 * forces a fetch. What is asked for goes by that proxy (proxy_direct() for
 * none; copied) and no other way: those of one proxy share a fetch, and the
 * first that learns it tells all. Cancel when no longer wanted.
 */
typedef void (*version_fn)(void *ctx, const struct wa_version *version);
struct version_wait *versions_get(struct versions *v, int64_t max_age_ms,
    const struct proxy *proxy, version_fn fn, void *ctx);
void version_wait_cancel(struct version_wait *w);       /* NULL ok */

/* The best known now. */
struct wa_version versions_best(const struct versions *v);

enum version_source {
	VERSION_BUILT_IN,               /* nothing newer is known */
	VERSION_LEARNED,
	VERSION_CONFIGURED,
	VERSION_BY_HAND
};
struct version_told {
	struct wa_version version;
	enum version_source source;
	int64_t learned_ms;             /* wall: of the newest learned; 0 never */
};
void versions_told(const struct versions *v, struct version_told *out);

/*
 * Sets one by hand, before what is configured or learned, over restarts too;
 * NULL: back to these. On failure (it could not be stored) all stays.
 */
MUST_CHECK enum err versions_set(struct versions *v,
    const struct wa_version *version);

/* Finds client_revision in a page or script; false if there is none. */
bool version_find(const char *body, size_t n, uint32_t *out);

#endif
