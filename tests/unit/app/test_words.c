#include "core/app/words.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/app/placeholders.h"

static const struct words_args everything = { .n = 5, .m = 6, .code = 104,
	.time_ms = 1795348800000, .stage = WA_REASON_TLS, .reason = "because",
	.proxy = "socks5://me@proxy.example.org:1080",
	.holder = "pid 7", .company = "acme", .phone = "+7******4567" };

static const char *
row_name(enum word word)
{
	static const char *const names[] = {
#define WORD(id, en, ru) [WORD_##id] = #id,
#define VISITOR(id, en, ru) WORD(id##_VISITOR, en, ru)
#include "core/app/words.def"
#undef VISITOR
#undef WORD
	};

	return names[word];
}

TEST(words_every_language_has_every_text_with_the_same_placeholders)
{
	for (int w = 0; w < WORD_COUNT; w++) {
		const enum word word = (enum word)w;
		unsigned forms[LANG_COUNT], sets[LANG_COUNT];

		for (int l = 0; l < LANG_COUNT; l++) {
			const char *s = words_get((enum lang)l, word);

			ASSERT(s != NULL && s[0] != '\0');
			EXPECT(str_is_utf8(s, strlen(s)));
			sets[l] = placeholders(s, (enum lang)l, &forms[l]);
			if (sets[l] == UINT32_MAX)
				t_fail(__FILE__, __LINE__, "%s: %s",
				    row_name(word), s);
			/* a form goes with a number that is shown */
			EXPECT((forms[l] & ~sets[l]) == 0);
		}
		if (sets[LANG_EN] != sets[LANG_RU])
			t_fail(__FILE__, __LINE__, "%s: other placeholders",
			    row_name(word));
	}
}

TEST(words_english_is_ascii_and_russian_is_not)
{
	for (int w = 0; w < WORD_COUNT; w++) {
		const char *en = words_get(LANG_EN, (enum word)w);
		const char *ru = words_get(LANG_RU, (enum word)w);
		bool cyrillic = false;

		for (; *en != '\0'; en++)
			EXPECT((unsigned char)*en < 0x80);
		for (; *ru != '\0'; ru++)
			cyrillic |= (unsigned char)*ru >= 0xd0;
		if (!cyrillic && w != WORD_CLI_HOW)
			t_fail(__FILE__, __LINE__, "%s is not translated",
			    row_name((enum word)w));
	}
}

TEST(words_every_text_fits_when_filled)
{
	for (int l = 0; l < LANG_COUNT; l++) {
		for (int w = 0; w < WORD_COUNT; w++) {
			char text[WORDS_MAX];

			words_format(text, sizeof text, (enum lang)l,
			    (enum word)w, &everything);
			EXPECT(strlen(text) < WORDS_MAX - 200);
			EXPECT(strpbrk(text, "{}|?") == NULL ||
			    w == WORD_CLI_ENLARGE);
		}
	}
}

/* --- filling -------------------------------------------------------------- */

static void
expect_format(enum lang lang, enum word word, const struct words_args *args,
    const char *want)
{
	char text[WORDS_MAX];

	words_format(text, sizeof text, lang, word, args);
	EXPECT_STR(text, want);
}

