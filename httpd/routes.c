/* The table alone: what api.md says, in its order. */
#include <stddef.h>

#include "httpd/api.h"
#include "httpd/router.h"

#define SESSIONS "/api/whatsapp/sessions"
#define ONE SESSIONS "/*"
#define OSCA (MAY_OPEN | MAY_SHARE | MAY_COMPANY | MAY_ADMIN)
#define OCA (MAY_OPEN | MAY_COMPANY | MAY_ADMIN)
#define CA (MAY_COMPANY | MAY_ADMIN)
#define A MAY_ADMIN

const struct route routes[] = {
	{ METHOD_POST, ONE "/pairing-code", OSCA, LIMIT_API,
	    api_pairing_code },
	{ METHOD_GET, ONE "/qr", OSCA, LIMIT_API, api_qr },
	{ METHOD_GET, ONE "/status", OSCA, LIMIT_STATUS, api_status },
	{ METHOD_POST, ONE "/reconnect", OCA, LIMIT_API, api_reconnect },
	{ METHOD_GET, ONE "/health", OSCA, LIMIT_API, api_session_health },
	{ METHOD_GET, ONE "/events", OSCA, LIMIT_NONE, api_session_events },
	{ METHOD_POST, ONE "/logout", CA, LIMIT_API, api_logout },
	{ METHOD_PATCH, ONE, A, LIMIT_API, api_patch },
	{ METHOD_DELETE, ONE, A, LIMIT_API, api_delete },
	{ METHOD_POST, ONE "/share", A, LIMIT_API, api_share },
	{ METHOD_GET, ONE "/history", A, LIMIT_API, api_history },
	{ METHOD_GET, ONE "/log", A, LIMIT_API, api_session_log },
	{ METHOD_POST, ONE "/backup", A, LIMIT_API, api_backup },
	{ METHOD_GET, ONE "/backups", A, LIMIT_API, api_backups },
	{ METHOD_POST, ONE "/restore", A, LIMIT_API, api_restore },
	{ METHOD_GET, SESSIONS, A, LIMIT_API, api_sessions },
	{ METHOD_GET, "/api/whatsapp/events", A, LIMIT_NONE, api_events },
	{ METHOD_GET, "/api/whatsapp/log", A, LIMIT_API, api_log },
	{ METHOD_GET, "/api/whatsapp/metrics", A, LIMIT_API, api_metrics },
	{ METHOD_GET, "/metrics", A, LIMIT_API, api_prometheus },
	{ METHOD_GET, "/api/whatsapp/tokens", A, LIMIT_API, api_tokens_list },
	{ METHOD_POST, "/api/whatsapp/tokens", A, LIMIT_API, api_tokens_add },
	{ METHOD_DELETE, "/api/whatsapp/tokens", A, LIMIT_API,
	    api_tokens_revoke },
	{ METHOD_GET, "/api/whatsapp/listener", A, LIMIT_API, api_listener },
	{ METHOD_PATCH, "/api/whatsapp/listener", A, LIMIT_API,
	    api_listener_change },
	{ METHOD_POST, "/api/whatsapp/doctor", A, LIMIT_API, api_doctor },
	{ METHOD_GET, "/api/whatsapp/version", A, LIMIT_API, api_version },
	{ METHOD_PATCH, "/api/whatsapp/version", A, LIMIT_API,
	    api_version_change },
	{ METHOD_GET, "/api/whatsapp/rekey", A, LIMIT_API, api_rekey },
	{ METHOD_POST, "/api/whatsapp/rekey", A, LIMIT_API, api_rekey_begin },
	{ METHOD_GET, "/health", MAY_ALL, LIMIT_NONE, api_health },
	{ METHOD_OTHER, NULL, 0, LIMIT_NONE, NULL },
};
