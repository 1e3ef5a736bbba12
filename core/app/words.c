#include "core/app/words.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define FORMS_MAX 3
#define VALUE_TEXT_MAX 320      /* the longest text of a caller that is shown */

static const char *const table[WORD_COUNT][LANG_COUNT] = {
#define WORD(id, en, ru) [WORD_##id] = { [LANG_EN] = en, [LANG_RU] = ru },
#define VISITOR(id, en, ru) WORD(id##_VISITOR, en, ru)
#include "core/app/words.def"
#undef VISITOR
#undef WORD
};

/* The row for a visitor, where there is one; the first word of the table, a
 * status, is none. */
static const enum word visitors[WORD_COUNT] = {
#define WORD(id, en, ru)
#define VISITOR(id, en, ru) [WORD_##id] = WORD_##id##_VISITOR,
#include "core/app/words.def"
#undef VISITOR
#undef WORD
};

_Static_assert(WORD_STATUS_IDLE == 0, "0 is nobody's own row");

static const char *const lang_names[] = {
	[LANG_EN] = "en",
	[LANG_RU] = "ru",
};

_Static_assert(ARRAY_LEN(lang_names) == LANG_COUNT, "every language is named");

const char *
words_lang_name(enum lang lang)
{
	return lang_names[lang];
}

enum lang
words_lang_detect(const char *lc_all, const char *lc_messages,
    const char *lang)
{
	const char *const asked[] = { lc_all, lc_messages, lang };

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		const char *s = asked[i];

		if (s == NULL || *s == '\0')
			continue;
		/* ru, ru_RU.UTF-8, ru@latin, but not the language "rup" */
		return strncmp(s, "ru", 2) == 0 && strchr("_.@", s[2]) != NULL
		    ? LANG_RU : LANG_EN;
	}
	return LANG_EN;
}

const char *
words_get(enum lang lang, enum word word)
{
	return table[word][lang];
}

/* --- filling -------------------------------------------------------------- */

enum slot_kind { SLOT_NUMBER, SLOT_TIME, SLOT_STAGE, SLOT_PROXY, SLOT_TEXT };

/* A placeholder found in a text, and what args has for it. */
struct slot_value {
	enum slot_kind kind;
	int64_t number;
	const char *text;
	bool is_known;
};

static bool
is_named(const char *name, size_t n, const char *want)
{
	return strlen(want) == n && memcmp(name, want, n) == 0;
}

static struct slot_value
number_slot(int64_t v)
{
	return (struct slot_value){ .kind = SLOT_NUMBER, .number = v,
	    .is_known = v != 0 };
}

static struct slot_value
text_slot(const char *s)
{
	return (struct slot_value){ .kind = SLOT_TEXT, .text = s,
	    .is_known = s != NULL && *s != '\0' };
}

static struct slot_value
find_slot(const char *name, size_t n, const struct words_args *args)
{
	if (is_named(name, n, "n"))
		return number_slot(args->n);
	if (is_named(name, n, "m"))
		return number_slot(args->m);
	if (is_named(name, n, "code"))
		return number_slot(args->code);
	if (is_named(name, n, "time"))
		return (struct slot_value){ .kind = SLOT_TIME,
		    .number = args->time_ms, .is_known = args->time_ms != 0 };
	if (is_named(name, n, "proxy"))
		return text_slot(args->proxy);
	if (is_named(name, n, "stage") && args->proxy_fault != WAY_NO_PROXY)
		return (struct slot_value){ .kind = SLOT_PROXY,
		    .number = args->proxy_fault, .is_known = true };
	if (is_named(name, n, "stage"))
		return (struct slot_value){ .kind = SLOT_STAGE,
		    .number = args->stage,
		    .is_known = args->stage != WA_REASON_NONE };
	if (is_named(name, n, "reason"))
		return text_slot(args->reason);
	if (is_named(name, n, "holder"))
		return text_slot(args->holder);
	if (is_named(name, n, "company"))
		return text_slot(args->company);
	if (is_named(name, n, "phone"))
		return text_slot(args->phone);
	return (struct slot_value){ .kind = SLOT_TEXT };
}

/* Which of the forms goes with a number: 1 день, 2 дня, 5 дней, 21 день. */
static unsigned
plural_form(enum lang lang, int64_t n)
{
	const uint64_t count = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	const unsigned ten = (unsigned)(count % 10);
	const unsigned hundred = (unsigned)(count % 100);

	if (lang == LANG_EN)
		return count == 1 ? 0 : 1;
	if (ten == 1 && hundred != 11)
		return 0;
	return ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14) ? 1 : 2;
}