TEST(words_plural_forms)
{
	static const struct {
		int64_t n;
		const char *en, *ru;
	} rows[] = {
		{ 0, "0 seconds", "0 секунд" }, { 1, "1 second", "1 секунду" },
		{ 2, "2 seconds", "2 секунды" }, { 4, "4 seconds", "4 секунды" },
		{ 5, "5 seconds", "5 секунд" }, { 11, "11 seconds", "11 секунд" },
		{ 12, "12 seconds", "12 секунд" },
		{ 14, "14 seconds", "14 секунд" },
		{ 21, "21 seconds", "21 секунду" },
		{ 22, "22 seconds", "22 секунды" },
		{ 25, "25 seconds", "25 секунд" },
		{ 100, "100 seconds", "100 секунд" },
		{ 101, "101 seconds", "101 секунду" },
		{ 111, "111 seconds", "111 секунд" },
		{ 112, "112 seconds", "112 секунд" },
		{ 122, "122 seconds", "122 секунды" },
		{ -1, "-1 second", "-1 секунду" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct words_args args = { .n = rows[i].n };
		char want[128];

		str_format(want, sizeof want, "New code in %s", rows[i].en);
		expect_format(LANG_EN, WORD_CLI_COUNTDOWN, &args, want);
		str_format(want, sizeof want, "Новый код через %s", rows[i].ru);
		expect_format(LANG_RU, WORD_CLI_COUNTDOWN, &args, want);
	}
}

TEST(words_forms_follow_their_own_number)
{
	const struct words_args args = { .n = 1, .m = 3 };

	expect_format(LANG_RU, WORD_CLI_COMPANY_COUNT, &args,
	    "1 компания, 3 подключены");
	expect_format(LANG_EN, WORD_CLI_COMPANY_COUNT, &args,
	    "1 company, 3 connected");
}

TEST(words_unknown_values_are_question_marks)
{
	expect_format(LANG_EN, WORD_REPLACED, NULL,
	    "The same link is used elsewhere (?).");
	expect_format(LANG_EN, WORD_RATE_LIMITED, NULL,
	    "Too many attempts. Wait until ?; more tries make it longer.");
	expect_format(LANG_RU, WORD_CLI_STAGE_OK, NULL, "?: работает");
}

TEST(words_foreign_text_is_cleaned_and_not_filled_again)
{
	const struct words_args args = { .holder = "{n}\n\x1b[2J%s\xff" };

	expect_format(LANG_EN, WORD_CLI_LOCKED, &args,
	    "The state directory is in use by {n}??[2J%s?.");
}

TEST(words_foreign_text_of_any_length)
{
	char longer[4000], text[WORDS_MAX];
	const struct words_args args = { .holder = longer };

	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	words_format(text, sizeof text, LANG_EN, WORD_CLI_LOCKED, &args);
	EXPECT(strlen(text) > 300 && strlen(text) < WORDS_MAX);
}

TEST(words_are_cut_between_characters)
{
	char whole[WORDS_MAX];

	words_format(whole, sizeof whole, LANG_RU, WORD_PERMANENT, NULL);
	for (size_t size = 1; size <= strlen(whole) + 1; size++) {
		char *text = xcalloc(1, size);

		words_format(text, size, LANG_RU, WORD_PERMANENT, NULL);
		EXPECT(str_is_utf8(text, strlen(text)));
		EXPECT(strncmp(text, whole, strlen(text)) == 0);
		EXPECT(strlen(text) + 2 >= size);
		free(text);
	}
	whole[0] = 'z';
	words_format(whole, 0, LANG_RU, WORD_PERMANENT, NULL);
	EXPECT_INT(whole[0], 'z');
}

TEST(words_time_is_local_with_its_zone)
{
	const struct words_args args = { .time_ms = 1795348800000 };
	char *old = getenv("TZ") == NULL ? NULL : xstrdup(getenv("TZ"));

	setenv("TZ", "MSK-3", 1);
	tzset();
	expect_format(LANG_EN, WORD_LIMITED, &args, "New chats are restricted "
	    "until 2026-11-22 15:00 MSK. Replies still work.");
	expect_format(LANG_RU, WORD_LIMITED, &args, "Начинать новые чаты "
	    "нельзя до 22.11.2026 15:00 MSK. Ответы работают.");
	if (old == NULL)
		unsetenv("TZ");
	else
		setenv("TZ", old, 1);
	tzset();
	free(old);
}

/* --- status and reason ---------------------------------------------------- */

/* Every pair that can be shown has words, with and without details. */
TEST(words_every_status_and_reason_has_sentence_and_advice)
{
	for (int s = 0; s < WA_STATUS_COUNT; s++) {
		const enum wa_status status = (enum wa_status)s;

		for (int r = 0; r < WA_REASON_COUNT; r++) {
			const enum wa_reason reason = (enum wa_reason)r;

			if (!wa_reason_fits(status, reason))
				continue;
			for (int l = 0; l < LANG_COUNT; l++) {
				const enum lang lang = (enum lang)l;
				char a[WORDS_MAX], b[WORDS_MAX], c[WORDS_MAX];

				words_reason_sentence(a, sizeof a, lang,
				    status, reason, NULL);
				words_reason_sentence(b, sizeof b, lang,
				    status, reason, &everything);
				words_reason_advice(c, sizeof c, lang, status,
				    reason, NULL);
				EXPECT(strlen(a) > 8 && strlen(b) > 8);
				EXPECT(strlen(c) > 8);
				/* no detail, no trace of one */
				EXPECT(strpbrk(a, "?{}") == NULL);
				EXPECT(strpbrk(b, "?{}") == NULL);
				EXPECT(strpbrk(c, "?{}") == NULL);
			}
		}
		EXPECT(words_status_name(LANG_RU, status)[0] != '\0');
	}
}

/* --- who reads ------------------------------------------------------------- */

/* Nothing that only an administrator could run or set. */
static void
expect_for_visitor(const char *text)
{
	static const char *const not_for_them[] = { "pairdesk ", "whatsapp.",
	    "http.", "companies.", "quarantine" };

	EXPECT(strlen(text) > 8);
	for (size_t i = 0; i < ARRAY_LEN(not_for_them); i++) {
		if (strstr(text, not_for_them[i]) != NULL)
			t_fail(__FILE__, __LINE__, "to a visitor: %s", text);
	}
}

static void
expect_reason_for_visitor(enum lang lang, enum wa_status status,
    enum wa_reason reason, const struct words_args *args)
{
	char text[WORDS_MAX];

	words_reason_sentence(text, sizeof text, lang, status, reason, args);
	expect_for_visitor(text);
	words_reason_advice(text, sizeof text, lang, status, reason, args);
	expect_for_visitor(text);
}

/* With and without details, for each way to fail and to end. */
static void
expect_all_for_visitor(enum lang lang, enum wa_status status,
    enum wa_reason reason)
{
	static const enum words_ending endings[] = { ENDING_NONE, ENDING_LINK,
	    ENDING_LOGIN, ENDING_LOGOUT };
	static const enum err errs[] = { ERR_OK, ERR_CERT_TIME, ERR_TLS_CERT,
	    ERR_PAIR_VETO };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		for (size_t j = 0; j < ARRAY_LEN(errs); j++) {
			struct words_args args = everything;

			args.audience = AUDIENCE_VISITOR;
			args.ending = endings[i];
			args.err = errs[j];
			expect_reason_for_visitor(lang, status, reason, &args);
			expect_reason_for_visitor(lang, status, reason,
			    &(struct words_args){ .ending = endings[i],
			    .err = errs[j], .audience = AUDIENCE_VISITOR });
		}
	}
}

