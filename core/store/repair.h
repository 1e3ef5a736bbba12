/* Bringing the index in line with the companies' own databases. */
#ifndef PAIRDESK_STORE_REPAIR_H
#define PAIRDESK_STORE_REPAIR_H

#include "core/base/err.h"
#include "core/store/vault.h"

struct store_problem;

/*
 * Opens v->index, makes it again if it is missing or damaged, and reads
 * every company again whose row may be old: new to the index, marked by a
 * crash, or damaged when last seen. Blocks; before other threads use v.
 * ERR_WRONG_KEY leaves everything as it was.
 */
MUST_CHECK enum err repair_open_index(struct vault *v,
    struct store_problem *problem);

#endif
