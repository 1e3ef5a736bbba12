#include "tui/console/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/console/screen_display.h"
#include "tui/console/screen_keys.h"
#include "tui/console/screen_line.h"
#include "tui/console/screen_tty.h"
#include "tui/term.h"

/* Between frames that nobody waits for. */
#define NEWS_MS 100
/* After a key's first byte the rest of it comes at once, even from afar; and
 * an escape that is a key is to be seen within a picture of the terminal. */
#define KEY_MS 12
/* A process that nothing can stop, since nobody could continue it, goes on. */
#define STOP_MS 300

#define TITLE_MAX 256

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* presses and the wheel, told as numbers */
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
#define TITLE_KEEP "\033[22;0t"
#define TITLE_BACK "\033[23;0t"

struct screen {
	struct screen_params params;
	char term[64];
	bool utf8, is_memory, is_gone;
	char *old_locale;               /* a memory screen's to put back */
	struct tty tty;
	struct line *line;
	struct display *display;
	struct canvas *canvas;
	int rows, columns;
	struct keys keys;
	char title[TITLE_MAX];
	bool is_title_kept;             /* on the terminal's stack, once */

	bool wants_key, wants_news, is_drawing;
	int64_t news_at_ms;             /* no news before */
	struct timer *frame_timer, *key_timer, *stop_timer;
	struct watch *input, *winch, *cont, *tstp;
	bool is_stopped;
	struct sigaction tstp_before;
};

static int64_t
now_ms(void)
{
	return clock_mono_ms(clock_system());
}

/* --- frames -------------------------------------------------------------------- */

static void
draw(struct screen *s)
{
	const size_t before = line_buf(s->line)->len;
	const bool is_news = !s->wants_key;
	int64_t pause;
	size_t cost;

	if (s->is_drawing || s->is_gone || s->is_stopped)
		return;
	s->is_drawing = true;
	s->wants_key = s->wants_news = false;
	canvas_clear(s->canvas);
	if (s->params.handlers.on_draw != NULL)
		s->params.handlers.on_draw(s->params.handlers.ctx,
		    canvas_area(s->canvas));
	display_show(s->display, s->canvas, line_buf(s->line));
	cost = line_buf(s->line)->len - before;
	line_send(s->line);
	s->is_drawing = false;
	if (is_news) {
		pause = (int64_t)cost * 1000 / SCREEN_NEWS_BYTES;
		s->news_at_ms = now_ms() + (pause > NEWS_MS ? pause : NEWS_MS);
	}
}

/* When the line is busy its end brings the frame; the newest state wins. */
static void
plan(struct screen *s)
{
	int64_t wait;

	if (s->frame_timer == NULL || s->is_gone || s->is_stopped ||
	    !line_is_free(s->line) || (!s->wants_key && !s->wants_news))
		return;
	wait = s->wants_key ? 0 : s->news_at_ms - now_ms();
	timer_start(s->frame_timer, wait > 0 ? wait : 0);
}

static void
on_frame(void *ctx)
{
	struct screen *s = ctx;

	if (line_is_free(s->line))
		draw(s);
	plan(s);
}

static void
on_drained(void *ctx)
{
	plan(ctx);
}

void
screen_want(struct screen *s, enum screen_why why)
{
	if (why == SCREEN_KEY)
		s->wants_key = true;
	else
		s->wants_news = true;
	/* not from within on_draw: plan() is called when it is over */
	if (!s->is_drawing)
		plan(s);
}

void
screen_now(struct screen *s)
{
	s->wants_key = true;
	if (line_is_free(s->line))
		draw(s);
	plan(s);
}

void
screen_repaint(struct screen *s)
{
	display_forget(s->display);
	screen_want(s, SCREEN_KEY);
}

/* --- modes of the terminal -------------------------------------------------------- */

static void
add(struct screen *s, const char *bytes)
{
	line_add(s->line, bytes, strlen(bytes));
}

