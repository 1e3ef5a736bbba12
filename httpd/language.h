/* Which language a caller reads: Accept-Language (RFC 9110 12.5.4). Pure. */
#ifndef PAIRDESK_HTTPD_LANGUAGE_H
#define PAIRDESK_HTTPD_LANGUAGE_H

#include <stdbool.h>

#include "core/app/words.h"

/* "ru", "ru-RU", "en" in any case; false, *out untouched, for others. */
bool language_from_name(const char *name, enum lang *out);

/* The best weighted one that we have; *out stays when there is none. list
 * may be NULL. */
void language_accept(const char *list, enum lang *out);

#endif
