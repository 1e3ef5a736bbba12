#include "tests/sim/code.h"

#include <string.h>

#include "core/base/str.h"
#include "core/wire/jid.h"
#include "tests/sim/check.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/must.h"
#include "tests/sim/owed.h"
#include "tests/sim/pairing.h"
#include "tests/sim/serve.h"


void
code_ended(struct conn *c)
{
	struct code_request *r = &c->pairing->code;
	struct phone *p = accounts_find(&c->sim->accounts, r->number);

	if (p != NULL && p->code_conn == c->id)
		p->code_conn = 0;
	keypair_finish(&r->ephemeral);
	secret_wipe(r, sizeof *r);
}

/* --- companion_hello --------------------------------------------------- */

static bool
is_one_of(const char *s, size_t n, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strlen(*list) == n && memcmp(*list, s, n) == 0)
			return true;
	}
	return false;
}

/* "Browser (OS)" with names people know (protocol notes 8.2). */
static bool
is_known_display(const char *s)
{
	static const char *const browsers[] = { "Chrome", "Firefox", "Edge",
	    "Safari", "Opera", "IE", "Internet Explorer", "Desktop", "Brave",
	    NULL };
	static const char *const systems[] = { "Windows", "Linux", "Mac OS",
	    "macOS", "Mac OS X", "Ubuntu", "Debian", "Fedora", "Chrome OS",
	    "Android", "iOS", NULL };
	const char *open = strstr(s, " (");
	size_t n = strlen(s);

	return open != NULL && n > 0 && s[n - 1] == ')' &&
	    is_one_of(s, (size_t)(open - s), browsers) &&
	    is_one_of(open + 2, (size_t)(s + n - 1 - (open + 2)), systems);
}

struct hello {
	const uint8_t *wrapped;
	char number[24], display[128];
	const uint8_t *platform;
};

static bool
read_number(const struct node *reg, char out[24])
{
	const char *jid = node_attr(reg, "jid");
	struct jid j;

	if (jid == NULL || !jid_parse(jid, &j) || j.device != 0 ||
	    strcmp(j.server, JID_SERVER_PN) != 0)
		return false;
	return str_copy(out, 24, j.user) && j.user[0] != '0' &&
	    strspn(out, "0123456789") == strlen(out) && strlen(out) >= 7;
}

/* False: answered with 400 by the real server. */
static bool
read_hello(struct conn *c, const struct node *reg, struct hello *out)
{
	const uint8_t *key = serve_field(reg, "companion_server_auth_key_pub",
	    KEY_LEN);
	size_t n;
	const uint8_t *text = node_child_bytes(reg,
	    "companion_platform_display", &n);

	out->wrapped = serve_field(reg,
	    "link_code_pairing_wrapped_companion_ephemeral_pub", CODE_WRAPPED);
	out->platform = serve_field(reg, "companion_platform_id", 1);
	if (out->wrapped == NULL || key == NULL || text == NULL ||
	    serve_field(reg, "link_code_pairing_nonce", 1) == NULL ||
	    out->platform == NULL) {
		check_note(c, RULE_CODE_HELLO, "missing or of a wrong size");
		return false;
	}
	str_clean(out->display, sizeof out->display, (const char *)text, n);
	if (!read_number(reg, out->number))
		check_note(c, RULE_CODE_PHONE, "%s",
		    node_attr(reg, "jid") == NULL ? "none" :
		    node_attr(reg, "jid"));
	else if (memcmp(key, c->noise_pub, KEY_LEN) != 0)
		check_note(c, RULE_CODE_NOISE_KEY, "another");
	else if (out->platform[0] < '1' || out->platform[0] > '9')
		check_note(c, RULE_CODE_PLATFORM, "%c", out->platform[0]);
	else if (!is_known_display(out->display))
		check_note(c, RULE_CODE_DISPLAY, "%s", out->display);
	else
		return true;
	return false;
}

