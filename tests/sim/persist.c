#include "tests/sim/persist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/sim/chain.h"
#include "tests/sim/json.h"
#include "tests/sim/sim.h"

#define FILE_MAX ((size_t)256 * 1024 * 1024)

/* --- saving ------------------------------------------------------------ */

static cJSON *
device_to_json(const struct device *d)
{
	cJSON *o = cJSON_CreateObject(), *ids = cJSON_CreateArray();

	json_put_int(o, "number", d->number);
	json_put_int(o, "key_index", d->key_index);
	json_put_hex(o, "noise", d->noise_pub, KEY_LEN);
	json_put_hex(o, "identity", d->identity_pub, KEY_LEN);
	json_put_int(o, "registration", d->registration_id);
	json_put_int(o, "removed", d->removed);
	json_put_int(o, "prekeys", d->prekeys);
	json_put_int(o, "uploads", d->uploads);
	json_put_int(o, "logins", d->logins);
	for (size_t i = 0; i < d->prekey_ids.count; i++) {
		cJSON_AddItemToArray(ids, cJSON_CreateNumber(
		    d->prekey_ids.ranges[i].first));
		cJSON_AddItemToArray(ids, cJSON_CreateNumber(
		    d->prekey_ids.ranges[i].last));
	}
	cJSON_AddItemToObject(o, "ids", ids);
	return o;
}

static cJSON *
phone_to_json(const struct phone *p)
{
	cJSON *o = cJSON_CreateObject(), *devices = cJSON_CreateArray();

	json_put(o, "number", p->number);
	json_put(o, "lid", p->lid);
	json_put(o, "platform", p->platform);
	json_put(o, "business", p->business);
	json_put_int(o, "hosted", p->hosted);
	json_put_hex(o, "identity", p->identity.priv.b, KEY_LEN);
	json_put_int(o, "raw_id", p->raw_id);
	json_put_int(o, "next_device", p->next_device);
	json_put_int(o, "next_key_index", p->next_key_index);
	LIST_EACH(at, &p->devices) {
		const struct device *d = CONTAINER_OF(at, struct device, link);

		if (d->confirmed)
			cJSON_AddItemToArray(devices, device_to_json(d));
	}
	cJSON_AddItemToObject(o, "devices", devices);
	return o;
}

static cJSON *
to_json(const struct sim *sim)
{
	cJSON *o = cJSON_CreateObject(), *phones = cJSON_CreateArray();

	json_put_hex(o, "root", sim->chain->root.priv.b, KEY_LEN);
	json_put_hex(o, "intermediate", sim->chain->intermediate.priv.b,
	    KEY_LEN);
	json_put_hex(o, "server", sim->chain->server.priv.b, KEY_LEN);
	LIST_EACH(at, &sim->accounts.phones)
		cJSON_AddItemToArray(phones, phone_to_json(CONTAINER_OF(at,
		    struct phone, link)));
	cJSON_AddItemToObject(o, "phones", phones);
	return o;
}

void
persist_now(struct sim *sim)
{
	char temp[512];
	cJSON *o;
	char *text;
	FILE *f;

	if (sim->state_path == NULL ||
	    !str_format(temp, sizeof temp, "%s.new", sim->state_path))
		return;
	o = to_json(sim);
	text = cJSON_PrintUnformatted(o);
	cJSON_Delete(o);
	f = fopen(temp, "w");
	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0 ||
	    rename(temp, sim->state_path) != 0)
		fprintf(stderr, "wasim: cannot write %s\n", sim->state_path);
	cJSON_free(text);
}

void
persist_soon(struct sim *sim)
{
	sim->is_dirty = true;
}

/* --- loading ----------------------------------------------------------- */

static void
load_ids(struct device *d, const cJSON *ids)
{
	int n = cJSON_GetArraySize(ids);

	for (int i = 0; i + 1 < n; i += 2) {
		uint32_t first = (uint32_t)cJSON_GetArrayItem(ids, i)->valuedouble;
		uint32_t last = (uint32_t)cJSON_GetArrayItem(ids, i + 1)
		    ->valuedouble;

		for (uint32_t id = first; id <= last && id < 1u << 24; id++)
			(void)idset_add(&d->prekey_ids, id);
	}
}

