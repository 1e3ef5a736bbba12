#include "core/io/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/io/pki.h"

/* A server in memory: bytes go to and fro without a socket. */
struct far {
	mbedtls_ssl_context ssl;
	struct buf in, out;
	size_t drip;            /* bytes a feed to the client; 0: all */
};

static int
far_send(void *ctx, const unsigned char *p, size_t n)
{
	struct far *f = ctx;

	return buf_append(&f->out, p, n) == ERR_OK ? (int)n : -1;
}

static int
far_recv(void *ctx, unsigned char *p, size_t n)
{
	struct far *f = ctx;

	if (f->in.len == 0)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (n > f->in.len)
		n = f->in.len;
	memcpy(p, f->in.data, n);
	buf_consume(&f->in, n);
	return (int)n;
}

static void
far_init(struct far *f, const struct pki_server *s)
{
	mbedtls_ssl_init(&f->ssl);
	buf_init(&f->in, 1 << 24);
	buf_init(&f->out, 1 << 24);
	f->drip = 0;
	if (mbedtls_ssl_setup(&f->ssl, &s->conf) != 0)
		abort();
	mbedtls_ssl_set_bio(&f->ssl, f, far_send, far_recv, NULL);
}

static void
far_finish(struct far *f)
{
	mbedtls_ssl_free(&f->ssl);
	buf_finish(&f->in);
	buf_finish(&f->out);
}

static enum err
carry(struct far *f, struct tls *t)
{
	const size_t n = f->drip == 0 || f->drip > f->out.len ? f->out.len
	    : f->drip;
	uint8_t *p = t_exact(f->out.data, n);
	const enum err err = tls_feed(t, p, n);

	buf_consume(&f->out, n);
	free(p);
	return err;
}

static enum err
shake(struct far *f, struct tls *t)
{
	enum err err = ERR_TRUNCATED;

	for (int i = 0; i < 20000 && err == ERR_TRUNCATED; i++) {
		do
			err = tls_handshake(t, &f->in);
		while (err == ERR_BUSY);
		(void)mbedtls_ssl_handshake(&f->ssl);
		if (err == ERR_TRUNCATED && carry(f, t) != ERR_OK)
			return ERR_INTERNAL;
	}
	return err;
}

struct fixture {
	struct pki_server server;
	struct far far;
	struct tls_config *config;
	struct tls *tls;
};

static void
fixture_init(struct fixture *x, enum leaf leaf, const char *host,
    struct tls_ticket *ticket)
{
	*x = (struct fixture){ .tls = NULL };
	pki_server_init(&x->server, leaf, true);
	far_init(&x->far, &x->server);
	if (tls_config_create(pki_ca_file(), &x->config) != ERR_OK ||
	    tls_create(x->config, host, ticket, &x->tls) != ERR_OK)
		abort();
}

/* Another connection to the same server. */
static void
fixture_again(struct fixture *x, const char *host, struct tls_ticket *ticket)
{
	tls_destroy(x->tls);
	far_finish(&x->far);
	far_init(&x->far, &x->server);
	if (tls_create(x->config, host, ticket, &x->tls) != ERR_OK)
		abort();
}

static void
fixture_finish(struct fixture *x)
{
	tls_destroy(x->tls);
	tls_config_destroy(x->config);
	far_finish(&x->far);
	pki_server_finish(&x->server);
}

