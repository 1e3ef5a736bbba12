/*
 * One company's link attempt as this console sees it, fed by what the API
 * answers and tells. Pure: no terminal, no clock; times are wall ms of the
 * core. A code is kept only as long as it counts, then wiped, whatever the
 * core says or does not say.
 */
#ifndef PAIRDESK_TUI_CONSOLE_LINK_ATTEMPT_H
#define PAIRDESK_TUI_CONSOLE_LINK_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/app/qr.h"
#include "core/app/words.h"
#include "tui/told.h"

#define ATTEMPT_CODE_SIZE 16    /* "XXXX-XXXX" */

enum attempt_phase {
	ATTEMPT_UNKNOWN,        /* the core has not told yet */
	ATTEMPT_REST,           /* nothing is open */
	ATTEMPT_ASKING,         /* asked for, or dialled: nothing on show yet */
	ATTEMPT_OPEN,           /* a code or a QR is on show, or comes next */
	ATTEMPT_PASSKEY,        /* open, and the phone wants more */
	ATTEMPT_PAIRING,        /* accepted; finishing and signing in */
	ATTEMPT_CONNECTED,
	ATTEMPT_LINKED,         /* linked already, not by this attempt */
	ATTEMPT_EXPIRED,
	ATTEMPT_PAUSED,         /* by the admin */
	ATTEMPT_WAIT,           /* refused until until_ms */
	ATTEMPT_LOST,           /* its core has gone, and it with it */
	ATTEMPT_FAILED
};

/* Fields are read by anybody, written by link_attempt_*. */
struct link_attempt {
	enum attempt_phase phase;
	enum lang lang;
	bool hides;             /* states only: codes are not even kept */

	char code[ATTEMPT_CODE_SIZE];   /* "" none */
	char qr[QR_TEXT_MAX + 1];       /* "" none */
	unsigned qr_version;            /* rises with each other text */
	unsigned number, count;         /* of the QR: 2 of 6 */
	int64_t code_until_ms, qr_until_ms;
	int64_t window_until_ms;        /* 0: not told */
	int64_t until_ms;               /* of ATTEMPT_WAIT; 0: not told */
	char phone[24];                 /* linked with: masked, "" none */
	char sentence[WORDS_MAX], advice[WORDS_MAX];

	/* its own */
	bool is_asking;         /* a request is under way */
	bool has_begun;         /* what is told now is of this attempt */
};

void link_attempt_init(struct link_attempt *a, enum lang lang, bool hides);
void link_attempt_finish(struct link_attempt *a);    /* wipes */

/* Whether a code may be asked for now; else a person would only make it
 * worse, or there is nothing to link. */
bool link_attempt_may_ask(const struct link_attempt *a, int64_t now_ms);
/* One that runs: who asks then joins it. */
bool link_attempt_is_open(const struct link_attempt *a);

/* A request goes out. */
void link_attempt_ask(struct link_attempt *a);
/* Its answer: "data" of a pairing code or of a QR, or what was wrong. */
void link_attempt_take_answer(struct link_attempt *a, const cJSON *data,
    int64_t now_ms);
void link_attempt_take_trouble(struct link_attempt *a, const struct trouble *t,
    int64_t now_ms);
/* No answer: the core is away. What is on show stays until its time, or
 * until link_attempt_take_loss. */
void link_attempt_take_silence(struct link_attempt *a);

/* The core has gone: a code that was on show can link nothing any more, and
 * what comes next is told by the core that comes next. */
void link_attempt_take_loss(struct link_attempt *a);

/* An event of the company's stream: status, qr, code, error. */
void link_attempt_take_event(struct link_attempt *a, const char *name,
    const cJSON *data, int64_t now_ms);
/* There is no such company yet. */
void link_attempt_take_nobody(struct link_attempt *a);

/* Takes away what has expired by now. */
void link_attempt_tick(struct link_attempt *a, int64_t now_ms);
/* When the next of its codes expires, 0: it has none. */
int64_t link_attempt_expires_at(const struct link_attempt *a);
/* When one of its countdowns changes, or something expires; 0: never. */
int64_t link_attempt_changes_at(const struct link_attempt *a, int64_t now_ms);

#endif
