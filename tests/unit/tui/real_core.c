#include "tests/unit/tui/real_core.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/httpd/hall.h"

struct real_core {
	struct hall hall;
	bool refuses;
	int last;                       /* a copy of the last connection */
};

struct real_core *
real_core_create(int companies)
{
	struct real_core *r = xcalloc(1, sizeof *r);
	char company[16];

	r->last = -1;
	hall_init(&r->hall);
	for (int i = 0; i < companies; i++) {
		(void)str_format(company, sizeof company, "c%04d", i);
		hall_name(&r->hall, company, "first");
	}
	return r;
}

void
real_core_destroy(struct real_core *r)
{
	if (r->last != -1)
		close(r->last);
	hall_finish(&r->hall);
	free(r);
}

struct loop *
real_core_loop(const struct real_core *r)
{
	return app_loop(r->hall.app);
}

int
real_core_dial(void *ctx)
{
	struct real_core *r = ctx;
	int fds[2];

	if (r->refuses || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0, fds) != 0)
		return -1;
	if (r->last != -1)
		close(r->last);
	r->last = dup(fds[0]);
	EXPECT_INT(httpd_adopt(r->hall.h, fds[1]), ERR_OK);
	return fds[0];
}

void
real_core_refuse(struct real_core *r, bool refuses)
{
	r->refuses = refuses;
}

void
real_core_cut(struct real_core *r)
{
	EXPECT_INT(shutdown(r->last, SHUT_RDWR), 0);
}

void
real_core_name(struct real_core *r, const char *company, const char *name)
{
	hall_name(&r->hall, company, name);
}

static void
on_removed(void *ctx, enum err err)
{
	(void)ctx;
	EXPECT_INT(err, ERR_OK);
}

void
real_core_remove(struct real_core *r, const char *company)
{
	/* its name must be stored by then */
	while (r->hall.patching > 0)
		loop_turn(real_core_loop(r), true);
	EXPECT_INT(app_remove(r->hall.app, company, true, true, on_removed,
	    NULL), ERR_OK);
}

void
real_core_turn(struct real_core *r, int turns)
{
	hall_turn(&r->hall, turns);
}