TEST(words_name_no_command_or_option_to_a_visitor)
{
	for (int s = 0; s < WA_STATUS_COUNT; s++) {
		for (int r = 0; r < WA_REASON_COUNT; r++) {
			if (!wa_reason_fits((enum wa_status)s,
			    (enum wa_reason)r))
				continue;
			for (int l = 0; l < LANG_COUNT; l++)
				expect_all_for_visitor((enum lang)l,
				    (enum wa_status)s, (enum wa_reason)r);
		}
	}
}

/* Who can bind a company is not told to have somebody bind it. */
TEST(words_of_a_bound_number_tell_the_admin_how)
{
	char text[WORDS_MAX];

	words_reason_advice(text, sizeof text, LANG_EN,
	    WA_STATUS_RECONNECTING, WA_REASON_REFUSED,
	    &(struct words_args){ .err = ERR_PAIR_VETO });
	EXPECT(strstr(text, "N in the console") != NULL);
	EXPECT(strstr(text, "administrator") == NULL);
	words_format(text, sizeof text, LANG_EN, WORD_PINNED,
	    &(struct words_args){ .phone = "0001" });
	EXPECT(strstr(text, "N in the console") != NULL);
	words_format(text, sizeof text, LANG_EN, WORD_PINNED,
	    &(struct words_args){ .phone = "0001",
	    .audience = AUDIENCE_VISITOR });
	EXPECT(strstr(text, "console") == NULL);
}

