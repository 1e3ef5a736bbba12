/* A line behind ":": parsed, and completed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/console/command.h"

#define LINE_MAX_BYTES 600
#define CANDIDATES 4

static struct fleet *
make_fleet(void)
{
	static const char *const rows[] = {
		"{\"companyId\":\"acme\",\"name\":\"Acme Ltd\","
		    "\"status\":\"idle\",\"stateVersion\":1}",
		"{\"companyId\":\"acme-2\",\"name\":\"Other Ltd\","
		    "\"status\":\"idle\",\"stateVersion\":1}",
		"{\"companyId\":\"beta\",\"name\":\"\","
		    "\"status\":\"connected\",\"stateVersion\":1}",
	};
	struct fleet *f = fleet_create();

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cJSON *o = cJSON_Parse(rows[i]);

		(void)fleet_put(f, o, NULL);
		cJSON_Delete(o);
	}
	return f;
}

static void
check(bool is_so)
{
	if (!is_so)
		abort();
}

static void
parse(const char *line, enum lang lang)
{
	struct command_line out = { .command = COMMAND_COUNT };
	char why[WORDS_MAX] = "";

	if (!command_parse(line, lang, &out, why, sizeof why)) {
		/* a refusal says why, and leaves nothing behind */
		check(why[0] != '\0' && out.command == COMMAND_COUNT);
		return;
	}
	check(out.command < COMMAND_COUNT);
	check(out.company[0] == '\0' || company_id_is_valid(out.company));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct command_candidate candidates[CANDIDATES];
	char line[LINE_MAX_BYTES + 1], out[LINE_MAX_BYTES];
	static struct fleet *fleet;
	size_t n = size < LINE_MAX_BYTES ? size : LINE_MAX_BYTES, count;

	if (fleet == NULL)
		fleet = make_fleet();
	memcpy(line, data, n);
	line[n] = '\0';
	parse(line, LANG_EN);
	parse(line, LANG_RU);
	count = command_complete(line, fleet, out, sizeof out, candidates,
	    CANDIDATES);
	check(strlen(out) < sizeof out);
	for (size_t i = 0; i < count && i < CANDIDATES; i++)
		check(candidates[i].text[0] != '\0');
	return 0;
}
