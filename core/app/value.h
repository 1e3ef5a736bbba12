/*
 * Typed values of options: text in, checked and normalised value out, or the
 * reason why not, in words that fit behind "whatsapp.url: ".
 */
#ifndef PAIRDESK_APP_VALUE_H
#define PAIRDESK_APP_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
	VALUE_BOOL,             /* yes, no, true, false, on, off, 1, 0 */
	VALUE_INT,
	VALUE_SIZE,             /* bytes; 10k, 10m, 10g by powers of 1024 */
	VALUE_ENUM,
	VALUE_STRING,           /* UTF-8 without control characters */
	VALUE_PATH,
	VALUE_URL,              /* unencrypted schemes to loopback only */
	VALUE_HEX32,            /* 32 bytes as 64 hex digits */
	VALUE_VERSION,          /* 2.3000.N */
	VALUE_PHONE,
	VALUE_BASE_URL,         /* http or https, without a query */
	VALUE_PROXY,            /* as proxy_parse; a secret */
	VALUE_LIST,             /* of items, by commas or blanks; never twice */
	VALUE_TYPE_COUNT
};

enum value_item {
	ITEM_LISTEN,            /* [ADDR:]PORT, as listen_spec_parse */
	ITEM_HOST,              /* as host_parse */
	ITEM_CIDR,
	ITEM_ORIGIN,
	ITEM_COUNT
};

#define VALUE_MAX 1024          /* bytes of a value's text, with its NUL */
#define VALUE_PATH_MAX 1000     /* leaves room for a file name behind it */

struct value_rule {
	enum value_type type;
	/* INT and SIZE: of the number. STRING: characters. Others: min 0
	 * means that the empty text, "unset", is a value too. */
	int64_t min, max;
	const char *words;      /* ENUM: "a|b|c"; URL: schemes, "https|http" */
	const char *unit;       /* INT: for messages and help */
	bool none;              /* "none" is a value too, "switched off" */
	enum value_item item;   /* LIST: what each must be */
	bool any;               /* LIST: "*" alone is a value too */
};

struct value {
	char text[VALUE_MAX];   /* normalised: digits of a phone, lower hex */
	int64_t number;         /* BOOL 0 or 1, INT, SIZE, ENUM its index,
				 * LIST how many */
};

struct value_why {
	char text[320];
};

/* *out is written only on true, why only on false. text: NUL-terminated. */
bool value_parse(const struct value_rule *rule, const char *text,
    struct value *out, struct value_why *why);

/* What stands between the items of a normalised list. */
#define VALUE_LIST_GAP ", "

/* What may stand there, for help texts: "1..1000 connections a second". */
void value_describe(const struct value_rule *rule, char *out, size_t size);

/* Short upper-case word for usage lines: "PATH", "N", "a|b|c". Static or the
 * rule's own. */
const char *value_metavar(const struct value_rule *rule);

#endif
