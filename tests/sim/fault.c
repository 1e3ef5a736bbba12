#include "tests/sim/fault.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/sim/account.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/sim.h"

struct rule {
	struct list link;
	cJSON *params;
	int64_t id;
	int64_t skip;           /* lets so many pass first */
	int64_t left;           /* -1: until cleared */
	int64_t used;
};

static const char *const known[] = {
	"refuse", "stall", "close", "reset", "cut", "tls", "upgrade", "cert",
	"hello", "frame", "failure", "stream-error", "stream-end",
	"success-attrs", "pair-device", "pair-success", "code-answer",
	"code-finish", "count-value", "upload", "active", "ping", "logout",
	"shape",
};

void
faults_init(struct faults *f)
{
	list_init(&f->rules);
	f->next_id = 1;
}

void
faults_clear(struct faults *f, int64_t id)
{
	LIST_EACH_SAFE(at, &f->rules) {
		struct rule *r = CONTAINER_OF(at, struct rule, link);

		if (id != 0 && r->id != id)
			continue;
		list_remove(&r->link);
		cJSON_Delete(r->params);
		free(r);
	}
}

static bool
is_known(const char *what)
{
	for (size_t i = 0; what != NULL && i < ARRAY_LEN(known); i++) {
		if (strcmp(known[i], what) == 0)
			return true;
	}
	return false;
}

static const char *
problem(const cJSON *rule)
{
	const char *what = json_text(rule, "do");
	bool wants_at;

	if (!is_known(what))
		return "no such fault";
	wants_at = strcmp(what, "stall") == 0 || strcmp(what, "close") == 0 ||
	    strcmp(what, "reset") == 0 || strcmp(what, "cut") == 0;
	if (wants_at && stage_from(json_text(rule, "at")) == STAGE_COUNT)
		return "at: no such stage";
	return NULL;
}

const char *
faults_add(struct faults *f, cJSON *rule, int64_t *id)
{
	const char *wrong = problem(rule);
	int64_t count = json_int(rule, "count", 1);
	struct rule *r;

	if (wrong != NULL) {
		cJSON_Delete(rule);
		return wrong;
	}
	r = xcalloc(1, sizeof *r);
	r->params = rule;
	r->id = *id = f->next_id++;
	r->skip = json_int(rule, "skip", 0);
	r->left = count <= 0 ? -1 : count;
	list_append(&f->rules, &r->link);
	return NULL;
}

cJSON *
faults_list(const struct faults *f)
{
	cJSON *all = cJSON_CreateArray();

	LIST_EACH(at, &f->rules) {
		struct rule *r = CONTAINER_OF(at, struct rule, link);
		cJSON *one = cJSON_Duplicate(r->params, 1);

		cJSON_DeleteItemFromObject(one, "cmd");
		json_put_int(one, "id", r->id);
		json_put_int(one, "used", r->used);
		json_put_int(one, "left", r->left);
		cJSON_AddItemToArray(all, one);
	}
	return all;
}

/* For code-... rules the number asked for counts, else the device's. */
static bool
fits_phone(const struct conn *c, const cJSON *params)
{
	const char *number = c->device != NULL ? c->device->phone->number :
	    c->asked_phone;
	char wanted[32];

	if (!json_digits(params, "phone", wanted, sizeof wanted))
		return true;
	if (strcmp(number, wanted) != 0)
		return false;
	return !json_has(params, "device") || (c->device != NULL &&
	    json_int(params, "device", -1) == c->device->number);
}

static bool
fits(const struct conn *c, const cJSON *params, const char *what,
    const char *stage)
{
	const char *at = json_text(params, "at");

	if (!json_is(params, "do", what) || !fits_phone(c, params))
		return false;
	if (stage != NULL && at != NULL && strcmp(at, stage) != 0)
		return false;
	if (json_is(params, "kind", "register"))
		return c->kind == CONN_REGISTER;
	if (json_is(params, "kind", "login"))
		return c->kind == CONN_LOGIN;
	return true;
}

const cJSON *
fault_take_at(struct conn *c, const char *what, const char *stage)
{
	LIST_EACH(at, &c->sim->faults.rules) {
		struct rule *r = CONTAINER_OF(at, struct rule, link);

		if (r->left == 0 || !fits(c, r->params, what, stage))
			continue;
		if (r->skip > 0) {
			r->skip--;
			continue;
		}
		if (r->left > 0)
			r->left--;
		r->used++;
		event_say(c->sim, c, "fault", "do", what);
		return r->params;
	}
	return NULL;
}

const cJSON *
fault_take(struct conn *c, const char *what)
{
	return fault_take_at(c, what, NULL);
}

static void
on_close_later(struct conn *c, void *arg)
{
	(void)arg;
	conn_close(c, "fault");
}

static void
on_reset_later(struct conn *c, void *arg)
{
	(void)arg;
	conn_reset(c, "fault");
}

bool
fault_at_stage(struct conn *c)
{
	const char *stage = stage_name(c->stage);
	const cJSON *f;

	if ((f = fault_take_at(c, "stall", stage)) != NULL) {
		conn_stall(c, json_int(f, "ms", 0));
		return true;
	}
	if ((f = fault_take_at(c, "close", stage)) != NULL) {
		conn_later(c, json_int(f, "after_ms", 0), on_close_later, NULL);
		return json_int(f, "after_ms", 0) == 0;
	}
	if ((f = fault_take_at(c, "reset", stage)) != NULL) {
		conn_later(c, json_int(f, "after_ms", 0), on_reset_later, NULL);
		return json_int(f, "after_ms", 0) == 0;
	}
	if ((f = fault_take_at(c, "cut", stage)) != NULL)
		conn_cut(c, json_int(f, "bytes", 1), json_is(f, "how", "reset"));
	return false;
}
