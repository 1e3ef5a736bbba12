/* The files of public/, compiled in, or from http.public_dir. */
#ifndef PAIRDESK_HTTPD_PAGES_H
#define PAIRDESK_HTTPD_PAGES_H

#include <stdbool.h>

#include "httpd/httpd.h"
#include "httpd/request.h"

/* ERR_NOT_FOUND, ERR_PERMISSION ...: http.public_dir cannot be read. */
MUST_CHECK enum err pages_open(struct httpd *h, struct app_problem *problem);
void pages_close(struct httpd *h);

/* Whether the path names one of them. */
bool pages_has(const struct httpd *h, const struct request *r);

#endif
