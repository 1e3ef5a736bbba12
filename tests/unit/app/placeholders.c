#include "tests/unit/app/placeholders.h"

#include <string.h>

#include "core/base/mem.h"

unsigned
placeholders(const char *s, enum lang lang, unsigned *forms)
{
	static const char *const names[] = { "n", "m", "code", "time", "stage",
	    "reason", "holder", "company", "phone",
	    "proxy" };
	unsigned set = 0;

	*forms = 0;
	while ((s = strchr(s, '{')) != NULL) {
		const size_t n = strcspn(++s, "|}");
		const size_t whole = strcspn(s, "}");
		unsigned bars = 0, known = 0;

		for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
			if (strlen(names[i]) == n &&
			    memcmp(names[i], s, n) == 0)
				known = 1u << i;
		}
		if (known == 0 || s[whole] != '}')
			return UINT32_MAX;      /* unknown or not closed */
		for (size_t i = 0; i < whole; i++)
			bars += s[i] == '|';
		if (bars != 0 && bars != (lang == LANG_EN ? 2u : 3u))
			return UINT32_MAX;      /* too few or too many forms */
		if (bars == 0)
			set |= known;
		else
			*forms |= known;
	}
	return set;
}