/* More than the limit within the window: 429. */
static bool
is_over_limit(struct sim *sim, struct phone *p)
{
	int64_t now = (int64_t)uv_now(sim->loop);

	if (p->hellos == 0 || now - p->hellos_since_ms >
	    sim->set.hello_window_ms) {
		p->hellos = 0;
		p->hellos_since_ms = now;
	}
	p->hellos++;
	return sim->set.hello_limit > 0 && p->hellos > sim->set.hello_limit;
}

static void
on_code_over(struct conn *c, void *arg)
{
	(void)arg;
	c->pairing->code.due = NULL;
	c->pairing->code.is_pending = false;
}

static void
remember(struct conn *c, struct phone *p, const struct hello *h)
{
	struct code_request *r = &c->pairing->code;
	uint8_t raw[30];
	struct buf text;
	const char *s;

	memcpy(r->wrapped, h->wrapped, CODE_WRAPPED);
	str_copy(r->number, sizeof r->number, h->number);
	rnd_fill(c->sim->rnd, raw, sizeof raw);
	buf_init(&text, CODE_REF_LEN + 8);
	must(buf_str(&text, "2@"));
	must(str_base64(&text, raw, sizeof raw));
	must(buf_cstr(&text, &s));
	str_copy(r->ref, sizeof r->ref, s);
	buf_finish(&text);
	r->is_pending = true;
	r->is_typed = false;
	r->tries = 0;
	r->since_ms = (int64_t)uv_now(c->sim->loop);
	later_cancel(r->due);
	r->due = conn_later(c, c->sim->set.code_ms, on_code_over, NULL);
	p->code_conn = c->id;
}

static void
answer_hello(struct conn *c, const char *id, bool with_ref)
{
	struct node *n = serve_result(id);
	struct node *reg = node_add_new(n, "link_code_companion_reg");
	const char *ref = c->pairing->code.ref;

	node_set(reg, "stage", "companion_hello");
	if (with_ref)
		node_set_bytes(node_add_new(reg, "link_code_pairing_ref"), ref,
		    strlen(ref));
	conn_send(c, n);
}

static void
on_late_answer(struct conn *c, void *arg)
{
	(void)arg;
	answer_hello(c, c->pairing->code.late_id, true);
}

/* The "code-answer" fault. True: that was the answer. */
static bool
answer_by_fault(struct conn *c, const char *id)
{
	const cJSON *f = fault_take(c, "code-answer");
	const char *how = json_text(f, "how");

	if (f == NULL)
		return false;
	if (how == NULL || strcmp(how, "error") == 0) {
		const char *text = json_text(f, "text");
		int code = (int)json_int(f, "code", 400);

		c->pairing->code.is_pending = false;
		serve_error(c, id, code, text != NULL ? text :
		    code == 429 ? "rate-overlimit" : "bad-request");
	} else if (strcmp(how, "no-ref") == 0) {
		answer_hello(c, id, false);
	} else if (strcmp(how, "late") == 0) {
		str_copy(c->pairing->code.late_id,
		    sizeof c->pairing->code.late_id, id);
		conn_later(c, json_int(f, "ms", 3000), on_late_answer, NULL);
	}
	return true;
}

static void
say_hello(struct conn *c, const struct hello *h, int code)
{
	cJSON *e = event_new(c->sim, NULL, "companion_hello");

	json_put_int(e, "conn", (int64_t)c->id);
	json_put(e, "phone", h->number);
	json_put(e, "display", h->display);
	json_put_int(e, "answer", code);
	event_emit(c->sim, e);
}

static void
companion_hello(struct conn *c, const char *id, const struct node *reg)
{
	struct hello h = { 0 };
	struct phone *p;

	c->sim->count.companion_hellos++;
	check_that(c, c->pairing->is_answered, RULE_CODE_EARLY,
	    "pair-device not answered yet");
	check_that(c, node_attr_is(reg, "should_show_push_notification",
	    "true"), RULE_CODE_PUSH, "no push");
	if (!read_hello(c, reg, &h) ||
	    (p = accounts_phone(&c->sim->accounts, h.number)) == NULL) {
		say_hello(c, &h, 400);
		serve_error(c, id, 400, "bad-request");
		return;
	}
	str_copy(c->asked_phone, sizeof c->asked_phone, h.number);
	if (is_over_limit(c->sim, p)) {
		say_hello(c, &h, 429);
		serve_error(c, id, 429, "rate-overlimit");
		return;
	}
	remember(c, p, &h);
	if (answer_by_fault(c, id)) {
		say_hello(c, &h, -1);
		return;
	}
	answer_hello(c, id, true);
	say_hello(c, &h, 200);
}

