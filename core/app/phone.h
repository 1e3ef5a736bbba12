/* Phone numbers as people type them, to the digits WhatsApp wants. */
#ifndef PAIRDESK_APP_PHONE_H
#define PAIRDESK_APP_PHONE_H

#include <stdbool.h>

#define PHONE_MIN_DIGITS 7
#define PHONE_MAX_DIGITS 15     /* E.164 */
#define PHONE_SIZE (PHONE_MAX_DIGITS + 1)

enum phone_fault {
	PHONE_OK,
	PHONE_MISSING,          /* nothing, or only signs */
	PHONE_CHARACTER,        /* something that is no digit, space, + - ( ) */
	PHONE_LEADING_ZERO,     /* 0 or 00 prefix: which country? */
	PHONE_TOO_SHORT,
	PHONE_TOO_LONG,
	PHONE_FAULT_COUNT
};

/*
 * The international number: 7 to 15 digits once spaces, + - ( ) are gone,
 * not starting with 0. out is written on PHONE_OK only; text may be NULL.
 */
enum phone_fault phone_normalise(const char *text, char out[PHONE_SIZE]);

/*
 * For faces, where a person in Russia types 8 (900) 123-45-67: eleven digits
 * starting with 8 and no plus sign become 7XXXXXXXXXX, and *changed tells so,
 * for the face has to show it. +84... stays the Vietnamese number it is.
 */
enum phone_fault phone_normalise_typed(const char *text, char out[PHONE_SIZE],
    bool *changed);

#endif