static bool
load_device(struct sim *sim, struct phone *p, const cJSON *o)
{
	uint8_t noise[KEY_LEN];
	struct device *d;

	if (!json_hex(o, "noise", noise, KEY_LEN))
		return false;
	d = phone_restore_device(&sim->accounts, p, noise,
	    (uint16_t)json_int(o, "number", 1));
	d->key_index = (uint32_t)json_int(o, "key_index", 1);
	d->registration_id = (uint32_t)json_int(o, "registration", 0);
	d->removed = json_bool(o, "removed", false);
	d->confirmed = true;
	d->prekeys = (uint32_t)json_int(o, "prekeys", 0);
	d->uploads = (uint32_t)json_int(o, "uploads", 0);
	d->logins = (uint32_t)json_int(o, "logins", 0);
	load_ids(d, cJSON_GetObjectItem(o, "ids"));
	return json_hex(o, "identity", d->identity_pub, KEY_LEN);
}

static bool
load_phone(struct sim *sim, const cJSON *o)
{
	const char *number = json_text(o, "number");
	struct phone *p = number == NULL ? NULL :
	    accounts_phone(&sim->accounts, number);
	uint8_t priv[KEY_LEN];
	const cJSON *at;

	if (p == NULL || !json_hex(o, "identity", priv, KEY_LEN))
		return false;
	curve_keypair_from(priv, &p->identity);
	str_copy(p->lid, sizeof p->lid, json_text(o, "lid"));
	str_copy(p->platform, sizeof p->platform, json_text(o, "platform"));
	str_copy(p->business, sizeof p->business, json_text(o, "business"));
	p->hosted = json_bool(o, "hosted", false);
	p->raw_id = (uint32_t)json_int(o, "raw_id", 1);
	p->next_key_index = (uint32_t)json_int(o, "next_key_index", 1);
	cJSON_ArrayForEach(at, cJSON_GetObjectItem(o, "devices")) {
		if (!load_device(sim, p, at))
			return false;
	}
	p->next_device = (uint16_t)json_int(o, "next_device", 1);
	return true;
}

static bool
load_keys(struct chain_keys *k, const cJSON *o)
{
	uint8_t priv[3][KEY_LEN];

	if (!json_hex(o, "root", priv[0], KEY_LEN) ||
	    !json_hex(o, "intermediate", priv[1], KEY_LEN) ||
	    !json_hex(o, "server", priv[2], KEY_LEN))
		return false;
	curve_keypair_from(priv[0], &k->root);
	curve_keypair_from(priv[1], &k->intermediate);
	curve_keypair_from(priv[2], &k->server);
	return true;
}

static bool
load(struct sim *sim, const cJSON *o)
{
	const cJSON *at;

	if (!load_keys(sim->chain, o))
		return false;
	cJSON_ArrayForEach(at, cJSON_GetObjectItem(o, "phones")) {
		if (!load_phone(sim, at))
			return false;
	}
	return true;
}

bool
persist_load(struct sim *sim)
{
	FILE *f = sim->state_path == NULL ? NULL : fopen(sim->state_path, "r");
	struct buf text;
	uint8_t *where;
	const char *s;
	cJSON *o;
	size_t n;
	bool ok;

	if (f == NULL)
		return true;
	buf_init(&text, FILE_MAX);
	while (buf_extend(&text, 65536, &where) == ERR_OK) {
		n = fread(where, 1, 65536, f);
		text.len -= 65536 - n;
		if (n == 0)
			break;
	}
	fclose(f);
	o = buf_cstr(&text, &s) == ERR_OK ? cJSON_Parse(s) : NULL;
	ok = o != NULL && load(sim, o);
	if (!ok)
		fprintf(stderr, "wasim: %s is not a state file\n",
		    sim->state_path);
	cJSON_Delete(o);
	buf_finish(&text);
	return ok;
}
