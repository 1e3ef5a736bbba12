/* Apart from metrics.c, because cJSON is. */
#include "core/app/metrics.h"

#include "core/app/json.h"

static void
add_metric(void *ctx, const struct metric *m)
{
	const double value = (double)m->value / (double)m->units;
	cJSON *o = ctx, *family;

	if (m->label == NULL) {
		cJSON_AddNumberToObject(o, m->name, value);
		return;
	}
	family = cJSON_GetObjectItemCaseSensitive(o, m->name);
	if (family == NULL)
		family = cJSON_AddObjectToObject(o, m->name);
	cJSON_AddNumberToObject(family, m->label_value, value);
}

enum err
metrics_json(const struct app_metrics *m, const struct metric *more, size_t n,
    struct buf *out)
{
	cJSON *o = cJSON_CreateObject();

	metrics_each(m, add_metric, o);
	for (size_t i = 0; i < n; i++)
		add_metric(o, &more[i]);
	return json_put(o, out);
}