/* Text that grows in the caller's memory; what does not fit is dropped. */
struct out {
	char *p;
	size_t size, len;
};

static void
put(struct out *o, const char *s, size_t n)
{
	if (n > o->size - 1 - o->len)
		n = o->size - 1 - o->len;
	memcpy(o->p + o->len, s, n);
	o->len += n;
}

/* forms is "|a|b|c" */
static void
put_form(struct out *o, const char *forms, size_t n, unsigned form)
{
	const char *end = forms + n, *at = forms + 1;

	for (; form > 0; form--) {
		const char *bar = memchr(at, '|', (size_t)(end - at));

		if (bar == NULL)
			break;
		at = bar + 1;
	}
	for (n = 0; at + n < end && at[n] != '|'; n++)
		;
	put(o, at, n);
}

static void
put_time(struct out *o, enum lang lang, int64_t ms)
{
	const time_t s = (time_t)(ms / 1000);
	char text[64];
	struct tm tm;
	size_t n = 0;

	if (localtime_r(&s, &tm) != NULL)
		n = lang == LANG_RU
		    ? strftime(text, sizeof text, "%d.%m.%Y %H:%M %Z", &tm)
		    : strftime(text, sizeof text, "%Y-%m-%d %H:%M %Z", &tm);
	put(o, n == 0 ? "?" : text, n == 0 ? 1 : n);
}

static const char *proxy_stage(enum lang lang, enum words_proxy fault);

static void
put_value(struct out *o, enum lang lang, const struct slot_value *v)
{
	char text[VALUE_TEXT_MAX];

	switch (v->kind) {
	case SLOT_NUMBER:
		str_format(text, sizeof text, "%" PRId64, v->number);
		put(o, text, strlen(text));
		return;
	case SLOT_TIME:
		if (v->is_known) {
			put_time(o, lang, v->number);
			return;
		}
		break;
	case SLOT_PROXY:
		str_copy(text, sizeof text, proxy_stage(lang,
		    (enum words_proxy)v->number));
		put(o, text, strlen(text));
		break;
	case SLOT_STAGE:
		str_copy(text, sizeof text, words_stage(lang,
		    (enum wa_reason)v->number));
		put(o, text, strlen(text));
		return;
	case SLOT_TEXT:
		if (v->is_known) {
			str_clean(text, sizeof text, v->text, strlen(v->text));
			put(o, text, strlen(text));
			return;
		}
		break;
	}
	put(o, "?", 1);
}

/* Takes "{name}" or "{name|a|b}" at s; returns its length. */
static size_t
put_slot(struct out *o, enum lang lang, const char *s,
    const struct words_args *args)
{
	const size_t whole = strcspn(s, "}");
	const size_t name = strcspn(s + 1, "|}");
	const struct slot_value v = find_slot(s + 1, name, args);

	if (name + 1 < whole)
		put_form(o, s + 1 + name, whole - 1 - name,
		    plural_form(lang, v.number));
	else
		put_value(o, lang, &v);
	return s[whole] == '}' ? whole + 1 : whole;
}

/* A character cut by the end of the memory goes as a whole. */
static void
finish(struct out *o)
{
	while (o->len > 0 && !str_is_utf8(o->p, o->len))
		o->len--;
	o->p[o->len] = '\0';
}

static const char *
text_for(enum lang lang, enum word word, const struct words_args *args)
{
	if (args->audience == AUDIENCE_VISITOR &&
	    visitors[word] != WORD_STATUS_IDLE)
		word = visitors[word];
	return table[word][lang];
}

void
words_fill(char *out, size_t size, enum lang lang, const char *s,
    const struct words_args *args)
{
	static const struct words_args none = { 0 };
	struct out o = { .p = out, .size = size };

	if (size == 0)
		return;
	if (args == NULL)
		args = &none;
	while (*s != '\0') {
		const size_t n = strcspn(s, "{");

		put(&o, s, n);
		s += n;
		if (*s == '{')
			s += put_slot(&o, lang, s, args);
	}
	finish(&o);
}

void
words_format(char *out, size_t size, enum lang lang, enum word word,
    const struct words_args *args)
{
	static const struct words_args none = { 0 };

	if (args == NULL)
		args = &none;
	words_fill(out, size, lang, text_for(lang, word, args), args);
}

