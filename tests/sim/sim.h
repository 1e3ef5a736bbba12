/*
 * The simulated world: settings, counters and one pointer to each part.
 * There is one, owned by main; every part reaches the others through it.
 */
#ifndef PAIRDESK_SIM_SIM_H
#define PAIRDESK_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "core/base/list.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"
#include "tests/sim/account.h"
#include "tests/sim/event.h"
#include "tests/sim/fault.h"
#include "tests/sim/map.h"

/* name, default, largest: options of the command line and of "set" */
#define SETTING_LIST(X) \
	X(refs, 6, 64) \
	X(qr_first_ms, 60000, 86400000) \
	X(qr_next_ms, 20000, 86400000) \
	X(code_ms, 180000, 86400000) \
	X(restart_ms, 150, 60000) \
	X(settle_ms, 100, 60000) \
	X(reply_ms, 10000, 3600000) \
	X(ping_ms, 0, 86400000) \
	X(revision, 1045649367, 4294967295) \
	X(min_revision, 0, 4294967295) \
	X(hello_limit, 0, 1000000) \
	X(hello_window_ms, 3600000, 86400000) \
	X(strict_pairdesk, 0, 1)

struct settings {
#define SETTING_MEMBER(name, fallback, largest) int64_t name;
	SETTING_LIST(SETTING_MEMBER)
#undef SETTING_MEMBER
	char page[24], root_page[24];   /* how /sw.js and / answer */
};

#define COUNTER_LIST(X) \
	X(upgrades) X(handshakes) X(registrations) X(logins) X(pairings) \
	X(qr_scans) X(codes) X(companion_hellos) X(pings) X(acks) X(receipts) \
	X(prekey_uploads) X(prekeys) X(actives) X(logouts) X(http) X(refs_sent) \
	X(violations) X(missing) X(max_same_identity) X(conflicts) \
	X(tls_resumed) X(bytes_in) X(bytes_out)

struct counters {
#define COUNTER_MEMBER(name) int64_t name;
	COUNTER_LIST(COUNTER_MEMBER)
#undef COUNTER_MEMBER
};

enum stage {
	STAGE_ACCEPT, STAGE_TLS, STAGE_UPGRADE, STAGE_HELLO, STAGE_FINISH,
	STAGE_PAIR, STAGE_LOGIN, STAGE_ONLINE, STAGE_COUNT
};

struct tls_sites;
struct net_server;
struct control;
struct chain_keys;

struct sim {
	uv_loop_t *loop;
	const struct rnd *rnd;
	struct settings set;
	struct counters count;
	struct event_log *events;
	struct faults faults;
	struct accounts accounts;
	struct chain_keys *chain;       /* noise certificates */
	struct tls_sites *tls;          /* NULL: plain */
	struct net_server *server;
	struct control *control;        /* NULL: none */
	uv_timer_t listen_timer;        /* ends "unlisten" */
	const char *state_path;         /* NULL: none */
	bool is_dirty;                  /* to be saved on the next turn */
	struct list conns;              /* struct conn, oldest first */
	struct list waiters;            /* of the control socket */
	struct map conns_by_id;
	struct map conns_by_ref;
	struct map noise_use;           /* noise key -> live connections */
	uint64_t next_conn_id;
	int64_t conns_now, conns_total, conns_max;
	int64_t in_stage[STAGE_COUNT];
	int64_t stalled_now;
	int64_t started_ms;
};

const char *stage_name(enum stage stage);
/* STAGE_COUNT when name is none (NULL too). */
enum stage stage_from(const char *name);

void settings_init(struct settings *s);
/* False when there is no such setting or the value is out of range. */
bool settings_set(struct settings *s, const char *name, int64_t value);

int64_t sim_wall_s(void);

#endif
