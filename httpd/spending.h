/*
 * Share links end with the link they led to: notes which share token asked
 * for a company's open attempt, and spends it when a phone is linked there.
 */
#ifndef PAIRDESK_HTTPD_SPENDING_H
#define PAIRDESK_HTTPD_SPENDING_H

#include "core/app/app.h"
#include "httpd/exchange.h"

struct spending;

struct spending *spending_create(struct app *app);
void spending_destroy(struct spending *s);      /* NULL ok */

/* x has asked for what is on show; nothing unless by a share token. */
void spending_note(struct spending *s, const struct exchange *x);

#endif