/* Whether args knows everything that the text mentions. */
static bool
is_complete(const char *s, const struct words_args *args)
{
	while ((s = strchr(s, '{')) != NULL) {
		s++;
		if (!find_slot(s, strcspn(s, "|}"), args).is_known)
			return false;
	}
	return true;
}

/* --- status and reason ---------------------------------------------------- */

const char *
words_status_name(enum lang lang, enum wa_status status)
{
	static const enum word words[] = {
#define STATUS_ROW(id, name) [WA_STATUS_##id] = WORD_STATUS_##id,
		WA_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
	};

	return words_get(lang, words[(unsigned)status < WA_STATUS_COUNT
	    ? status : WA_STATUS_ERROR]);
}

const char *
words_reason_name(enum lang lang, enum wa_reason reason)
{
	switch (reason) {
	case WA_REASON_ACCOUNT_LOCKED:
		return words_get(lang, WORD_STATUS_LOCKED);
	case WA_REASON_PHONE_SILENT:
		return words_get(lang, WORD_STATUS_PHONE_SILENT);
	case WA_REASON_LIMITED:
		return words_get(lang, WORD_STATUS_LIMITED);
	default:
		return NULL;
	}
}

const char *
words_state_name(enum lang lang, enum wa_status status, enum wa_reason reason)
{
	const char *own = words_reason_name(lang, reason);

	return own != NULL ? own : words_status_name(lang, status);
}

/* What is so with all details, without them, and what to do. */
struct reason_words {
	enum word full, bare, advice;
};

#define SAME(id) { WORD_##id, WORD_##id, WORD_##id##_ADVICE }
#define WITH(id) { WORD_##id, WORD_##id##_BARE, WORD_##id##_ADVICE }
#define WAIT(id) { WORD_##id, WORD_##id, WORD_WAIT_ADVICE }
#define SELF(id) { WORD_##id, WORD_##id##_BARE, WORD_SELF_ADVICE }

static const struct reason_words reasons[] = {
	[WA_REASON_NONE] = SAME(QR),            /* or CODE, by the status */
	[WA_REASON_NEVER_LINKED] = SAME(NEVER_LINKED),
	[WA_REASON_CODE_EXPIRED] = SAME(CODE_EXPIRED),
	[WA_REASON_PAUSED] = SAME(PAUSED),
	[WA_REASON_NOT_RUNNING] = SAME(NOT_RUNNING),
	[WA_REASON_NAME_LOOKUP] = WAIT(NAME_LOOKUP),
	[WA_REASON_TCP] = WAIT(TCP),
	[WA_REASON_TLS] = WAIT(TLS),
	[WA_REASON_UPGRADE] = WAIT(UPGRADE),
	[WA_REASON_NOISE] = WAIT(NOISE),
	[WA_REASON_LOGIN] = WAIT(LOGIN),
	[WA_REASON_FINISHING] = SAME(FINISHING),
	[WA_REASON_PASSKEY] = SAME(PASSKEY),
	[WA_REASON_OK] = SAME(OK),
	[WA_REASON_LIMITED] = WITH(LIMITED),
	[WA_REASON_PHONE_SILENT] = WITH(PHONE_SILENT),
	[WA_REASON_NETWORK_BLOCKED] = WITH(NETWORK_BLOCKED),
	[WA_REASON_NOT_ANSWERING] = SAME(NOT_ANSWERING),
	[WA_REASON_SERVER_BUSY] = SELF(SERVER_BUSY),
	[WA_REASON_REFUSED] = WITH(REFUSED),
	[WA_REASON_CONNECTION_LOST] = SELF(CONNECTION_LOST),
	[WA_REASON_UNLINKED] = SAME(UNLINKED),
	[WA_REASON_ACCOUNT_LOCKED] = SAME(ACCOUNT_LOCKED),
	[WA_REASON_TEMPORARY] = WITH(TEMPORARY),
	[WA_REASON_PERMANENT] = SAME(PERMANENT),
	[WA_REASON_REPLACED] = WITH(REPLACED),
	[WA_REASON_RATE_LIMITED] = WITH(RATE_LIMITED),
	[WA_REASON_BUDGET] = WITH(BUDGET),
	[WA_REASON_CLIENT_OUTDATED] = SAME(CLIENT_OUTDATED),
	[WA_REASON_BAD_AGENT] = SAME(BAD_AGENT),
	[WA_REASON_MULTIDEVICE_OFF] = SAME(MULTIDEVICE_OFF),
	[WA_REASON_STORE_DAMAGED] = SAME(STORE_DAMAGED),
	[WA_REASON_INTERNAL] = { WORD_STORE_REFUSED, WORD_INTERNAL,
	    WORD_INTERNAL_ADVICE },
};

