#include "httpd/head.h"

#include <stdint.h>
#include <string.h>

#define LINE_END 2              /* CR and LF, both overwritten by NUL */

/* As numbers: they may point into different objects when lines were folded. */
static bool
is_at(const char *p, const char *want)
{
	return (uintptr_t)p == (uintptr_t)want;
}

void
head_begin(struct head *h, const struct head_line *line)
{
	/* one blank between them, overwritten as well */
	h->is_odd =
	    !is_at(line->target, line->method + strlen(line->method) + 1) ||
	    !is_at(line->version, line->target_end + 1);
	h->line = line->version + strlen(line->version) + LINE_END;
}

void
head_field(struct head *h, const char *name, const char *value)
{
	if (!is_at(name, h->line))
		h->is_odd = true;
	h->line = value + strlen(value) + LINE_END;
}

bool
head_is_sound(const struct head *h, const char *end)
{
	return !h->is_odd && is_at(h->line + LINE_END, end);
}
