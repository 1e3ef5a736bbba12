#include "tests/sim/command.h"

#include <string.h>

#include "core/base/str.h"
#include "tests/sim/code.h"
#include "tests/sim/conn.h"
#include "tests/sim/control.h"
#include "tests/sim/json.h"
#include "tests/sim/login.h"
#include "tests/sim/pairing.h"
#include "tests/sim/persist.h"
#include "tests/sim/prekeys.h"
#include "tests/sim/status.h"
#include "tests/sim/wait.h"

static void
copy(const cJSON *cmd, const char *key, char *out, size_t size)
{
	char text[256];

	if (json_digits(cmd, key, text, sizeof text))
		str_copy(out, size, text);
}

/* The phone named, made if it is not there yet. */
static struct phone *
named_phone(struct call *k, const char **wrong)
{
	char number[32];
	struct phone *p;

	*wrong = "phone: missing";
	if (!json_digits(k->cmd, "phone", number, sizeof number))
		return NULL;
	*wrong = "phone: 7 to 20 digits, not 0 first";
	p = accounts_phone(&k->sim->accounts, number);
	return p;
}

static struct device *
named_device(struct call *k, const char **wrong)
{
	struct phone *p = named_phone(k, wrong);
	struct device *d = p == NULL ? NULL : phone_device(p,
	    (uint16_t)json_int(k->cmd, "device", 0));

	if (p != NULL && d == NULL)
		*wrong = "no such device";
	return d;
}

static const char *
cmd_phone(struct call *k)
{
	const char *wrong;
	struct phone *p = named_phone(k, &wrong);

	if (p == NULL)
		return wrong;
	copy(k->cmd, "lid", p->lid, sizeof p->lid);
	copy(k->cmd, "platform", p->platform, sizeof p->platform);
	copy(k->cmd, "business", p->business, sizeof p->business);
	copy(k->cmd, "refuse", p->refuse, sizeof p->refuse);
	p->hosted = json_bool(k->cmd, "hosted", p->hosted);
	p->passkey = json_bool(k->cmd, "passkey", p->passkey);
	persist_soon(k->sim);
	status_fill_phone(p, k->answer);
	return NULL;
}

/* --- linking ----------------------------------------------------------- */

/* Answers when the phone shows the link, or its error. */
static void
answer_later(struct call *k, const struct phone *p, uint64_t after,
    const char *event)
{
	cJSON *wait = cJSON_CreateObject();
	char names[64];

	str_format(names, sizeof names, "%s,phone_error", event);
	json_put(wait, "event", names);
	json_put(wait, "phone", p->number);
	json_put_int(wait, "after", (int64_t)after);
	json_put_int(wait, "timeout_ms", json_int(k->cmd, "timeout_ms",
	    k->sim->set.reply_ms + 5000));
	k->is_later = true;
	wait_begin(k->sim, k->client, wait, "phone_error");
	cJSON_Delete(wait);
}

static const char *
attempt_done(struct call *k, const struct conn *c, const struct phone *p,
    uint64_t after, const char *until)
{
	char jid[64];

	if (strcmp(until, "sent") != 0) {
		answer_later(k, p, after, until);
		return NULL;
	}
	json_put(k->answer, "phone", p->number);
	json_put_int(k->answer, "conn", (int64_t)c->id);
	if (c->device == NULL)
		return NULL;
	device_jid(c->device, jid, sizeof jid);
	json_put(k->answer, "jid", jid);
	json_put_int(k->answer, "device", c->device->number);
	return NULL;
}

static const char *
attempt_failed(struct call *k, struct phone *p, const char *error)
{
	cJSON *e = event_new(k->sim, NULL, "phone_error");

	json_put(e, "phone", p->number);
	json_put(e, "error", error);
	event_emit(k->sim, e);
	json_put(k->answer, "phone", p->number);
	json_put(k->answer, "detail", "Couldn't link device");
	return error;
}

static const char *
cmd_scan(struct call *k)
{
	const char *text = json_text(k->cmd, "text");
	const char *until = json_text(k->cmd, "until");
	const char *error = "no new phone";
	uint64_t after = event_log_seq(k->sim->events);
	char clean[2048];
	struct conn *c = NULL;
	struct phone *p;

	if (text == NULL || !str_copy(clean, sizeof clean, text))
		return "text: missing or too long";
	clean[strcspn(clean, "\r\n")] = '\0';
	if (json_has(k->cmd, "phone"))
		p = named_phone(k, &error);
	else
		p = accounts_new_phone(&k->sim->accounts);
	if (p == NULL)
		return error;
	if ((error = pairing_scan(k->sim, p, clean, &c)) != NULL)
		return attempt_failed(k, p, error);
	return attempt_done(k, c, p, after, until == NULL ? "sent" : until);
}

