#include "tests/sim/login.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/sim/check.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/offline.h"
#include "tests/sim/owed.h"
#include "tests/sim/pairing.h"
#include "tests/sim/payload_in.h"
#include "tests/sim/serve.h"
#include "tests/sim/spoil.h"

#define ACTIVE_WITHIN_MS 15000
#define CLOSE_AFTER_ERROR_MS 50

/* --- identities in use ------------------------------------------------- */

static void
count_use(struct conn *c, int by)
{
	struct map *m = &c->sim->noise_use;
	int *count = map_get(m, c->noise_pub, KEY_LEN);
	int n;

	if (count == NULL)
		map_put(m, c->noise_pub, KEY_LEN,
		    count = xcalloc(1, sizeof *count));
	n = *count += by;
	if (n == 0) {
		map_remove(m, c->noise_pub, KEY_LEN);
		free(count);
	}
	if (n > c->sim->count.max_same_identity)
		c->sim->count.max_same_identity = n;
	if (by > 0 && n > 1)
		check_note(c, RULE_LOGIN_PARALLEL, "%d at a time", n);
}

void
login_ended(struct conn *c)
{
	if (c->kind != CONN_UNKNOWN)
		count_use(c, -1);
	if (c->device == NULL || c->device->conn != c)
		return;
	offline_put_back(c);
	c->device->conn = NULL;
	c->device->last_seen_s = sim_wall_s();
}

/* --- ends -------------------------------------------------------------- */

static void
on_error_said(struct conn *c, void *arg)
{
	(void)arg;
	conn_close(c, c->end_why);
}

static void
close_soon(struct conn *c, const char *why)
{
	conn_flush(c);
	c->end_why = why;
	conn_later(c, CLOSE_AFTER_ERROR_MS, on_error_said, NULL);
}

void
login_stream_error(struct conn *c, const cJSON *how)
{
	struct node *n = node_create("stream:error");
	const char *child = json_text(how, "child");
	const char *conflict = json_text(how, "conflict");
	struct node *at;

	if (json_has(how, "code")) {
		char code[24];

		if (json_digits(how, "code", code, sizeof code))
			node_set(n, "code", code);
	}
	if (conflict != NULL)
		node_set(node_add_new(n, "conflict"), "type", conflict);
	if (child != NULL) {
		at = node_add_new(n, child);
		if (json_text(how, "id") != NULL)
			node_set(at, "id", json_text(how, "id"));
	}
	if (json_text(how, "text") != NULL)
		node_set_text(node_add_new(n, "text"), json_text(how, "text"));
	event_say_int(c->sim, c, "stream_error", "code",
	    json_int(how, "code", 0));
	conn_send(c, n);
	if (json_bool(how, "close", true))
		close_soon(c, "stream error");
}

void
login_stream_error_code(struct conn *c, int code, const char *conflict)
{
	cJSON *how = cJSON_CreateObject();

	if (code != 0)
		json_put_int(how, "code", code);
	json_put(how, "conflict", conflict);
	login_stream_error(c, how);
	cJSON_Delete(how);
}

void
login_stream_end(struct conn *c)
{
	event_say(c->sim, c, "stream_end", NULL, NULL);
	conn_send(c, node_create("xmlstreamend"));
	close_soon(c, "stream end");
}

void
login_replace(struct conn *older)
{
	older->sim->count.conflicts++;
	event_say(older->sim, older, "conflict", NULL, NULL);
	login_stream_error_code(older, 0, "replaced");
}

/* --- failure ----------------------------------------------------------- */

static void
send_failure(struct conn *c, const cJSON *how)
{
	static const struct {
		const char *ours, *theirs;
	} attrs[] = {
		{ "reason", "reason" }, { "code", "code" },
		{ "expire", "expire" }, { "message", "message" },
		{ "location", "location" },
		{ "text", "logout_message_header" },
		{ "subtext", "logout_message_subtext" }, { "url", "url" },
	};
	struct node *n = node_create("failure");
	char value[160];

	for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
		if (json_digits(how, attrs[i].ours, value, sizeof value))
			node_set(n, attrs[i].theirs, value);
	}
	event_say_int(c->sim, c, "failure", "reason",
	    json_int(how, "reason", 0));
	conn_send(c, n);
	close_soon(c, "failure");
}

