#include "core/app/app_impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "app"

#include "core/app/net.h"
#include "core/app/process.h"
#include "core/app/tokens.h"
#include "core/base/list.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/pool/pool.h"

#define PATH_LEN 4096
#define STOP_TICK_MS 5          /* between looks whether all is at rest */

struct app_listener {
	struct list link;
	struct app *app;
	app_listener_fn fn;             /* NULL once it has left */
	void *ctx;
	uint64_t since;                 /* hears what has a later number */
};

struct app {
	const struct config *config;
	struct loop *loop;
	struct store *store;
	struct tokens *tokens;
	struct versions *versions;
	struct net net;
	struct pool *pool;
	struct log_ring *log;
	struct tally tally;
	int64_t since_mono_ms, since_wall_ms;   /* opened then */
	struct list listeners;
	struct list checkups;
	unsigned telling;               /* depth of on_event */
	struct app_event ring[APP_RING_EVENTS];
	uint64_t last_seq;
	unsigned removals;              /* under way */
	struct timer *stop;
	loop_fn stop_fn;
	void *stop_ctx;
};

/* --- events ------------------------------------------------------------------- */

static void
keep_event(struct app *a, const struct session_view *view,
    enum session_event_type type)
{
	struct app_event *e = &a->ring[++a->last_seq % APP_RING_EVENTS];

	*e = (struct app_event){
	    .seq = a->last_seq,
	    .at_ms = clock_wall_ms(clock_system()),
	    .type = type,
	    .status = view->status,
	    .reason = view->reason,
	    .state_version = view->state_version,
	};
	str_copy(e->company, sizeof e->company, view->company);
}

static void
sweep_listeners(struct app *a)
{
	LIST_EACH_SAFE(at, &a->listeners) {
		struct app_listener *l =
		    CONTAINER_OF(at, struct app_listener, link);

		if (l->fn == NULL) {
			list_remove(at);
			free(l);
		}
	}
}

static void
tell(struct app *a, const struct session_view *view,
    const struct session_event *event)
{
	uint64_t seq;

	keep_event(a, view, event->type);
	seq = a->last_seq;
	a->telling++;
	LIST_EACH(at, &a->listeners) {
		struct app_listener *l =
		    CONTAINER_OF(at, struct app_listener, link);

		if (l->fn != NULL && l->since < seq)
			l->fn(l->ctx, view->company, event);
	}
	if (--a->telling == 0)
		sweep_listeners(a);
}

static void
on_event(void *ctx, struct session *s, const struct session_event *event)
{
	struct session_view view;

	session_view(s, &view);
	tell(ctx, &view, event);
}

struct app_listener *
app_listen(struct app *a, app_listener_fn fn, void *ctx)
{
	struct app_listener *l = xcalloc(1, sizeof *l);

	l->app = a;
	l->fn = fn;
	l->ctx = ctx;
	l->since = a->last_seq;
	list_append(&a->listeners, &l->link);
	return l;
}

void
app_unlisten(struct app_listener *l)
{
	if (l == NULL)
		return;
	l->fn = NULL;
	/* else after the event that is on its way through */
	if (l->app->telling == 0)
		sweep_listeners(l->app);
}

size_t
app_events_since(const struct app *a, uint64_t seq, struct app_event *out,
    size_t max, bool *missed)
{
	const uint64_t first = a->last_seq >= APP_RING_EVENTS ?
	    a->last_seq - APP_RING_EVENTS + 1 : 1;
	size_t n = 0;

	*missed = seq + 1 < first;
	if (*missed)
		seq = first - 1;
	while (n < max && seq < a->last_seq)
		out[n++] = a->ring[++seq % APP_RING_EVENTS];
	return n;
}

uint64_t
app_last_seq(const struct app *a)
{
	return a->last_seq;
}

/* --- life ---------------------------------------------------------------------- */

