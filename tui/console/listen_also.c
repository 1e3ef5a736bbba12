#include "tui/console/listen_also.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/listen_spec.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/text.h"
#include "tui/told.h"

#define PATH "/api/whatsapp/listener"
#define ASK_MS 10000

struct listen_also {
	struct client *client;
	const struct config *config;
	enum lang lang;
	listen_also_fn fn;
	void *ctx;
	struct call *call;
	char added[WORDS_MAX / 2];
};

/* --- what it lacks ----------------------------------------------------------- */

static bool
is_there(const cJSON *addresses, const struct listen_spec *wanted)
{
	struct listen_spec at;
	const cJSON *o;

	cJSON_ArrayForEach(o, addresses) {
		if (cJSON_IsString(o) &&
		    listen_spec_parse(o->valuestring, &at) &&
		    listen_spec_collides(&at, wanted))
			return true;
	}
	return false;
}

static size_t
add_missing(cJSON *list, const struct config *config, char *added,
    size_t size)
{
	const size_t n = config_list_count(config, OPT_HTTP_LISTEN);
	struct listen_spec spec;
	char text[LISTEN_TEXT_MAX];
	size_t count = 0, used;

	for (size_t i = 0; i < n; i++) {
		if (!listen_spec_parse(config_list(config, OPT_HTTP_LISTEN, i),
		    &spec) || is_there(list, &spec))
			continue;
		listen_spec_format(&spec, text);
		cJSON_AddItemToArray(list, cJSON_CreateString(text));
		used = strlen(added);
		str_format(added + used, size - used, "%s%s",
		    count > 0 ? ", " : "", text);
		count++;
	}
	return count;
}

char *
listen_also_body(const cJSON *listener, const struct config *config,
    char *added, size_t size)
{
	cJSON *now = cJSON_GetObjectItem(listener, "addresses");
	cJSON *body = cJSON_CreateObject();
	cJSON *list = cJSON_IsArray(now) ? cJSON_Duplicate(now, true) :
	    cJSON_CreateArray();
	char *text = NULL;

	added[0] = '\0';
	cJSON_AddItemToObject(body, "addresses", list);
	if (add_missing(list, config, added, size) > 0)
		text = cJSON_PrintUnformatted(body);
	cJSON_Delete(body);
	return text;
}

/* --- asking ---------------------------------------------------------------------- */

static void
finish(struct listen_also *l, bool ok, enum text text, const char *reason)
{
	char sentence[2 * WORDS_MAX];

	text_format(sentence, sizeof sentence, l->lang, text,
	    &(struct words_args){ .holder = l->added, .reason = reason });
	l->fn(l->ctx, ok, sentence);
	free(l);
}

static void
on_changed(void *ctx, const struct client_answer *answer)
{
	struct listen_also *l = ctx;

	if (answer->err == ERR_OK && answer->status == 200)
		finish(l, true, TEXT_HTTP_ADDED, "");
	else
		finish(l, false, TEXT_HTTP_NOT_ADDED, answer->err != ERR_OK ?
		    words_get(l->lang, WORD_CLI_CORE_SILENT) :
		    told_text(answer->json, "error"));
}

static void
on_listener(void *ctx, const struct client_answer *answer)
{
	struct listen_also *l = ctx;
	const cJSON *data = cJSON_GetObjectItem(answer->json, "data");
	char *body;

	if (answer->err != ERR_OK || !cJSON_IsObject(data)) {
		finish(l, false, TEXT_HTTP_NOT_ADDED,
		    words_get(l->lang, WORD_CLI_CORE_SILENT));
		return;
	}
	if ((body = listen_also_body(data, l->config, l->added,
	    sizeof l->added)) == NULL) {
		finish(l, true, TEXT_HTTP_THERE, "");
		return;
	}
	l->call = client_request(l->client, "PATCH", PATH, body, ASK_MS,
	    on_changed, l);
	free(body);
}

struct listen_also *
listen_also_begin(struct client *client, const struct config *config,
    enum lang lang, listen_also_fn fn, void *ctx)
{
	struct listen_also *l;

	if (config_source(config, OPT_HTTP_LISTEN) != CONFIG_FLAG ||
	    config_list_count(config, OPT_HTTP_LISTEN) == 0)
		return NULL;
	l = xcalloc(1, sizeof *l);
	*l = (struct listen_also){ .client = client, .config = config,
	    .lang = lang, .fn = fn, .ctx = ctx };
	l->call = client_request(client, "GET", PATH, NULL, ASK_MS,
	    on_listener, l);
	return l;
}

void
listen_also_cancel(struct listen_also *l)
{
	if (l == NULL)
		return;
	call_cancel(l->call);
	free(l);
}
