/* Happy eyeballs on loopback: families that refuse, families that are silent,
 * and the order in which they are tried. */
#include "core/io/race.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/io/dial.h"
#include "tests/t.h"

static struct address
address_of(const char *text)
{
	struct address a = { .sa.v4 = { .sin_family = AF_INET } };

	if (inet_pton(AF_INET, text, &a.sa.v4.sin_addr) == 1)
		return a;
	a = (struct address){ .sa.v6 = { .sin6_family = AF_INET6 } };
	if (inet_pton(AF_INET6, text, &a.sa.v6.sin6_addr) != 1)
		abort();
	return a;
}

/* "4a 6b": family and a letter, as 10.0.0.a and fd00::b. */
static void
expect_order(const char *given, const char *good, const char *want)
{
	struct address at[RESOLVE_ADDRESSES_MAX], best;
	char got[64] = "", text[32];
	size_t n = 0;

	for (const char *p = given; *p != '\0'; p += 3) {
		snprintf(text, sizeof text, p[0] == '4' ? "10.0.0.%d" :
		    "fd00::%d", p[1] - 'a' + 1);
		at[n++] = address_of(text);
		if (p[2] == '\0')
			break;
	}
	if (good != NULL) {
		snprintf(text, sizeof text, good[0] == '4' ? "10.0.0.%d" :
		    "fd00::%d", good[1] - 'a' + 1);
		best = address_of(text);
	}
	race_order(at, n, good == NULL ? NULL : &best);
	for (size_t i = 0; i < n; i++) {
		const bool is_4 = at[i].sa.any.sa_family == AF_INET;
		const unsigned last = is_4 ?
		    ntohl(at[i].sa.v4.sin_addr.s_addr) & 0xff :
		    at[i].sa.v6.sin6_addr.s6_addr[15];
		const size_t len = strlen(got);

		snprintf(got + len, sizeof got - len, "%s%c%c",
		    i == 0 ? "" : " ", is_4 ? '4' : '6',
		    (char)('a' + last - 1));
	}
	EXPECT_STR(got, want);
}

TEST(race_order_alternates_families)
{
	expect_order("4a", NULL, "4a");
	expect_order("4a 6a", NULL, "6a 4a");
	expect_order("4a 4b 4c 6a 6b", NULL, "6a 4a 6b 4b 4c");
	expect_order("6a 6b 6c 4a", NULL, "6a 4a 6b 6c");
	expect_order("6a 4a 6b 4b", "4b", "4b 6a 4a 6b");
	expect_order("6a 4a 6b 4b", "6b", "6b 4a 6a 4b");
	expect_order("6a 4a", "4z", "6a 4a");
}

/* A socket that listens; full: nobody is let in any more, and nobody is told
 * (the backlog is full, and its SYNs are dropped). */
struct door {
	int fd, fillers[8];
	uint16_t port;
};