enum lang
app_lang_of(const struct config *config)
{
	switch (config_enum(config, OPT_LANG)) {
	case 1:
		return LANG_EN;
	case 2:
		return LANG_RU;
	default:
		return words_lang_detect(getenv("LC_ALL"),
		    getenv("LC_MESSAGES"), getenv("LANG"));
	}
}

static enum err
open_store(struct app *a, const struct app_params *params,
    struct app_problem *problem)
{
	struct store_problem why = { "" };
	const enum err err = store_open(&(struct store_params){
	    .dir = config_str(a->config, OPT_STATE_DIR),
	    .key_file = config_str(a->config, OPT_MASTER_KEY_FILE),
	    .passphrase_file = config_str(a->config,
	    OPT_MASTER_PASSPHRASE_FILE),
	    .ask = params->ask,
	    .ask_ctx = params->ask_ctx,
	    .what = params->what,
	    .rnd = rnd_system(),
	    .loop = a->loop,
	}, &a->store, &why);

	if (err != ERR_OK)
		str_copy(problem->text, sizeof problem->text,
		    why.text[0] != '\0' ? why.text : err_text(err));
	return err;
}

static enum err
open_log(const struct config *config, struct app_problem *problem)
{
	const char *path = config_str(config, OPT_LOG_FILE);
	const enum err err = log_open(path,
	    (uint64_t)config_int(config, OPT_LOG_MAX_SIZE),
	    (enum log_level)config_enum(config, OPT_LOG_LEVEL));

	if (err != ERR_OK)
		str_format(problem->text, sizeof problem->text,
		    "the log %s cannot be written: %s; set log.file", path,
		    err_text(err));
	return err;
}

static void
make_pool(struct app *a)
{
	char cache[PATH_LEN], hand[PATH_LEN];
	const char *state = config_str(a->config, OPT_STATE_DIR);
	const bool has_cache = str_format(cache, sizeof cache,
	    "%s/wa-version", state);
	const bool has_hand = str_format(hand, sizeof hand,
	    "%s/wa-version-set", state);

	a->versions = versions_create(&(struct versions_params){
	    .loop = a->loop,
	    .clock = clock_system(),
	    .tls = a->net.tls,
	    .fixed = config_str(a->config, OPT_WHATSAPP_VERSION),
	    .url = a->net.version_url,
	    .cache_path = has_cache ? cache : NULL,
	    .hand_path = has_hand ? hand : NULL,
	});
	a->pool = pool_create(&(struct session_env){
	    .loop = a->loop,
	    .clock = clock_system(),
	    .rnd = rnd_system(),
	    .store = a->store,
	    .tls = a->net.tls,
	    .versions = a->versions,
	    .url = &a->net.url,
	    .proxy = a->net.proxy,
	    .trust = &a->net.trust,
	    .client = &a->net.client,
	    .platform_display = a->net.platform_display,
	    .on_event = on_event,
	    .on_event_ctx = a,
	    .tally = &a->tally,
	});
	pool_set_limits(a->pool, &(struct pool_limits){
	    .linking = {
	        .links_per_hour = (unsigned)config_int(a->config,
	        OPT_LIMIT_LINKS_PER_HOUR),
	        .links_per_source = (unsigned)config_int(a->config,
	        OPT_LIMIT_LINKS_PER_HOUR_SOURCE),
	    },
	    .companies_max = (size_t)config_int(a->config, OPT_COMPANIES_MAX),
	});
}

/* Names of files only: no key has a name. */
static void
on_rekey_end(void *ctx)
{
	struct app *a = ctx;
	struct rekey_view view;

	store_rekey_view(a->store, &view);
	if (view.left == 0 && view.data_keys == 1) {
		log_info("rekey done directories=%zu", view.done);
		return;
	}
	for (size_t i = 0; i < view.left && i < REKEY_NAMES_MAX; i++)
		log_warn("rekey left=\"%s\"", view.names[i]);
	log_warn("rekey not done directories=%zu left=%zu; the former key is "
	    "kept for it", view.done, view.left);
}

