#include "tests/sim/status.h"

#include <stdio.h>
#include <string.h>

#include <uv.h>

#include "core/base/str.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/owed.h"
#include "tests/sim/sim.h"

static void
fill_connections(const struct sim *sim, cJSON *o)
{
	cJSON *conns = cJSON_AddObjectToObject(o, "connections");
	cJSON *stages = cJSON_AddObjectToObject(o, "stages");

	json_put_int(conns, "now", sim->conns_now);
	json_put_int(conns, "total", sim->conns_total);
	json_put_int(conns, "max", sim->conns_max);
	for (int i = 0; i < STAGE_COUNT; i++)
		json_put_int(stages, stage_name((enum stage)i),
		    sim->in_stage[i]);
	json_put_int(stages, "stalled", sim->stalled_now);
}

void
status_fill(const struct sim *sim, cJSON *o)
{
	size_t rss = 0;

	fill_connections(sim, o);
#define COUNTER_PUT(name) json_put_int(o, #name, sim->count.name);
	COUNTER_LIST(COUNTER_PUT)
#undef COUNTER_PUT
	json_put_int(o, "phones", (int64_t)sim->accounts.phone_count);
	json_put_int(o, "devices", (int64_t)sim->accounts.device_count);
	if (uv_resident_set_memory(&rss) == 0)
		json_put_int(o, "rss_kib", (int64_t)(rss / 1024));
}

bool
status_value(const struct sim *sim, const char *name, int64_t *out)
{
	cJSON *all = cJSON_CreateObject();
	const cJSON *at = all;
	char part[64];
	bool found;

	status_fill(sim, all);
	while (at != NULL && *name != '\0') {
		size_t n = strcspn(name, ".");

		snprintf(part, sizeof part, "%.*s", (int)n, name);
		at = cJSON_GetObjectItemCaseSensitive(at, part);
		name += n + (name[n] == '.');
	}
	found = at != NULL && cJSON_IsNumber(at);
	if (found)
		*out = (int64_t)at->valuedouble;
	cJSON_Delete(all);
	return found;
}

cJSON *
status_conn(const struct conn *c)
{
	static const char *const kinds[] = {
		[CONN_UNKNOWN] = "unknown", [CONN_REGISTER] = "register",
		[CONN_LOGIN] = "login",
	};
	cJSON *o = cJSON_CreateObject();

	json_put_int(o, "conn", (int64_t)c->id);
	json_put(o, "stage", stage_name(c->stage));
	json_put(o, "kind", kinds[c->kind]);
	cJSON_AddBoolToObject(o, "stalled", c->stalled);
	cJSON_AddBoolToObject(o, "active", c->is_active);
	json_put_int(o, "since_ms", (int64_t)uv_now(c->sim->loop) -
	    c->since_ms);
	json_put_int(o, "pings", c->pings);
	json_put_int(o, "owed", (int64_t)owed_count(c));
	json_put_int(o, "revision", c->revision);
	if (c->kind != CONN_UNKNOWN)
		json_put_hex(o, "noise_pub", c->noise_pub, KEY_LEN);
	if (c->asked_phone[0] != '\0')
		json_put(o, "asked_phone", c->asked_phone);
	if (c->device != NULL)
		status_name_device(c->device, o);
	return o;
}

void
status_name_device(const struct device *d, cJSON *o)
{
	char jid[64];

	device_jid(d, jid, sizeof jid);
	json_put(o, "phone", d->phone->number);
	json_put_int(o, "device", d->number);
	json_put(o, "jid", jid);
}

void
status_fill_device(const struct device *d, cJSON *o)
{
	const struct idset *ids = &d->prekey_ids;
	char lid[64];

	status_name_device(d, o);
	device_lid(d, lid, sizeof lid);
	json_put(o, "lid", lid);
	cJSON_AddBoolToObject(o, "confirmed", d->confirmed);
	cJSON_AddBoolToObject(o, "removed", d->removed);
	cJSON_AddBoolToObject(o, "online", d->conn != NULL);
	json_put_int(o, "prekeys", d->prekeys);
	json_put_int(o, "uploads", d->uploads);
	json_put_int(o, "first_id", ids->count == 0 ? 0 :
	    ids->ranges[0].first);
	json_put_int(o, "last_id", ids->count == 0 ? 0 :
	    ids->ranges[ids->count - 1].last);
	json_put_int(o, "logins", d->logins);
	json_put_int(o, "last_seen", d->last_seen_s);
	json_put_int(o, "registration", d->registration_id);
	json_put_hex(o, "identity", d->identity_pub, KEY_LEN);
	json_put_hex(o, "noise_pub", d->noise_pub, KEY_LEN);
	json_put_int(o, "waiting", d->backlog.messages +
	    d->backlog.receipts + d->backlog.notifications);
}

void
status_fill_phone(const struct phone *p, cJSON *o)
{
	cJSON *devices;

	json_put(o, "phone", p->number);
	json_put(o, "lid", p->lid);
	json_put(o, "platform", p->platform);
	json_put(o, "business", p->business);
	cJSON_AddBoolToObject(o, "banned", p->ban != BAN_NONE);
	devices = cJSON_AddArrayToObject(o, "devices");
	LIST_EACH(at, &p->devices) {
		cJSON *device = cJSON_CreateObject();

		status_fill_device(CONTAINER_OF(at, struct device, link),
		    device);
		cJSON_AddItemToArray(devices, device);
	}
}
