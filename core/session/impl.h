/*
 * The inside of a session, shared by the files of this directory only:
 *   session.c     life, and what may be asked
 *   machine.c     state table, dispatch, endings
 *   actions.c     what its rows do
 *   connection.c  the channel's and keep-alive's events
 *   shown.c       status, reason, view
 *   saved.c       commits, keys in memory, phones linked so far
 *   settings.c    what an admin sets
 *   egress.c      straight, or by which proxy
 *   stanza.c      incoming stanzas to handlers, acks
 *   login.c       from success to online: pre-keys, active
 *   prekeys.c     making, storing and uploading pre-keys
 *   window.c      a link attempt: refs, QR texts, pair-success
 *   code.c        the pairing code of a link attempt
 *   replace.c     a second link that takes the place of the first
 *   take_over.c   the moment in which it does
 */
#ifndef PAIRDESK_SESSION_IMPL_H
#define PAIRDESK_SESSION_IMPL_H

#include "core/base/secret.h"
#include "core/session/backoff.h"
#include "core/session/channel.h"
#include "core/session/history.h"
#include "core/session/hours.h"
#include "core/session/iq.h"
#include "core/session/keepalive.h"
#include "core/session/session.h"
#include "core/wire/identity.h"

#define REFUSALS_MAX 5          /* ACT_LIMITED stops here (users.md 6) */
#define RESTARTS_MAX 3          /* 515s in a row; then back off as well */
#define CONFLICTS_MAX 3         /* within the window below */
#define CONFLICT_WINDOW_MS 60000
#define VERDICT_WAIT_MS 20000   /* for pair-device, success or failure */
#define SETUP_MS 150000         /* from success to online, uploads retried */
#define FINISH_MS 10000         /* for the 515 after our pair-success reply */
#define LOGOUT_MS 10000
#define COOLDOWN_FIRST_S 3600LL /* after a 429; doubles */
#define COOLDOWN_LAST_S 86400LL
#define BAN_JITTER_MS 60000     /* added to the end of a ban */
#define STALE_MS (24LL * 3600 * 1000)   /* an unlinked draft goes then */

enum session_state {
	ST_IDLE,        /* no connection, nothing scheduled */
	ST_PREPARE,     /* reading keys, learning the client version */
	ST_DIAL,        /* look-up to noise */
	ST_REGISTER,    /* waits for pair-device */
	ST_WINDOW,      /* a QR or code can be used */
	ST_SAVE,        /* pair-success is being stored */
	ST_FINISH,      /* answered; waits for 515 */
	ST_LOGIN,       /* waits for success or failure */
	ST_SETUP,       /* pre-keys, active */
	ST_ONLINE,
	ST_BACKOFF,     /* waits to dial again */
	ST_TURN,        /* waits for its turn among all to dial */
	ST_LOGOUT,      /* waits for the answer to our unlinking */
	ST_RETIRE,      /* keys are on their way to quarantine */
	ST_COUNT
};

enum session_input {
	EV_LINK,        /* asked: open a link attempt */
	EV_CONNECT,     /* asked: dial a linked company */
	EV_START,       /* dial it when its turn comes */
	EV_TURN,        /* that is now */
	EV_STOP,        /* asked: disconnect */
	EV_LOGOUT,      /* asked: unlink */
	EV_PREPARED,
	EV_DAMAGED,     /* stored keys cannot be read */
	EV_REGISTERING, /* handshake done, as an unlinked device */
	EV_LOGGING_IN,  /* handshake done, as a linked one */
	EV_REFS,        /* pair-device is here */
	EV_EXPIRED,     /* the window is over */
	EV_FAILED,      /* a link attempt ended otherwise */
	EV_PAIRED,      /* pair-success passed all checks */
	EV_SAVED,
	EV_SAVE_FAILED,
	EV_SUCCESS,
	EV_READY,       /* pre-keys and active done */
	EV_RESTART,     /* dial again at once */
	EV_RETRY,       /* dial again after a back-off */
	EV_HALT,        /* stop and wait for the admin */
	EV_RETIRE,      /* the link is gone */
	EV_RETIRED,
	EV_DUE,         /* the state's own timer */
	EV_TAKE_OVER,   /* has been given the connection of another */
	EV_HAND_OVER,   /* has given it away */
	EV_COUNT
};

