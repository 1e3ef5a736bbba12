/* "push": something sent to connections that live. */
#ifndef PAIRDESK_SIM_PUSH_H
#define PAIRDESK_SIM_PUSH_H

#include <cjson/cJSON.h>

struct conn;

/* NULL, or why it cannot be done. */
const char *push_to(struct conn *c, const cJSON *cmd);

#endif
