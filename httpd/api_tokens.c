/* Access tokens: list, make, revoke. */
#include "httpd/api.h"

#include <string.h>

#include "core/app/app.h"
#include "core/app/json.h"
#include "core/app/tokens.h"
#include "core/base/clock.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/live.h"
#include "httpd/param.h"
#include "httpd/router.h"
#include "httpd/token_json.h"
#include "httpd/wait.h"

#define SECOND_MS 1000
#define HOUR_S 3600LL
#define EXPIRES_MAX_S (100LL * 366 * 86400)

/* --- list ----------------------------------------------------------------------------- */

static void
add_token(void *ctx, const struct token_info *info)
{
	cJSON_AddItemToArray(ctx, token_json(info));
}

void
api_tokens_list(struct exchange *x)
{
	cJSON *data = cJSON_CreateObject();

	tokens_each(app_tokens(x->httpd->app), add_token,
	    cJSON_AddArrayToObject(data, "tokens"));
	answer_data(x, data);
}

/* --- make ----------------------------------------------------------------------------- */

static void
on_made(void *ctx, enum err err, const struct token_info *info,
    const char *text)
{
	struct exchange *x = wait_end(ctx);
	cJSON *body, *data;

	if (x == NULL)
		return;
	if (err != ERR_OK) {
		answer_error(x, API_INTERNAL_ERROR);
		return;
	}
	data = token_json(info);
	/* text is wiped by who lends it, as the answer's copy is */
	cJSON_AddItemToObject(data, "token",
	    cJSON_CreateStringReference(text));
	body = cJSON_CreateObject();
	cJSON_AddTrueToObject(body, "success");
	cJSON_AddItemToObject(body, "data", data);
	answer_json(x, 201, body);
}

static bool
read_role(struct exchange *x, const cJSON *body, enum token_role *out)
{
	const char *name = "";

	if (!param_member_text(x, body, "role", &name))
		return false;
	for (int i = 0; i < TOKEN_ROLE_COUNT; i++) {
		if (strcmp(token_role_name((enum token_role)i), name) == 0) {
			*out = (enum token_role)i;
			return true;
		}
	}
	return param_refuse_member(x, "role");
}

static bool
read_company(struct exchange *x, const cJSON *body, struct token_wish *out)
{
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(body, "companyId");

	out->company = "";
	if (!cJSON_IsNull(at) &&
	    !param_member_text(x, body, "companyId", &out->company))
		return false;
	if (out->company[0] != '\0' && !company_id_is_valid(out->company)) {
		answer_error(x, API_INVALID_COMPANY);
		return false;
	}
	if ((out->company[0] == '\0') != (out->role == TOKEN_ADMIN))
		return param_refuse_member(x, "companyId");
	return true;
}

static bool
read_wish(struct exchange *x, const cJSON *body, struct token_wish *out)
{
	static const char *const members[] = { "name", "role", "companyId",
	    "expiresIn", NULL };
	int64_t lives_s = 0;            /* for ever */

	out->name = "";
	if (!param_only(x, body, members) ||
	    !param_member_text(x, body, "name", &out->name))
		return false;
	if (!token_name_is_valid(out->name))
		return param_refuse_member(x, "name");
	if (!read_role(x, body, &out->role) || !read_company(x, body, out))
		return false;
	/* a link for a phone has an end */
	if (out->role == TOKEN_SHARE)
		lives_s = HOUR_S * config_int(x->httpd->config,
		    OPT_LINK_SHARE_HOURS);
	if (!cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(body,
	    "expiresIn")) && !param_member_int(x, body, "expiresIn", 1,
	    EXPIRES_MAX_S, &lives_s))
		return false;
	out->expires_ms = lives_s == 0 ? 0 :
	    clock_wall_ms(clock_system()) + lives_s * SECOND_MS;
	return true;
}

void
api_tokens_add(struct exchange *x)
{
	struct token_wish wish;
	struct wait *w;
	cJSON *body;
	enum err err;

	if ((body = router_body(x)) == NULL)
		return;
	if (!read_wish(x, body, &wish))
		goto out;
	w = wait_for_call(x);
	err = tokens_make(app_tokens(x->httpd->app), &wish, on_made, w);
	if (err == ERR_FULL)
		answer_error_word(wait_end(w), API_RATE_LIMITED,
		    WORD_HTTP_TOKENS_FULL, NULL);
	else if (err != ERR_OK)
		answer_error(wait_end(w), API_INTERNAL_ERROR);
out:
	cJSON_Delete(body);
}

/* --- revoke ----------------------------------------------------------------------------- */

static void
on_revoked(void *ctx, enum err err)
{
	struct exchange *x = wait_end(ctx);
	cJSON *data;

	if (x == NULL)
		return;
	/* it holds, but would be forgotten at the next start */
	if (err != ERR_OK) {
		answer_error_word(x, API_INTERNAL_ERROR,
		    WORD_HTTP_REVOKED_UNSAVED, NULL);
		return;
	}
	data = cJSON_CreateObject();
	cJSON_AddTrueToObject(data, "revoked");
	answer_data(x, data);
}

static void
revoke(struct exchange *x, const char *id)
{
	struct wait *w = wait_for_call(x);

	if (tokens_revoke(app_tokens(x->httpd->app), id, on_revoked,
	    w) != ERR_OK)
		answer_error_word(wait_end(w), API_NOT_FOUND,
		    WORD_HTTP_NO_TOKEN, NULL);
	else
		live_end_token(x->httpd->live, id);
}

void
api_tokens_revoke(struct exchange *x)
{
	const char *id = request_param(&x->req, "id");
	cJSON *body;

	if ((body = router_body(x)) == NULL)
		return;
	if (id != NULL || param_member_text(x, body, "id", &id)) {
		if (id == NULL)
			param_refuse_member(x, "id");
		else
			revoke(x, id);
	}
	cJSON_Delete(body);
}
