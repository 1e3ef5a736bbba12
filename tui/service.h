/* A core that serves, as a service manager sees it (core/io/notify.h). */
#ifndef PAIRDESK_TUI_SERVICE_H
#define PAIRDESK_TUI_SERVICE_H

#include "core/app/app.h"

struct service;

/* It is open and listens: says so, feeds the watchdog from here on, and keeps
 * the line of totals up to date. */
struct service *service_create(struct app *app);
/* A loop_fn: it was told to stop. */
void service_stopping(void *service);
void service_destroy(struct service *s);        /* before the app is closed */

#endif