/* What every way out sends; anew when the mouse comes or goes. */
static void
set_leave(struct screen *s)
{
	const struct display_modes *m = display_modes(s->display);
	char bytes[RESTORE_MAX];

	(void)str_format(bytes, sizeof bytes, "%s%s%s%s", m->leave,
	    m->has_paste ? PASTE_OFF : "",
	    s->keys.has_mouse ? MOUSE_OFF : "",
	    m->has_title_stack ? TITLE_BACK : "");
	tty_set_leave(&s->tty, bytes);
}

static void
add_title(struct screen *s)
{
	if (!display_modes(s->display)->has_title)
		return;
	add(s, "\033]0;");
	add(s, s->title);
	add(s, "\a");
}

static void
enter(struct screen *s)
{
	const struct display_modes *m = display_modes(s->display);

	set_leave(s);
	tty_take(&s->tty);
	if (m->has_title_stack && !s->is_title_kept)
		add(s, TITLE_KEEP);
	s->is_title_kept = true;
	add(s, m->enter);
	if (m->has_paste)
		add(s, PASTE_ON);
	if (s->keys.has_mouse)
		add(s, MOUSE_ON);
	if (*s->title != '\0')
		add_title(s);
	display_forget(s->display);
	line_send(s->line);
}

void
screen_title(struct screen *s, const char *text)
{
	char clean[TITLE_MAX];

	str_clean(clean, sizeof clean, text, strlen(text));
	if (!s->utf8) {
		for (char *c = clean; *c != '\0'; c++)
			*c = (unsigned char)*c < 0x80 ? *c : '?';
	}
	if (strcmp(clean, s->title) == 0)
		return;
	(void)str_copy(s->title, sizeof s->title, clean);
	if (s->is_stopped)
		return;
	add_title(s);
	line_send(s->line);
}

void
screen_bell(struct screen *s)
{
	if (s->is_stopped)
		return;
	add(s, "\a");
	line_send(s->line);
}

bool
screen_copy(struct screen *s, const char *text)
{
	struct buf code;
	bool fits;

	buf_init_secret(&code, SCREEN_COPY_MAX);
	fits = display_modes(s->display)->has_clipboard && !s->is_stopped &&
	    str_base64(&code, text, strlen(text)) == ERR_OK;
	if (fits) {
		add(s, "\033]52;c;");
		line_add(s->line, code.data, code.len);
		add(s, "\a");
		line_send(s->line);
	}
	buf_finish(&code);
	return fits;
}

void
screen_set_mouse(struct screen *s, bool on)
{
	if (on == s->keys.has_mouse ||
	    !display_modes(s->display)->has_mouse)
		return;
	s->keys.has_mouse = on;
	set_leave(s);
	if (s->is_stopped)
		return;
	add(s, on ? MOUSE_ON : MOUSE_OFF);
	line_send(s->line);
}

bool
screen_has_mouse(const struct screen *s)
{
	return s->keys.has_mouse;
}

/* --- size -------------------------------------------------------------------------- */

static void
set_size(struct screen *s, int rows, int columns)
{
	if (rows == s->rows && columns == s->columns)
		return;
	s->rows = rows;
	s->columns = columns;
	canvas_destroy(s->canvas);
	s->canvas = canvas_create(rows, columns);
	display_resize(s->display, rows, columns);
}

static void
on_winch(void *ctx, int number)
{
	struct screen *s = ctx;
	int rows = s->rows, columns = s->columns;

	(void)number;
	(void)tty_size(&s->tty, &rows, &columns);
	if (s->is_stopped)
		return;
	set_size(s, rows, columns);
	/* what a terminal does to its cells then is its own affair */
	screen_repaint(s);
}

void
screen_resize_memory(struct screen *s, int rows, int columns)
{
	set_size(s, rows, columns);
	screen_want(s, SCREEN_KEY);
}

/* --- stopped and continued ------------------------------------------------------------ */

/* After a stop, or when someone else has used the terminal meanwhile. */
static void
go_on(struct screen *s)
{
	int rows = s->rows, columns = s->columns;

	timer_stop(s->stop_timer);
	if (s->is_stopped)
		(void)sigaction(SIGTSTP, &s->tstp_before, NULL);
	s->is_stopped = false;
	if (tty_size(&s->tty, &rows, &columns))
		set_size(s, rows, columns);
	enter(s);
	screen_want(s, SCREEN_KEY);
}

