#include "tests/sim/command.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/sim/conn.h"
#include "tests/sim/control.h"
#include "tests/sim/fault.h"
#include "tests/sim/json.h"
#include "tests/sim/login.h"
#include "tests/sim/net.h"
#include "tests/sim/persist.h"
#include "tests/sim/push.h"
#include "tests/sim/wait.h"

/* --- faults ------------------------------------------------------------ */

static void
on_listen_again(uv_timer_t *t)
{
	struct sim *sim = t->data;

	(void)net_server_resume(sim->server);
}

static const char *
unlisten(struct call *k)
{
	int64_t ms = json_int(k->cmd, "ms", 0);

	net_server_pause(k->sim->server);
	json_put_int(k->answer, "id", 0);       /* "listen" ends it */
	if (ms > 0)
		uv_timer_start(&k->sim->listen_timer, on_listen_again,
		    (uint64_t)ms, 0);
	return NULL;
}

static const char *
cmd_fault(struct call *k)
{
	int64_t id = 0;
	const char *wrong;

	if (json_is(k->cmd, "do", "unlisten"))
		return unlisten(k);
	if (json_is(k->cmd, "do", "tls") && k->sim->tls == NULL)
		return "tls: this simulator is --plain";
	wrong = faults_add(&k->sim->faults, cJSON_Duplicate(k->cmd, 1), &id);
	if (wrong == NULL)
		json_put_int(k->answer, "id", id);
	return wrong;
}

static const char *
cmd_faults(struct call *k)
{
	cJSON_AddItemToObject(k->answer, "faults",
	    faults_list(&k->sim->faults));
	return NULL;
}

static const char *
cmd_clear(struct call *k)
{
	faults_clear(&k->sim->faults, json_int(k->cmd, "id", 0));
	return NULL;
}

static const char *
cmd_listen(struct call *k)
{
	uv_timer_stop(&k->sim->listen_timer);
	return net_server_resume(k->sim->server) ? NULL : "cannot listen";
}

/* --- pushes ------------------------------------------------------------ */

static bool
is_target(const struct conn *c, const cJSON *cmd)
{
	char number[32];

	if (c->closing)
		return false;
	if (json_has(cmd, "conn"))
		return (int64_t)c->id == json_int(cmd, "conn", -1);
	if (!json_digits(cmd, "phone", number, sizeof number))
		return json_bool(cmd, "all", false);
	if (c->device == NULL)
		return strcmp(c->asked_phone, number) == 0;
	return strcmp(c->device->phone->number, number) == 0 &&
	    (!json_has(cmd, "device") ||
	    json_int(cmd, "device", 0) == c->device->number);
}

static struct conn *
newest(struct sim *sim)
{
	for (struct list *at = sim->conns.prev; at != &sim->conns;
	    at = at->prev) {
		struct conn *c = CONTAINER_OF(at, struct conn, link);

		if (!c->closing)
			return c;
	}
	return NULL;
}

/* Calls fn for every target of the command; gives its last complaint. */
static const char *
each_target(struct call *k, const char *(*fn)(struct conn *, const cJSON *))
{
	const char *wrong = "no such connection";
	bool named = json_has(k->cmd, "conn") || json_has(k->cmd, "phone") ||
	    json_has(k->cmd, "all");
	struct conn *last = named ? NULL : newest(k->sim);
	int64_t sent = 0;

	LIST_EACH_SAFE(at, &k->sim->conns) {
		struct conn *c = CONTAINER_OF(at, struct conn, link);

		if (c != last && (!named || !is_target(c, k->cmd)))
			continue;
		if ((wrong = fn(c, k->cmd)) != NULL)
			return wrong;
		sent++;
	}
	json_put_int(k->answer, "sent", sent);
	return sent > 0 || json_has(k->cmd, "all") ? NULL : wrong;
}

static const char *
cmd_push(struct call *k)
{
	if (json_text(k->cmd, "what") == NULL)
		return "what: missing";
	return each_target(k, push_to);
}

static const char *
replace(struct conn *c, const cJSON *cmd)
{
	(void)cmd;
	if (!c->is_transport)
		return "no handshake yet";
	login_replace(c);
	return NULL;
}

static const char *
cmd_conflict(struct call *k)
{
	return each_target(k, replace);
}

/* --- settings and the whole -------------------------------------------- */

static const char *
set_one(struct sim *sim, const cJSON *cmd, const cJSON *v)
{
	struct settings *s = &sim->set;

	if (strcmp(v->string, "page") == 0 && cJSON_IsString(v))
		return str_copy(s->page, sizeof s->page, v->valuestring) ?
		    NULL : "page";
	if (strcmp(v->string, "root_page") == 0 && cJSON_IsString(v))
		return str_copy(s->root_page, sizeof s->root_page,
		    v->valuestring) ? NULL : "root_page";
	if (cJSON_IsBool(v))
		return settings_set(s, v->string, cJSON_IsTrue(v)) ? NULL :
		    "no such setting";
	return settings_set(s, v->string, json_int(cmd, v->string, -1)) ?
	    NULL : "no such setting, or out of range";
}

static const char *
cmd_set(struct call *k)
{
	const cJSON *v;
	const char *wrong = NULL;

	cJSON_ArrayForEach(v, k->cmd) {
		if (strcmp(v->string, "cmd") != 0 && wrong == NULL)
			wrong = set_one(k->sim, k->cmd, v);
	}
	return wrong;
}

static const char *
cmd_reset(struct call *k)
{
	struct sim *sim = k->sim;
	const struct rnd *rnd = sim->accounts.rnd;

	conn_close_all(sim);
	faults_clear(&sim->faults, 0);
	memset(&sim->count, 0, sizeof sim->count);
	sim->conns_total = sim->conns_max = 0;
	event_log_clear(sim->events);
	if (json_is(k->cmd, "keep", "devices"))
		return NULL;
	accounts_finish(&sim->accounts);
	accounts_init(&sim->accounts, rnd);
	persist_soon(sim);
	return NULL;
}

static const char *
cmd_quit(struct call *k)
{
	uv_stop(k->sim->loop);
	return NULL;
}

static const struct command commands[] = {
	{ "fault", cmd_fault }, { "faults", cmd_faults },
	{ "clear", cmd_clear }, { "listen", cmd_listen },
	{ "push", cmd_push }, { "conflict", cmd_conflict },
	{ "set", cmd_set }, { "reset", cmd_reset }, { "quit", cmd_quit },
	{ NULL, NULL },
};

/* --- running ----------------------------------------------------------- */

static command_fn
find(const char *name)
{
	static const struct command *const tables[] = { commands,
	    commands_look, commands_phone };

	for (size_t i = 0; name != NULL && i < ARRAY_LEN(tables); i++) {
		for (const struct command *at = tables[i]; at->name != NULL;
		    at++) {
			if (strcmp(at->name, name) == 0)
				return at->fn;
		}
	}
	return NULL;
}

void
command_run(struct control_client *client, const cJSON *cmd)
{
	struct call k = { .sim = control_sim(client), .client = client,
		.cmd = cmd };
	command_fn fn = find(json_text(cmd, "cmd"));
	const char *wrong;

	k.answer = cJSON_CreateObject();
	cJSON_AddBoolToObject(k.answer, "ok", true);
	wrong = fn == NULL ? "no such command" : fn(&k);
	if (k.is_later) {
		cJSON_Delete(k.answer);
		return;
	}
	if (wrong != NULL) {
		cJSON_ReplaceItemInObject(k.answer, "ok", cJSON_CreateFalse());
		json_put(k.answer, "error", wrong);
	}
	control_answer(client, k.answer);
}