struct window;                  /* window.c */
struct code;                    /* code.c */
struct prekey_job;              /* prekeys.c */
struct replace;                 /* replace.c */

/* Whose keys a session has. A company has one session of its own; while its
 * link is being replaced that one has a second, without a row. */
enum session_role {
	ROLE_OWN,
	ROLE_CANDIDATE, /* to take the company's place */
	ROLE_FORMER     /* had it, is to be unlinked */
};

struct session {
	const struct session_env *env;
	enum session_role role;
	struct session *chief;          /* the company's; NULL: this one */
	struct replace *replace;        /* of its link; NULL: none open */
	bool replace_due;               /* one from an earlier run goes on */
	int64_t replace_after_ms;       /* wall; WhatsApp wants none before */
	struct company_row row;         /* what is stored, or will be */
	bool row_is_newer;              /* than what is stored */
	enum session_state state;
	bool linking;                   /* the connection registers a device */
	bool logout_wanted;
	bool stop_wanted;               /* after the save that is under way */
	bool held;                      /* what is stored is being replaced */
	bool version_retried;           /* once after a 405 */
	bool is_first_dial;             /* none is repeated by it */
	struct wa_version dialled;      /* shown to WhatsApp last */
	void *tag;                      /* the pool's */
	int commits;                    /* under way; their callbacks need us */
	unsigned telling;               /* depth of session_emit */
	unsigned asked;                 /* inputs put off, one bit each */
	int login_counter;
	char asked_phone[PHONE_DIGITS_MAX + 1]; /* of the last attempt */
	struct links *kept_links;       /* while the keys are moved away */

	struct creds *creds;            /* only from dial to online */
	bool creds_idle;                /* to be dropped with the last commit */
	struct channel *channel;
	struct iq_table *iqs;
	struct tls_ticket *ticket;
	struct timer *timer;            /* the state's deadline */
	struct keepalive keep;
	struct backoff backoff;
	struct version_wait *version_wait;
	uint64_t hold;                  /* let go by this number; 0 not held */
	bool is_held_up;                /* ready but for that */
	struct window *window;
	struct prekey_job *prekey_job;
	int prekey_commits;             /* under way */
	int secret_commits;             /* of pairing codes, under way */
	unsigned refusals;              /* in a row, without a time online */
	unsigned restarts;              /* since the last stable minute */
	int64_t conflicts_ms[CONFLICTS_MAX];    /* monotonic, newest first */
	struct verdict verdict;

	/* shown */
	enum wa_status status;
	enum wa_reason reason;
	int64_t since_ms, next_attempt_ms, last_seen_ms, ping_sent_ms;
	unsigned reconnects;
	enum wa_reason rest_reason;     /* shown again after the budget's wait */
	int64_t budget_until_ms;        /* wall */
	bool was_online;                /* with these keys, in this process */
	struct hours returns;           /* to being online */
	struct history history;
	int64_t limited_until_ms;       /* wall; new chats are restricted */
	int32_t rtt_ms, prekeys_on_server;
	uint64_t state_version;
};

/* The one writer of state. False: no such row, ignored. */
bool session_dispatch(struct session *s, enum session_input input);

/* One row of the table; for the test that walks them all. */
const char *session_state_name(enum session_state state);
const char *session_input_name(enum session_input input);
bool session_transition(enum session_state from, enum session_input input,
    enum session_state *to);

/* The wait for the budget is to be shown, or is over. */
void session_budget_due(struct session *s);
/* Connected: as it should be, or restricted in starting chats. */
void session_show_online(struct session *s);
/* What is shown; emits SESSION_CHANGED if it differs. */
void session_show(struct session *s, enum wa_reason reason);
void session_show_status(struct session *s, enum wa_status status,
    enum wa_reason reason);
