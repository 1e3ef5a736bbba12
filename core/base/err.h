/*
 * One error type for the whole program. Each error has a class that says
 * whose fault it is, and so what a caller does next, and a text for logs.
 * Sentences for people live in core/app/words, not here.
 */
#ifndef PAIRDESK_BASE_ERR_H
#define PAIRDESK_BASE_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))

enum err_class {
	ERRC_NONE,
	ERRC_USER,      /* bad input by the caller: show it */
	ERRC_PEER,      /* the other side broke the protocol: close */
	ERRC_NETWORK,   /* the way to the peer failed: retry */
	ERRC_LOCAL,     /* this machine: disk, memory, permissions: stop */
	ERRC_BUG        /* ours: report */
};

/* name, class, text for logs */
#define ERR_LIST(X) \
	X(OK,               ERRC_NONE,    "no error") \
	X(TRUNCATED,        ERRC_PEER,    "input ends too early") \
	X(TRAILING,         ERRC_PEER,    "input has bytes left over") \
	X(MALFORMED,        ERRC_PEER,    "input is malformed") \
	X(TOO_LARGE,        ERRC_PEER,    "input is larger than its limit") \
	X(TOO_DEEP,         ERRC_PEER,    "input is nested too deeply") \
	X(UNSUPPORTED,      ERRC_PEER,    "input uses something unsupported") \
	X(AUTH,             ERRC_PEER,    "authentication tag does not match") \
	X(SIGNATURE,        ERRC_PEER,    "signature does not verify") \
	X(WEAK_KEY,         ERRC_PEER,    "public key is weak or invalid") \
	X(CERT_MALFORMED,   ERRC_PEER,    "noise certificate is malformed") \
	X(CERT_SIGNATURE,   ERRC_PEER,    "noise certificate signature does not verify") \
	X(CERT_ISSUER,      ERRC_PEER,    "noise certificate issuer does not match") \
	X(CERT_KEY,         ERRC_PEER,    "noise certificate is for another key") \
	X(CERT_TIME,        ERRC_LOCAL,   "noise certificate is not valid now; check the system clock") \
	X(PEER_PROTOCOL,    ERRC_PEER,    "peer broke the protocol") \
	X(PAIR_HMAC,        ERRC_PEER,    "pair-success HMAC does not match") \
	X(PAIR_SIGNATURE,   ERRC_PEER,    "pair-success account signature does not verify") \
	X(PAIR_VETO,        ERRC_USER,    "another phone than the expected one was linked") \
	X(RESOLVE,          ERRC_NETWORK, "host name cannot be resolved") \
	X(CONNECT,          ERRC_NETWORK, "connection cannot be made") \
	X(PROXY,            ERRC_NETWORK, "the proxy does not connect") \
	X(PROXY_AUTH,       ERRC_NETWORK, "the proxy refuses the credentials") \
	X(TLS,              ERRC_NETWORK, "TLS failed") \
	X(TLS_CERT,         ERRC_NETWORK, "TLS certificate is not trusted") \
	X(UPGRADE,          ERRC_NETWORK, "websocket upgrade was refused") \
	X(CLOSED,           ERRC_NETWORK, "connection was closed") \
	X(TIMEOUT,          ERRC_NETWORK, "no answer in time") \
	X(CANCELLED,        ERRC_NONE,    "cancelled") \
	X(INVALID,          ERRC_USER,    "value is not valid") \
	X(NOT_FOUND,        ERRC_USER,    "not found") \
	X(EXISTS,           ERRC_USER,    "exists already") \
	X(BUSY,             ERRC_USER,    "in use") \
	X(LIMIT,            ERRC_USER,    "too many link attempts for now") \
	X(MISMATCH,         ERRC_USER,    "another number than the bound one") \
	X(FULL,             ERRC_LOCAL,   "limit reached") \
	X(IO,               ERRC_LOCAL,   "input or output failed") \
	X(NO_SPACE,         ERRC_LOCAL,   "no space left on the device") \
	X(PERMISSION,       ERRC_LOCAL,   "wrong owner or permissions") \
	X(LOCKED,           ERRC_LOCAL,   "held by another process") \
	X(CORRUPT,          ERRC_LOCAL,   "stored data is damaged") \
	X(WRONG_KEY,        ERRC_LOCAL,   "stored data does not open with this master key") \
	X(NEWER_SCHEMA,     ERRC_LOCAL,   "stored data was written by a newer version") \
	X(NO_MEMORY,        ERRC_LOCAL,   "out of memory") \
	X(INTERNAL,         ERRC_BUG,     "internal error")

enum err {
#define ERR_ENUM(name, class, text) ERR_##name,
	ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
	ERR_COUNT
};

/* Short English text for logs; never NULL, also for unknown values. */
const char *err_text(enum err err);

/* Machine name such as "TRUNCATED"; never NULL. */
const char *err_name(enum err err);

enum err_class err_class(enum err err);

#endif
