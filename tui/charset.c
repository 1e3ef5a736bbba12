#include "tui/charset.h"

#include <langinfo.h>
#include <locale.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"

/* "ru_RU.UTF-8", "C.utf8", "de_DE.UTF-8@euro", or as macOS sends it over
 * SSH: "UTF-8" */
static bool
names_utf8(const char *locale)
{
	const char *dot = strchr(locale, '.');
	const char *set = dot == NULL ? locale : dot + 1;
	const size_t n = strcspn(set, "@");

	return (n == 5 && strncasecmp(set, "UTF-8", n) == 0) ||
	    (n == 4 && strncasecmp(set, "UTF8", n) == 0);
}

enum charset_asked
charset_asked(const char *lc_all, const char *lc_ctype, const char *lang)
{
	const char *const asked[] = { lc_all, lc_ctype, lang };

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		if (asked[i] != NULL && *asked[i] != '\0')
			return names_utf8(asked[i]) ? CHARSET_UTF8
			    : CHARSET_OTHER;
	}
	return CHARSET_NONE;
}

static enum charset_asked
asked_by_env(void)
{
	return charset_asked(getenv("LC_ALL"), getenv("LC_CTYPE"),
	    getenv("LANG"));
}

static bool
is_locale_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void
charset_init(void)
{
	/* all or nothing: one missing category must not cost the others */
	if (setlocale(LC_ALL, "") == NULL)
		(void)setlocale(LC_CTYPE, "");
	if (!is_locale_utf8() && asked_by_env() != CHARSET_OTHER)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
}

bool
charset_is_utf8(void)
{
	/* the second where not even C.UTF-8 exists */
	return is_locale_utf8() || asked_by_env() == CHARSET_UTF8;
}
