/* A real terminal device, its other end in our hands. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/loop.h"
#include "tests/t.h"
#include "tui/console/screen.h"

#define PATIENCE_MS 20000

struct seat {
	int master, slave;
	struct loop *loop;
	struct screen *screen;
	struct timer *guard;
	struct termios before;
	char heard[64], text[4200];
	int frames, gone;
	bool fills, is_late;
	/* what the master has read; the last of it */
	char got[16384];
	size_t n, total;
};

static void
on_key(void *ctx, const struct key *key)
{
	struct seat *s = ctx;
	const size_t n = strlen(s->heard);

	if (n + 1 < sizeof s->heard) {
		s->heard[n] = key->name == K_TEXT ? (char)key->text
		    : key->name == K_ESC ? '!' : key->name == K_UP ? '^' : '#';
		s->heard[n + 1] = '\0';
	}
	screen_want(s->screen, SCREEN_KEY);
}

static void
on_draw(void *ctx, struct area all)
{
	struct seat *s = ctx;

	s->frames++;
	for (int i = 0; s->fills && i < all.rows; i++) {
		for (int k = 0; k < all.columns; k++)
			area_glyph(all, i, k, (unsigned)(i + k + s->frames) %
			    ROLE_INPUT, (uint32_t)('a' + (i * k + s->frames) %
			    26));
	}
	(void)area_text(all, 0, 0, -1, ROLE_TEXT, s->text);
}

static void
on_gone(void *ctx)
{
	((struct seat *)ctx)->gone++;
}

static void
on_late(void *ctx)
{
	((struct seat *)ctx)->is_late = true;
}

static bool
take_seat(struct seat *s)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };
	const char *path;

	*s = (struct seat){ .slave = -1 };
	s->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (s->master == -1 || grantpt(s->master) != 0 ||
	    unlockpt(s->master) != 0 || (path = ptsname(s->master)) == NULL)
		return false;
	s->slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	(void)ioctl(s->master, TIOCSWINSZ, &size);
	(void)fcntl(s->master, F_SETFL, O_NONBLOCK);
	return s->slave != -1 && tcgetattr(s->slave, &s->before) == 0 &&
	    loop_create(&s->loop) == ERR_OK;
}

static bool
sit(struct seat *s)
{
	const char *problem = NULL;
	struct screen_params params = { .in_fd = s->slave,
	    .out_fd = s->slave, .loop = s->loop,
	    .handlers = { on_key, on_draw, on_gone, s } };
	enum err err;

	(void)setenv("TERM", "xterm-256color", 1);
	s->guard = timer_create_on(s->loop, on_late, s);
	err = screen_open(&params, &s->screen, &problem);
	EXPECT_INT(err, ERR_OK);
	return err == ERR_OK;
}

static void
stand_up(struct seat *s)
{
	screen_close(s->screen);
	timer_destroy(s->guard);
	loop_destroy(s->loop);
	if (s->slave != -1)
		(void)close(s->slave);
	if (s->master != -1)
		(void)close(s->master);
}

/* Reads what has come; keeps the last part of it. */
static void
look(struct seat *s)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(s->master, bytes, sizeof bytes)) > 0) {
		const size_t more = (size_t)n;

		s->total += more;
		if (s->n + more >= sizeof s->got) {
			memmove(s->got, s->got + sizeof s->got / 2,
			    sizeof s->got / 2);
			s->n = s->n > sizeof s->got / 2
			    ? s->n - sizeof s->got / 2 : 0;
		}
		memcpy(s->got + s->n, bytes, more);
		s->n += more;
	}
	s->got[s->n] = '\0';
}

static void
forget(struct seat *s)
{
	look(s);
	s->n = 0;
}

static bool
has_got(struct seat *s, const char *text)
{
	look(s);
	return memmem(s->got, s->n, text, strlen(text)) != NULL;
}

/* Turns of the loop until the screen shows it. */
static bool
wait_for(struct seat *s, const char *text)
{
	s->is_late = false;
	timer_start(s->guard, PATIENCE_MS);
	while (!has_got(s, text) && !s->is_late) {
		loop_turn(s->loop, false);
		(void)usleep(1000);
	}
	timer_stop(s->guard);
	return !s->is_late;
}

static bool
wait_heard(struct seat *s, const char *text)
{
	s->is_late = false;
	timer_start(s->guard, PATIENCE_MS);
	while (strcmp(s->heard, text) != 0 && !s->is_late)
		loop_turn(s->loop, true);
	timer_stop(s->guard);
	return !s->is_late;
}

static bool
is_as_before(struct seat *s)
{
	struct termios now;

	return tcgetattr(s->slave, &now) == 0 &&
	    now.c_iflag == s->before.c_iflag &&
	    now.c_oflag == s->before.c_oflag &&
	    now.c_lflag == s->before.c_lflag &&
	    memcmp(now.c_cc, s->before.c_cc, sizeof now.c_cc) == 0;
}

