#include "tests/monkey/host.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/unit/httpd/hall.h"

struct host {
	struct hall hall;
};

struct host *
host_create(void)
{
	struct host *h = xcalloc(1, sizeof *h);

	hall_init(&h->hall);
	return h;
}

void
host_destroy(struct host *h)
{
	hall_finish(&h->hall);
	free(h);
}

struct loop *
host_loop(const struct host *h)
{
	return app_loop(h->hall.app);
}

const struct config *
host_config(const struct host *h)
{
	return h->hall.config;
}

size_t
host_count(const struct host *h)
{
	return app_count(h->hall.app);
}

const char *
host_path(const struct host *h, const char *name)
{
	return fix_path(&h->hall.fix, name);
}

int
host_dial(void *host)
{
	struct host *h = host;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0, fds) != 0)
		return -1;
	if (httpd_adopt(h->hall.h, fds[1]) == ERR_OK)
		return fds[0];
	close(fds[0]);
	close(fds[1]);
	return -1;
}

void
host_turn(struct host *h, int turns)
{
	hall_turn(&h->hall, turns);
}

void
host_name(struct host *h, const char *company, const char *name)
{
	hall_name(&h->hall, company, name);
}