enum err
app_open(const struct app_params *params, struct app **out,
    struct app_problem *problem)
{
	struct app *a = xcalloc(1, sizeof *a);
	enum err err;

	a->config = params->config;
	list_init(&a->listeners);
	list_init(&a->checkups);
	a->since_mono_ms = clock_mono_ms(clock_system());
	a->since_wall_ms = clock_wall_ms(clock_system());
	a->log = log_ring_create();
	log_set_tap(log_ring_tap, a->log);
	/* the store first: it makes the directory that the log is in */
	if ((err = loop_create(&a->loop)) != ERR_OK ||
	    (err = open_store(a, params, problem)) != ERR_OK ||
	    (err = open_log(a->config, problem)) != ERR_OK ||
	    (err = net_init(&a->net, a->config, problem->text,
	    sizeof problem->text)) != ERR_OK)
		goto fail;
	a->tokens = tokens_open(a->store, a->loop, clock_system(),
	    rnd_system());
	store_rekey_on_end(a->store, on_rekey_end, a);
	make_pool(a);
	if ((err = pool_load(a->pool)) != ERR_OK) {
		str_format(problem->text, sizeof problem->text,
		    "the list of companies cannot be read: %s",
		    err_text(err));
		goto fail;
	}
	log_info("open what=\"%s\" version=%s companies=%zu", params->what,
	    PAIRDESK_VERSION, pool_count(a->pool));
	*out = a;
	return ERR_OK;
fail:
	app_close(a);
	return err;
}

void
app_close(struct app *a)
{
	if (a == NULL)
		return;
	app_checkups_cancel(a);
	pool_destroy(a->pool);
	versions_destroy(a->versions);
	tokens_close(a->tokens);
	store_close(a->store);
	net_finish(&a->net);
	timer_destroy(a->stop);
	LIST_EACH_SAFE(at, &a->listeners)
		free(CONTAINER_OF(at, struct app_listener, link));
	if (a->loop != NULL) {
		loop_run(a->loop);      /* until connections have ended */
		loop_destroy(a->loop);
	}
	log_close();
	log_set_tap(NULL, NULL);
	log_ring_destroy(a->log);
	free(a);
}

struct log_ring *
app_log(struct app *a)
{
	return a->log;
}

const struct net *
app_net(const struct app *a)
{
	return &a->net;
}

struct list *
app_checkups(struct app *a)
{
	return &a->checkups;
}

struct loop *
app_loop(struct app *a)
{
	return a->loop;
}

struct tokens *
app_tokens(struct app *a)
{
	return a->tokens;
}

void
app_start(struct app *a)
{
	pool_start(a->pool, (unsigned)config_int(a->config,
	    OPT_CONNECT_RATE));
}

static void
on_stop_tick(void *ctx)
{
	struct app *a = ctx;

	if (!pool_is_quiet(a->pool) || a->removals > 0) {
		timer_start(a->stop, STOP_TICK_MS);
		return;
	}
	log_info("stopped");
	a->stop_fn(a->stop_ctx);
}

void
app_stop(struct app *a, loop_fn fn, void *ctx)
{
	a->stop_fn = fn;
	a->stop_ctx = ctx;
	app_checkups_cancel(a);
	if (a->stop == NULL)
		a->stop = timer_create_on(a->loop, on_stop_tick, a);
	pool_stop(a->pool);
	timer_start(a->stop, 0);
}

/* --- commands -------------------------------------------------------------------- */

enum err
app_link(struct app *a, const char *company, const char *phone)
{
	return pool_link(a->pool, company, phone, NULL);
}

enum err
app_replace(struct app *a, const char *company, const char *phone,
    bool other_number)
{
	return pool_link(a->pool, company, phone,
	    &(struct pool_replace){ .other_number = other_number });
}

void
app_set_asker(struct app *a, const char *source)
{
	pool_set_asker(a->pool, source);
}

int64_t
app_link_retry_ms(struct app *a, const char *company, const char *phone,
    enum wa_reason *why)
{
	return pool_link_wait_ms(a->pool, company, phone, why);
}

