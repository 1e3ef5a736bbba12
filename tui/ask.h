/* Commands that are a question to a core and its answer. */
#ifndef PAIRDESK_TUI_ASK_H
#define PAIRDESK_TUI_ASK_H

#include "tui/run.h"
#include "tui/told.h"

#define ASK_USUAL_MS 20000
#define ASK_LONG_MS 60000       /* what WhatsApp has a say in */
#define ASK_PATH_MAX 512

struct ask;

struct question {
	const struct cmd_args *args;
	enum run_need need;
	const char *method;
	const char *path;
	cJSON *body;                    /* NULL: none; taken over */
	int64_t timeout_ms;
	enum words_ending ending;       /* what did not happen if it fails */
	/* Of a success: the whole body. Returns the exit code. May have asked
	 * on instead, by ask_on. */
	int (*tell)(void *ctx, struct ask *a, const cJSON *answer);
	void *ctx;
};

/* Asks, tells or says why not; the exit code. */
int ask(const struct question *q);
/* A further GET, told to the same. Returns what tell is to return. */
int ask_on(struct ask *a, const char *path);

/* The same in so many ms. */
int ask_on_later(struct ask *a, const char *path, int64_t ms);

/* Says why there is no answer, or what it refused; the exit code. */
int ask_fail(const struct cmd_args *args, const struct client_answer *answer,
    enum words_ending ending);
/* The same of what is known already. */
int ask_fail_trouble(const struct cmd_args *args, const struct trouble *t);
/* The core has gone in the middle of it. */
int ask_fail_gone(const struct cmd_args *args);

/* "/api/whatsapp/sessions/COMPANY" and what, of the command's company. */
void ask_path(const struct cmd_args *args, const char *what, char *out,
    size_t size);

/* The member "data". */
const cJSON *ask_data(const cJSON *answer);
/* Prints it as a line of JSON. */
void ask_print(const cJSON *o);

#endif
