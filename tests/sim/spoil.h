/* Frames that no client may believe. */
#ifndef PAIRDESK_SIM_SPOIL_H
#define PAIRDESK_SIM_SPOIL_H

#include <stdbool.h>
#include <stdint.h>

struct conn;

/* The "frame" fault for the stage c is at. True: sent in place of what was
 * due. */
bool spoil_at_stage(struct conn *c);
/* One of the kinds of the "frame" fault. False: no such kind. */
bool spoil_send(struct conn *c, const char *how, int64_t bytes);

#endif
