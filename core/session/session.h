/*
 * One company: its state machine, the only writer of that state, and
 * everything that happens on its one connection: linking by QR and by code,
 * login, pre-keys, keep-alive, logout.
 *
 * Faces never see a struct session; they get copies (struct session_view)
 * and events through core/app.
 */
#ifndef PAIRDESK_SESSION_SESSION_H
#define PAIRDESK_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/io/loop.h"
#include "core/io/tls.h"
#include "core/io/ws.h"
#include "core/session/links.h"
#include "core/session/status.h"
#include "core/session/tally.h"
#include "core/session/verdict.h"
#include "core/session/version.h"
#include "core/store/store.h"
#include "core/wire/noise.h"
#include "core/wire/pair.h"
#include "core/wire/payload.h"

#define PHONE_DIGITS_MAX 15

struct session;

enum session_event_type {
	SESSION_CHANGED,        /* status, reason or evidence changed */
	SESSION_QR,             /* a QR text to show, until it expires */
	SESSION_CODE,           /* WhatsApp accepted this pairing code */
	SESSION_LINKED,         /* keys are stored; login follows */
	SESSION_ERROR,          /* something asked for failed; verdict says why */
	SESSION_REMOVED         /* the company is gone; told by the app */
};

/* Borrowed for the call. Only the fields of the type are set. */
struct session_event {
	enum session_event_type type;
	const char *qr;                 /* text */
	int qr_attempt, qr_left;        /* 1 of 6 has 5 left */
	const char *code;               /* CODE_LEN characters, no dash */
	int64_t lives_ms;               /* how long qr or code still lives */
	int64_t window_ms;              /* how long the attempt still lasts */
	const struct verdict *verdict;
	bool of_candidate;              /* of a link that is to take the place
					 * of the company's */
};

typedef void (*session_event_fn)(void *ctx, struct session *s,
    const struct session_event *event);

/*
 * Who decides when a linked company may dial, for all of them; link attempts
 * do not wait. Called from within a change of state: nothing may be asked of
 * the session before the next turn of the loop.
 */
struct session_turns {
	/* It wants to dial; session_take_turn follows. urgent: asked for by
	 * hand, or WhatsApp told it to come again at once. Returns how long
	 * that may take, ms, -1 unknown; *why: what holds all of them up, left
	 * alone if nothing does. */
	int64_t (*await)(void *ctx, struct session *s, bool urgent,
	    enum wa_reason *why);
	/* Its login is complete. */
	void (*online)(void *ctx, struct session *s);
	/* The wait, dial, login or connection is over; also of a link attempt
	 * and of a wait to dial again. v: why, NULL if it was asked for. */
	void (*ended)(void *ctx, struct session *s, const struct verdict *v);
	/* WhatsApp has taken a link attempt's version. */
	void (*accepted)(void *ctx, struct session *s);
	/* May a link attempt show WhatsApp the version known best? If not,
	 * for how long, and why. */
	bool (*may_try)(void *ctx, int64_t *wait_ms, enum wa_reason *why);
	void *ctx;
};

/* Shared by all sessions; owned by the pool, outlives them. */
struct session_env {
	struct loop *loop;
	const struct clock *clock;
	const struct rnd *rnd;
	struct store *store;
	const struct tls_config *tls;
	struct versions *versions;
	const struct url *url;
	const char *proxy;                      /* for companies without one of
						 * their own; NULL, "" none */
	const struct noise_trust *trust;
	const struct wa_client *client;         /* version is set per dial */
	const char *platform_display;           /* "Chrome (Linux)" */
	session_event_fn on_event;
	void *on_event_ctx;
	struct tally *tally;                    /* NULL: nobody counts */
	/* WhatsApp has said that it is too much; for how long is not told if
	 * told_ms is 0. How long to leave it alone. NULL: an hour, doubling */
	int64_t (*on_refused)(void *ctx, const struct session *s,
	    int64_t told_ms);
	const struct session_turns *turns;      /* NULL: all dial at once */
};

/* How far a second link is that is to take the place of the company's. The
 * first one works until it leaves. */
enum replace_step {
	REPLACE_NONE,
	REPLACE_OPENING,        /* dials WhatsApp for a QR */
	REPLACE_WAITING,        /* a QR or code can be used */
	REPLACE_FINISHING,      /* the phone has accepted */
	REPLACE_PROVING,        /* logs in with keys of its own */
	REPLACE_STALLED,        /* could not; tried again when asked to */
	REPLACE_LEAVING,        /* it took over; the former is unlinked */
	REPLACE_STEP_COUNT
};

