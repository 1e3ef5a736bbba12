/*
 * X.509 for the loopback: a CA of our own and leaves for 127.0.0.1, ::1 and
 * localhost, good ones and every kind of bad one.
 */
#ifndef PAIRDESK_SIM_CERT_H
#define PAIRDESK_SIM_CERT_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

enum leaf_kind {
	LEAF_GOOD, LEAF_EXPIRED, LEAF_NOT_YET, LEAF_WRONG_HOST,
	LEAF_UNTRUSTED, LEAF_KINDS
};

struct ca {
	mbedtls_pk_context key;
	mbedtls_x509_crt crt;
};

void ca_init(struct ca *ca);
void ca_finish(struct ca *ca);
/* Reads dir/ca.pem and ca-key.pem, or makes them. False: message on stderr. */
bool ca_open(struct ca *ca, const char *dir, mbedtls_ctr_drbg_context *rng);
/* A CA nobody knows. */
bool ca_make(struct ca *ca, mbedtls_ctr_drbg_context *rng);

/* A leaf with its key, signed by ca; crt and key are initialised here. */
bool leaf_make(const struct ca *ca, enum leaf_kind kind,
    mbedtls_ctr_drbg_context *rng, mbedtls_x509_crt *crt,
    mbedtls_pk_context *key);

#endif
