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

static enum word
cause_at_proxy(enum err err)
{
	switch (err) {
	case ERR_PROXY_AUTH:
		return WORD_CAUSE_PROXY_AUTH;
	case ERR_PROXY:
		return WORD_CAUSE_PROXY_REFUSED;
	case ERR_TIMEOUT:
		return WORD_CAUSE_PROXY_SILENT;
	case ERR_CLOSED:
		return WORD_CAUSE_PROXY_CUT;
	case ERR_INVALID:
		return WORD_CAUSE_PROXY_INVALID;
	default:
		return WORD_CAUSE_NO_PROXY;
	}
}

static enum word
cause_in_tls(enum err err)
{
	switch (err) {
	case ERR_CLOSED:
		return WORD_CAUSE_TLS_CUT;
	case ERR_TIMEOUT:
		return WORD_CAUSE_TLS_SILENT;
	case ERR_TLS_CERT:
		return WORD_CAUSE_TLS_CERT;
	default:
		return WORD_CAUSE_TLS;
	}
}

enum word
way_cause(enum stage stage, enum err err)
{
	switch (stage) {
	case STAGE_LOOKUP:
	case STAGE_PROXY_LOOKUP:
		return err == ERR_INVALID ? WORD_CAUSE_PROXY_INVALID :
		    err == ERR_TIMEOUT ? WORD_CAUSE_DNS_SILENT :
		    WORD_CAUSE_DNS_REFUSED;
	case STAGE_TCP:
	case STAGE_PROXY_TCP:
		return err == ERR_TIMEOUT ? WORD_CAUSE_TCP_SILENT :
		    WORD_CAUSE_TCP_REFUSED;
	case STAGE_PROXY:
		return cause_at_proxy(err);
	case STAGE_TLS:
		return cause_in_tls(err);
	case STAGE_UPGRADE:
		return err == ERR_TIMEOUT ? WORD_CAUSE_UPGRADE_SILENT :
		    err == ERR_CLOSED ? WORD_CAUSE_UPGRADE_CUT :
		    WORD_CAUSE_UPGRADE_REFUSED;
	default:
		return err == ERR_TIMEOUT ? WORD_CAUSE_NOISE_SILENT :
		    err == ERR_CLOSED ? WORD_CAUSE_NOISE_CUT :
		    WORD_CAUSE_NOISE;
	}
}
