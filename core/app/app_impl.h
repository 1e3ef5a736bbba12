/* What app.c lends the other files that are the app, and to nobody else. */
#ifndef PAIRDESK_APP_APP_IMPL_H
#define PAIRDESK_APP_APP_IMPL_H

#include "core/app/app.h"
#include "core/app/net.h"
#include "core/base/list.h"

/* NULL when there is no such company. */
const struct session *app_session(const struct app *a, const char *company);

const struct net *app_net(const struct app *a);
struct list *app_checkups(struct app *a);

/* checkup.c: ends all that are under way; each is told. */
void app_checkups_cancel(struct app *a);

#endif
