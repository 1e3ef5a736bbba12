/*
 * --state FILE: the noise keys, phones and linked devices, as JSON, replaced
 * by rename. Everything else is gone with the process.
 */
#ifndef PAIRDESK_SIM_PERSIST_H
#define PAIRDESK_SIM_PERSIST_H

#include <stdbool.h>

struct sim;

/* True when there was nothing to load, too. False: message on stderr. */
bool persist_load(struct sim *sim);
/* Saves on the next idle turn; nothing without --state. */
void persist_soon(struct sim *sim);
void persist_now(struct sim *sim);

#endif
