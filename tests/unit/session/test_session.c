#include "core/session/session.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/identity.h"
#include "core/wire/prekey.h"
#include "tests/t.h"
#include "tests/unit/session/house.h"

static void
stay(struct far *f)
{
	struct node *node;

	while ((node = far_read(f)) != NULL)
		node_destroy(node);
}

static void
script_online(struct house *h, struct far *f, int nth)
{
	(void)h;
	(void)nth;
	if (far_log_in(f, "500"))
		stay(f);
}

/* --- logging in ------------------------------------------------------------ */

TEST(session_logs_in_and_is_connected)
{
	struct session_view view;
	struct company_row row;
	struct session *s;
	struct house h;

	house_init(&h, script_online);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	session_view(s, &view);
	EXPECT_INT(view.reason, WA_REASON_NOT_RUNNING);
	EXPECT(session_start(s));
	EXPECT(!session_is_quiet(s));
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	session_view(s, &view);
	EXPECT(view.connected);
	EXPECT(view.linked);
	EXPECT_STR(view.phone, "79001234567");
	EXPECT_INT(view.prekeys, 500);
	EXPECT_INT(view.next_attempt_ms, 0);
	EXPECT_STR(view.last_error, "");
	EXPECT_INT(session_link(s, NULL), ERR_EXISTS);
	EXPECT(strstr(h.shown, "connecting/tcp connecting/upgrade "
	    "connecting/noise connecting/login connected/ok ") != NULL);
	house_end(&h, s);
	/* a routine login wrote nothing: the row is as house_link left it */
	EXPECT_INT(store_row(h.fix.store, "acme", &row), ERR_OK);
	EXPECT_INT(row.state_version_limit, 0);
	EXPECT_INT(h.errors, 0);
	house_finish(&h);
	EXPECT_INT(atomic_load(&h.connections), 1);
}

static void
script_prekeys(struct house *h, struct far *f, int nth)
{
	struct node *upload;
	size_t keys = 0;

	(void)h;
	far_send(f, far_node("success", "t", "1780000000", NULL));
	far_answer(f, "count", "result",
	    far_node("count", "value", nth == 1 ? "0" : "812", NULL));
	if (nth == 1) {         /* takes them, and goes without a word */
		upload = far_wait(f, "iq", "list");
		if (upload != NULL) {
			for (const struct node *at = node_first(node_child(
			    upload, "list")); at != NULL; at = node_next(at))
				keys++;
		}
		EXPECT_INT(keys, PREKEYS_FIRST);
		node_destroy(upload);
		return;
	}
	far_answer(f, "active", "result", NULL);
	stay(f);
}

static void
read_creds(struct house *h, struct creds *out)
{
	struct buf value;

	memset(out, 0, sizeof *out);
	buf_init_secret(&value, STORE_VALUE_MAX);
	EXPECT_INT(store_get(h->fix.store, "acme", "creds", "creds", &value),
	    ERR_OK);
	EXPECT_INT(creds_decode(value.data, value.len, out), ERR_OK);
	buf_finish(&value);
}

/* An upload whose answer is lost did arrive, says the count: the same keys
 * are not sent again, no id is used twice. */
TEST(session_takes_a_lost_upload_as_arrived)
{
	struct creds creds;
	struct session *s;
	struct house h;
	size_t stored = 0;

	house_init(&h, script_prekeys);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT_INT(session_connect(s, true), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_RECONNECTING,
	    WA_REASON_CONNECTION_LOST));
	/* stored before it was sent */
	EXPECT_INT(store_count(h.fix.store, "acme", "prekey", &stored),
	    ERR_OK);
	EXPECT_INT(stored, PREKEYS_FIRST);
	read_creds(&h, &creds);
	EXPECT_INT(creds.next_prekey_id, PREKEYS_FIRST + 1);
	EXPECT_INT(creds.first_unuploaded_prekey_id, 1);
	creds_finish(&creds);
	EXPECT_INT(session_connect(s, true), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	house_end(&h, s);
	read_creds(&h, &creds);
	EXPECT_INT(creds.next_prekey_id, PREKEYS_FIRST + 1);
	EXPECT_INT(creds.first_unuploaded_prekey_id, PREKEYS_FIRST + 1);
	creds_finish(&creds);
	house_finish(&h);
}

static void
script_low(struct house *h, struct far *f, int nth)
{
	static const char *const counts[] = { "3", "9", "9" };
	struct node *node;
	int uploads = 0;

	(void)h;
	(void)nth;
	if (!far_log_in(f, "500"))
		return;
	/* three notices at once are one upload */
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		node = far_node("notification", "from", "s.whatsapp.net",
		    "type", "encrypt", "id", "n1", NULL);
		node_add(node, far_node("count", "value", counts[i], NULL));
		far_send(f, node);
	}
	while ((node = far_read(f)) != NULL) {
		if (node_child(node, "list") != NULL) {
			uploads++;
			far_send(f, far_node("iq", "from", "s.whatsapp.net",
			    "type", "result", "id", node_attr(node, "id"),
			    NULL));
		}
		node_destroy(node);
	}
	EXPECT_INT(uploads, 1);
}

