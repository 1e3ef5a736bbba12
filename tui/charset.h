/*
 * The character set of the terminal, as the environment tells it. Machines
 * reached over SSH often have no locale generated that the far side asks for,
 * or none is asked for at all; the terminal shows UTF-8 all the same.
 */
#ifndef PAIRDESK_TUI_CHARSET_H
#define PAIRDESK_TUI_CHARSET_H

#include <stdbool.h>

/* What LC_ALL, LC_CTYPE and LANG ask for, in this order; each may be NULL or
 * empty. */
enum charset_asked {
	CHARSET_NONE,           /* nothing is set */
	CHARSET_UTF8,           /* a locale by the name of x.UTF-8 */
	CHARSET_OTHER           /* another one: C, POSIX, x.KOI8-R */
};
enum charset_asked charset_asked(const char *lc_all, const char *lc_ctype,
    const char *lang);

/* Once, at the start: sets the process's locale, and C.UTF-8 for characters
 * where the one asked for is missing but is UTF-8, or none was asked for. */
void charset_init(void);

/* After charset_init: whether UTF-8 may be printed. */
bool charset_is_utf8(void);

#endif