_Static_assert(ARRAY_LEN(reasons) == WA_REASON_COUNT, "every reason has words");

/* Whose network it is matters: the proxy's words stand before the stage's. */
static const struct reason_words proxies[] = {
	[WAY_NO_PROXY] = WITH(NETWORK_BLOCKED),
	[WAY_PROXY_LOOKUP] = WITH(PROXY_LOOKUP),
	[WAY_PROXY_TCP] = WITH(PROXY_TCP),
	[WAY_PROXY_AUTH] = WITH(PROXY_AUTH),
	[WAY_PROXY_REFUSED] = WITH(PROXY_REFUSED),
	[WAY_PROXY_OTHER] = WITH(PROXY_OTHER),
	[WAY_PROXY_UNREADABLE] = SAME(PROXY_UNREADABLE),
};

static struct reason_words
words_of(enum wa_status status, enum wa_reason reason, int code, enum err err)
{
	static const struct reason_words typed = SAME(CODE);
	static const struct reason_words token = WAIT(TOKEN);
	static const struct reason_words other_phone = WITH(OTHER_PHONE);

	if ((unsigned)reason >= WA_REASON_COUNT)
		reason = WA_REASON_INTERNAL;
	if (reason == WA_REASON_NONE && status == WA_STATUS_CODE)
		return typed;
	if (reason == WA_REASON_REFUSED && err == ERR_PAIR_VETO)
		return other_phone;
	/* 413, 414, 415: our access token is stale, nobody refused anything */
	if (reason == WA_REASON_REFUSED && code >= 413 && code <= 415)
		return token;
	return reasons[reason];
}

static void
ban_reason(char *out, size_t size, enum lang lang, int code)
{
	const struct words_args args = { .code = code };
	enum word word;

	switch (code) {
	case 0: word = WORD_BAN_UNKNOWN; break;
	case 101: word = WORD_BAN_101; break;
	case 102: word = WORD_BAN_102; break;
	case 103: word = WORD_BAN_103; break;
	case 104: word = WORD_BAN_104; break;
	case 106: word = WORD_BAN_106; break;
	default: word = WORD_BAN_OTHER; break;
	}
	words_format(out, size, lang, word, &args);
}

void
words_reason_sentence(char *out, size_t size, enum lang lang,
    enum wa_status status, enum wa_reason reason,
    const struct words_args *args)
{
	struct words_args known = { 0 };
	struct reason_words words;
	char ban[VALUE_TEXT_MAX];

	if (args != NULL)
		known = *args;
	if (reason == WA_REASON_TEMPORARY && known.reason == NULL) {
		ban_reason(ban, sizeof ban, lang, known.code);
		known.reason = ban;
	}
	words = reason == WA_REASON_NETWORK_BLOCKED ?
	    proxies[known.proxy_fault] :
	    words_of(status, reason, known.code, known.err);
	words_format(out, size, lang, is_complete(text_for(lang, words.full,
	    &known), &known) ? words.full : words.bare, &known);
}

static enum word
advice_of_network(enum err err)
{
	switch (err) {
	case ERR_CERT_TIME:
		return WORD_CLOCK_ADVICE;
	case ERR_CERT_MALFORMED:
	case ERR_CERT_SIGNATURE:
	case ERR_CERT_ISSUER:
	case ERR_CERT_KEY:
	case ERR_TLS_CERT:
		return WORD_CERT_ADVICE;
	default:
		return WORD_NETWORK_BLOCKED_ADVICE;
	}
}

/* The usual advice says what goes on by itself; at an end nothing does. */
static enum word
advice_at_end(enum word usual, enum wa_reason reason,
    const struct words_args *args)
{
	switch (args->ending) {
	case ENDING_LINK:
		/* 400: the number, or how we present ourselves */
		return reason == WA_REASON_REFUSED && args->code == 400 ?
		    WORD_LINK_REFUSED_ADVICE : WORD_LINK_AGAIN_ADVICE;
	case ENDING_LOGIN:
		return WORD_LOGIN_AGAIN_ADVICE;
	case ENDING_LOGOUT:
		return WORD_LOGOUT_AGAIN_ADVICE;
	case ENDING_NONE:
		break;
	}
	return usual;
}

