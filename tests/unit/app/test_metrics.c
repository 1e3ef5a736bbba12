#include "core/app/metrics.h"

#include <fcntl.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "core/app/process.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define TEXT_MAX_BYTES 16384

/* Every number another one, so that none can stand for its neighbour. */
static void
fill(struct app_metrics *m)
{
	int64_t n = 1000;

	for (int i = 0; i < METRIC_COUNT; i++)
		m->n[i] = n++;
	for (int i = 0; i < WA_STATUS_COUNT; i++)
		m->sessions[i] = n++;
	for (int i = 0; i < WA_REASON_COUNT; i++)
		m->errors[i] = n++;
}

static char *
prometheus(const struct app_metrics *m, const struct metric *more, size_t n)
{
	const char *text = "";
	struct buf out;
	char *copy;

	buf_init(&out, TEXT_MAX_BYTES);
	EXPECT_INT(metrics_prometheus(m, more, n, &out), ERR_OK);
	EXPECT_INT(buf_cstr(&out, &text), ERR_OK);
	copy = xstrdup(text);
	buf_finish(&out);
	return copy;
}

static cJSON *
json(const struct app_metrics *m, const struct metric *more, size_t n)
{
	const char *text = "";
	struct buf out;
	cJSON *o;

	buf_init(&out, TEXT_MAX_BYTES);
	EXPECT_INT(metrics_json(m, more, n, &out), ERR_OK);
	EXPECT_INT(buf_cstr(&out, &text), ERR_OK);
	o = cJSON_Parse(text);
	buf_finish(&out);
	if (o == NULL)
		abort();
	return o;
}

static double
number(const cJSON *o, const char *name)
{
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(o, name);

	EXPECT(cJSON_IsNumber(n));
	return n == NULL ? -1 : n->valuedouble;
}

/* --- the table --------------------------------------------------------------- */

static bool
matches(const char *s, const char *pattern)
{
	regex_t re;
	bool is_match;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		abort();
	is_match = regexec(&re, s, 0, NULL, 0) == 0;
	regfree(&re);
	return is_match;
}

static void
expect_good(void *ctx, const struct metric *m)
{
	int *count = ctx;

	(*count)++;
	EXPECT(matches(m->name, "^pairdesk(_[a-z]+)+$"));
	EXPECT_INT(m->type == METRIC_COUNTER, matches(m->name, "_total$"));
	EXPECT(matches(m->help, "^[A-Z][^\\\n]+\\.$"));
	EXPECT(m->units == 1 || matches(m->name, "_seconds$"));
	EXPECT_INT(m->label == NULL, m->label_value == NULL);
	if (m->label != NULL)
		EXPECT(matches(m->label_value, "^[a-z_]+$"));
}

TEST(metrics_are_named_as_prometheus_wants_them)
{
	struct app_metrics m;
	int count = 0;

	fill(&m);
	metrics_each(&m, expect_good, &count);
	EXPECT(count > METRIC_COUNT + WA_STATUS_COUNT);
}

/* --- Prometheus -------------------------------------------------------------- */

/* How often a whole line begins so. */
static unsigned
lines(const char *text, const char *begin)
{
	unsigned n = 0;

	for (; text != NULL && *text != '\0'; text = strchr(text, '\n')) {
		text += *text == '\n';
		n += strncmp(text, begin, strlen(begin)) == 0;
	}
	return n;
}

TEST(metrics_prometheus_tells_each_number_once)
{
	struct app_metrics m;
	char *text;

	fill(&m);
	m.n[METRIC_COMPANIES] = 42;
	m.sessions[WA_STATUS_CONNECTED] = 40;
	m.errors[WA_REASON_REFUSED] = 7;
	text = prometheus(&m, NULL, 0);
	EXPECT_INT(lines(text, "# HELP pairdesk_companies Companies known.\n"),
	    1);
	EXPECT_INT(lines(text, "# TYPE pairdesk_companies gauge\n"
	    "pairdesk_companies 42\n"), 1);
	EXPECT_INT(lines(text, "# TYPE pairdesk_sessions "), 1);
	EXPECT_INT(lines(text, "pairdesk_sessions{"), WA_STATUS_COUNT);
	EXPECT_INT(lines(text, "pairdesk_sessions{status=\"connected\"} 40\n"),
	    1);
	EXPECT_INT(lines(text, "# TYPE pairdesk_errors_total counter\n"), 1);
	EXPECT_INT(lines(text, "pairdesk_errors_total{reason=\"refused\"} 7\n"),
	    1);
	/* what is no failure has no count of failures */
	EXPECT_INT(lines(text, "pairdesk_errors_total{reason=\"tcp\"}"), 0);
	EXPECT(text[strlen(text) - 1] == '\n');
	free(text);
}