/* Everything a face may show; a plain copy. Times: wall ms, 0 unknown. */
struct session_view {
	char company[COMPANY_ID_MAX + 1];
	char name[STORE_NAME_SIZE];
	enum wa_status status;
	enum wa_reason reason;
	bool linked, connected;
	char phone[32];                 /* digits, "" unless linked */
	char push_name[128];
	char platform[32];
	int64_t since_ms;               /* of status and reason */
	int64_t last_seen_ms;           /* last frame from WhatsApp */
	unsigned reconnects;            /* dials since the last stable minute */
	int64_t next_attempt_ms;
	int64_t until_ms;               /* ban or cooldown end */
	char last_error[24];            /* errorCode, "" none */
	int64_t last_error_ms;
	struct verdict verdict;         /* the last one, for the sentences */
	bool qr_available;
	int64_t code_expires_ms, window_ends_ms;
	int32_t rtt_ms;                 /* of the last ping, -1 unknown */
	int32_t prekeys;                /* on the server, -1 unknown */
	uint64_t state_version;
	char pinned_phone[32];          /* digits, "" not bound to a number */
	bool paused;
	int priority;
	/* what may be shown of the company's own proxy ("" none of its own,
	 * "direct") and of the one in use ("" none) */
	char proxy[PROXY_NAME_SIZE], egress[PROXY_NAME_SIZE];
	enum replace_step replace;
	int64_t replace_next_ms;        /* when that is tried again */
	int64_t replace_after_ms;       /* WhatsApp wants no attempt before */
};

/*
 * What can be scanned or typed at this moment; secrets, to be wiped. Times:
 * wall ms, 0 none. A code lives as long as its window.
 */
#define SHOWN_QR_MAX 1024
struct session_shown {
	char qr[SHOWN_QR_MAX + 1];      /* text, "" none */
	int qr_attempt, qr_left;        /* 1 of 6 has 5 left */
	int64_t qr_expires_ms;
	char code[16];                  /* without dash, "" none */
	char code_phone[PHONE_DIGITS_MAX + 1];  /* whose code it is */
	int64_t window_ends_ms;
};
void session_shown(const struct session *s, struct session_shown *out);

/* Two facts of the view, for those who ask of all companies. */
enum wa_status session_status(const struct session *s);
bool session_is_linked(const struct session *s);

/* How long the connection has been online, 0 when it is not. */
int64_t session_uptime_ms(const struct session *s);
/* How often it came back online in the last 24 hours, its first time in this
 * process not counted. */
unsigned session_reconnects_24h(const struct session *s);

/* One change of status or reason. */
struct session_change {
	uint64_t seq;                   /* rises by one from 1, in a process */
	int64_t at_ms;                  /* wall */
	enum wa_status status;
	enum wa_reason reason;
	uint64_t state_version;         /* after it */
	unsigned code;                  /* WhatsApp's, of a trouble; 0 none */
};
/* The newest whose seq is below before; false: none is kept. */
bool session_change_before(const struct session *s, uint64_t before,
    struct session_change *out);

/* row: as stored; a fresh one has only the company id. */
struct session *session_create(const struct session_env *env,
    const struct company_row *row);
/* Only when session_is_quiet(); NULL ok. */
void session_destroy(struct session *s);

const char *session_company(const struct session *s);
void session_view(const struct session *s, struct session_view *out);

/*
 * Opens a link attempt, or joins the one that is open. phone: digits to ask
 * a pairing code for, or NULL for QR only; another number replaces the code.
 * ERR_EXISTS: linked already. ERR_BUSY: not now (logging out, paused, cooling
 * down until view.until_ms, or from within an event). ERR_MISMATCH: bound to
 * another number. Joining one re-sends what is on show; once the phone has
 * accepted there is nothing to show.
 */
MUST_CHECK enum err session_link(struct session *s, const char *phone);
/* What session_link would say, and do nothing. */
MUST_CHECK enum err session_link_check(const struct session *s,
    const char *phone);
/*
 * The same for a company that may be linked already: then a second link with
 * keys of its own is made, which takes the place of the first once it has
 * logged in; the first is unlinked after that. The phone must have the bound
 * number, or without one the linked one, unless other_number. ERR_BUSY also:
 * a replacement is past the point where it could be joined.
 */
