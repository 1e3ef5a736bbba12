#include "core/wire/pair.h"

#include <string.h>

#include "core/base/str.h"

/* With it a phone's camera opens WhatsApp; WhatsApp's scanner skips it. */
#define QR_PREFIX "https://wa.me/settings/linked_devices#"

/* Refs are opaque, but text: nothing that a QR reader might cut at. */
static bool
is_ref(const char *ref)
{
	const size_t n = strlen(ref);

	if (n == 0 || n > PAIR_REF_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)ref[i] <= ' ' || ref[i] == 0x7f)
			return false;
	}
	return true;
}

static enum err
add_key(struct buf *out, const uint8_t key[KEY_LEN])
{
	enum err err;

	if ((err = buf_u8(out, ',')) != ERR_OK)
		return err;
	return str_base64(out, key, KEY_LEN);
}

enum err
pair_qr_text(const struct identity *id, const char *ref, char platform_id,
    struct buf *out)
{
	const size_t before = out->len;
	enum err err;

	if (!is_ref(ref))
		return ERR_MALFORMED;
	if ((err = buf_str(out, QR_PREFIX)) != ERR_OK ||
	    (err = buf_str(out, ref)) != ERR_OK ||
	    (err = add_key(out, id->noise.pub)) != ERR_OK ||
	    (err = add_key(out, id->identity.pub)) != ERR_OK ||
	    (err = add_key(out, id->adv_secret.b)) != ERR_OK ||
	    (err = buf_u8(out, ',')) != ERR_OK ||
	    (err = buf_u8(out, (uint8_t)platform_id)) != ERR_OK)
		buf_truncate(out, before);
	return err;
}