/* --- companion_finish -------------------------------------------------- */

static bool
ref_is_ours(const struct conn *c, const struct node *reg)
{
	const char *ref = c->pairing->code.ref;
	const uint8_t *p = serve_field(reg, "link_code_pairing_ref", strlen(ref));

	return ref[0] != '\0' && p != NULL && memcmp(p, ref, strlen(ref)) == 0;
}

static void
companion_finish(struct conn *c, const char *id, const struct node *reg)
{
	const uint8_t *bundle = serve_field(reg,
	    "link_code_pairing_wrapped_key_bundle", CODE_BUNDLE);
	const uint8_t *identity = serve_field(reg, "companion_identity_public",
	    KEY_LEN);
	const cJSON *f;

	event_say(c->sim, c, "companion_finish", NULL, NULL);
	if (bundle == NULL || identity == NULL || !ref_is_ours(c, reg)) {
		check_note(c, RULE_CODE_FINISH, "missing or of a wrong size");
		serve_error(c, id, 400, "bad-request");
		return;
	}
	if (memcmp(identity, c->pairing->reg.identity, KEY_LEN) != 0)
		check_note(c, RULE_CODE_IDENTITY, "another");
	if ((f = fault_take(c, "code-finish")) != NULL) {
		if (!json_is(f, "how", "never"))
			serve_error(c, id, (int)json_int(f, "code", 500),
			    "internal-server-error");
		return;
	}
	conn_send(c, serve_result(id));
	code_phone_finish(c, bundle, identity);
}

void
code_iq(struct conn *c, const struct node *iq, const struct node *reg)
{
	const char *stage = node_attr(reg, "stage");
	const char *id = node_attr(iq, "id");

	if (c->pairing == NULL)
		serve_error(c, id, 403, "forbidden");
	else if (stage != NULL && strcmp(stage, "companion_hello") == 0)
		companion_hello(c, id, reg);
	else if (stage != NULL && strcmp(stage, "companion_finish") == 0)
		companion_finish(c, id, reg);
	else if (stage != NULL && strcmp(stage, "get_country_code") == 0) {
		struct node *n = serve_result(id);

		node_set(node_add_new(n, "country_code"), "iso", "RU");
		conn_send(c, n);
	} else
		serve_error(c, id, 400, "bad-request");
}

/* --- by command -------------------------------------------------------- */

bool
code_refresh(struct conn *c, bool manual)
{
	struct code_request *r = c->pairing == NULL ? NULL : &c->pairing->code;
	struct node *n, *reg;

	if (r == NULL || r->ref[0] == '\0')
		return false;
	r->is_pending = false;
	n = serve_notification(c, "link_code_companion_reg");
	reg = node_add_new(n, "link_code_companion_reg");
	node_set(reg, "stage", "refresh_code");
	if (manual)
		node_set(reg, "force_manual_refresh", "true");
	node_set_bytes(node_add_new(reg, "link_code_pairing_ref"), r->ref,
	    strlen(r->ref));
	owed_ack(c, n, false);
	conn_send(c, n);
	return true;
}

void
code_passkey(struct conn *c)
{
	static const char options[] = "{\"publicKey\":{\"challenge\":"
	    "\"AAECAwQFBgcICQ\",\"rpId\":\"whatsapp.com\","
	    "\"userVerification\":\"required\"}}";
	struct node *n = serve_notification(c, "passkey_prologue_request");

	node_set_bytes(node_add_new(n, "passkey_request_options"), options,
	    sizeof options - 1);
	owed_ack(c, n, false);
	conn_send(c, n);
}