static void
fail(struct conn *c, unsigned reason)
{
	cJSON *how = cJSON_CreateObject();

	json_put_int(how, "reason", reason);
	json_put(how, "location", "cln");
	send_failure(c, how);
	cJSON_Delete(how);
}

static void
fail_banned(struct conn *c, const struct phone *p)
{
	static const int reasons[] = {
		[BAN_TEMP] = 402, [BAN_LOCKED] = 403, [BAN_BANNED] = 406,
	};
	cJSON *how = cJSON_CreateObject();
	int64_t left = p->ban_until_s - sim_wall_s();

	json_put_int(how, "reason", p->ban == BAN_REASON ? p->ban_code :
	    reasons[p->ban]);
	if (p->ban == BAN_TEMP) {
		json_put_int(how, "code", p->ban_code);
		json_put_int(how, "expire", left < 0 ? 0 : left);
	}
	if (p->ban_text[0] != '\0')
		json_put(how, "text", p->ban_text);
	send_failure(c, how);
	cJSON_Delete(how);
}

/* --- success ----------------------------------------------------------- */

static void
on_active_due(struct conn *c, void *arg)
{
	(void)arg;
	if (!c->is_active)
		check_note(c, RULE_ACTIVE, "not within %d ms",
		    ACTIVE_WITHIN_MS);
}

static void
on_server_ping(struct conn *c, void *arg)
{
	char id[40];

	(void)arg;
	conn_new_id(c, id, sizeof id);
	serve_ping(c, id, false);
	if (c->sim->set.ping_ms > 0)
		conn_later(c, c->sim->set.ping_ms, on_server_ping, NULL);
}

static void
set_attrs(struct node *n, const cJSON *attrs)
{
	const cJSON *at;
	char value[160];

	cJSON_ArrayForEach(at, attrs) {
		if (strcmp(at->string, "cmd") == 0 ||
		    strcmp(at->string, "do") == 0 ||
		    strcmp(at->string, "count") == 0)
			continue;
		if (json_digits(attrs, at->string, value, sizeof value))
			node_set(n, at->string, value);
	}
}

static void
send_success(struct conn *c)
{
	struct device *d = c->device;
	struct node *n = node_create("success");
	const cJSON *f;
	char lid[64];

	device_lid(d, lid, sizeof lid);
	node_set_u64(n, "t", (uint64_t)sim_wall_s());
	node_set_u64(n, "props", 27);
	node_set(n, "location", "cln");
	node_set_u64(n, "abprops", 12);
	node_set(n, "lid", lid);
	node_set_u64(n, "creation", 1700000000);
	if ((f = fault_take(c, "success-attrs")) != NULL)
		set_attrs(n, f);
	conn_send(c, n);
	c->sim->count.logins++;
	d->logins++;
	d->last_seen_s = sim_wall_s();
}

static void
say_login(struct conn *c)
{
	cJSON *e = event_new(c->sim, c, "login");

	json_put_int(e, "revision", c->revision);
	json_put_int(e, "logins", c->device->logins);
	json_put_int(e, "prekeys", c->device->prekeys);
	event_emit(c->sim, e);
}

static void
go_online(struct conn *c)
{
	send_success(c);
	say_login(c);
	if (!conn_enter(c, STAGE_ONLINE))
		return;
	if (spoil_at_stage(c))
		return;
	offline_preview(c);
	conn_later(c, ACTIVE_WITHIN_MS, on_active_due, NULL);
	if (c->sim->set.ping_ms > 0)
		conn_later(c, c->sim->set.ping_ms, on_server_ping, NULL);
}

void
login_active(struct conn *c)
{
	c->sim->count.actives++;
	event_say(c->sim, c, "active", NULL, NULL);
	check_that(c, c->counted, RULE_ORDER, "active before count");
	check_that(c, c->device->prekeys > 0, RULE_ACTIVE_KEYS,
	    "no pre-keys on the server");
	if (c->is_active)
		return;
	c->is_active = true;
	offline_start(c);
}

/* --- deciding ---------------------------------------------------------- */

