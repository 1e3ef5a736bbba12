#include "tui/duration.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define LONGEST_S ((uint64_t)3660 * 86400)

static const struct {
	char unit;
	uint64_t seconds;
} units[] = {
	{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	{ 'w', 604800 },
};

bool
duration_parse(const char *text, int64_t *seconds)
{
	char digits[16];
	uint64_t n, each = 1;
	size_t len;

	if (!str_copy(digits, sizeof digits, text) ||
	    (len = strlen(digits)) == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (digits[len - 1] == units[i].unit) {
			each = units[i].seconds;
			digits[len - 1] = '\0';
			break;
		}
	}
	if (!str_to_u64(digits, LONGEST_S, &n) || n == 0 ||
	    n > LONGEST_S / each)
		return false;
	*seconds = (int64_t)(n * each);
	return true;
}
