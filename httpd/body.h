/* The body of a request as a JSON object. Pure. */
#ifndef PAIRDESK_HTTPD_BODY_H
#define PAIRDESK_HTTPD_BODY_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* text: n bytes and a NUL. Nothing at all is the empty object. NULL: not one
 * object, not UTF-8, nested without need, or something behind it. */
cJSON *body_parse(const char *text, size_t n);

#endif
