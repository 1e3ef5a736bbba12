/* POST doctor: where the ways out of this machine end. */
#include "httpd/api.h"

#include "core/app/checkup.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/param.h"
#include "httpd/router.h"
#include "httpd/wait.h"

static void
on_checked(void *ctx, enum err err, const struct checkup_way *ways, size_t n)
{
	struct exchange *x = wait_end(ctx);

	if (x == NULL)
		return;
	if (err != ERR_OK)
		answer_error(x, API_INTERNAL_ERROR);
	else
		answer_data(x, checkup_json(ways, n, x->lang));
}

static bool
read_body(struct exchange *x, const cJSON *body, const char **company,
    bool *all)
{
	static const char *const members[] = { "companyId", "all", NULL };

	if (!param_only(x, body, members) ||
	    !param_member_text(x, body, "companyId", company) ||
	    !param_member_bool(x, body, "all", all))
		return false;
	return *company == NULL || company_id_is_valid(*company) ||
	    param_refuse_member(x, "companyId");
}

static void
start(struct exchange *x, const char *company, bool all)
{
	struct wait *w = wait_for_call(x);
	const enum err err = app_checkup(x->httpd->app, company != NULL ?
	    CHECKUP_COMPANY : all ? CHECKUP_ALL : CHECKUP_DEFAULT, company,
	    on_checked, w);

	if (err == ERR_OK || (x = wait_end(w)) == NULL)
		return;
	if (err == ERR_NOT_FOUND)
		answer_error(x, API_SESSION_NOT_FOUND);
	else
		answer_error_word(x, API_RATE_LIMITED, WORD_CLI_DOCTOR_BUSY,
		    NULL);
}

void
api_doctor(struct exchange *x)
{
	const char *company = NULL;
	bool all = false;
	cJSON *body;

	if ((body = router_body(x)) == NULL)
		return;
	if (read_body(x, body, &company, &all))
		start(x, company, all);
	cJSON_Delete(body);
}
