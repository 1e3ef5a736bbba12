/* In a file of its own, because term.h makes macros of words such as lines
 * and columns. */
#include "tui/console/screen_terminfo.h"

#include <curses.h>
#include <stddef.h>
#include <term.h>
#include <unistd.h>

/* newterm leaks when it fails, so it is asked only for what works. */
static bool
has(const char *term, bool wants_place)
{
	const char *place;
	bool found;
	int why;

	/* an empty name would be taken from the environment's */
	if (*term == '\0' || setupterm(term, STDERR_FILENO, &why) != OK)
		return false;
	place = tigetstr("cup");
	found = !wants_place || (place != NULL && place != (const char *)-1);
	(void)del_curterm(cur_term);
	return found;
}

bool
terminfo_is_known(const char *term)
{
	return has(term, false);
}

bool
terminfo_can_place(const char *term)
{
	return has(term, true);
}