static const char *
cmd_type(struct call *k)
{
	const char *until = json_text(k->cmd, "until"), *error;
	uint64_t after = event_log_seq(k->sim->events);
	struct phone *p = named_phone(k, &error);
	struct conn *c = NULL;
	char code[64];

	if (p == NULL)
		return error;
	if (!json_digits(k->cmd, "code", code, sizeof code))
		return "code: missing";
	if ((error = code_type(k->sim, p, code, &c)) != NULL)
		return attempt_failed(k, p, error);
	return attempt_done(k, c, p, after, until == NULL ? "linked" : until);
}

/* --- afterwards -------------------------------------------------------- */

static void
unlink_device(struct sim *sim, struct device *d)
{
	d->removed = true;
	persist_soon(sim);
	if (d->conn != NULL)
		login_stream_error_code(d->conn, 401, "device_removed");
}

static const char *
cmd_unlink(struct call *k)
{
	const char *wrong;
	struct phone *p = named_phone(k, &wrong);
	int64_t number = json_int(k->cmd, "device", 0), n = 0;

	if (p == NULL)
		return wrong;
	LIST_EACH(at, &p->devices) {
		struct device *d = CONTAINER_OF(at, struct device, link);

		if (d->removed || (number != 0 && d->number != number))
			continue;
		unlink_device(k->sim, d);
		n++;
	}
	json_put_int(k->answer, "unlinked", n);
	return n > 0 || number == 0 ? NULL : "no such device";
}

static void
drop_all(struct phone *p)
{
	LIST_EACH(at, &p->devices) {
		struct device *d = CONTAINER_OF(at, struct device, link);

		if (d->conn != NULL)
			conn_close(d->conn, "ban");
	}
}

static const char *
cmd_ban(struct call *k)
{
	const char *wrong;
	struct phone *p = named_phone(k, &wrong);

	if (p == NULL)
		return wrong;
	if (json_is(k->cmd, "kind", "locked"))
		p->ban = BAN_LOCKED;
	else if (json_is(k->cmd, "kind", "banned"))
		p->ban = BAN_BANNED;
	else if (json_is(k->cmd, "kind", "reason"))
		p->ban = BAN_REASON;
	else if (json_is(k->cmd, "kind", "temp"))
		p->ban = BAN_TEMP;
	else
		return "kind: temp, locked, banned or reason";
	p->ban_code = p->ban == BAN_REASON ? json_int(k->cmd, "reason", 400) :
	    json_int(k->cmd, "code", 101);
	p->ban_until_s = sim_wall_s() + json_int(k->cmd, "expire_s", 3600);
	p->ban_text[0] = '\0';
	copy(k->cmd, "text", p->ban_text, sizeof p->ban_text);
	if (json_bool(k->cmd, "drop", false))
		drop_all(p);
	return NULL;
}

static const char *
cmd_unban(struct call *k)
{
	const char *wrong;
	struct phone *p = named_phone(k, &wrong);

	if (p == NULL)
		return wrong;
	p->ban = BAN_NONE;
	return NULL;
}

static const char *
cmd_prekeys(struct call *k)
{
	const char *wrong;
	struct device *d = named_device(k, &wrong);

	if (d == NULL)
		return wrong;
	json_put_int(k->answer, "count", d->prekeys);
	status_fill_device(d, k->answer);
	return NULL;
}

static const char *
cmd_take_prekeys(struct call *k)
{
	const char *wrong;
	struct device *d = named_device(k, &wrong);

	if (d == NULL)
		return wrong;
	prekeys_take(k->sim, d, (uint32_t)json_int(k->cmd, "n", 1),
	    json_bool(k->cmd, "notify", false));
	json_put_int(k->answer, "count", d->prekeys);
	return NULL;
}

static const char *
cmd_queue(struct call *k)
{
	const char *wrong;
	struct device *d = named_device(k, &wrong);

	if (d == NULL)
		return wrong;
	d->backlog.messages += (uint32_t)json_int(k->cmd, "messages", 0);
	d->backlog.receipts += (uint32_t)json_int(k->cmd, "receipts", 0);
	d->backlog.notifications += (uint32_t)json_int(k->cmd,
	    "notifications", 0);
	d->backlog.batch = (uint32_t)json_int(k->cmd, "batch", 0);
	return NULL;
}

const struct command commands_phone[] = {
	{ "phone", cmd_phone }, { "scan", cmd_scan }, { "type", cmd_type },
	{ "unlink", cmd_unlink }, { "ban", cmd_ban }, { "unban", cmd_unban },
	{ "prekeys", cmd_prekeys }, { "take-prekeys", cmd_take_prekeys },
	{ "queue", cmd_queue }, { NULL, NULL },
};
