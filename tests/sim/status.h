/* What the simulator knows, as JSON for the control socket. */
#ifndef PAIRDESK_SIM_STATUS_H
#define PAIRDESK_SIM_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

struct conn;
struct device;
struct phone;
struct sim;

/* All counters into o. */
void status_fill(const struct sim *sim, cJSON *o);
/* One of them by its dotted name. */
bool status_value(const struct sim *sim, const char *name, int64_t *out);

cJSON *status_conn(const struct conn *c);
/* Which device: phone, device and jid. */
void status_name_device(const struct device *d, cJSON *o);
/* ... and all that is known of it. */
void status_fill_device(const struct device *d, cJSON *o);
void status_fill_phone(const struct phone *p, cJSON *o);

#endif
