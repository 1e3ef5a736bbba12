#include "tui/console/when.h"

#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/text.h"

#define SECOND_MS 1000

static const enum text months[] = { TEXT_MONTH_JAN, TEXT_MONTH_FEB,
    TEXT_MONTH_MAR, TEXT_MONTH_APR, TEXT_MONTH_MAY, TEXT_MONTH_JUN,
    TEXT_MONTH_JUL, TEXT_MONTH_AUG, TEXT_MONTH_SEP, TEXT_MONTH_OCT,
    TEXT_MONTH_NOV, TEXT_MONTH_DEC };

_Static_assert(ARRAY_LEN(months) == 12, "a year has its months");

static struct tm
local(int64_t ms)
{
	const time_t s = (time_t)(ms / SECOND_MS);
	struct tm tm = { .tm_mday = 1 };

	(void)localtime_r(&s, &tm);
	return tm;
}

void
when_short(char *out, size_t size, enum lang lang, int64_t at_ms,
    int64_t now_ms)
{
	const struct tm at = local(at_ms), now = local(now_ms);

	if (at_ms == 0)
		str_copy(out, size, "");
	else if (at.tm_year != now.tm_year)
		str_format(out, size, "%d", at.tm_year + 1900);
	else if (at.tm_yday != now.tm_yday)
		str_format(out, size, "%d %s", at.tm_mday,
		    text_get(lang, months[at.tm_mon]));
	else
		str_format(out, size, "%02d:%02d", at.tm_hour, at.tm_min);
}

void
when_day(char *out, size_t size, enum lang lang, int64_t at_ms,
    int64_t now_ms)
{
	const struct tm at = local(at_ms), now = local(now_ms);

	if (at_ms == 0)
		str_copy(out, size, "");
	else if (at.tm_year != now.tm_year)
		str_format(out, size, "%d %s %d", at.tm_mday,
		    text_get(lang, months[at.tm_mon]), at.tm_year + 1900);
	else if (at.tm_yday != now.tm_yday)
		str_format(out, size, "%d %s %02d:%02d", at.tm_mday,
		    text_get(lang, months[at.tm_mon]), at.tm_hour, at.tm_min);
	else
		str_format(out, size, "%02d:%02d", at.tm_hour, at.tm_min);
}

void
when_second(char *out, size_t size, int64_t at_ms)
{
	const struct tm at = local(at_ms);

	if (at_ms == 0)
		str_copy(out, size, "");
	else
		str_format(out, size, "%02d:%02d:%02d", at.tm_hour, at.tm_min,
		    at.tm_sec);
}

/* Seconds are rounded up: "0:00" is said when it is over, not before. */
static int64_t
seconds_left(int64_t at_ms, int64_t now_ms)
{
	return at_ms <= now_ms ? 0 :
	    (at_ms - now_ms + SECOND_MS - 1) / SECOND_MS;
}

void
when_left(char *out, size_t size, int64_t at_ms, int64_t now_ms)
{
	const long long s = seconds_left(at_ms, now_ms);

	if (at_ms == 0)
		str_copy(out, size, "");
	else if (s >= 3600)
		str_format(out, size, "%lld:%02lld:%02lld", s / 3600,
		    s / 60 % 60, s % 60);
	else
		str_format(out, size, "%lld:%02lld", s / 60, s % 60);
}

int64_t
when_left_changes_ms(int64_t at_ms, int64_t now_ms)
{
	const int64_t s = seconds_left(at_ms, now_ms);

	return s == 0 ? 0 : at_ms - (s - 1) * SECOND_MS;
}