TEST(session_uploads_once_when_keys_run_low)
{
	struct session_view view;
	struct creds creds;
	struct session *s;
	struct house h;

	house_init(&h, script_low);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT_INT(session_connect(s, true), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	for (int i = 0; i < 500; i++) {
		house_run(&h, 10);
		session_view(s, &view);
		if (view.prekeys == 9 + PREKEYS_MORE)
			break;
	}
	EXPECT_INT(view.prekeys, 9 + PREKEYS_MORE);
	house_end(&h, s);
	read_creds(&h, &creds);
	EXPECT_INT(creds.next_prekey_id, PREKEYS_MORE + 1);
	EXPECT_INT(creds.first_unuploaded_prekey_id, PREKEYS_MORE + 1);
	creds_finish(&creds);
	house_finish(&h);
}

/* --- endings --------------------------------------------------------------- */

struct ending {
	const char *tag, *code, *conflict;
	bool at_login;          /* instead of success */
	enum wa_status status;
	enum wa_reason reason;
	bool linked;            /* still */
	bool dials_again;
};

static const struct ending endings[] = {
	{ "stream:error", "401", "device_removed", false,
	    WA_STATUS_LOGGED_OUT, WA_REASON_UNLINKED, false, false },
	{ "stream:error", "516", NULL, false,
	    WA_STATUS_LOGGED_OUT, WA_REASON_UNLINKED, false, false },
	{ "failure", "401", NULL, true,
	    WA_STATUS_LOGGED_OUT, WA_REASON_UNLINKED, false, false },
	{ "failure", "403", NULL, true,
	    WA_STATUS_LOGGED_OUT, WA_REASON_ACCOUNT_LOCKED, false, false },
	{ "failure", "406", NULL, true,
	    WA_STATUS_BANNED, WA_REASON_PERMANENT, false, false },
	{ "failure", "402", NULL, true,
	    WA_STATUS_BANNED, WA_REASON_TEMPORARY, true, true },
	{ "failure", "429", NULL, true,
	    WA_STATUS_COOLDOWN, WA_REASON_RATE_LIMITED, true, true },
	{ "failure", "409", NULL, true,
	    WA_STATUS_OUTDATED, WA_REASON_BAD_AGENT, true, false },
	{ "failure", "411", NULL, true,
	    WA_STATUS_OUTDATED, WA_REASON_MULTIDEVICE_OFF, true, false },
	{ "failure", "405", NULL, true,
	    WA_STATUS_OUTDATED, WA_REASON_CLIENT_OUTDATED, true, true },
	{ "failure", "418", NULL, true,
	    WA_STATUS_RECONNECTING, WA_REASON_REFUSED, true, true },
	{ "failure", "503", NULL, true,
	    WA_STATUS_RECONNECTING, WA_REASON_SERVER_BUSY, true, true },
	{ "stream:error", "503", NULL, false,
	    WA_STATUS_RECONNECTING, WA_REASON_SERVER_BUSY, true, true },
	{ "stream:error", "401", NULL, false,
	    WA_STATUS_RECONNECTING, WA_REASON_CONNECTION_LOST, true, true },
	{ "stream:error", "409", "replaced", false,
	    WA_STATUS_CONFLICT, WA_REASON_REPLACED, true, true },
	{ NULL, NULL, NULL, false,
	    WA_STATUS_RECONNECTING, WA_REASON_CONNECTION_LOST, true, true },
};

static const struct ending *now;

static void
script_ending(struct house *h, struct far *f, int nth)
{
	struct node *node;

	(void)h;
	(void)nth;
	if (!now->at_login && !far_log_in(f, "500"))
		return;
	if (now->tag == NULL)
		return;                 /* hangs up */
	if (strcmp(now->tag, "failure") == 0) {
		node = far_node("failure", "reason", now->code, "code", "104",
		    "expire", "7200", NULL);
	} else {
		node = far_stream_error(now->code, now->conflict);
	}
	far_send(f, node);
	stay(f);
}

static void
check_ending(const struct ending *e)
{
	struct session_view view;
	struct company_row row;
	struct session *s;
	struct house h;

	now = e;
	house_init(&h, script_ending);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT_INT(session_connect(s, true), ERR_OK);
	EXPECT(house_until(&h, s, e->status, e->reason));
	if (!e->dials_again)
		EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	if (view.linked != e->linked ||
	    (view.next_attempt_ms != 0) != e->dials_again || view.connected)
		t_fail(__FILE__, __LINE__, "%s %s: linked=%d next=%lld",
		    e->tag, e->code, view.linked,
		    (long long)view.next_attempt_ms);
	EXPECT_INT(h.errors, 1);
	EXPECT_INT(h.verdict.reason, e->reason);
	if (e->reason == WA_REASON_TEMPORARY) {
		EXPECT_INT(h.verdict.ban_code, 104);
		EXPECT_INT(view.until_ms - clock_wall_ms(&h.clock) > 7190000,
		    1);
	}
	house_end(&h, s);
	EXPECT_INT(store_row(h.fix.store, "acme", &row), ERR_OK);
	EXPECT_INT(row.linked, e->linked);
	/* no keys are left behind by a link that is gone */
	fix_expect(&h.fix, "acme", "creds", "nothing", ERR_NOT_FOUND, NULL);
	if (!e->linked)
		fix_expect(&h.fix, "acme", "creds", "creds", ERR_NOT_FOUND,
		    NULL);
	house_finish(&h);
}

TEST(session_ends_as_every_signal_asks)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		check_ending(&endings[i]);
}

/* A ban is kept over a restart: its reason, its code, its end. */
TEST(session_remembers_a_ban)
{
	static const struct ending ban = { "failure", "402", NULL, true,
	    WA_STATUS_BANNED, WA_REASON_TEMPORARY, true, true };
	struct session_view view;
	struct session *s;
	struct house h;

	now = &ban;
	house_init(&h, script_ending);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT_INT(session_connect(s, true), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_BANNED, WA_REASON_TEMPORARY));
	house_end(&h, s);
	s = house_session(&h, "acme");
	session_view(s, &view);
	EXPECT_INT(view.reason, WA_REASON_TEMPORARY);
	EXPECT_INT(view.verdict.ban_code, 104);
	EXPECT_INT(view.next_attempt_ms, view.until_ms);
	EXPECT(!session_start(s));
	house_run(&h, 50);
	EXPECT_INT(atomic_load(&h.connections), 1);
	/* an admin may try all the same */
	EXPECT_INT(session_connect(s, true), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTING, WA_REASON_LOGIN));
	EXPECT(house_until(&h, s, WA_STATUS_BANNED, WA_REASON_TEMPORARY));
	EXPECT_INT(atomic_load(&h.connections), 2);
	house_end(&h, s);
	house_finish(&h);
}

