#include "core/app/value.h"

#include <inttypes.h>
#include <string.h>

#include "core/app/cidr.h"
#include "core/app/host.h"
#include "core/app/listen_spec.h"
#include "core/app/phone.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/proxy.h"
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

/* The start of links that are handed out, so a path may stand behind the
 * host, but nothing that could not be continued. */
static bool
parse_base_url(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	char origin[ORIGIN_MAX];
	struct url url;
	size_t n;

	if (strncmp(text, "http", 4) != 0 || strchr(text, '?') != NULL ||
	    url_parse(text, &url) != ERR_OK)
		return refuse_bounds(rule, why);
	url_authority(&url, origin);
	for (n = strlen(url.path); n > 0 && url.path[n - 1] == '/'; n--)
		url.path[n - 1] = '\0';
	return str_format(out->text, sizeof out->text, "%s://%s%s",
	    url.tls ? "https" : "http", origin, url.path) ||
	    refuse(why, "is longer than 1023 bytes");
}

/* As it was written: nothing of it may be lost on the way to the dialer. */
static bool
parse_proxy(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	struct proxy proxy;
	const enum proxy_fault fault = proxy_parse(text, &proxy);

	(void)rule;
	if (fault != PROXY_OK)
		return refuse(why, proxy_fault_text(fault));
	proxy_finish(&proxy);
	return str_copy(out->text, sizeof out->text, text);
}

/* --- lists ---------------------------------------------------------------- */

#define ITEM_TEXT_MAX (ORIGIN_MAX + 1)

static bool
item_listen(const char *text, char *out)
{
	struct listen_spec spec;

	if (!listen_spec_parse(text, &spec))
		return false;
	listen_spec_format(&spec, out);
	return true;
}

static bool
item_host(const char *text, char *out)
{
	struct host host;

	if (!host_parse(text, &host))
		return false;
	host_format(&host, out);
	return true;
}

static bool
item_cidr(const char *text, char *out)
{
	struct cidr cidr;

	if (!cidr_parse(text, &cidr))
		return false;
	cidr_format(&cidr, out);
	return true;
}

static const struct {
	bool (*normalise)(const char *text, char *out);
	const char *allowed;
} items[] = {
	[ITEM_LISTEN] = { item_listen, "PORT, ADDR:PORT or ADDR, with ADDR an "
	    "IP address (IPv6 in brackets) or localhost" },
	[ITEM_HOST] = { item_host, "HOST or HOST:PORT" },
	[ITEM_CIDR] = { item_cidr, "an IP address or a range such as "
	    "10.0.0.0/8 without bits behind its prefix" },
	[ITEM_ORIGIN] = { origin_parse, "http://HOST or https://HOST, with "
	    ":PORT if needed" },
};

_Static_assert(ARRAY_LEN(items) == ITEM_COUNT, "every item has a row");

/* Whether a normalised list has the item. */
static bool
list_has(const char *list, const char *item)
{
	const size_t n = strlen(item);

	while (*list != '\0') {
		const size_t len = strcspn(list, VALUE_LIST_GAP);

		if (len == n && memcmp(list, item, n) == 0)
			return true;
		list += len;
		list += strspn(list, VALUE_LIST_GAP);
	}
	return false;
}

static bool
list_add(const struct value_rule *rule, const char *text, struct value *out,
    struct value_why *why)
{
	char item[ITEM_TEXT_MAX];
	const size_t used = strlen(out->text);

	if (!items[rule->item].normalise(text, item)) {
		str_format(why->text, sizeof why->text, "must be a list, each "
		    "%s, which %.80s is not", items[rule->item].allowed, text);
		return false;
	}
	if (list_has(out->text, item)) {
		str_format(why->text, sizeof why->text, "must not have %s "
		    "twice", item);
		return false;
	}
	out->number++;
	return str_format(out->text + used, sizeof out->text - used, "%s%s",
	    used == 0 ? "" : VALUE_LIST_GAP, item) ||
	    refuse(why, "is longer than 1023 bytes");
}

static bool
parse_list(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why)
{
	static const char gap[] = ", \t";
	char item[ITEM_TEXT_MAX];

	if (rule->any && strcmp(text, "*") == 0) {
		out->number = 1;
		return str_copy(out->text, sizeof out->text, text);
	}
	for (text += strspn(text, gap); *text != '\0';
	    text += strspn(text, gap)) {
		const size_t n = strcspn(text, gap);

		if (n >= sizeof item)
			return refuse_bounds(rule, why);
		memcpy(item, text, n);
		item[n] = '\0';
		if (!list_add(rule, item, out, why))
			return false;
		text += n;
	}
	return true;
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
	[VALUE_BASE_URL] = { parse_base_url, "URL",
	    "http://HOST[:PORT][/PATH] or https:// and the same" },
	[VALUE_PROXY] = { parse_proxy, "PROXY", "socks5://[USER:PASSWORD@]"
	    "HOST[:PORT], or http:// and the same" },
	[VALUE_LIST] = { parse_list, NULL, NULL },
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
	const bool is_small = rule->max < 1 << 20;

	str_format(out, size, "%" PRId64 "..%" PRId64 "%c bytes, with k, m or "
	    "g behind the number", rule->min,
	    rule->max >> (is_small ? 10 : 20), is_small ? 'k' : 'm');
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
	} else if (rule->type == VALUE_LIST) {
		str_format(what, sizeof what, "%s; several by commas or blanks",
		    items[rule->item].allowed);
	} else if (rule->type == VALUE_STRING) {
		str_format(what, sizeof what, "%" PRId64 "..%" PRId64
		    " characters", rule->min, rule->max);
	} else {
		char list[120];

		word_list(rule->words, list, sizeof list);
		str_format(what, sizeof what, "one of %s", list);
	}
	str_format(out, size, "%s%s%s", what, rule->none ? ", or none" : "",
	    rule->any ? ", or * for all" : "");
}

const char *
value_metavar(const struct value_rule *rule)
{
	static const char *const of_items[] = {
		[ITEM_LISTEN] = "SPEC", [ITEM_HOST] = "HOSTS",
		[ITEM_CIDR] = "RANGES", [ITEM_ORIGIN] = "ORIGINS",
	};

	_Static_assert(ARRAY_LEN(of_items) == ITEM_COUNT, "one for each");
	if (rule->type == VALUE_LIST)
		return of_items[rule->item];
	return rule->type == VALUE_ENUM ? rule->words
	    : types[rule->type].metavar;
}