MUST_CHECK enum err session_replace(struct session *s, const char *phone,
    bool other_number);
MUST_CHECK enum err session_replace_check(const struct session *s,
    const char *phone, bool other_number);
/* An attempt is open, so that session_link would join it. */
bool session_is_linking(const struct session *s);
/* Link attempts are used up for so long: an unlinked company at rest shows
 * it until then, from the next turn on. It hinders nothing by itself. */
void session_show_budget(struct session *s, int64_t wait_ms);
/*
 * The attempt that session_link has just opened sends nothing until it is let
 * go with this number or a later one; with an error it ends. No-op when it
 * has ended meanwhile.
 */
void session_hold(struct session *s, uint64_t number);
void session_let_go(struct session *s, uint64_t number, enum err err);
/* WhatsApp's refusal or the budget's wait holds no more, by an admin's word.
 * False: neither did. */
bool session_clear_cooldown(struct session *s);
/* A link request alone made this company, the last one a day ago, and it was
 * never linked: it may go. */
bool session_is_stale(const struct session *s);
/* The number that the last attempt asked a code for; "" none. Borrowed. */
const char *session_asked_phone(const struct session *s);
/* Ends an open attempt; no-op when there is none, or the phone has accepted
 * it. */
void session_link_cancel(struct session *s);

/*
 * Dials a linked company. ERR_NOT_FOUND: not linked. ERR_BUSY: paused. now:
 * also when halted or waiting; else a ban or a stop is respected (ERR_BUSY). This and what
 * follows waits for the next turn when called from within an event.
 */
MUST_CHECK enum err session_connect(struct session *s, bool now);
/* At the start of a core: what is linked and not paused waits for its turn to
 * dial, or for the end of a ban; what cannot be read goes to quarantine. True
 * if it waits for a turn. */
bool session_start(struct session *s);
/* It may dial now; no-op unless it waits for that. */
void session_take_turn(struct session *s);
/* The version it showed WhatsApp last. */
struct wa_version session_dialled_version(const struct session *s);
/* The proxy in use, "" none. Borrowed, and a secret: never to be shown (that
 * is session_view), only to be compared. */
const char *session_egress(const struct session *s);
/* The same parsed, to be finished. ERR_INVALID: what is set is no proxy, and
 * nothing may leave for this company. */
MUST_CHECK enum err session_egress_proxy(const struct session *s,
    struct proxy *out);
/* A place for the pool's own; NULL at first, not owned. */
void session_set_tag(struct session *s, void *tag);
void *session_tag(const struct session *s);
/* Asks for a sign of life soon, if it is online. */
void session_probe(struct session *s);
/* Drops the connection, keys untouched, and dials again. ERR_NOT_FOUND: not
 * linked. ERR_BUSY: paused, or a link attempt is open. */
MUST_CHECK enum err session_reconnect(struct session *s);
/* Unlinks on WhatsApp's side; needs a login first if offline. */
MUST_CHECK enum err session_logout(struct session *s);
/* Disconnects and stays so until session_connect. What is being saved is
 * finished first: wait for session_is_quiet. */
void session_stop(struct session *s);

/* --- what an admin sets: checked by the caller, kept by session_save ------- */

void session_set_name(struct session *s, const char *name);     /* "" none */
/* The only number it may be linked to, as digits; "" any. */
void session_pin(struct session *s, const char *phone);
/* Disconnects and stays so, over restarts too; ends an open link attempt
 * that the phone has not accepted. Or connects again. */
void session_set_paused(struct session *s, bool paused);
/* "" as the others, "direct", or a proxy's address, as proxy_parse takes it.
 * Another way out than before ends what goes by that and dials anew. */
void session_set_proxy(struct session *s, const char *proxy);
void session_set_priority(struct session *s, int priority);
int session_priority(const struct session *s);
/* Tells of the change and stores it; fn (may be NULL) as in store_commit. */
void session_save_settings(struct session *s, store_fn fn, void *ctx);

/* The phones it was linked to, as stored. False: none, or not readable. */
bool session_links(struct session *s, struct links *out);

/* Nothing under way that would call back, and not held. */
bool session_is_quiet(const struct session *s);

/* While what is stored of a quiet session is being replaced: nothing can be
 * asked of it. */
void session_set_aside(struct session *s);
/* Goes on with what is stored now, row, or as before (NULL). */
void session_take_up(struct session *s, const struct company_row *row);

#endif
