#include "core/app/patch.h"

#include <string.h>

#include "core/app/phone.h"
#include "core/base/str.h"
#include "core/io/proxy.h"

/* ASCII's controls, and those of Unicode that take two bytes: C2 80..9F */
static bool
is_control(const unsigned char *p)
{
	return p[0] < 0x20 || p[0] == 0x7f ||
	    (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f);
}

bool
patch_name_is_valid(const char *name)
{
	const unsigned char *p = (const unsigned char *)name;
	const size_t n = strlen(name);
	size_t chars = 0;

	if (n >= STORE_NAME_SIZE || !str_is_utf8(name, n))
		return false;
	for (; *p != '\0'; p++) {
		if (is_control(p))
			return false;
		chars += (*p & 0xc0) != 0x80;
	}
	return chars <= PATCH_NAME_CHARS;
}

bool
patch_phone_is_valid(const char *phone)
{
	char digits[PHONE_SIZE];

	return phone[0] == '\0' ||
	    phone_normalise(phone, digits) == PHONE_OK;
}

bool
patch_proxy_is_valid(const char *proxy)
{
	struct proxy parsed;

	if (proxy_parse(proxy, &parsed) != PROXY_OK)
		return false;
	proxy_finish(&parsed);
	return true;
}

enum err
patch_normalise(struct app_patch *patch)
{
	char digits[PHONE_SIZE];

	if ((patch->has_name && !patch_name_is_valid(patch->name)) ||
	    (patch->has_priority && (patch->priority < -PATCH_PRIORITY_MAX ||
	    patch->priority > PATCH_PRIORITY_MAX)) ||
	    (patch->has_proxy && !patch_proxy_is_valid(patch->proxy)) ||
	    (patch->has_phone && !patch_phone_is_valid(patch->phone)))
		return ERR_INVALID;
	if (patch->has_phone && patch->phone[0] != '\0' &&
	    phone_normalise(patch->phone, digits) == PHONE_OK)
		str_copy(patch->phone, sizeof patch->phone, digits);
	return ERR_OK;
}
