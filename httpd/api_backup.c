/* Copies of what is stored of a company: make one, list them, put one back. */
#include "httpd/api.h"

#include <string.h>

#include "core/app/app.h"
#include "core/app/json.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/param.h"
#include "httpd/router.h"
#include "httpd/wait.h"

#define RESTORE_WAIT_MS 30000
#define REST_MS 10              /* what is being stored is finished first */

/* --- the list --------------------------------------------------------------------- */

static cJSON *
backup_json(const struct store_backup *b)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "id", b->id);
	json_add_time(o, "at", b->at_ms);
	cJSON_AddNumberToObject(o, "bytes", (double)b->bytes);
	json_add_text(o, "phoneNumber", b->phone);
	cJSON_AddStringToObject(o, "why", store_backup_why_name(b->why));
	cJSON_AddBoolToObject(o, "damaged", b->is_damaged);
	return o;
}

static void
answer_list(struct exchange *x)
{
	struct store_backup all[APP_BACKUPS_MAX];
	const size_t count = app_backups(x->httpd->app, x->company, all,
	    APP_BACKUPS_MAX);
	cJSON *o = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(o, "backups");

	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(list, backup_json(&all[i]));
	answer_data(x, o);
}

static bool
is_known(struct exchange *x)
{
	struct store_backup any;
	struct session_view view;

	/* one that was removed may still have copies */
	if (app_view(x->httpd->app, x->company, &view) ||
	    app_backups(x->httpd->app, x->company, &any, 1) > 0)
		return true;
	answer_error(x, API_SESSION_NOT_FOUND);
	return false;
}

void
api_backups(struct exchange *x)
{
	if (is_known(x))
		answer_list(x);
}

/* --- make one ---------------------------------------------------------------------- */

static void
on_made(void *ctx, enum err err)
{
	struct exchange *x = wait_end(ctx);

	if (x == NULL)
		return;
	if (err == ERR_OK)
		answer_list(x);
	else
		answer_error_word(x, API_INTERNAL_ERROR,
		    WORD_HTTP_BACKUP_FAILED, &(struct words_args){
		    .reason = err_text(err) });
}

void
api_backup(struct exchange *x)
{
	struct session_view view;

	if (!app_view(x->httpd->app, x->company, &view))
		answer_error(x, API_SESSION_NOT_FOUND);
	else
		app_backup(x->httpd->app, x->company, on_made,
		    wait_for_call(x));
}

/* --- put one back -------------------------------------------------------------------- */

struct restore {
	char id[STORE_BACKUP_ID_SIZE];
	bool force;
};

static void
answer_why_not(struct exchange *x, enum err err)
{
	switch (err) {
	case ERR_EXISTS:
		answer_error_word(x, API_ALREADY_CONNECTED,
		    WORD_HTTP_RESTORE_LINKED, NULL);
		break;
	case ERR_CORRUPT:
		answer_error_word(x, API_INVALID_REQUEST,
		    WORD_HTTP_BACKUP_DAMAGED, NULL);
		break;
	case ERR_NOT_FOUND:
		answer_error_word(x, API_NOT_FOUND, WORD_HTTP_NO_BACKUP, NULL);
		break;
	case ERR_FULL:
		answer_companies_full(x);
		break;
	default:
		answer_error_word(x, API_INTERNAL_ERROR,
		    WORD_HTTP_BACKUP_FAILED, &(struct words_args){
		    .reason = err_text(err) });
		break;
	}
}

static void
on_restored(void *ctx, enum err err)
{
	struct exchange *x = wait_end(ctx);

	if (x == NULL)
		return;
	if (err == ERR_OK)
		api_status(x);
	else
		answer_why_not(x, err);
}

static void
try_restore(struct wait *w, struct exchange *x)
{
	const struct restore *r = wait_own(w);
	const enum err err = app_restore(x->httpd->app, x->company, r->id,
	    r->force, on_restored, w);

	if (err == ERR_OK)
		wait_keep(w);
	else if (err == ERR_BUSY)
		wait_look_again(w, REST_MS);
	else
		answer_why_not(wait_end(w), err);
}

static void
on_news(struct wait *w, struct exchange *x, const struct wait_news *news)
{
	if (news->is_late)
		answer_error(wait_end(w), API_TIMEOUT);
	else
		try_restore(w, x);
}

static bool
read_restore(struct exchange *x, const cJSON *body, struct restore *out)
{
	static const char *const names[] = { "id", "force", NULL };
	const char *id = "";

	if (!param_only(x, body, names) ||
	    !param_member_text(x, body, "id", &id) ||
	    !param_member_bool(x, body, "force", &out->force))
		return false;
	return str_copy(out->id, sizeof out->id, id) ||
	    param_refuse_member(x, "id");
}

void
api_restore(struct exchange *x)
{
	struct restore restore = { .force = false };
	cJSON *body;
	bool good;

	if ((body = router_body(x)) == NULL)
		return;
	good = read_restore(x, body, &restore);
	cJSON_Delete(body);
	if (good && is_known(x))
		(void)wait_begin(x, RESTORE_WAIT_MS, on_news, &restore,
		    sizeof restore);
}
