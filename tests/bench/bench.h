/*
 * What the parts of the bench share: a clock of processor time, a way to say
 * a figure. Each part is a subcommand of build/bench and prints one JSON
 * object a line; bench.py asks for them, runs the rest and makes the report.
 */
#ifndef PAIRDESK_BENCH_BENCH_H
#define PAIRDESK_BENCH_BENCH_H

#include <stdint.h>

#include "core/app/app.h"
#include "core/app/config.h"

/* Nanoseconds of processor time: of this thread, of the whole process. */
int64_t bench_thread_ns(void);
int64_t bench_process_ns(void);
/* Nanoseconds that pass on the wall. */
int64_t bench_mono_ns(void);

typedef void (*bench_fn)(void *ctx);

/*
 * Processor time of one call of fn, nanoseconds: the best of five rounds of
 * so many calls each, as whatever else the machine does only ever adds.
 */
double bench_best_ns(bench_fn fn, void *ctx, unsigned calls);

/* One figure: {"name":NAME,"value":VALUE}. */
void bench_say(const char *name, double value);

/* Ends the program with a message: a bench that cannot measure is no bench. */
_Noreturn void bench_die(const char *what, const char *why);

/* Seconds from now until the process is ended if it is still at it. */
void bench_limit(unsigned seconds);

/*
 * The configuration that pairdesk itself would have under these options, each
 * "--name=value"; owned by the caller.
 */
struct config *bench_config(int argc, char **argv);
/* An app over it, owned by the caller. */
struct app *bench_app(const struct config *config);
/* Disconnects all, waits for what is being stored, closes. */
void bench_app_end(struct app *a);

/* --- the simulated phones ---------------------------------------------------- */

struct phones;

/* wasim's control socket. Answers are read on the loop; a phone that could
 * not link ends the program. */
struct phones *phones_open(struct loop *loop, const char *path);
void phones_close(struct phones *p);
/* A new phone scans this QR text. */
void phones_scan(struct phones *p, const char *qr_text);

/* --- the subcommands ---------------------------------------------------------- */

int bench_login(int argc, char **argv);
int bench_crypto(int argc, char **argv);
int bench_store(int argc, char **argv);
int bench_screen(int argc, char **argv);
int bench_tls(int argc, char **argv);
int bench_farm(int argc, char **argv);
int bench_codes(int argc, char **argv);
int bench_bare(int argc, char **argv);
int bench_image(int argc, char **argv);

#endif
