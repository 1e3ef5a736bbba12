#include "tests/monkey/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/unit/httpd/hall.h"
#include "tests/unit/tui/fake_core.h"

#define API "/api/whatsapp"
#define FAKES 80                /* companies of a fake core */
#define CODE_MS 160000
#define QR_TEXT "https://wa.me/settings/linked_devices#2@AbCdEfGhIjKlMnOpQrSt" \
	"UvWxYz0123456789AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMn" \
	"OpQrStUvWxYz0123456789AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGh"

static const struct {
	const char *status, *reason;
} states[] = {
	{ "connected", "ok" }, { "connected", "phone_silent" },
	{ "reconnecting", "connection_lost" }, { "logged_out", "unlinked" },
	{ "banned", "temporary" }, { "conflict", "replaced" },
	{ "cooldown", "rate_limited" }, { "idle", "never_linked" },
	{ "idle", "paused" }, { "connecting", "tls" }, { "code", "" },
	{ "qr", "" }, { "pairing", "finishing" }, { "idle", "code_expired" },
	{ "passkey_required", "passkey" }, { "error", "store_damaged" },
};

struct host {
	struct hall hall;               /* its loop and config also with a fake */
	struct fake_core *fake;         /* NULL: a real core */
	unsigned changes;
};

/* --- the fake one --------------------------------------------------------------- */

static void
put_time(char out[32], int64_t wall_ms)
{
	str_time_utc(out, 32, wall_ms);
}

static int64_t
wall_ms(void)
{
	return (int64_t)time(NULL) * 1000;
}

static void
put_code(char *out, size_t size, const char *company, const char *member,
    const char *text)
{
	char ends[32], now[32];

	put_time(ends, wall_ms() + CODE_MS);
	put_time(now, wall_ms());
	(void)str_format(out, size, "{\"companyId\":\"%s\",\"%s\":\"%s\","
	    "\"attempt\":1,\"attemptsLeft\":5,\"expiresAt\":\"%s\","
	    "\"windowEndsAt\":\"%s\",\"serverTime\":\"%s\"}", company, member,
	    text, ends, ends, now);
}

static void
put_state(char *out, size_t size, const char *company, const char *name,
    unsigned n)
{
	const size_t i = n % ARRAY_LEN(states);
	char now[32], later[32];

	put_time(now, wall_ms());
	put_time(later, wall_ms() + 30000);
	(void)str_format(out, size, "{\"companyId\":\"%s\",\"name\":\"%s\","
	    "\"connected\":%s,\"status\":\"%s\",\"reason\":\"%s\","
	    "\"message\":\"Something is so.\",\"advice\":\"Do this.\","
	    "\"phoneNumber\":%s,\"since\":\"%s\",\"lastSeen\":\"%s\","
	    "\"reconnectAttempts\":%u,\"nextAttemptAt\":%s%s%s,"
	    "\"stateVersion\":%u,\"paused\":%s,\"priority\":0,"
	    "\"serverTime\":\"%s\"}", company, name,
	    i < 2 ? "true" : "false", states[i].status, states[i].reason,
	    i < 7 ? "\"79001234567\"" : "null", now, now, n % 9,
	    i == 2 ? "\"" : "", i == 2 ? later : "null", i == 2 ? "\"" : "",
	    n + 1, i == 8 ? "true" : "false", now);
}

static void
answer(struct fake_core *f, const char *company)
{
	char path[128], json[2048];

	(void)str_format(path, sizeof path, API "/sessions/%s/pairing-code",
	    company);
	put_code(json, sizeof json, company, "code", "K7QX-M2PN");
	fake_core_data(f, "POST", path, json);
	(void)str_format(path, sizeof path, API "/sessions/%s/qr", company);
	put_code(json, sizeof json, company, "text", QR_TEXT);
	fake_core_data(f, "GET", path, json);
	(void)str_format(path, sizeof path, API "/sessions/%s/share", company);
	fake_core_data(f, "POST", path, "{\"url\":\"http://127.0.0.1:3000/#t="
	    "abcdefghijklmnop\",\"expiresAt\":\"2099-01-01T00:00:00.000Z\"}");
	(void)str_format(path, sizeof path, API "/sessions/%s/events",
	    company);
	fake_core_stream(f, path);
}

