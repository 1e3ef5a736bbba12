#include "tests/sim/cert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <mbedtls/version.h>

#include "core/base/str.h"

#define PEM_MAX 4096
#define CA_NAME "CN=wasim test CA,O=pairdesk tests"

void
ca_init(struct ca *ca)
{
	mbedtls_pk_init(&ca->key);
	mbedtls_x509_crt_init(&ca->crt);
}

void
ca_finish(struct ca *ca)
{
	mbedtls_pk_free(&ca->key);
	mbedtls_x509_crt_free(&ca->crt);
}

static bool
key_make(mbedtls_pk_context *key, mbedtls_ctr_drbg_context *rng)
{
	mbedtls_pk_init(key);
	return mbedtls_pk_setup(key,
	    mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0 &&
	    mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key),
	    mbedtls_ctr_drbg_random, rng) == 0;
}

/* "20261122120000", days from now */
static void
x509_time(char out[16], int days)
{
	time_t t = time(NULL) + (time_t)days * 86400;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, 16, "%Y%m%d%H%M%S", &tm);
}

/* What is common to CA and leaf; w is initialised by the caller. */
static bool
set_common(mbedtls_x509write_cert *w, int from_days, int to_days,
    mbedtls_ctr_drbg_context *rng)
{
	char from[16], to[16];
	unsigned char raw[16];
	mbedtls_mpi serial;
	bool ok;

	x509_time(from, from_days);
	x509_time(to, to_days);
	mbedtls_x509write_crt_set_version(w, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(w, MBEDTLS_MD_SHA256);
	mbedtls_mpi_init(&serial);
	ok = mbedtls_ctr_drbg_random(rng, raw, sizeof raw) == 0 &&
	    (raw[0] &= 0x7f, raw[0] |= 1, true) &&
	    mbedtls_mpi_read_binary(&serial, raw, sizeof raw) == 0 &&
	    mbedtls_x509write_crt_set_serial(w, &serial) == 0 &&
	    mbedtls_x509write_crt_set_validity(w, from, to) == 0;
	mbedtls_mpi_free(&serial);
	return ok;
}

static bool
write_and_parse(mbedtls_x509write_cert *w, mbedtls_ctr_drbg_context *rng,
    mbedtls_x509_crt *crt, unsigned char pem[PEM_MAX])
{
	memset(pem, 0, PEM_MAX);
	return mbedtls_x509write_crt_pem(w, pem, PEM_MAX,
	    mbedtls_ctr_drbg_random, rng) == 0 &&
	    mbedtls_x509_crt_parse(crt, pem, strlen((char *)pem) + 1) == 0;
}

static bool
ca_sign_self(struct ca *ca, mbedtls_ctr_drbg_context *rng,
    unsigned char pem[PEM_MAX])
{
	mbedtls_x509write_cert w;
	bool ok;

	mbedtls_x509write_crt_init(&w);
	mbedtls_x509write_crt_set_subject_key(&w, &ca->key);
	mbedtls_x509write_crt_set_issuer_key(&w, &ca->key);
	ok = set_common(&w, -2, 3650, rng) &&
	    mbedtls_x509write_crt_set_subject_name(&w, CA_NAME) == 0 &&
	    mbedtls_x509write_crt_set_issuer_name(&w, CA_NAME) == 0 &&
	    mbedtls_x509write_crt_set_basic_constraints(&w, 1, 0) == 0 &&
	    mbedtls_x509write_crt_set_key_usage(&w,
	    MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN) == 0 &&
	    mbedtls_x509write_crt_set_subject_key_identifier(&w) == 0 &&
	    mbedtls_x509write_crt_set_authority_key_identifier(&w) == 0 &&
	    write_and_parse(&w, rng, &ca->crt, pem);
	mbedtls_x509write_crt_free(&w);
	return ok;
}

bool
ca_make(struct ca *ca, mbedtls_ctr_drbg_context *rng)
{
	unsigned char pem[PEM_MAX];

	return key_make(&ca->key, rng) && ca_sign_self(ca, rng, pem);
}

static bool
save(const char *path, const unsigned char *pem, mode_t mode)
{
	size_t n = strlen((const char *)pem);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool ok = fd >= 0 && write(fd, pem, n) == (ssize_t)n;

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	return ok;
}

static int
parse_key_file(mbedtls_pk_context *key, const char *path,
    mbedtls_ctr_drbg_context *rng)
{
#if MBEDTLS_VERSION_MAJOR >= 3
	return mbedtls_pk_parse_keyfile(key, path, NULL,
	    mbedtls_ctr_drbg_random, rng);
#else
	(void)rng;
	return mbedtls_pk_parse_keyfile(key, path, NULL);
#endif
}

bool
ca_open(struct ca *ca, const char *dir, mbedtls_ctr_drbg_context *rng)
{
	char crt_path[512], key_path[512];
	unsigned char crt[PEM_MAX], key[PEM_MAX];

	if (!str_format(crt_path, sizeof crt_path, "%s/ca.pem", dir) ||
	    !str_format(key_path, sizeof key_path, "%s/ca-key.pem", dir))
		return false;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		fprintf(stderr, "wasim: %s: %s\n", dir, strerror(errno));
		return false;
	}
	if (mbedtls_x509_crt_parse_file(&ca->crt, crt_path) == 0 &&
	    parse_key_file(&ca->key, key_path, rng) == 0)
		return true;
	ca_finish(ca);
	ca_init(ca);
	if (!key_make(&ca->key, rng) || !ca_sign_self(ca, rng, crt) ||
	    mbedtls_pk_write_key_pem(&ca->key, key, sizeof key) != 0 ||
	    !save(key_path, key, 0600) || !save(crt_path, crt, 0644)) {
		fprintf(stderr, "wasim: cannot make a CA in %s\n", dir);
		return false;
	}
	return true;
}