static void
script_conflict(struct house *h, struct far *f, int nth)
{
	(void)h;
	(void)nth;
	if (!far_log_in(f, "500"))
		return;
	far_send(f, far_stream_error("409", "replaced"));
	stay(f);
}

TEST(hurried_session_stops_at_the_third_conflict)
{
	struct session_view view;
	struct session *s;
	struct house h;

	if (!house_hurry("hurried_session_stops_at_the_third", "20"))
		return;
	house_init(&h, script_conflict);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT(session_start(s));
	EXPECT(house_until(&h, s, WA_STATUS_CONFLICT, WA_REASON_REPLACED));
	EXPECT(house_until_quiet(&h, s));
	EXPECT_INT(atomic_load(&h.connections), 3);
	house_run(&h, 20000);
	EXPECT_INT(atomic_load(&h.connections), 3);
	session_view(s, &view);
	EXPECT_INT(view.next_attempt_ms, 0);
	session_destroy(s);
	/* nor after a restart, until somebody asks */
	s = house_session(&h, "acme");
	EXPECT(!session_start(s));
	EXPECT(session_is_quiet(s));
	EXPECT_INT(session_connect(s, true), ERR_OK);
	EXPECT(!session_is_quiet(s));
	house_end(&h, s);
	house_finish(&h);
}

static void
script_refuse(struct house *h, struct far *f, int nth)
{
	(void)h;
	(void)nth;
	far_send(f, far_node("failure", "reason", "418", NULL));
	stay(f);
}

TEST(hurried_session_stops_after_five_refusals)
{
	struct session *s;
	struct house h;

	if (!house_hurry("hurried_session_stops_after_five", "50"))
		return;
	house_init(&h, script_refuse);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT(session_start(s));
	EXPECT(house_until_quiet(&h, s));
	EXPECT_INT(atomic_load(&h.connections), 5);
	house_run(&h, 60000);
	EXPECT_INT(atomic_load(&h.connections), 5);
	house_end(&h, s);
	house_finish(&h);
}

/* The server accepts bytes and says nothing any more. */
static void
script_black_hole(struct house *h, struct far *f, int nth)
{
	(void)h;
	(void)nth;
	if (!far_log_in(f, "500"))
		return;
	f->is_mute = true;
	stay(f);
	EXPECT_INT(f->pings, 1);
}

TEST(hurried_session_names_a_black_hole)
{
	struct session_view view;
	struct session *s;
	struct house h;
	int64_t since;

	if (!house_hurry("hurried_session_names_a_black_hole", "40"))
		return;
	house_init(&h, script_black_hole);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT(session_start(s));
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	since = clock_mono_ms(clock_system());
	EXPECT(house_until(&h, s, WA_STATUS_RECONNECTING,
	    WA_REASON_NOT_ANSWERING));
	session_view(s, &view);
	EXPECT(!view.connected);
	EXPECT(clock_mono_ms(clock_system()) - since < 90000);
	house_end(&h, s);
	house_finish(&h);
}

static void
script_restart(struct house *h, struct far *f, int nth)
{
	(void)h;
	(void)nth;
	if (!far_log_in(f, "500"))
		return;
	far_send(f, far_stream_error("515", NULL));
	stay(f);
}

/* A routine 515 is no error; a server that does nothing else is. */
TEST(hurried_session_backs_off_from_endless_restarts)
{
	struct session *s;
	struct house h;

	if (!house_hurry("hurried_session_backs_off_from_endless", "1000"))
		return;
	house_init(&h, script_restart);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT(session_start(s));
	EXPECT(house_until(&h, s, WA_STATUS_RECONNECTING,
	    WA_REASON_CONNECTION_LOST));
	EXPECT_INT(atomic_load(&h.connections), 4);
	house_end(&h, s);
	house_finish(&h);
}

/* --- health ---------------------------------------------------------------- */

static void
script_twice(struct house *h, struct far *f, int nth)
{
	(void)h;
	if (far_log_in(f, "500") && nth > 1)
		stay(f);
}

/* Lost once: it is online anew, and says so for a day. */
TEST(session_counts_how_often_it_came_back)
{
	struct tally tally = { { 0 }, { 0 } };
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_twice);
	h.env.tally = &tally;
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT_INT(session_uptime_ms(s), 0);
	EXPECT(session_start(s));
	EXPECT(house_until(&h, s, WA_STATUS_RECONNECTING,
	    WA_REASON_CONNECTION_LOST));
	EXPECT_INT(session_uptime_ms(s), 0);
	EXPECT_INT(session_reconnects_24h(s), 0);
	EXPECT_INT(session_connect(s, true), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	EXPECT_INT(session_reconnects_24h(s), 1);
	house_run(&h, 20);
	EXPECT(session_uptime_ms(s) >= 20);
	session_view(s, &view);
	EXPECT(view.last_seen_ms > clock_wall_ms(&h.clock) - 20000);
	house_end(&h, s);
	EXPECT_INT(tally.n[TALLY_LOGIN], 2);
	EXPECT_INT(tally.n[TALLY_RETURN], 1);
	EXPECT_INT(tally.errors[WA_REASON_CONNECTION_LOST], 1);
	house_finish(&h);
}

