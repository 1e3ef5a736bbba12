/* Stanzas that clients send: what is answered, what is only looked at. */
#ifndef PAIRDESK_SIM_SERVE_H
#define PAIRDESK_SIM_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire/node.h"

struct conn;

/* A decrypted frame. */
void serve_frame(struct conn *c, const uint8_t *p, size_t n);

/* Content of that child when it is of exactly n bytes, else NULL. */
const uint8_t *serve_field(const struct node *parent, const char *tag,
    size_t n);

/* <iq type=result from=S id> */
struct node *serve_result(const char *id);
/* <iq type=error><error code text/></iq>, sent. */
void serve_error(struct conn *c, const char *id, int code, const char *text);
/* <notification from=S type id t> */
struct node *serve_notification(struct conn *c, const char *type);
/* <iq type=get xmlns=urn:xmpp:ping>, sent; an answer is owed. id NULL: none. */
void serve_ping(struct conn *c, const char *id, bool with_child);

#endif