void session_emit(struct session *s, struct session_event *event);
void session_tally(struct session *s, enum tally_item item);
/* The connection, or what was asked of it, ended so: chooses the input. */
void session_end_with(struct session *s, const struct verdict *verdict);

void session_note_error(struct session *s, const struct verdict *v);
/* What the stored row says, as far as it is still true. */
void session_restore_shown(struct session *s);
int64_t session_wall_ms(const struct session *s);
int64_t session_mono_ms(const struct session *s);
/* The state's own timer fired. */
void session_on_timer(void *ctx);

/* Stores row (and creds, if given) and counts the commit; fn may be NULL. */
void session_commit(struct session *s, struct store_batch *batch,
    store_fn fn);
/* The row with the verdict as what it shows, before it is shown. */
void session_commit_verdict(struct session *s, store_fn fn);
/* session_commit with fn's own ctx. */
void session_commit_for(struct session *s, struct store_batch *batch,
    store_fn fn, void *ctx);
void session_persist(struct session *s);        /* the row alone */
/* The phone that was linked now, in front of those before. */
void session_batch_link(struct session *s, struct store_batch *batch);
/* What session_quarantine has kept of the phones, for the new database. */
void session_batch_kept_links(struct session *s, struct store_batch *batch);
/* Moves the keys aside; the reason is the one shown. */
void session_quarantine(struct session *s, store_fn fn);
void session_batch_creds(struct session *s, struct store_batch *batch);
/* Where the keys of its role are. */
struct session_tables {
	const char *creds, *prekey;
};
#define CREDS_KEY "creds"
const struct session_tables *session_tables(const struct session *s);
/* Reads creds if they are not in memory. ERR_NOT_FOUND, ERR_CORRUPT ... */
MUST_CHECK enum err session_load_creds(struct session *s);
void session_drop_creds(struct session *s);
/* The same once what is being stored is stored: until then disk says less
 * than memory. */
void session_release_creds(struct session *s);

/* Copies what is stored, and notes that it is done. */
void session_back_up(struct session *s);

extern const struct channel_events session_channel_events;
extern const struct keepalive_events session_keepalive_events;

/* Ends the connection and all that hangs on it; keys in memory are wiped. */
void session_disconnect(struct session *s);
/* Sends and forgets; a failed send ends the connection by itself. False:
 * not sent. node NULL is a no-op. */
bool session_send(struct session *s, struct node *node);
/* Sends an iq built by the caller and expects its answer. */
void session_ask(struct session *s, struct node *iq, int64_t timeout_ms,
    iq_fn fn);

/* The session that faces see: s, or whose second it is. */
struct session *session_company_of(struct session *s);
/* The phone has accepted: too late for another code. */
bool session_has_accepted(const struct session *s);
/* What is shown says that the link is gone, and its keys are still here. */
bool session_is_retiring(const struct session *s);
/* Who gives it its turns to dial; NULL: nobody. A second session goes when
 * the company's has had its own. */
const struct session_turns *session_turns(const struct session *s);
/* Puts an input that a face asks for off while an event is being told. */
void session_put(struct session *s, enum session_input input);

/* replace.c: what its rows see of it; no-ops where none is open */
void replace_look_soon(struct session *s);      /* something has moved */
void replace_moved(struct session *s);          /* the state has */
void replace_saving(struct session *s);         /* a candidate's keys */
/* An event of a second session, as its company's or not at all. */
void replace_emit(struct session *s, struct session_event *event);
/* The trouble of a second session is its company's to show. */
bool replace_is_told(const struct session *s);
/* Keys in the company's database that are not its own yet, or not any more:
 * it is not to be moved away. */
