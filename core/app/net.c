#include "core/app/net.h"

#include <string.h>

#include "core/base/str.h"

static bool
is_https(const char *url)
{
	return url != NULL && strncmp(url, "https:", 6) == 0;
}

enum err
net_init(struct net *net, const struct config *config, char *problem,
    size_t size)
{
	const char *ca_file = config_str(config, OPT_WHATSAPP_CA_FILE);
	enum err err;

	memset(net, 0, sizeof *net);
	if ((err = url_parse(config_str(config, OPT_WHATSAPP_URL),
	    &net->url)) != ERR_OK) {
		str_format(problem, size, "whatsapp.url is no address");
		return err;
	}
	net->version_url = config_str(config, OPT_WHATSAPP_VERSION_URL);
	net->proxy = config_str(config, OPT_PROXY);
	net->platform_display =
	    config_str(config, OPT_WHATSAPP_PLATFORM_DISPLAY);
	net->trust = noise_trust_whatsapp;
	(void)config_hex32(config, OPT_WHATSAPP_NOISE_ROOT_KEY,
	    net->trust.root_key);
	net->client = (struct wa_client){
	    .device_name = config_str(config, OPT_WHATSAPP_DEVICE_NAME),
	    .platform = DEVICE_CHROME,
	    .language = "en",
	    .country = "US",
	    .os_version = { 0, 1, 0 },
	    .lid_migrated = true,
	};
	if (!net->url.tls && !is_https(net->version_url))
		return ERR_OK;
	if ((err = tls_config_create(ca_file, &net->tls)) != ERR_OK)
		str_format(problem, size, "the certificate authorities in %s "
		    "cannot be used: %s; install ca-certificates or set "
		    "whatsapp.ca_file", ca_file == NULL ?
		    "the system's store" : ca_file, err_text(err));
	return err;
}

void
net_finish(struct net *net)
{
	tls_config_destroy(net->tls);
	net->tls = NULL;
}
