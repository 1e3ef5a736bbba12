/* The doctor's view: its steps, and that leaving in the middle is harmless. */
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/stage.h"

static void
open_towards(struct stage *s, struct config *config, const char *url)
{
	struct config_problem problem;

	ASSERT(config_set(config, CONFIG_FLAG, "test", "whatsapp.url", url,
	    &problem) == ERR_OK);
	stage_init(s);
	s->config = config;
	stage_start(s, 24, 80, LANG_EN);
	stage_keys(s, ":doctor\r");
}

TEST(view_doctor_says_what_fails_and_tries_again)
{
	struct config *config = config_create();
	struct stage s;

	/* nobody listens there */
	open_towards(&s, config, "ws://127.0.0.1:1/ws/chat");
	EXPECT(stage_has(&s, "The way from this machine to WhatsApp"));
	for (int i = 0; i < 200 && !stage_has(&s, "first step"); i++)
		stage_settle(&s);
	EXPECT(stage_has(&s, "This server does not reach WhatsApp"));
	EXPECT(stage_has(&s, " ms "));
	EXPECT(stage_has(&s, "fails: "));
	EXPECT(stage_has(&s, "not reached"));
	stage_keys(&s, "\r");
	stage_keys(&s, "\033");
	EXPECT(!stage_has(&s, "The way from this machine"));
	EXPECT(stage_has(&s, "acme"));
	stage_finish(&s);
	config_destroy(config);
}

TEST(view_doctor_without_a_configuration)
{
	struct stage s;

	stage_init(&s);
	stage_start(&s, 24, 80, LANG_EN);
	stage_keys(&s, ":doctor\r");
	EXPECT(stage_has(&s, "pairdesk doctor"));
	stage_finish(&s);
}
