#include "core/app/value.h"

#include <inttypes.h>
#include <string.h>

#include "core/app/phone.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/url.h"
#include "core/wire/payload.h"

#define HEX32_LEN 32

static bool
refuse(struct value_why *why, const char *text)
{
	str_copy(why->text, sizeof why->text, text);
	return false;
}

/* Index of text among the words of "a|b|c", -1 when it is none of them. */
static int
word_index(const char *words, const char *text)
{
	const size_t n = strlen(text);
	int index = 0;

	for (const char *p = words;; index++) {
		const size_t len = strcspn(p, "|");

		if (len == n && memcmp(p, text, n) == 0)
			return index;
		if (p[len] == '\0')
			return -1;
		p += len + 1;
	}
}

/* "a|b|c" as people write it: "a, b, c" */
static void
word_list(const char *words, char *out, size_t size)
{
	size_t at = 0;

	for (; *words != '\0' && at + 3 < size; words++) {
		out[at++] = *words == '|' ? ',' : *words;
		if (*words == '|')
			out[at++] = ' ';
	}
	out[at] = '\0';
}

static bool
parse_bool(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	/* even places are no, odd ones are yes */
	const int i = word_index("no|yes|false|true|off|on|0|1", text);

	(void)rule;
	if (i < 0)
		return refuse(why, "must be yes or no");
	out->number = i % 2;
	str_copy(out->text, sizeof out->text, out->number != 0 ? "yes" : "no");
	return true;
}

static bool
refuse_bounds(const struct value_rule *rule, struct value_why *why)
{
	char allowed[160];

	value_describe(rule, allowed, sizeof allowed);
	str_format(why->text, sizeof why->text, "must be %s", allowed);
	return false;
}

static bool
parse_int(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	uint64_t v;

	if (!str_to_u64(text, (uint64_t)rule->max, &v) ||
	    (int64_t)v < rule->min)
		return refuse_bounds(rule, why);
	out->number = (int64_t)v;
	return str_format(out->text, sizeof out->text, "%" PRIu64, v);
}

static bool
parse_size(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	static const char units[] = "kmg";
	char digits[24];
	const size_t n = strlen(text);
	const char *unit = n == 0 ? NULL : strchr(units, text[n - 1] | 0x20);
	const unsigned shift = unit == NULL ? 0
	    : 10 * (unsigned)(unit - units + 1);
	uint64_t v;

	if (!str_copy(digits, sizeof digits, text))
		return refuse_bounds(rule, why);
	if (unit != NULL)
		digits[n - 1] = '\0';
	if (!str_to_u64(digits, (uint64_t)rule->max >> shift, &v) ||
	    (int64_t)(v << shift) < rule->min)
		return refuse_bounds(rule, why);
	out->number = (int64_t)(v << shift);
	return str_copy(out->text, sizeof out->text, text);
}

static bool
parse_enum(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	const int i = word_index(rule->words, text);

	if (i < 0)
		return refuse_bounds(rule, why);
	out->number = i;
	return str_copy(out->text, sizeof out->text, text);
}

/* The longest text that fits, valid UTF-8, and nothing that moves a cursor
 * or forges a line where it is shown. */
static bool
is_plain(const char *text)
{
	char cleaned[VALUE_MAX];

	str_clean(cleaned, sizeof cleaned, text, strlen(text));
	return strcmp(cleaned, text) == 0;
}

