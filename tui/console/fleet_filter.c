/* Which rows a filter takes. */
#include <string.h>

#include "core/base/str.h"
#include "tui/console/fleet_impl.h"
#include "tui/console/text.h"

/* --- small letters -------------------------------------------------------------- */

/* Blocks where capital and small letters alternate. */
static bool
is_alternating(unsigned c)
{
	return (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) ||
	    (c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) ||
	    (c >= 0x4d0 && c <= 0x52f);
}

/*
 * Code points of two bytes, which stay so. towlower knows them in some
 * locales only. A Russian yo is typed as ye as often as not.
 */
static unsigned
fold_point(unsigned c)
{
	if (c == 0x401 || c == 0x451)
		return 0x435;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	if ((c >= 0x410 && c <= 0x42f) ||
	    (c >= 0x391 && c <= 0x3a9 && c != 0x3a2) ||
	    (c >= 0xc0 && c <= 0xde && c != 0xd7))
		return c + 0x20;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e) ||
	    (c >= 0x4c1 && c <= 0x4ce))
		return c % 2 != 0 ? c + 1 : c;
	return is_alternating(c) ? c | 1 : c;
}

void
filter_fold(char *out, size_t size, const char *text)
{
	unsigned char *p = (unsigned char *)out;

	str_clean(out, size, text, strlen(text));
	for (; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z') {
			*p = (unsigned char)(*p + 'a' - 'A');
		} else if (*p >= 0xc3 && *p <= 0xdf) {
			const unsigned c = fold_point((*p & 0x1fu) << 6 |
			    (p[1] & 0x3fu));

			*p++ = (unsigned char)(0xc0 | c >> 6);
			*p = (unsigned char)(0x80 | (c & 0x3f));
		}
	}
}

/* --- reading ---------------------------------------------------------------------- */

/* Numbers are masked: of more digits than they show, the last ones count. */
static void
read_end(struct filter_term *t)
{
	const char *digits = t->text + (t->text[0] == '+');
	const size_t n = strlen(digits);

	t->end[0] = '\0';
	if (n >= 2 && strspn(digits, "0123456789") == n)
		(void)str_copy(t->end, sizeof t->end,
		    n > NUMBER_END ? digits + n - NUMBER_END : digits);
}

/* While a word is being typed some of its alternatives are empty. */
static void
read_word(struct filter *f, char *word)
{
	const bool negated = word[0] == '!';
	const size_t before = f->count;
	char *rest = word + negated, *one;

	while ((one = strsep(&rest, "|")) != NULL) {
		struct filter_term *t = &f->terms[f->count];

		if (one[0] == '\0' || f->count == FILTER_WORDS)
			continue;
		*t = (struct filter_term){ .text = one, .negated = negated };
		read_end(t);
		f->count++;
	}
	if (f->count > before)
		f->terms[f->count - 1].is_last = true;
}

/* What has a word of its own on the screen is found by that. */
static void
read_reason(struct filter *f, enum wa_reason reason, enum lang lang)
{
	const char *name = words_reason_name(lang, reason);
	enum wa_status status = WA_STATUS_ERROR;
	char words[sizeof f->reason[0]];

	f->reason[reason][0] = '\0';
	if (name == NULL)
		return;
	(void)wa_reason_status(reason, &status);
	(void)str_format(words, sizeof words, "%s %s", wa_status_name(status),
	    name);
	filter_fold(f->reason[reason], sizeof f->reason[0], words);
}

static void
read_statuses(struct filter *f, enum lang lang)
{
	char words[sizeof f->status[0]];

	for (size_t i = 0; i < WA_STATUS_COUNT; i++) {
		const enum wa_status status = (enum wa_status)i;

		/* no word that is searched for has a space */
		(void)str_format(words, sizeof words, "%s %s",
		    wa_status_name(status), words_status_name(lang, status));
		filter_fold(f->status[i], sizeof f->status[i], words);
	}
	for (size_t i = 0; i < WA_REASON_COUNT; i++)
		read_reason(f, (enum wa_reason)i, lang);
	(void)str_format(words, sizeof words, "%s %s",
	    wa_reason_name(WA_REASON_PAUSED),
	    text_get(lang, TEXT_STATUS_PAUSED));
	filter_fold(f->paused, sizeof f->paused, words);
}

void
filter_read(struct filter *f, const char *text, enum lang lang)
{
	char *rest = f->text, *word;

	f->count = 0;
	filter_fold(f->text, sizeof f->text, text);
	read_statuses(f, lang);
	while ((word = strsep(&rest, " ")) != NULL)
		read_word(f, word);
}

/* --- taking ----------------------------------------------------------------------- */

static bool
ends_with(const char *in, const char *end)
{
	const size_t n = strlen(in), m = strlen(end);

	return n >= m && memcmp(in + n - m, end, m) == 0;
}

static bool
has(const struct filter *f, const struct filter_term *t,
    const struct entry *e)
{
	const char *status = e->row.paused ? f->paused :
	    f->reason[e->row.reason][0] != '\0' ? f->reason[e->row.reason] :
	    f->status[e->row.status];

	return strstr(e->folded, t->text) != NULL ||
	    strstr(status, t->text) != NULL ||
	    (t->end[0] != '\0' && ends_with(e->row.phone, t->end));
}

bool
filter_takes(const struct filter *f, const struct entry *e)
{
	bool any = false;

	for (size_t i = 0; i < f->count; i++) {
		const struct filter_term *t = &f->terms[i];

		any = any || has(f, t, e);
		if (!t->is_last)
			continue;
		if (any == t->negated)
			return false;
		any = false;
	}
	return true;
}
