/* pairdesk rekey: a new master key, and how far sealing anew has come. */
#include "tui/cmd.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/secret.h"
#include "core/store/keyring.h"
#include "tui/ask.h"
#include "tui/passphrase.h"

#define PATH "/api/whatsapp/rekey"
#define LOOK_MS 300             /* between looks at how far it is */

struct rekey {
	const struct cmd_args *args;
	bool told;                      /* that the switch is done */
	int64_t shown;                  /* last progress on the screen */
};

static void
tell_left(const struct cmd_args *args, const cJSON *data)
{
	const cJSON *at;

	cmd_note(args, WORD_CLI_REKEY_LEFT, &(struct words_args){
	    .n = told_number(data, "left") });
	cJSON_ArrayForEach(at, cJSON_GetObjectItem(data, "leftNames")) {
		if (cJSON_IsString(at))
			fprintf(stderr, "  %s\n", at->valuestring);
	}
}

static void
tell_progress(struct rekey *r, const cJSON *data)
{
	const int64_t done = told_number(data, "done");

	if (r->args->json || done == r->shown)
		return;
	r->shown = done;
	cmd_note(r->args, WORD_CLI_REKEY_PROGRESS, &(struct words_args){
	    .n = done, .m = told_number(data, "total") });
}

static enum word
source_word(const cJSON *data)
{
	const char *source = told_text(data, "source");

	if (strcmp(source, "passphrase") == 0)
		return WORD_CLI_REKEY_SOURCE_PASSPHRASE;
	return strcmp(source, "credential") == 0 ?
	    WORD_CLI_REKEY_SOURCE_CREDENTIAL : WORD_CLI_REKEY_SOURCE_FILE;
}

static int
tell_end(const struct rekey *r, const cJSON *data)
{
	const bool complete = cJSON_IsTrue(cJSON_GetObjectItem(data,
	    "complete"));

	if (r->args->json)
		ask_print(data);
	else if (complete)
		cmd_say(r->args, WORD_CLI_REKEY_DONE, NULL);
	if (!r->args->json && told_number(data, "left") > 0)
		tell_left(r->args, data);
	return complete || r->args->status ? EX_OK : EX_TEMPFAIL;
}

static int
tell(void *ctx, struct ask *a, const cJSON *answer)
{
	struct rekey *r = ctx;
	const cJSON *data = ask_data(answer);
	const bool running = cJSON_IsTrue(cJSON_GetObjectItem(data,
	    "running"));

	if (!r->told && !r->args->json)
		cmd_say(r->args, r->args->status ? source_word(data) :
		    WORD_CLI_REKEYED, NULL);
	r->told = true;
	if (running)
		tell_progress(r, data);
	if (running && !r->args->status)
		return ask_on_later(a, PATH, LOOK_MS);
	if (running && !r->args->json)
		return EX_OK;
	return tell_end(r, data);
}

/* The core may run in another directory. */
static int
add_file(const struct cmd_args *args, cJSON *body, const char *file)
{
	char *path = realpath(file, NULL);

	if (path == NULL)
		return cmd_fail(args, EX_NOINPUT, "NOT_FOUND", file);
	cJSON_AddStringToObject(body, "file", path);
	free(path);
	return EX_OK;
}

static int
ask_twice(const struct cmd_args *args, struct buf *first, struct buf *second)
{
	enum err err;

	if ((err = passphrase_ask(words_get(args->lang,
	    WORD_CLI_PASSPHRASE_NEW), first)) == ERR_OK)
		err = passphrase_ask(words_get(args->lang,
		    WORD_CLI_PASSPHRASE_AGAIN), second);
	if (err == ERR_NOT_FOUND)
		return cmd_fail_word(args, EX_USAGE, "NO_TERMINAL",
		    WORD_CLI_PASSPHRASE_NO_TERMINAL);
	if (err != ERR_OK)
		return cmd_fail(args, EX_IOERR, "INTERNAL_ERROR",
		    err_text(err));
	if (first->len != second->len || (first->len > 0 &&
	    !secret_is_equal(first->data, second->data, first->len)))
		return cmd_fail_word(args, EX_DATAERR, "INVALID_REQUEST",
		    WORD_CLI_PASSPHRASE_DIFFERS);
	return EX_OK;
}

static int
add_passphrase(const struct cmd_args *args, cJSON *body)
{
	struct buf first, second;
	const char *text;
	int code;

	buf_init_secret(&first, PASSPHRASE_MAX + 1);
	buf_init_secret(&second, PASSPHRASE_MAX + 1);
	if ((code = ask_twice(args, &first, &second)) == EX_OK) {
		if (buf_cstr(&first, &text) == ERR_OK)
			cJSON_AddStringToObject(body, "passphrase", text);
		else
			code = cmd_fail_word(args, EX_DATAERR,
			    "INVALID_REQUEST", WORD_CLI_PASSPHRASE_DIFFERS);
	}
	buf_finish(&first);
	buf_finish(&second);
	return code;
}

static int
make_body(const struct cmd_args *args, cJSON *body)
{
	const char *file = args->new_key_file != NULL ? args->new_key_file :
	    args->new_passphrase_file;
	const bool phrase = args->passphrase ||
	    args->new_passphrase_file != NULL;

	cJSON_AddStringToObject(body, "to", phrase ? "passphrase" :
	    file != NULL ? "file" : "random");
	if (file != NULL)
		return add_file(args, body, file);
	return phrase ? add_passphrase(args, body) : EX_OK;
}

int
cmd_rekey(const struct cmd_args *args)
{
	struct rekey r = { .args = args, .shown = -1 };
	struct question q = { .args = args, .need = RUN_READ,
	    .method = "GET", .path = PATH, .timeout_ms = ASK_USUAL_MS,
	    .tell = tell, .ctx = &r };
	int code;

	if (args->passphrase + args->status + (args->new_key_file != NULL) +
	    (args->new_passphrase_file != NULL) > 1)
		return cmd_usage(args, WORD_CLI_REKEY_ONE, NULL);
	if (args->status)
		return ask(&q);
	q.body = cJSON_CreateObject();
	if ((code = make_body(args, q.body)) != EX_OK) {
		cJSON_Delete(q.body);
		return code;
	}
	q.method = "POST";
	q.need = RUN_ACT;
	return ask(&q);
}
