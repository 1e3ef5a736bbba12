/* The list of companies as it is shown, to a file. */
#ifndef PAIRDESK_TUI_CONSOLE_EXPORT_H
#define PAIRDESK_TUI_CONSOLE_EXPORT_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "tui/console/fleet.h"

enum export_form { EXPORT_CSV, EXPORT_JSON };

/* Appends the rows of the view in its order. CSV: RFC 4180 with a header
 * line, CRLF; a field that a spreadsheet would take for a formula gets an
 * apostrophe in front. Times are ISO 8601 UTC, numbers stay masked. lastSeen
 * is when WhatsApp last answered as the core last told it, which may be some
 * time ago for a company that answers now: connected says whether it does. */
MUST_CHECK enum err export_put(const struct fleet *f, enum export_form form,
    enum lang lang, int64_t now_ms, struct buf *out);

/* A new file, mode 0600; never replaces one: ERR_EXISTS. "~/" is the home.
 * The form is that of the name's end (.csv, .json), else ERR_INVALID. */
MUST_CHECK enum err export_file(const struct fleet *f, const char *path,
    enum lang lang, int64_t now_ms);

/* Where that file lies, from the root on, for people to find it; as it was
 * given where that cannot be told. */
void export_where(const char *path, char *out, size_t size);

#endif
