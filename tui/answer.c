/* What subcommands print: sentences, JSON, exit codes. */
#include "tui/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

int
cmd_exit_code(enum err err)
{
	switch (err) {
	case ERR_OK:
		return EX_OK;
	case ERR_LOCKED:
	case ERR_BUSY:
	case ERR_LIMIT:
	case ERR_TIMEOUT:
		return EX_TEMPFAIL;
	case ERR_PERMISSION:
	case ERR_WRONG_KEY:
	case ERR_NEWER_SCHEMA:
	case ERR_NOT_FOUND:
		return EX_CONFIG;
	case ERR_INVALID:
		return EX_USAGE;
	case ERR_CORRUPT:
	case ERR_EXISTS:
		return EX_DATAERR;
	case ERR_IO:
	case ERR_NO_SPACE:
		return EX_IOERR;
	default:
		return err_class(err) == ERRC_NETWORK ? EX_UNAVAILABLE :
		    EX_SOFTWARE;
	}
}

void
cmd_print_json(const char *text)
{
	printf("%s\n", text);
	fflush(stdout);
}

int
cmd_fail(const struct cmd_args *args, int exit_code, const char *code,
    const char *sentence)
{
	cJSON *o;
	char *text;

	/* people read standard error also when a program reads the rest */
	fprintf(stderr, "pairdesk: %s\n", sentence);
	if (!args->json)
		return exit_code;
	o = cJSON_CreateObject();
	cJSON_AddFalseToObject(o, "success");
	cJSON_AddStringToObject(o, "error", sentence);
	cJSON_AddStringToObject(o, "errorCode", code);
	if ((text = cJSON_PrintUnformatted(o)) != NULL)
		cmd_print_json(text);
	free(text);
	cJSON_Delete(o);
	return exit_code;
}

int
cmd_fail_word(const struct cmd_args *args, int exit_code, const char *code,
    enum word word)
{
	char text[WORDS_MAX];

	words_format(text, sizeof text, args->lang, word,
	    &(struct words_args){ .company = args->company });
	return cmd_fail(args, exit_code, code, text);
}

int
cmd_usage(const struct cmd_args *args, enum word word,
    const struct words_args *with)
{
	char text[WORDS_MAX];

	words_format(text, sizeof text, args->lang, word, with);
	return cmd_fail(args, EX_USAGE, "INVALID_REQUEST", text);
}

void
cmd_say(const struct cmd_args *args, enum word word,
    const struct words_args *with)
{
	char text[WORDS_MAX];

	words_format(text, sizeof text, args->lang, word, with);
	printf("%s\n", text);
	fflush(stdout);
}

void
cmd_note(const struct cmd_args *args, enum word word,
    const struct words_args *with)
{
	char text[WORDS_MAX];

	words_format(text, sizeof text, args->lang, word, with);
	fprintf(stderr, "pairdesk: %s\n", text);
}