static void
on_cont(void *ctx, int number)
{
	(void)number;
	go_on(ctx);
}

static void
on_not_stopped(void *ctx)
{
	go_on(ctx);
}

void
screen_suspend(struct screen *s)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };

	if (s->is_memory || s->is_stopped || s->is_gone)
		return;
	s->is_stopped = true;
	s->is_title_kept = false;
	line_drop(s->line);
	timer_stop(s->frame_timer);
	tty_give_back(&s->tty);
	(void)sigaction(SIGTSTP, &by_default, &s->tstp_before);
	/* SIGCONT brings it back. A group that no shell looks after cannot be
	 * stopped this way: then the timer does. */
	timer_start(s->stop_timer, STOP_MS * clock_speed());
	(void)kill(0, SIGTSTP);
}

static void
on_tstp(void *ctx, int number)
{
	(void)number;
	screen_suspend(ctx);
}

/* --- keys -------------------------------------------------------------------------------- */

static void
on_key(void *ctx, const struct key *key)
{
	struct screen *s = ctx;

	if (s->params.handlers.on_key != NULL)
		s->params.handlers.on_key(s->params.handlers.ctx, key);
}

static void
on_gone(void *ctx)
{
	struct screen *s = ctx;

	if (s->is_gone)
		return;
	s->is_gone = true;
	watch_destroy(s->input);
	s->input = NULL;
	if (s->params.handlers.on_gone != NULL)
		s->params.handlers.on_gone(s->params.handlers.ctx);
}

static void
on_key_ends(void *ctx)
{
	struct screen *s = ctx;

	keys_flush(&s->keys);
}

static void
on_input(void *ctx, int events)
{
	struct screen *s = ctx;
	uint8_t bytes[4096];
	const ssize_t n = read(s->tty.in, bytes, sizeof bytes);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		on_gone(s);
		return;
	}
	keys_feed(&s->keys, bytes, (size_t)n);
	secret_wipe(bytes, sizeof bytes);
	if (keys_is_waiting(&s->keys))
		timer_start(s->key_timer, KEY_MS * clock_speed());
	else
		timer_stop(s->key_timer);
}

void
screen_feed(struct screen *s, const void *p, size_t n)
{
	keys_feed(&s->keys, p, n);
	keys_flush(&s->keys);
}

/* --- opening ---------------------------------------------------------------------------- */

static bool
env_no_colour(void)
{
	const char *s = getenv("NO_COLOR");

	return s != NULL && *s != '\0';
}

/* Everything that needs no terminal. */
static enum err
create(struct screen *s, const struct screen_params *params,
    const char *term, bool no_colour)
{
	enum err err;

	(void)str_copy(s->term, sizeof s->term, term);
	s->params = *params;
	s->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	err = display_create(term, no_colour, s->rows, s->columns,
	    &s->display);
	if (err != ERR_OK)
		return err;
	s->canvas = canvas_create(s->rows, s->columns);
	s->line = line_create(&(struct line_params){ .loop = params->loop,
	    .fd = s->tty.out, .on_drained = on_drained, .on_gone = on_gone,
	    .ctx = s });
	keys_init(&s->keys, &(struct keys_params){ .lookup = display_lookup,
	    .on_key = on_key, .ctx = s, .utf8 = s->utf8 });
	if (params->loop != NULL) {
		s->frame_timer = timer_create_on(params->loop, on_frame, s);
		s->key_timer = timer_create_on(params->loop, on_key_ends, s);
		s->stop_timer = timer_create_on(params->loop, on_not_stopped,
		    s);
	}
	return ERR_OK;
}

static enum err
watch(struct screen *s)
{
	struct loop *loop = s->params.loop;
	enum err err;

	if ((err = loop_on_signal(loop, SIGWINCH, on_winch, s, &s->winch)) !=
	    ERR_OK ||
	    (err = loop_on_signal(loop, SIGCONT, on_cont, s, &s->cont)) !=
	    ERR_OK ||
	    (err = loop_on_signal(loop, SIGTSTP, on_tstp, s, &s->tstp)) !=
	    ERR_OK)
		return err;
	return loop_on_fd(loop, s->tty.in, WATCH_READ, on_input, s,
	    &s->input);
}

