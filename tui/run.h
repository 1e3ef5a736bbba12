/*
 * The core that a command talks to: one that runs already, by its control
 * socket, or one of our own for the length of the command. A command sees a
 * client and a loop and cannot tell, unless it asks.
 */
#ifndef PAIRDESK_TUI_RUN_H
#define PAIRDESK_TUI_RUN_H

#include <stdbool.h>

#include "core/io/loop.h"
#include "tui/client.h"
#include "tui/cmd.h"

struct run;

/*
 * RUN_READ: any core will do, also one that lives only as long as another
 * command. RUN_ACT: what begins here may outlive that command, so only a
 * core that serves will do, or our own.
 */
enum run_need { RUN_READ, RUN_ACT };

/* On failure says why and leaves *exit_code. */
struct run *run_open(const struct cmd_args *args, enum run_need need,
    int *exit_code);
/* A core of our own that serves: with its addresses. *why: ERR_LOCKED when
 * somebody holds the state, whose end may be waited for. */
struct run *run_open_serving(const struct cmd_args *args, int *exit_code,
    enum err *why);

/* Who answers at the control socket. Leaves no loop behind. */
enum run_there {
	RUN_NOBODY,
	RUN_PASSING,            /* a core for another command's length */
	RUN_SERVING,
	RUN_SILENT              /* somebody who does not answer in time */
};
enum run_there run_look(const struct cmd_args *args);

struct client *run_client(struct run *r);
struct loop *run_loop_of(struct run *r);
/* It is another process's: ours to ask, not to end. */
bool run_is_remote(const struct run *r);
struct app *run_app(struct run *r);             /* NULL: it is remote */
struct httpd *run_httpd(struct run *r);

/* Runs until run_end; a signal ends it with 128 + its number, after calling
 * on_signal if that is not NULL. Then disconnects and returns the code. */
int run_loop(struct run *r, loop_fn on_signal, void *ctx);
/* Ends the run once what is being saved is safe. The first call counts. */
void run_end(struct run *r, int exit_code);
bool run_is_ending(const struct run *r);
void run_close(struct run *r);

#endif
