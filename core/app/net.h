/* What the configuration says of WhatsApp's side, made ready for use. */
#ifndef PAIRDESK_APP_NET_H
#define PAIRDESK_APP_NET_H

#include "core/app/config.h"
#include "core/io/tls.h"
#include "core/io/ws.h"
#include "core/wire/noise.h"
#include "core/wire/payload.h"

struct net {
	struct url url;
	struct tls_config *tls;         /* NULL for plain ws without https */
	struct noise_trust trust;
	struct wa_client client;
	const char *platform_display;   /* borrowed from the configuration */
	const char *version_url;        /* borrowed; NULL: none */
	const char *proxy;              /* borrowed; NULL, "" none; a secret */
};

/* problem (of size bytes) gets a sentence on error. */
MUST_CHECK enum err net_init(struct net *net, const struct config *config,
    char *problem, size_t size);
void net_finish(struct net *net);

#endif