/* --- unlinking by us ------------------------------------------------------- */

static void
script_logout(struct house *h, struct far *f, int nth)
{
	struct node *node, *remove;

	(void)h;
	if (!far_log_in(f, "500") && nth == 1)
		return;
	node = far_wait(f, "iq", "remove-companion-device");
	if (node == NULL)
		return;
	remove = far_node("iq", "from", "s.whatsapp.net", "type", "result",
	    "id", node_attr(node, "id"), NULL);
	EXPECT(node_attr_is(node_child(node, "remove-companion-device"), "jid",
	    "79001234567:7@s.whatsapp.net"));
	EXPECT(node_attr_is(node_child(node, "remove-companion-device"),
	    "reason", "user_initiated"));
	node_destroy(node);
	far_send(f, remove);
	stay(f);
}

TEST(session_logs_out)
{
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_logout);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT(session_start(s));
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	EXPECT_INT(session_logout(s), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_IDLE, WA_REASON_NEVER_LINKED));
	EXPECT(house_until_quiet(&h, s));
	/* no phone removed it, so nobody is told that */
	EXPECT(strstr(h.shown, "unlinked") == NULL);
	session_view(s, &view);
	EXPECT(!view.linked);
	EXPECT_STR(view.phone, "");
	EXPECT_STR(h.verdict.detail, "unlinked by us");
	EXPECT_INT(session_logout(s), ERR_NOT_FOUND);
	EXPECT_INT(session_connect(s, true), ERR_NOT_FOUND);
	session_destroy(s);
	house_finish(&h);
}

/* Asked for offline: it logs in for it and asks for nothing else. */
static void
script_logout_only(struct house *h, struct far *f, int nth)
{
	struct node *node;

	(void)h;
	(void)nth;
	far_send(f, far_node("success", "t", "1780000000", NULL));
	node = far_read(f);
	EXPECT(node != NULL &&
	    node_child(node, "remove-companion-device") != NULL);
	node_destroy(node);
	far_send(f, far_stream_error("401", "device_removed"));
	stay(f);
}

TEST(session_logs_out_from_offline)
{
	struct session *s;
	struct house h;

	house_init(&h, script_logout_only);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT_INT(session_logout(s), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_IDLE, WA_REASON_NEVER_LINKED));
	EXPECT(house_until_quiet(&h, s));
	EXPECT(strstr(h.shown, "unlinked") == NULL);
	session_destroy(s);
	house_finish(&h);
	EXPECT_INT(atomic_load(&h.connections), 1);
}

/* --- unlinked by the phone ---------------------------------------------------- */

static void
script_removed(struct house *h, struct far *f, int nth)
{
	(void)h;
	(void)nth;
	if (far_log_in(f, "500"))
		far_send(f, far_stream_error("401", "device_removed"));
	stay(f);
}

/* That the number is gone too is told, under a version of its own. */
TEST(session_unlinked_by_the_phone_tells_all_of_it)
{
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_removed);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT(session_start(s));
	EXPECT(house_until(&h, s, WA_STATUS_LOGGED_OUT, WA_REASON_UNLINKED));
	EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	EXPECT(!view.linked);
	EXPECT_STR(view.phone, "");
	EXPECT_STR(h.told.phone, "");
	EXPECT_INT(h.told.state_version, view.state_version);
	session_destroy(s);
	house_finish(&h);
}

static void
script_logout_refused(struct house *h, struct far *f, int nth)
{
	struct node *error = far_node("error", "code", "500", NULL);

	(void)h;
	if (nth > 1) {
		node_destroy(error);
		script_online(h, f, nth);
		return;
	}
	far_send(f, far_node("success", "t", "1780000000", NULL));
	far_answer(f, "remove-companion-device", "error", error);
	stay(f);
}

