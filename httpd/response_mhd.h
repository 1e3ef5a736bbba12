/* What server.c alone may know of a response. */
#ifndef PAIRDESK_HTTPD_RESPONSE_MHD_H
#define PAIRDESK_HTTPD_RESPONSE_MHD_H

#include <stdbool.h>

#include <microhttpd.h>

#include "httpd/response.h"

struct link;

struct response {
	struct MHD_Response *mhd;
	unsigned status;
	unsigned refs;
	const struct stream_ops *ops;   /* of a stream, else NULL */
	void *ctx;
	struct link *link;              /* whose stream it is, once sent */
};

/* Nothing to send now: the connection sleeps until server_wake. False: it is
 * about to end. */
bool server_sleep(struct link *link);

#endif
