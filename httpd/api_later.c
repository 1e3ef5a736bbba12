/* What comes with the fleet: backups, and replacing a link. */
#include "httpd/answer.h"
#include "httpd/api.h"

void
api_later(struct exchange *x)
{
	answer_error(x, API_NOT_IMPLEMENTED);
}
