#include "httpd/access.h"

#include <string.h>
#include <strings.h>

#include "core/app/cidr.h"
#include "core/app/host.h"
#include "core/app/tokens.h"
#include "core/base/clock.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/language.h"
#include "httpd/limits.h"
#include "httpd/router.h"
#include "httpd/site.h"
#include "httpd/source.h"

/* --- language and client ------------------------------------------------------------ */

static bool
is_trusted(const struct httpd *h, const struct source *source)
{
	for (size_t i = 0; i < h->trusted_count; i++) {
		if (cidr_has(&h->trusted[i], &source->ip))
			return true;
	}
	return false;
}

/*
 * X-Forwarded-For grows to the right: the last entry is what the proxy that
 * speaks to us saw. From there leftwards as long as proxies are trusted.
 */
static void
take_client(struct exchange *x)
{
	char list[1024];
	struct source next;
	char *at;

	if (x->req.forwarded_for == NULL ||
	    !is_trusted(x->httpd, &x->peer) ||
	    !str_copy(list, sizeof list, x->req.forwarded_for))
		return;
	while (is_trusted(x->httpd, &x->client)) {
		at = strrchr(list, ',');
		if (!source_parse_forwarded(at == NULL ? list : at + 1,
		    &next))
			return;
		x->client = next;
		if (at == NULL)
			return;
		*at = '\0';
	}
}

void
access_begin(struct exchange *x)
{
	const char *wanted = request_param(&x->req, "lang");

	x->lang = x->httpd->lang;
	if (wanted == NULL || !language_from_name(wanted, &x->lang))
		language_accept(x->req.accept_language, &x->lang);
	if (!x->peer.is_control)
		take_client(x);
}

static void
refuse(struct exchange *x, enum api_error error, enum word word)
{
	httpd_note_refusal(x->httpd, &x->client, api_error_code(error));
	answer_error_word(x, error, word, NULL);
}

/* --- host ------------------------------------------------------------------------------- */

/* What the browser believes it speaks to. */
static const char *
host_of(const struct exchange *x)
{
	if (x->req.forwarded_host != NULL && is_trusted(x->httpd, &x->peer))
		return x->req.forwarded_host;
	return x->req.host;
}

/* http.hosts may name a port, and then means only that one. */
static bool
is_named(const struct httpd *h, const struct host *host)
{
	const size_t n = config_list_count(h->config, OPT_HTTP_HOSTS);
	struct host listed;

	for (size_t i = 0; i < n; i++) {
		if (host_parse(config_list(h->config, OPT_HTTP_HOSTS, i),
		    &listed) && strcmp(listed.name, host->name) == 0 &&
		    (listed.port == 0 || listed.port == host->port))
			return true;
	}
	return false;
}

static bool
is_served(const struct exchange *x, const char *text)
{
	const char *url = config_str(x->httpd->config, OPT_HTTP_PUBLIC_URL);
	struct host host;

	if (text == NULL || !host_parse(text, &host))
		return false;
	return host_is_loopback(&host) || strcmp(host.name, x->local) == 0 ||
	    is_named(x->httpd, &host) ||
	    (url != NULL && site_is_same(url, text));
}

bool
access_host(struct exchange *x)
{
	const char *host = host_of(x);

	/* the next request on a connection mostly names the same */
	if (x->peer.is_control || (host != NULL && x->served[0] != '\0' &&
	    strcmp(host, x->served) == 0))
		return true;
	if (is_served(x, host)) {
		if (!str_copy(x->served, sizeof x->served, host))
			x->served[0] = '\0';
		return true;
	}
	refuse(x, API_MISDIRECTED, WORD_HTTP_MISDIRECTED);
	return false;
}

/* --- open mode -------------------------------------------------------------------------- */

static bool
is_listed_origin(const struct exchange *x)
{
	const struct config *c = x->httpd->config;
	const size_t n = config_list_count(c, OPT_HTTP_CORS_ORIGINS);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(config_list(c, OPT_HTTP_CORS_ORIGINS, i),
		    x->req.origin) == 0)
			return true;
	}
	return false;
}

static bool
is_any_origin(const struct exchange *x)
{
	const struct config *c = x->httpd->config;

	return config_list_count(c, OPT_HTTP_CORS_ORIGINS) == 1 &&
	    strcmp(config_list(c, OPT_HTTP_CORS_ORIGINS, 0), "*") == 0;
}

/* In open mode nobody speaks TLS for us, so no page of ours is https. */
static bool
is_own_origin(const struct exchange *x)
{
	return site_is_same(x->req.origin, host_of(x)) &&
	    (!x->httpd->is_open ||
	    strncasecmp(x->req.origin, "http://", 7) == 0);
}

bool
access_is_own_site(const struct exchange *x)
{
	const struct request *r = &x->req;

	if (r->origin != NULL)
		return is_own_origin(x) || is_listed_origin(x);
	if (r->fetch_site != NULL)
		return strcmp(r->fetch_site, "same-origin") == 0 ||
		    strcmp(r->fetch_site, "none") == 0;
	return r->referer == NULL || site_is_same(r->referer, host_of(x));
}

/* Somebody follows a link to a page, or sees it where it may be framed. */
static bool
is_navigation(const struct request *r)
{
	return r->fetch_mode != NULL && strcmp(r->fetch_mode, "navigate") == 0;
}