bool
app_clear_budget(struct app *a, const struct linking_ask *ask)
{
	return pool_clear_budget(a->pool, ask);
}

void
app_each_budget(const struct app *a, const struct linking_ask *ask,
    linking_view_fn fn, void *ctx)
{
	pool_each_budget(a->pool, ask, fn, ctx);
}

void
app_link_cancel(struct app *a, const char *company)
{
	struct session *s = pool_find(a->pool, company);

	if (s != NULL)
		session_link_cancel(s);
}

enum err
app_connect(struct app *a, const char *company)
{
	struct session *s = pool_find(a->pool, company);

	return s == NULL ? ERR_NOT_FOUND : session_connect(s, true);
}

enum err
app_reconnect(struct app *a, const char *company)
{
	struct session *s = pool_find(a->pool, company);

	return s == NULL ? ERR_NOT_FOUND : session_reconnect(s);
}

enum err
app_logout(struct app *a, const char *company)
{
	struct session *s = pool_find(a->pool, company);

	return s == NULL ? ERR_NOT_FOUND : session_logout(s);
}

void
app_disconnect(struct app *a, const char *company)
{
	struct session *s = pool_find(a->pool, company);

	if (s != NULL)
		session_stop(s);
}

struct removal {
	struct app *a;
	char company[COMPANY_ID_MAX + 1];
	store_fn fn;
	void *ctx;
};

static void
on_removed(void *ctx, enum err err)
{
	struct removal *r = ctx;
	struct session_view view;
	struct session *s;

	r->a->removals--;
	/* never stored is as good as removed */
	if (err == ERR_NOT_FOUND)
		err = ERR_OK;
	if (err == ERR_OK) {
		log_info("session=%s removed", r->company);
	} else if (pool_get(r->a->pool, r->company, &s) != ERR_OK) {
		log_error("session=%s is not served until the next start",
		    r->company);
	} else {
		session_view(s, &view);
		tell(r->a, &view, &(struct session_event){
		    .type = SESSION_CHANGED });
	}
	r->fn(r->ctx, err);
	free(r);
}

enum err
app_remove(struct app *a, const char *company, bool force, bool purge,
    store_fn fn, void *ctx)
{
	struct session *s = pool_find(a->pool, company);
	struct session_view view;
	struct removal *r;

	if (s == NULL)
		return ERR_NOT_FOUND;
	session_view(s, &view);
	if (a->telling > 0 || !session_is_quiet(s) || (view.linked && !force))
		return ERR_BUSY;
	r = xcalloc(1, sizeof *r);
	r->a = a;
	str_copy(r->company, sizeof r->company, company);
	r->fn = fn;
	r->ctx = ctx;
	a->removals++;
	/* first, and also if the rest fails: who comes next under this name
	 * is somebody else */
	tokens_revoke_company(a->tokens, company);
	/* gone at once: who links it meanwhile begins a company of its own,
	 * which the store makes after this one is away */
	pool_drop(a->pool, s);
	tell(a, &view, &(struct session_event){ .type = SESSION_REMOVED });
	store_remove(a->store, company, purge, on_removed, r);
	return ERR_OK;
}

/* --- copies of what is stored ----------------------------------------------------- */

void
app_backup(struct app *a, const char *company, store_fn fn, void *ctx)
{
	store_backup(a->store, company, BACKUP_ASKED, fn, ctx);
}

size_t
app_backups(struct app *a, const char *company, struct store_backup *out,
    size_t max)
{
	size_t count = 0;

	return store_backups(a->store, company, out, max, &count) == ERR_OK ?
	    count : 0;
}

/* id "": the newest one that is sound. */
static enum err
choose_backup(struct app *a, const char *company, const char *id,
    struct store_backup *out)
{
	struct store_backup all[APP_BACKUPS_MAX];
	const size_t count = app_backups(a, company, all, APP_BACKUPS_MAX);