static int64_t
count_characters(const char *s)
{
	int64_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static bool
parse_string(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	const int64_t n = count_characters(text);

	if (!is_plain(text))
		return refuse(why, "must not contain control characters");
	if (n < rule->min || n > rule->max)
		return refuse_bounds(rule, why);
	return str_copy(out->text, sizeof out->text, text);
}

static bool
parse_path(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	(void)rule;
	if (!is_plain(text))
		return refuse(why, "must not contain control characters");
	if (strlen(text) > VALUE_PATH_MAX)
		return refuse(why, "must be a path of at most 1000 bytes");
	if (text[0] == '~')
		return refuse(why, "must be a path without ~");
	return str_copy(out->text, sizeof out->text, text);
}

/* The second scheme is the unencrypted one. */
static bool
parse_url(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	char scheme[8];
	const size_t n = strcspn(text, ":");
	struct url url;

	if (n >= sizeof scheme)
		return refuse_bounds(rule, why);
	memcpy(scheme, text, n);
	scheme[n] = '\0';
	if (word_index(rule->words, scheme) < 0 ||
	    url_parse(text, &url) != ERR_OK)
		return refuse_bounds(rule, why);
	if (!url.tls && !url_is_loopback(&url)) {
		str_format(why->text, sizeof why->text, "must not be "
		    "unencrypted: %s:// is for loopback only (127.0.0.0/8, "
		    "::1, localhost)", scheme);
		return false;
	}
	return str_copy(out->text, sizeof out->text, text);
}

static bool
parse_hex32(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	uint8_t bytes[HEX32_LEN];

	if (!str_from_hex(text, bytes, sizeof bytes))
		return refuse_bounds(rule, why);
	str_to_hex(out->text, bytes, sizeof bytes);
	return true;
}

static bool
parse_version(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	struct wa_version v;

	if (!wa_version_parse(text, &v) || v.primary != 2 ||
	    v.secondary != 3000 || v.tertiary == 0)
		return refuse_bounds(rule, why);
	out->number = v.tertiary;
	wa_version_format(&v, out->text, sizeof out->text);
	return true;
}

static bool
parse_phone(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	return phone_normalise(text, out->text) == PHONE_OK ||
	    refuse_bounds(rule, why);
}

typedef bool (*parse_fn)(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why);

static const struct {
	parse_fn parse;
	const char *metavar;
	const char *allowed;    /* NULL: made from the rule */
} types[] = {
	[VALUE_BOOL] = { parse_bool, "yes|no", "yes or no" },
	[VALUE_INT] = { parse_int, "N", NULL },
	[VALUE_SIZE] = { parse_size, "SIZE", NULL },
	[VALUE_ENUM] = { parse_enum, NULL, NULL },
	[VALUE_STRING] = { parse_string, "TEXT", NULL },
	[VALUE_PATH] = { parse_path, "PATH", "a path" },
	[VALUE_URL] = { parse_url, "URL", NULL },
	[VALUE_HEX32] = { parse_hex32, "HEX", "64 hex digits" },
	[VALUE_VERSION] = { parse_version, "2.3000.N",
	    "2.3000.N with N from 1" },
	[VALUE_PHONE] = { parse_phone, "NUMBER", "an international phone "
	    "number: 7 to 15 digits, not starting with 0" },
};

_Static_assert(ARRAY_LEN(types) == VALUE_TYPE_COUNT, "every type has a row");

static bool
may_be_empty(const struct value_rule *rule)
{
	return rule->min == 0 && rule->type >= VALUE_STRING;
}

bool
value_parse(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	struct value value = { .text = "" };
	const size_t n = strlen(text);

	if (n >= VALUE_MAX)
		return refuse(why, "is longer than 1023 bytes");
	if (!str_is_utf8(text, n))
		return refuse(why, "is not UTF-8");
	if (n == 0 && !may_be_empty(rule) && rule->type >= VALUE_STRING)
		return refuse(why, "must not be empty");
	if (rule->none && strcmp(text, "none") == 0)
		str_copy(value.text, sizeof value.text, "none");
	else if (n > 0 || !may_be_empty(rule)) {
		if (!types[rule->type].parse(rule, text, &value, why))
			return false;
	}
	*out = value;
	return true;
}

static void
describe_size(const struct value_rule *rule, char *out, size_t size)
{
	str_format(out, size, "%" PRId64 "..%" PRId64 "m bytes, with k, m or "
	    "g behind the number", rule->min, rule->max >> 20);
}

static void
describe_url(const struct value_rule *rule, char *out, size_t size)
{
	const int first = (int)strcspn(rule->words, "|");

	str_format(out, size, "a URL %.*s://HOST[:PORT]/PATH", first,
	    rule->words);
}

void
value_describe(const struct value_rule *rule, char *out, size_t size)
{
	char what[160];

	if (types[rule->type].allowed != NULL) {
		str_copy(what, sizeof what, types[rule->type].allowed);
	} else if (rule->type == VALUE_INT) {
		str_format(what, sizeof what, "%" PRId64 "..%" PRId64 "%s%s",
		    rule->min, rule->max, rule->unit == NULL ? "" : " ",
		    rule->unit == NULL ? "" : rule->unit);
	} else if (rule->type == VALUE_SIZE) {
		describe_size(rule, what, sizeof what);
	} else if (rule->type == VALUE_URL) {
		describe_url(rule, what, sizeof what);
	} else if (rule->type == VALUE_STRING) {
		str_format(what, sizeof what, "%" PRId64 "..%" PRId64
		    " characters", rule->min, rule->max);
	} else {
		char list[120];

		word_list(rule->words, list, sizeof list);
		str_format(what, sizeof what, "one of %s", list);
	}
	str_format(out, size, "%s%s", what, rule->none ? ", or none" : "");
}

const char *
value_metavar(const struct value_rule *rule)
{
	return rule->type == VALUE_ENUM ? rule->words
	    : types[rule->type].metavar;
}
