#include "httpd/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/app/cidr.h"
#include "core/base/str.h"

#define BACKLOG 1024
#define INHERITED_FIRST 3       /* SD_LISTEN_FDS_START */

union any_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
fill(union any_address *a, const struct listen_spec *spec)
{
	memset(a, 0, sizeof *a);
	if (inet_pton(AF_INET, spec->host, &a->v4.sin_addr) == 1) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(spec->port);
		return sizeof a->v4;
	}
	if (inet_pton(AF_INET6, spec->host, &a->v6.sin6_addr) == 1) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(spec->port);
		return sizeof a->v6;
	}
	return 0;
}

static enum err
refuse(const struct listen_spec *spec, int why, struct app_problem *problem)
{
	char text[LISTEN_TEXT_MAX];
	const char *advice = "";

	listen_spec_format(spec, text);
	if (why == EADDRINUSE)
		advice = "; another program has that port, choose one with "
		    "--http";
	else if (why == EACCES)
		advice = "; ports below 1024 need root, choose another with "
		    "--http";
	else if (why == EADDRNOTAVAIL)
		advice = "; this machine has no such address";
	str_format(problem->text, sizeof problem->text,
	    "cannot listen on %s: %s%s", text, strerror(why), advice);
	return why == EADDRINUSE ? ERR_BUSY : why == EACCES ? ERR_PERMISSION :
	    why == EADDRNOTAVAIL ? ERR_INVALID : ERR_IO;
}

enum err
listen_tcp(const struct listen_spec *spec, int *fd,
    struct listen_spec *bound, struct app_problem *problem)
{
	const int yes = 1;
	union any_address a;
	const socklen_t n = fill(&a, spec);
	int s = -1;

	if (n == 0)
		return refuse(spec, EADDRNOTAVAIL, problem);
	s = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0);
	if (s == -1)
		return refuse(spec, errno, problem);
	/* so that a restart need not wait for the old connections' end */
	(void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (a.any.sa_family == AF_INET6)
		(void)setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &yes,
		    sizeof yes);
	if (bind(s, &a.any, n) != 0 || listen(s, BACKLOG) != 0 ||
	    !listen_address(s, bound)) {
		const int why = errno;

		close(s);
		return refuse(spec, why, problem);
	}
	*fd = s;
	return ERR_OK;
}

static bool
listens(int fd)
{
	int yes = 0;
	socklen_t n = sizeof yes;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) == 0 &&
	    yes != 0;
}

bool
listen_is_control(int fd)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };
	socklen_t n = sizeof a;

	return listens(fd) && getsockname(fd, (struct sockaddr *)&a, &n) == 0 &&
	    a.ss_family == AF_UNIX;
}

bool
listen_address(int fd, struct listen_spec *out)
{
	union any_address a;
	socklen_t n = sizeof a;

	memset(&a, 0, sizeof a);
	if (!listens(fd) || getsockname(fd, &a.any, &n) != 0)
		return false;
	if (a.any.sa_family == AF_INET) {
		(void)inet_ntop(AF_INET, &a.v4.sin_addr, out->host,
		    sizeof out->host);
		out->port = ntohs(a.v4.sin_port);
		return true;
	}
	if (a.any.sa_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &a.v6.sin6_addr, out->host,
		    sizeof out->host);
		out->port = ntohs(a.v6.sin6_port);
		return true;
	}
	return false;
}

size_t
listen_inherited(int *fds, size_t max)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	uint64_t for_pid = 0, n = 0;
	size_t taken = 0;

	if (pid != NULL && count != NULL &&
	    str_to_u64(pid, INT32_MAX, &for_pid) &&
	    for_pid == (uint64_t)getpid())
		(void)str_to_u64(count, max, &n);
	for (int fd = INHERITED_FIRST; fd < INHERITED_FIRST + (int)n; fd++) {
		const int flags = fcntl(fd, F_GETFL);

		if (flags == -1)
			continue;
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		fds[taken++] = fd;
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return taken;
}