bool
access_guard(struct exchange *x, bool is_page)
{
	if (x->peer.is_control || !x->httpd->is_open)
		return true;
	if (x->req.is_forwarded) {
		refuse(x, API_FORBIDDEN, WORD_HTTP_FORBIDDEN_FORWARDED);
		return false;
	}
	if (access_is_own_site(x) || (is_page && (is_navigation(&x->req) ||
	    x->req.fetch_site == NULL)))
		return true;
	refuse(x, API_FORBIDDEN, WORD_HTTP_FORBIDDEN_ORIGIN);
	return false;
}

/* --- CORS --------------------------------------------------------------------------------- */

bool
access_preflight(struct exchange *x)
{
	if (x->req.origin == NULL)
		return false;
	exchange_field(x, "Vary", "Origin");
	if (is_any_origin(x))
		exchange_field(x, "Access-Control-Allow-Origin", "*");
	else if (is_listed_origin(x))
		exchange_field(x, "Access-Control-Allow-Origin",
		    x->req.origin);
	else
		return false;
	exchange_field(x, "Access-Control-Expose-Headers", "Retry-After, "
	    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset");
	if (x->req.method != METHOD_OPTIONS || x->req.cors_method == NULL)
		return false;
	exchange_field(x, "Access-Control-Allow-Methods",
	    "GET, POST, PATCH, DELETE");
	exchange_field(x, "Access-Control-Allow-Headers",
	    "Authorization, Content-Type, Last-Event-ID");
	exchange_field(x, "Access-Control-Max-Age", "600");
	answer_bytes(x, 204, NULL, "", 0);
	return true;
}

/* --- who ---------------------------------------------------------------------------------- */

/* The text behind "Bearer "; NULL when there is none, "" for another scheme. */
static const char *
bearer(const struct request *r)
{
	static const char scheme[] = "Bearer ";

	if (r->authorization == NULL)
		return NULL;
	if (strncasecmp(r->authorization, scheme, sizeof scheme - 1) != 0)
		return "";
	return r->authorization + sizeof scheme - 1;
}

/*
 * Right tokens always pass: a guess does not hit 256 bits, and a colleague's
 * outdated link behind the same address must not lock out the admin. What
 * the wait slows down are scripts that go on with a dead token.
 */
static bool
refuse_token(struct exchange *x, bool was_sent)
{
	struct limits *l = x->httpd->rates;
	int64_t wait_s = 0;
	char sentence[WORDS_MAX];

	exchange_field(x, "WWW-Authenticate", "Bearer realm=\"pairdesk\"");
	if (was_sent && (wait_s = limits_token_wait(l, &x->client)) == 0)
		(void)limits_wrong_token(l, &x->client);
	if (wait_s == 0) {
		refuse(x, API_UNAUTHORIZED, WORD_HTTP_UNAUTHORIZED);
		return false;
	}
	words_format(sentence, sizeof sentence, x->lang,
	    WORD_HTTP_RATE_LIMITED_TOKENS,
	    &(struct words_args){ .n = wait_s });
	httpd_note_refusal(x->httpd, &x->client, "RATE_LIMITED");
	answer_error_why(x, API_RATE_LIMITED, &(struct answer_why){
	    .sentence = sentence, .retry_after_s = wait_s });
	return false;
}

static bool
take_token(struct exchange *x, const char *text)
{
	static const enum role roles[] = {
		[TOKEN_SHARE] = ROLE_SHARE,
		[TOKEN_COMPANY] = ROLE_COMPANY,
		[TOKEN_ADMIN] = ROLE_ADMIN,
	};
	struct token_info info;

	if (!tokens_check(app_tokens(x->httpd->app), text,
	    clock_wall_ms(clock_system()), &info))
		return false;
	x->who.role = roles[info.role];
	x->who.is_spent = info.spent;
	(void)str_copy(x->who.company, sizeof x->who.company, info.company);
	(void)str_copy(x->who.token, sizeof x->who.token, info.id);
	return true;
}

bool
access_identify(struct exchange *x)
{
	const char *text = bearer(&x->req);

	if (x->peer.is_control) {
		x->who.role = ROLE_ADMIN;
		return true;
	}
	/* for all means: whatever token they hold */
	if ((x->route->may & MAY_ALL) != 0)
		return true;
	if (text != NULL && !take_token(x, text))
		return refuse_token(x, true);
	if (text == NULL && x->httpd->is_open)
		x->who.role = ROLE_OPEN;
	if (x->who.role == ROLE_NONE)
		return refuse_token(x, false);
	return true;
}

static bool
is_bound_to_other(const struct exchange *x)
{
	return (x->who.role == ROLE_SHARE || x->who.role == ROLE_COMPANY) &&
	    x->company[0] != '\0' && strcmp(x->who.company, x->company) != 0;
}

bool
access_may(struct exchange *x)
{
	static const unsigned bits[] = {
		[ROLE_NONE] = 0,
		[ROLE_OPEN] = MAY_OPEN,
		[ROLE_SHARE] = MAY_SHARE,
		[ROLE_COMPANY] = MAY_COMPANY,
		[ROLE_ADMIN] = MAY_ADMIN,
	};
	const unsigned may = x->route->may;

	if ((may & MAY_ALL) == 0 && (may & bits[x->who.role]) == 0)
		refuse(x, API_FORBIDDEN, x->who.role == ROLE_OPEN ?
		    WORD_HTTP_FORBIDDEN_OPEN : WORD_HTTP_FORBIDDEN);
	else if (is_bound_to_other(x))
		refuse(x, API_SESSION_NOT_FOUND, WORD_HTTP_SESSION_NOT_FOUND);
	else
		return true;
	return false;
}

bool
access_may_link(struct exchange *x)
{
	if (!x->who.is_spent)
		return true;
	refuse(x, API_FORBIDDEN, WORD_HTTP_FORBIDDEN_USED);
	return false;
}
