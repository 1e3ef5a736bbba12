#include "tests/sim/pairing.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/sim/adv.h"
#include "tests/sim/check.h"
#include "tests/sim/code.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/login.h"
#include "tests/sim/must.h"
#include "tests/sim/owed.h"
#include "tests/sim/persist.h"
#include "tests/sim/qr_text.h"

#define REF_GRACE_MS 3000       /* a scan takes a moment */

void
pairing_create(struct conn *c, const struct registration *reg)
{
	struct pairing *p = xcalloc(1, sizeof *p);

	p->reg = *reg;
	buf_init(&p->details, 256);
	c->pairing = p;
}

static void
forget_refs(struct conn *c)
{
	struct pairing *p = c->pairing;

	for (uint32_t i = 0; i < p->ref_count; i++)
		map_remove(&c->sim->conns_by_ref, p->refs[i],
		    strlen(p->refs[i]));
	free(p->refs);
	p->refs = NULL;
	p->ref_count = 0;
}

/* Called with all timers cancelled. */
void
pairing_ended(struct conn *c)
{
	struct pairing *p = c->pairing;
	struct device *d = c->device;

	if (p == NULL)
		return;
	p->refs_due = p->sign_due = p->code.due = NULL;
	if (p->phone != NULL && (d == NULL || !d->confirmed))
		pairing_phone_error(c, p->phone, "gone");
	if (d != NULL && !d->confirmed && d->conn != c) {
		c->device = NULL;
		device_destroy(&c->sim->accounts, d);
	}
	code_ended(c);
	forget_refs(c);
	buf_finish(&p->details);
	free(p);
	c->pairing = NULL;
}

void
pairing_phone_error(struct conn *c, struct phone *p, const char *error)
{
	cJSON *e = event_new(c->sim, NULL, "phone_error");

	json_put_int(e, "conn", (int64_t)c->id);
	json_put(e, "phone", p->number);
	json_put(e, "error", error);
	event_emit(c->sim, e);
	if (c->pairing != NULL && c->pairing->phone == p)
		c->pairing->phone = NULL;
}

/* --- refs -------------------------------------------------------------- */

static int64_t
ref_life_ms(const struct conn *c, uint32_t refs)
{
	const struct settings *s = &c->sim->set;

	return s->qr_first_ms + (refs == 0 ? 0 : refs - 1) * s->qr_next_ms;
}

static void
on_refs_over(struct conn *c, void *arg)
{
	(void)arg;
	c->pairing->refs_due = NULL;
	login_stream_end(c);
}

static void
on_pair_device_answered(struct conn *c, const struct node *iq)
{
	if (c->pairing == NULL)
		return;
	c->pairing->is_answered = true;
	event_say(c->sim, c, "pair_device_answered", "type",
	    node_attr(iq, "type"));
}

static void
make_refs(struct conn *c, uint32_t count)
{
	struct pairing *p = c->pairing;
	uint8_t raw[66];
	struct buf text;
	const char *s;

	forget_refs(c);
	p->refs = xcalloc(count == 0 ? 1 : count, sizeof *p->refs);
	p->ref_count = count;
	buf_init(&text, REF_MAX + 8);
	for (uint32_t i = 0; i < count; i++) {
		rnd_fill(c->sim->rnd, raw, sizeof raw);
		buf_clear(&text);
		must(buf_str(&text, "2@"));
		must(str_base64(&text, raw, sizeof raw));
		must(buf_cstr(&text, &s));
		str_copy(p->refs[i], REF_MAX, s);
		map_put(&c->sim->conns_by_ref, s, strlen(s), c);
	}
	buf_finish(&text);
}

static void
add_refs(struct conn *c, struct node *list, const char *how)
{
	struct pairing *p = c->pairing;

	for (uint32_t i = 0; i < p->ref_count; i++) {
		struct node *ref = node_add_new(list, "ref");

		if (strcmp(how, "text") == 0)
			node_set_text(ref, p->refs[i]);
		else
			node_set_bytes(ref, p->refs[i], strlen(p->refs[i]));
	}
	if (strcmp(how, "huge-ref") == 0) {
		uint8_t *huge = xcalloc(1, 100000);

		memset(huge, 'r', 100000);
		node_set_bytes(node_add_new(list, "ref"), huge, 100000);
		free(huge);
	}
}