	for (size_t i = 0; i < count; i++) {
		*out = all[i];
		if (id[0] != '\0' ? strcmp(id, all[i].id) == 0 :
		    !all[i].is_damaged)
			return all[i].is_damaged ? ERR_CORRUPT : ERR_OK;
	}
	return ERR_NOT_FOUND;
}

static void
on_restored(void *ctx, enum err err)
{
	struct removal *r = ctx;
	struct app *a = r->a;
	struct session *s = pool_find(a->pool, r->company);
	struct company_row row;
	bool is_new;

	a->removals--;
	is_new = err == ERR_OK &&
	    store_row(a->store, r->company, &row) == ERR_OK;
	log_info("session=%s restore ended: %s", r->company, err_text(err));
	if (s != NULL) {
		session_take_up(s, is_new ? &row : NULL);
		(void)session_start(s);
	}
	r->fn(r->ctx, err);
	free(r);
}

enum err
app_restore(struct app *a, const char *company, const char *id, bool force,
    store_fn fn, void *ctx)
{
	struct store_backup chosen;
	struct session *s;
	struct removal *r;
	enum err err;

	if ((err = choose_backup(a, company, id, &chosen)) != ERR_OK ||
	    (err = pool_get(a->pool, company, &s)) != ERR_OK)
		return err;
	if (session_is_linked(s) && !force &&
	    session_status(s) != WA_STATUS_ERROR)
		return ERR_EXISTS;
	if (a->telling > 0 || !session_is_quiet(s)) {
		session_stop(s);
		return ERR_BUSY;
	}
	session_set_aside(s);
	r = xcalloc(1, sizeof *r);
	r->a = a;
	str_copy(r->company, sizeof r->company, company);
	r->fn = fn;
	r->ctx = ctx;
	a->removals++;
	log_info("session=%s restoring backup=%s", company, chosen.id);
	store_restore(a->store, company, chosen.id, on_restored, r);
	return ERR_OK;
}

/* --- settings ------------------------------------------------------------------------ */

struct refusal {
	enum err err;
	store_fn fn;
	void *ctx;
};

static void
on_refused(void *ctx)
{
	struct refusal *r = ctx;

	r->fn(r->ctx, r->err);
	free(r);
}

static void
refuse_later(struct app *a, enum err err, store_fn fn, void *ctx)
{
	struct refusal *r = xcalloc(1, sizeof *r);

	*r = (struct refusal){ err, fn, ctx };
	loop_defer(a->loop, on_refused, r);
}

void
app_patch(struct app *a, const char *company, const struct app_patch *patch,
    store_fn fn, void *ctx)
{
	struct app_patch clean = *patch;
	struct session *s;
	enum err err;

	if ((err = patch_normalise(&clean)) != ERR_OK ||
	    (err = pool_get(a->pool, company, &s)) != ERR_OK) {
		refuse_later(a, err, fn, ctx);
		return;
	}
	if (clean.has_name)
		session_set_name(s, clean.name);
	if (clean.has_phone)
		session_pin(s, clean.phone);
	if (clean.has_priority)
		session_set_priority(s, clean.priority);
	if (clean.has_proxy)
		session_set_proxy(s, clean.proxy);
	secret_wipe(clean.proxy, sizeof clean.proxy);
	if (clean.has_paused)
		session_set_paused(s, clean.paused);
	session_save_settings(s, fn, ctx);
}

void
app_rekey(struct app *a, const struct rekey_order *order, rekey_fn fn,
    void *ctx)
{
	static const char *const to[] = { "random", "file", "passphrase" };

	log_info("rekey to=%s", to[order->to]);
	store_rekey(a->store, order, fn, ctx);
}

void
app_rekey_view(const struct app *a, struct rekey_view *out)
{
	store_rekey_view(a->store, out);
}

/* --- state -------------------------------------------------------------------------- */

const struct session *
app_session(const struct app *a, const char *company)
{
	return pool_find(a->pool, company);
}

