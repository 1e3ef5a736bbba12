#include "httpd/qr_cache.h"

#include <string.h>

#include "core/base/str.h"
#include "httpd/link_steps.h"
#include "tests/t.h"
#include "tests/unit/httpd/hall.h"

#define MANY 300                /* more than are kept */

TEST(qr_cache_draws_once)
{
	const struct qr_image *image;
	struct qr_cache *c;
	const char *svg;
	struct hall h;

	hall_init(&h);
	c = qr_cache_create(h.app);
	image = qr_cache_get(c, "acme", "2@one");
	ASSERT(image != NULL);
	svg = image->svg;
	EXPECT(strncmp(svg, "<svg", 4) == 0);
	EXPECT_INT(strlen(svg), image->svg_len);
	EXPECT(memcmp(image->png, "\x89PNG", 4) == 0);
	EXPECT(strncmp(image->data_url, "data:image/png;base64,iVBOR", 27)
	    == 0);
	EXPECT_INT(strlen(image->data_url), image->data_url_len);
	EXPECT_STR(image->text, "2@one");
	/* the same picture, not one like it */
	EXPECT(qr_cache_get(c, "acme", "2@one")->svg == svg);
	EXPECT(qr_cache_get(c, "beta", "2@one")->svg != svg);
	EXPECT(qr_cache_get(c, "acme", "2@one")->svg == svg);
	EXPECT_STR(qr_cache_get(c, "acme", "2@two")->text, "2@two");
	qr_cache_destroy(c);
	hall_finish(&h);
}

TEST(qr_cache_is_bounded)
{
	char company[16];
	const char *svg;
	struct qr_cache *c;
	struct hall h;

	hall_init(&h);
	c = qr_cache_create(h.app);
	svg = qr_cache_get(c, "hot", "2@hot")->svg;
	for (int i = 0; i < MANY; i++) {
		str_format(company, sizeof company, "c%d", i);
		EXPECT(qr_cache_get(c, company, company) != NULL);
		/* who is asked for stays, however many others come */
		EXPECT(qr_cache_get(c, "hot", "2@hot")->svg == svg);
	}
	EXPECT_STR(qr_cache_get(c, "c0", "c0")->text, "c0");
	qr_cache_destroy(c);
	hall_finish(&h);
}

TEST(qr_cache_refuses_what_cannot_be_drawn)
{
	char text[QR_TEXT_MAX + 2];
	struct qr_cache *c;
	struct hall h;

	hall_init(&h);
	c = qr_cache_create(h.app);
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	EXPECT_NULL(qr_cache_get(c, "acme", text));
	EXPECT_NULL(qr_cache_get(c, "acme", ""));
	EXPECT(qr_cache_get(c, "acme", "2@one") != NULL);
	qr_cache_destroy(c);
	hall_finish(&h);
}

TEST(link_steps_say_each_thing_once)
{
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		cJSON *steps = link_steps_json((enum lang)lang);
		const int n = cJSON_GetArraySize(steps);
		int android = 0, iphone = 0;

		EXPECT(n > 5);
		for (int i = 0; i < n; i++) {
			const char *a = cJSON_GetArrayItem(steps,
			    i)->valuestring;

			android += strncmp(a, "Android: ", 9) == 0;
			iphone += strncmp(a, "iPhone: ", 8) == 0;
			for (int k = 0; k < i; k++)
				EXPECT(strcmp(a, cJSON_GetArrayItem(steps,
				    k)->valuestring) != 0);
		}
		EXPECT_INT(android, 2);
		EXPECT_INT(iphone, 2);
		cJSON_Delete(steps);
	}
}