/* GeneralNames: dNSName localhost, iPAddress 127.0.0.1 and ::1; in DER by
 * hand, since mbedtls 2.28 cannot write them. */
static const unsigned char san_loopback[] = {
	0x30, 0x23,
	0x82, 9, 'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't',
	0x87, 4, 127, 0, 0, 1,
	0x87, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
};
static const unsigned char san_other[] = {
	0x30, 0x0f,
	0x82, 13, 'o', 't', 'h', 'e', 'r', '.', 'e', 'x', 'a', 'm', 'p', 'l',
	'e',
};
_Static_assert(sizeof san_loopback == 2 + 0x23, "length of the sequence");
_Static_assert(sizeof san_other == 2 + 0x0f, "length of the sequence");

static bool
set_names(mbedtls_x509write_cert *w, enum leaf_kind kind)
{
	const unsigned char *san = san_loopback;
	size_t n = sizeof san_loopback;

	if (kind == LEAF_WRONG_HOST) {
		san = san_other;
		n = sizeof san_other;
	}
	return mbedtls_x509write_crt_set_subject_name(w,
	    kind == LEAF_WRONG_HOST ? "CN=other.example" : "CN=localhost")
	    == 0 &&
	    mbedtls_x509write_crt_set_issuer_name(w, CA_NAME) == 0 &&
	    mbedtls_x509write_crt_set_extension(w,
	    MBEDTLS_OID_SUBJECT_ALT_NAME,
	    MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0, san, n) == 0;
}

bool
leaf_make(const struct ca *ca, enum leaf_kind kind,
    mbedtls_ctr_drbg_context *rng, mbedtls_x509_crt *crt,
    mbedtls_pk_context *key)
{
	mbedtls_x509write_cert w;
	mbedtls_pk_context issuer = ca->key;
	unsigned char pem[PEM_MAX];
	int from = kind == LEAF_NOT_YET ? 1 : kind == LEAF_EXPIRED ? -10 : -1;
	int to = kind == LEAF_EXPIRED ? -1 : 365;
	bool ok;

	mbedtls_x509_crt_init(crt);
	mbedtls_x509write_crt_init(&w);
	if (!key_make(key, rng)) {
		mbedtls_x509write_crt_free(&w);
		return false;
	}
	mbedtls_x509write_crt_set_subject_key(&w, key);
	mbedtls_x509write_crt_set_issuer_key(&w, &issuer);
	ok = set_common(&w, from, to, rng) && set_names(&w, kind) &&
	    mbedtls_x509write_crt_set_basic_constraints(&w, 0, -1) == 0 &&
	    mbedtls_x509write_crt_set_authority_key_identifier(&w) == 0 &&
	    write_and_parse(&w, rng, crt, pem);
	mbedtls_x509write_crt_free(&w);
	return ok;
}
