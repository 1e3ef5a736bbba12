/* The body of a request: an object or nothing. */
#include <stdlib.h>
#include <string.h>

#include "httpd/body.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = calloc(1, n + 1);
	cJSON *body;

	if (text == NULL)
		return 0;
	if (n > 0)
		memcpy(text, p, n);
	body = body_parse(text, n);
	if (body != NULL && !cJSON_IsObject(body))
		abort();
	cJSON_Delete(body);
	free(text);
	return 0;
}
