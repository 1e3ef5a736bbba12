/* For the time being: who writes a handler takes its line out. */
#include "httpd/api.h"

void api_share(struct exchange *x) { api_later(x); }
void api_history(struct exchange *x) { api_later(x); }
void api_session_log(struct exchange *x) { api_later(x); }
void api_log(struct exchange *x) { api_later(x); }
void api_tokens_list(struct exchange *x) { api_later(x); }
void api_tokens_add(struct exchange *x) { api_later(x); }
void api_tokens_revoke(struct exchange *x) { api_later(x); }
void api_listener(struct exchange *x) { api_later(x); }
void api_listener_change(struct exchange *x) { api_later(x); }