/* Alternate screen wiped before it is left, cursor, keypad, paste, title. */
static void
expect_left(struct seat *s)
{
	EXPECT(has_got(s, "\033[H\033[2J"));
	EXPECT(has_got(s, "\033[?25h"));
	EXPECT(has_got(s, "\033[?1l\033>"));
	EXPECT(has_got(s, "\033[?1049l"));
	EXPECT(has_got(s, "\033[?2004l"));
	EXPECT(has_got(s, "\033[23;0t"));
}

TEST(screen_takes_a_terminal_and_gives_it_back)
{
	struct seat s;

	ASSERT(take_seat(&s));
	ASSERT(sit(&s));
	(void)str_copy(s.text, sizeof s.text, "hello");
	EXPECT(!is_as_before(&s));
	/* the description that the shell shares is as it was */
	EXPECT((fcntl(s.slave, F_GETFL) & O_NONBLOCK) == 0);
	EXPECT(wait_for(&s, "hello"));
	EXPECT(has_got(&s, "\033[?1049h"));
	EXPECT(has_got(&s, "\033[?2004h"));
	EXPECT(has_got(&s, "\033[22;0t"));
	screen_title(s.screen, "2 need\033 you");
	EXPECT(has_got(&s, "\033]0;2 need? you\a"));
	screen_set_mouse(s.screen, true);
	EXPECT(has_got(&s, "\033[?1000h"));
	forget(&s);
	screen_close(s.screen);
	s.screen = NULL;
	expect_left(&s);
	EXPECT(has_got(&s, "\033[?1000l"));
	EXPECT(is_as_before(&s));
	EXPECT((fcntl(s.slave, F_GETFL) & O_NONBLOCK) == 0);
	stand_up(&s);
}

TEST(screen_hears_keys_from_a_terminal)
{
	struct seat s;
	int frames;

	ASSERT(take_seat(&s));
	ASSERT(sit(&s));
	EXPECT(wait_for(&s, "\033[?1049h"));
	while (s.frames == 0)
		loop_turn(s.loop, true);
	/* many keys in one read are one frame */
	frames = s.frames;
	EXPECT_INT(write(s.master, "jjjj\033[Ak", 8), 8);
	EXPECT(wait_heard(&s, "jjjj^k"));
	for (int i = 0; i < 5; i++)
		loop_turn(s.loop, false);
	EXPECT(s.frames <= frames + 2);
	/* an escape that stays alone, a character in two parts */
	EXPECT_INT(write(s.master, "\033", 1), 1);
	EXPECT(wait_heard(&s, "jjjj^k!"));
	EXPECT_INT(write(s.master, "\003", 1), 1);
	EXPECT(wait_heard(&s, "jjjj^k!#"));
	stand_up(&s);
}

TEST(screen_does_not_queue_frames_on_a_slow_line)
{
	struct seat s;
	uint64_t sent;

	ASSERT(take_seat(&s));
	ASSERT(sit(&s));
	s.fills = true;
	/* nobody reads: the kernel's buffer fills, then frames stop */
	for (int i = 0; i < 2000; i++) {
		screen_want(s.screen, SCREEN_KEY);
		loop_turn(s.loop, false);
	}
	EXPECT(s.frames < 100);
	sent = screen_sent_bytes(s.screen);
	screen_now(s.screen);
	EXPECT_INT(screen_sent_bytes(s.screen), sent);
	/* the newest state is what comes, whatever was skipped */
	s.fills = false;
	(void)str_copy(s.text, sizeof s.text, "the newest");
	screen_want(s.screen, SCREEN_NEWS);
	EXPECT(wait_for(&s, "the newest"));
	EXPECT(s.frames < 110);
	stand_up(&s);
}

TEST(screen_is_told_of_a_hang_up_once)
{
	struct seat s;

	ASSERT(take_seat(&s));
	ASSERT(sit(&s));
	EXPECT(wait_for(&s, "\033[?1049h"));
	(void)close(s.master);
	s.master = -1;
	timer_start(s.guard, PATIENCE_MS);
	while (s.gone == 0 && !s.is_late)
		loop_turn(s.loop, true);
	screen_want(s.screen, SCREEN_KEY);
	screen_now(s.screen);
	screen_bell(s.screen);
	timer_stop(s.guard);
	for (int i = 0; i < 10; i++)
		loop_turn(s.loop, false);
	EXPECT_INT(s.gone, 1);
	stand_up(&s);
}

TEST(screen_follows_the_size)
{
	const struct winsize size = { .ws_row = 50, .ws_col = 132 };
	struct seat s;

	ASSERT(take_seat(&s));
	ASSERT(sit(&s));
	EXPECT_INT(screen_rows(s.screen), 24);
	(void)str_copy(s.text, sizeof s.text, "resized");
	EXPECT(wait_for(&s, "resized"));
	forget(&s);
	(void)ioctl(s.master, TIOCSWINSZ, &size);
	(void)raise(SIGWINCH);
	EXPECT(wait_for(&s, "resized"));
	EXPECT_INT(screen_rows(s.screen), 50);
	EXPECT_INT(screen_columns(s.screen), 132);
	stand_up(&s);
}

