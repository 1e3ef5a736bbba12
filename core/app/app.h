/*
 * The only door for faces: commands in, events and copies of state out. Owns
 * the loop, the store, the connection settings and the pool. One for each
 * process; all calls on the loop's thread.
 */
#ifndef PAIRDESK_APP_APP_H
#define PAIRDESK_APP_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/config.h"
#include "core/app/log_ring.h"
#include "core/app/metrics.h"
#include "core/app/patch.h"
#include "core/app/qr.h"
#include "core/app/words.h"
#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/pool/linking.h"
#include "core/pool/traffic.h"
#include "core/session/session.h"
#include "core/store/rekey.h"

#define APP_RING_EVENTS 1024    /* kept for faces that come late */

struct app;
struct tokens;

/* A sentence for the one who starts it, and the exit code to leave with. */
struct app_problem {
	char text[768];
};

struct app_params {
	const struct config *config;    /* must outlive the app */
	const char *what;               /* "pairdesk serve", for the lock */
	store_ask_fn ask;               /* for the passphrase; NULL: nobody */
	void *ask_ctx;
};

/* Opens log, store and settings; connects nothing. ERR_LOCKED,
 * ERR_PERMISSION, ERR_WRONG_KEY ... with problem->text written. */
MUST_CHECK enum err app_open(const struct app_params *params,
    struct app **out, struct app_problem *problem);
/* After app_stop has called back, or if nothing was ever started. NULL ok. */
void app_close(struct app *a);

/* The language that the option lang and the environment ask for. */
enum lang app_lang_of(const struct config *config);
struct loop *app_loop(struct app *a);
struct tokens *app_tokens(struct app *a);       /* core/app/tokens.h */

/* Connects all linked companies at the configured rate. */
void app_start(struct app *a);
/* Disconnects all, finishes what is being saved, then calls fn. */
void app_stop(struct app *a, loop_fn fn, void *ctx);

/* --- commands -------------------------------------------------------------- */

/*
 * As session_link; makes the company if needed. ERR_INVALID: bad id. ERR_FULL:
 * one company more than companies.max. ERR_LIMIT: limit.links_per_hour, or
 * WhatsApp has refused this phone; nothing has left the host.
 */
MUST_CHECK enum err app_link(struct app *a, const char *company,
    const char *phone);
/* The same for a company that may be linked: session_replace. */
MUST_CHECK enum err app_replace(struct app *a, const char *company,
    const char *phone, bool other_number);
/* Who asks in the calls that follow: pool_set_asker. */
void app_set_asker(struct app *a, const char *source);
/* After ERR_LIMIT or ERR_BUSY: how long until it may be tried, 0 now, and
 * *why (NULL ok): our budget, or WhatsApp. phone as it was asked for. */
int64_t app_link_retry_ms(struct app *a, const char *company,
    const char *phone, enum wa_reason *why);
/* What was spent of the budget and refused by WhatsApp: to be seen, and to
 * count no more (pool_clear_budget, pool_each_budget). */
bool app_clear_budget(struct app *a, const struct linking_ask *ask);
void app_each_budget(const struct app *a, const struct linking_ask *ask,
    linking_view_fn fn, void *ctx);
void app_link_cancel(struct app *a, const char *company);
/* ERR_NOT_FOUND: no such company, or not linked. ERR_BUSY: paused; for
 * app_reconnect also while a link attempt is open. */
MUST_CHECK enum err app_connect(struct app *a, const char *company);
MUST_CHECK enum err app_reconnect(struct app *a, const char *company);
MUST_CHECK enum err app_logout(struct app *a, const char *company);
/* Ends a connection or link attempt, and stays so until app_connect or the
 * next start; no-op for an unknown company. */
void app_disconnect(struct app *a, const char *company);
/*
 * Takes the company away once it is not linked and at rest: call app_logout
 * first, or force to leave the phone's list as it is. Its files are kept in
 * removed/ unless purge. fn hears the end; when that is an error the company
 * is there again. ERR_BUSY: linked, or not at rest. Not from within an event.
 */
MUST_CHECK enum err app_remove(struct app *a, const char *company, bool force,
    bool purge, store_fn fn, void *ctx);

/*
 * Sets what the patch has, and makes the company if needed. fn hears when it
 * is stored, never from within this call: ERR_INVALID (id, name, phone or
 * priority; nothing was changed), ERR_FULL (one company more than
 * companies.max), or the store's error, after which it holds until the end
 * of this process only.
 */
void app_patch(struct app *a, const char *company,
    const struct app_patch *patch, store_fn fn, void *ctx);

/* --- copies of what is stored ------------------------------------------------- */

#define APP_BACKUPS_MAX STORE_BACKUPS_KEPT

/* Makes one; fn hears the end, never from within. ERR_NOT_FOUND (no such
 * company), or the store's error. */
void app_backup(struct app *a, const char *company, store_fn fn, void *ctx);
/* As store_backups; 0: none, or none that can be told. */
size_t app_backups(struct app *a, const char *company,
    struct store_backup *out, size_t max);
/*
 * Puts a copy back (id "": the newest that is sound); what the company has
 * now goes to quarantine/, and it connects with the copy's keys. fn hears the
 * end. ERR_NOT_FOUND: no such copy. ERR_CORRUPT: it cannot be read. ERR_EXISTS:
 * the company is linked, and force is not given. ERR_BUSY: it is being
 * stopped for this, ask again shortly.
 */
MUST_CHECK enum err app_restore(struct app *a, const char *company,
    const char *id, bool force, store_fn fn, void *ctx);