static void
send_pair_device(struct conn *c, const char *how)
{
	struct node *iq = node_create("iq");
	char id[40];

	conn_new_id(c, id, sizeof id);
	node_set(iq, "from", "@s.whatsapp.net");
	node_set(iq, "type", "set");
	node_set(iq, "xmlns", "md");
	if (strcmp(how, "no-id") != 0) {
		node_set(iq, "id", id);
		owed_answer(c, id, RULE_PAIR_DEVICE_ANSWER,
		    on_pair_device_answered);
	}
	add_refs(c, node_add_new(iq, "pair-device"), how);
	conn_send(c, iq);
}

void
pairing_send_refs(struct conn *c, uint32_t count, const char *how)
{
	struct pairing *p = c->pairing;
	cJSON *e;

	if (how == NULL)
		how = "";
	make_refs(c, strcmp(how, "empty") == 0 ? 0 : count);
	p->refs_since_ms = (int64_t)uv_now(c->sim->loop);
	later_cancel(p->refs_due);
	p->refs_due = conn_later(c, ref_life_ms(c, p->ref_count), on_refs_over,
	    NULL);
	c->sim->count.refs_sent += p->ref_count;
	send_pair_device(c, how);
	if (strcmp(how, "twice") == 0)
		send_pair_device(c, how);
	e = event_new(c->sim, c, "pair_device");
	json_put_int(e, "refs", p->ref_count);
	event_emit(c->sim, e);
}

void
pairing_begin(struct conn *c)
{
	const cJSON *f = fault_take(c, "pair-device");
	int64_t refs = json_int(f, "refs", c->sim->set.refs);

	pairing_send_refs(c, refs < 0 || refs > 1000 ? 0 : (uint32_t)refs,
	    json_text(f, "how"));
}

/* --- scanning ---------------------------------------------------------- */

static bool
is_expired(const struct conn *c, const char *ref)
{
	const struct pairing *p = c->pairing;
	int64_t age = (int64_t)uv_now(c->sim->loop) - p->refs_since_ms;

	for (uint32_t i = 0; i < p->ref_count; i++) {
		if (strcmp(p->refs[i], ref) == 0)
			return age > ref_life_ms(c, i + 1) + REF_GRACE_MS;
	}
	return true;
}

static const char *
scan_problem(const struct conn *c, const struct qr_text *qr)
{
	if (c->pairing == NULL || c->closing)
		return "gone";
	if (is_expired(c, qr->ref) || (c->device != NULL &&
	    c->device->confirmed))
		return "expired-ref";
	if (memcmp(qr->noise_pub, c->noise_pub, KEY_LEN) != 0 ||
	    memcmp(qr->identity_pub, c->pairing->reg.identity, KEY_LEN) != 0)
		return "key-mismatch";
	if (c->revision < c->sim->set.min_revision)
		return "outdated";
	return NULL;
}

const char *
pairing_scan(struct sim *sim, struct phone *p, const char *text,
    struct conn **out)
{
	struct qr_text qr;
	const char *error = qr_text_read(text, &qr);
	struct conn *c;

	if (error != NULL)
		return error;
	sim->count.qr_scans++;
	c = map_get(&sim->conns_by_ref, qr.ref, strlen(qr.ref));
	if (c == NULL)
		return "unknown-ref";
	if ((error = scan_problem(c, &qr)) != NULL)
		return error;
	if (p->refuse[0] != '\0')
		return "refused";
	event_say(sim, c, "scan", "phone", p->number);
	pairing_link(c, p, qr.adv_secret);
	secret_wipe(&qr, sizeof qr);
	*out = c;
	return NULL;
}

/* --- pair-success ------------------------------------------------------ */

static void
on_sign_late(struct conn *c, void *arg)
{
	struct pairing *p = c->pairing;

	(void)arg;
	p->sign_due = NULL;
	if (p->phone != NULL)
		pairing_phone_error(c, p->phone, "timeout");
	conn_close(c, "no pair-device-sign");
}

static void
on_restart_due(struct conn *c, void *arg)
{
	(void)arg;
	if (strcmp(c->pairing->how, "no-515") == 0 ||
	    strcmp(c->pairing->how, "close-before-515") == 0)
		conn_close(c, "fault");
	else
		login_stream_error_code(c, 515, NULL);
}

