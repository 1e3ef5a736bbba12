/* Whether two headers speak of the same web site. Pure. */
#ifndef PAIRDESK_HTTPD_SITE_H
#define PAIRDESK_HTTPD_SITE_H

#include <stdbool.h>

/* Whether url (an Origin, a Referer, an option) is of this Host, in either
 * scheme, since a proxy may speak the other one to us. host may be NULL. */
bool site_is_same(const char *url, const char *host);

#endif
