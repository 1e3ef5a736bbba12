/* TLS by mbedtls: one shared configuration, session tickets kept by the
 * caller. TLS 1.2 (1.3 when Debian's mbedtls has it and it can be tested),
 * server certificate and host name always checked. */
#ifndef PAIRDESK_IO_TLS_H
#define PAIRDESK_IO_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

struct tls_config;              /* CA store and settings; shared, immutable */
struct tls_ticket;              /* one peer's resumable session */
struct tls;                     /* one connection, bytes in, bytes out */

/*
 * ca_file: PEM bundle to trust instead of the system's store; NULL for the
 * system's (/etc/ssl/certs/ca-certificates.crt, or $SSL_CERT_FILE).
 * ERR_NOT_FOUND: no such file; ERR_INVALID: no certificate in it.
 */
MUST_CHECK enum err tls_config_create(const char *ca_file,
    struct tls_config **out);
void tls_config_destroy(struct tls_config *c);

/* An empty slot; filled by connections that were given it. */
struct tls_ticket *tls_ticket_create(void);
void tls_ticket_destroy(struct tls_ticket *t);  /* wipes; NULL ok */

/* host is checked against the certificate and sent as SNI (not for literal
 * addresses, which are checked against the certificate's IP names or CN). */
MUST_CHECK enum err tls_create(const struct tls_config *config,
    const char *host, struct tls_ticket *ticket, struct tls **out);
void tls_destroy(struct tls *t);                /* NULL ok */

/* Bytes from the network in; consumed whole or an error. */
MUST_CHECK enum err tls_feed(struct tls *t, const void *p, size_t n);
/*
 * Moves the connection on by one step: appends what must go to the network to
 * out. ERR_OK: established. ERR_TRUNCATED: needs more from the network.
 * ERR_BUSY: call again; the steps of a whole handshake cost some milliseconds
 * together, so not all on one turn. ERR_TLS_CERT, ERR_TLS: final; tls_detail
 * says why.
 */
MUST_CHECK enum err tls_handshake(struct tls *t, struct buf *out);
/* Plaintext to ciphertext, appended to out. */
MUST_CHECK enum err tls_write(struct tls *t, const void *p, size_t n,
    struct buf *out);
/* Ciphertext fed before to plaintext: at most size bytes into p, *n gets how
 * many. ERR_TRUNCATED: nothing now. ERR_CLOSED: orderly end. ERR_TLS. */
MUST_CHECK enum err tls_read(struct tls *t, void *p, size_t size, size_t *n);
/* Whether the handshake was shortened by a ticket. */
int tls_is_resumed(const struct tls *t);
/* Appends the close alert. */
void tls_finish(struct tls *t, struct buf *out);
/* Why it failed, in English, for logs and doctor. Never NULL. */
const char *tls_detail(const struct tls *t);

#endif
