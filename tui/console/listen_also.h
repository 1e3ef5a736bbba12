/*
 * `pairdesk --http` beside a core that runs already: asks it to listen there
 * too. For what is left of this process's life a notice, never a failure.
 */
#ifndef PAIRDESK_TUI_CONSOLE_LISTEN_ALSO_H
#define PAIRDESK_TUI_CONSOLE_LISTEN_ALSO_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "core/app/config.h"
#include "core/app/words.h"
#include "tui/client.h"

struct listen_also;

/* What came of it, in a sentence; not called when nothing was to be done.
 * After it l is no more. */
typedef void (*listen_also_fn)(void *ctx, bool ok, const char *sentence);

/* NULL: no flag asked for an address. */
struct listen_also *listen_also_begin(struct client *client,
    const struct config *config, enum lang lang, listen_also_fn fn,
    void *ctx);
/* NULL ok; not after fn. */
void listen_also_cancel(struct listen_also *l);

/* Pure: the addresses of a listener's answer and those asked for which it
 * lacks, as a body; NULL: it lacks none. *added: "127.0.0.1:3000, ..." of
 * what was added. free() */
char *listen_also_body(const cJSON *listener, const struct config *config,
    char *added, size_t size);

#endif
