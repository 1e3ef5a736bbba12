/* The control socket: lines of JSON in, lines of JSON out (README). */
#ifndef PAIRDESK_SIM_CONTROL_H
#define PAIRDESK_SIM_CONTROL_H

#include <stdbool.h>

#include <cjson/cJSON.h>

struct sim;
struct control;
struct control_client;

/* NULL: message on stderr. */
struct control *control_open(struct sim *sim, const char *path);
void control_close(struct control *ctl);

/* Writes one line; takes answer over. */
void control_answer(struct control_client *client, cJSON *answer);
/* Events go to this client from now on; types: comma list or NULL. */
void control_stream(struct control_client *client, const char *types);
/* While held, the client's next commands wait. */
void control_hold(struct control_client *client, bool held);
struct sim *control_sim(struct control_client *client);

#endif
