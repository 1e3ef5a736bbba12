/* A request's target, then its fields, one "Name: value" a line. What was
 * decoded has no NUL left out, and no more of anything than its bounds. */
#include <stdlib.h>
#include <string.h>

#include "httpd/language.h"
#include "httpd/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
take_line(struct request *r, char *line)
{
	char *colon = strchr(line, ':');
	enum lang lang = LANG_EN;

	if (colon == NULL)
		return;
	*colon++ = '\0';
	request_take_field(r, line, colon + strspn(colon, " "));
	language_accept(r->accept_language, &lang);
	if (lang >= LANG_COUNT)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = calloc(1, n + 1), *rest;
	struct request r;

	if (text == NULL)
		return 0;
	if (n > 0)
		memcpy(text, p, n);
	request_init(&r);
	rest = strchr(text, '\n');
	if (rest != NULL)
		*rest++ = '\0';
	if (request_take_target(&r, text, 2048) == ERR_OK) {
		for (size_t i = 0; i < r.segment_count &&
		    i < REQUEST_SEGMENTS_MAX; i++)
			(void)strlen(r.segments[i]);
		if (r.param_count > REQUEST_PARAMS_MAX ||
		    request_param(&r, "no such name, surely") != NULL)
			abort();
	}
	while (rest != NULL && *rest != '\0') {
		char *end = strchr(rest, '\n');

		if (end != NULL)
			*end++ = '\0';
		take_line(&r, rest);
		rest = end;
	}
	(void)request_is_json(&r);
	request_finish(&r);
	free(text);
	return 0;
}