/* failure, stream error or end by command; true: that was it. */
static bool
told_to_fail(struct conn *c)
{
	const cJSON *f;

	if ((f = fault_take(c, "failure")) != NULL)
		send_failure(c, f);
	else if ((f = fault_take(c, "stream-error")) != NULL)
		login_stream_error(c, f);
	else if (fault_take(c, "stream-end") != NULL)
		login_stream_end(c);
	else
		return spoil_at_stage(c);
	return true;
}

static void
on_login_due(struct conn *c, void *arg)
{
	struct device *d = c->device;
	unsigned reason = c->failure;

	(void)arg;
	if (!conn_enter(c, STAGE_LOGIN) || told_to_fail(c))
		return;
	if (c->revision < c->sim->set.min_revision)
		reason = 405;
	if (reason != 0) {
		fail(c, reason);
		return;
	}
	if (d->phone->ban == BAN_TEMP &&
	    d->phone->ban_until_s <= sim_wall_s())
		d->phone->ban = BAN_NONE;
	if (d->phone->ban != BAN_NONE) {
		fail_banned(c, d->phone);
		return;
	}
	if (d->conn != NULL && d->conn != c)
		login_replace(d->conn);
	d->conn = c;
	go_online(c);
}

static void
on_register_due(struct conn *c, void *arg)
{
	(void)arg;
	if (!conn_enter(c, STAGE_PAIR) || told_to_fail(c))
		return;
	if (c->failure != 0)
		fail(c, c->failure);
	else
		pairing_begin(c);
}

/* Whose login it is; gives the failure's reason, or 0. */
static unsigned
find_device(struct conn *c, const struct client_payload *p)
{
	struct device *d = accounts_by_noise(&c->sim->accounts, c->noise_pub);
	char name[24];

	if (d == NULL)
		return 401;
	c->device = d;
	str_format(name, sizeof name, "%" PRIu64, p->username);
	if (!p->has_username || strcmp(name, d->phone->number) != 0 ||
	    !p->has_device || p->device != d->number) {
		check_note(c, RULE_LOGIN_FIELDS, "user %s device %" PRIu64,
		    name, p->device);
		return 401;
	}
	return d->removed || !d->confirmed ? 401 : 0;
}

static void
begin_login(struct conn *c, const struct client_payload *p, unsigned reason)
{
	c->kind = CONN_LOGIN;
	count_use(c, 1);
	if (reason == 0)
		reason = find_device(c, p);
	if (!p->passive || !p->pull)
		check_note(c, RULE_LOGIN_PASSIVE, "passive %d pull %d",
		    p->passive, p->pull);
	if (p->lc == 0 || !p->lid_migrated)
		check_note(c, RULE_LOGIN_LC, "lc %" PRIu64 " lidDbMigrated %d",
		    p->lc, p->lid_migrated);
	c->failure = reason;
	conn_later(c, c->shape.settle_ms >= 0 ? c->shape.settle_ms :
	    c->sim->set.settle_ms, on_login_due, NULL);
}

static void
begin_register(struct conn *c, const struct client_payload *p, unsigned reason)
{
	cJSON *e = event_new(c->sim, c, "registration");

	c->kind = CONN_REGISTER;
	count_use(c, 1);
	c->sim->count.registrations++;
	json_put_int(e, "revision", p->revision);
	json_put(e, "os", p->reg.os);
	json_put_int(e, "platform", p->reg.platform_type);
	json_put_hex(e, "noise_pub", c->noise_pub, KEY_LEN);
	json_put_hex(e, "identity_pub", p->reg.identity, KEY_LEN);
	event_emit(c->sim, e);
	if (accounts_by_noise(&c->sim->accounts, c->noise_pub) != NULL)
		check_note(c, RULE_REG_KEYS_REUSED, "noise key of a device");
	pairing_create(c, &p->reg);
	c->failure = reason;
	conn_later(c, c->shape.settle_ms >= 0 ? c->shape.settle_ms :
	    c->sim->set.settle_ms, on_register_due, NULL);
}

void
login_begin(struct conn *c, const uint8_t *payload, size_t n)
{
	struct client_payload p;
	unsigned reason = payload_read(c, payload, n, &p);

	c->revision = p.revision;
	if (p.is_registration)
		begin_register(c, &p, reason);
	else
		begin_login(c, &p, reason);
}
