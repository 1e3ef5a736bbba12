/*
 * Numbers for monitoring, in one table (metrics.def): read with app_metrics,
 * told as Prometheus text or as JSON.
 */
#ifndef PAIRDESK_APP_METRICS_H
#define PAIRDESK_APP_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/session/status.h"

enum metric_type { METRIC_GAUGE, METRIC_COUNTER };

enum metric_id {
#define METRIC(id, type, name, units, help) METRIC_##id,
#define FAMILY(id, type, name, label, help)
#include "core/app/metrics.def"
#undef METRIC
#undef FAMILY
	METRIC_COUNT
};

struct app_metrics {
	int64_t n[METRIC_COUNT];                /* in the table's units */
	int64_t sessions[WA_STATUS_COUNT];
	int64_t errors[WA_REASON_COUNT];        /* of those with an errorCode */
};

/* One number as it is told. Texts are static and need no escaping. */
struct metric {
	const char *name;
	enum metric_type type;
	const char *help;
	const char *label, *label_value;        /* NULL, NULL: none */
	int64_t value;
	int64_t units;                          /* value / units is told; 1, 10, 100.. */
};

/* Calls fn with each; those of one name come one after the other. */
typedef void (*metric_fn)(void *ctx, const struct metric *metric);
void metrics_each(const struct app_metrics *m, metric_fn fn, void *ctx);

/*
 * Appends the Prometheus text form, or {"name":1,"name":{"label":1}}. more:
 * numbers of the caller's own, those of one name together, may be NULL. out
 * is unchanged on error.
 */
MUST_CHECK enum err metrics_prometheus(const struct app_metrics *m,
    const struct metric *more, size_t n, struct buf *out);
MUST_CHECK enum err metrics_json(const struct app_metrics *m,
    const struct metric *more, size_t n, struct buf *out);

#endif
