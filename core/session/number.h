/* Phone numbers as digits: which are one and the same. Pure. */
#ifndef PAIRDESK_SESSION_NUMBER_H
#define PAIRDESK_SESSION_NUMBER_H

#include <stdbool.h>

#define NUMBER_KEY_SIZE 32

/*
 * The form that all ways to write a number share. Brazil put a 9 before its
 * mobile numbers, and WhatsApp knows many accounts by the number without it:
 * 55 AA 9XXXX XXXX becomes 55 AA XXXX XXXX.
 */
void number_key(const char *digits, char out[NUMBER_KEY_SIZE]);
bool number_is_same(const char *a, const char *b);

/* The last four digits, to name a number by without telling it; borrowed. */
const char *number_end(const char *digits);

#endif
