/* Keys, identities and frames as the vector files write them. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/payload.h"
#include "tests/vectors/vec.h"

#define PATH_PART_MAX 64

const cJSON *
vec_at(const cJSON *object, const char *path)
{
	char part[PATH_PART_MAX];

	while (object != NULL && *path != '\0') {
		const size_t n = strcspn(path, ".");

		if (n >= sizeof part)
			return NULL;
		memcpy(part, path, n);
		part[n] = '\0';
		object = cJSON_GetObjectItemCaseSensitive(object, part);
		path += n + (path[n] == '.');
	}
	return object;
}

/* A digest also shows the first and the last bytes. */
static bool
ends_are(const cJSON *digest, const uint8_t *p, size_t n)
{
	size_t head_len, tail_len;
	uint8_t *head = vec_hex(digest, "head", &head_len);
	uint8_t *tail = vec_hex(digest, "tail", &tail_len);
	const bool ok = head != NULL && tail != NULL && head_len <= n &&
	    tail_len <= n && memcmp(p, head, head_len) == 0 &&
	    memcmp(p + n - tail_len, tail, tail_len) == 0;

	free(head);
	free(tail);
	return ok;
}

static bool
fits_digest(const cJSON *digest, const void *p, size_t n)
{
	const cJSON *length = vec_at(digest, "length");
	uint8_t hash[SHA256_LEN], want[SHA256_LEN];

	crypt_sha256(p, n, hash);
	return cJSON_IsNumber(length) && length->valuedouble == (double)n &&
	    vec_fixed(digest, "sha256", want, sizeof want) &&
	    memcmp(hash, want, sizeof want) == 0 &&
	    ends_are(digest, p, n);
}

bool
vec_is(const cJSON *object, const char *name, const void *p, size_t n)
{
	char digest[PATH_PART_MAX];
	size_t have;
	uint8_t *want = vec_hex(object, name, &have);
	bool same;

	if (want == NULL)
		return str_format(digest, sizeof digest, "%s_digest", name) &&
		    fits_digest(vec_at(object, digest), p, n);
	same = have == n && (n == 0 || memcmp(want, p, n) == 0);
	free(want);
	return same;
}

bool
vec_fixed(const cJSON *object, const char *name, void *out, size_t n)
{
	const char *hex = vec_str(object, name);

	return hex != NULL && strlen(hex) == 2 * n && str_from_hex(hex, out, n);
}

bool
vec_keypair(const cJSON *pair, struct keypair *out)
{
	uint8_t priv[KEY_LEN];

	if (!vec_fixed(pair, "private", priv, sizeof priv))
		return false;
	curve_keypair_from(priv, out);
	return vec_is(pair, "public", out->pub, KEY_LEN);
}

static bool
number(const cJSON *object, const char *name, uint32_t *out)
{
	const cJSON *v = vec_at(object, name);

	if (!cJSON_IsNumber(v) || v->valuedouble < 0 ||
	    v->valuedouble > UINT32_MAX)
		return false;
	*out = (uint32_t)v->valuedouble;
	return true;
}

static bool
keypair_if_there(const cJSON *pair, struct keypair *out)
{
	return pair == NULL || vec_keypair(pair, out);
}

static bool
signed_prekey(const cJSON *v, struct identity *out)
{
	return v == NULL || (vec_keypair(v, &out->signed_prekey) &&
	    number(v, "key_id", &out->signed_prekey_id) &&
	    vec_fixed(v, "signature", out->signed_prekey_sig, SIGNATURE_LEN));
}

bool
vec_identity(const cJSON *creds, struct identity *out)
{
	struct keypair ephemeral;       /* no part of an identity of ours */

	memset(out, 0, sizeof *out);
	return cJSON_IsObject(creds) &&
	    keypair_if_there(vec_at(creds, "noise_key"), &out->noise) &&
	    keypair_if_there(vec_at(creds, "identity_key"), &out->identity) &&
	    signed_prekey(vec_at(creds, "signed_prekey"), out) &&
	    keypair_if_there(vec_at(creds, "pairing_ephemeral_key"),
	    &ephemeral) &&
	    (vec_at(creds, "adv_secret") == NULL ||
	    vec_fixed(creds, "adv_secret", out->adv_secret.b, KEY_LEN)) &&
	    vec_base64(creds, "adv_secret", "adv_secret_base64") &&
	    (vec_at(creds, "registration_id") == NULL ||
	    number(creds, "registration_id", &out->registration_id));
}

bool
vec_base64(const cJSON *object, const char *hex, const char *base64)
{
	const char *want = vec_str(object, base64), *have;
	struct buf out;
	size_t n;
	uint8_t *p = vec_hex(object, hex, &n);
	bool ok;

	buf_init(&out, 4096);
	ok = want == NULL || (p != NULL && str_base64(&out, p, n) == ERR_OK &&
	    buf_cstr(&out, &have) == ERR_OK && strcmp(have, want) == 0);
	buf_finish(&out);
	free(p);
	return ok;
}

struct node *
vec_frame(const cJSON *object, const char *name)
{
	struct node *node = NULL;
	size_t n;
	uint8_t *p = vec_hex(object, name, &n);

	if (p == NULL || node_decode(p, n, &node) != ERR_OK)
		node = NULL;
	free(p);
	return node;
}

bool
vec_step(const cJSON *step)
{
	struct node *node = vec_frame(step, "frame");
	const bool ok = node != NULL && vec_node_equal(node,
	    vec_at(step, "node"));

	node_destroy(node);
	return ok;
}

bool
vec_encodes(const struct node *node, const cJSON *object, const char *name)
{
	struct buf out;
	bool same;

	buf_init(&out, NODE_FRAME_MAX);
	same = node != NULL && node_encode(node, &out) == ERR_OK &&
	    vec_is(object, name, out.data, out.len);
	buf_finish(&out);
	return same;
}

char
vec_platform_id(const cJSON *browser)
{
	static const struct {
		const char *name;
		enum device_platform platform;
	} known[] = {
		{ "Chrome", DEVICE_CHROME }, { "Edge", DEVICE_EDGE },
		{ "Firefox", DEVICE_FIREFOX }, { "IE", DEVICE_IE },
		{ "Opera", DEVICE_OPERA }, { "Safari", DEVICE_SAFARI },
		{ "Desktop", DEVICE_DESKTOP },
	};
	const char *os = cJSON_GetStringValue(cJSON_GetArrayItem(browser, 0));
	const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(browser, 1));
	enum device_platform platform = DEVICE_UNKNOWN;

	for (size_t i = 0; name != NULL && i < ARRAY_LEN(known); i++) {
		if (strcmp(name, known[i].name) == 0)
			platform = known[i].platform;
	}
	if (platform == DEVICE_DESKTOP && os != NULL &&
	    strcmp(os, "Windows") == 0)
		platform = DEVICE_UWP;
	return payload_platform_id(platform);
}

static void
draw(void *ctx, void *out, size_t n)
{
	struct vec_draws *d = ctx;

	memset(out, 0, n);
	if (d->at == NULL || !vec_fixed(d->at, "hex", out, n))
		d->failed = true;
	else
		d->at = d->at->next;
}

struct rnd
vec_draws_rnd(struct vec_draws *d)
{
	return (struct rnd){ draw, d };
}