bool
app_next(const struct app *a, const char *after, struct session_view *out)
{
	const size_t at = pool_after(a->pool, after);

	if (at == pool_count(a->pool))
		return false;
	session_view(pool_at(a->pool, at), out);
	return true;
}

size_t
app_links(struct app *a, const char *company, struct app_link_record *out,
    size_t max)
{
	struct session *s = pool_find(a->pool, company);
	struct links links;
	size_t n = 0;

	if (s == NULL || !session_links(s, &links))
		return 0;
	for (; n < max && n < links.count; n++) {
		out[n].at_ms = links.at[n].at_ms;
		str_copy(out[n].phone, sizeof out[n].phone,
		    links.at[n].phone);
		str_copy(out[n].platform, sizeof out[n].platform,
		    links.at[n].platform);
	}
	return n;
}

size_t
app_count(const struct app *a)
{
	return pool_count(a->pool);
}

void
app_each(const struct app *a, app_view_fn fn, void *ctx)
{
	struct session_view view;

	for (size_t i = 0; i < pool_count(a->pool); i++) {
		session_view(pool_at(a->pool, i), &view);
		fn(ctx, &view);
	}
}

/* --- metrics ------------------------------------------------------------------------ */

static void
count_companies(const struct app *a, struct app_metrics *out)
{
	out->n[METRIC_COMPANIES] = (int64_t)pool_count(a->pool);
	for (size_t i = 0; i < pool_count(a->pool); i++) {
		const struct session *s = pool_at(a->pool, i);

		out->sessions[session_status(s)]++;
		out->n[METRIC_LINKED] += session_is_linked(s);
	}
}

static void
copy_tally(const struct tally *tally, struct app_metrics *out)
{
	static const enum metric_id ids[TALLY_COUNT] = {
		[TALLY_DIAL] = METRIC_DIALS,
		[TALLY_LOGIN] = METRIC_LOGINS,
		[TALLY_RETURN] = METRIC_RECONNECTS,
		[TALLY_ATTEMPT] = METRIC_ATTEMPTS,
		[TALLY_QR] = METRIC_QR_CODES,
		[TALLY_CODE] = METRIC_PAIRING_CODES,
		[TALLY_LINK] = METRIC_LINKS,
		[TALLY_EXPIRED] = METRIC_EXPIRED,
	};

	for (int i = 0; i < TALLY_COUNT; i++)
		out->n[ids[i]] = (int64_t)tally->n[i];
	for (int i = 0; i < WA_REASON_COUNT; i++)
		out->errors[i] = (int64_t)tally->errors[i];
}

void
app_traffic(const struct app *a, struct traffic_view *out)
{
	pool_traffic(a->pool, out);
}

void
app_version(const struct app *a, struct version_told *out)
{
	versions_told(a->versions, out);
}

enum err
app_set_version(struct app *a, const struct wa_version *version)
{
	const enum err err = versions_set(a->versions, version);

	if (err == ERR_OK)
		pool_new_version(a->pool);
	return err;
}

static void
count_traffic(const struct app *a, struct app_metrics *out)
{
	struct traffic_view view;

	pool_traffic(a->pool, &view);
	out->n[METRIC_TURNS_WAITING] = (int64_t)view.waiting;
	out->n[METRIC_ALARM] = view.alarm != ALARM_NONE;
}

void
app_metrics(struct app *a, struct app_metrics *out)
{
	memset(out, 0, sizeof *out);
	count_companies(a, out);
	copy_tally(&a->tally, out);
	count_traffic(a, out);
	out->n[METRIC_EVENTS] = (int64_t)a->last_seq;
	out->n[METRIC_START_TIME] = a->since_wall_ms;
	out->n[METRIC_UPTIME] =
	    clock_mono_ms(clock_system()) - a->since_mono_ms;
	out->n[METRIC_MEMORY] = process_memory_bytes();
	out->n[METRIC_DESCRIPTORS] = process_descriptors();
	out->n[METRIC_LOOP_LONGEST] = (int64_t)loop_longest_us(a->loop);
}
