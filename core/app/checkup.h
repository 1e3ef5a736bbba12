/*
 * The network doctor for the ways out of a core: each different proxy once,
 * and straight if anybody goes so. Nothing logs in and nothing registers.
 */
#ifndef PAIRDESK_APP_CHECKUP_H
#define PAIRDESK_APP_CHECKUP_H

#include <cjson/cJSON.h>

#include "core/app/app.h"
#include "core/io/proxy.h"

#define CHECKUP_WAYS_MAX 64     /* looked at in one checkup */
#define CHECKUP_NAMED_MAX 16    /* companies named for each way */
#define CHECKUP_DETAIL_SIZE 256

struct checkup_step {
	enum stage stage;
	bool ok;
	enum err err;                   /* ERR_OK if ok */
	int64_t took_ms;
	char detail[CHECKUP_DETAIL_SIZE];       /* English, "" if ok */
};

struct checkup_way {
	char name[PROXY_NAME_SIZE];     /* as it may be shown; "" straight */
	bool is_default;                /* of companies without their own */
	size_t companies;               /* that go by it */
	char named[CHECKUP_NAMED_MAX][COMPANY_ID_MAX + 1];
	bool ok;
	size_t steps;
	struct checkup_step step[STAGE_COUNT];
};

enum checkup_of { CHECKUP_DEFAULT, CHECKUP_COMPANY, CHECKUP_ALL };

/* Once, never from within app_checkup; ways is borrowed. ERR_CANCELLED: the
 * app is being stopped, and n is 0. */
typedef void (*checkup_fn)(void *ctx, enum err err,
    const struct checkup_way *ways, size_t n);

/* company is for CHECKUP_COMPANY. ERR_NOT_FOUND: there is no such company.
 * ERR_BUSY: as many checkups as may be are under way. */
MUST_CHECK enum err app_checkup(struct app *a, enum checkup_of of,
    const char *company, checkup_fn fn, void *ctx);

/* {"ok","egresses":[...]}: what api.md calls the doctor's answer. */
cJSON *checkup_json(const struct checkup_way *ways, size_t n,
    enum lang lang);

#endif
