#include "tui/console/plain_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define LIST_MOST 20            /* of a list that nobody asked for */
#define PATIENCE_MS 10000

/* --- saying ------------------------------------------------------------------- */

/* Who reads has gone: nobody to talk to, and why-nots without end may be
 * ahead. Whatever was written by whomever, it is noticed here. */
static void
look_out(struct plain *p)
{
	if ((fflush(stdout) == 0 && !ferror(stdout) && !ferror(stderr)) ||
	    p->is_leaving)
		return;
	p->is_leaving = true;
	p->params.on_leave(p->params.ctx, false, EX_IOERR);
}

static void
why_not(struct plain *p, const char *sentence)
{
	fprintf(stderr, "pairdesk: %s\n", sentence);
	look_out(p);
}

static void
line_out(struct plain *p, const char *line)
{
	printf("%s\n", line);
	look_out(p);
}

void
plain_out(struct plain *p, enum text text, const struct words_args *with)
{
	char line[PLAIN_LINE_MAX];

	text_format(line, sizeof line, p->params.args->lang, text, with);
	line_out(p, line);
}

void
plain_refuse(struct plain *p, int exit_code, const char *sentence)
{
	p->exit_code = exit_code;
	why_not(p, sentence);
}

void
plain_refuse_text(struct plain *p, int exit_code, enum text text,
    const struct words_args *with)
{
	char line[PLAIN_LINE_MAX];

	text_format(line, sizeof line, p->params.args->lang, text, with);
	plain_refuse(p, exit_code, line);
}

void
plain_say(struct plain *p, bool ok, const char *sentence)
{
	if (ok)
		line_out(p, sentence);
	else
		why_not(p, sentence);
}

/* The companies are numbered as they are shown; a number then means what was
 * said, whatever has changed since. */
void
plain_list(struct plain *p, size_t most)
{
	const size_t shown = fleet_shown(p->fleet);
	const size_t n = shown < most ? shown : most;
	char line[PLAIN_LINE_MAX];

	free(p->listed);
	p->listed = xcalloc(n == 0 ? 1 : n, sizeof *p->listed);
	p->listed_count = n;
	for (size_t i = 0; i < n; i++) {
		const struct row *row = fleet_at(p->fleet, i);

		(void)str_copy(p->listed[i], sizeof p->listed[i],
		    row->company);
		plain_row(row, i + 1, p->params.args->lang,
		    feed_now_ms(p->feed), line, sizeof line);
		printf("%s\n", line);
	}
	if (shown > n)
		plain_out(p, TEXT_PLAIN_MORE, &(struct words_args){
		    .n = (int64_t)(shown - n) });
	look_out(p);
}

void
plain_overview(struct plain *p)
{
	char line[PLAIN_LINE_MAX];

	if (fleet_count(p->fleet) == 0) {
		plain_out(p, TEXT_PLAIN_NONE, NULL);
		return;
	}
	plain_summary(p->fleet, p->params.args->lang, line, sizeof line);
	line_out(p, line);
	fleet_only_problems(p->fleet, true);
	plain_list(p, LIST_MOST);
	fleet_only_problems(p->fleet, false);
}

/* --- leaving -------------------------------------------------------------------- */

void
plain_leave(struct plain *p, bool stop)
{
	if (p->is_leaving)
		return;
	p->is_leaving = true;
	p->params.on_leave(p->params.ctx, stop,
	    p->is_interactive ? EX_OK : p->exit_code);
}

void
plain_quit(struct plain *p)
{
	if (!p->is_interactive || !p->params.started_core) {
		plain_leave(p, false);
		return;
	}
	p->question = PLAIN_LEAVE;
	plain_out(p, TEXT_PLAIN_ASK_LEAVE, NULL);
}

/* --- lines in ---------------------------------------------------------------------- */

static char *
trim(char *line)
{
	size_t n;

	line += strspn(line, " \t\r");
	for (n = strlen(line); n > 0 && strchr(" \t\r", line[n - 1]) != NULL;
	    n--)
		line[n - 1] = '\0';
	return line;
}

