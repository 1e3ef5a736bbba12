/*
 * ClientPayload and DeviceProps, sent encrypted in the last handshake
 * message (protocol notes 4).
 */
#ifndef PAIRDESK_WIRE_PAYLOAD_H
#define PAIRDESK_WIRE_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/wire/identity.h"

/* WhatsApp Web's version "2.3000.N" */
struct wa_version {
	uint32_t primary, secondary, tertiary;
};

/* "2.3000.1045649367"; exactly three numbers. */
bool wa_version_parse(const char *text, struct wa_version *out);
#define WA_VERSION_TEXT_MAX 32
/* size >= WA_VERSION_TEXT_MAX + 1 */
void wa_version_format(const struct wa_version *v, char *out, size_t size);
/* <0, 0, >0 */
int wa_version_compare(const struct wa_version *a, const struct wa_version *b);

/* DeviceProps.platformType */
enum device_platform {
	DEVICE_UNKNOWN = 0, DEVICE_CHROME = 1, DEVICE_FIREFOX = 2,
	DEVICE_IE = 3, DEVICE_OPERA = 4, DEVICE_SAFARI = 5, DEVICE_EDGE = 6,
	DEVICE_DESKTOP = 7, DEVICE_UWP = 21
};

/* DeviceProps.historySyncConfig as other clients fill it: bit n of given says
 * that field n (6 to 15) is written, the same bit of set that it is true. */
struct payload_history {
	uint32_t storage_quota_mb;      /* field 3 */
	bool inline_initial_payload;    /* field 4 */
	uint32_t given, set;
};

/* How we present ourselves; one static value in the product. */
struct wa_client {
	struct wa_version version;
	const char *device_name;        /* DeviceProps.os: shown on the phone */
	enum device_platform platform;
	const char *language, *country; /* "en", "US" */
	struct wa_version os_version;   /* DeviceProps.version */
	bool full_sync;                 /* requireFullSync */
	uint32_t web_sub_platform;      /* WebInfo.webSubPlatform, 0 browser */
	bool lid_migrated;              /* login only */
	/* For tests, which reproduce the bytes of other clients; left zero by
	 * the product: its own history settings, a web client, no name. */
	const struct payload_history *history;
	bool is_android;                /* UserAgent ANDROID, no WebInfo */
	const char *push_name;          /* NULL: absent */
};

/*
 * The product's own: a desktop Chrome by the name of pairdesk. Copy it and
 * set what is configured; the version is the one compiled in, which the one
 * fetched replaces if that is newer.
 */
extern const struct wa_client wa_client_default;

/* Appends the serialised ClientPayload of an unlinked device. */
MUST_CHECK enum err payload_register(const struct wa_client *client,
    const struct identity *id, struct buf *out);

/* The same for a linked one; device_jid is account.jid, and ERR_INVALID if
 * its user is no phone number. lc is the login counter (field 24), 0 leaves
 * it out. */
MUST_CHECK enum err payload_login(const struct wa_client *client,
    const char *device_jid, int32_t lc, struct buf *out);

/* One character for QR text and companion_platform_id (notes 7.3, 8.2). */
char payload_platform_id(enum device_platform platform);

#endif
