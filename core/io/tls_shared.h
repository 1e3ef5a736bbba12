/* Between tls_config.c and tls.c. */
#ifndef PAIRDESK_IO_TLS_SHARED_H
#define PAIRDESK_IO_TLS_SHARED_H

#include <stdbool.h>

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "core/io/tls.h"

/* What every connection shares; counted, as connections that still flush
 * may outlive the owner's handle. */
struct shared {
	unsigned refs;
	mbedtls_x509_crt ca;
	mbedtls_ssl_config conf;
};

struct tls_config {
	struct shared *shared;
};

struct shared *shared_ref(struct shared *s);
void shared_unref(struct shared *s);            /* NULL ok */

/* Whether ssl will offer what t holds, if it holds something for host under
 * this trust. */
bool ticket_offer(const struct tls_ticket *t, struct shared *shared,
    const char *host, mbedtls_ssl_context *ssl);
/* Keeps the session of an established ssl. Failing costs a full handshake
 * next time and nothing else. */
void ticket_save(struct tls_ticket *t, struct shared *shared,
    const char *host, const mbedtls_ssl_context *ssl);
void ticket_clear(struct tls_ticket *t);

#endif
