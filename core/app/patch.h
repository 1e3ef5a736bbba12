/* What an admin may set of a company; see app_patch in app.h. Pure. */
#ifndef PAIRDESK_APP_PATCH_H
#define PAIRDESK_APP_PATCH_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/store/store.h"

#define PATCH_NAME_CHARS 64
#define PATCH_PRIORITY_MAX 100

struct app_patch {
	bool has_name, has_phone, has_paused, has_priority, has_proxy;
	char name[STORE_NAME_SIZE];     /* "" clears */
	char phone[32];                 /* as typed; "" unpins */
	bool paused;
	int priority;
	char proxy[STORE_PROXY_SIZE];   /* "" as the others, "direct", or an
					 * address; a secret */
};

/* Whether all that is there may be set: the name has at most 64 characters
 * (255 bytes) of UTF-8 without controls, the phone is an international
 * number, the priority lies within -100..100, the proxy is one. */
bool patch_name_is_valid(const char *name);
bool patch_phone_is_valid(const char *phone);
bool patch_proxy_is_valid(const char *proxy);
/* ERR_INVALID. The phone becomes its digits. */
MUST_CHECK enum err patch_normalise(struct app_patch *patch);

#endif
