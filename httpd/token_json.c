#include "httpd/token_json.h"

#include "core/app/json.h"

static const char *const names[] = {
	[TOKEN_SHARE] = "share",
	[TOKEN_COMPANY] = "company",
	[TOKEN_ADMIN] = "admin",
};

_Static_assert(sizeof names / sizeof names[0] == TOKEN_ROLE_COUNT,
    "a name each");

const char *
token_role_name(enum token_role role)
{
	return names[role];
}

cJSON *
token_json(const struct token_info *info)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "id", info->id);
	cJSON_AddStringToObject(o, "name", info->name);
	cJSON_AddStringToObject(o, "role", names[info->role]);
	json_add_text(o, "companyId", info->company);
	cJSON_AddStringToObject(o, "prefix", info->prefix);
	json_add_time(o, "createdAt", info->created_ms);
	json_add_time(o, "expiresAt", info->expires_ms);
	json_add_time(o, "lastUsedAt", info->last_used_ms);
	json_add_time(o, "revokedAt", info->revoked_ms);
	return o;
}
