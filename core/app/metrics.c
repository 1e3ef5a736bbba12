#include "core/app/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/mem.h"

/* --- the table, in the order it is told --------------------------------------- */

enum family_id {
	NO_FAMILY,
#define METRIC(id, type, name, units, help)
#define FAMILY(id, type, name, label, help) FAMILY_##id,
#include "core/app/metrics.def"
#undef METRIC
#undef FAMILY
};

static const struct row {
	struct metric metric;
	enum family_id family;
	enum metric_id id;              /* if it is no family */
} rows[] = {
#define METRIC(id_, type_, name_, units_, help_) \
	{ { .name = name_, .type = METRIC_##type_, .help = help_, \
	    .units = units_ }, NO_FAMILY, METRIC_##id_ },
#define FAMILY(id_, type_, name_, label_, help_) \
	{ { .name = name_, .type = METRIC_##type_, .help = help_, \
	    .label = label_, .units = 1 }, FAMILY_##id_, METRIC_COUNT },
#include "core/app/metrics.def"
#undef METRIC
#undef FAMILY
};

static void
tell_sessions(const struct app_metrics *m, struct metric metric,
    metric_fn fn, void *ctx)
{
	for (int i = 0; i < WA_STATUS_COUNT; i++) {
		metric.label_value = wa_status_name((enum wa_status)i);
		metric.value = m->sessions[i];
		fn(ctx, &metric);
	}
}

static void
tell_errors(const struct app_metrics *m, struct metric metric,
    metric_fn fn, void *ctx)
{
	for (int i = 0; i < WA_REASON_COUNT; i++) {
		const enum wa_reason reason = (enum wa_reason)i;

		if (wa_reason_error_code(reason) == NULL)
			continue;
		metric.label_value = wa_reason_name(reason);
		metric.value = m->errors[i];
		fn(ctx, &metric);
	}
}

void
metrics_each(const struct app_metrics *m, metric_fn fn, void *ctx)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct metric metric = rows[i].metric;

		switch (rows[i].family) {
		case FAMILY_SESSIONS:
			tell_sessions(m, metric, fn, ctx);
			break;
		case FAMILY_ERRORS:
			tell_errors(m, metric, fn, ctx);
			break;
		case NO_FAMILY:
			metric.value = m->n[rows[i].id];
			fn(ctx, &metric);
			break;
		}
	}
}

/* --- Prometheus --------------------------------------------------------------- */

struct text {
	struct buf *out;
	const char *name;               /* whose head was written last */
	enum err err;
};

static enum err
put_head(const struct metric *m, struct buf *out)
{
	return buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name,
	    m->help, m->name, m->type == METRIC_COUNTER ? "counter" : "gauge");
}

/* Without a floating point: its point is a comma in some locales. */
static enum err
put_value(const struct metric *m, struct buf *out)
{
	const int64_t whole = m->value / m->units;
	int64_t rest = m->value % m->units;
	enum err err = buf_printf(out, rest == 0 ? " %" PRId64 :
	    " %" PRId64 ".", whole);

	for (int64_t unit = m->units / 10; err == ERR_OK && unit > 0 &&
	    rest != 0; unit /= 10) {
		const int64_t digit = rest / unit;

		err = buf_printf(out, "%d", (int)digit);
		rest -= digit * unit;
	}
	return err == ERR_OK ? buf_str(out, "\n") : err;
}

static enum err
put_name(const struct metric *m, struct buf *out)
{
	return m->label == NULL ? buf_str(out, m->name) :
	    buf_printf(out, "%s{%s=\"%s\"}", m->name, m->label,
	    m->label_value);
}

static void
put_metric(void *ctx, const struct metric *m)
{
	struct text *t = ctx;

	if (t->err == ERR_OK && (t->name == NULL ||
	    strcmp(t->name, m->name) != 0))
		t->err = put_head(m, t->out);
	t->name = m->name;
	if (t->err == ERR_OK && (t->err = put_name(m, t->out)) == ERR_OK)
		t->err = put_value(m, t->out);
}

enum err
metrics_prometheus(const struct app_metrics *m, const struct metric *more,
    size_t n, struct buf *out)
{
	struct text text = { .out = out, .err = ERR_OK };
	const size_t before = out->len;

	metrics_each(m, put_metric, &text);
	for (size_t i = 0; i < n; i++)
		put_metric(&text, &more[i]);
	if (text.err != ERR_OK)
		buf_truncate(out, before);
	return text.err;
}
