/*
 * The restriction on starting new chats ("reach-out timelock", users.md 6
 * row 463): the account stays connected and replies still work. WhatsApp
 * tells it in a mex notification, and by error 463 on the ack of a message
 * (names and fields as in Baileys 7, Socket/messages-recv.js). Pure.
 */
#ifndef PAIRDESK_SESSION_LIMIT_H
#define PAIRDESK_SESSION_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire/node.h"

#define LIMIT_JSON_MAX 16384    /* bytes; real ones are under 300 */
#define LIMIT_UNTOLD_MS 60000   /* when no end is told, as WA Web assumes */

/*
 * False: not about this. Else *until_ms is the wall time of its end, 0 when
 * it is lifted.
 */
bool limit_of_notification(const struct node *notification, int64_t now_ms,
    int64_t *until_ms);
bool limit_of_ack(const struct node *ack, int64_t now_ms, int64_t *until_ms);

#endif
