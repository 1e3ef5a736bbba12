/* The files of public/, compiled in, or from http.public_dir. */
#ifndef PAIRDESK_HTTPD_PAGES_H
#define PAIRDESK_HTTPD_PAGES_H

#include <stdbool.h>

#include "httpd/httpd.h"
#include "httpd/request.h"

/* Whether the path names one of them. */
bool pages_has(const struct httpd *h, const struct request *r);

#endif
