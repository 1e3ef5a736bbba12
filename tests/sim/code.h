/* Linking with a pairing code: server and phone (protocol notes 8). */
#ifndef PAIRDESK_SIM_CODE_H
#define PAIRDESK_SIM_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/secret.h"
#include "core/wire/node.h"

#define CODE_BUNDLE 156         /* salt 32, iv 12, sealed 96 + 16 */

struct conn;
struct phone;
struct sim;

/* <iq xmlns=md><link_code_companion_reg stage=...> */
void code_iq(struct conn *c, const struct node *iq, const struct node *reg);

/*
 * The person types code. NULL: under way on *out, linked or phone_error
 * follows; else the phone's error.
 */
const char *code_type(struct sim *sim, struct phone *p, const char *code,
    struct conn **out);

/* companion_finish came: linked, or the phone shows wrong-code. */
void code_phone_finish(struct conn *c, const uint8_t bundle[CODE_BUNDLE],
    const uint8_t identity[KEY_LEN]);

/* The old code is dead. False: none is pending. */
bool code_refresh(struct conn *c, bool manual);
/* primary_hello once more. False: there was none. */
bool code_repeat(struct conn *c);
void code_passkey(struct conn *c);
void code_ended(struct conn *c);

#endif
