/*
 * A link attempt in the line mode: the pairing code spelled out, its time
 * told now and then, the end of it. The attempt is the core's and goes on
 * without us.
 */
#ifndef PAIRDESK_TUI_CONSOLE_PLAIN_LINK_H
#define PAIRDESK_TUI_CONSOLE_PLAIN_LINK_H

#include <stdbool.h>

#include "core/io/loop.h"
#include "tui/client.h"
#include "tui/cmd.h"

struct plain_link;

/* ok: linked and connected. exit_code: as of the subcommand. The link is no
 * more. */
typedef void (*plain_link_fn)(void *ctx, int exit_code);

/* phone: digits, "" the company's own. wants_qr: instead of a pairing code. */
struct plain_link *plain_link_begin(struct loop *loop, struct client *client,
    const struct cmd_args *args, const char *company, const char *phone,
    bool wants_qr, plain_link_fn fn, void *ctx);
/* Stops watching; the attempt goes on. NULL ok; not after fn. */
void plain_link_end(struct plain_link *l);

/* Pure: which time left is told next when so many seconds are left: 60, 30,
 * 10; 0 none. */
int64_t plain_link_next_told(int64_t left_s);

#endif
