/*
 * What a company's session is doing and why, in the words of the HTTP
 * contract: the names are part of it and never change. One reason belongs to
 * exactly one status, so a pair that contradicts itself cannot be built
 * without wa_reason_fits saying so.
 */
#ifndef PAIRDESK_SESSION_STATUS_H
#define PAIRDESK_SESSION_STATUS_H

#include <stdbool.h>

/* name in code, name on the wire */
#define WA_STATUS_LIST(X) \
	X(IDLE,             "idle") \
	X(CONNECTING,       "connecting") \
	X(QR,               "qr") \
	X(CODE,             "code") \
	X(PAIRING,          "pairing") \
	X(PASSKEY_REQUIRED, "passkey_required") \
	X(CONNECTED,        "connected") \
	X(RECONNECTING,     "reconnecting") \
	X(LOGGED_OUT,       "logged_out") \
	X(BANNED,           "banned") \
	X(CONFLICT,         "conflict") \
	X(COOLDOWN,         "cooldown") \
	X(OUTDATED,         "outdated") \
	X(ERROR,            "error")

enum wa_status {
#define WA_STATUS_ENUM(id, name) WA_STATUS_##id,
	WA_STATUS_LIST(WA_STATUS_ENUM)
#undef WA_STATUS_ENUM
	WA_STATUS_COUNT
};

/*
 * name in code, name on the wire, its status, and the errorCode of an answer
 * that fails because of it (NULL: not a failure, or not finished).
 * WA_REASON_NONE, the first, goes with qr and code and has the name "".
 */
#define WA_REASON_LIST(X) \
	X(NEVER_LINKED,     "never_linked",     IDLE,       "NOT_LINKED") \
	X(CODE_EXPIRED,     "code_expired",     IDLE,       "CONNECTION_CLOSED") \
	X(PAUSED,           "paused",           IDLE,       NULL) \
	X(NOT_RUNNING,      "not_running",      IDLE,       NULL) \
	X(NAME_LOOKUP,      "name_lookup",      CONNECTING, NULL) \
	X(TCP,              "tcp",              CONNECTING, NULL) \
	X(TLS,              "tls",              CONNECTING, NULL) \
	X(UPGRADE,          "upgrade",          CONNECTING, NULL) \
	X(NOISE,            "noise",            CONNECTING, NULL) \
	X(LOGIN,            "login",            CONNECTING, NULL) \
	X(FINISHING,        "finishing",        PAIRING,    NULL) \
	X(PASSKEY,          "passkey",          PASSKEY_REQUIRED, NULL) \
	X(OK,               "ok",               CONNECTED,  NULL) \
	X(LIMITED,          "limited",          CONNECTED,  NULL) \
	X(PHONE_SILENT,     "phone_silent",     CONNECTED,  NULL) \
	X(NETWORK_BLOCKED,  "network_blocked",  RECONNECTING, "CONNECTION_CLOSED") \
	X(NOT_ANSWERING,    "not_answering",    RECONNECTING, "CONNECTION_CLOSED") \
	X(SERVER_BUSY,      "server_busy",      RECONNECTING, "CONNECTION_CLOSED") \
	X(REFUSED,          "refused",          RECONNECTING, "CONNECTION_CLOSED") \
	X(CONNECTION_LOST,  "connection_lost",  RECONNECTING, "CONNECTION_CLOSED") \
	X(UNLINKED,         "unlinked",         LOGGED_OUT, "CONNECTION_CLOSED") \
	X(ACCOUNT_LOCKED,   "account_locked",   LOGGED_OUT, "CONNECTION_CLOSED") \
	X(TEMPORARY,        "temporary",        BANNED,     "CONNECTION_CLOSED") \
	X(PERMANENT,        "permanent",        BANNED,     "CONNECTION_CLOSED") \
	X(REPLACED,         "replaced",         CONFLICT,   "CONNECTION_CLOSED") \
	X(RATE_LIMITED,     "rate_limited",     COOLDOWN,   "RATE_LIMITED") \
	X(BUDGET,           "budget",           COOLDOWN,   "RATE_LIMITED") \
	X(CLIENT_OUTDATED,  "client_outdated",  OUTDATED,   "CLIENT_OUTDATED") \
	X(BAD_AGENT,        "bad_agent",        OUTDATED,   "CONNECTION_CLOSED") \
	X(MULTIDEVICE_OFF,  "multidevice_off",  OUTDATED,   "CONNECTION_CLOSED") \
	X(STORE_DAMAGED,    "store_damaged",    ERROR,      "INTERNAL_ERROR") \
	X(INTERNAL,         "internal",         ERROR,      "INTERNAL_ERROR")

enum wa_reason {
	WA_REASON_NONE,
#define WA_REASON_ENUM(id, name, status, code) WA_REASON_##id,
	WA_REASON_LIST(WA_REASON_ENUM)
#undef WA_REASON_ENUM
	WA_REASON_COUNT
};

/* Names on the wire; static, never NULL ("error" and "internal" for values
 * out of range). */
const char *wa_status_name(enum wa_status status);
const char *wa_reason_name(enum wa_reason reason);

/* The other direction; false, *out untouched, when there is no such name.
 * "" is WA_REASON_NONE. */
bool wa_status_from_name(const char *name, enum wa_status *out);
bool wa_reason_from_name(const char *name, enum wa_reason *out);

/* Whether the two may be shown together. */
bool wa_reason_fits(enum wa_status status, enum wa_reason reason);

/* The only status the reason goes with; false for WA_REASON_NONE. */
bool wa_reason_status(enum wa_reason reason, enum wa_status *out);

/* errorCode of the HTTP contract for an answer that fails because of this
 * reason; static, NULL when the reason is not a failure. */
const char *wa_reason_error_code(enum wa_reason reason);

#endif
