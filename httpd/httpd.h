/*
 * The listener: HTTP over TCP where it is asked for, and over the control
 * socket wherever a core runs. A face: it asks core/app and knows nothing of
 * WhatsApp. On the app's loop, without a thread.
 */
#ifndef PAIRDESK_HTTPD_HTTPD_H
#define PAIRDESK_HTTPD_HTTPD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/app/app.h"
#include "core/app/config.h"
#include "core/app/listen_spec.h"
#include "core/base/err.h"

struct httpd;

struct httpd_params {
	struct app *app;
	const struct config *config;    /* must outlive it */
	enum lang lang;                 /* of who asks for none */
	bool with_tcp;                  /* http.listen and sockets of systemd */
	bool with_control;              /* bind control.socket */
};

/* problem says what went wrong and what to do: an address in use, a socket
 * that another pairdesk holds. ERR_INVALID, ERR_LOCKED, ERR_PERMISSION,
 * ERR_IO. */
MUST_CHECK enum err httpd_open(const struct httpd_params *params,
    struct httpd **out, struct app_problem *problem);
/* Ends all connections. Before app_close; NULL ok. */
void httpd_close(struct httpd *h);

/* This process ends: who waits is answered so, and /health tells who watches.
 * NULL ok. */
void httpd_say_stopping(struct httpd *h);

/* Serves one end of a socket pair like the control socket; owns fd. */
MUST_CHECK enum err httpd_adopt(struct httpd *h, int fd);

/* What it listens on, "127.0.0.1:3000"; NULL behind the last. Borrowed. */
const char *httpd_address(const struct httpd *h, size_t i, char *out,
    size_t size);
bool httpd_is_open_mode(const struct httpd *h);

/* Changes the addresses at run time; all or none. */
MUST_CHECK enum err httpd_listen(struct httpd *h,
    const struct listen_spec *specs, size_t n, struct app_problem *problem);

#endif
