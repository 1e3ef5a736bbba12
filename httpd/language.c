#include "httpd/language.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/str.h"

bool
language_from_name(const char *name, enum lang *out)
{
	for (int i = 0; i < LANG_COUNT; i++) {
		const char *own = words_lang_name((enum lang)i);
		const size_t n = strlen(own);

		if (strncasecmp(name, own, n) == 0 &&
		    (name[n] == '\0' || name[n] == '-')) {
			*out = (enum lang)i;
			return true;
		}
	}
	return false;
}

/* "ru-RU;q=0.8": cuts the weight off, in thousandths. */
static int
take_weight(char *item)
{
	char *q = strchr(item, ';');
	int weight = 0;

	if (q == NULL)
		return 1000;
	*q++ = '\0';
	q += strspn(q, " \t");
	if (strncasecmp(q, "q=", 2) != 0)
		return 1000;
	q += 2;
	if (*q == '1')
		return 1000;
	if (*q++ != '0' || *q++ != '.')
		return 0;
	for (int unit = 100; unit > 0 && *q >= '0' && *q <= '9'; unit /= 10)
		weight += unit * (*q++ - '0');
	return weight;
}

void
language_accept(const char *list, enum lang *out)
{
	char text[256];
	int best = 0;

	if (list == NULL)
		return;
	/* what is cut off is what the caller wants least */
	(void)str_copy(text, sizeof text, list);
	for (char *at = text; at != NULL;) {
		char *end = strchr(at, ',');
		enum lang lang;
		int weight;

		if (end != NULL)
			*end++ = '\0';
		at += strspn(at, " \t");
		weight = take_weight(at);
		at[strcspn(at, " \t")] = '\0';
		if (weight > best && language_from_name(at, &lang)) {
			best = weight;
			*out = lang;
		}
		at = end;
	}
}
