/*
 * Tokens. First byte even: the rest is the text of one as a request brings
 * it; what has its form is all that is ever hashed. Odd: a stored record;
 * what decodes is sound and encodes to the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/token_text.h"
#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/store/token_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
require(bool good)
{
	if (!good)
		abort();
}

static void
try_text(const uint8_t *p, size_t n)
{
	char *text = malloc(n + 1);

	require(text != NULL);
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	if (token_text_is_valid(text)) {
		require(strlen(text) == TOKEN_TEXT_LEN);
		require(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
		    "opqrstuvwxyz0123456789-_") == TOKEN_TEXT_LEN);
		require(strchr("sca", text[3]) != NULL);
	}
	if (token_name_is_valid(text))
		require(strlen(text) <= TOKEN_NAME_MAX &&
		    str_is_utf8(text, strlen(text)) &&
		    strpbrk(text, "\n\r\x1b\x7f") == NULL);
	free(text);
}

static void
try_record(const uint8_t *p, size_t n)
{
	struct token_record record;
	struct buf again;

	if (token_record_decode(p, n, &record) != ERR_OK)
		return;
	buf_init(&again, TOKEN_RECORD_MAX);
	require(token_record_encode(&record, &again) == ERR_OK);
	require(again.len == n && memcmp(again.data, p, n) == 0);
	buf_finish(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (n == 0)
		return 0;
	if ((p[0] & 1) == 0)
		try_text(p + 1, n - 1);
	else
		try_record(p + 1, n - 1);
	return 0;
}