TEST(hurried_session_hears_a_last_no_to_its_logout)
{
	struct session *s;
	struct house h;

	if (!house_hurry("hurried_session_hears_a_last_no", "20"))
		return;
	house_init(&h, script_logout_refused);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT_INT(session_logout(s), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	EXPECT_INT(h.errors, 1);
	EXPECT_INT(h.verdict.act, ACT_LIMITED);
	EXPECT_INT(h.verdict.reason, WA_REASON_REFUSED);
	EXPECT_INT(h.verdict.code, 500);
	house_end(&h, s);
	house_finish(&h);
}

/* --- linking --------------------------------------------------------------- */

static bool
begin_pairing(struct house *h, struct far *f, char text[HOUSE_QR_MAX])
{
	struct node *result;
	bool is_good;

	if (!far_send(f, far_pair_device(6)))
		return false;
	result = far_read(f);
	is_good = result != NULL && node_attr_is(result, "type", "result") &&
	    node_attr_is(result, "id", "pair-device-1");
	EXPECT(is_good);
	node_destroy(result);
	return is_good && house_take_qr(h, text);
}

/* The first connection pairs, the second logs in. */
static void
script_pair(struct house *h, struct far *f, int nth)
{
	char text[HOUSE_QR_MAX];
	struct node *reply;

	if (nth == 2) {
		script_online(h, f, nth);
		return;
	}
	EXPECT_INT(nth, 1);
	if (!begin_pairing(h, f, text))
		return;
	far_send(f, far_pair_success(text, false));
	reply = far_read(f);
	EXPECT(reply != NULL && node_attr_is(reply, "id", "pair-success-1") &&
	    node_child(reply, "pair-device-sign") != NULL);
	node_destroy(reply);
	far_send(f, far_stream_error("515", NULL));
	stay(f);
}

TEST(session_links_by_qr)
{
	struct tally tally = { { 0 }, { 0 } };
	struct session_view view;
	struct company_row row;
	struct creds creds;
	struct session *s;
	struct house h;

	house_init(&h, script_pair);
	h.env.tally = &tally;
	s = house_session(&h, "acme");
	EXPECT_INT(session_connect(s, true), ERR_NOT_FOUND);
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	session_view(s, &view);
	EXPECT(view.linked && view.connected);
	EXPECT_STR(view.phone, "79001234567");
	EXPECT_STR(view.platform, "android");
	EXPECT_INT(h.linked, 1);
	EXPECT_INT(h.errors, 0);
	/* once accepted, it stays so until it is connected */
	EXPECT(strstr(h.shown, "qr/ pairing/finishing connected/ok ") !=
	    NULL);
	house_end(&h, s);
	read_creds(&h, &creds);
	EXPECT(creds.linked);
	EXPECT_STR(creds.account.jid, "79001234567:7@s.whatsapp.net");
	creds_finish(&creds);
	EXPECT_INT(store_row(h.fix.store, "acme", &row), ERR_OK);
	EXPECT(row.linked);
	/* or as it was when its first backup was noted */
	EXPECT(strcmp(row.status, "connected") == 0 || !row.no_backup);
	EXPECT_INT(tally.n[TALLY_ATTEMPT], 1);
	EXPECT_INT(tally.n[TALLY_QR], 1);
	EXPECT_INT(tally.n[TALLY_LINK], 1);
	EXPECT_INT(tally.n[TALLY_DIAL], 2);
	EXPECT_INT(tally.n[TALLY_LOGIN], 1);
	EXPECT_INT(tally.n[TALLY_RETURN], 0);
	EXPECT_INT(tally.n[TALLY_EXPIRED], 0);
	house_finish(&h);
	EXPECT_INT(atomic_load(&h.connections), 2);
}

static void
script_forge(struct house *h, struct far *f, int nth)
{
	char text[HOUSE_QR_MAX];
	struct node *reply;

	EXPECT_INT(nth, 1);
	if (!begin_pairing(h, f, text))
		return;
	far_send(f, far_pair_success(text, true));
	reply = far_read(f);
	EXPECT(reply != NULL && node_attr_is(reply, "type", "error"));
	EXPECT(node_attr_is(node_child(reply, "error"), "code", "401"));
	EXPECT(node_attr_is(node_child(reply, "error"), "text",
	    "hmac-mismatch"));
	node_destroy(reply);
	stay(f);
}

TEST(session_refuses_a_forged_pair_success)
{
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_forge);
	s = house_session(&h, "acme");
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_QR, WA_REASON_NONE));
	EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	EXPECT(!view.linked);
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	EXPECT_INT(h.errors, 1);
	EXPECT_INT(h.verdict.reason, WA_REASON_REFUSED);
	fix_expect(&h.fix, "acme", "creds", "creds", ERR_NOT_FOUND, NULL);
	session_destroy(s);
	house_finish(&h);
}

/* Never pairs. */
/* Reckoned at two moments: they may be a millisecond apart. */
static bool
is_same_time(int64_t a, int64_t b)
{
	return a != 0 && b != 0 && a - b <= 2 && b - a <= 2;
}

static void
script_window(struct house *h, struct far *f, int nth)
{
	char text[HOUSE_QR_MAX];

	(void)nth;
	if (begin_pairing(h, f, text))
		stay(f);
}

TEST(hurried_session_window_ends_by_itself)
{
	struct tally tally = { { 0 }, { 0 } };
	struct session_view view;
	struct session *s;
	struct house h;
	int64_t since;

	if (!house_hurry("hurried_session_window_ends_by_itself", "100"))
		return;
	house_init(&h, script_window);
	h.env.tally = &tally;
	s = house_session(&h, "acme");
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_QR, WA_REASON_NONE));
	since = clock_mono_ms(clock_system());
	session_view(s, &view);
	EXPECT(view.qr_available);
	EXPECT(view.window_ends_ms > clock_wall_ms(&h.clock) + 100000);
	EXPECT(house_until(&h, s, WA_STATUS_IDLE, WA_REASON_CODE_EXPIRED));
	since = clock_mono_ms(clock_system()) - since;
	EXPECT(since > 145000 && since < 175000);
	EXPECT_INT(h.qrs, 6);
	EXPECT_INT(h.errors, 0);
	session_view(s, &view);
	EXPECT(!view.qr_available);
	EXPECT_INT(view.window_ends_ms, 0);
	EXPECT(house_until_quiet(&h, s));
	house_run(&h, 200000);
	EXPECT_INT(atomic_load(&h.connections), 1);
	session_destroy(s);
	EXPECT_INT(tally.n[TALLY_QR], 6);
	EXPECT_INT(tally.n[TALLY_EXPIRED], 1);
	EXPECT_INT(tally.n[TALLY_LINK], 0);
	house_finish(&h);
}

/* Who asks from within hears what is being told. */
static void
expect_shown_qr(struct house *h, struct session *s,
    const struct session_event *e)
{
	const int64_t wall = clock_wall_ms(&h->clock);
	struct session_shown shown;

	if (e->type != SESSION_QR)
		return;
	session_shown(s, &shown);
	EXPECT_STR(shown.qr, e->qr);
	EXPECT_INT(shown.qr_attempt, e->qr_attempt);
	EXPECT_INT(shown.qr_left, e->qr_left);
	/* hurried clocks take steps of some milliseconds */
	EXPECT(llabs(shown.qr_expires_ms - wall - e->lives_ms) < 200);
	EXPECT(llabs(shown.window_ends_ms - wall - e->window_ms) < 200);
}

