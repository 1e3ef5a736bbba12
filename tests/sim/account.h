/*
 * Simulated phones and the companion devices linked to them: what WhatsApp's
 * servers would know. Kept in memory; persist.c saves them with --state.
 */
#ifndef PAIRDESK_SIM_ACCOUNT_H
#define PAIRDESK_SIM_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/list.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"
#include "core/wire/crypt.h"
#include "tests/sim/idset.h"
#include "tests/sim/map.h"

#define PHONE_NUMBER_MAX 23

struct phone;
struct conn;

/* Stanzas that wait for the next login, as counts: their text is made up. */
struct backlog {
	uint32_t messages, receipts, notifications, batch;
};

struct device {
	struct list link;       /* of phone->devices */
	struct phone *phone;
	uint16_t number;        /* the 12 in 7900...:12@s.whatsapp.net */
	uint32_t key_index;
	uint8_t noise_pub[KEY_LEN];
	uint8_t identity_pub[KEY_LEN];
	uint32_t registration_id;
	bool confirmed;         /* pair-device-sign was right */
	bool removed;           /* unlinked; the next login gets 401 */
	uint32_t prekeys;       /* on the server */
	uint32_t uploads;
	struct idset prekey_ids; /* ever uploaded */
	uint32_t logins;
	int64_t last_seen_s;
	struct backlog backlog;
	struct conn *conn;      /* logged in now, or NULL */
};

enum ban { BAN_NONE, BAN_TEMP, BAN_LOCKED, BAN_BANNED, BAN_REASON };

struct phone {
	struct list link;       /* of accounts */
	struct list devices;
	char number[PHONE_NUMBER_MAX + 1];
	char lid[PHONE_NUMBER_MAX + 1];         /* user part */
	char platform[16];
	char business[64];
	char refuse[64];        /* every attempt ends with this error */
	bool hosted;
	bool passkey;           /* linking by code asks for one */
	struct keypair identity;
	uint32_t raw_id;
	uint16_t next_device;
	uint32_t next_key_index;
	enum ban ban;
	int64_t ban_code, ban_until_s;
	char ban_text[128];
	uint64_t code_conn;     /* connection that asked for a code, or 0 */
	uint32_t hellos;        /* companion_hellos in the window */
	int64_t hellos_since_ms;
};

struct accounts {
	struct list phones;
	struct map by_number;
	struct map by_noise;    /* noise public key -> struct device */
	uint64_t next_auto;
	size_t phone_count, device_count;
	const struct rnd *rnd;
};

void accounts_init(struct accounts *a, const struct rnd *rnd);
void accounts_finish(struct accounts *a);

struct phone *accounts_find(const struct accounts *a, const char *number);
/* Finds or adds. NULL when number is no 7 to 20 digits. */
struct phone *accounts_phone(struct accounts *a, const char *number);
struct phone *accounts_new_phone(struct accounts *a);   /* a number of its own */
struct device *accounts_by_noise(const struct accounts *a,
    const uint8_t noise_pub[KEY_LEN]);

/* NULL when there is none; number 0: the newest. */
struct device *phone_device(const struct phone *p, uint16_t number);
struct device *phone_add_device(struct accounts *a, struct phone *p,
    const uint8_t noise_pub[KEY_LEN], const uint8_t identity_pub[KEY_LEN]);
/* Used by persist: number and key index as given. */
struct device *phone_restore_device(struct accounts *a, struct phone *p,
    const uint8_t noise_pub[KEY_LEN], uint16_t number);
void device_destroy(struct accounts *a, struct device *d);

/* user:device@s.whatsapp.net and @lid */
void device_jid(const struct device *d, char *out, size_t size);
void device_lid(const struct device *d, char *out, size_t size);

#endif