static void
begin_fake(struct host *h)
{
	char company[32];

	h->fake = fake_core_create(host_loop(h));
	fake_core_data(h->fake, "GET", API "/sessions", "{\"sessions\":[]}");
	fake_core_data(h->fake, "GET", API "/listener", "{\"running\":true,"
	    "\"addresses\":[\"127.0.0.1:3000\"],\"version\":\"1\","
	    "\"serving\":true,\"refused\":[]}");
	fake_core_stream(h->fake, API "/events");
	for (unsigned i = 0; i < FAKES; i++) {
		(void)str_format(company, sizeof company, "company-%03u", i);
		answer(h->fake, company);
	}
}

static void
change_fake(struct host *h, const char *company, const char *name)
{
	char path[128], json[2048];
	const unsigned n = h->changes++;

	put_state(json, sizeof json, company, name, n);
	fake_core_tell(h->fake, API "/events", "", "status", json);
	(void)str_format(path, sizeof path, API "/sessions/%s/events",
	    company);
	if (fake_core_streams(h->fake, path) > 0)
		fake_core_tell(h->fake, path, "", "status", json);
	/* whoever waits for a code gets one */
	for (unsigned i = 0; i < FAKES; i++) {
		char id[32];

		(void)str_format(id, sizeof id, "company-%03u", i);
		(void)str_format(path, sizeof path, API "/sessions/%s/events",
		    id);
		if (fake_core_streams(h->fake, path) == 0)
			continue;
		put_state(json, sizeof json, id, "Linking", n % 5 == 4 ? n :
		    n % 2 == 0 ? 10 : 11);
		fake_core_tell(h->fake, path, "", "status", json);
		put_code(json, sizeof json, id, n % 2 == 0 ? "code" : "text",
		    n % 2 == 0 ? "K7QX-M2PN" : QR_TEXT);
		fake_core_tell(h->fake, path, "", n % 2 == 0 ? "code" : "qr",
		    json);
	}
	if (n % 16 == 15)
		fake_core_tell(h->fake, API "/events", "", "ready",
		    "{\"full\":false,\"companies\":80}");
}

/* --- both ------------------------------------------------------------------------ */

struct host *
host_create(bool fake)
{
	struct host *h = xcalloc(1, sizeof *h);

	hall_init(&h->hall);
	if (fake)
		begin_fake(h);
	return h;
}

void
host_destroy(struct host *h)
{
	fake_core_destroy(h->fake);
	hall_finish(&h->hall);
	free(h);
}

struct loop *
host_loop(const struct host *h)
{
	return app_loop(h->hall.app);
}

const struct config *
host_config(const struct host *h)
{
	return h->hall.config;
}

size_t
host_count(const struct host *h)
{
	return app_count(h->hall.app);
}

const char *
host_path(const struct host *h, const char *name)
{
	return fix_path(&h->hall.fix, name);
}

int
host_dial(void *host)
{
	struct host *h = host;
	int fds[2];

	if (h->fake != NULL)
		return fake_core_dial(h->fake);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0, fds) != 0)
		return -1;
	if (httpd_adopt(h->hall.h, fds[1]) == ERR_OK)
		return fds[0];
	close(fds[0]);
	close(fds[1]);
	return -1;
}

void
host_turn(struct host *h, int turns)
{
	hall_turn(&h->hall, turns);
}

void
host_name(struct host *h, const char *company, const char *name)
{
	if (h->fake != NULL)
		change_fake(h, company, name);
	else
		hall_name(&h->hall, company, name);
}
