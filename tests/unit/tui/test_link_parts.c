/* The small parts of the linking view: number, share link, styles. */
#include <string.h>

#include "tests/t.h"
#include "tui/console/link_number.h"
#include "tui/console/link_share.h"
#include "tui/console/qr_area.h"

#define NOW 1795374000000LL     /* 2026-11-22T19:00:00Z */

TEST(link_number_says_how_it_is_read)
{
	static const struct {
		const char *typed, *digits, *says;
	} rows[] = {
		{ "8 (900) 123-45-67", "79001234567",
		    "8 at the front is read as +7: "
		    "+7 900 123-45-67, Russia" },
		{ "79001234567", "79001234567", "+7 900 123-45-67, Russia" },
		{ "+77011234567", "77011234567",
		    "+7 701 123-45-67, Kazakhstan" },
		{ "+84 901234567", "84901234567", "+84901234567" },
		{ "998901234567", "998901234567",
		    "+998901234567, Uzbekistan" },
		{ "", NULL, "for example +7 900 123-45-67" },
		{ "+7", NULL, "The phone number is too short: it needs the "
		    "country code and at least 7 digits in all." },
		{ "0900", NULL, "The phone number must start with the "
		    "country code, not with 0." },
		{ "12a", NULL, "The phone number may hold digits, spaces and "
		    "+ - ( ) only." },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char digits[PHONE_SIZE] = "", says[WORDS_MAX];
		const bool good = link_number_check(rows[i].typed, LANG_EN,
		    digits, says, sizeof says);

		EXPECT_INT(good, rows[i].digits != NULL);
		if (rows[i].digits != NULL)
			EXPECT_STR(digits, rows[i].digits);
		EXPECT_STR(says, rows[i].says);
	}
}

TEST(link_number_countries_are_the_same_in_both_languages)
{
	const char *en = text_get(LANG_EN, TEXT_LINK_COUNTRIES);
	const char *ru = text_get(LANG_RU, TEXT_LINK_COUNTRIES);

	while (*en != '\0' && *ru != '\0') {
		const size_t n = strcspn(en, " ");

		ASSERT(n == strcspn(ru, " "));
		ASSERT(strncmp(en, ru, n) == 0);
		en += strcspn(en, ",");
		ru += strcspn(ru, ",");
		en += *en == ',';
		ru += *ru == ',';
	}
	EXPECT_INT(*en, *ru);
}

TEST(link_share_lives_and_is_wiped)
{
	static const struct link_share nothing;
	struct link_share s = { .phase = SHARE_NONE };
	cJSON *o = cJSON_Parse("{\"pairingUrl\":\"http://h/p#t=secret\","
	    "\"qrUrl\":\"http://h/q#t=secret\","
	    "\"expiresAt\":\"2026-11-22T20:00:00.000Z\"}");

	link_share_ask(&s);
	EXPECT_INT(s.phase, SHARE_ASKING);
	link_share_take(&s, o);
	EXPECT_INT(s.phase, SHARE_READY);
	EXPECT_STR(s.pairing_url, "http://h/p#t=secret");
	EXPECT(s.qr != NULL);
	link_share_tick(&s, NOW + 3599999);
	EXPECT_INT(s.phase, SHARE_READY);
	link_share_tick(&s, NOW + 3600000);
	EXPECT_INT(s.phase, SHARE_OVER);
	EXPECT_MEM(s.pairing_url, nothing.pairing_url, SHARE_URL_MAX);
	EXPECT_MEM(s.qr_url, nothing.qr_url, SHARE_URL_MAX);
	EXPECT_NULL(s.qr);
	link_share_take(&s, o);
	link_share_finish(&s);
	EXPECT_MEM(&s, &nothing, sizeof s);
	cJSON_Delete(o);
}

TEST(link_share_tells_of_a_missing_listener)
{
	struct link_share s = { .phase = SHARE_NONE };
	struct trouble t = { .code = "NOT_LISTENING",
	    .sentence = "Nothing listens.", .advice = "Open it." };

	link_share_refuse(&s, &t);
	EXPECT(s.no_listener);
	EXPECT_STR(s.sentence, "Nothing listens. Open it.");
	t.code[0] = '\0';
	t.advice[0] = '\0';
	link_share_refuse(&s, &t);
	EXPECT(!s.no_listener);
	EXPECT_STR(s.sentence, "Nothing listens.");
}

TEST(qr_area_steps_by_hand)
{
	EXPECT_INT(qr_area_step(QR_SEXTANT, true), QR_HALF);
	EXPECT_INT(qr_area_step(QR_HALF, true), QR_FULL);
	EXPECT_INT(qr_area_step(QR_FULL, true), QR_FULL);
	EXPECT_INT(qr_area_step(QR_FULL, false), QR_HALF);
	EXPECT_INT(qr_area_step(QR_HALF, false), QR_SEXTANT);
	EXPECT_INT(qr_area_step(QR_SEXTANT, false), QR_SEXTANT);
}
