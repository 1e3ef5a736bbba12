/* Certificates for tests, made at the first use; a server configuration. */
#ifndef PAIRDESK_TESTS_UNIT_IO_PKI_H
#define PAIRDESK_TESTS_UNIT_IO_PKI_H

#include <stdatomic.h>
#include <stdbool.h>

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>

enum leaf {
	LEAF_GOOD,              /* DNS localhost, IP 127.0.0.1 and ::1 */
	LEAF_NAME_ONLY,         /* DNS localhost */
	LEAF_CN_ADDRESS,        /* no other names, CN 127.0.0.1 */
	LEAF_CN_UNDER_NAMES,    /* CN 127.0.0.1, but DNS localhost counts */
	LEAF_OTHER_HOST,        /* DNS other.example, IP 192.0.2.1 */
	LEAF_EXPIRED,
	LEAF_FUTURE,
	LEAF_STRANGER,          /* good names, an issuer nobody knows */
	LEAF_COUNT
};

/* PEM file of the good issuer. */
const char *pki_ca_file(void);

struct pki_server {
	mbedtls_ssl_config conf;
	mbedtls_ssl_ticket_context tickets;
	atomic_uint resumed;    /* tickets that were good */
};

void pki_server_init(struct pki_server *s, enum leaf leaf, bool with_tickets);
void pki_server_finish(struct pki_server *s);

#endif
