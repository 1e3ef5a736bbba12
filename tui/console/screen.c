#include "tui/console/screen_impl.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/term.h"

/* Between frames that nobody waits for. */
#define NEWS_MS 100
/* After a key's first byte the rest of it comes at once, even from afar; and
 * an escape that is a key is to be seen within a picture of the terminal. */
#define KEY_MS 12

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
		s->stop_timer = timer_create_on(params->loop, screen_on_not_stopped,
		    s);
	}
	return ERR_OK;
}

static enum err
watch(struct screen *s)
{
	struct loop *loop = s->params.loop;
	enum err err;

	if ((err = loop_on_signal(loop, SIGWINCH, screen_on_winch, s, &s->winch)) !=
	    ERR_OK ||
	    (err = loop_on_signal(loop, SIGCONT, screen_on_cont, s, &s->cont)) !=
	    ERR_OK ||
	    (err = loop_on_signal(loop, SIGTSTP, screen_on_tstp, s, &s->tstp)) !=
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
	screen_enter(s);
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
	screen_enter(s);
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
