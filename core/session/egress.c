/* The way out of this machine that a company's connections take. */
#include "core/session/impl.h"

#include <string.h>

#include "core/base/str.h"

const char *
session_egress(const struct session *s)
{
	const char *own = s->row.proxy;

	if (own[0] == '\0')
		own = s->env->proxy == NULL ? "" : s->env->proxy;
	return strcmp(own, PROXY_DIRECT_WORD) == 0 ? "" : own;
}

enum err
session_egress_proxy(const struct session *s, struct proxy *out)
{
	return proxy_parse(session_egress(s), out) == PROXY_OK ? ERR_OK :
	    ERR_INVALID;
}

/* What was set could not be read: there is no way out, least of all none. */
void
session_egress_failed(struct session *s)
{
	struct verdict v;

	verdict_of_loss(ERR_INVALID, STAGE_PROXY_LOOKUP, 0,
	    "the proxy that is set is no address; nothing was sent", &v);
	session_end_with(s, &v);
}

void
session_set_proxy(struct session *s, const char *proxy)
{
	char before[STORE_PROXY_SIZE];
	bool is_other;

	str_copy(before, sizeof before, session_egress(s));
	str_copy(s->row.proxy, sizeof s->row.proxy, proxy);
	is_other = strcmp(before, session_egress(s)) != 0;
	secret_wipe(before, sizeof before);
	if (!is_other)
		return;
	/* nothing goes on by the former way */
	if (s->linking)
		session_link_cancel(s);
	else if (s->state != ST_IDLE && session_reconnect(s) != ERR_OK)
		session_stop(s);
}
