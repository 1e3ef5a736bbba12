/*
 * A new master key: how far it is, and to begin one. What begins it may hold
 * a passphrase or names a file of this machine, so only who is at the control
 * socket may.
 */
#include "httpd/api.h"

#include <string.h>

#include "core/app/app.h"
#include "core/app/json.h"
#include "core/base/mem.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/param.h"
#include "httpd/router.h"
#include "httpd/wait.h"

static const char *
source_name(const struct rekey_view *view)
{
	if (view->source == KEY_SOURCE_PASSPHRASE)
		return "passphrase";
	return view->credential ? "credential" : "file";
}

static cJSON *
view_object(const struct rekey_view *view)
{
	cJSON *o = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(o, "source", source_name(view));
	cJSON_AddBoolToObject(o, "running", view->running);
	cJSON_AddBoolToObject(o, "complete",
	    !view->running && view->data_keys == 1);
	cJSON_AddNumberToObject(o, "done", (double)view->done);
	cJSON_AddNumberToObject(o, "total", (double)view->total);
	cJSON_AddNumberToObject(o, "left", (double)view->left);
	list = cJSON_AddArrayToObject(o, "leftNames");
	for (size_t i = 0; i < view->left && i < REKEY_NAMES_MAX; i++)
		cJSON_AddItemToArray(list,
		    cJSON_CreateString(view->names[i]));
	json_add_time(o, "startedAt", view->since_ms);
	json_add_time(o, "endedAt", view->ended_ms);
	return o;
}

void
api_rekey(struct exchange *x)
{
	struct rekey_view view;

	app_rekey_view(x->httpd->app, &view);
	answer_data(x, view_object(&view));
}

static void
on_switched(void *ctx, enum err err, const struct store_problem *problem)
{
	struct exchange *x = wait_end(ctx);

	if (x == NULL)
		return;
	if (err == ERR_OK)
		api_rekey(x);
	else
		answer_error_why(x, err_class(err) == ERRC_USER ||
		    err == ERR_PERMISSION || err == ERR_FULL ?
		    API_INVALID_REQUEST : API_INTERNAL_ERROR,
		    &(struct answer_why){ .sentence = problem->text });
}

static bool
read_to(struct exchange *x, const cJSON *body, enum rekey_to *out)
{
	static const char *const names[] = { [REKEY_RANDOM] = "random",
	    [REKEY_KEY_FILE] = "file", [REKEY_PASSPHRASE] = "passphrase" };
	const char *to = "";

	if (!param_member_text(x, body, "to", &to))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], to) == 0) {
			*out = (enum rekey_to)i;
			return true;
		}
	}
	return param_refuse_member(x, "to");
}

static bool
has(const cJSON *body, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(body, name) != NULL;
}

/* passphrase: a secret buf. The order borrows from both. */
static bool
read_order(struct exchange *x, const cJSON *body, struct buf *passphrase,
    struct rekey_order *out)
{
	static const char *const members[] = { "to", "file", "passphrase",
	    NULL };
	const char *text = "";

	if (!param_only(x, body, members) || !read_to(x, body, &out->to))
		return false;
	if (has(body, "file") && (out->to == REKEY_RANDOM ||
	    !param_member_text(x, body, "file", &out->file) ||
	    out->file[0] != '/'))
		return param_refuse_member(x, "file");
	if (has(body, "passphrase")) {
		if (out->to != REKEY_PASSPHRASE || out->file != NULL ||
		    !param_member_text(x, body, "passphrase", &text) ||
		    buf_str(passphrase, text) != ERR_OK)
			return param_refuse_member(x, "passphrase");
		out->passphrase = passphrase;
	}
	return out->to == REKEY_RANDOM || out->file != NULL ||
	    passphrase->len > 0 || param_refuse_member(x,
	    out->to == REKEY_KEY_FILE ? "file" : "passphrase");
}

/* cJSON frees without wiping. */
static void
delete_body(cJSON *body)
{
	cJSON *at = cJSON_GetObjectItemCaseSensitive(body, "passphrase");

	if (cJSON_IsString(at))
		secret_wipe(at->valuestring, strlen(at->valuestring));
	cJSON_Delete(body);
}

void
api_rekey_begin(struct exchange *x)
{
	struct rekey_order order = { .file = NULL };
	struct buf passphrase;
	cJSON *body;

	if ((body = router_body(x)) == NULL)
		return;
	buf_init_secret(&passphrase, PASSPHRASE_MAX);
	if (read_order(x, body, &passphrase, &order)) {
		if (!x->peer.is_control)
			answer_error_word(x, API_FORBIDDEN,
			    WORD_HTTP_REKEY_CONTROL, NULL);
		else
			app_rekey(x->httpd->app, &order, on_switched,
			    wait_for_call(x));
	}
	buf_finish(&passphrase);
	delete_body(body);
}