TEST(metrics_prometheus_tells_base_units)
{
	static const struct {
		int64_t us;
		const char *line;
	} rows[] = {
		{ 0, "pairdesk_loop_longest_callback_seconds 0\n" },
		{ 1, "pairdesk_loop_longest_callback_seconds 0.000001\n" },
		{ 1500, "pairdesk_loop_longest_callback_seconds 0.0015\n" },
		{ 12000000, "pairdesk_loop_longest_callback_seconds 12\n" },
		{ 12034000, "pairdesk_loop_longest_callback_seconds 12.034\n" },
	};
	struct app_metrics m = { .n = { 0 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *text;

		m.n[METRIC_LOOP_LONGEST] = rows[i].us;
		text = prometheus(&m, NULL, 0);
		EXPECT_INT(lines(text, rows[i].line), 1);
		free(text);
	}
}

static const struct metric requests[] = {
	{ "pairdesk_http_requests_total", METRIC_COUNTER, "Requests.", "code",
	    "200", 5, 1 },
	{ "pairdesk_http_requests_total", METRIC_COUNTER, "Requests.", "code",
	    "404", 6, 1 },
	{ "pairdesk_http_connections", METRIC_GAUGE, "Connections.", NULL,
	    NULL, 3, 1 },
};

TEST(metrics_prometheus_takes_more)
{
	struct app_metrics m = { .n = { 0 } };
	char *text = prometheus(&m, requests, ARRAY_LEN(requests));

	EXPECT(strstr(text, "# HELP pairdesk_http_requests_total Requests.\n"
	    "# TYPE pairdesk_http_requests_total counter\n"
	    "pairdesk_http_requests_total{code=\"200\"} 5\n"
	    "pairdesk_http_requests_total{code=\"404\"} 6\n"
	    "# HELP pairdesk_http_connections Connections.\n"
	    "# TYPE pairdesk_http_connections gauge\n"
	    "pairdesk_http_connections 3\n") != NULL);
	free(text);
}

TEST(metrics_stop_where_there_is_no_room)
{
	struct app_metrics m = { .n = { 0 } };
	struct buf out;

	for (size_t room = 0; room < 3000; room += 101) {
		buf_init(&out, 3 + room);
		EXPECT_INT(buf_str(&out, "abc"), ERR_OK);
		EXPECT_INT(metrics_prometheus(&m, NULL, 0, &out),
		    ERR_TOO_LARGE);
		EXPECT_INT(out.len, 3);
		buf_finish(&out);
	}
	buf_init(&out, 100);
	EXPECT_INT(metrics_json(&m, NULL, 0, &out), ERR_TOO_LARGE);
	EXPECT_INT(out.len, 0);
	buf_finish(&out);
}

/* --- JSON -------------------------------------------------------------------- */

TEST(metrics_json_says_the_same)
{
	struct app_metrics m;
	const cJSON *family;
	cJSON *o;

	fill(&m);
	m.n[METRIC_UPTIME] = 90500;
	m.n[METRIC_LINKS] = 9;
	m.sessions[WA_STATUS_QR] = 2;
	o = json(&m, requests, ARRAY_LEN(requests));
	EXPECT(number(o, "pairdesk_uptime_seconds") == 90.5);
	EXPECT_INT(number(o, "pairdesk_links_total"), 9);
	EXPECT_INT(number(o, "pairdesk_http_connections"), 3);
	family = cJSON_GetObjectItemCaseSensitive(o, "pairdesk_sessions");
	EXPECT_INT(cJSON_GetArraySize(family), WA_STATUS_COUNT);
	EXPECT_INT(number(family, "qr"), 2);
	family = cJSON_GetObjectItemCaseSensitive(o,
	    "pairdesk_http_requests_total");
	EXPECT_INT(number(family, "200"), 5);
	EXPECT_INT(number(family, "404"), 6);
	cJSON_Delete(o);
}

/* --- the process ------------------------------------------------------------- */

TEST(process_counts_what_it_takes)
{
	const int64_t before = process_descriptors();
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	EXPECT(before >= 3);
	EXPECT_INT(process_descriptors(), before + 1);
	close(fd);
	EXPECT_INT(process_descriptors(), before);
	EXPECT(process_memory_bytes() > 1024 * 1024);
}
