#include "core/app/way.h"

enum words_proxy
way_of(enum stage stage, enum err err)
{
	if (!stage_is_proxy(stage))
		return WAY_NO_PROXY;
	if (err == ERR_INVALID)
		return WAY_PROXY_UNREADABLE;
	if (stage == STAGE_PROXY_LOOKUP)
		return WAY_PROXY_LOOKUP;
	if (stage == STAGE_PROXY_TCP)
		return WAY_PROXY_TCP;
	return err == ERR_PROXY_AUTH ? WAY_PROXY_AUTH :
	    err == ERR_PROXY ? WAY_PROXY_REFUSED : WAY_PROXY_OTHER;
}
