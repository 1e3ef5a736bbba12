#include "tests/unit/session/house.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/wire/prekey.h"
#include "tests/t.h"

#define PATIENCE_MS 20000       /* of real time: a test that hangs ends */
#define START_WALL_MS 1780000000000

static int64_t
house_mono(void *ctx)
{
	(void)ctx;
	return clock_mono_ms(clock_system());
}

static int64_t
house_wall(void *ctx)
{
	const struct house *h = ctx;

	return h->wall_ms + clock_mono_ms(clock_system());
}

static void
note_shown(struct house *h, const struct session_view *view)
{
	const size_t n = strlen(h->shown);

	str_format(h->shown + n, sizeof h->shown - n, "%s/%s ",
	    wa_status_name(view->status), wa_reason_name(view->reason));
}

static void
on_event(void *ctx, struct session *s, const struct session_event *e)
{
	struct house *h = ctx;
	struct session_view view;
	char text[HOUSE_QR_MAX] = "";

	session_view(s, &view);
	switch (e->type) {
	case SESSION_CHANGED:
		h->changes++;
		h->told = view;
		note_shown(h, &view);
		break;
	case SESSION_QR:
		h->qrs++;
		str_copy(text, sizeof text, e->qr);
		EXPECT(write(h->qr_pipe[1], text, sizeof text) ==
		    (ssize_t)sizeof text);
		break;
	case SESSION_CODE:
		h->codes++;
		str_copy(h->code, sizeof h->code, e->code);
		break;
	case SESSION_LINKED:
		h->linked++;
		break;
	case SESSION_ERROR:
		h->errors++;
		h->verdict = *e->verdict;
		break;
	case SESSION_REMOVED:
		break;
	}
	if (h->on_event != NULL)
		h->on_event(h, s, e);
}

static void
serve(struct peer *p, void *ctx)
{
	struct house *h = ctx;
	const int nth = atomic_fetch_add(&h->connections, 1) + 1;
	struct far far;

	if (far_meet(&far, p))
		h->script(h, &far, nth);
	far_finish(&far);
}

static void
start_server(struct house *h)
{
	const struct server_params params = { .script = serve, .ctx = h };
	char url[64];
	unsigned port = 1;              /* nobody is there */

	if (h->script != NULL) {
		h->server = server_start(&params);
		port = server_port(h->server);
	}
	str_format(url, sizeof url, "ws://127.0.0.1:%u/ws/chat", port);
	if (url_parse(url, &h->url) != ERR_OK)
		abort();
}

void
house_init(struct house *h, void (*script)(struct house *h, struct far *f,
    int nth))
{
	memset(h, 0, sizeof *h);
	h->script = script;
	if (pipe(h->qr_pipe) != 0)
		abort();
	fix_init(&h->fix);
	start_server(h);
	h->trust = far_trust();
	h->wall_ms = START_WALL_MS - clock_mono_ms(clock_system());
	h->clock = (struct clock){ house_mono, house_wall, h };
	h->env = (struct session_env){
	    .loop = h->fix.loop,
	    .clock = &h->clock,
	    .rnd = rnd_system(),
	    .store = h->fix.store,
	    .versions = versions_create(&(struct versions_params){
		.loop = h->fix.loop, .clock = &h->clock }),
	    .url = &h->url,
	    .trust = &h->trust,
	    .client = &wa_client_default,
	    .platform_display = "Chrome (Linux)",
	    .on_event = on_event,
	    .on_event_ctx = h,
	};
}

void
house_finish(struct house *h)
{
	house_run(h, 20 * clock_speed());       /* goodbyes go out */
	versions_destroy(h->env.versions);
	if (h->server != NULL)
		server_stop(h->server);
	close(h->qr_pipe[0]);
	close(h->qr_pipe[1]);
	fix_finish(&h->fix);
}

