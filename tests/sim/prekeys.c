#include "tests/sim/prekeys.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/wire/crypt.h"
#include "tests/sim/check.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/owed.h"
#include "tests/sim/persist.h"
#include "tests/sim/serve.h"

#define LOW 10
#define FIRST 812
#define MORE 50
#define UPLOAD_MAX 10000
#define UPLOAD_WITHIN_MS 15000

void
prekeys_on_count(struct conn *c, const struct node *iq,
    const struct node *child)
{
	const cJSON *f = fault_take(c, "count-value");
	struct node *n = serve_result(node_attr(iq, "id"));
	int64_t value = json_int(f, "value", c->device->prekeys);

	(void)child;
	c->counted = true;
	event_say_int(c->sim, c, "prekey_count", "value", value);
	node_set_u64(node_add_new(n, "count"), "value", (uint64_t)value);
	conn_send(c, n);
}

/* --- upload ------------------------------------------------------------ */

static uint32_t
id_of(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static bool
skey_is_right(struct conn *c, const struct node *parent)
{
	const struct node *skey = node_child(parent, "skey");
	const uint8_t *id = serve_field(skey, "id", 3);
	const uint8_t *value = serve_field(skey, "value", KEY_LEN);
	const uint8_t *sig = serve_field(skey, "signature", SIGNATURE_LEN);
	uint8_t msg[1 + KEY_LEN] = { 5 };

	if (id == NULL || value == NULL || sig == NULL) {
		check_note(c, RULE_UPLOAD, "skey is not complete");
		return false;
	}
	memcpy(msg + 1, value, KEY_LEN);
	return check_that(c, curve_verify(c->device->identity_pub, msg,
	    sizeof msg, sig) == ERR_OK, RULE_UPLOAD_SKEY, "does not verify");
}

static bool
frame_is_right(struct conn *c, const struct node *iq)
{
	const uint8_t *regid = serve_field(iq, "registration", 4);
	const uint8_t *type = serve_field(iq, "type", 1);
	const uint8_t *identity = serve_field(iq, "identity", KEY_LEN);
	uint32_t id;

	if (regid == NULL || type == NULL || type[0] != 5 || identity == NULL) {
		check_note(c, RULE_UPLOAD, "missing or of a wrong size");
		return false;
	}
	id = (uint32_t)regid[0] << 24 | id_of(regid + 1);
	if (memcmp(identity, c->device->identity_pub, KEY_LEN) != 0 ||
	    id != c->device->registration_id) {
		check_note(c, RULE_UPLOAD_IDENTITY, "another");
		return false;
	}
	return skey_is_right(c, iq);
}

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, KEY_LEN);
}

static void
check_values(struct conn *c, uint8_t (*values)[KEY_LEN], size_t n)
{
	qsort(values, n, KEY_LEN, compare_keys);
	for (size_t i = 1; i < n; i++) {
		if (memcmp(values[i - 1], values[i], KEY_LEN) == 0) {
			check_note(c, RULE_UPLOAD_VALUE_TWICE, "in one upload");
			return;
		}
	}
}

/* How many, or 0 when one of them is wrong. */
static uint32_t
take_keys(struct conn *c, const struct node *list, uint32_t *first_id)
{
	uint8_t (*values)[KEY_LEN] = xcalloc(UPLOAD_MAX, KEY_LEN);
	uint32_t n = 0, twice = 0;

	for (const struct node *k = node_first(list); k != NULL;
	    k = node_next(k)) {
		const uint8_t *id = serve_field(k, "id", 3);
		const uint8_t *value = serve_field(k, "value", KEY_LEN);

		if (id == NULL || value == NULL || id_of(id) == 0 ||
		    n == UPLOAD_MAX) {
			check_note(c, RULE_UPLOAD_KEY, "key %u", (unsigned)n);
			free(values);
			return 0;
		}
		if (n == 0)
			*first_id = id_of(id);
		twice += !idset_add(&c->device->prekey_ids, id_of(id));
		memcpy(values[n++], value, KEY_LEN);
	}
	if (twice > 0)
		check_note(c, RULE_UPLOAD_ID_TWICE, "%u ids, first of them %u",
		    (unsigned)twice, (unsigned)*first_id);
	check_values(c, values, n);
	free(values);
	return n;
}