static void
expect_nothing_shown(const struct session *s)
{
	static const struct session_shown none;
	struct session_shown shown;

	memset(&shown, 0x55, sizeof shown);
	session_shown(s, &shown);
	EXPECT_STR(shown.qr, "");
	EXPECT_STR(shown.code, "");
	EXPECT_INT(shown.qr_expires_ms, none.qr_expires_ms);
	EXPECT_INT(shown.window_ends_ms, none.window_ends_ms);
}

/* One who comes in the middle sees what those saw who were there. */
TEST(session_shown_is_what_was_told)
{
	struct session_shown shown;
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_window);
	s = house_session(&h, "acme");
	expect_nothing_shown(s);
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	expect_nothing_shown(s);
	EXPECT(house_until(&h, s, WA_STATUS_QR, WA_REASON_NONE));
	session_view(s, &view);
	session_shown(s, &shown);
	EXPECT_INT(shown.qr_attempt, 1);
	EXPECT(is_same_time(shown.window_ends_ms, view.window_ends_ms));
	EXPECT(is_same_time(shown.qr_expires_ms,
	    shown.window_ends_ms - 100000));
	EXPECT_STR(shown.code, "");
	house_end(&h, s);
	house_finish(&h);
}

TEST(hurried_session_shown_follows_the_window)
{
	struct session *s;
	struct house h;

	if (!house_hurry("hurried_session_shown_follows", "100"))
		return;
	house_init(&h, script_window);
	h.on_event = expect_shown_qr;
	s = house_session(&h, "acme");
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_IDLE, WA_REASON_CODE_EXPIRED));
	EXPECT_INT(h.qrs, 6);
	expect_nothing_shown(s);
	house_end(&h, s);
	house_finish(&h);
}

TEST(session_link_is_joined_and_cancelled)
{
	struct session_view view;
	struct company_row row;
	struct session *s;
	struct house h;

	house_init(&h, script_window);
	s = house_session(&h, "acme");
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT_INT(session_reconnect(s), ERR_BUSY);
	EXPECT(house_until(&h, s, WA_STATUS_QR, WA_REASON_NONE));
	EXPECT_INT(h.qrs, 1);
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT_INT(h.qrs, 2);
	session_link_cancel(s);
	EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	session_link_cancel(s);
	/* there is such a company now */
	EXPECT_INT(store_row(h.fix.store, "acme", &row), ERR_OK);
	EXPECT(!row.linked);
	session_destroy(s);
	house_finish(&h);
	EXPECT_INT(atomic_load(&h.connections), 1);
}

/* 429 for a code ends the attempt, and the next one waits. */
static void
script_limit(struct house *h, struct far *f, int nth)
{
	char text[HOUSE_QR_MAX];

	(void)nth;
	if (!begin_pairing(h, f, text))
		return;
	far_answer(f, "link_code_companion_reg", "error",
	    far_node("error", "code", "429", NULL));
	stay(f);
}

static void
script_code(struct house *h, struct far *f, int nth)
{
	char text[HOUSE_QR_MAX];
	struct node *reg;

	(void)nth;
	if (!begin_pairing(h, f, text))
		return;
	reg = node_create("link_code_companion_reg");
	node_set_bytes(node_add_new(reg, "link_code_pairing_ref"), "ref", 3);
	far_answer(f, "link_code_companion_reg", "result", reg);
	stay(f);
}

TEST(session_shown_has_the_code_beside_the_qr)
{
	struct tally tally = { { 0 }, { 0 } };
	struct session_shown shown;
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_code);
	h.env.tally = &tally;
	s = house_session(&h, "acme");
	EXPECT_INT(session_link(s, "79001234567"), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_CODE, WA_REASON_NONE));
	session_view(s, &view);
	session_shown(s, &shown);
	EXPECT_INT(strlen(shown.code), CODE_LEN);
	EXPECT_STR(shown.code, h.code);
	EXPECT(shown.qr[0] != '\0');
	EXPECT(is_same_time(shown.window_ends_ms, view.code_expires_ms));
	house_end(&h, s);
	EXPECT_INT(tally.n[TALLY_CODE], 1);
	house_finish(&h);
}

TEST(session_cools_down_after_too_many_codes)
{
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_limit);
	s = house_session(&h, "acme");
	EXPECT_INT(session_link(s, "79001234567"), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_COOLDOWN, WA_REASON_RATE_LIMITED));
	EXPECT(house_until_quiet(&h, s));
	EXPECT_INT(h.codes, 0);
	EXPECT_INT(h.errors, 1);
	session_view(s, &view);
	EXPECT(view.until_ms > clock_wall_ms(&h.clock) + 3590000);
	EXPECT(view.until_ms < clock_wall_ms(&h.clock) + 3610000);
	EXPECT_INT(session_link(s, NULL), ERR_BUSY);
	session_destroy(s);
	/* also after a restart, and the next time twice as long */
	s = house_session(&h, "acme");
	EXPECT_INT(session_link(s, NULL), ERR_BUSY);
	h.wall_ms += 3600000 + 1000;
	session_destroy(s);
	s = house_session(&h, "acme");
	session_view(s, &view);
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	EXPECT_INT(session_link(s, "79001234567"), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_COOLDOWN, WA_REASON_RATE_LIMITED));
	session_view(s, &view);
	EXPECT(view.until_ms > clock_wall_ms(&h.clock) + 7190000);
	house_end(&h, s);
	house_finish(&h);
}

/* --- commands from within an event ----------------------------------------- */

static void
stop_at_qr(struct house *h, struct session *s, const struct session_event *e)
{
	(void)h;
	if (e->type != SESSION_QR)
		return;
	session_stop(s);
	EXPECT(!session_is_quiet(s));
	EXPECT_INT(session_link(s, "79001234567"), ERR_BUSY);
}

