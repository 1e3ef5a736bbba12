/* Reading commands: numbers may come as text and text of digits as numbers. */
#ifndef PAIRDESK_SIM_JSON_H
#define PAIRDESK_SIM_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

/* NULL when absent or no string. Borrowed. */
const char *json_text(const cJSON *o, const char *key);
int64_t json_int(const cJSON *o, const char *key, int64_t fallback);
bool json_bool(const cJSON *o, const char *key, bool fallback);
bool json_has(const cJSON *o, const char *key);
bool json_is(const cJSON *o, const char *key, const char *value);
/* A string, or a number as decimal text. False when absent or too long. */
bool json_digits(const cJSON *o, const char *key, char *out, size_t size);
/* Whether two scalars say the same, "5" and 5 included. */
bool json_same(const cJSON *a, const cJSON *b);

/* Adds to an object; NULL text adds nothing. */
void json_put(cJSON *o, const char *key, const char *text);
void json_put_int(cJSON *o, const char *key, int64_t value);
void json_put_hex(cJSON *o, const char *key, const void *p, size_t n);
/* Bytes of exactly n from hex text. */
bool json_hex(const cJSON *o, const char *key, void *out, size_t n);

#endif
