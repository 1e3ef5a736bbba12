/* A passphrase from the terminal, unseen. */
#ifndef PAIRDESK_TUI_PASSPHRASE_H
#define PAIRDESK_TUI_PASSPHRASE_H

#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * Asks on /dev/tty, whatever the standard descriptors are, and appends the
 * line to out, a secret buf. ERR_NOT_FOUND: no terminal. ERR_CANCELLED:
 * Ctrl-C or Ctrl-D. ERR_TOO_LARGE: more than out takes. ERR_IO.
 */
MUST_CHECK enum err passphrase_ask(const char *prompt, struct buf *out);

#endif
