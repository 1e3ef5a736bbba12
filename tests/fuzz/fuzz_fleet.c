/*
 * Lines of what a core might say and people might type: a status object, or
 * behind its first letter a filter, an order, a company that goes, a whole
 * state. The totals and the view must agree with the rows.
 */
#include <stdlib.h>
#include <string.h>

#include "tui/console/export.h"
#include "tui/console/fleet.h"

#define LINE_MAX_BYTES 4096
#define NOW 1795600000000

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
put(struct fleet *f, const char *line)
{
	cJSON *o = cJSON_Parse(line);

	(void)fleet_put(f, o, NULL);
	cJSON_Delete(o);
}

static void
run_line(struct fleet *f, const char *line)
{
	switch (line[0]) {
	case '/':
		fleet_filter(f, line + 1, strlen(line) % 2 == 0 ? LANG_EN :
		    LANG_RU);
		break;
	case 's':
		fleet_sort(f, (enum sort)(strlen(line) % SORT_COUNT),
		    line[1] == 'r');
		break;
	case 'f':
		fleet_only_problems(f, line[1] != '\0');
		break;
	case '-':
		fleet_remove(f, line + 1);
		break;
	case 't':
		fleet_tag(f, line + 1, true);
		break;
	case '(':
		fleet_begin_all(f);
		break;
	case ')':
		fleet_end_all(f);
		break;
	default:
		put(f, line);
	}
}

static void
check(const struct fleet *f)
{
	size_t needs = 0, statuses = 0;
	struct buf out;

	for (int i = 0; i < NEED_COUNT; i++)
		needs += fleet_count_need(f, (enum need)i);
	for (int i = 0; i < WA_STATUS_COUNT; i++)
		statuses += fleet_count_status(f, (enum wa_status)i);
	if (needs != fleet_count(f) || statuses != fleet_count(f) ||
	    fleet_shown(f) > fleet_count(f) || fleet_tagged(f) > fleet_count(f))
		abort();
	for (size_t i = 0; i < fleet_shown(f); i++) {
		const struct row *row = fleet_at(f, i);
		size_t at;

		if (!fleet_place(f, row->company, &at) || at != i ||
		    fleet_find(f, row->company) != row)
			abort();
	}
	buf_init(&out, (size_t)16 * 1024 * 1024);
	if (export_put(f, EXPORT_CSV, LANG_EN, NOW, &out) != ERR_OK ||
	    export_put(f, EXPORT_JSON, LANG_RU, NOW, &out) != ERR_OK)
		abort();
	buf_finish(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fleet *f = fleet_create();
	char line[LINE_MAX_BYTES];
	size_t len = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && p[i] != '\n' && len < sizeof line - 1) {
			line[len++] = (char)p[i];
			continue;
		}
		line[len] = '\0';
		run_line(f, line);
		len = 0;
	}
	check(f);
	fleet_destroy(f);
	return 0;
}