TEST(screen_obeys_no_color)
{
	struct seat s;

	ASSERT(take_seat(&s));
	(void)setenv("NO_COLOR", "1", 1);
	ASSERT(sit(&s));
	(void)unsetenv("NO_COLOR");
	EXPECT_INT(screen_colours(s.screen), COLOURS_NONE);
	EXPECT(screen_can_show_qr(s.screen));
	stand_up(&s);
}

TEST(screen_refuses_what_is_no_terminal)
{
	const struct screen_params params = { .in_fd = -1, .out_fd = -1 };
	struct screen *screen = NULL;
	const char *problem = NULL;
	struct seat s;

	EXPECT_INT(screen_open(&params, &screen, &problem), ERR_INVALID);
	EXPECT(problem != NULL && strstr(problem, "--plain") != NULL);
	ASSERT(take_seat(&s));
	for (int i = 0; i < 3; i++) {
		static const char *const terms[] = { "no-such-terminal", "",
		    "dumb" };
		const struct screen_params on = { .in_fd = s.slave,
		    .out_fd = s.slave, .loop = s.loop };

		(void)setenv("TERM", terms[i], 1);
		problem = NULL;
		EXPECT(screen_open(&on, &screen, &problem) != ERR_OK);
		EXPECT(problem != NULL && strstr(problem, "TERM") != NULL);
		EXPECT(is_as_before(&s));
	}
	(void)setenv("TERM", "xterm-256color", 1);
	stand_up(&s);
}

/* --- ends of the process, in one of our own ------------------------------------ */

/* nohup, and a shell's background, leave some of them ignored. */
static void
hear_signals(void)
{
	static const int numbers[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT,
	    SIGABRT, SIGTSTP, SIGCONT };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		(void)signal(numbers[i], SIG_DFL);
}

static _Noreturn void
be_child(struct seat *s)
{
	(void)setpgid(0, 0);
	hear_signals();
	if (!sit(s))
		_exit(9);
	(void)str_copy(s->text, sizeof s->text, "child");
	for (;;)
		loop_turn(s->loop, true);
}

static bool
wait_got(struct seat *s, const char *text)
{
	for (int i = 0; i < PATIENCE_MS / 2; i++) {
		if (has_got(s, text))
			return true;
		(void)usleep(2000);
	}
	return false;
}

static pid_t
start_child(struct seat *s)
{
	pid_t pid;

	if (!take_seat(s))
		return -1;
	/* the child makes its own loop */
	loop_destroy(s->loop);
	s->loop = NULL;
	pid = fork();
	if (pid == 0) {
		if (loop_create(&s->loop) != ERR_OK)
			_exit(9);
		be_child(s);
	}
	return pid;
}

TEST(screen_restores_at_signals)
{
	static const int numbers[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT,
	    SIGABRT };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct seat s;
		const pid_t pid = start_child(&s);
		int status = 0;

		ASSERT(pid > 0);
		EXPECT(wait_got(&s, "child"));
		EXPECT(!is_as_before(&s));
		forget(&s);
		(void)kill(pid, numbers[i]);
		EXPECT_INT(waitpid(pid, &status, 0), pid);
		EXPECT(WIFSIGNALED(status));
		EXPECT_INT(WTERMSIG(status), numbers[i]);
		expect_left(&s);
		EXPECT(is_as_before(&s));
		(void)close(s.slave);
		(void)close(s.master);
	}
}

TEST(screen_stops_and_goes_on)
{
	struct seat s;
	const pid_t pid = start_child(&s);
	int status = 0;

	ASSERT(pid > 0);
	EXPECT(wait_got(&s, "child"));
	for (int i = 0; i < 3; i++) {
		forget(&s);
		(void)kill(pid, SIGTSTP);
		EXPECT_INT(waitpid(pid, &status, WUNTRACED), pid);
		EXPECT(WIFSTOPPED(status));
		expect_left(&s);
		EXPECT(is_as_before(&s));
		forget(&s);
		(void)kill(pid, SIGCONT);
		EXPECT(wait_got(&s, "child"));
		EXPECT(has_got(&s, "\033[?1049h"));
		EXPECT(!is_as_before(&s));
	}
	/* from outside nothing can be restored, but all is drawn again */
	(void)kill(pid, SIGSTOP);
	EXPECT_INT(waitpid(pid, &status, WUNTRACED), pid);
	forget(&s);
	(void)tcsetattr(s.slave, TCSANOW, &s.before);
	(void)kill(pid, SIGCONT);
	EXPECT(wait_got(&s, "child"));
	EXPECT(!is_as_before(&s));
	(void)kill(pid, SIGTERM);
	EXPECT_INT(waitpid(pid, &status, 0), pid);
	EXPECT(is_as_before(&s));
	(void)close(s.slave);
	(void)close(s.master);
}
