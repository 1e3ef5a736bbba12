/*
 * The longest of what took time lately: of the last one to two minutes,
 * however often it is read. Pure; all zeroes is a good beginning.
 */
#ifndef PAIRDESK_IO_LONGEST_H
#define PAIRDESK_IO_LONGEST_H

#include <stdint.h>

#define LONGEST_WINDOW_NS (60 * (uint64_t)1000000000)

struct longest {
	uint64_t since_ns;              /* this window began */
	uint64_t now, before;           /* of this window, of the one before */
};

/* now_ns: a clock that only rises. */
void longest_note(struct longest *l, uint64_t now_ns, uint64_t took);
/* 0: nothing lately. */
uint64_t longest_read(struct longest *l, uint64_t now_ns);

#endif
