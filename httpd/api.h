/* The handlers of the routes, one file a resource. Each answers or holds. */
#ifndef PAIRDESK_HTTPD_API_H
#define PAIRDESK_HTTPD_API_H

#include "httpd/exchange.h"

/* api_link.c */
void api_pairing_code(struct exchange *x);
void api_qr(struct exchange *x);

/* api_status.c */
void api_status(struct exchange *x);

/* api_session_health.c */
void api_session_health(struct exchange *x);

/* api_session.c */
void api_reconnect(struct exchange *x);
void api_logout(struct exchange *x);
void api_patch(struct exchange *x);
void api_delete(struct exchange *x);
void api_share(struct exchange *x);

/* api_history.c */
void api_history(struct exchange *x);
void api_session_log(struct exchange *x);
void api_log(struct exchange *x);

/* api_events.c */
void api_session_events(struct exchange *x);
void api_events(struct exchange *x);

/* api_fleet.c */
void api_sessions(struct exchange *x);
void api_metrics(struct exchange *x);
void api_prometheus(struct exchange *x);
void api_health(struct exchange *x);

/* api_tokens.c */
void api_tokens_list(struct exchange *x);
void api_tokens_add(struct exchange *x);
void api_tokens_revoke(struct exchange *x);

/* api_listener.c */
void api_listener(struct exchange *x);
void api_listener_change(struct exchange *x);

/* api_doctor.c */
void api_doctor(struct exchange *x);
/* api_version.c */
void api_version(struct exchange *x);
void api_version_change(struct exchange *x);
/* api_rekey.c */
void api_rekey(struct exchange *x);
void api_rekey_begin(struct exchange *x);

/* What comes with the fleet. */
void api_backup(struct exchange *x);
void api_backups(struct exchange *x);
void api_restore(struct exchange *x);

/* pages.c */
void pages_serve(struct exchange *x);

#endif