TEST(tls_checks_the_host)
{
	static const struct {
		enum leaf leaf;
		const char *host;
		enum err want;
		const char *detail;     /* a part of it */
	} table[] = {
		{ LEAF_GOOD, "localhost", ERR_OK, "" },
		{ LEAF_GOOD, "127.0.0.1", ERR_OK, "" },
		{ LEAF_GOOD, "::1", ERR_OK, "" },
		{ LEAF_GOOD, "127.0.0.2", ERR_TLS_CERT, "another host" },
		{ LEAF_GOOD, "::2", ERR_TLS_CERT, "another host" },
		{ LEAF_GOOD, "web.whatsapp.com", ERR_TLS_CERT,
		    "another host" },
		{ LEAF_GOOD, "localhost.example", ERR_TLS_CERT,
		    "another host" },
		{ LEAF_NAME_ONLY, "localhost", ERR_OK, "" },
		{ LEAF_NAME_ONLY, "127.0.0.1", ERR_TLS_CERT, "another host" },
		{ LEAF_CN_ADDRESS, "127.0.0.1", ERR_OK, "" },
		{ LEAF_CN_ADDRESS, "127.0.0.10", ERR_TLS_CERT,
		    "another host" },
		{ LEAF_CN_UNDER_NAMES, "127.0.0.1", ERR_TLS_CERT,
		    "another host" },
		{ LEAF_OTHER_HOST, "localhost", ERR_TLS_CERT,
		    "another host" },
		{ LEAF_OTHER_HOST, "127.0.0.1", ERR_TLS_CERT,
		    "another host" },
		{ LEAF_OTHER_HOST, "192.0.2.1", ERR_OK, "" },
		{ LEAF_EXPIRED, "localhost", ERR_TLS_CERT, "expired" },
		{ LEAF_FUTURE, "localhost", ERR_TLS_CERT, "not valid yet" },
		{ LEAF_STRANGER, "localhost", ERR_TLS_CERT, "issuer" },
		{ LEAF_STRANGER, "127.0.0.1", ERR_TLS_CERT, "issuer" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct fixture x;
		enum err err;

		fixture_init(&x, table[i].leaf, table[i].host, NULL);
		err = shake(&x.far, x.tls);
		if (err != table[i].want ||
		    strstr(tls_detail(x.tls), table[i].detail) == NULL)
			t_fail(__FILE__, __LINE__, "row %zu: %s, %s", i,
			    err_name(err), tls_detail(x.tls));
		fixture_finish(&x);
	}
}

TEST(tls_failure_is_final)
{
	struct fixture x;
	struct buf out;
	char c;
	size_t n = 77;

	buf_init(&out, 1000);
	fixture_init(&x, LEAF_STRANGER, "localhost", NULL);
	EXPECT_INT(shake(&x.far, x.tls), ERR_TLS_CERT);
	EXPECT_INT(tls_handshake(x.tls, &out), ERR_TLS_CERT);
	EXPECT_INT(tls_feed(x.tls, "x", 1), ERR_TLS_CERT);
	EXPECT_INT(tls_write(x.tls, "x", 1, &out), ERR_TLS_CERT);
	EXPECT_INT(tls_read(x.tls, &c, 1, &n), ERR_TLS_CERT);
	EXPECT_INT(n, 77);
	tls_finish(x.tls, &out);
	EXPECT_INT(out.len, 0);
	buf_finish(&out);
	fixture_finish(&x);
}

TEST(tls_config_wants_certificates)
{
	struct tls_config *c = NULL;
	char *dir = t_dir(), path[512];
	FILE *f;

	EXPECT_INT(tls_config_create("/nonexistent/ca.pem", &c),
	    ERR_NOT_FOUND);
	str_format(path, sizeof path, "%s/empty.pem", dir);
	ASSERT((f = fopen(path, "w")) != NULL);
	fputs("nothing of the kind\n", f);
	fclose(f);
	EXPECT_INT(tls_config_create(path, &c), ERR_INVALID);
	EXPECT_NULL(c);
	tls_config_destroy(NULL);
	unlink(path);
	rmdir(dir);
	free(dir);
}

TEST(tls_config_takes_the_system_store_from_the_environment)
{
	struct tls_config *c = NULL;

	setenv("SSL_CERT_FILE", pki_ca_file(), 1);
	EXPECT_INT(tls_config_create(NULL, &c), ERR_OK);
	tls_config_destroy(c);
	setenv("SSL_CERT_FILE", "/nonexistent/ca.pem", 1);
	EXPECT_INT(tls_config_create(NULL, &c), ERR_NOT_FOUND);
	unsetenv("SSL_CERT_FILE");
}

/* Bytes come one by one, every message whole. */
TEST(tls_survives_a_drip)
{
	struct fixture x;

	fixture_init(&x, LEAF_GOOD, "localhost", NULL);
	x.far.drip = 1;
	EXPECT_INT(shake(&x.far, x.tls), ERR_OK);
	fixture_finish(&x);
}

static size_t
far_read_all(struct far *f, uint8_t *p, size_t size)
{
	size_t got = 0;
	int ret;

	while (got < size &&
	    (ret = mbedtls_ssl_read(&f->ssl, p + got, size - got)) > 0)
		got += (size_t)ret;
	return got;
}

TEST(tls_carries_bytes_both_ways)
{
	enum { SIZE = 100000 };
	static const char secret[] = "nobody on the way may read this text";
	uint8_t *sent = malloc(SIZE), *got = malloc(SIZE);
	struct fixture x;
	struct t_rnd rnd;
	size_t n = 0;
	int ret;

	t_rnd_init(&rnd, 3);
	rnd_fill(&rnd.rnd, sent, SIZE);
	fixture_init(&x, LEAF_GOOD, "localhost", NULL);
	EXPECT_INT(tls_write(x.tls, "early", 5, &x.far.in), ERR_TRUNCATED);
	EXPECT_INT(tls_read(x.tls, got, SIZE, &n), ERR_TRUNCATED);
	ASSERT(shake(&x.far, x.tls) == ERR_OK);
	EXPECT(!tls_is_resumed(x.tls));

	EXPECT_INT(tls_write(x.tls, sent, SIZE, &x.far.in), ERR_OK);
	EXPECT_INT(far_read_all(&x.far, got, SIZE), SIZE);
	EXPECT_MEM(got, sent, SIZE);

	EXPECT_INT(tls_read(x.tls, got, SIZE, &n), ERR_TRUNCATED);
	ret = mbedtls_ssl_write(&x.far.ssl, (const uint8_t *)secret,
	    sizeof secret);
	EXPECT_INT(ret, sizeof secret);
	EXPECT_NULL(memmem(x.far.out.data, x.far.out.len, secret, 8));
	EXPECT_INT(carry(&x.far, x.tls), ERR_OK);
	EXPECT_INT(tls_read(x.tls, got, 10, &n), ERR_OK);
	EXPECT_INT(n, 10);
	EXPECT_INT(tls_read(x.tls, got + 10, SIZE - 10, &n), ERR_OK);
	EXPECT_INT(n, sizeof secret - 10);
	EXPECT_MEM(got, secret, sizeof secret);

	EXPECT_INT(mbedtls_ssl_close_notify(&x.far.ssl), 0);
	EXPECT_INT(carry(&x.far, x.tls), ERR_OK);
	EXPECT_INT(tls_read(x.tls, got, SIZE, &n), ERR_CLOSED);
	fixture_finish(&x);
	free(sent);
	free(got);
}

TEST(tls_finish_tells_the_server)
{
	struct fixture x;
	uint8_t c;

	fixture_init(&x, LEAF_GOOD, "localhost", NULL);
	ASSERT(shake(&x.far, x.tls) == ERR_OK);
	tls_finish(x.tls, &x.far.in);
	EXPECT_INT(mbedtls_ssl_read(&x.far.ssl, &c, 1),
	    MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
	fixture_finish(&x);
}

TEST(tls_notices_damage)
{
	struct fixture x;
	uint8_t c;
	size_t n = 0;

	fixture_init(&x, LEAF_GOOD, "localhost", NULL);
	ASSERT(shake(&x.far, x.tls) == ERR_OK);
	EXPECT_INT(mbedtls_ssl_write(&x.far.ssl, (const uint8_t *)"abc", 3),
	    3);
	x.far.out.data[x.far.out.len - 1] ^= 1;
	EXPECT_INT(carry(&x.far, x.tls), ERR_OK);
	EXPECT_INT(tls_read(x.tls, &c, 1, &n), ERR_TLS);
	EXPECT(strstr(tls_detail(x.tls), "damaged") != NULL);
	fixture_finish(&x);
}

TEST(tls_refuses_garbage)
{
	static const char garbage[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct fixture x;
	enum err err;

	fixture_init(&x, LEAF_GOOD, "localhost", NULL);
	while ((err = tls_handshake(x.tls, &x.far.in)) == ERR_BUSY)
		;
	EXPECT_INT(err, ERR_TRUNCATED);
	EXPECT_INT(tls_feed(x.tls, garbage, sizeof garbage - 1), ERR_OK);
	err = tls_handshake(x.tls, &x.far.in);
	EXPECT_INT(err, ERR_TLS);
	EXPECT(strstr(tls_detail(x.tls), "does not speak TLS") != NULL);
	fixture_finish(&x);
}

TEST(tls_refuses_older_versions)
{
	struct fixture x;

	fixture_init(&x, LEAF_GOOD, "localhost", NULL);
	mbedtls_ssl_conf_max_version(&x.server.conf,
	    MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_2);
	EXPECT_INT(shake(&x.far, x.tls), ERR_TLS);
	EXPECT(*tls_detail(x.tls) != '\0');
	fixture_finish(&x);
}

TEST(tls_ticket_resumes)
{
	struct tls_ticket *ticket = tls_ticket_create();
	struct fixture x;

	fixture_init(&x, LEAF_GOOD, "localhost", ticket);
	ASSERT(shake(&x.far, x.tls) == ERR_OK);
	EXPECT(!tls_is_resumed(x.tls));
	for (int i = 0; i < 3; i++) {
		fixture_again(&x, "localhost", ticket);
		EXPECT_INT(shake(&x.far, x.tls), ERR_OK);
		EXPECT(tls_is_resumed(x.tls));
	}
	fixture_again(&x, "localhost", NULL);
	EXPECT_INT(shake(&x.far, x.tls), ERR_OK);
	EXPECT(!tls_is_resumed(x.tls));
	fixture_finish(&x);
	tls_ticket_destroy(ticket);
}

/* A ticket says "this host was checked", so only this host may use it. */
TEST(tls_ticket_is_for_one_host_and_one_trust)
{
	struct tls_ticket *ticket = tls_ticket_create();
	struct tls_config *other = NULL;
	struct fixture x;

	fixture_init(&x, LEAF_GOOD, "localhost", ticket);
	ASSERT(shake(&x.far, x.tls) == ERR_OK);
	fixture_again(&x, "other.example", ticket);
	EXPECT_INT(shake(&x.far, x.tls), ERR_TLS_CERT);

	fixture_again(&x, "localhost", ticket);
	EXPECT_INT(shake(&x.far, x.tls), ERR_OK);
	EXPECT(!tls_is_resumed(x.tls)); /* the failure above cleared it */
	ASSERT(tls_config_create(pki_ca_file(), &other) == ERR_OK);
	tls_config_destroy(x.config);
	x.config = other;
	fixture_again(&x, "localhost", ticket);
	EXPECT_INT(shake(&x.far, x.tls), ERR_OK);
	EXPECT(!tls_is_resumed(x.tls));
	fixture_finish(&x);
	tls_ticket_destroy(ticket);
	tls_ticket_destroy(NULL);
}

/* The server has lost its ticket keys: a whole handshake, no failure. */
TEST(tls_ticket_may_be_rejected)
{
	struct tls_ticket *ticket = tls_ticket_create();
	struct fixture x, y;

	fixture_init(&x, LEAF_GOOD, "localhost", ticket);
	ASSERT(shake(&x.far, x.tls) == ERR_OK);
	pki_server_init(&y.server, LEAF_GOOD, true);
	far_finish(&x.far);
	far_init(&x.far, &y.server);
	tls_destroy(x.tls);
	ASSERT(tls_create(x.config, "localhost", ticket, &x.tls) == ERR_OK);
	EXPECT_INT(shake(&x.far, x.tls), ERR_OK);
	EXPECT(!tls_is_resumed(x.tls));
	fixture_finish(&x);
	pki_server_finish(&y.server);
	tls_ticket_destroy(ticket);
}