static void
answer(struct plain *p, const char *line)
{
	const enum plain_question question = p->question;

	p->question = PLAIN_NOTHING;
	if (question == PLAIN_LEAVE) {
		if (strcmp(line, "back") == 0)
			plain_out(p, TEXT_PLAIN_BACK, NULL);
		else
			plain_leave(p, strcmp(line, "stop") == 0);
	} else if (strcmp(line, p->company) == 0) {
		plain_act(p);
	} else {
		plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_NOT_TYPED,
		    &(struct words_args){ .company = p->company });
	}
}

static bool
is_busy(const struct plain *p)
{
	/* a person may do other things while a code waits */
	return !p->has_begun || p->call != NULL ||
	    (p->link != NULL && !p->is_interactive);
}

/* False: no whole line is there. */
static bool
take_line(struct plain *p)
{
	char *end = memchr(p->in, '\n', p->in_len), line[PLAIN_INPUT_MAX];
	size_t n;

	if (end == NULL && p->is_eof && p->in_len > 0 &&
	    p->in_len < sizeof p->in) {
		p->in[p->in_len++] = '\n';
		end = p->in + p->in_len - 1;
	}
	if (end == NULL)
		return false;
	n = (size_t)(end - p->in);
	memcpy(line, p->in, n);
	line[n] = '\0';
	p->in_len -= n + 1;
	memmove(p->in, end + 1, p->in_len);
	if (p->is_skipping)
		p->is_skipping = false;
	else if (p->question != PLAIN_NOTHING)
		answer(p, trim(line));
	else
		plain_do(p, trim(line));
	return true;
}

static void
on_end_of_input(struct plain *p)
{
	/* nobody is left to answer */
	if (p->question == PLAIN_TYPED)
		answer(p, "");
	if (p->question == PLAIN_LEAVE) {
		plain_leave(p, false);
		return;
	}
	plain_quit(p);
	/* a terminal's end of file is a key: more may follow */
	if (p->question == PLAIN_LEAVE)
		p->is_eof = false;
}

static void
read_some(struct plain *p)
{
	ssize_t n;

	if (p->in_len == sizeof p->in) {
		/* no line is so long */
		if (!p->is_skipping)
			plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_TOO_LONG,
			    NULL);
		p->is_skipping = true;
		p->in_len = 0;
	}
	n = read(STDIN_FILENO, p->in + p->in_len, sizeof p->in - p->in_len);
	if (n > 0)
		p->in_len += (size_t)n;
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		p->is_eof = true;
}

static void on_readable(void *ctx, int events);

/* Watches while there is something to wait for. */
static void
set_watch(struct plain *p, bool on)
{
	if (on == (p->watch != NULL) || p->poll_fd == -1)
		return;
	if (!on) {
		watch_destroy(p->watch);
		p->watch = NULL;
	} else if (loop_on_fd(p->params.loop, p->poll_fd, WATCH_READ,
	    on_readable, p, &p->watch) != ERR_OK) {
		p->is_eof = true;
	}
}

static void
on_turn(void *ctx)
{
	struct plain *p = ctx;

	do
		look_out(p);
	while (!p->is_leaving && !is_busy(p) && take_line(p));
	if (p->is_leaving || is_busy(p)) {
		set_watch(p, false);
	} else if (p->is_eof) {
		set_watch(p, false);
		on_end_of_input(p);
		if (!p->is_leaving)
			set_watch(p, true);
	} else if (p->poll_fd != -1) {
		set_watch(p, true);
	} else {
		read_some(p);
		timer_start(p->turn, 0);
	}
}

void
plain_go_on(struct plain *p)
{
	timer_start(p->turn, 0);
}

static void
on_readable(void *ctx, int events)
{
	struct plain *p = ctx;

	(void)events;
	read_some(p);
	on_turn(p);
}

