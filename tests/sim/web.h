/* HTTP on the chat port: the upgrade, and the page with the version. */
#ifndef PAIRDESK_SIM_WEB_H
#define PAIRDESK_SIM_WEB_H

#include <stddef.h>
#include <stdint.h>

struct conn;

/*
 * Takes bytes until a request is whole, then answers it. Gives how many were
 * used; what is left belongs to the websocket (c->upgraded is then true).
 */
size_t web_input(struct conn *c, const uint8_t *p, size_t n);

#endif