static void
open_door(struct door *d, int family, uint16_t port, bool full)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	struct address at = address_of(family == AF_INET ? "127.0.0.1" : "::1");
	const int one = 1;

	if (family == AF_INET)
		at.sa.v4.sin_port = htons(port);
	else
		at.sa.v6.sin6_port = htons(port);
	memset(d->fillers, -1, sizeof d->fillers);
	d->fd = socket(family, SOCK_STREAM, 0);
	setsockopt(d->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (family == AF_INET6)
		setsockopt(d->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	if (bind(d->fd, &at.sa.any, family == AF_INET ? sizeof at.sa.v4 :
	    sizeof at.sa.v6) != 0 || listen(d->fd, full ? 0 : 16) != 0 ||
	    getsockname(d->fd, (struct sockaddr *)&ss, &len) != 0)
		abort();
	d->port = ntohs(family == AF_INET ?
	    ((struct sockaddr_in *)&ss)->sin_port :
	    ((struct sockaddr_in6 *)&ss)->sin6_port);
	for (size_t i = 0; full && i < ARRAY_LEN(d->fillers); i++) {
		d->fillers[i] = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(d->fillers[i], (struct sockaddr *)&ss, len);
	}
}

static void
close_door(struct door *d)
{
	for (size_t i = 0; i < ARRAY_LEN(d->fillers); i++) {
		if (d->fillers[i] >= 0)
			close(d->fillers[i]);
	}
	close(d->fd);
}

struct runner_notes {
	struct loop *loop;
	int answers, family;
	enum err err;
};

static void
on_race(void *ctx, enum err err, struct sock *sock,
    const struct address *winner, const char *detail)
{
	struct runner_notes *n = ctx;

	(void)detail;
	n->answers++;
	n->err = err;
	EXPECT((sock != NULL) == (err == ERR_OK));
	EXPECT((winner != NULL) == (err == ERR_OK));
	if (winner != NULL)
		n->family = winner->sa.any.sa_family;
	sock_close(sock);
}

/* How long it took, in real milliseconds. */
static int64_t
run_race(struct runner_notes *n, uint16_t port)
{
	static const struct stage_limits limits = { .address_ms = 4000,
	    .tcp_ms = 8000 };
	const struct address both[] = { address_of("::1"),
	    address_of("127.0.0.1") };
	int64_t since;

	*n = (struct runner_notes){ .family = 0 };
	if (loop_create(&n->loop) != ERR_OK)
		abort();
	since = clock_mono_ms(clock_system());
	(void)race_start(n->loop, both, 2, port, &limits, on_race, n);
	loop_run(n->loop);      /* returns: all others are closed */
	loop_destroy(n->loop);
	EXPECT_INT(n->answers, 1);
	return clock_mono_ms(clock_system()) - since;
}

TEST(race_prefers_ipv6_and_falls_over_at_once)
{
	struct runner_notes n;
	struct door four, six;
	int64_t took;

	open_door(&six, AF_INET6, 0, false);
	open_door(&four, AF_INET, six.port, false);
	run_race(&n, six.port);
	EXPECT_INT(n.family, AF_INET6);
	close_door(&six);
	/* refused: no delay is waited for */
	took = run_race(&n, four.port);
	EXPECT_INT(n.family, AF_INET);
	EXPECT(took < RACE_DELAY_MS * clock_speed());
	close_door(&four);
	run_race(&n, four.port);
	EXPECT_INT(n.err, ERR_CONNECT);
}

TEST(race_passes_a_silent_family)
{
	struct runner_notes n;
	struct door four, six;
	int64_t took;

	open_door(&six, AF_INET6, 0, true);
	open_door(&four, AF_INET, six.port, false);
	took = run_race(&n, six.port);
	EXPECT_INT(n.err, ERR_OK);
	EXPECT_INT(n.family, AF_INET);
	EXPECT(took >= RACE_DELAY_MS && took < 3000 * clock_speed());
	close_door(&four);
	close_door(&six);
}

TEST(race_can_be_cancelled)
{
	static const struct stage_limits limits = { .address_ms = 4000,
	    .tcp_ms = 8000 };
	const struct address at = address_of("127.0.0.1");
	struct runner_notes n = { .answers = 0 };
	struct race *r;

	ASSERT(loop_create(&n.loop) == ERR_OK);
	r = race_start(n.loop, &at, 1, 9, &limits, on_race, &n);
	race_cancel(r);
	loop_run(n.loop);
	loop_destroy(n.loop);
	EXPECT_INT(n.answers, 0);
	race_cancel(NULL);
}

/* --- the dialer fails closed --------------------------------------------------- */

static void
on_dial_stage(void *ctx, enum stage stage)
{
	(void)ctx;
	t_fail(__FILE__, __LINE__, "stage %d without a way", (int)stage);
}

static void
on_dial_done(void *ctx, enum err err, enum stage stage, struct sock *sock,
    const char *detail)
{
	enum err *out = ctx;

	(void)stage;
	(void)detail;
	*out = err;
	EXPECT(sock == NULL);
	sock_close(sock);
}

TEST(dial_without_a_way_goes_nowhere)
{
	static const struct dial_events events = { on_dial_stage,
	    on_dial_done };
	static const struct proxy unset = { .kind = PROXY_UNSET };
	const struct proxy *ways[] = { NULL, &unset };
	struct loop *loop = NULL;

	ASSERT(loop_create(&loop) == ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		enum err err = ERR_OK;

		(void)dial_start(loop, &(struct dial_target){ .host =
		    "127.0.0.1", .port = 9, .proxy = ways[i],
		    .limits = stage_limits_usual() }, &events, &err);
		loop_run(loop);
		EXPECT_INT(err, ERR_INVALID);
	}
	loop_destroy(loop);
}