void
words_reason_advice(char *out, size_t size, enum lang lang,
    enum wa_status status, enum wa_reason reason,
    const struct words_args *args)
{
	enum word advice = words_of(status, reason,
	    args == NULL ? 0 : args->code,
	    args == NULL ? ERR_OK : args->err).advice;

	if (args != NULL && reason == WA_REASON_NETWORK_BLOCKED &&
	    args->proxy_fault != WAY_NO_PROXY)
		advice = proxies[args->proxy_fault].advice;
	else if (args != NULL && reason == WA_REASON_NETWORK_BLOCKED)
		advice = advice_of_network(args->err);
	else if (args != NULL && status == WA_STATUS_RECONNECTING &&
	    args->err != ERR_PAIR_VETO)
		advice = advice_at_end(advice, reason, args);
	else if (args != NULL && reason == WA_REASON_INTERNAL &&
	    args->reason != NULL)
		advice = WORD_STORE_REFUSED_ADVICE;
	words_format(out, size, lang, advice, args);
}

const char *
words_stage(enum lang lang, enum wa_reason stage)
{
	switch (stage) {
	case WA_REASON_NAME_LOOKUP: return table[WORD_STAGE_NAME_LOOKUP][lang];
	case WA_REASON_TCP: return table[WORD_STAGE_TCP][lang];
	case WA_REASON_TLS: return table[WORD_STAGE_TLS][lang];
	case WA_REASON_UPGRADE: return table[WORD_STAGE_UPGRADE][lang];
	case WA_REASON_NOISE: return table[WORD_STAGE_NOISE][lang];
	case WA_REASON_LOGIN: return table[WORD_STAGE_LOGIN][lang];
	default: return "?";
	}
}

static const char *
proxy_stage(enum lang lang, enum words_proxy fault)
{
	switch (fault) {
	case WAY_PROXY_LOOKUP:
		return table[WORD_STAGE_PROXY_LOOKUP][lang];
	case WAY_PROXY_TCP:
		return table[WORD_STAGE_PROXY_TCP][lang];
	default:
		return table[WORD_STAGE_PROXY][lang];
	}
}

enum word
words_phone_fault(enum phone_fault fault)
{
	static const enum word words[] = {
		[PHONE_OK] = WORD_INTERNAL,
		[PHONE_MISSING] = WORD_PHONE_MISSING,
		[PHONE_CHARACTER] = WORD_PHONE_CHARACTER,
		[PHONE_LEADING_ZERO] = WORD_PHONE_LEADING_ZERO,
		[PHONE_TOO_SHORT] = WORD_PHONE_TOO_SHORT,
		[PHONE_TOO_LONG] = WORD_PHONE_TOO_LONG,
	};

	_Static_assert(ARRAY_LEN(words) == PHONE_FAULT_COUNT,
	    "every fault has a sentence");
	return words[fault];
}

/* --- linking steps -------------------------------------------------------- */

size_t
words_steps(enum lang lang, enum words_how how,
    const char *out[WORDS_STEPS_MAX])
{
	static const enum word steps[HOW_COUNT][WORDS_STEPS_MAX] = {
		[HOW_QR_ANDROID] = { WORD_STEP_OPEN, WORD_STEP_MENU_ANDROID,
		    WORD_STEP_LINK_ANDROID, WORD_STEP_SCAN },
		[HOW_QR_IPHONE] = { WORD_STEP_OPEN, WORD_STEP_MENU_IPHONE,
		    WORD_STEP_LINK_IPHONE, WORD_STEP_SCAN },
		[HOW_CODE_ANDROID] = { WORD_STEP_OPEN, WORD_STEP_MENU_ANDROID,
		    WORD_STEP_LINK_ANDROID, WORD_STEP_NUMBER, WORD_STEP_TYPE },
		[HOW_CODE_IPHONE] = { WORD_STEP_OPEN, WORD_STEP_MENU_IPHONE,
		    WORD_STEP_LINK_IPHONE, WORD_STEP_NUMBER, WORD_STEP_TYPE },
	};
	size_t n = 0;

	/* the first word of the table, a status, ends a list */
	_Static_assert(WORD_STATUS_IDLE == 0, "0 is not a step");
	while (n < WORDS_STEPS_MAX && steps[how][n] != WORD_STATUS_IDLE) {
		out[n] = table[steps[how][n]][lang];
		n++;
	}
	return n;
}
