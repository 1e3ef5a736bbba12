/*
 * What the API tells, as commands need it: members of its objects, what went
 * wrong in words and as an exit code. Pure.
 */
#ifndef PAIRDESK_TUI_TOLD_H
#define PAIRDESK_TUI_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/app/words.h"
#include "core/session/verdict.h"

/* "" and 0 for what is missing, null or of another type. Borrowed. */
const char *told_text(const cJSON *o, const char *name);
/* The same, fit for a line on a terminal (str_clean): what people named. */
void told_line(const cJSON *o, const char *name, char *out, size_t size);
bool told_true(const cJSON *o, const char *name);
int64_t told_number(const cJSON *o, const char *name);
/* Wall ms, 0 none. */
int64_t told_time(const cJSON *o, const char *name);
/* How long until that time, by the clock of who says so ("serverTime"). */
int64_t told_left_ms(const cJSON *o, const char *name);

/* Deletes it; its strings may be codes. NULL ok. */
void told_wipe(cJSON *o);

/* Something went wrong, or is not as it should be. */
struct trouble {
	char code[32];                  /* errorCode */
	enum wa_reason reason;          /* NONE: not WhatsApp's doing */
	enum wa_status status;          /* of the company then */
	char sentence[WORDS_MAX], advice[WORDS_MAX];
	char stage[16], detail[VERDICT_DETAIL_MAX];
	unsigned number;                /* WhatsApp's, 0 none */
	int64_t retry_after_s;          /* 0: waiting does not help */
	char next_attempt[25];          /* it dials again then; "" it does not */
};

/* Of an error object, or of an error event. */
void trouble_of_error(const cJSON *error, struct trouble *out);
/* Of a status object, for one who has waited long enough: the last trouble,
 * or the status itself when that is one. */
void trouble_of_status(const cJSON *status, enum lang lang,
    struct trouble *out);

/* What to do when nothing goes on by itself any more. */
void trouble_end(struct trouble *t, enum lang lang,
    enum words_ending ending);

/* Whether it goes on by itself, so that waiting makes sense. */
bool trouble_passes(const struct trouble *t);

/* Sysexits. what was asked for: a link attempt, or anything else. */
int trouble_exit_code(const struct trouble *t, bool of_link);

#endif
