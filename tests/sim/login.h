/* What follows the handshake: registration or login, success or failure. */
#ifndef PAIRDESK_SIM_LOGIN_H
#define PAIRDESK_SIM_LOGIN_H

#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

struct conn;
struct device;

/* The ClientPayload has come. */
void login_begin(struct conn *c, const uint8_t *payload, size_t n);
/* The connection is over. */
void login_ended(struct conn *c);
/* passive/active was said. */
void login_active(struct conn *c);

/* The older connection's end when a second one logs in. */
void login_replace(struct conn *older);
/* <stream:error>, then close. Members as in the fault "stream-error". */
void login_stream_error(struct conn *c, const cJSON *how);
void login_stream_error_code(struct conn *c, int code, const char *conflict);
/* <xmlstreamend/>, then close. */
void login_stream_end(struct conn *c);

#endif
