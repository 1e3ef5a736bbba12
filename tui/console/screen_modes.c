#include "tui/console/screen_impl.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"

/* A process that nothing can stop, since nobody could continue it, goes on. */
#define STOP_MS 300

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* presses and the wheel, told as numbers */
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
#define TITLE_KEEP "\033[22;0t"
#define TITLE_BACK "\033[23;0t"

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

void
screen_enter(struct screen *s)
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
	char clean[SCREEN_TITLE_MAX];

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

void
screen_on_winch(void *ctx, int number)
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
	screen_enter(s);
	screen_want(s, SCREEN_KEY);
}

void
screen_on_cont(void *ctx, int number)
{
	(void)number;
	go_on(ctx);
}

void
screen_on_not_stopped(void *ctx)
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

void
screen_on_tstp(void *ctx, int number)
{
	(void)number;
	screen_suspend(ctx);
}