TEST(words_visitor_rows_are_for_visitors_only)
{
	static const enum word rows[][2] = {
#define WORD(id, en, ru)
#define VISITOR(id, en, ru) { WORD_##id, WORD_##id##_VISITOR },
#include "core/app/words.def"
#undef VISITOR
#undef WORD
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int l = 0; l < LANG_COUNT; l++) {
			const enum lang lang = (enum lang)l;
			struct words_args args = everything;
			char a[WORDS_MAX], b[WORDS_MAX];

			words_format(a, sizeof a, lang, rows[i][0], &args);
			words_format(b, sizeof b, lang, rows[i][1], &args);
			EXPECT(strcmp(a, b) != 0);
			expect_for_visitor(b);
			args.audience = AUDIENCE_VISITOR;
			words_format(a, sizeof a, lang, rows[i][0], &args);
			EXPECT_STR(a, b);
		}
	}
}

static void
expect_sentence(enum lang lang, enum wa_status status, enum wa_reason reason,
    const struct words_args *args, const char *want)
{
	char text[WORDS_MAX];

	words_reason_sentence(text, sizeof text, lang, status, reason, args);
	if (strstr(text, want) == NULL)
		t_fail(__FILE__, __LINE__, "\"%s\" without \"%s\"", text, want);
}

