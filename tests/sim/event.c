#include "tests/sim/event.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tests/sim/account.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/sim.h"
#include "tests/sim/status.h"

struct event_log {
	cJSON *ring[EVENTS_KEPT];
	uint64_t seq;           /* of the newest */
	FILE *out;
	event_fn fn;
	void *ctx;
};

struct event_log *
event_log_create(void)
{
	return xcalloc(1, sizeof(struct event_log));
}

void
event_log_clear(struct event_log *log)
{
	for (size_t i = 0; i < EVENTS_KEPT; i++) {
		cJSON_Delete(log->ring[i]);
		log->ring[i] = NULL;
	}
}

void
event_log_destroy(struct event_log *log)
{
	if (log == NULL)
		return;
	event_log_clear(log);
	free(log);
}

void
event_log_write_to(struct event_log *log, FILE *out)
{
	log->out = out;
}

void
event_log_listen(struct event_log *log, event_fn fn, void *ctx)
{
	log->fn = fn;
	log->ctx = ctx;
}

uint64_t
event_log_seq(const struct event_log *log)
{
	return log->seq;
}

const cJSON *
event_log_at(const struct event_log *log, uint64_t seq)
{
	if (seq == 0 || seq > log->seq || seq + EVENTS_KEPT <= log->seq)
		return NULL;
	return log->ring[seq % EVENTS_KEPT];
}

cJSON *
event_new(struct sim *sim, const struct conn *c, const char *name)
{
	cJSON *e = cJSON_CreateObject();

	json_put_int(e, "seq", 0);
	json_put_int(e, "ms", (int64_t)uv_now(sim->loop) - sim->started_ms);
	json_put(e, "event", name);
	if (c == NULL)
		return e;
	json_put_int(e, "conn", (int64_t)c->id);
	if (c->device != NULL)
		status_name_device(c->device, e);
	return e;
}

void
event_emit(struct sim *sim, cJSON *event)
{
	struct event_log *log = sim->events;
	cJSON **slot = &log->ring[++log->seq % EVENTS_KEPT];

	cJSON_SetNumberValue(cJSON_GetObjectItem(event, "seq"),
	    (double)log->seq);
	cJSON_Delete(*slot);
	*slot = event;
	if (log->out != NULL) {
		char *line = cJSON_PrintUnformatted(event);

		fprintf(log->out, "%s\n", line);
		fflush(log->out);
		cJSON_free(line);
	}
	if (log->fn != NULL)
		log->fn(log->ctx, event);
}

void
event_say(struct sim *sim, const struct conn *c, const char *name,
    const char *key, const char *value)
{
	cJSON *e = event_new(sim, c, name);

	if (key != NULL && value != NULL)
		json_put(e, key, value);
	event_emit(sim, e);
}

void
event_say_int(struct sim *sim, const struct conn *c, const char *name,
    const char *key, int64_t value)
{
	cJSON *e = event_new(sim, c, name);

	json_put_int(e, key, value);
	event_emit(sim, e);
}
