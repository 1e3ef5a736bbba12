#include "tui/console/command.h"

#include <string.h>

#include "core/app/nearest.h"
#include "core/app/phone.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/proxy.h"
#include "tui/console/binding.h"

static const struct command_rule rules[] = {
	[COMMAND_NONE] = { "", "", false, 0, 0, TEXT_NONE },
	[COMMAND_LINK] = { "link", "link [COMPANY [PHONE]]", true, 0, 1,
	    TEXT_COMMAND_HELP_LINK },
	[COMMAND_STATUS] = { "status", "status [COMPANY]", true, 0, 0,
	    TEXT_COMMAND_HELP_STATUS },
	[COMMAND_RECONNECT] = { "reconnect", "reconnect [COMPANY]", true, 0,
	    0, TEXT_COMMAND_HELP_RECONNECT },
	[COMMAND_PAUSE] = { "pause", "pause [COMPANY]", true, 0, 0,
	    TEXT_COMMAND_HELP_PAUSE },
	[COMMAND_RESUME] = { "resume", "resume [COMPANY]", true, 0, 0,
	    TEXT_COMMAND_HELP_RESUME },
	[COMMAND_LOGOUT] = { "logout", "logout [COMPANY]", true, 0, 0,
	    TEXT_COMMAND_HELP_LOGOUT },
	[COMMAND_REMOVE] = { "remove", "remove [COMPANY]", true, 0, 0,
	    TEXT_COMMAND_HELP_REMOVE },
	[COMMAND_NAME] = { "name", "name COMPANY NAME", true, 1, 1,
	    TEXT_COMMAND_HELP_NAME },
	[COMMAND_PIN] = { "pin", "pin COMPANY PHONE|none", true, 1, 1,
	    TEXT_COMMAND_HELP_PIN },
	[COMMAND_PROXY] = { "proxy", "proxy COMPANY URL", true,
	    1, 1, TEXT_COMMAND_HELP_PROXY },
	[COMMAND_SHARE] = { "share", "share [COMPANY]", true, 0, 0,
	    TEXT_COMMAND_HELP_SHARE },
	[COMMAND_LOGS] = { "logs", "logs [COMPANY]", true, 0, 0,
	    TEXT_COMMAND_HELP_LOGS },
	[COMMAND_COMPANIES] = { "companies", "companies", false, 0, 0,
	    TEXT_COMMAND_HELP_COMPANIES },
	[COMMAND_LISTENER] = { "listener", "listener", false, 0, 0,
	    TEXT_COMMAND_HELP_LISTENER },
	[COMMAND_TOKEN] = { "token", "token list|add|revoke",
	    false, 0, 2,
	    TEXT_COMMAND_HELP_TOKEN },
	[COMMAND_DOCTOR] = { "doctor", "doctor", false, 0, 0,
	    TEXT_COMMAND_HELP_DOCTOR },
	[COMMAND_SERVE] = { "serve", "serve", false, 0, 1,
	    TEXT_COMMAND_HELP_SERVE },
	[COMMAND_STOP] = { "stop", "stop", false, 0, 0,
	    TEXT_COMMAND_HELP_STOP },
	[COMMAND_START] = { "start", "start", false, 0, 0,
	    TEXT_COMMAND_HELP_START },
	[COMMAND_ADD] = { "add", "add [COMPANY [NAME]]", true, 0, 1,
	    TEXT_COMMAND_HELP_ADD },
	[COMMAND_FILTER] = { "filter", "filter [TEXT]", false, 0, 1,
	    TEXT_COMMAND_HELP_FILTER },
	[COMMAND_SORT] = { "sort", "sort [ORDER [reverse]]", false, 0, 2,
	    TEXT_COMMAND_HELP_SORT },
	[COMMAND_PROBLEMS] = { "problems", "problems", false, 0, 0,
	    TEXT_COMMAND_HELP_PROBLEMS },
	[COMMAND_WIDE] = { "wide", "wide", false, 0, 0,
	    TEXT_COMMAND_HELP_WIDE },
	[COMMAND_EXPORT] = { "export", "export csv|json [FILE]", false, 1, 2,
	    TEXT_COMMAND_HELP_EXPORT },
	[COMMAND_UNDO] = { "undo", "undo", false, 0, 0,
	    TEXT_COMMAND_HELP_UNDO },
	[COMMAND_HELP] = { "help", "help", false, 0, 0,
	    TEXT_COMMAND_HELP_HELP },
	[COMMAND_QUIT] = { "quit", "quit", false, 0, 0,
	    TEXT_COMMAND_HELP_QUIT },
};
_Static_assert(ARRAY_LEN(rules) == COMMAND_COUNT, "a rule for each command");

