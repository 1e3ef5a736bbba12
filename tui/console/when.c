#include "tui/console/when.h"

#include <inttypes.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/text.h"

#define SECOND_MS 1000
#define LEFT_MAX_S (999 * 3600) /* more is no countdown */

static const enum text months[] = { TEXT_MONTH_JAN, TEXT_MONTH_FEB,
    TEXT_MONTH_MAR, TEXT_MONTH_APR, TEXT_MONTH_MAY, TEXT_MONTH_JUN,
    TEXT_MONTH_JUL, TEXT_MONTH_AUG, TEXT_MONTH_SEP, TEXT_MONTH_OCT,
    TEXT_MONTH_NOV, TEXT_MONTH_DEC };

_Static_assert(ARRAY_LEN(months) == 12, "a year has its months");

void
when_at(char *out, size_t size, enum lang lang, int64_t at_ms,
    int64_t now_ms)
{
	const time_t at_s = (time_t)(at_ms / SECOND_MS);
	const time_t now_s = (time_t)(now_ms / SECOND_MS);
	struct tm at, now;

	if (at_ms == 0 || localtime_r(&at_s, &at) == NULL ||
	    localtime_r(&now_s, &now) == NULL)
		(void)str_copy(out, size, "");
	else if (at.tm_year != now.tm_year)
		(void)str_format(out, size, "%d", at.tm_year + 1900);
	else if (at.tm_yday != now.tm_yday)
		(void)str_format(out, size, "%d %s", at.tm_mday,
		    text_get(lang, months[at.tm_mon]));
	else
		(void)str_format(out, size, "%02d:%02d", at.tm_hour,
		    at.tm_min);
}

static int64_t
seconds_left(int64_t left_ms)
{
	if (left_ms <= 0)
		return 0;
	if (left_ms > (int64_t)LEFT_MAX_S * SECOND_MS)
		return LEFT_MAX_S;
	return (left_ms + SECOND_MS - 1) / SECOND_MS;
}

void
when_left(char *out, size_t size, int64_t left_ms)
{
	const int64_t s = seconds_left(left_ms);

	if (s < 3600)
		(void)str_format(out, size, "%" PRId64 ":%02" PRId64, s / 60,
		    s % 60);
	else
		(void)str_format(out, size, "%" PRId64 ":%02" PRId64
		    ":%02" PRId64, s / 3600, s / 60 % 60, s % 60);
}

void
when_left_long(char *out, size_t size, int64_t left_ms)
{
	const int64_t s = seconds_left(left_ms);

	(void)str_format(out, size, "%02" PRId64 ":%02" PRId64 ":%02" PRId64,
	    s / 3600, s / 60 % 60, s % 60);
}

int64_t
when_left_changes_ms(int64_t end_ms, int64_t now_ms)
{
	if (end_ms <= now_ms)
		return 0;
	/* one more, so that at that moment the next second is shown */
	return now_ms + (end_ms - now_ms - 1) % SECOND_MS + 1;
}
