/*
 * Option files. Whatever the bytes are, they are read or refused with one
 * clean line; a value that was taken is one that its own check takes again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/app/config.h"
#include "core/app/config_table.h"
#include "core/base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_values(const struct config *c)
{
	for (int i = 0; i < OPT_COUNT; i++) {
		const enum option opt = (enum option)i;
		const char *text = config_text(c, opt);
		struct value value;
		struct value_why why;

		if (config_source(c, opt) == CONFIG_DEFAULT)
			continue;
		if (!value_parse(&config_row(opt)->rule, text, &value, &why) ||
		    strcmp(value.text, text) != 0)
			abort();
	}
}

static void
check_problem(const struct config_problem *problem)
{
	const size_t n = strlen(problem->text);

	if (n == 0 || !str_is_utf8(problem->text, n) ||
	    strpbrk(problem->text, "\n\r\x1b") != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static char *const env[] = { NULL };
	const struct config_place place = { .env = env, .is_root = true };
	struct config *c = config_create();
	struct config_problem problem = { "" };

	if (config_read(c, CONFIG_FILE, "file", p, n, &problem) != ERR_OK)
		check_problem(&problem);
	else
		check_values(c);
	if (problem.text[0] == '\0' &&
	    config_finish(c, &place, &problem) != ERR_OK)
		check_problem(&problem);
	config_destroy(c);
	return 0;
}
