#include "tests/sim/wait.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/sim/control.h"
#include "tests/sim/json.h"
#include "tests/sim/sim.h"
#include "tests/sim/status.h"

#define TICK_MS 20
#define TIMEOUT_MS 10000

struct waiter {
	struct list link;
	struct sim *sim;
	struct control_client *client;
	cJSON *cmd;
	const char *fail_name;
	int64_t want, found;
	uv_timer_t timer;       /* deadline, or the tick of a counter */
	int64_t deadline_ms, held_since_ms;
};

/* Words of the command that are not matched against an event. */
static const char *const ours[] = {
	"cmd", "event", "after", "timeout_ms", "counter", "at_least",
	"at_most", "equals", "quiet_ms", "text", "until", "n_events", "count",
};

bool
wait_name_is_in(const char *list, const char *name)
{
	size_t n;

	if (list == NULL || list[0] == '\0')
		return true;
	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (strlen(name) == n && memcmp(name, list, n) == 0)
			return true;
	}
	return false;
}

static bool
is_ours(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		if (strcmp(ours[i], key) == 0)
			return true;
	}
	return false;
}

static bool
matches(const struct waiter *w, const cJSON *event)
{
	const cJSON *want;

	if (!wait_name_is_in(json_text(w->cmd, "event"),
	    json_text(event, "event")))
		return false;
	cJSON_ArrayForEach(want, w->cmd) {
		const cJSON *have;

		if (is_ours(want->string))
			continue;
		have = cJSON_GetObjectItemCaseSensitive(event, want->string);
		if (have == NULL || !json_same(want, have))
			return false;
	}
	return true;
}

/* --- ending ------------------------------------------------------------ */

static void
on_timer_closed(uv_handle_t *h)
{
	free(h->data);
}

static void
drop(struct waiter *w)
{
	list_remove(&w->link);
	cJSON_Delete(w->cmd);
	w->cmd = NULL;
	uv_close((uv_handle_t *)&w->timer, on_timer_closed);
}

/* Answers and lets the client's next command run. */
static void
end(struct waiter *w, cJSON *answer)
{
	struct control_client *client = w->client;

	drop(w);
	control_answer(client, answer);
	control_hold(client, false);
}

/* Who was linked, where an answer to "scan" without a wait has it. */
static void
copy_device(cJSON *answer, const cJSON *event)
{
	static const char *const keys[] = { "phone", "conn", "jid", "device" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const cJSON *v = cJSON_GetObjectItem(event, keys[i]);

		if (v != NULL)
			cJSON_AddItemToObject(answer, keys[i],
			    cJSON_Duplicate(v, 1));
	}
}

static void
end_event(struct waiter *w, const cJSON *event)
{
	cJSON *answer = cJSON_CreateObject();
	bool failed = w->fail_name != NULL && strcmp(w->fail_name,
	    json_text(event, "event")) == 0;

	cJSON_AddBoolToObject(answer, "ok", !failed);
	if (failed) {
		json_put(answer, "error", json_text(event, "error"));
		json_put(answer, "detail", "Couldn't link device");
	}
	if (w->fail_name != NULL)
		copy_device(answer, event);
	json_put_int(answer, "seq", json_int(event, "seq", 0));
	json_put_int(answer, "count", w->found);
	cJSON_AddItemToObject(answer, "event", cJSON_Duplicate(event, 1));
	end(w, answer);
}

static void
end_timeout(struct waiter *w)
{
	cJSON *answer = cJSON_CreateObject();

	cJSON_AddBoolToObject(answer, "ok", false);
	json_put(answer, "error", "timeout");
	json_put_int(answer, "count", w->found);
	end(w, answer);
}

/* --- counters ---------------------------------------------------------- */

static bool
counter_holds(const struct waiter *w, int64_t *value)
{
	const char *name = json_text(w->cmd, "counter");

	if (!status_value(w->sim, name, value))
		return false;
	if (json_has(w->cmd, "equals"))
		return *value == json_int(w->cmd, "equals", 0);
	if (json_has(w->cmd, "at_most"))
		return *value <= json_int(w->cmd, "at_most", 0);
	return *value >= json_int(w->cmd, "at_least", 1);
}

static void
on_tick(uv_timer_t *t)
{
	struct waiter *w = t->data;
	int64_t now = (int64_t)uv_now(w->sim->loop), value = 0;
	cJSON *answer;

	if (!counter_holds(w, &value))
		w->held_since_ms = -1;
	else if (w->held_since_ms < 0)
		w->held_since_ms = now;
	if (w->held_since_ms >= 0 &&
	    now - w->held_since_ms >= json_int(w->cmd, "quiet_ms", 0)) {
		answer = cJSON_CreateObject();
		cJSON_AddBoolToObject(answer, "ok", true);
		json_put_int(answer, "value", value);
		end(w, answer);
	} else if (now >= w->deadline_ms) {
		end_timeout(w);
	}
}

static void
on_deadline(uv_timer_t *t)
{
	end_timeout(t->data);
}

/* --- beginning --------------------------------------------------------- */

/* True: it is over. */
static bool
see(struct waiter *w, const cJSON *event)
{
	bool is_failure = w->fail_name != NULL && strcmp(w->fail_name,
	    json_text(event, "event")) == 0;

	if (!matches(w, event) || (++w->found < w->want && !is_failure))
		return false;
	end_event(w, event);
	return true;
}

void
wait_begin(struct sim *sim, struct control_client *client, const cJSON *cmd,
    const char *fail_name)
{
	struct waiter *w = xcalloc(1, sizeof *w);
	int64_t timeout = json_int(cmd, "timeout_ms", TIMEOUT_MS);
	bool is_counter = json_text(cmd, "counter") != NULL;

	w->sim = sim;
	w->client = client;
	w->cmd = cJSON_Duplicate(cmd, 1);
	w->fail_name = fail_name;
	w->want = json_int(cmd, "count", 1);
	w->held_since_ms = -1;
	w->deadline_ms = (int64_t)uv_now(sim->loop) + timeout;
	uv_timer_init(sim->loop, &w->timer);
	w->timer.data = w;
	list_append(&sim->waiters, &w->link);
	control_hold(client, true);
	if (is_counter) {
		uv_timer_start(&w->timer, on_tick, 0, TICK_MS);
		return;
	}
	uv_timer_start(&w->timer, on_deadline, (uint64_t)timeout, 0);
	for (uint64_t seq = (uint64_t)json_int(cmd, "after", 0) + 1;
	    seq <= event_log_seq(sim->events); seq++) {
		const cJSON *event = event_log_at(sim->events, seq);

		if (event != NULL && see(w, event))
			return;
	}
}

void
wait_event(struct sim *sim, const cJSON *event)
{
	LIST_EACH_SAFE(at, &sim->waiters) {
		struct waiter *w = CONTAINER_OF(at, struct waiter, link);

		if (json_text(w->cmd, "counter") == NULL)
			(void)see(w, event);
	}
}

void
wait_forget(struct sim *sim, const struct control_client *client)
{
	LIST_EACH_SAFE(at, &sim->waiters) {
		struct waiter *w = CONTAINER_OF(at, struct waiter, link);

		if (w->client == client)
			drop(w);
	}
}