/* What fingers type anyway. */
static const struct {
	const char *word;
	enum command command;
} others[] = {
	{ "q", COMMAND_QUIT }, { "exit", COMMAND_QUIT },
	{ "log", COMMAND_LOGS }, { "list", COMMAND_COMPANIES },
	{ "tokens", COMMAND_TOKEN }, { "?", COMMAND_HELP },
};

static const char *const sorts[] = {
	[SORT_NEED] = "problems", [SORT_COMPANY] = "company",
	[SORT_NAME] = "name", [SORT_STATUS] = "status",
	[SORT_SINCE] = "since", [SORT_SEEN] = "seen",
	[SORT_RECONNECTS] = "reconnects", [SORT_PRIORITY] = "priority",
};
_Static_assert(ARRAY_LEN(sorts) == SORT_COUNT, "a word for each order");

const struct command_rule *
command_rule(enum command command)
{
	return &rules[command];
}

const char *
command_sort_word(enum sort sort)
{
	return sorts[sort];
}

bool
command_sort(const char *word, enum sort *out)
{
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
		if (strcmp(sorts[i], word) == 0) {
			*out = (enum sort)i;
			return true;
		}
	}
	/* as it is called inside, and was once here */
	if (strcmp(word, "need") == 0) {
		*out = SORT_NEED;
		return true;
	}
	return false;
}

/* --- words -------------------------------------------------------------------- */

struct parsing {
	const char *at;                 /* what is left of the line */
	enum lang lang;
	char *why;
	size_t size;
};

static bool
refuse(const struct parsing *p, enum text text, const struct words_args *args)
{
	text_format(p->why, p->size, p->lang, text, args);
	return false;
}

static bool
has_more(struct parsing *p)
{
	p->at += strspn(p->at, " \t");
	return *p->at != '\0';
}

/* Up to the next blank, or all that is left without the blanks at its end. */
static bool
take(struct parsing *p, bool is_last, char *out, size_t size)
{
	size_t n;

	out[0] = '\0';
	if (!has_more(p))
		return true;
	n = is_last ? strlen(p->at) : strcspn(p->at, " \t");
	while (n > 0 && (p->at[n - 1] == ' ' || p->at[n - 1] == '\t'))
		n--;
	if (n >= size)
		return refuse(p, TEXT_COMMAND_TOO_LONG,
		    &(struct words_args){ .n = (int64_t)size - 1 });
	memcpy(out, p->at, n);
	out[n] = '\0';
	p->at += n;
	return true;
}

static bool
find(const char *word, enum command *out)
{
	for (size_t i = COMMAND_NONE + 1; i < ARRAY_LEN(rules); i++) {
		if (strcmp(rules[i].word, word) == 0) {
			*out = (enum command)i;
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strcmp(others[i].word, word) == 0) {
			*out = others[i].command;
			return true;
		}
	}
	return false;
}

/* The word as it would be had the layout been Latin: two bytes a letter. */
static bool
to_latin(const char *word, char *out, size_t size)
{
	size_t n = 0;

	for (const unsigned char *p = (const unsigned char *)word;
	    *p != '\0'; p += 2, n++) {
		uint32_t c;

		if ((p[0] & 0xe0) != 0xc0 || (p[1] & 0xc0) != 0x80 ||
		    n + 1 >= size)
			return false;
		c = binding_latin((p[0] & 0x1fu) << 6 | (p[1] & 0x3fu));
		if (c >= 0x80)
			return false;
		out[n] = (char)c;
	}
	out[n] = '\0';
	return n > 0;
}

static bool
take_command(struct parsing *p, enum command *out)
{
	char word[256], latin[32];
	struct nearest near;

	if (!take(p, false, word, sizeof word))
		return false;
	if (find(word, out) ||
	    (to_latin(word, latin, sizeof latin) && find(latin, out)))
		return true;
	nearest_init(&near, word);
	for (size_t i = COMMAND_NONE + 1; i < ARRAY_LEN(rules); i++)
		nearest_offer(&near, rules[i].word);
	return refuse(p, near.best != NULL ? TEXT_COMMAND_UNKNOWN_NEAR :
	    TEXT_COMMAND_UNKNOWN, &(struct words_args){ .reason = word,
	    .holder = near.best });
}

static bool
take_company(struct parsing *p, struct command_line *out)
{
	char word[256];

	if (!take(p, false, word, sizeof word))
		return false;
	if (word[0] != '\0' && !company_id_is_valid(word))
		return refuse(p, TEXT_COMMAND_BAD_COMPANY,
		    &(struct words_args){ .company = word });
	(void)str_copy(out->company, sizeof out->company, word);
	return true;
}