static void
finish_link(struct conn *c)
{
	struct pairing *p = c->pairing;
	struct device *d = c->device;
	cJSON *e;

	d->confirmed = true;
	c->sim->count.pairings++;
	persist_soon(c->sim);
	later_cancel(p->refs_due);
	p->refs_due = NULL;
	e = event_new(c->sim, c, "linked");
	json_put(e, "os", p->reg.os);
	event_emit(c->sim, e);
	conn_later(c, strcmp(p->how, "515-late") == 0 ? p->how_ms :
	    strcmp(p->how, "close-before-515") == 0 ? 0 :
	    c->sim->set.restart_ms, on_restart_due, NULL);
}

static void
on_pair_error(struct conn *c, const struct node *iq)
{
	const struct node *error = node_child(iq, "error");
	cJSON *e = event_new(c->sim, c, "pair_error");
	uint64_t code = 0;

	if (error != NULL)
		(void)node_attr_u64(error, "code", 999, &code);
	json_put_int(e, "code", (int64_t)code);
	json_put(e, "text", error == NULL ? NULL : node_attr(error, "text"));
	event_emit(c->sim, e);
	if (c->pairing->phone != NULL)
		pairing_phone_error(c, c->pairing->phone, "bad-reply");
}

/* The answer to pair-success: pair-device-sign, or the client's refusal. */
static void
on_pair_answer(struct conn *c, const struct node *iq)
{
	struct pairing *p = c->pairing;
	const char *error;

	if (p == NULL || c->device == NULL)
		return;
	later_cancel(p->sign_due);
	p->sign_due = NULL;
	if (!node_attr_is(iq, "type", "result")) {
		on_pair_error(c, iq);
		return;
	}
	if (c->device->confirmed)
		return;
	event_say(c->sim, c, "pair_sign", NULL, NULL);
	error = adv_check_reply(c, iq);
	if (error == NULL) {
		finish_link(c);
		return;
	}
	if (p->phone != NULL)
		pairing_phone_error(c, p->phone, error);
	conn_close(c, error);
}

static void
take_fault(struct conn *c)
{
	struct pairing *p = c->pairing;
	const cJSON *f = fault_take(c, "pair-success");
	const char *how = json_text(f, "how");

	str_copy(p->how, sizeof p->how, how == NULL ? "" : how);
	p->how_ms = json_int(f, "ms", 3000);
}

static void
send_pair_success(struct conn *c, const uint8_t adv_secret[KEY_LEN])
{
	struct pairing *p = c->pairing;
	struct node *iq = node_create("iq");
	char id[40];

	conn_new_id(c, id, sizeof id);
	node_set(iq, "from", "@s.whatsapp.net");
	node_set(iq, "type", "set");
	node_set(iq, "id", id);
	node_set(iq, "xmlns", "md");
	node_set_u64(iq, "t", (uint64_t)sim_wall_s());
	adv_fill_success(c, node_add_new(iq, "pair-success"), adv_secret);
	owed_answer(c, id, RULE_PAIR_SIGN, on_pair_answer);
	later_cancel(p->sign_due);
	p->sign_due = conn_later(c, c->sim->set.reply_ms + 1000, on_sign_late,
	    NULL);
	conn_send(c, iq);
	event_say(c->sim, c, "pair_success", "id", id);
}

void
pairing_link(struct conn *c, struct phone *phone,
    const uint8_t adv_secret[KEY_LEN])
{
	struct pairing *p = c->pairing;

	p->phone = phone;
	if (c->device != NULL && c->device->phone != phone) {
		device_destroy(&c->sim->accounts, c->device);
		c->device = NULL;
	}
	if (c->device == NULL) {
		c->device = phone_add_device(&c->sim->accounts, phone,
		    c->noise_pub, p->reg.identity);
		c->device->registration_id = p->reg.registration_id;
	}
	take_fault(c);
	adv_prepare(c);
	if (strcmp(p->how, "success-first") == 0) {
		struct node *n = node_create("success");

		node_set_u64(n, "t", (uint64_t)sim_wall_s());
		conn_send(c, n);
	}
	send_pair_success(c, adv_secret);
	if (strcmp(p->how, "twice") == 0)
		send_pair_success(c, adv_secret);
}
