#include "tests/sim/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/entropy.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>

#include "core/base/mem.h"

#define TICKET_LIFE_S 86400

struct site {
	mbedtls_ssl_config conf;
	mbedtls_x509_crt crt;
	mbedtls_pk_context key;
	mbedtls_ssl_ticket_context ticket;
	bool made;
	int64_t *resumed;
};

struct tls_sites {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context rng;
	struct ca ca, stranger;
	struct site sites[LEAF_KINDS];
	int64_t *resumed;
};

static const char *const leaf_names[] = {
	[LEAF_GOOD] = "good", [LEAF_EXPIRED] = "expired",
	[LEAF_NOT_YET] = "not-yet", [LEAF_WRONG_HOST] = "wrong-host",
	[LEAF_UNTRUSTED] = "untrusted",
};
_Static_assert(ARRAY_LEN(leaf_names) == LEAF_KINDS, "a name for each kind");

enum leaf_kind
leaf_kind_from(const char *name)
{
	for (int i = 0; name != NULL && i < LEAF_KINDS; i++) {
		if (strcmp(leaf_names[i], name) == 0)
			return (enum leaf_kind)i;
	}
	return LEAF_GOOD;
}

struct tls_sites *
tls_sites_create(const char *dir, int64_t *resumed)
{
	struct tls_sites *t = xcalloc(1, sizeof *t);

	t->resumed = resumed;
	mbedtls_entropy_init(&t->entropy);
	mbedtls_ctr_drbg_init(&t->rng);
	ca_init(&t->ca);
	ca_init(&t->stranger);
	if (mbedtls_ctr_drbg_seed(&t->rng, mbedtls_entropy_func, &t->entropy,
	    NULL, 0) != 0 || !ca_open(&t->ca, dir, &t->rng) ||
	    tls_site(t, LEAF_GOOD) == NULL) {
		fprintf(stderr, "wasim: TLS cannot be set up\n");
		tls_sites_destroy(t);
		return NULL;
	}
	return t;
}

void
tls_sites_destroy(struct tls_sites *t)
{
	if (t == NULL)
		return;
	for (int i = 0; i < LEAF_KINDS; i++) {
		struct site *s = &t->sites[i];

		if (!s->made)
			continue;
		mbedtls_ssl_config_free(&s->conf);
		mbedtls_ssl_ticket_free(&s->ticket);
		mbedtls_x509_crt_free(&s->crt);
		mbedtls_pk_free(&s->key);
	}
	ca_finish(&t->ca);
	ca_finish(&t->stranger);
	mbedtls_ctr_drbg_free(&t->rng);
	mbedtls_entropy_free(&t->entropy);
	free(t);
}

/* Counts the sessions that a ticket brings back. */
static int
parse_ticket(void *ctx, mbedtls_ssl_session *session, unsigned char *p,
    size_t n)
{
	struct site *s = ctx;
	int r = mbedtls_ssl_ticket_parse(&s->ticket, session, p, n);

	if (r == 0)
		++*s->resumed;
	return r;
}

static int
write_ticket(void *ctx, const mbedtls_ssl_session *session, unsigned char *p,
    const unsigned char *end, size_t *n, uint32_t *life_s)
{
	struct site *s = ctx;

	return mbedtls_ssl_ticket_write(&s->ticket, session, p, end, n, life_s);
}

/* As the real server chooses; mbedtls by itself prefers its largest curve. */
static void
set_curves(mbedtls_ssl_config *conf)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03010000
	static const uint16_t groups[] = {
		MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
		MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
		MBEDTLS_SSL_IANA_TLS_GROUP_NONE
	};

	mbedtls_ssl_conf_groups(conf, groups);
#else
	static const mbedtls_ecp_group_id curves[] = {
		MBEDTLS_ECP_DP_CURVE25519,
		MBEDTLS_ECP_DP_SECP256R1,
		MBEDTLS_ECP_DP_NONE
	};

	mbedtls_ssl_conf_curves(conf, curves);
#endif
}

static bool
make(struct tls_sites *t, enum leaf_kind kind, struct site *s)
{
	const struct ca *ca = &t->ca;

	if (kind == LEAF_UNTRUSTED) {
		if (!ca_make(&t->stranger, &t->rng))
			return false;
		ca = &t->stranger;
	}
	s->made = true;
	s->resumed = t->resumed;
	mbedtls_ssl_config_init(&s->conf);
	mbedtls_ssl_ticket_init(&s->ticket);
	if (!leaf_make(ca, kind, &t->rng, &s->crt, &s->key) ||
	    mbedtls_ssl_config_defaults(&s->conf, MBEDTLS_SSL_IS_SERVER,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0 ||
	    mbedtls_ssl_ticket_setup(&s->ticket, mbedtls_ctr_drbg_random,
	    &t->rng, MBEDTLS_CIPHER_AES_256_GCM, TICKET_LIFE_S) != 0)
		return false;
	set_curves(&s->conf);
	mbedtls_ssl_conf_rng(&s->conf, mbedtls_ctr_drbg_random, &t->rng);
	mbedtls_ssl_conf_session_tickets_cb(&s->conf, write_ticket,
	    parse_ticket, s);
	return mbedtls_ssl_conf_own_cert(&s->conf, &s->crt, &s->key) == 0;
}

const mbedtls_ssl_config *
tls_site(struct tls_sites *t, enum leaf_kind kind)
{
	struct site *s = &t->sites[kind];

	if (!s->made && !make(t, kind, s))
		return NULL;
	return &s->conf;
}
