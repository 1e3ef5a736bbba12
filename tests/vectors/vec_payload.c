/*
 * ClientPayload byte for byte as Baileys makes it from a configuration. What
 * it decides by the names in its browser setting is decided here the same
 * way; everything else is the product's code.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/payload.h"
#include "core/wire/pb.h"
#include "core/wire/proto/payload.pb-c.h"
#include "tests/vectors/vec.h"

#define BIT(n) (UINT32_C(1) << (n))
#define SUB_PLATFORM_DARWIN 3
#define SUB_PLATFORM_WIN32 4

static const struct payload_history baileys_history = {
	.storage_quota_mb = 10240,
	.inline_initial_payload = true,
	.given = BIT(6) | BIT(7) | BIT(8) | BIT(9) | BIT(10) | BIT(11) |
	    BIT(12) | BIT(14) | BIT(15),
	.set = BIT(7) | BIT(8) | BIT(9) | BIT(10) | BIT(11) | BIT(12) |
	    BIT(14),
};

/* DeviceProps.PlatformType by number */
static const char *const platform_names[] = {
	"UNKNOWN", "CHROME", "FIREFOX", "IE", "OPERA", "SAFARI", "EDGE",
	"DESKTOP", "IPAD", "ANDROID_TABLET", "OHANA", "ALOHA", "CATALINA",
	"TCL_TV", "IOS_PHONE", "IOS_CATALYST", "ANDROID_PHONE",
	"ANDROID_AMBIGUOUS", "WEAR_OS", "AR_WRIST", "AR_DEVICE", "UWP", "VR",
	"CLOUD_API", "SMARTGLASSES"
};

#define ANDROID_PHONE 16

static enum device_platform
platform_of(const char *name)
{
	if (strcasecmp(name, "ANDROID") == 0)
		return (enum device_platform)ANDROID_PHONE;
	for (size_t i = 1; i < ARRAY_LEN(platform_names); i++) {
		if (strcasecmp(name, platform_names[i]) == 0)
			return (enum device_platform)i;
	}
	return DEVICE_CHROME;
}

static uint32_t
sub_platform_of(const char *os, const char *name, bool full_sync)
{
	if (!full_sync || strcmp(name, "Desktop") != 0)
		return 0;
	if (strcmp(os, "Mac OS") == 0)
		return SUB_PLATFORM_DARWIN;
	return strcmp(os, "Windows") == 0 ? SUB_PLATFORM_WIN32 : 0;
}

static bool
version_of(const cJSON *version, struct wa_version *out)
{
	uint32_t part[3];

	for (int i = 0; i < 3; i++) {
		const cJSON *n = cJSON_GetArrayItem(version, i);

		if (!cJSON_IsNumber(n))
			return false;
		part[i] = (uint32_t)n->valuedouble;
	}
	*out = (struct wa_version){ part[0], part[1], part[2] };
	return true;
}

/* Strings are borrowed from config. */
static bool
client_of(const cJSON *config, struct wa_client *out)
{
	const cJSON *browser = vec_at(config, "browser");
	const char *os = cJSON_GetStringValue(cJSON_GetArrayItem(browser, 0));
	const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(browser, 1));
	const char *push_name = vec_str(config, "push_name");

	*out = (struct wa_client){
		.device_name = os,
		.language = "en",
		.country = vec_str(config, "country_code"),
		.os_version = { 10, 15, 7 },
		.full_sync = cJSON_IsTrue(vec_at(config, "sync_full_history")),
		.history = &baileys_history,
	};
	if (os == NULL || name == NULL || out->country == NULL ||
	    !version_of(vec_at(config, "version"), &out->version))
		return false;
	out->platform = platform_of(name);
	out->web_sub_platform = sub_platform_of(os, name, out->full_sync);
	out->is_android = strcasestr(name, "android") != NULL;
	if (push_name != NULL && *push_name != '\0')
		out->push_name = push_name;
	return true;
}

