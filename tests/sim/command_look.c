#include "tests/sim/command.h"

#include <string.h>

#include "tests/sim/conn.h"
#include "tests/sim/control.h"
#include "tests/sim/json.h"
#include "tests/sim/owed.h"
#include "tests/sim/status.h"
#include "tests/sim/wait.h"

#define LIMIT 100

static const char *
cmd_status(struct call *k)
{
	cJSON *list = faults_list(&k->sim->faults);

	status_fill(k->sim, k->answer);
	json_put_int(k->answer, "faults", cJSON_GetArraySize(list));
	cJSON_Delete(list);
	return NULL;
}

/* Whether "phone" and "conn", where given, name this one. */
static bool
is_asked(const struct call *k, const struct conn *c)
{
	char number[32];

	if (c->gone)
		return false;
	if (json_has(k->cmd, "conn") &&
	    json_int(k->cmd, "conn", -1) != (int64_t)c->id)
		return false;
	if (!json_digits(k->cmd, "phone", number, sizeof number))
		return true;
	return (c->device != NULL &&
	    strcmp(c->device->phone->number, number) == 0) ||
	    strcmp(c->asked_phone, number) == 0;
}

static const char *
cmd_sessions(struct call *k)
{
	cJSON *list = cJSON_AddArrayToObject(k->answer, "sessions");
	int64_t limit = json_int(k->cmd, "limit", LIMIT), total = 0;

	LIST_EACH(at, &k->sim->conns) {
		const struct conn *c = CONTAINER_OF(at, struct conn, link);

		if (is_asked(k, c) && total++ < limit)
			cJSON_AddItemToArray(list, status_conn(c));
	}
	json_put_int(k->answer, "total", total);
	return NULL;
}

static const char *
cmd_missing(struct call *k)
{
	cJSON *list = cJSON_AddArrayToObject(k->answer, "missing");

	LIST_EACH(at, &k->sim->conns) {
		const struct conn *c = CONTAINER_OF(at, struct conn, link);

		if (is_asked(k, c))
			owed_list(c, list);
	}
	json_put_int(k->answer, "total", cJSON_GetArraySize(list));
	return NULL;
}

static const char *
cmd_violations(struct call *k)
{
	cJSON *list = cJSON_AddArrayToObject(k->answer, "violations");
	int64_t limit = json_int(k->cmd, "limit", LIMIT);
	uint64_t seq = (uint64_t)json_int(k->cmd, "after", 0) + 1;
	uint64_t last = event_log_seq(k->sim->events);

	if (seq + EVENTS_KEPT <= last)
		seq = last - EVENTS_KEPT + 1;
	for (; seq <= last && cJSON_GetArraySize(list) < limit; seq++) {
		const cJSON *e = event_log_at(k->sim->events, seq);

		if (e != NULL && json_is(e, "event", "violation"))
			cJSON_AddItemToArray(list, cJSON_Duplicate(e, 1));
	}
	json_put_int(k->answer, "total", k->sim->count.violations);
	return NULL;
}

static const char *
cmd_phones(struct call *k)
{
	cJSON *list = cJSON_AddArrayToObject(k->answer, "phones");
	int64_t limit = json_int(k->cmd, "limit", LIMIT), total = 0;
	char number[32] = "";

	(void)json_digits(k->cmd, "phone", number, sizeof number);
	LIST_EACH(at, &k->sim->accounts.phones) {
		const struct phone *p = CONTAINER_OF(at, struct phone, link);

		if (number[0] != '\0' && strcmp(number, p->number) != 0)
			continue;
		if (total++ < limit) {
			cJSON *one = cJSON_CreateObject();

			status_fill_phone(p, one);
			cJSON_AddItemToArray(list, one);
		}
	}
	json_put_int(k->answer, "total", total);
	return NULL;
}

/* What the phones show under "Linked devices". */
static const char *
cmd_devices(struct call *k)
{
	cJSON *list = cJSON_AddArrayToObject(k->answer, "devices");
	char number[32] = "";

	(void)json_digits(k->cmd, "phone", number, sizeof number);
	(void)cmd_phones(k);
	LIST_EACH(at, &k->sim->accounts.phones) {
		const struct phone *p = CONTAINER_OF(at, struct phone, link);

		if (number[0] != '\0' && strcmp(number, p->number) != 0)
			continue;
		LIST_EACH(dev, &p->devices) {
			const struct device *d = CONTAINER_OF(dev,
			    struct device, link);
			cJSON *one;

			if (d->removed || !d->confirmed)
				continue;
			one = cJSON_CreateObject();
			status_fill_device(d, one);
			cJSON_AddItemToArray(list, one);
		}
	}
	return NULL;
}

static const char *
cmd_events(struct call *k)
{
	const char *types = json_text(k->cmd, "types");
	uint64_t last = event_log_seq(k->sim->events);
	uint64_t seq = (uint64_t)json_int(k->cmd, "after", (int64_t)last) + 1;

	cJSON_AddBoolToObject(k->answer, "streaming", true);
	control_answer(k->client, cJSON_Duplicate(k->answer, 1));
	for (; seq <= last; seq++) {
		const cJSON *e = event_log_at(k->sim->events, seq);

		if (e != NULL && wait_name_is_in(types, json_text(e, "event")))
			control_answer(k->client, cJSON_Duplicate(e, 1));
	}
	control_stream(k->client, types);
	k->is_later = true;
	return NULL;
}

static const char *
cmd_wait(struct call *k)
{
	int64_t value;
	const char *counter = json_text(k->cmd, "counter");

	if (counter == NULL && json_text(k->cmd, "event") == NULL)
		return "event or counter: missing";
	if (counter != NULL && !status_value(k->sim, counter, &value))
		return "no such counter";
	k->is_later = true;
	wait_begin(k->sim, k->client, k->cmd, NULL);
	return NULL;
}

const struct command commands_look[] = {
	{ "status", cmd_status }, { "sessions", cmd_sessions },
	{ "missing", cmd_missing }, { "violations", cmd_violations },
	{ "phones", cmd_phones }, { "devices", cmd_devices },
	{ "events", cmd_events }, { "wait", cmd_wait }, { NULL, NULL },
};
