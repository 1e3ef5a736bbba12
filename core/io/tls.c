#include "core/io/tls.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/oid.h>
#include <mbedtls/version.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/tls_shared.h"

/* One read of the loop and what was left before; fed bytes are taken whole. */
#define IN_MAX (256u * 1024)
/* Alerts that mbedtls wants to send while we only read. */
#define LATE_MAX 4096

/* GeneralName [7] iPAddress (RFC 5280 section 4.2.1.6) */
#define SAN_IP_TAG (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7)

/* What is needed for the handshake only. */
struct opening {
	char *host;
	uint8_t ip[16];         /* when host is a literal address */
	size_t ip_len;
	struct tls_ticket *ticket;
	bool offered;           /* a ticket */
};

struct tls {
	struct shared *shared;
	struct opening *opening;        /* NULL once established */
	mbedtls_ssl_context ssl;
	struct buf in;
	size_t in_at;
	struct buf late;
	struct buf *out;        /* during a call that may send */
	enum err failed;
	bool verified;          /* a certificate was shown and checked */
	const char *why;
	char *why_heap;
};

/* --- the server's certificate ---------------------------------------------- */

/* mbedtls 2.28 compares DNS names only, so addresses are compared here. */
static bool
has_ip(const mbedtls_x509_crt *crt, const struct opening *o)
{
	const mbedtls_x509_sequence *san = &crt->subject_alt_names;
	bool has_san = san->buf.p != NULL;

	for (; san != NULL && san->buf.p != NULL; san = san->next) {
		if (san->buf.tag == SAN_IP_TAG && san->buf.len == o->ip_len &&
		    memcmp(san->buf.p, o->ip, o->ip_len) == 0)
			return true;
	}
	if (has_san)
		return false;
	/* old certificates have the address as common name */
	for (const mbedtls_x509_name *name = &crt->subject; name != NULL;
	    name = name->next) {
		if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid) == 0 &&
		    name->val.len == strlen(o->host) &&
		    memcmp(name->val.p, o->host, name->val.len) == 0)
			return true;
	}
	return false;
}

static int
on_certificate(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct tls *t = ctx;

	if (depth != 0 || t->opening == NULL)
		return 0;
	t->verified = true;
	if (t->opening->ip_len > 0 && !has_ip(crt, t->opening))
		*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	return 0;
}

static const char *
describe_flags(uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *text;
	} table[] = {
		{ MBEDTLS_X509_BADCERT_NOT_TRUSTED,
		    "the certificate's issuer is unknown" },
		{ MBEDTLS_X509_BADCERT_EXPIRED,
		    "the certificate has expired (or the clock is wrong)" },
		{ MBEDTLS_X509_BADCERT_FUTURE,
		    "the certificate is not valid yet (or the clock is "
		    "wrong)" },
		{ MBEDTLS_X509_BADCERT_CN_MISMATCH,
		    "the certificate is for another host" },
		{ MBEDTLS_X509_BADCERT_MISSING,
		    "the server showed no certificate" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if ((flags & table[i].flag) != 0)
			return table[i].text;
	}
	return "the certificate uses weak or forbidden cryptography";
}

/* --- one connection -------------------------------------------------------- */

