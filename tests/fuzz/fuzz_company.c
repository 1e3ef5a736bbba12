/* What the console reads of a company and of log lines: any JSON at all. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/company_read.h"
#include "tui/console/log_lines.h"

#define NOW 1795372800000

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The same answer twice is the same bytes, or an idle screen would be drawn
 * again and again. */
static void
read_health(const cJSON *o)
{
	struct company_health *one = calloc(2, sizeof *one), *two = one + 1;

	if (one == NULL)
		return;
	company_read_health(one, o, NOW);
	*two = *one;
	company_read_health(two, o, NOW + 1000);
	if (memcmp(one, two, sizeof *one) != 0)
		abort();
	free(one);
}

static void
read_line(const cJSON *o)
{
	static const struct log_wish wish = { .filter = "a|b !c",
	    .least = LOG_INFO };
	struct log_lines *lines = log_lines_create();

	log_lines_wish(lines, &wish);
	if (log_lines_add(lines, o) != (log_lines_count(lines) == 1) ||
	    log_lines_shown(lines) > 1)
		abort();
	log_lines_destroy(lines);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	cJSON *o = cJSON_ParseWithLength((const char *)p, n);
	struct company_state state;
	struct company_change change;
	struct company_link link;

	if (o == NULL)
		return 0;
	company_read_state(&state, o, LANG_RU);
	read_health(o);
	change = company_read_change(o);
	free(change.message);
	company_read_link(&link, o);
	read_line(o);
	cJSON_Delete(o);
	return 0;
}