TEST(words_ban_reasons)
{
	static const struct {
		int code;
		const char *en, *ru;
	} rows[] = {
		{ 101, "in their contacts", "сообщений людям" },
		{ 102, "blocked this number", "заблокировали" },
		{ 103, "groups", "групп" },
		{ 104, "same message", "одинаковое" },
		{ 106, "broadcast", "рассылки" },
		{ 105, "code 105", "код 105" },
		{ 0, "no reason given", "не указана" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct words_args args = { .code = rows[i].code };

		expect_sentence(LANG_EN, WA_STATUS_BANNED,
		    WA_REASON_TEMPORARY, &args, rows[i].en);
		expect_sentence(LANG_EN, WA_STATUS_BANNED,
		    WA_REASON_TEMPORARY, &args, "Paused by WhatsApp: ");
		args.time_ms = 1795348800000;
		expect_sentence(LANG_RU, WA_STATUS_BANNED,
		    WA_REASON_TEMPORARY, &args, rows[i].ru);
		expect_sentence(LANG_EN, WA_STATUS_BANNED,
		    WA_REASON_TEMPORARY, &args, "until 2026-11-2");
	}
}

TEST(words_details_are_shown_when_known)
{
	expect_sentence(LANG_EN, WA_STATUS_RECONNECTING,
	    WA_REASON_CONNECTION_LOST, &(struct words_args){ .n = 1 },
	    "Connection lost, retry in 1 second.");
	expect_sentence(LANG_RU, WA_STATUS_RECONNECTING,
	    WA_REASON_CONNECTION_LOST, &(struct words_args){ .n = 3 },
	    "повтор через 3 секунды.");
	expect_sentence(LANG_EN, WA_STATUS_RECONNECTING,
	    WA_REASON_NETWORK_BLOCKED,
	    &(struct words_args){ .stage = WA_REASON_NAME_LOOKUP },
	    "cannot reach WhatsApp (name look-up).");
	expect_sentence(LANG_EN, WA_STATUS_RECONNECTING,
	    WA_REASON_NETWORK_BLOCKED, NULL, "cannot reach WhatsApp.");
	expect_sentence(LANG_EN, WA_STATUS_RECONNECTING, WA_REASON_REFUSED,
	    &(struct words_args){ .code = 418 }, "connection (418).");
	expect_sentence(LANG_EN, WA_STATUS_CONNECTED, WA_REASON_PHONE_SILENT,
	    &(struct words_args){ .n = 2 }, "the link ends in 2 days.");
	expect_sentence(LANG_RU, WA_STATUS_CONNECTED, WA_REASON_PHONE_SILENT,
	    &(struct words_args){ .n = 4 }, "через 4 дня.");
}

TEST(words_stale_token_is_no_refusal)
{
	for (int code = 412; code <= 416; code++)
		expect_sentence(LANG_EN, WA_STATUS_RECONNECTING,
		    WA_REASON_REFUSED, &(struct words_args){ .code = code },
		    code >= 413 && code <= 415 ? "Refreshing access"
		    : "refused the connection");
}

TEST(words_qr_and_code_differ)
{
	expect_sentence(LANG_EN, WA_STATUS_QR, WA_REASON_NONE, NULL,
	    "QR code is waiting");
	expect_sentence(LANG_EN, WA_STATUS_CODE, WA_REASON_NONE, NULL,
	    "pairing code is waiting");
}

/* While waiting is what helps, nothing may tell people to try again. */
TEST(words_never_invite_to_try_during_a_cooldown)
{
	static const enum wa_reason wait[] = { WA_REASON_RATE_LIMITED,
	    WA_REASON_BUDGET, WA_REASON_TEMPORARY, WA_REASON_PERMANENT };

	for (size_t i = 0; i < ARRAY_LEN(wait); i++) {
		enum wa_status status;
		char text[WORDS_MAX];

		ASSERT(wa_reason_status(wait[i], &status));
		words_reason_advice(text, sizeof text, LANG_EN, status,
		    wait[i], NULL);
		EXPECT(strcasestr(text, "try again") == NULL);
		EXPECT(strcasestr(text, "link again") == NULL);
		words_reason_advice(text, sizeof text, LANG_RU, status,
		    wait[i], NULL);
		EXPECT(strstr(text, "ещё раз") == NULL);
	}
}

TEST(words_out_of_range_is_our_error)
{
	expect_sentence(LANG_EN, (enum wa_status)99, (enum wa_reason)99, NULL,
	    "inside pairdesk");
	EXPECT_STR(words_status_name(LANG_EN, (enum wa_status)99), "error");
	EXPECT_STR(words_stage(LANG_EN, WA_REASON_OK), "?");
}

TEST(words_stages_have_names)
{
	for (int r = WA_REASON_NAME_LOOKUP; r <= WA_REASON_LOGIN; r++) {
		EXPECT(strcmp(words_stage(LANG_EN, (enum wa_reason)r), "?"));
		EXPECT(strcmp(words_stage(LANG_RU, (enum wa_reason)r), "?"));
	}
}

TEST(words_phone_faults_have_sentences)
{
	for (int i = PHONE_OK + 1; i < PHONE_FAULT_COUNT; i++) {
		const enum word word = words_phone_fault((enum phone_fault)i);

		EXPECT(word >= WORD_PHONE_MISSING &&
		    word <= WORD_PHONE_TOO_LONG);
		for (int j = PHONE_OK + 1; j < i; j++)
			EXPECT(word != words_phone_fault((enum phone_fault)j));
	}
}

TEST(words_steps_for_both_phones_and_both_ways)
{
	for (int l = 0; l < LANG_COUNT; l++) {
		for (int how = 0; how < HOW_COUNT; how++) {
			const char *steps[WORDS_STEPS_MAX];
			const size_t n = words_steps((enum lang)l,
			    (enum words_how)how, steps);

			EXPECT_INT(n, how < HOW_CODE_ANDROID ? 4 : 5);
			for (size_t i = 0; i < n; i++)
				EXPECT(strlen(steps[i]) > 10);
		}
	}
}

/* --- language ------------------------------------------------------------- */

TEST(words_language_of_the_environment)
{
	static const struct {
		const char *all, *messages, *lang;
		enum lang want;
	} rows[] = {
		{ NULL, NULL, NULL, LANG_EN },
		{ NULL, NULL, "ru_RU.UTF-8", LANG_RU },
		{ NULL, NULL, "ru", LANG_RU },
		{ NULL, NULL, "ru.UTF-8", LANG_RU },
		{ NULL, NULL, "ru@x", LANG_RU },
		{ NULL, NULL, "rup_MK", LANG_EN },
		{ NULL, NULL, "r", LANG_EN },
		{ NULL, NULL, "C.UTF-8", LANG_EN },
		{ NULL, "en_US.UTF-8", "ru_RU.UTF-8", LANG_EN },
		{ NULL, "ru_RU.UTF-8", "en_US.UTF-8", LANG_RU },
		{ "C", "ru_RU.UTF-8", "ru_RU.UTF-8", LANG_EN },
		{ "ru_UA.UTF-8", "en", "en", LANG_RU },
		{ "", "", "ru_RU.UTF-8", LANG_RU },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		EXPECT_INT(words_lang_detect(rows[i].all, rows[i].messages,
		    rows[i].lang), rows[i].want);
	EXPECT_STR(words_lang_name(LANG_EN), "en");
	EXPECT_STR(words_lang_name(LANG_RU), "ru");
}
