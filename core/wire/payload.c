#include "core/wire/payload.h"

#include <string.h>

#include "core/base/str.h"
#include "core/wire/pb.h"
#include "core/wire/proto/payload.pb-c.h"

#define PLATFORM_ANDROID 0      /* UserAgent.Platform */
#define PLATFORM_WEB 14
#define RELEASE 0               /* UserAgent.ReleaseChannel */
#define CONNECT_WIFI_UNKNOWN 1
#define CONNECT_USER_ACTIVATED 1

#define DEVICE_PROPS_MAX 1024

const struct wa_client wa_client_default = {
	.version = { 2, 3000, 1045649367 },
	.device_name = "pairdesk",
	.platform = DEVICE_CHROME,
	.language = "en",
	.country = "US",
	.os_version = { 0, 1, 0 },
	.lid_migrated = true,
};

/* --- versions -------------------------------------------------------------- */

/* A decimal number without leading zeroes; the hash of the text is sent, so
 * one version has one text. */
static bool
take_number(const char **s, uint32_t *out)
{
	const char *p = *s;
	uint64_t v = 0;

	if (*p < '0' || *p > '9' || (*p == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (uint64_t)(*p - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*s = p;
	*out = (uint32_t)v;
	return true;
}

static bool
take_dot(const char **s)
{
	return *(*s)++ == '.';
}

bool
wa_version_parse(const char *text, struct wa_version *out)
{
	struct wa_version v;

	if (!take_number(&text, &v.primary) || !take_dot(&text) ||
	    !take_number(&text, &v.secondary) || !take_dot(&text) ||
	    !take_number(&text, &v.tertiary) || *text != '\0')
		return false;
	*out = v;
	return true;
}

void
wa_version_format(const struct wa_version *v, char *out, size_t size)
{
	str_format(out, size, "%u.%u.%u", v->primary, v->secondary,
	    v->tertiary);
}

static int
compare(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

int
wa_version_compare(const struct wa_version *a, const struct wa_version *b)
{
	int order;

	if ((order = compare(a->primary, b->primary)) == 0 &&
	    (order = compare(a->secondary, b->secondary)) == 0)
		order = compare(a->tertiary, b->tertiary);
	return order;
}

static Wa__Version
version_message(const struct wa_version *v)
{
	Wa__Version m = WA__VERSION__INIT;

	m.has_primary = m.has_secondary = m.has_tertiary = true;
	m.primary = v->primary;
	m.secondary = v->secondary;
	m.tertiary = v->tertiary;
	return m;
}

/* --- DeviceProps ----------------------------------------------------------- */

static void
fill_history(const struct wa_client *client,
    Wa__DeviceProps__HistorySyncConfig *m)
{
	/* first history chunk inside its message saves a media download */
	static const struct payload_history ours = {
		.storage_quota_mb = 10240,
		.inline_initial_payload = true,
	};
	const struct payload_history *h =
	    client->history == NULL ? &ours : client->history;

	m->has_storage_quota_mb = true;
	m->storage_quota_mb = h->storage_quota_mb;
	m->has_inline_initial_payload = true;
	m->inline_initial_payload = h->inline_initial_payload;
#define FLAG(n, name) \
	m->has_##name = (h->given >> (n) & 1) != 0; \
	m->name = (h->set >> (n) & 1) != 0;
	FLAG(6, support_call_log_history)
	FLAG(7, support_bot_user_agent_chat_history)
	FLAG(8, support_cag_reactions_and_polls)
	FLAG(9, support_biz_hosted_msg)
	FLAG(10, support_recent_sync_chunk_tuning)
	FLAG(11, support_hosted_group_msg)
	FLAG(12, support_fbid_bot_chat_history)
	FLAG(13, support_add_on_history_migration)
	FLAG(14, support_message_association)
	FLAG(15, support_group_history)
#undef FLAG
}

static enum err
device_props(const struct wa_client *client, struct buf *out)
{
	Wa__DeviceProps m = WA__DEVICE_PROPS__INIT;
	Wa__DeviceProps__HistorySyncConfig history =
	    WA__DEVICE_PROPS__HISTORY_SYNC_CONFIG__INIT;
	Wa__Version version = version_message(&client->os_version);

	m.os = pb_text(client->device_name);
	m.version = &version;
	m.has_platform_type = true;
	m.platform_type = (uint32_t)client->platform;
	m.has_require_full_sync = true;
	m.require_full_sync = client->full_sync;
	fill_history(client, &history);
	m.history_sync_config = &history;
	return pb_append(&m.base, out);
}

/* --- ClientPayload --------------------------------------------------------- */

/* The message and the parts it points to. */
struct payload {
	Wa__ClientPayload m;
	Wa__ClientPayload__UserAgent agent;
	Wa__ClientPayload__WebInfo web;
	Wa__Version version;
};

static void
fill_agent(const struct wa_client *client, struct payload *p)
{
	static const Wa__ClientPayload__UserAgent empty =
	    WA__CLIENT_PAYLOAD__USER_AGENT__INIT;
	Wa__ClientPayload__UserAgent *m = &p->agent;

	*m = empty;
	m->has_platform = m->has_release_channel = true;
	m->platform = client->is_android ? PLATFORM_ANDROID : PLATFORM_WEB;
	p->version = version_message(&client->version);
	m->app_version = &p->version;
	m->mcc = m->mnc = pb_text("000");
	m->os_version = m->os_build_number = pb_text("0.1");
	m->device = pb_text("Desktop");
	m->release_channel = RELEASE;
	m->locale_language = pb_text(client->language);
	m->locale_country = pb_text(client->country);
}

/* What registration and login have in common. p must not move afterwards. */
static void
fill_common(const struct wa_client *client, struct payload *p)
{
	static const Wa__ClientPayload empty = WA__CLIENT_PAYLOAD__INIT;
	static const Wa__ClientPayload__WebInfo empty_web =
	    WA__CLIENT_PAYLOAD__WEB_INFO__INIT;

	p->m = empty;
	fill_agent(client, p);
	p->m.user_agent = &p->agent;
	p->web = empty_web;
	p->web.has_web_sub_platform = true;
	p->web.web_sub_platform = client->web_sub_platform;
	if (!client->is_android)
		p->m.web_info = &p->web;
	if (client->push_name != NULL)
		p->m.push_name = pb_text(client->push_name);
	p->m.has_connect_type = p->m.has_connect_reason = true;
	p->m.connect_type = CONNECT_WIFI_UNKNOWN;
	p->m.connect_reason = CONNECT_USER_ACTIVATED;
	p->m.has_passive = p->m.has_pull = true;
}

/* The bytes that a pairing message points to. */
struct pairing_bytes {
	uint8_t regid[4], skey_id[3], key_type, build_hash[16];
};

static void
fill_pairing(const struct wa_client *client, const struct identity *id,
    struct pairing_bytes *b, Wa__ClientPayload__DevicePairingData *m)
{
	const uint32_t regid = id->registration_id, skey = id->signed_prekey_id;
	char version[WA_VERSION_TEXT_MAX + 1];

	*b = (struct pairing_bytes){
		.regid = { (uint8_t)(regid >> 24), (uint8_t)(regid >> 16),
		    (uint8_t)(regid >> 8), (uint8_t)regid },
		.skey_id = { (uint8_t)(skey >> 16), (uint8_t)(skey >> 8),
		    (uint8_t)skey },
		.key_type = KEY_TYPE_DJB,
	};
	wa_version_format(&client->version, version, sizeof version);
	crypt_md5(version, strlen(version), b->build_hash);
	m->has_e_regid = m->has_e_keytype = m->has_e_ident = true;
	m->has_e_skey_id = m->has_e_skey_val = m->has_e_skey_sig = true;
	m->has_build_hash = true;
	m->e_regid = pb_bytes(b->regid, sizeof b->regid);
	m->e_keytype = pb_bytes(&b->key_type, 1);
	m->e_ident = pb_bytes(id->identity.pub, KEY_LEN);
	m->e_skey_id = pb_bytes(b->skey_id, sizeof b->skey_id);
	m->e_skey_val = pb_bytes(id->signed_prekey.pub, KEY_LEN);
	m->e_skey_sig = pb_bytes(id->signed_prekey_sig, SIGNATURE_LEN);
	m->build_hash = pb_bytes(b->build_hash, sizeof b->build_hash);
}

enum err
payload_register(const struct wa_client *client, const struct identity *id,
    struct buf *out)
{
	Wa__ClientPayload__DevicePairingData pairing =
	    WA__CLIENT_PAYLOAD__DEVICE_PAIRING_DATA__INIT;
	struct pairing_bytes bytes;
	struct payload p;
	struct buf props;
	enum err err;

	buf_init(&props, DEVICE_PROPS_MAX);
	if ((err = device_props(client, &props)) == ERR_OK) {
		fill_common(client, &p);
		fill_pairing(client, id, &bytes, &pairing);
		pairing.has_device_props = true;
		pairing.device_props = pb_bytes(props.data, props.len);
		p.m.device_pairing_data = &pairing;
		p.m.passive = p.m.pull = false;
		err = pb_append(&p.m.base, out);
	}
	buf_finish(&props);
	return err;
}

enum err
payload_login(const struct wa_client *client, const char *device_jid,
    int32_t lc, struct buf *out)
{
	struct payload p;
	struct jid jid;
	uint64_t user;

	if (!jid_parse(device_jid, &jid) ||
	    !str_to_u64(jid.user, UINT64_MAX, &user))
		return ERR_INVALID;
	fill_common(client, &p);
	p.m.has_username = true;
	p.m.username = user;
	/* passive: traffic is held back until the "active" iq; pull: what
	 * waited offline is delivered */
	p.m.passive = p.m.pull = true;
	p.m.has_device = jid.device != 0;
	p.m.device = jid.device;
	p.m.has_lc = lc != 0;
	p.m.lc = lc;
	p.m.has_lid_db_migrated = true;
	p.m.lid_db_migrated = client->lid_migrated;
	return pb_append(&p.m.base, out);
}

char
payload_platform_id(enum device_platform platform)
{
	switch (platform) {
	case DEVICE_CHROME:
		return '1';
	case DEVICE_EDGE:
		return '2';
	case DEVICE_FIREFOX:
		return '3';
	case DEVICE_IE:
		return '4';
	case DEVICE_OPERA:
		return '5';
	case DEVICE_SAFARI:
		return '6';
	case DEVICE_DESKTOP:
		return '7';
	case DEVICE_UWP:
		return '8';
	case DEVICE_UNKNOWN:
		break;
	}
	return '9';             /* any other web client */
}
