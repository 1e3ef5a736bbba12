#include "tests/sim/qr_text.h"

#include <string.h>

#include <mbedtls/base64.h>

#include "core/base/str.h"

#define PREFIX "https://wa.me/settings/linked_devices#"
#define FIELDS 5
#define KEY_TEXT 44             /* base64 of 32 bytes, padded */

/* The ref may hold commas itself, so fields are cut from the end. */
static size_t
split(const char *text, const char *starts[FIELDS], size_t lens[FIELDS])
{
	const char *end = text + strlen(text);
	size_t commas = 0, i = FIELDS;

	for (const char *p = text; *p != '\0'; p++)
		commas += *p == ',';
	if (commas + 1 < FIELDS)
		return commas + 1;
	while (i > 1) {
		const char *comma = memrchr(text, ',', (size_t)(end - text));

		i--;
		starts[i] = comma + 1;
		lens[i] = (size_t)(end - starts[i]);
		end = comma;
	}
	starts[0] = text;
	lens[0] = (size_t)(end - text);
	return FIELDS;
}

static bool
read_key(const char *p, size_t n, uint8_t out[KEY_LEN])
{
	size_t len = 0;

	return n == KEY_TEXT && mbedtls_base64_decode(out, KEY_LEN, &len,
	    (const unsigned char *)p, n) == 0 && len == KEY_LEN;
}

const char *
qr_text_read(const char *text, struct qr_text *out)
{
	struct qr_text qr = { .ref = "" };
	const char *at[FIELDS] = { 0 };
	size_t n[FIELDS] = { 0 }, fields;

	/* without the prefix the in-app scanner reads it all the same */
	if (strncmp(text, PREFIX, strlen(PREFIX)) == 0)
		text += strlen(PREFIX);
	fields = split(text, at, n);
	if (fields == FIELDS - 1)
		return "old-qr";
	if (fields != FIELDS || n[0] == 0 || n[0] >= sizeof qr.ref ||
	    n[4] != 1 || strchr("0123456789abcdef", at[4][0]) == NULL)
		return "not-a-qr";
	if (!read_key(at[1], n[1], qr.noise_pub) ||
	    !read_key(at[2], n[2], qr.identity_pub) ||
	    !read_key(at[3], n[3], qr.adv_secret))
		return "bad-key";
	memcpy(qr.ref, at[0], n[0]);
	qr.platform_id = at[4][0];
	*out = qr;
	return NULL;
}
