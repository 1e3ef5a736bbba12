#include "httpd/request.h"

#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

static enum err
target(struct request *r, const char *text)
{
	request_finish(r);
	request_init(r);
	return request_take_target(r, text, 2048);
}

TEST(request_target_becomes_segments_and_parameters)
{
	struct request r;

	request_init(&r);
	ASSERT(target(&r, "/api/a%2Fb/%41?x=1+2&y&z=%26%3d") == ERR_OK);
	EXPECT_INT(r.segment_count, 3);
	EXPECT_STR(r.segments[0], "api");
	EXPECT_STR(r.segments[1], "a/b");
	EXPECT_STR(r.segments[2], "A");
	EXPECT_STR(request_param(&r, "x"), "1 2");
	EXPECT_STR(request_param(&r, "y"), "");
	EXPECT_STR(request_param(&r, "z"), "&=");
	EXPECT_NULL(request_param(&r, "w"));
	ASSERT(target(&r, "/") == ERR_OK);
	EXPECT_INT(r.segment_count, 0);
	ASSERT(target(&r, "/a/") == ERR_OK);
	EXPECT_INT(r.segment_count, 2);
	EXPECT_STR(r.segments[1], "");
	ASSERT(target(&r, "/1/2/3/4/5/6/7/8/9/10") == ERR_OK);
	EXPECT_INT(r.segment_count, 10);
	request_finish(&r);
}

TEST(request_target_refuses_what_can_be_read_in_two_ways)
{
	static const char *const bad[] = {
		"", "*", "api", "http://evil/", "//", "/a b", "/a\tb", "/a\\b",
		"/a#b", "/%", "/%4", "/%zz", "/%00", "/a%00b", "/?a=%00",
		"/?%", "/?a=%4", "/\x7f", "/\x01",
	};
	struct request r;

	request_init(&r);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		/* an empty segment is no malformation, it is no route */
		if (strcmp(bad[i], "//") == 0)
			EXPECT_INT(target(&r, bad[i]), ERR_OK);
		else
			EXPECT_INT(target(&r, bad[i]), ERR_MALFORMED);
	}
	EXPECT_INT(request_take_target(&r, "/123456789", 10), ERR_OK);
	EXPECT_INT(request_take_target(&r, "/1234567890", 10), ERR_TOO_LARGE);
	request_finish(&r);
}

TEST(request_has_at_most_so_many_parameters)
{
	struct request r;

	request_init(&r);
	EXPECT_INT(target(&r, "/?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16"),
	    ERR_OK);
	EXPECT_INT(r.param_count, REQUEST_PARAMS_MAX);
	EXPECT_INT(target(&r, "/?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17"),
	    ERR_MALFORMED);
	request_finish(&r);
}

struct field_row {
	const char *name[2], *value[2];
	bool ambiguous, forwarded;
};

TEST(request_fields_that_contradict_each_other_are_found)
{
	static const struct field_row rows[] = {
		{ { "Content-Length", NULL }, { "5", NULL }, false, false },
		{ { "Content-Length", "content-length" }, { "5", "5" }, true,
		    false },
		{ { "Content-Length", "Transfer-Encoding" },
		    { "5", "chunked" }, true, false },
		{ { "Transfer-Encoding", "Content-Length" },
		    { "chunked", "5" }, true, false },
		{ { "Transfer-Encoding", NULL }, { "CHUNKED", NULL }, false,
		    false },
		{ { "Transfer-Encoding", NULL }, { "gzip, chunked", NULL },
		    true, false },
		{ { "Content-Length", NULL }, { "-1", NULL }, true, false },
		{ { "Content-Length", NULL }, { "5, 5", NULL }, true, false },
		{ { "Content-Length", NULL },
		    { "99999999999999999999", NULL }, true, false },
		{ { "Host", "host" }, { "a", "a" }, true, false },
		{ { "Authorization", "Authorization" }, { "a", "b" }, true,
		    false },
		{ { "Content-Length ", NULL }, { "5", NULL }, true, false },
		{ { "", NULL }, { "a", NULL }, true, false },
		{ { "X(", "Y" }, { "a", "b" }, true, false },
		{ { "X", NULL }, { "a\ab", NULL }, true, false },
		{ { "X", NULL }, { "a\tb \xc3\xa4", NULL }, false, false },
		{ { "Referer", "Referer" }, { "a", "b" }, false, false },
		{ { "X-Forwarded-For", NULL }, { "1.2.3.4", NULL }, false,
		    true },
		{ { "x-forwarded-anything", NULL }, { "1", NULL }, false,
		    true },
		{ { "FORWARDED", NULL }, { "for=1", NULL }, false, true },
		{ { "X-Forward", "Forwarder" }, { "1", "1" }, false, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request r;

		request_init(&r);
		for (int k = 0; k < 2 && rows[i].name[k] != NULL; k++)
			request_take_field(&r, rows[i].name[k],
			    rows[i].value[k]);
		EXPECT_INT(r.is_ambiguous, rows[i].ambiguous);
		EXPECT_INT(r.is_forwarded, rows[i].forwarded);
		request_finish(&r);
	}
}

TEST(request_is_json_only_in_utf8)
{
	static const struct {
		const char *type;
		bool is;
	} rows[] = {
		{ NULL, false },
		{ "", false },
		{ "application/json", true },
		{ "Application/JSON", true },
		{ "application/json; charset=UTF-8", true },
		{ "application/json;charset=\"utf-8\"", true },
		{ "application/json;", true },
		{ "application/json; charset=utf-16", false },
		{ "application/jsonp", false },
		{ "text/plain", false },
		{ "multipart/form-data; boundary=application/json", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request r;

		request_init(&r);
		r.content_type = rows[i].type;
		EXPECT_INT(request_is_json(&r), rows[i].is);
		r.content_encoding = "gzip";
		EXPECT(!request_is_json(&r));
	}
}
