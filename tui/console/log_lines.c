#include "tui/console/log_lines.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/told.h"

#define TEXT_MAX (LOG_LINE_MAX + 64)

/* Numbers of lines are places in the rings: n % LOG_LINES_MAX. */
struct log_lines {
	struct log_entry *ring[LOG_LINES_MAX];
	uint64_t first, next;           /* lines kept: first .. next - 1 */
	size_t bytes;
	struct log_wish wish;
	char folded[LOG_WISH_MAX];      /* its filter in small letters */
	uint64_t view[LOG_LINES_MAX];   /* the numbers that it wants, rising */
	size_t view_at, view_count;     /* a ring as well */
};

struct log_lines *
log_lines_create(void)
{
	return xcalloc(1, sizeof(struct log_lines));
}

static struct log_entry **
slot(struct log_lines *l, uint64_t n)
{
	return &l->ring[n % LOG_LINES_MAX];
}

void
log_lines_destroy(struct log_lines *l)
{
	if (l == NULL)
		return;
	for (uint64_t n = l->first; n < l->next; n++)
		free(*slot(l, n));
	free(l);
}

/* --- what is wanted ------------------------------------------------------- */

/* Small letters, Latin and Cyrillic, byte for byte: out is as long. */
static void
fold(char *out, size_t size, const char *text)
{
	unsigned char before = 0;
	size_t i = 0;

	for (; text[i] != '\0' && i + 1 < size; i++) {
		unsigned char ch = (unsigned char)text[i];

		if (ch >= 'A' && ch <= 'Z')
			ch = (unsigned char)(ch + 32);
		else if (before == 0xd0 && ch >= 0x90 && ch <= 0x9f)
			ch = (unsigned char)(ch + 0x20);        /* А..П */
		else if (before == 0xd0 && ch >= 0xa0 && ch <= 0xaf) {
			out[i - 1] = (char)0xd1;                /* Р..Я */
			ch = (unsigned char)(ch - 0x20);
		}
		before = (unsigned char)text[i];
		out[i] = (char)ch;
	}
	out[i] = '\0';
}

/* Whether one of the words a|b, n bytes, is in text. */
static bool
has_one_of(const char *text, const char *words, size_t n)
{
	char word[LOG_WISH_MAX];

	for (size_t at = 0; at < n;) {
		const char *bar = memchr(words + at, '|', n - at);
		const size_t len = bar == NULL ? n - at :
		    (size_t)(bar - words) - at;

		(void)str_format(word, sizeof word, "%.*s", (int)len,
		    words + at);
		if (len > 0 && strstr(text, word) != NULL)
			return true;
		at += len + 1;
	}
	return false;
}

static bool
takes_text(const struct log_lines *l, const struct log_entry *e)
{
	char line[TEXT_MAX + COMPANY_ID_MAX], text[TEXT_MAX + COMPANY_ID_MAX];

	if (l->folded[0] == '\0')
		return true;
	(void)str_format(line, sizeof line, "%s %s %s",
	    log_level_name(e->level), e->company, e->text);
	fold(text, sizeof text, line);
	for (const char *at = l->folded; *at != '\0';) {
		const size_t n = strcspn(at, " ");
		const bool is_not = n > 0 && at[0] == '!';

		/* a "!" alone is a word that is still being typed */
		if (n > (size_t)is_not && has_one_of(text, at + is_not,
		    n - is_not) == is_not)
			return false;
		at += n;
		at += strspn(at, " ");
	}
	return true;
}

static bool
takes(const struct log_lines *l, const struct log_entry *e)
{
	return e->level >= l->wish.least &&
	    (l->wish.company[0] == '\0' ||
	    strcmp(e->company, l->wish.company) == 0) && takes_text(l, e);
}

static void
push(struct log_lines *l, uint64_t n)
{
	l->view[(l->view_at + l->view_count++) % LOG_LINES_MAX] = n;
}

void
log_lines_wish(struct log_lines *l, const struct log_wish *wish)
{
	l->wish = *wish;
	fold(l->folded, sizeof l->folded, wish->filter);
	l->view_at = l->view_count = 0;
	for (uint64_t n = l->first; n < l->next; n++) {
		if (takes(l, *slot(l, n)))
			push(l, n);
	}
}