/* --- what a word may be ----------------------------------------------------------- */

/* To digits, as the API wants them. */
static bool
check_phone(const struct parsing *p, char *word, size_t size)
{
	char phone[PHONE_SIZE];
	bool changed;
	enum phone_fault fault = phone_normalise_typed(word, phone, &changed);

	if (fault != PHONE_OK) {
		words_format(p->why, p->size, p->lang,
		    words_phone_fault(fault), NULL);
		return false;
	}
	return str_copy(word, size, phone);
}

/* One with a password would stay on the screen and in the lines typed. */
static bool
check_proxy(const struct parsing *p, const char *word)
{
	struct proxy proxy;
	bool has_password;

	if (strcmp(word, "default") == 0)
		return true;
	if (proxy_parse(word, &proxy) != PROXY_OK) {
		words_format(p->why, p->size, p->lang, WORD_CLI_PROXY_BAD,
		    NULL);
		return false;
	}
	has_password = proxy.password[0] != '\0';
	proxy_finish(&proxy);
	if (has_password)
		words_format(p->why, p->size, p->lang,
		    WORD_CLI_PROXY_SHELL, NULL);
	return !has_password;
}

static bool
refuse_sort(const struct parsing *p, const char *word)
{
	char list[128] = "";

	for (size_t i = 0; i < ARRAY_LEN(sorts); i++)
		(void)str_format(list + strlen(list),
		    sizeof list - strlen(list), "%s%s", i > 0 ? ", " : "",
		    sorts[i]);
	return refuse(p, TEXT_COMMAND_BAD_SORT,
	    &(struct words_args){ .reason = word, .holder = list });
}

/* list takes nothing; what add and revoke miss is asked for. */
static bool
check_token(const struct parsing *p, const struct command_line *line)
{
	const struct words_args usage = {
		.reason = rules[COMMAND_TOKEN].usage };
	const char *verb = line->words[0];

	if (strcmp(verb, "add") == 0 || strcmp(verb, "revoke") == 0)
		return true;
	if (strcmp(verb, "list") != 0)
		return refuse(p, TEXT_COMMAND_GOES, &usage);
	return line->words[1][0] == '\0' ||
	    refuse(p, TEXT_COMMAND_TOO_MANY, &usage);
}

static bool
check_words(const struct parsing *p, struct command_line *line)
{
	char *first = line->words[0];
	enum sort sort;

	if (first[0] == '\0')
		return true;
	switch (line->command) {
	case COMMAND_PIN:
		return strcmp(first, "none") == 0 ||
		    check_phone(p, first, sizeof line->words[0]);
	case COMMAND_PROXY:
		return check_proxy(p, first);
	case COMMAND_LINK:
		return check_phone(p, first, sizeof line->words[0]);
	case COMMAND_SORT:
		if (!command_sort(first, &sort))
			return refuse_sort(p, first);
		return line->words[1][0] == '\0' ||
		    strcmp(line->words[1], "reverse") == 0 ||
		    refuse(p, TEXT_COMMAND_GOES, &(struct words_args){
		    .reason = rules[COMMAND_SORT].usage });
	case COMMAND_TOKEN:
		return check_token(p, line);
	case COMMAND_EXPORT:
		return strcmp(first, "csv") == 0 ||
		    strcmp(first, "json") == 0 ||
		    refuse(p, TEXT_COMMAND_BAD_FORM, &(struct words_args){
		    .reason = first,
		    .holder = rules[COMMAND_EXPORT].usage });
	default:
		return true;
	}
}

/* --- lines ---------------------------------------------------------------------------- */

static bool
take_words(struct parsing *p, const struct command_rule *rule,
    struct command_line *out)
{
	const struct words_args usage = { .reason = rule->usage };
	unsigned count = 0;

	if (rule->wants_company && !take_company(p, out))
		return false;
	while (count < rule->most && has_more(p)) {
		if (!take(p, count + 1 == rule->most, out->words[count],
		    sizeof out->words[count]))
			return false;
		count++;
	}
	if (count < rule->least)
		return refuse(p, TEXT_COMMAND_MISSING, &usage);
	return !has_more(p) || refuse(p, TEXT_COMMAND_TOO_MANY, &usage);
}

bool
command_parse(const char *line, enum lang lang, struct command_line *out,
    char *why, size_t size)
{
	struct parsing p = { .at = line, .lang = lang, .why = why,
	    .size = size };
	struct command_line parsed = { .command = COMMAND_NONE };

	if (has_more(&p) && (!take_command(&p, &parsed.command) ||
	    !take_words(&p, &rules[parsed.command], &parsed) ||
	    !check_words(&p, &parsed)))
		return false;
	*out = parsed;
	return true;
}