static void
stop_at_change(struct house *h, struct session *s,
    const struct session_event *e)
{
	(void)h;
	if (e->type == SESSION_CHANGED)
		session_stop(s);
}

static void
stop_at_error(struct house *h, struct session *s,
    const struct session_event *e)
{
	(void)h;
	if (e->type == SESSION_ERROR) {
		session_stop(s);
		EXPECT_INT(session_reconnect(s), ERR_OK);
		EXPECT_INT(session_logout(s), ERR_OK);
	}
}

TEST(session_may_be_stopped_from_within_its_events)
{
	struct session *s;
	struct house h;

	house_init(&h, script_window);
	h.on_event = stop_at_qr;
	s = house_session(&h, "acme");
	EXPECT_INT(session_link(s, "79001234567"), ERR_OK);
	EXPECT(house_until_quiet(&h, s));
	EXPECT_INT(h.qrs, 1);
	h.on_event = stop_at_change;
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until_quiet(&h, s));
	session_destroy(s);
	house_finish(&h);
	now = &endings[ARRAY_LEN(endings) - 1];
	house_init(&h, script_ending);
	house_link(&h, "acme");
	h.on_event = stop_at_error;
	s = house_session(&h, "acme");
	EXPECT(session_start(s));
	while (h.errors == 0)
		loop_turn(h.fix.loop, true);
	EXPECT(house_until_quiet(&h, s));
	session_destroy(s);
	house_finish(&h);
}

/* --- what is stored is damaged --------------------------------------------- */

TEST(session_moves_damaged_keys_aside)
{
	struct store_batch *batch = store_batch_create();
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_window);
	house_link(&h, "acme");
	store_batch_put(batch, "creds", "creds", "rubbish", 7);
	EXPECT_INT(fix_commit(&h.fix, "acme", batch), ERR_OK);
	s = house_session(&h, "acme");
	EXPECT_INT(session_connect(s, true), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_ERROR, WA_REASON_STORE_DAMAGED));
	EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	EXPECT(!view.linked);
	EXPECT_INT(h.verdict.reason, WA_REASON_STORE_DAMAGED);
	EXPECT_INT(fix_count_names(fix_path(&h.fix, "quarantine")), 1);
	EXPECT_INT(atomic_load(&h.connections), 0);
	/* only a person begins a new identity */
	EXPECT(!session_start(s));
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_QR, WA_REASON_NONE));
	house_end(&h, s);
	house_finish(&h);
}

/* --- what an admin sets ---------------------------------------------------- */

static enum err last_saved;

static void
on_saved(void *ctx, enum err err)
{
	int *n = ctx;

	last_saved = err;
	++*n;
}

/* Stores what was set; the fixture waits for it by being quiet. */
static void
save_settings(struct house *h, struct session *s)
{
	int n = 0;

	session_save_settings(s, on_saved, &n);
	EXPECT_INT(n, 0);               /* not from within */
	while (n == 0)
		loop_turn(h->fix.loop, true);
	EXPECT_INT(last_saved, ERR_OK);
}

TEST(session_settings_are_kept)
{
	struct session_view view;
	struct session *s;
	uint64_t version;
	struct house h;

	house_init(&h, NULL);
	s = house_session(&h, "acme");
	session_view(s, &view);
	version = view.state_version;
	session_set_name(s, "Баня «У озера»");
	session_pin(s, "5511987654321");
	session_set_priority(s, -3);
	session_set_paused(s, true);
	save_settings(&h, s);
	EXPECT(h.changes > 0);
	session_view(s, &view);
	EXPECT(view.state_version > version);
	version = view.state_version;
	EXPECT_INT(session_link(s, NULL), ERR_BUSY);
	session_destroy(s);
	s = house_session(&h, "acme");
	session_view(s, &view);
	EXPECT_STR(view.name, "Баня «У озера»");
	EXPECT_STR(view.pinned_phone, "5511987654321");
	EXPECT_INT(view.priority, -3);
	EXPECT(view.paused);
	EXPECT_INT(view.status, WA_STATUS_IDLE);
	EXPECT_INT(view.reason, WA_REASON_PAUSED);
	session_set_name(s, "");
	session_pin(s, "");
	session_set_paused(s, false);
	save_settings(&h, s);
	session_view(s, &view);
	EXPECT_STR(view.name, "");
	EXPECT_STR(view.pinned_phone, "");
	EXPECT(!view.paused);
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	session_destroy(s);
	house_finish(&h);
}

TEST(session_pause_disconnects_and_lasts)
{
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_online);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	EXPECT(session_start(s));
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	session_set_paused(s, true);
	save_settings(&h, s);
	EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	EXPECT(!view.connected);
	EXPECT(view.linked);
	EXPECT_INT(view.reason, WA_REASON_PAUSED);
	EXPECT_INT(session_connect(s, true), ERR_BUSY);
	EXPECT_INT(session_reconnect(s), ERR_BUSY);
	session_destroy(s);
	s = house_session(&h, "acme");
	EXPECT(!session_start(s));
	session_view(s, &view);
	EXPECT_INT(view.reason, WA_REASON_PAUSED);
	EXPECT_INT(atomic_load(&h.connections), 1);
	h.shown[0] = '\0';
	session_set_paused(s, false);
	save_settings(&h, s);
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	/* a core runs, and nothing else is told on the way */
	EXPECT(strstr(h.shown, "not_running") == NULL);
	house_end(&h, s);
	house_finish(&h);
	EXPECT_INT(atomic_load(&h.connections), 2);
}

