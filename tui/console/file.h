/* Writing a small file of this user's: what prefs and exports have in
 * common. */
#ifndef PAIRDESK_TUI_CONSOLE_FILE_H
#define PAIRDESK_TUI_CONSOLE_FILE_H

#include "core/base/buf.h"
#include "core/base/err.h"

/* What errno says: ERR_EXISTS, ERR_NOT_FOUND, ERR_PERMISSION (also a link
 * where none may be), ERR_NO_SPACE, else ERR_IO. */
enum err file_errno(void);

/* All of it. */
MUST_CHECK enum err file_write(int fd, const struct buf *text);

#endif
