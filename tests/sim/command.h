/* The commands of the control socket (README). */
#ifndef PAIRDESK_SIM_COMMAND_H
#define PAIRDESK_SIM_COMMAND_H

#include <stdbool.h>

#include <cjson/cJSON.h>

struct sim;
struct conn;
struct control_client;

/* One call of a command. */
struct call {
	struct sim *sim;
	struct control_client *client;
	const cJSON *cmd;
	cJSON *answer;          /* gets members; "ok" comes by itself */
	bool is_later;          /* a wait will answer */
};

/* Gives NULL, or why not. */
typedef const char *(*command_fn)(struct call *k);

struct command {
	const char *name;
	command_fn fn;
};

/* Answers client, now or (wait) later. */
void command_run(struct control_client *client, const cJSON *cmd);

/* Each ends with a NULL name. */
extern const struct command commands_look[], commands_phone[];

#endif
