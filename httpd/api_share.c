/* POST .../share: a link to the two pages that works once and expires. */
#include "httpd/api.h"

#include <string.h>

#include "core/app/app.h"
#include "core/app/json.h"
#include "core/app/tokens.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/param.h"
#include "httpd/router.h"
#include "httpd/wait.h"

#define HOUR_S 3600LL
#define BASE_MAX 512
#define URL_MAX 1024

/* An address to listen on, and none to go to. */
static bool
is_wildcard(const struct listen_spec *spec)
{
	return strcmp(spec->host, "0.0.0.0") == 0 ||
	    strcmp(spec->host, "::") == 0;
}

/* Where the pages are reached. API_ERROR_COUNT, or why nowhere. */
static enum api_error
base_url(const struct httpd *h, char out[BASE_MAX])
{
	const char *url = config_str(h->config, OPT_HTTP_PUBLIC_URL);
	char address[LISTEN_TEXT_MAX];

	if (url != NULL)
		return str_copy(out, BASE_MAX, url) ? API_ERROR_COUNT :
		    API_INTERNAL_ERROR;
	for (size_t i = 0; i < h->bound_count; i++) {
		if (is_wildcard(&h->bound[i].spec))
			continue;
		listen_spec_format(&h->bound[i].spec, address);
		(void)str_format(out, BASE_MAX, "http://%s", address);
		return API_ERROR_COUNT;
	}
	return h->bound_count == 0 ? API_NOT_LISTENING : API_NO_PUBLIC_URL;
}

static void
add_url(cJSON *o, const char *name, const char *base, const char *page,
    const struct token_info *info, const char *text)
{
	char url[URL_MAX];

	(void)str_format(url, sizeof url, "%s/whatsapp-%s.html?company=%s#t=%s",
	    base, page, info->company, text);
	cJSON_AddStringToObject(o, name, url);
	secret_wipe(url, sizeof url);
}

static void
on_made(void *ctx, enum err err, const struct token_info *info,
    const char *text)
{
	struct exchange *x = wait_end(ctx);
	char base[BASE_MAX];
	cJSON *data;

	if (x == NULL)
		return;
	/* the listener may have been closed meanwhile */
	if (err != ERR_OK || base_url(x->httpd, base) != API_ERROR_COUNT) {
		answer_error(x, API_INTERNAL_ERROR);
		return;
	}
	data = cJSON_CreateObject();
	add_url(data, "pairingUrl", base, "pairing", info, text);
	add_url(data, "qrUrl", base, "qr", info, text);
	json_add_time(data, "expiresAt", info->expires_ms);
	answer_data(x, data);
}

static void
make(struct exchange *x, int64_t lives_s)
{
	char name[TOKEN_NAME_CHARS + COMPANY_ID_MAX];
	struct wait *w;
	enum err err;

	/* the id has up to 64 characters, and so has a name */
	(void)str_copy(name, TOKEN_NAME_CHARS + 1, x->company);
	w = wait_for_call(x);
	err = tokens_make(app_tokens(x->httpd->app), &(struct token_wish){
	    .name = name,
	    .role = TOKEN_SHARE,
	    .company = x->company,
	    .expires_ms = clock_wall_ms(clock_system()) + lives_s * 1000,
	}, on_made, w);
	if (err == ERR_FULL)
		answer_error_word(wait_end(w), API_RATE_LIMITED,
		    WORD_HTTP_TOKENS_FULL, NULL);
	else if (err != ERR_OK)
		answer_error(wait_end(w), API_INTERNAL_ERROR);
}

void
api_share(struct exchange *x)
{
	static const char *const members[] = { "expiresIn", NULL };
	int64_t lives_s = HOUR_S *
	    config_int(x->httpd->config, OPT_LINK_SHARE_HOURS);
	enum api_error trouble;
	char base[BASE_MAX];
	cJSON *body;
	bool good;

	if ((body = router_body(x)) == NULL)
		return;
	good = param_only(x, body, members) && param_member_int(x, body,
	    "expiresIn", 1, TOKENS_SHARE_HOURS_MAX * HOUR_S, &lives_s);
	cJSON_Delete(body);
	if (!good)
		return;
	if ((trouble = base_url(x->httpd, base)) != API_ERROR_COUNT)
		answer_error(x, trouble);
	else
		make(x, lives_s);
}