static const char *
problem_of(enum err err, bool has_terminal)
{
	if (!has_terminal)
		return "The console needs a terminal for input and output; "
		    "use --plain for pipes.";
	if (err == ERR_INVALID)
		return "TERM names a terminal that this machine does not know; "
		    "set it to one it knows, as in TERM=xterm-256color pairdesk, "
		    "or use --plain.";
	if (err == ERR_UNSUPPORTED)
		return "The terminal that TERM names cannot place text; "
		    "use --plain.";
	return "The terminal cannot be used: too many files are open.";
}

enum err
screen_open(const struct screen_params *params, struct screen **out,
    const char **problem)
{
	struct screen *s = xcalloc(1, sizeof *s);
	const char *term = getenv("TERM");
	bool has_terminal = false;
	enum err err;

	s->rows = 24;
	s->columns = 80;
	err = tty_open(&s->tty, params->in_fd, params->out_fd);
	if (err == ERR_OK) {
		has_terminal = true;
		(void)tty_size(&s->tty, &s->rows, &s->columns);
		err = create(s, params, term == NULL ? "" : term,
		    params->no_colour || env_no_colour());
	}
	if (err == ERR_OK)
		err = watch(s);
	if (err != ERR_OK) {
		*problem = problem_of(err, has_terminal);
		screen_close(s);
		return err;
	}
	enter(s);
	screen_want(s, SCREEN_KEY);
	*out = s;
	return ERR_OK;
}

enum err
screen_open_memory(const struct screen_params *params, const char *term,
    bool utf8, int rows, int columns, struct screen **out)
{
	struct screen *s = xcalloc(1, sizeof *s);
	enum err err;

	s->is_memory = true;
	s->tty.in = s->tty.out = -1;
	s->rows = rows;
	s->columns = columns;
	/* what is one cell and what may be printed is the locale's to say */
	s->old_locale = xstrdup(setlocale(LC_CTYPE, NULL));
	(void)setlocale(LC_CTYPE, utf8 ? "C.UTF-8" : "C");
	err = create(s, params, term, params->no_colour);
	if (err != ERR_OK) {
		screen_close(s);
		return err;
	}
	enter(s);
	*out = s;
	return ERR_OK;
}

void
screen_close(struct screen *s)
{
	if (s == NULL)
		return;
	watch_destroy(s->input);
	watch_destroy(s->winch);
	watch_destroy(s->cont);
	watch_destroy(s->tstp);
	timer_destroy(s->frame_timer);
	timer_destroy(s->key_timer);
	timer_destroy(s->stop_timer);
	line_destroy(s->line);
	tty_close(&s->tty);
	canvas_destroy(s->canvas);
	display_destroy(s->display);
	if (s->old_locale != NULL)
		(void)setlocale(LC_CTYPE, s->old_locale);
	free(s->old_locale);
	secret_wipe(s, sizeof *s);
	free(s);
}

/* --- what it is ----------------------------------------------------------------------------- */

int
screen_rows(const struct screen *s)
{
	return s->rows;
}

int
screen_columns(const struct screen *s)
{
	return s->columns;
}

bool
screen_is_utf8(const struct screen *s)
{
	return s->utf8;
}

enum theme_colours
screen_colours(const struct screen *s)
{
	return display_colours(s->display);
}

bool
screen_can_show_qr(const struct screen *s)
{
	return display_can_show_qr(s->display);
}

bool
screen_has_sextants(const struct screen *s)
{
	return s->utf8 && term_has_sextants(s->term);
}

const char *
screen_term(const struct screen *s)
{
	return s->term;
}

uint64_t
screen_sent_bytes(const struct screen *s)
{
	return line_sent(s->line);
}

void
screen_read(struct screen *s, int row, char *out, size_t size)
{
	display_read(s->display, row, out, size);
}

const char *
screen_take_sent(struct screen *s, size_t *n)
{
	return line_take(s->line, n);
}
