/* Numbers for monitoring, and whether the process is alive at all. */
#include <string.h>

#include "core/base/mem.h"
#include "httpd/answer.h"
#include "httpd/api.h"
#include "httpd/impl.h"
#include "httpd/live.h"

#define METRICS_MAX ((size_t)256 * 1024)
#define TYPE_PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"
#define CLASSES 5               /* 1xx to 5xx */
#define ROWS_MAX (16 + CLASSES + API_ERROR_COUNT)

struct rows {
	struct metric at[ROWS_MAX];
	size_t count;
};

static void
add(struct rows *rows, enum metric_type type, const char *name,
    const char *help, uint64_t value)
{
	rows->at[rows->count++] = (struct metric){ .name = name,
	    .type = type, .help = help, .value = (int64_t)value, .units = 1 };
}

static void
add_label(struct rows *rows, const char *label, const char *text)
{
	rows->at[rows->count - 1].label = label;
	rows->at[rows->count - 1].label_value = text;
}

static void
add_server(struct rows *rows, const struct httpd *h)
{
	static const char *const classes[CLASSES] = { "1xx", "2xx", "3xx",
	    "4xx", "5xx" };
	struct server_counts c;

	server_counts(h->server, &c);
	add(rows, METRIC_GAUGE, "pairdesk_http_connections",
	    "Connections open over TCP.", c.open);
	add(rows, METRIC_GAUGE, "pairdesk_http_sources",
	    "Sources that have connections open.", c.sources);
	add(rows, METRIC_COUNTER, "pairdesk_http_connections_total",
	    "Connections accepted.", c.connections);
	add(rows, METRIC_COUNTER, "pairdesk_http_connections_refused_total",
	    "Connections turned away, too many at once.", c.refused);
	add(rows, METRIC_COUNTER, "pairdesk_http_requests_total",
	    "Requests received.", c.requests);
	for (size_t i = 0; i < CLASSES; i++) {
		add(rows, METRIC_COUNTER, "pairdesk_http_responses_total",
		    "Answers by class of their status.", c.answers[i + 1]);
		add_label(rows, "class", classes[i]);
	}
}

/* Several errors may have one code. */
static void
add_errors(struct rows *rows, const struct httpd *h)
{
	const size_t first = rows->count;

	for (size_t i = 0; i < API_ERROR_COUNT; i++) {
		const char *code = api_error_code((enum api_error)i);
		size_t at = first;

		while (at < rows->count &&
		    strcmp(rows->at[at].label_value, code) != 0)
			at++;
		if (at == rows->count) {
			add(rows, METRIC_COUNTER,
			    "pairdesk_http_errors_total",
			    "Requests that failed or were refused, by "
			    "errorCode.", 0);
			add_label(rows, "code", code);
		}
		rows->at[at].value += (int64_t)h->errors[i];
	}
}

static void
add_streams(struct rows *rows, const struct httpd *h)
{
	struct live_counts c;

	live_counts(h->live, &c);
	add(rows, METRIC_GAUGE, "pairdesk_event_streams",
	    "Event streams open.", c.streams);
	add(rows, METRIC_COUNTER, "pairdesk_event_streams_opened_total",
	    "Event streams begun.", c.opened);
	add(rows, METRIC_COUNTER, "pairdesk_event_streams_dropped_total",
	    "Event streams ended because the reader was too slow.",
	    c.dropped);
	add(rows, METRIC_COUNTER, "pairdesk_event_stream_events_total",
	    "Events put on streams.", c.events);
	add(rows, METRIC_COUNTER, "pairdesk_event_stream_bytes_total",
	    "Bytes that readers of event streams took.", c.bytes);
}

typedef enum err (*form_fn)(const struct app_metrics *m,
    const struct metric *more, size_t n, struct buf *out);

static enum err
collect(struct exchange *x, form_fn form, struct buf *out)
{
	struct rows rows = { .count = 0 };
	struct app_metrics m;

	app_metrics(x->httpd->app, &m);
	add_server(&rows, x->httpd);
	add_errors(&rows, x->httpd);
	add_streams(&rows, x->httpd);
	return form(&m, rows.at, rows.count, out);
}

void
api_metrics(struct exchange *x)
{
	struct buf out;

	buf_init(&out, METRICS_MAX);
	if (collect(x, metrics_json, &out) == ERR_OK)
		answer_text(x, 200, &out);
	else
		answer_error(x, API_INTERNAL_ERROR);
	buf_finish(&out);
}

void
api_prometheus(struct exchange *x)
{
	struct buf out;

	buf_init(&out, METRICS_MAX);
	if (collect(x, metrics_prometheus, &out) == ERR_OK)
		answer_bytes(x, 200, TYPE_PROMETHEUS, out.data, out.len);
	else
		answer_error(x, API_INTERNAL_ERROR);
	buf_finish(&out);
}

void
api_health(struct exchange *x)
{
	static const char ok[] = "{\"status\":\"ok\"}";
	static const char stopping[] = "{\"status\":\"stopping\"}";

	/* nothing about companies: anybody may ask; the pages quote the
	 * version to who supports them */
	exchange_field(x, "X-Pairdesk-Version", PAIRDESK_VERSION);
	if (x->httpd->is_stopping)
		answer_bytes(x, 503, TYPE_JSON, stopping, sizeof stopping - 1);
	else
		answer_bytes(x, 200, TYPE_JSON, ok, sizeof ok - 1);
}
