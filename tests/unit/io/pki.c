#include "tests/unit/io/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <sodium.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "tests/t.h"

struct pair {
	mbedtls_pk_context key;
	mbedtls_x509_crt crt;
};

static struct {
	bool is_made;
	struct pair ca, stranger, leaves[LEAF_COUNT];
	char ca_file[512];
} pki;

/* names: GeneralNames as DER content, tag and length each */
static const struct {
	const char *subject, *not_before, *not_after, *names;
	size_t names_len;
	bool by_stranger;
} leaves[] = {
#define NAMES(s) (s), sizeof(s) - 1
#define YEARS "20200101000000", "20491231235959"
#define LOCALHOST "\x82\x09localhost"
#define EVERY_NAME LOCALHOST "\x87\x04\x7f\x00\x00\x01" \
	"\x87\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
	[LEAF_GOOD] = { "CN=good", YEARS, NAMES(EVERY_NAME), false },
	[LEAF_NAME_ONLY] = { "CN=name", YEARS, NAMES(LOCALHOST), false },
	[LEAF_CN_ADDRESS] = { "CN=127.0.0.1", YEARS, NAMES(""), false },
	[LEAF_CN_UNDER_NAMES] = { "CN=127.0.0.1", YEARS, NAMES(LOCALHOST),
	    false },
	[LEAF_OTHER_HOST] = { "CN=other", YEARS,
	    NAMES("\x82\x0dother.example\x87\x04\xc0\x00\x02\x01"), false },
	[LEAF_EXPIRED] = { "CN=old", "20200101000000", "20200201000000",
	    NAMES(EVERY_NAME), false },
	[LEAF_FUTURE] = { "CN=new", "20480101000000", "20491231235959",
	    NAMES(EVERY_NAME), false },
	[LEAF_STRANGER] = { "CN=good", YEARS, NAMES(EVERY_NAME), true },
};

/* mbedtls alone would choose the dearest that the client has. */
static const mbedtls_ecp_group_id curves[] = { MBEDTLS_ECP_DP_SECP256R1,
    MBEDTLS_ECP_DP_NONE };

static void
must(int ret)
{
	if (ret < 0) {
		fprintf(stderr, "mbedtls in tests: -0x%x\n", (unsigned)-ret);
		abort();
	}
}

static int
fill_random(void *ctx, unsigned char *p, size_t n)
{
	(void)ctx;
	randombytes_buf(p, n);
	return 0;
}

static void
make_key(mbedtls_pk_context *key)
{
	mbedtls_pk_init(key);
	must(mbedtls_pk_setup(key,
	    mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)));
	must(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key),
	    fill_random, NULL));
}

static void
set_serial(mbedtls_x509write_cert *w)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03040000
	unsigned char serial[8];

	randombytes_buf(serial, sizeof serial);
	serial[0] &= 0x7f;
	must(mbedtls_x509write_crt_set_serial_raw(w, serial, sizeof serial));
#else
	mbedtls_mpi serial;

	mbedtls_mpi_init(&serial);
	must(mbedtls_mpi_lset(&serial, (mbedtls_mpi_sint)randombytes_random()));
	must(mbedtls_x509write_crt_set_serial(w, &serial));
	mbedtls_mpi_free(&serial);
#endif
}

static void
set_names(mbedtls_x509write_cert *w, const char *names, size_t n)
{
	unsigned char der[128] = { 0x30, (unsigned char)n };

	if (n == 0)
		return;
	memcpy(der + 2, names, n);
	must(mbedtls_x509write_crt_set_extension(w,
	    MBEDTLS_OID_SUBJECT_ALT_NAME,
	    MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0, der, n + 2));
}

