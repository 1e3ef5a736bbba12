#include "tests/sim/makes.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/serve.h"

#define STRANGER "15550001234@s.whatsapp.net"
#define GROUP "120363000000000001@g.us"
#define JSON_DEPTH_MAX 24

const char *const makes_notification_types[] = {
	"devices", "account_sync", "server_sync", "w:gp2", "picture", "status",
	"contacts", "privacy_token", "mediaretry", "psa", "newsletter",
	"business", "disappearing_mode", "mex", "registration", "encrypt",
	"crsc_continuation", NULL
};

static struct node *
base(struct conn *c, const char *tag, const char *from)
{
	struct node *n = node_create(tag);
	char id[40];

	str_format(id, sizeof id, "3EB0%08X%08X", (unsigned)c->id,
	    (unsigned)++c->next_iq);
	node_set(n, "from", from);
	node_set(n, "id", id);
	node_set_u64(n, "t", (uint64_t)sim_wall_s());
	return n;
}

static void
add_enc(struct conn *c, struct node *n, const char *kind, size_t size)
{
	uint8_t *p = xcalloc(1, size);
	struct node *enc = node_add_new(n, "enc");

	/* random bytes with a Signal version byte: parses as nothing */
	rnd_fill(c->sim->rnd, p, size);
	p[0] = 0x33;
	node_set(enc, "v", "2");
	node_set(enc, "type", kind);
	node_set_bytes(enc, p, size);
	free(p);
}

struct node *
makes_message(struct conn *c, const cJSON *how)
{
	const char *from = json_text(how, "from");
	const char *category = json_text(how, "category");
	const char *enc = json_text(how, "enc");
	const char *type = json_text(how, "type");
	bool is_peer = category != NULL && strcmp(category, "peer") == 0;
	char own[64];
	struct node *n;

	str_format(own, sizeof own, "%s@s.whatsapp.net",
	    c->device->phone->number);
	n = base(c, "message", from != NULL ? from : is_peer ? own : STRANGER);
	node_set(n, "type", type == NULL ? "text" : type);
	node_set(n, "participant", json_text(how, "participant"));
	node_set(n, "recipient", json_text(how, "recipient"));
	node_set(n, "category", category);
	if (!is_peer)
		node_set(n, "notify", "Somebody");
	if (enc == NULL || strcmp(enc, "none") != 0)
		add_enc(c, n, enc == NULL ? "msg" : enc,
		    (size_t)json_int(how, "size", 120));
	return n;
}

struct node *
makes_receipt(struct conn *c, const cJSON *how)
{
	struct node *n = base(c, "receipt", STRANGER);

	node_set(n, "type", json_text(how, "type"));
	node_set(n, "participant", json_text(how, "participant"));
	return n;
}

struct node *
makes_notification(struct conn *c, const char *type)
{
	bool is_group = strcmp(type, "w:gp2") == 0;
	struct node *n = base(c, "notification", is_group ? GROUP :
	    strcmp(type, "encrypt") == 0 ? STRANGER : "@s.whatsapp.net");

	node_set(n, "type", type);
	if (is_group) {
		node_set(n, "participant", STRANGER);
		node_set(node_add_new(n, "subject"), "subject", "Group");
	} else if (strcmp(type, "encrypt") == 0) {
		node_add_new(n, "identity");
	} else if (strcmp(type, "devices") == 0) {
		node_set(node_add_new(n, "update"), "hash", "aB3d");
	} else if (strcmp(type, "server_sync") == 0) {
		node_set(node_add_new(n, "collection"), "name", "regular");
	}
	return n;
}

struct node *
makes_call(struct conn *c, const char *child)
{
	struct node *n = base(c, "call", STRANGER);
	struct node *offer = node_add_new(n, child == NULL ? "offer" : child);

	node_set(offer, "call-id", "C0FFEE00C0FFEE00");
	node_set(offer, "call-creator", STRANGER);
	return n;
}

/* --- from JSON --------------------------------------------------------- */

static struct node *from_json(const cJSON *json, unsigned depth);

static bool
add_content(struct node *n, const cJSON *content, unsigned depth)
{
	const cJSON *at;

	if (cJSON_IsString(content)) {
		node_set_text(n, content->valuestring);
	} else if (cJSON_IsArray(content)) {
		cJSON_ArrayForEach(at, content) {
			struct node *child = from_json(at, depth + 1);

			if (child == NULL)
				return false;
			node_add(n, child);
		}
	} else if (json_text(content, "hex") != NULL) {
		size_t len = strlen(json_text(content, "hex")) / 2;
		uint8_t *p = xcalloc(1, len + 1);
		bool ok = json_hex(content, "hex", p, len);

		if (ok)
			node_set_bytes(n, p, len);
		free(p);
		return ok;
	}
	return true;
}

static struct node *
from_json(const cJSON *json, unsigned depth)
{
	const char *tag = json_text(json, "tag");
	const cJSON *attrs = cJSON_GetObjectItem(json, "attrs");
	const cJSON *at;
	struct node *n;
	char value[512];

	if (tag == NULL || depth > JSON_DEPTH_MAX)
		return NULL;
	n = node_create(tag);
	cJSON_ArrayForEach(at, attrs) {
		if (json_digits(attrs, at->string, value, sizeof value))
			node_set(n, at->string, value);
	}
	if (!add_content(n, cJSON_GetObjectItem(json, "content"), depth)) {
		node_destroy(n);
		return NULL;
	}
	return n;
}

struct node *
makes_from_json(const cJSON *json)
{
	return from_json(json, 0);
}