/* Decoding with our own schema must find all fields, none of them unknown. */
static bool
is_known(const struct buf *payload)
{
	const Wa__ClientPayload *m;
	struct pb_arena arena;
	bool ok;

	pb_arena_init(&arena);
	m = pb_unpack(&arena, &wa__client_payload__descriptor, payload->data,
	    payload->len);
	ok = m != NULL && m->base.n_unknown_fields == 0 &&
	    m->user_agent != NULL &&
	    m->user_agent->base.n_unknown_fields == 0;
	pb_arena_finish(&arena);
	return ok;
}

/* The parts as the vector decoded them. */
static bool
pairing_is(const struct buf *payload, const cJSON *v)
{
	const cJSON *want = vec_at(v, "decoded.devicePairingData");
	const Wa__ClientPayload__DevicePairingData *d;
	const Wa__ClientPayload *m;
	struct pb_arena arena;
	bool ok;

	pb_arena_init(&arena);
	m = pb_unpack(&arena, &wa__client_payload__descriptor, payload->data,
	    payload->len);
	ok = m != NULL && (d = m->device_pairing_data) != NULL &&
	    vec_is(want, "eRegid", d->e_regid.data, d->e_regid.len) &&
	    vec_is(want, "eKeytype", d->e_keytype.data, d->e_keytype.len) &&
	    vec_is(want, "eIdent", d->e_ident.data, d->e_ident.len) &&
	    vec_is(want, "eSkeyId", d->e_skey_id.data, d->e_skey_id.len) &&
	    vec_is(want, "eSkeyVal", d->e_skey_val.data, d->e_skey_val.len) &&
	    vec_is(want, "eSkeySig", d->e_skey_sig.data, d->e_skey_sig.len) &&
	    vec_is(want, "buildHash", d->build_hash.data,
	    d->build_hash.len) &&
	    vec_is(want, "deviceProps", d->device_props.data,
	    d->device_props.len) &&
	    vec_is(v, "device_props", d->device_props.data,
	    d->device_props.len);
	pb_arena_finish(&arena);
	return ok;
}

static bool
username_is(const struct buf *payload, const char *want)
{
	const Wa__ClientPayload *m;
	struct pb_arena arena;
	uint64_t user;
	bool ok;

	pb_arena_init(&arena);
	m = pb_unpack(&arena, &wa__client_payload__descriptor, payload->data,
	    payload->len);
	ok = m != NULL && want != NULL &&
	    str_to_u64(want, UINT64_MAX, &user) && m->username == user;
	pb_arena_finish(&arena);
	return ok;
}

static void
check_registration(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	struct wa_client client;
	struct identity identity;
	struct buf out;

	buf_init(&out, 8192);
	if (vec_check(c, client_of(vec_at(v, "config"), &client) &&
	    vec_identity(vec_at(v, "creds"), &identity), id,
	    "vector is complete")) {
		vec_check(c, payload_register(&client, &identity, &out) ==
		    ERR_OK && vec_is(v, "payload", out.data, out.len), id,
		    "registration payload");
		vec_check(c, is_known(&out) && pairing_is(&out, v), id,
		    "decoded payload");
	}
	buf_finish(&out);
}

static void
check_login(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id"), *jid = vec_str(v, "jid");
	struct wa_client client;
	struct buf out;

	buf_init(&out, 8192);
	if (vec_check(c, jid != NULL &&
	    client_of(vec_at(v, "config"), &client), id,
	    "vector is complete")) {
		vec_check(c, payload_login(&client, jid, 0, &out) == ERR_OK &&
		    vec_is(v, "payload", out.data, out.len), id,
		    "login payload");
		vec_check(c, is_known(&out) && username_is(&out,
		    vec_str(vec_at(v, "decoded"), "username")), id,
		    "decoded payload");
	}
	buf_finish(&out);
}

void
vec_client_payload(const cJSON *root, struct vec_count *c)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, vec_at(root, "registration"))
		check_registration(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "login"))
		check_login(v, c);
}
