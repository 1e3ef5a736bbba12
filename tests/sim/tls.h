/* Server configurations for TLS: one good and one for each bad leaf. */
#ifndef PAIRDESK_SIM_TLS_H
#define PAIRDESK_SIM_TLS_H

#include <stdint.h>

#include <mbedtls/ssl.h>

#include "tests/sim/cert.h"

struct tls_sites;

/* CA in dir; *resumed counts ticket resumptions. NULL: message on stderr. */
struct tls_sites *tls_sites_create(const char *dir, int64_t *resumed);
void tls_sites_destroy(struct tls_sites *t);
/* Made at first use. NULL when that fails. */
const mbedtls_ssl_config *tls_site(struct tls_sites *t, enum leaf_kind kind);
/* "expired", "not-yet"...; LEAF_GOOD for anything else. */
enum leaf_kind leaf_kind_from(const char *name);

#endif
