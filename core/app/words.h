/*
 * Every sentence for people, in every language, in one table (words.def).
 * Texts hold named placeholders, which are the same in all languages:
 *
 *   {n} {m} {code}           numbers of struct words_args
 *   {time}                   its time_ms, local time of the machine
 *   {stage}                  its stage, in words
 *   {reason} {holder} {company} {phone}     its texts, cleaned of controls
 *   {n|second|seconds}       the word form for that number; in Russian
 *                            three: {n|секунда|секунды|секунд}
 *
 * English texts are plain ASCII, for terminals without UTF-8.
 */
#ifndef PAIRDESK_APP_WORDS_H
#define PAIRDESK_APP_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/app/phone.h"
#include "core/base/err.h"
#include "core/session/status.h"

enum lang { LANG_EN, LANG_RU, LANG_COUNT };

/* Who reads: one who can run commands and set options, or one who has the
 * phone in the hand and can wait, try, or tell the other. */
enum audience { AUDIENCE_ADMIN, AUDIENCE_VISITOR, AUDIENCE_COUNT };

enum word {
#define WORD(id, en, ru) WORD_##id,
#define VISITOR(id, en, ru) WORD_##id##_VISITOR,
#include "core/app/words.def"
#undef VISITOR
#undef WORD
	WORD_COUNT
};

/* What a command was about when it gave up: nothing goes on by itself. */
enum words_ending {
	ENDING_NONE,            /* nothing ended, or somebody goes on */
	ENDING_LINK,            /* nothing was linked */
	ENDING_LOGIN,           /* linked, but not connected */
	ENDING_LOGOUT           /* still linked */
};

/* Where and how a proxy failed, for a step of the doctor also where it is. */
enum words_proxy {
	WAY_NO_PROXY,
	WAY_PROXY_LOOKUP,       /* its name has no address */
	WAY_PROXY_TCP,          /* it cannot be reached */
	WAY_PROXY_AUTH,         /* it refuses user name or password */
	WAY_PROXY_REFUSED,      /* it does not, or cannot, reach WhatsApp */
	WAY_PROXY_OTHER,        /* silence, or not the answer of a proxy */
	WAY_PROXY_UNREADABLE    /* what is set is no proxy */
};
#define WORDS_MAX 640           /* bytes that hold any filled sentence */

/* Zeroes and NULLs are "not known"; a placeholder of one shows "?". */
struct words_args {
	int64_t n, m;
	int code;                       /* of WhatsApp: 402, 101 */
	int64_t time_ms;                /* wall clock */
	enum words_ending ending;       /* what was asked for ended so */
	enum err err;                   /* why a connection failed */
	enum wa_reason stage;           /* name_lookup .. login */
	enum words_proxy proxy_fault;   /* takes the place of stage */
	enum audience audience;
	const char *reason, *holder, *company, *phone;
	const char *proxy;              /* as it may be shown */
};

/* "en", "ru" */
const char *words_lang_name(enum lang lang);

/* What LC_ALL, LC_MESSAGES and LANG ask for, in this order; each may be
 * NULL or empty. English unless they say ru. */
enum lang words_lang_detect(const char *lc_all, const char *lc_messages,
    const char *lang);

/* The text as it is in the table, placeholders and all; static. */
const char *words_get(enum lang lang, enum word word);

/* Filled, in the words for args' audience; cut to size on a character
 * boundary, always terminated. args may be NULL. */
void words_format(char *out, size_t size, enum lang lang, enum word word,
    const struct words_args *args);

/* The same of a text that stands elsewhere, for faces with tables of their
 * own. */
void words_fill(char *out, size_t size, enum lang lang, const char *text,
    const struct words_args *args);

/* --- status and reason ---------------------------------------------------- */

/* A word or two, for lists: "connected". */
const char *words_status_name(enum lang lang, enum wa_status status);
/* The word of the reason alone where the status says too little: "locked"
 * instead of "unlinked"; NULL: the status says it. */
const char *words_reason_name(enum lang lang, enum wa_reason reason);
/* One of the two. */
const char *words_state_name(enum lang lang, enum wa_status status,
    enum wa_reason reason);

/*
 * What happened, and what to do next. Details that args does not know are
 * left out of the sentence rather than shown as "?". What args may hold:
 * code of a refusal or of a temporary ban (101...), time_ms of an end, n
 * seconds to the next try or days left, stage, holder.
 */
void words_reason_sentence(char *out, size_t size, enum lang lang,
    enum wa_status status, enum wa_reason reason,
    const struct words_args *args);
void words_reason_advice(char *out, size_t size, enum lang lang,
    enum wa_status status, enum wa_reason reason,
    const struct words_args *args);

/* name_lookup .. login in words; anything else gives "?". */
const char *words_stage(enum lang lang, enum wa_reason stage);

/* Why a number was refused; fault is not PHONE_OK. */
enum word words_phone_fault(enum phone_fault fault);

/* --- linking steps -------------------------------------------------------- */

enum words_how {
	HOW_QR_ANDROID, HOW_QR_IPHONE, HOW_CODE_ANDROID, HOW_CODE_IPHONE,
	HOW_COUNT
};

#define WORDS_STEPS_MAX 6

/* What to do on the phone, in order; returns how many. Static texts. */
size_t words_steps(enum lang lang, enum words_how how,
    const char *out[WORDS_STEPS_MAX]);

#endif