bool replace_has_keys(const struct session *s);
/* What is stored changes hands: nobody makes keys now. */
bool replace_is_taking(struct session *s);
void replace_stop(struct session *s);
void replace_go_on(struct session *s);
/* True: the unlinking waits until the second session is unlinked. */
bool replace_logout(struct session *s);
bool replace_is_quiet(const struct session *s);
void replace_destroy(struct session *s);
/* The number that s may be linked to, borrowed; "" any. */
const char *replace_bound_phone(const struct session *s);
/* The second session, and whether it is at its link attempt. */
struct session *replace_session(const struct session *s);
bool replace_is_linking(const struct session *s);
/* The second session while it can be scanned or typed; NULL: none. */
struct session *replace_window(const struct session *s);
void replace_view(const struct session *s, struct session_view *out);

/* take_over.c */
/* The aide's open connection and keys become the chief's, and the other way
 * round; the batch does the same on disk, and is to be committed at once. On
 * an error nothing was changed. */
MUST_CHECK enum err replace_take_over(struct session *chief,
    struct session *aide, struct store_batch *batch);
/* It could not be stored. before: the chief's row as it was. */
void replace_take_back(struct session *chief, struct session *aide,
    const struct company_row *before, bool had_link);

/* stanza.c */
void stanza_handle(struct session *s, const struct node *node);

/* login.c */
void login_success(struct session *s, const struct node *success);
void login_setup(struct session *s);
void login_logout(struct session *s);

/* egress.c: what is set is no proxy, and nothing may leave; ends what was
 * begun. */
void session_egress_failed(struct session *s);

/* settings.c: bound to a number, and this is another. */
bool session_is_pinned_elsewhere(const struct session *s, const char *phone);

/* prekeys.c: makes, stores and uploads so many; calls back once. */
typedef void (*prekeys_fn)(struct session *s, enum err err);
void prekeys_upload(struct session *s, size_t count, prekeys_fn fn);
void prekeys_cancel(struct session *s);
/* The server has keys, so what was sent without an answer did arrive. */
void prekeys_confirm(struct session *s);

/* window.c */
struct window *window_create(struct session *s, const char *phone);
void window_destroy(struct window *w);          /* NULL ok */
/* Takes the refs of a pair-device. False: none of use, and the old ones
 * stay. */
bool window_take_refs(struct window *w, const struct node *pair_device);
/* Shows the first of them; from now on it counts. Refs that come again on
 * the open connection replace the old ones, and do not make it longer. */
void window_open(struct window *w);
bool window_is_open(const struct window *w);
void window_pair_success(struct window *w, const struct node *iq);
void window_save(struct window *w);
bool window_answer(struct window *w);           /* pair-device-sign; sent? */
void window_refuse(struct window *w);           /* save failed */
void window_rotate_secret(struct window *w);    /* companion_reg_refresh */
void window_passkey(struct window *w);
void window_set_phone(struct window *w, const char *phone);
void window_resend(struct window *w);           /* for one who joins */
/* Something about the code changed: show it, or qr without one. */
void window_show(struct window *w);
int64_t window_left_ms(const struct window *w);
int64_t window_ends_wall_ms(const struct window *w);    /* 0: not open */
bool window_has_qr(const struct window *w);
bool window_is_last_ref(const struct window *w);
bool window_has_code(const struct window *w);
/* Adds what is on show, and until when. */
void window_shown(const struct window *w, struct session_shown *out);
void window_code_notification(struct window *w, const struct node *node);
struct session *window_session(struct window *w);
struct code *window_code(struct window *w);     /* may be NULL */
/* The adv secret changed: what is on show is made anew. */
void window_new_secret(struct window *w);
/* The code was typed: the window does not end under the phone. */
void window_hold(struct window *w);
/* The same once WhatsApp took our answer: pair-success is what is left. */
void window_wait_for_phone(struct window *w);

/* code.c: the pairing code of one window */
struct code *code_create(struct window *w, const char *phone);
void code_destroy(struct code *c);              /* NULL ok */
void code_start(struct code *c);                /* pair-device is answered */
bool code_is_shown(const struct code *c);
bool code_is_alive(const struct code *c);       /* shown, or on its way */
const char *code_phone(const struct code *c);
const char *code_text(const struct code *c);    /* only when shown */
void code_notification(struct code *c, const struct node *notification);

#endif