const struct log_wish *
log_lines_wished(const struct log_lines *l)
{
	return &l->wish;
}

/* --- lines ---------------------------------------------------------------- */

static size_t
cost(const struct log_entry *e)
{
	return sizeof *e + strlen(e->company) + strlen(e->text) + 2;
}

static void
drop_first(struct log_lines *l)
{
	struct log_entry **e = slot(l, l->first);

	if (l->view_count > 0 && l->view[l->view_at] == l->first) {
		l->view_at = (l->view_at + 1) % LOG_LINES_MAX;
		l->view_count--;
	}
	l->bytes -= cost(*e);
	free(*e);
	*e = NULL;
	l->first++;
}

/* Behind "name=" and its value, if the text begins so. */
static const char *
skip_pair(const char *text, const char *name)
{
	const size_t n = strlen(name);

	if (strncmp(text, name, n) != 0 || text[n] != '=')
		return text;
	text += strcspn(text, " ");
	return text + strspn(text, " ");
}

/*
 * "2026-11-22T12:00:00.000Z level=info mod=session session=acme status=qr"
 * becomes "session: status=qr": time, level and company have columns.
 */
static void
shorten(char *out, size_t size, const char *line, const char *company)
{
	char module[32] = "", pair[COMPANY_ID_MAX + 16];
	const char *p = line;
	size_t n = strcspn(p, " ");

	if (n > 11 && p[10] == 'T' && p[n] == ' ')
		p += n + 1;
	p = skip_pair(p, "level");
	if (strncmp(p, "mod=", 4) == 0) {
		(void)str_format(module, sizeof module, "%.*s: ",
		    (int)strcspn(p + 4, " "), p + 4);
		p = skip_pair(p, "mod");
	}
	(void)str_format(pair, sizeof pair, "session=%s", company);
	n = strlen(pair);
	if (company[0] != '\0' && strncmp(p, pair, n) == 0 &&
	    (p[n] == ' ' || p[n] == '\0'))
		p = skip_pair(p, "session");
	(void)str_format(out, size, "%s%s", module, p);
}

static enum log_level
level_of(const char *name)
{
	for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
		if (strcmp(log_level_name((enum log_level)i), name) == 0)
			return (enum log_level)i;
	}
	return LOG_INFO;
}

static struct log_entry *
entry_of(const cJSON *line)
{
	char company[COMPANY_ID_MAX + 1], text[TEXT_MAX], clean[TEXT_MAX];
	const char *whole = told_text(line, "text");
	struct log_entry *e;
	char *room;

	(void)str_copy(company, sizeof company, told_text(line, "companyId"));
	shorten(text, sizeof text, whole, company);
	str_clean(clean, sizeof clean, text, strlen(text));
	e = xcalloc(1, sizeof *e + strlen(company) + strlen(clean) + 2);
	room = (char *)(e + 1);
	memcpy(room, company, strlen(company));
	e->company = room;
	room += strlen(company) + 1;
	memcpy(room, clean, strlen(clean));
	e->text = room;
	e->at_ms = told_time(line, "at");
	e->level = level_of(told_text(line, "level"));
	return e;
}

bool
log_lines_add(struct log_lines *l, const cJSON *line)
{
	struct log_entry *e;

	if (told_time(line, "at") == 0)
		return false;
	e = entry_of(line);
	while (l->next > l->first && (l->next - l->first == LOG_LINES_MAX ||
	    l->bytes + cost(e) > LOG_LINES_BYTES))
		drop_first(l);
	e->n = l->next;
	*slot(l, l->next++) = e;
	l->bytes += cost(e);
	if (takes(l, e))
		push(l, e->n);
	return true;
}

size_t
log_lines_count(const struct log_lines *l)
{
	return (size_t)(l->next - l->first);
}

size_t
log_lines_shown(const struct log_lines *l)
{
	return l->view_count;
}

const struct log_entry *
log_lines_at(const struct log_lines *l, size_t i)
{
	const uint64_t n = l->view[(l->view_at + i) % LOG_LINES_MAX];

	return l->ring[n % LOG_LINES_MAX];
}

size_t
log_lines_place(const struct log_lines *l, uint64_t n)
{
	size_t low = 0, high = l->view_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (log_lines_at(l, middle)->n < n)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
