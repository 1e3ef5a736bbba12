#include "tui/console/plain_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/text.h"
#include "tui/console/when.h"

static void
append(char *out, size_t size, const char *text)
{
	const size_t used = strlen(out);

	str_format(out + used, size - used, "%s", text);
}

/* --- lines -------------------------------------------------------------------- */

void
plain_summary(const struct fleet *fleet, enum lang lang, char *out,
    size_t size)
{
	const size_t need = fleet_count_need(fleet, NEED_ADMIN);
	char part[WORDS_MAX];
	bool any = false;
	size_t n;

	text_format(out, size, lang, TEXT_PLAIN_COUNT,
	    &(struct words_args){ .n = (int64_t)fleet_count(fleet) });
	for (int i = 0; i < WA_STATUS_COUNT; i++) {
		if ((n = fleet_count_status(fleet, (enum wa_status)i)) == 0)
			continue;
		str_format(part, sizeof part, "%s%s %zu", any ? ", " : ": ",
		    words_status_name(lang, (enum wa_status)i), n);
		append(out, size, part);
		any = true;
	}
	append(out, size, ".");
	if (need == 0)
		return;
	text_format(part, sizeof part, lang, TEXT_PLAIN_NEED,
	    &(struct words_args){ .n = (int64_t)need });
	append(out, size, " ");
	append(out, size, part);
}

void
plain_row(const struct row *row, size_t number, enum lang lang,
    int64_t now_ms, char *out, size_t size)
{
	const char *status = row_word(row, lang);
	char since[WHEN_MAX], with[WORDS_MAX] = "", next[WORDS_MAX];

	when_short(since, sizeof since, lang, row->since_ms, now_ms);
	if (since[0] != '\0')
		text_format(with, sizeof with, lang, TEXT_PLAIN_SINCE,
		    &(struct words_args){ .reason = since });
	row_next(row, lang, now_ms, next, sizeof next);
	str_format(out, size, "%zu. %s%s%s%s%s: %s%s%s%s%s", number,
	    row->company, row->name[0] != '\0' ? ", " : "", row->name,
	    row->phone[0] != '\0' ? ", " : "", row->phone, status,
	    with[0] != '\0' ? " " : "", with, next[0] != '\0' ? "; " : "",
	    next);
}

void
plain_news(const struct row *row, enum lang lang, int64_t now_ms, char *out,
    size_t size)
{
	const int64_t left_ms = row->next_attempt_ms - now_ms;
	struct words_args args = { .code = (int)row->code,
	    .time_ms = row->until_ms,
	    .n = left_ms > 0 ? (left_ms + 999) / 1000 : 0 };
	char at[WHEN_MAX], sentence[WORDS_MAX];

	when_second(at, sizeof at, now_ms);
	words_reason_sentence(sentence, sizeof sentence, lang, row->status,
	    row->reason, &args);
	str_format(out, size, "%s %s: %s%s%s", at, row->company,
	    row_word(row, lang),
	    sentence[0] != '\0' ? ". " : "", sentence);
}

void
plain_spell(const char *code, char *out, size_t size)
{
	size_t n = 0, letters = 0;

	out[0] = '\0';
	for (; *code != '\0' && n + 5 < size; code++) {
		if (*code == '-')
			continue;
		if (letters == 4) {
			memcpy(out + n, " -", 2);
			n += 2;
		}
		if (letters++ > 0)
			out[n++] = ' ';
		out[n++] = *code;
		out[n] = '\0';
	}
}

bool
plain_number(const char *line, size_t *number)
{
	uint64_t n;

	if (!str_to_u64(line, SIZE_MAX / 2, &n) || n == 0)
		return false;
	*number = (size_t)n;
	return true;
}

/* --- what was said last -------------------------------------------------------- */

struct said {
	char company[COMPANY_ID_MAX + 1];       /* "" free */
	enum wa_status status;
	enum wa_reason reason;
	bool paused;
};

/* An open hash that only grows: who is removed and comes again was known. */
struct plain_seen {
	struct said *slots;
	size_t size, count;             /* size: a power of two */
};

static size_t
hash(const char *company)
{
	size_t h = 5381;

	for (; *company != '\0'; company++)
		h = h * 33 + (unsigned char)*company;
	return h;
}

static struct said *
find(const struct plain_seen *s, const char *company)
{
	size_t i = hash(company) & (s->size - 1);

	while (s->slots[i].company[0] != '\0' &&
	    strcmp(s->slots[i].company, company) != 0)
		i = (i + 1) & (s->size - 1);
	return &s->slots[i];
}

static void
grow(struct plain_seen *s)
{
	const struct plain_seen old = *s;

	s->size = old.size == 0 ? 64 : old.size * 2;
	s->slots = xcalloc(s->size, sizeof *s->slots);
	for (size_t i = 0; i < old.size; i++) {
		if (old.slots[i].company[0] != '\0')
			*find(s, old.slots[i].company) = old.slots[i];
	}
	free(old.slots);
}

struct plain_seen *
plain_seen_create(void)
{
	struct plain_seen *s = xcalloc(1, sizeof *s);

	grow(s);
	return s;
}

void
plain_seen_destroy(struct plain_seen *s)
{
	if (s == NULL)
		return;
	free(s->slots);
	free(s);
}

bool
plain_seen_changed(struct plain_seen *s, const struct row *row)
{
	struct said *at, before;

	if (s->count * 2 >= s->size)
		grow(s);
	at = find(s, row->company);
	before = *at;
	*at = (struct said){ .status = row->status, .reason = row->reason,
	    .paused = row->paused };
	(void)str_copy(at->company, sizeof at->company, row->company);
	if (before.company[0] == '\0') {
		s->count++;
		return false;
	}
	/* each step of a connection is no news */
	return before.status != row->status || before.paused != row->paused ||
	    (before.reason != row->reason &&
	    row->status != WA_STATUS_CONNECTING);
}
