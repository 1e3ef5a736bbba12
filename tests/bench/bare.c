/*
 * bench bare BODY-FILE NAME VALUE...: libmicrohttpd with nothing around it,
 * the yardstick of the listener: one thread, epoll, one answer that is
 * prepared, with this body and these header fields. Says its port and
 * serves until it is ended.
 */
#include "tests/bench/bench.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

#define LIMIT_S 600
#define BODY_MAX 65536
#define CONNECTION_MEMORY 14336         /* the listener's own, by default */

static enum MHD_Result
on_access(void *ctx, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *upload, size_t *size,
    void **request_ctx)
{
	(void)url, (void)method, (void)version, (void)upload, (void)size;
	/* the first call tells of the header alone */
	if (*request_ctx == NULL) {
		*request_ctx = ctx;
		return MHD_YES;
	}
	return MHD_queue_response(mhd, MHD_HTTP_OK, ctx);
}

static struct MHD_Response *
prepare(int argc, char **argv)
{
	static char body[BODY_MAX];
	struct MHD_Response *response;
	FILE *file = fopen(argv[0], "rb");
	size_t n;

	if (file == NULL)
		bench_die(argv[0], "cannot be read");
	n = fread(body, 1, sizeof body, file);
	fclose(file);
	response = MHD_create_response_from_buffer(n, body,
	    MHD_RESPMEM_PERSISTENT);
	for (int i = 1; response != NULL && i + 1 < argc; i += 2) {
		if (MHD_add_response_header(response, argv[i], argv[i + 1]) ==
		    MHD_NO)
			bench_die(argv[i], "is no header field");
	}
	if (response == NULL)
		bench_die("bare", "no response");
	return response;
}

static struct MHD_Daemon *
start(struct MHD_Response *response)
{
	const struct sockaddr_in here = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_TURBO, 0, NULL, NULL,
	    on_access, response, MHD_OPTION_SOCK_ADDR, &here,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_END);
}

int
bench_bare(int argc, char **argv)
{
	struct MHD_Daemon *mhd;
	const union MHD_DaemonInfo *port;

	if (argc < 1)
		bench_die("bare", "needs BODY-FILE NAME VALUE...");
	bench_limit(LIMIT_S);
	if ((mhd = start(prepare(argc, argv))) == NULL ||
	    (port = MHD_get_daemon_info(mhd, MHD_DAEMON_INFO_BIND_PORT)) ==
	    NULL)
		bench_die("bare", "cannot listen");
	bench_say("port", port->port);
	while (MHD_run_wait(mhd, -1) == MHD_YES)
		;
	return 1;
}
