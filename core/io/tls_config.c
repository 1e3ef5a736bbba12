/* What all connections share, and the sessions that can be taken up again. */
#include "core/io/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/version.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/rnd.h"
#include "core/io/tls_shared.h"

#define SYSTEM_CA_FILE "/etc/ssl/certs/ca-certificates.crt"

/* RFC 5246 F.1.4 advises a day at most. */
#define TICKET_LIFE_MS (24 * 3600 * INT64_C(1000))
#define TICKET_MAX 16384        /* with the server's certificate inside */

struct tls_ticket {
	struct buf session;     /* as mbedtls serializes it; empty: none */
	char *host;
	struct shared *shared;  /* the trust under which it was got */
	int64_t saved_ms;
};

/* Forward secrecy and authenticated encryption; every TLS 1.2 server of the
 * last ten years has one of these. */
static const int suites[] = {
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	0
};

/*
 * The first two cost a handshake half of what P-384 does, and P-384 half of
 * what mbedtls would put first. It stays for certificates with such a key.
 */
static const mbedtls_ecp_group_id curves[] = {
	MBEDTLS_ECP_DP_SECP256R1,
	MBEDTLS_ECP_DP_CURVE25519,
	MBEDTLS_ECP_DP_SECP384R1,
	MBEDTLS_ECP_DP_NONE
};

static int
fill_random(void *ctx, unsigned char *out, size_t n)
{
	(void)ctx;
	rnd_fill(rnd_system(), out, n);
	return 0;
}

struct shared *
shared_ref(struct shared *s)
{
	s->refs++;
	return s;
}

void
shared_unref(struct shared *s)
{
	if (s == NULL || --s->refs > 0)
		return;
	mbedtls_ssl_config_free(&s->conf);
	mbedtls_x509_crt_free(&s->ca);
	free(s);
}

/* TLS 1.3 brings its tickets after the handshake and wants PSA set up first;
 * Debian 12 has no 1.3, so it is not spoken before it can be tested. */
static void
set_versions(mbedtls_ssl_config *conf)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
	mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_max_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
#else
	mbedtls_ssl_conf_min_version(conf, MBEDTLS_SSL_MAJOR_VERSION_3,
	    MBEDTLS_SSL_MINOR_VERSION_3);
	mbedtls_ssl_conf_max_version(conf, MBEDTLS_SSL_MAJOR_VERSION_3,
	    MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

static enum err
setup_shared(struct shared *s, const char *ca_file)
{
	if (access(ca_file, R_OK) != 0)
		return errno == EACCES ? ERR_PERMISSION : ERR_NOT_FOUND;
	/* a positive number: some of many were not understood */
	if (mbedtls_x509_crt_parse_file(&s->ca, ca_file) < 0)
		return ERR_INVALID;
	if (mbedtls_ssl_config_defaults(&s->conf, MBEDTLS_SSL_IS_CLIENT,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0)
		return ERR_NO_MEMORY;
	set_versions(&s->conf);
	mbedtls_ssl_conf_ciphersuites(&s->conf, suites);
	mbedtls_ssl_conf_curves(&s->conf, curves);
	mbedtls_ssl_conf_authmode(&s->conf, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_chain(&s->conf, &s->ca, NULL);
	mbedtls_ssl_conf_rng(&s->conf, fill_random, NULL);
	mbedtls_ssl_conf_session_tickets(&s->conf,
	    MBEDTLS_SSL_SESSION_TICKETS_ENABLED);
	return ERR_OK;
}

static const char *
system_ca_file(void)
{
	const char *s = getenv("SSL_CERT_FILE");

	return s != NULL && *s != '\0' ? s : SYSTEM_CA_FILE;
}

enum err
tls_config_create(const char *ca_file, struct tls_config **out)
{
	struct shared *s = xcalloc(1, sizeof *s);
	struct tls_config *c;
	enum err err;

	s->refs = 1;
	mbedtls_x509_crt_init(&s->ca);
	mbedtls_ssl_config_init(&s->conf);
	err = setup_shared(s, ca_file == NULL ? system_ca_file() : ca_file);
	if (err != ERR_OK) {
		shared_unref(s);
		return err;
	}
	c = xcalloc(1, sizeof *c);
	c->shared = s;
	*out = c;
	return ERR_OK;
}

void
tls_config_destroy(struct tls_config *c)
{
	if (c == NULL)
		return;
	shared_unref(c->shared);
	free(c);
}

/* --- tickets --------------------------------------------------------------- */

struct tls_ticket *
tls_ticket_create(void)
{
	struct tls_ticket *t = xcalloc(1, sizeof *t);

	buf_init_secret(&t->session, TICKET_MAX);
	return t;
}

void
ticket_clear(struct tls_ticket *t)
{
	buf_release(&t->session);
	free(t->host);
	t->host = NULL;
	shared_unref(t->shared);
	t->shared = NULL;
}

void
tls_ticket_destroy(struct tls_ticket *t)
{
	if (t == NULL)
		return;
	ticket_clear(t);
	buf_finish(&t->session);
	free(t);
}

/* A session was checked for one host under one set of issuers and is good
 * for nothing else. */
static bool
is_usable(const struct tls_ticket *t, const struct shared *shared,
    const char *host)
{
	return t->session.len > 0 && t->shared == shared &&
	    strcmp(t->host, host) == 0 &&
	    clock_mono_ms(clock_system()) - t->saved_ms < TICKET_LIFE_MS;
}

bool
ticket_offer(const struct tls_ticket *t, struct shared *shared,
    const char *host, mbedtls_ssl_context *ssl)
{
	mbedtls_ssl_session session;
	bool is_set;

	if (!is_usable(t, shared, host))
		return false;
	mbedtls_ssl_session_init(&session);
	is_set = mbedtls_ssl_session_load(&session, t->session.data,
	    t->session.len) == 0 && mbedtls_ssl_set_session(ssl, &session) == 0;
	mbedtls_ssl_session_free(&session);
	return is_set;
}

static bool
serialize(const mbedtls_ssl_session *session, struct buf *out)
{
	size_t n = 0;
	uint8_t *where;

	/* the first call only asks for the size */
	(void)mbedtls_ssl_session_save(session, NULL, 0, &n);
	return n > 0 && buf_extend(out, n, &where) == ERR_OK &&
	    mbedtls_ssl_session_save(session, where, n, &n) == 0;
}

/* Failing costs a full handshake next time and nothing else. */
void
ticket_save(struct tls_ticket *t, struct shared *shared, const char *host,
    const mbedtls_ssl_context *ssl)
{
	mbedtls_ssl_session session;

	ticket_clear(t);
	mbedtls_ssl_session_init(&session);
	if (mbedtls_ssl_get_session(ssl, &session) == 0 &&
	    serialize(&session, &t->session)) {
		t->host = xstrdup(host);
		t->shared = shared_ref(shared);
		t->saved_ms = clock_mono_ms(clock_system());
	} else {
		buf_release(&t->session);
	}
	mbedtls_ssl_session_free(&session);
}
