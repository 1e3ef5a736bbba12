/* What Tab makes of a line that is being typed. */
#include "tui/console/command.h"

#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"

struct completion {
	const char *word;               /* what is there of it */
	size_t len;
	struct command_candidate *candidates;
	size_t max, count;
	struct command_candidate common;        /* what all begin with */
};

static void
add(struct completion *c, const char *text)
{
	size_t n = 0;

	if (c->count < c->max)
		(void)str_copy(c->candidates[c->count].text,
		    sizeof c->candidates[0].text, text);
	if (c->count++ == 0) {
		(void)str_copy(c->common.text, sizeof c->common.text, text);
		return;
	}
	while (c->common.text[n] != '\0' && c->common.text[n] == text[n])
		n++;
	c->common.text[n] = '\0';
}

static void
offer(struct completion *c, const char *text)
{
	if (strncmp(text, c->word, c->len) == 0)
		add(c, text);
}

static void
offer_commands(struct completion *c)
{
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		offer(c, command_rule((enum command)i)->word);
}

/* By id; if none begins so, whose name has the word in it. */
static void
offer_companies(struct completion *c, const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet_shown(fleet); i++)
		offer(c, fleet_at(fleet, i)->company);
	if (c->count > 0 || c->len == 0)
		return;
	for (size_t i = 0; i < fleet_shown(fleet); i++) {
		const struct row *row = fleet_at(fleet, i);

		if (strcasestr(row->name, c->word) != NULL)
			add(c, row->company);
	}
}

static void
offer_sorts(struct completion *c)
{
	for (int i = 0; i < SORT_COUNT; i++)
		offer(c, command_sort_word((enum sort)i));
}

/* The word behind nth others, the command being one of them. */
static void
offer_word(struct completion *c, const struct fleet *fleet,
    enum command command, size_t nth)
{
	const struct command_rule *rule = command_rule(command);

	if (rule->wants_company && nth == 1) {
		/* of an added one the id is new */
		if (command != COMMAND_ADD)
			offer_companies(c, fleet);
	} else if (command == COMMAND_PIN && nth == 2) {
		offer(c, "none");
	} else if (command == COMMAND_SORT && nth == 1) {
		offer_sorts(c);
	} else if (command == COMMAND_SORT && nth == 2) {
		offer(c, "reverse");
	} else if (command == COMMAND_TOKEN && nth == 1) {
		offer(c, "list");
		offer(c, "add");
		offer(c, "revoke");
	} else if (command == COMMAND_EXPORT && nth == 1) {
		offer(c, "csv");
		offer(c, "json");
	}
}

/* Whether something may follow the word. */
static bool
has_next(enum command command, size_t nth)
{
	const struct command_rule *rule = command_rule(command);

	return nth < (rule->wants_company ? 1 : 0) + (size_t)rule->most;
}

static bool
command_of(const char *line, enum command *out)
{
	const size_t n = strcspn(line, " ");

	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const char *word = command_rule((enum command)i)->word;

		if (strlen(word) == n && strncmp(word, line, n) == 0) {
			*out = (enum command)i;
			return true;
		}
	}
	return false;
}

/* Words in front of the one that ends the line. */
static size_t
split(const char *line, const char **last)
{
	size_t n = 0;

	for (;;) {
		const size_t word = strcspn(line, " ");

		*last = line;
		if (line[word] == '\0')
			return n;
		line += word;
		line += strspn(line, " ");
		n++;
	}
}

static void
write_line(const struct completion *c, const char *line, bool has_more,
    char *out, size_t size)
{
	const int head = (int)(c->word - line);

	/* found by name: what all agree in may be less than what is there */
	if (c->count == 0 || (c->count > 1 &&
	    strncmp(c->common.text, c->word, c->len) != 0)) {
		(void)str_copy(out, size, line);
		return;
	}
	(void)str_format(out, size, "%.*s%s%s", head, line, c->common.text,
	    c->count == 1 && has_more ? " " : "");
}

size_t
command_complete(const char *line, const struct fleet *fleet, char *out,
    size_t size, struct command_candidate *candidates, size_t max)
{
	struct completion c = { .candidates = candidates, .max = max };
	enum command command = COMMAND_NONE;
	bool has_more = false;
	size_t nth;

	line += strspn(line, " ");
	nth = split(line, &c.word);
	c.len = strlen(c.word);
	if (nth == 0) {
		offer_commands(&c);
		if (c.count == 1 && command_of(c.common.text, &command))
			has_more = has_next(command, 0);
	} else if (command_of(line, &command)) {
		offer_word(&c, fleet, command, nth);
		has_more = has_next(command, nth);
	}
	write_line(&c, line, has_more, out, size);
	return c.count;
}
