/*
 * Who may call (api.md, "Who may call"): host, open mode's guard, CORS,
 * tokens, roles. Each question answers the exchange when the answer is no.
 */
#ifndef PAIRDESK_HTTPD_ACCESS_H
#define PAIRDESK_HTTPD_ACCESS_H

#include <stdbool.h>

#include "httpd/exchange.h"

/* Language and client; before anything else. */
void access_begin(struct exchange *x);

/* The Host is ours: a name that some DNS points at us is not enough. 421. */
bool access_host(struct exchange *x);
/* A page of ours asks, or no page at all. */
bool access_is_own_site(const struct exchange *x);
/* In open mode: no other web site, no proxy. 403. Pages may be navigated to
 * from anywhere. */
bool access_guard(struct exchange *x, bool is_page);
/* True: it was a CORS preflight, and is answered. Else the fields that let
 * the caller read the answer are set where they are due. */
bool access_preflight(struct exchange *x);
/* x->who from token, socket or open mode. 401, or 429 for who guesses. */
bool access_identify(struct exchange *x);
/* The route is for x->who, and so is the company. 403 or 404. */
bool access_may(struct exchange *x);
/* Link requests of a share link that has worked: 403. */
bool access_may_link(struct exchange *x);

#endif