/* As store_rekey (core/store/rekey.h). */
void app_rekey(struct app *a, const struct rekey_order *order, rekey_fn fn,
    void *ctx);
void app_rekey_view(const struct app *a, struct rekey_view *out);

/* --- state ------------------------------------------------------------------ */

/* False when there is no such company. */
bool app_view(const struct app *a, const char *company,
    struct session_view *out);
typedef void (*app_view_fn)(void *ctx, const struct session_view *view);
/* The first company behind after in order of id, "" is before all; false:
 * none. A walk that may pause, while companies come and go. */
bool app_next(const struct app *a, const char *after,
    struct session_view *out);
/* How many there are. */
size_t app_count(const struct app *a);
/* In order of id. */
void app_each(const struct app *a, app_view_fn fn, void *ctx);

/* Phones linked so far, newest first: at most max, and LINKS_MAX; returns how
 * many. */
struct app_link_record {
	int64_t at_ms;                  /* wall */
	char phone[32];                 /* digits, "" unknown */
	char platform[32];              /* of the phone, "" unknown */
};
size_t app_links(struct app *a, const char *company,
    struct app_link_record *out, size_t max);

/*
 * What is on show of a company's link attempt: secrets, to be wiped. Times:
 * wall ms, 0 none. A code lives until window_ends_ms, as in session_view.
 */
struct app_shown {
	char qr[QR_TEXT_MAX + 1];       /* text, "" none */
	int qr_attempt, qr_left;        /* 1 of 6 has 5 left */
	int64_t qr_expires_ms;
	char code[16];                  /* 8 characters, no dash; "" none */
	char code_phone[PHONE_SIZE];    /* digits: whose code it is */
	int64_t window_ends_ms;
};
/* False when there is no such company. */
bool app_shown(const struct app *a, const char *company,
    struct app_shown *out);

/* How a company's connection is doing. */
struct app_health {
	int64_t uptime_ms;              /* since it is online, 0 not */
	int64_t last_answer_ms;         /* wall; any frame is one; 0 never */
	int32_t rtt_ms;                 /* of the last ping, -1 unknown */
	int32_t prekeys;                /* on the server, -1 unknown */
	unsigned reconnects_24h;        /* times it came back online */
};
/* False when there is no such company. */
bool app_health(const struct app *a, const char *company,
    struct app_health *out);

/* A change of a company's status or reason, since this process began. */
struct app_change {
	uint64_t seq;                   /* rises by one from 1 */
	int64_t at_ms;                  /* wall */
	enum wa_status status;
	enum wa_reason reason;
	uint64_t state_version;         /* after it */
	unsigned code;                  /* WhatsApp's, of a trouble; 0 none */
};
/* At most max, newest first, from the one before that seq (0: from the
 * newest); returns how many. The last 64 are kept. 0: no such company. */
size_t app_history(const struct app *a, const char *company, uint64_t before,
    struct app_change *out, size_t max);

/* What happened, as a copy without any code in it. */
struct app_event {
	uint64_t seq;                   /* rises by one, from 1 */
	int64_t at_ms;                  /* wall */
	char company[COMPANY_ID_MAX + 1];
	enum session_event_type type;
	enum wa_status status;
	enum wa_reason reason;
	uint64_t state_version;
};

/* Copies at most max of those after seq, oldest first; returns how many.
 * *missed: some in between are gone from the ring already. */
size_t app_events_since(const struct app *a, uint64_t seq,
    struct app_event *out, size_t max, bool *missed);

/* The newest event's number, 0: none yet. While an event is told, at least
 * that event's. */
uint64_t app_last_seq(const struct app *a);

/*
 * Hears every event as it happens; company and event are borrowed. Listeners
 * may come and go from within: one that comes does not hear the event that
 * is being told.
 */
struct app_listener;
typedef void (*app_listener_fn)(void *ctx, const char *company,
    const struct session_event *event);
struct app_listener *app_listen(struct app *a, app_listener_fn fn, void *ctx);
void app_unlisten(struct app_listener *l);      /* NULL ok */

/* What many companies wait for, until when; an alarm for all. */
void app_traffic(const struct app *a, struct traffic_view *out);

/* The client version: which, and where it is from. Set by hand at any time,
 * NULL: back to what is configured or learned; one company tries it at once
 * if another is refused. An error: it could not be stored, and
 * all is as before. */
void app_version(const struct app *a, struct version_told *out);
MUST_CHECK enum err app_set_version(struct app *a,
    const struct wa_version *version);

/* How all of it is doing. */
void app_metrics(struct app *a, struct app_metrics *out);

/* The newest lines of the log; lives as long as the app. */
struct log_ring *app_log(struct app *a);

/* --- the network doctor ------------------------------------------------------- */

struct doctor_step {
	enum stage stage;               /* STAGE_LOOKUP .. STAGE_NOISE */
	bool ok;
	enum err err;                   /* ERR_OK if ok */
	int64_t took_ms;
	const char *detail;             /* borrowed, "" if ok */
};
typedef void (*doctor_step_fn)(void *ctx, const struct doctor_step *step);
/* Tries each stage towards WhatsApp without logging in, by the configured
 * proxy if there is one; done at the end. Needs no store. */
struct doctor;
MUST_CHECK enum err doctor_run(struct loop *loop, const struct config *config,
    doctor_step_fn step, loop_fn done, void *ctx, struct doctor **out,
    struct app_problem *problem);
void doctor_close(struct doctor *d);            /* NULL ok */
/* What words call a stage. */
enum wa_reason doctor_reason(enum stage stage);

#endif