void
house_link(struct house *h, const char *company)
{
	struct company_row row = { .linked = true, .phone = "79001234567",
	    .status = "connected", .reason = "ok" };
	struct store_batch *batch = store_batch_create();
	struct creds creds = { .linked = true, .next_prekey_id = 1,
	    .first_unuploaded_prekey_id = 1 };
	struct buf out;

	str_copy(row.company, sizeof row.company, company);
	identity_create(rnd_system(), &creds.id);
	str_copy(creds.account.jid, sizeof creds.account.jid,
	    "79001234567:7@s.whatsapp.net");
	memset(creds.account.adv, 7, creds.account.adv_len = 40);
	buf_init_secret(&out, STORE_VALUE_MAX);
	EXPECT_INT(creds_encode(&creds, &out), ERR_OK);
	store_batch_put(batch, "creds", "creds", out.data, out.len);
	store_batch_index(batch, &row);
	EXPECT_INT(fix_commit(&h->fix, company, batch), ERR_OK);
	buf_finish(&out);
	creds_finish(&creds);
}

struct session *
house_session(struct house *h, const char *company)
{
	struct company_row row;

	if (store_row(h->fix.store, company, &row) != ERR_OK) {
		memset(&row, 0, sizeof row);
		str_copy(row.company, sizeof row.company, company);
	}
	return session_create(&h->env, &row);
}

/* --- waiting --------------------------------------------------------------- */

static void
on_tick(void *ctx)
{
	(void)ctx;              /* only wakes the loop */
}

static int64_t
real_ms(void)
{
	return clock_mono_ms(clock_system()) / clock_speed();
}

/* What is waited for; session NULL: only time. */
struct wish {
	struct session *session;
	bool quiet;
	enum wa_status status;
	enum wa_reason reason;
	int64_t until_ms;
};

static bool
is_granted(const struct wish *w)
{
	struct session_view view;

	if (w->session == NULL)
		return clock_mono_ms(clock_system()) >= w->until_ms;
	if (w->quiet)
		return session_is_quiet(w->session);
	session_view(w->session, &view);
	return view.status == w->status && view.reason == w->reason;
}

static bool
wait_for(struct house *h, const struct wish *w)
{
	struct timer *tick = timer_create_on(h->fix.loop, on_tick, h);
	const int64_t end = real_ms() + PATIENCE_MS;
	bool granted;

	while (!(granted = is_granted(w)) && real_ms() < end) {
		timer_start(tick, clock_speed());
		loop_turn(h->fix.loop, true);
	}
	timer_destroy(tick);
	return granted;
}

bool
house_until(struct house *h, struct session *s, enum wa_status status,
    enum wa_reason reason)
{
	return wait_for(h, &(struct wish){ .session = s, .status = status,
	    .reason = reason });
}

bool
house_until_quiet(struct house *h, struct session *s)
{
	return wait_for(h, &(struct wish){ .session = s, .quiet = true });
}

void
house_run(struct house *h, int64_t ms)
{
	(void)wait_for(h, &(struct wish){
	    .until_ms = clock_mono_ms(clock_system()) + ms });
}

void
house_end(struct house *h, struct session *s)
{
	session_stop(s);
	EXPECT(house_until_quiet(h, s));
	session_destroy(s);
}

bool
house_take_qr(struct house *h, char text[HOUSE_QR_MAX])
{
	struct pollfd wait = { .fd = h->qr_pipe[0], .events = POLLIN };

	return poll(&wait, 1, PATIENCE_MS) == 1 &&
	    read(h->qr_pipe[0], text, HOUSE_QR_MAX) == HOUSE_QR_MAX;
}

bool
house_hurry(const char *test, const char *speed)
{
	pid_t pid;
	int status = -1;

	if (clock_speed() > 1)
		return true;
	if ((pid = fork()) == 0) {
		setenv("PAIRDESK_TEST_SPEED", speed, 1);
		execl("/proc/self/exe", "unit", test, (char *)NULL);
		_exit(127);
	}
	EXPECT(pid > 0);
	EXPECT(waitpid(pid, &status, 0) == pid);
	EXPECT_INT(status, 0);
	return false;
}
