/*
 * Linking: refs, the phone's scan, pair-success and the device's signature
 * (protocol notes 7). The pairing code comes here once its secret is known
 * (code.c).
 */
#ifndef PAIRDESK_SIM_PAIRING_H
#define PAIRDESK_SIM_PAIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/secret.h"
#include "core/wire/node.h"
#include "tests/sim/payload_in.h"

struct conn;
struct device;
struct later;
struct phone;
struct sim;

#define REF_MAX 128
#define PAIRING_HOW_MAX 24
#define CODE_REF_LEN 42
#define CODE_WRAPPED 80

/* A pairing code somebody asked for (code.c). */
struct code_request {
	bool is_pending;
	char number[24];
	uint8_t wrapped[CODE_WRAPPED];  /* the companion's, from its hello */
	char ref[CODE_REF_LEN + 1];
	int64_t since_ms;
	unsigned tries;
	bool is_typed;                  /* waits for companion_finish */
	uint8_t companion[KEY_LEN];     /* as the typed code unwraps it */
	struct keypair ephemeral;       /* the phone's */
	uint8_t answer[CODE_WRAPPED];   /* its wrapped half, for repeats */
	char late_id[64];               /* of a hello answered late */
	struct later *due;
};

struct pairing {
	struct registration reg;
	char (*refs)[REF_MAX];
	uint32_t ref_count;
	int64_t refs_since_ms;
	struct later *refs_due;
	bool is_answered;               /* pair-device */
	struct phone *phone;            /* that is linking it now */
	struct buf details;             /* ADVDeviceIdentity, once made */
	uint8_t account_signature[64];
	char how[PAIRING_HOW_MAX];      /* the pair-success fault */
	int64_t how_ms;
	struct later *sign_due;
	struct code_request code;
};

void pairing_create(struct conn *c, const struct registration *reg);
void pairing_ended(struct conn *c);
/* Sends pair-device. */
void pairing_begin(struct conn *c);
/* New refs; how is a variant of the "pair-device" fault, or NULL. */
void pairing_send_refs(struct conn *c, uint32_t count, const char *how);

/*
 * A phone scans text. NULL and the connection, or the phone's error. It
 * goes on by events: linked or phone_error.
 */
const char *pairing_scan(struct sim *sim, struct phone *p, const char *text,
    struct conn **out);
/* Makes the device and sends pair-success. */
void pairing_link(struct conn *c, struct phone *p,
    const uint8_t adv_secret[KEY_LEN]);
/* The phone shows an error; the event phone_error. */
void pairing_phone_error(struct conn *c, struct phone *p, const char *error);

#endif