static void
check_amount(struct conn *c, uint32_t n)
{
	uint32_t want = c->device->prekeys == 0 ? FIRST : MORE;

	if (n != want)
		check_note(c, RULE_UPLOAD_FIRST, "%u keys with %u there",
		    (unsigned)n, (unsigned)c->device->prekeys);
	check_that(c, !c->is_active || c->device->uploads > 0, RULE_ORDER,
	    "upload after active");
}

static void
accept_upload(struct conn *c, const struct node *iq, uint32_t n,
    uint32_t first_id)
{
	struct device *d = c->device;
	cJSON *e;

	check_amount(c, n);
	d->prekeys += n;
	d->uploads++;
	c->sim->count.prekey_uploads++;
	c->sim->count.prekeys += n;
	persist_soon(c->sim);
	e = event_new(c->sim, c, "prekey_upload");
	json_put_int(e, "n", n);
	json_put_int(e, "first_id", first_id);
	json_put_int(e, "total", d->prekeys);
	event_emit(c->sim, e);
	conn_send(c, serve_result(node_attr(iq, "id")));
}

/* The "upload" fault. True: that was the answer. */
static bool
upload_fails(struct conn *c, const struct node *iq)
{
	const cJSON *f = fault_take(c, "upload");

	if (f == NULL)
		return false;
	if (json_is(f, "how", "close"))
		conn_close(c, "fault");
	else if (!json_is(f, "how", "never"))
		serve_error(c, node_attr(iq, "id"),
		    (int)json_int(f, "code", 500), "internal-server-error");
	return true;
}

void
prekeys_on_upload(struct conn *c, const struct node *iq,
    const struct node *child)
{
	uint32_t first_id = 0, n;

	if (upload_fails(c, iq))
		return;
	if (!frame_is_right(c, iq) ||
	    (n = take_keys(c, child, &first_id)) == 0) {
		serve_error(c, node_attr(iq, "id"), 406, "not-acceptable");
		return;
	}
	accept_upload(c, iq, n, first_id);
}

/* --- the rest ---------------------------------------------------------- */

void
prekeys_on_rotate(struct conn *c, const struct node *iq,
    const struct node *child)
{
	if (skey_is_right(c, child))
		conn_send(c, serve_result(node_attr(iq, "id")));
	else
		serve_error(c, node_attr(iq, "id"), 406, "not-acceptable");
}

void
prekeys_on_digest(struct conn *c, const struct node *iq,
    const struct node *child)
{
	(void)child;
	/* values are not kept, so the hash of a bundle cannot be given */
	if (c->device->prekeys == 0)
		serve_error(c, node_attr(iq, "id"), 404, "item-not-found");
	else
		serve_error(c, node_attr(iq, "id"), 501,
		    "feature-not-implemented");
}

static void
on_low_due(struct conn *c, void *arg)
{
	(void)arg;
	if (c->device->uploads == c->low_uploads)
		check_note(c, RULE_UPLOAD_LOW, "none within %d ms",
		    UPLOAD_WITHIN_MS);
}

void
prekeys_notice(struct conn *c, uint32_t count)
{
	struct node *n = serve_notification(c, "encrypt");

	node_set_u64(node_add_new(n, "count"), "value", count);
	event_say_int(c->sim, c, "prekey_low", "value", count);
	owed_ack(c, n, false);
	conn_send(c, n);
	c->low_uploads = c->device->uploads;
	if (count < LOW)
		conn_later(c, UPLOAD_WITHIN_MS, on_low_due, NULL);
}

void
prekeys_take(struct sim *sim, struct device *d, uint32_t n, bool notify)
{
	d->prekeys -= n < d->prekeys ? n : d->prekeys;
	persist_soon(sim);
	if (notify && d->prekeys < LOW && d->conn != NULL)
		prekeys_notice(d->conn, d->prekeys);
}
