/* What app.c lends the other files that are the app, and to nobody else. */
#ifndef PAIRDESK_APP_APP_IMPL_H
#define PAIRDESK_APP_APP_IMPL_H

#include "core/app/app.h"

/* NULL when there is no such company. */
const struct session *app_session(const struct app *a, const char *company);

#endif