/* The loop would make what it watches non-blocking, for everybody who shares
 * it, so it gets a descriptor of our own with that one in it. */
static void
open_input(struct plain *p)
{
	struct epoll_event event = { .events = EPOLLIN };

	p->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (p->poll_fd != -1 && epoll_ctl(p->poll_fd, EPOLL_CTL_ADD,
	    STDIN_FILENO, &event) != 0) {
		/* a file, or /dev/null: it never makes us wait */
		close(p->poll_fd);
		p->poll_fd = -1;
	}
}

/* --- news ------------------------------------------------------------------------------ */

bool
plain_is_lost(const struct plain *p)
{
	return feed_state(p->feed) == FEED_LOST;
}

/* First who needs somebody, then what can be typed. */
static void
begin(struct plain *p)
{
	if (p->has_begun)
		return;
	p->has_begun = p->watches = true;
	timer_stop(p->patience);
	for (size_t i = 0; i < fleet_shown(p->fleet); i++)
		(void)plain_seen_changed(p->seen, fleet_at(p->fleet, i));
	plain_overview(p);
	if (p->is_interactive)
		plain_out(p, TEXT_PLAIN_HINT, NULL);
	plain_go_on(p);
}

static void
on_patience(void *ctx)
{
	struct plain *p = ctx;

	p->was_lost = plain_is_lost(p);
	if (p->was_lost)
		plain_refuse_text(p, EX_TEMPFAIL, TEXT_PLAIN_GONE, NULL);
	begin(p);
}

static void
on_feed(struct plain *p)
{
	const bool is_lost = plain_is_lost(p);

	if (feed_state(p->feed) == FEED_LIVE)
		begin(p);
	if (!p->has_begun || is_lost == p->was_lost)
		return;
	p->was_lost = is_lost;
	if (is_lost)
		plain_refuse_text(p, p->exit_code, TEXT_PLAIN_GONE, NULL);
	else
		plain_out(p, TEXT_PLAIN_AGAIN, NULL);
}

static void
say_news(struct plain *p, const struct row *row)
{
	char line[PLAIN_LINE_MAX];

	if (!plain_seen_changed(p->seen, row) || !p->watches)
		return;
	plain_news(row, p->params.args->lang, feed_now_ms(p->feed), line,
	    sizeof line);
	line_out(p, line);
}

static void
on_change(void *ctx, const struct row *row, enum need before)
{
	struct plain *p = ctx;

	(void)before;
	if (p->is_leaving)
		return;
	if (row == NULL)
		on_feed(p);
	else if (p->has_begun)
		say_news(p, row);
}

void
plain_core_ended(struct plain *p, const char *why)
{
	p->params.started_core = false;
	why_not(p, why);
}

/* --- birth and end ----------------------------------------------------------------------- */

struct plain *
plain_create(const struct plain_params *params)
{
	struct plain *p = xcalloc(1, sizeof *p);

	p->params = *params;
	p->is_interactive = isatty(STDIN_FILENO) == 1;
	p->fleet = fleet_create();
	p->seen = plain_seen_create();
	p->turn = timer_create_on(params->loop, on_turn, p);
	p->patience = timer_create_on(params->loop, on_patience, p);
	open_input(p);
	p->feed = feed_create(params->loop, params->client, p->fleet,
	    &(struct feed_handlers){ .on_change = on_change, .ctx = p });
	timer_start(p->patience, PATIENCE_MS);
	return p;
}

void
plain_destroy(struct plain *p)
{
	if (p == NULL)
		return;
	plain_link_end(p->link);
	call_cancel(p->call);
	feed_destroy(p->feed);
	watch_destroy(p->watch);
	if (p->poll_fd != -1)
		close(p->poll_fd);
	timer_destroy(p->turn);
	timer_destroy(p->patience);
	plain_seen_destroy(p->seen);
	fleet_destroy(p->fleet);
	free(p->listed);
	free(p->value);
	free(p);
}
