#include "tui/console/listen_also.h"

#include <stdlib.h>

#include "tests/t.h"

static struct config *
config_of(const char *addresses)
{
	struct config *config = config_create();
	struct config_problem problem;

	EXPECT_INT(config_set(config, CONFIG_FLAG, "--http", "http.listen",
	    addresses, &problem), ERR_OK);
	return config;
}

static void
expect(const char *asked, const char *listener, const char *body,
    const char *added)
{
	struct config *config = config_of(asked);
	cJSON *o = cJSON_Parse(listener);
	char text[256];
	char *got = listen_also_body(o, config, text, sizeof text);

	if (body == NULL)
		EXPECT_NULL(got);
	else
		EXPECT_STR(got, body);
	EXPECT_STR(text, added);
	free(got);
	cJSON_Delete(o);
	config_destroy(config);
}

TEST(listen_also_adds_what_is_missing)
{
	expect("3000", "{\"addresses\":[]}",
	    "{\"addresses\":[\"127.0.0.1:3000\"]}", "127.0.0.1:3000");
	expect("3000, 3001", "{\"addresses\":[\"127.0.0.1:3000\","
	    "\"10.0.0.1:80\"]}", "{\"addresses\":[\"127.0.0.1:3000\","
	    "\"10.0.0.1:80\",\"127.0.0.1:3001\"]}", "127.0.0.1:3001");
	expect("3000, 3001", "{}", "{\"addresses\":[\"127.0.0.1:3000\","
	    "\"127.0.0.1:3001\"]}", "127.0.0.1:3000, 127.0.0.1:3001");
}

TEST(listen_also_leaves_what_is_there)
{
	expect("3000", "{\"addresses\":[\"127.0.0.1:3000\"]}", NULL, "");
	expect("127.0.0.1", "{\"addresses\":[\"127.0.0.1:3000\"]}", NULL, "");
	expect("localhost:3000", "{\"addresses\":[\"127.0.0.1:3000\"]}", NULL,
	    "");
}

/* What an answer has of other types counts as not there. */
TEST(listen_also_of_odd_answers)
{
	expect("3000", "{\"addresses\":\"x\"}",
	    "{\"addresses\":[\"127.0.0.1:3000\"]}", "127.0.0.1:3000");
	expect("3000", "{\"addresses\":[1,\"nonsense\"]}",
	    "{\"addresses\":[1,\"nonsense\",\"127.0.0.1:3000\"]}",
	    "127.0.0.1:3000");
}
