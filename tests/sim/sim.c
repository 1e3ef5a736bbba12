#include "tests/sim/sim.h"

#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static const char *const stage_names[] = {
	[STAGE_ACCEPT] = "accept", [STAGE_TLS] = "tls",
	[STAGE_UPGRADE] = "upgrade", [STAGE_HELLO] = "hello",
	[STAGE_FINISH] = "finish", [STAGE_PAIR] = "pair",
	[STAGE_LOGIN] = "login", [STAGE_ONLINE] = "online",
};
_Static_assert(ARRAY_LEN(stage_names) == STAGE_COUNT, "a name for each stage");

const char *
stage_name(enum stage stage)
{
	return stage < STAGE_COUNT ? stage_names[stage] : "none";
}

enum stage
stage_from(const char *name)
{
	for (int i = 0; name != NULL && i < STAGE_COUNT; i++) {
		if (strcmp(stage_names[i], name) == 0)
			return (enum stage)i;
	}
	return STAGE_COUNT;
}

void
settings_init(struct settings *s)
{
	memset(s, 0, sizeof *s);
#define SETTING_INIT(name, fallback, largest) s->name = fallback;
	SETTING_LIST(SETTING_INIT)
#undef SETTING_INIT
	str_copy(s->page, sizeof s->page, "ok");
	str_copy(s->root_page, sizeof s->root_page, "ok");
}

bool
settings_set(struct settings *s, const char *name, int64_t value)
{
#define SETTING_SET(member, fallback, largest) \
	if (strcmp(name, #member) == 0) { \
		if (value < 0 || value > (largest)) \
			return false; \
		s->member = value; \
		return true; \
	}
	SETTING_LIST(SETTING_SET)
#undef SETTING_SET
	return false;
}

int64_t
sim_wall_s(void)
{
	return (int64_t)time(NULL);
}