TEST(session_pause_ends_an_open_attempt)
{
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_window);
	s = house_session(&h, "acme");
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_QR, WA_REASON_NONE));
	session_set_paused(s, true);
	save_settings(&h, s);
	EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	EXPECT_INT(view.status, WA_STATUS_IDLE);
	EXPECT_INT(view.reason, WA_REASON_PAUSED);
	EXPECT(!view.qr_available);
	session_destroy(s);
	house_finish(&h);
}

/* A paused company logs in to log out, hears no, and is paused again. */
TEST(session_pause_outlasts_a_refused_logout)
{
	struct session_view view;
	struct session *s;
	struct house h;

	house_init(&h, script_logout_refused);
	house_link(&h, "acme");
	s = house_session(&h, "acme");
	session_set_paused(s, true);
	save_settings(&h, s);
	EXPECT_INT(session_logout(s), ERR_OK);
	EXPECT(!session_is_quiet(s));
	EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	EXPECT(view.linked);
	EXPECT_INT(view.reason, WA_REASON_PAUSED);
	session_destroy(s);
	house_finish(&h);
	EXPECT_INT(atomic_load(&h.connections), 1);
}

/* --- the bound number ---------------------------------------------------------- */

TEST(session_refuses_a_code_for_another_number)
{
	struct session *s;
	struct house h;

	house_init(&h, script_window);
	s = house_session(&h, "acme");
	session_pin(s, "5511987654321");
	EXPECT_INT(session_link(s, "79001234567"), ERR_MISMATCH);
	EXPECT(session_is_quiet(s));
	EXPECT_INT(h.changes, 0);
	/* with and without the ninth digit */
	EXPECT_INT(session_link_check(s, "5511987654321"), ERR_OK);
	EXPECT_INT(session_link_check(s, "551187654321"), ERR_OK);
	EXPECT_INT(session_link_check(s, NULL), ERR_OK);
	session_destroy(s);
	house_finish(&h);
	EXPECT_INT(atomic_load(&h.connections), 0);
}

static void
script_veto(struct house *h, struct far *f, int nth)
{
	char text[HOUSE_QR_MAX];
	struct node *reply;

	EXPECT_INT(nth, 1);
	if (!begin_pairing(h, f, text))
		return;
	far_send(f, far_pair_success(text, false));
	reply = far_read(f);
	EXPECT(reply != NULL && node_attr_is(reply, "type", "error") &&
	    node_attr_is(node_child(reply, "error"), "code", "500"));
	node_destroy(reply);
	EXPECT_NULL(far_read(f));
}

TEST(session_refuses_a_phone_that_is_not_the_bound_one)
{
	struct session_view view;
	struct company_row row;
	struct links links;
	struct session *s;
	struct house h;

	house_init(&h, script_veto);
	s = house_session(&h, "acme");
	session_pin(s, "79007654321");
	save_settings(&h, s);
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_QR, WA_REASON_NONE));
	EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	EXPECT(!view.linked);
	EXPECT_STR(view.phone, "");
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	EXPECT_STR(view.last_error, "INVALID_PHONE");
	EXPECT_INT(h.linked, 0);
	EXPECT_INT(h.errors, 1);
	EXPECT_INT(h.verdict.err, ERR_PAIR_VETO);
	EXPECT_STR(h.verdict.phone_end, "4567");
	EXPECT_STR(verdict_error_code(&h.verdict), "INVALID_PHONE");
	fix_expect(&h.fix, "acme", "creds", "creds", ERR_NOT_FOUND, NULL);
	EXPECT(!session_links(s, &links));
	EXPECT_INT(store_row(h.fix.store, "acme", &row), ERR_OK);
	EXPECT_STR(row.phone, "");
	EXPECT(!row.linked);
	session_destroy(s);
	/* told after a restart too */
	s = house_session(&h, "acme");
	session_view(s, &view);
	EXPECT_INT(view.verdict.err, ERR_PAIR_VETO);
	session_destroy(s);
	house_finish(&h);
}

TEST(session_links_the_bound_number_and_remembers_it)
{
	struct session_view view;
	struct links links;
	struct session *s;
	struct house h;

	house_init(&h, script_pair);
	s = house_session(&h, "acme");
	session_pin(s, "79001234567");
	EXPECT(!session_links(s, &links));
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_CONNECTED, WA_REASON_OK));
	session_view(s, &view);
	EXPECT_STR(view.phone, "79001234567");
	house_end(&h, s);
	s = house_session(&h, "acme");
	ASSERT(session_links(s, &links));
	EXPECT_INT(links.count, 1);
	EXPECT_STR(links.at[0].phone, "79001234567");
	EXPECT_STR(links.at[0].platform, "android");
	EXPECT(links.at[0].at_ms > 1700000000000);
	session_destroy(s);
	house_finish(&h);
}

/* The first connection pairs, the second is told that it is unlinked. */
static void
script_pair_and_unlink(struct house *h, struct far *f, int nth)
{
	if (nth == 1)
		script_pair(h, f, nth);
	else
		far_send(f, far_node("failure", "reason", "401", NULL));
}

TEST(session_remembers_phones_over_the_end_of_a_link)
{
	struct links links;
	struct session *s;
	struct house h;

	house_init(&h, script_pair_and_unlink);
	s = house_session(&h, "acme");
	session_pin(s, "79001234567");
	EXPECT_INT(session_link(s, NULL), ERR_OK);
	EXPECT(house_until(&h, s, WA_STATUS_LOGGED_OUT, WA_REASON_UNLINKED));
	EXPECT(house_until_quiet(&h, s));
	ASSERT(session_links(s, &links));
	EXPECT_INT(links.count, 1);
	EXPECT_STR(links.at[0].phone, "79001234567");
	/* bound as before */
	EXPECT_INT(session_link_check(s, "79007654321"), ERR_MISMATCH);
	session_destroy(s);
	house_finish(&h);
}