static int
on_send(void *ctx, const unsigned char *p, size_t n)
{
	struct tls *t = ctx;
	struct buf *to = t->out != NULL ? t->out : &t->late;

	return buf_append(to, p, n) == ERR_OK ? (int)n
	    : MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

static int
on_recv(void *ctx, unsigned char *p, size_t n)
{
	struct tls *t = ctx;
	const size_t left = t->in.len - t->in_at;

	if (left == 0)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (n > left)
		n = left;
	memcpy(p, t->in.data + t->in_at, n);
	t->in_at += n;
	if (t->in_at == t->in.len) {
		/* an idle connection holds none of this */
		buf_release(&t->in);
		t->in_at = 0;
	}
	return (int)n;
}

static void
opening_destroy(struct opening *o)
{
	if (o == NULL)
		return;
	free(o->host);
	free(o);
}

static struct opening *
opening_create(const char *host, struct tls_ticket *ticket)
{
	struct opening *o = xcalloc(1, sizeof *o);

	o->host = xstrdup(host);
	o->ticket = ticket;
	if (inet_pton(AF_INET, host, o->ip) == 1)
		o->ip_len = 4;
	else if (inet_pton(AF_INET6, host, o->ip) == 1)
		o->ip_len = 16;
	return o;
}

static enum err
setup(struct tls *t)
{
	struct opening *o = t->opening;
	/* no server name for addresses (RFC 6066 section 3) */
	const char *name = o->ip_len > 0 ? NULL : o->host;

	if (mbedtls_ssl_setup(&t->ssl, &t->shared->conf) != 0 ||
	    mbedtls_ssl_set_hostname(&t->ssl, name) != 0)
		return ERR_NO_MEMORY;
	mbedtls_ssl_set_verify(&t->ssl, on_certificate, t);
	mbedtls_ssl_set_bio(&t->ssl, t, on_send, on_recv, NULL);
	o->offered = o->ticket != NULL &&
	    ticket_offer(o->ticket, t->shared, o->host, &t->ssl);
	return ERR_OK;
}

enum err
tls_create(const struct tls_config *config, const char *host,
    struct tls_ticket *ticket, struct tls **out)
{
	struct tls *t = xcalloc(1, sizeof *t);
	enum err err;

	t->shared = shared_ref(config->shared);
	t->opening = opening_create(host, ticket);
	t->why = "";
	mbedtls_ssl_init(&t->ssl);
	buf_init(&t->in, IN_MAX);
	buf_init(&t->late, LATE_MAX);
	if ((err = setup(t)) != ERR_OK) {
		tls_destroy(t);
		return err;
	}
	*out = t;
	return ERR_OK;
}

void
tls_destroy(struct tls *t)
{
	if (t == NULL)
		return;
	mbedtls_ssl_free(&t->ssl);
	opening_destroy(t->opening);
	buf_finish(&t->in);
	buf_finish(&t->late);
	free(t->why_heap);
	shared_unref(t->shared);
	free(t);
}

static const char *
describe_error(struct tls *t, int ret)
{
	switch (ret) {
	case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
		return "the server refused with a TLS alert";
	case MBEDTLS_ERR_SSL_INVALID_RECORD:
		return "the server does not speak TLS";
	case MBEDTLS_ERR_SSL_INVALID_MAC:
		return "a TLS record was damaged on the way";
	case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
	case MBEDTLS_ERR_SSL_CONN_EOF:
		return "the server ended TLS";
	case MBEDTLS_ERR_SSL_ALLOC_FAILED:
		return "no room for what must be sent";
	default:
		break;
	}
	if (t->why_heap == NULL)
		t->why_heap = xcalloc(1, 32);
	str_format(t->why_heap, 32, "mbedtls error -0x%04x", (unsigned)-ret);
	return t->why_heap;
}

static enum err
fail(struct tls *t, int ret)
{
	t->failed = ERR_TLS;
	t->why = describe_error(t, ret);
	if (ret == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
		t->failed = ERR_TLS_CERT;
		t->why = describe_flags(mbedtls_ssl_get_verify_result(
		    &t->ssl));
	}
	/* it may have been the ticket's fault */
	if (t->opening != NULL && t->opening->ticket != NULL)
		ticket_clear(t->opening->ticket);
	return t->failed;
}

/* Sends first what mbedtls had to say when nobody could take it. */
static enum err
flush_late(struct tls *t, struct buf *out)
{
	const enum err err = buf_append(out, t->late.data, t->late.len);

	if (err == ERR_OK)
		buf_release(&t->late);
	return err;
}

enum err
tls_feed(struct tls *t, const void *p, size_t n)
{
	return t->failed != ERR_OK ? t->failed : buf_append(&t->in, p, n);
}

/*
 * The server's certificates are parsed copies of several KiB that nothing
 * needs after the check. mbedtls frees them with the session and is content
 * with an empty one by then.
 */
static void
drop_certificates(struct tls *t)
{
	const mbedtls_x509_crt *chain = mbedtls_ssl_get_peer_cert(&t->ssl);

	if (chain != NULL)
		mbedtls_x509_crt_free((mbedtls_x509_crt *)(uintptr_t)chain);
}

static enum err
establish(struct tls *t)
{
	struct opening *o = t->opening;

	/* no certificate was shown, so this must be a session of before */
	if (!t->verified && !o->offered) {
		t->why = describe_flags(MBEDTLS_X509_BADCERT_MISSING);
		return t->failed = ERR_TLS_CERT;
	}
	if (t->verified && o->ticket != NULL)
		ticket_save(o->ticket, t->shared, o->host, &t->ssl);
	drop_certificates(t);
	opening_destroy(o);
	t->opening = NULL;
	return ERR_OK;
}

static bool
is_over(mbedtls_ssl_context *ssl)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
	return mbedtls_ssl_is_handshake_over(ssl) != 0;
#else
	return ssl->state == MBEDTLS_SSL_HANDSHAKE_OVER;
#endif
}

enum err
tls_handshake(struct tls *t, struct buf *out)
{
	int ret;

	if (t->failed != ERR_OK || t->opening == NULL)
		return t->failed;
	t->out = out;
	ret = mbedtls_ssl_handshake_step(&t->ssl);
	t->out = NULL;
	if (ret == MBEDTLS_ERR_SSL_WANT_READ)
		return ERR_TRUNCATED;
	if (ret != 0)
		return fail(t, ret);
	return is_over(&t->ssl) ? establish(t) : ERR_BUSY;
}

enum err
tls_write(struct tls *t, const void *p, size_t n, struct buf *out)
{
	const uint8_t *at = p;
	enum err err;
	int ret;

	if (t->failed != ERR_OK || t->opening != NULL)
		return t->failed != ERR_OK ? t->failed : ERR_TRUNCATED;
	if ((err = flush_late(t, out)) != ERR_OK)
		return err;
	t->out = out;
	for (; n > 0; at += ret, n -= (size_t)ret) {
		if ((ret = mbedtls_ssl_write(&t->ssl, at, n)) <= 0) {
			t->out = NULL;
			return fail(t, ret);
		}
	}
	t->out = NULL;
	return ERR_OK;
}

enum err
tls_read(struct tls *t, void *p, size_t size, size_t *n)
{
	int ret;

	if (t->failed != ERR_OK || t->opening != NULL)
		return t->failed != ERR_OK ? t->failed : ERR_TRUNCATED;
	ret = mbedtls_ssl_read(&t->ssl, p, size);
	if (ret > 0) {
		*n = (size_t)ret;
		return ERR_OK;
	}
	if (ret == MBEDTLS_ERR_SSL_WANT_READ)
		return ERR_TRUNCATED;
	if (ret == 0 || ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		return ERR_CLOSED;
	return fail(t, ret);
}

int
tls_is_resumed(const struct tls *t)
{
	return t->opening == NULL && !t->verified;
}

void
tls_finish(struct tls *t, struct buf *out)
{
	if (t->failed != ERR_OK || t->opening != NULL ||
	    flush_late(t, out) != ERR_OK)
		return;
	t->out = out;
	(void)mbedtls_ssl_close_notify(&t->ssl);
	t->out = NULL;
}

const char *
tls_detail(const struct tls *t)
{
	return t->why;
}