static void
begin(mbedtls_x509write_cert *w, const char *subject, const char *issuer,
    struct pair *self, mbedtls_pk_context *issuer_key)
{
	mbedtls_x509write_crt_init(w);
	mbedtls_x509write_crt_set_version(w, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(w, MBEDTLS_MD_SHA256);
	set_serial(w);
	must(mbedtls_x509write_crt_set_subject_name(w, subject));
	must(mbedtls_x509write_crt_set_issuer_name(w, issuer));
	mbedtls_x509write_crt_set_subject_key(w, &self->key);
	mbedtls_x509write_crt_set_issuer_key(w, issuer_key);
}

static void
end(mbedtls_x509write_cert *w, struct pair *self)
{
	unsigned char der[2048];
	int n = mbedtls_x509write_crt_der(w, der, sizeof der, fill_random,
	    NULL);

	must(n);
	mbedtls_x509_crt_init(&self->crt);
	must(mbedtls_x509_crt_parse_der(&self->crt,
	    der + sizeof der - (size_t)n, (size_t)n));
	mbedtls_x509write_crt_free(w);
}

static void
make_ca(struct pair *ca, const char *name)
{
	mbedtls_x509write_cert w;

	make_key(&ca->key);
	begin(&w, name, name, ca, &ca->key);
	must(mbedtls_x509write_crt_set_validity(&w, "20200101000000",
	    "20491231235959"));
	must(mbedtls_x509write_crt_set_basic_constraints(&w, 1, 0));
	end(&w, ca);
}

static void
make_leaf(enum leaf leaf)
{
	struct pair *self = &pki.leaves[leaf];
	struct pair *ca = leaves[leaf].by_stranger ? &pki.stranger : &pki.ca;
	mbedtls_x509write_cert w;

	make_key(&self->key);
	begin(&w, leaves[leaf].subject, leaves[leaf].by_stranger
	    ? "CN=stranger" : "CN=pairdesk tests", self, &ca->key);
	must(mbedtls_x509write_crt_set_validity(&w, leaves[leaf].not_before,
	    leaves[leaf].not_after));
	set_names(&w, leaves[leaf].names, leaves[leaf].names_len);
	end(&w, self);
}

static void
remove_ca_file(void)
{
	char *slash = strrchr(pki.ca_file, '/');

	(void)remove(pki.ca_file);
	*slash = '\0';
	(void)remove(pki.ca_file);
}

static void
write_ca_file(void)
{
	char *dir = t_dir(), b64[4096];
	FILE *f;

	str_format(pki.ca_file, sizeof pki.ca_file, "%s/ca.pem", dir);
	free(dir);
	sodium_bin2base64(b64, sizeof b64, pki.ca.crt.raw.p,
	    pki.ca.crt.raw.len, sodium_base64_VARIANT_ORIGINAL);
	if ((f = fopen(pki.ca_file, "w")) == NULL)
		abort();
	fputs("-----BEGIN CERTIFICATE-----\n", f);
	for (size_t i = 0; i < strlen(b64); i += 64)
		fprintf(f, "%.64s\n", b64 + i);
	fputs("-----END CERTIFICATE-----\n", f);
	fclose(f);
	atexit(remove_ca_file);
}

static void
make_all(void)
{
	if (pki.is_made)
		return;
	pki.is_made = true;
	make_ca(&pki.ca, "CN=pairdesk tests");
	make_ca(&pki.stranger, "CN=stranger");
	for (int i = 0; i < LEAF_COUNT; i++)
		make_leaf((enum leaf)i);
	write_ca_file();
}

const char *
pki_ca_file(void)
{
	make_all();
	return pki.ca_file;
}

static int
write_ticket(void *ctx, const mbedtls_ssl_session *session,
    unsigned char *start, const unsigned char *limit, size_t *n,
    uint32_t *lifetime)
{
	struct pki_server *s = ctx;

	return mbedtls_ssl_ticket_write(&s->tickets, session, start, limit, n,
	    lifetime);
}

static int
parse_ticket(void *ctx, mbedtls_ssl_session *session, unsigned char *p,
    size_t n)
{
	struct pki_server *s = ctx;
	const int ret = mbedtls_ssl_ticket_parse(&s->tickets, session, p, n);

	if (ret == 0)
		atomic_fetch_add(&s->resumed, 1);
	return ret;
}

void
pki_server_init(struct pki_server *s, enum leaf leaf, bool with_tickets)
{
	make_all();
	atomic_init(&s->resumed, 0);
	mbedtls_ssl_config_init(&s->conf);
	mbedtls_ssl_ticket_init(&s->tickets);
	must(mbedtls_ssl_config_defaults(&s->conf, MBEDTLS_SSL_IS_SERVER,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT));
	mbedtls_ssl_conf_rng(&s->conf, fill_random, NULL);
	mbedtls_ssl_conf_curves(&s->conf, curves);
	must(mbedtls_ssl_conf_own_cert(&s->conf, &pki.leaves[leaf].crt,
	    &pki.leaves[leaf].key));
	if (!with_tickets)
		return;
	must(mbedtls_ssl_ticket_setup(&s->tickets, fill_random, NULL,
	    MBEDTLS_CIPHER_AES_256_GCM, 86400));
	mbedtls_ssl_conf_session_tickets_cb(&s->conf, write_ticket,
	    parse_ticket, s);
}

void
pki_server_finish(struct pki_server *s)
{
	mbedtls_ssl_ticket_free(&s->tickets);
	mbedtls_ssl_config_free(&s->conf);
}
