/* so that no function-like name of ours is a macro of theirs */
#define NCURSES_NOMACROS

#include "tui/console/screen_display.h"

#include <curses.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/console/canvas_cells.h"
#include "tui/console/screen_terminfo.h"

/* a role, and the same in the selected row */
#define LOOK_COUNT (ROLE_COUNT * 2)

/* Ends a sequence that was cut short, of either kind, so that what follows is
 * not taken for a part of it. */
#define END_OF_CUT "\030\033\\"

struct attributes {
	attr_t attr;
	short pair;
};

struct display {
	SCREEN *curses;
	FILE *sink, *nothing;
	struct display_modes modes;
	char show_cursor[24], hide_cursor[24];
	enum theme_colours colours;
	bool can_show_qr;
	struct attributes looks[LOOK_COUNT];
	int rows, columns;
	bool is_forgotten;              /* nothing is known of the terminal */
	bool has_cursor;
	int cursor_row, cursor_column;
	struct cell *shown;
	cchar_t *row;                   /* one, for curses */
};

/* --- what the description says -------------------------------------------------- */

static const char *
capability(const char *name)
{
	const char *s = tigetstr(name);

	return s == NULL || s == (const char *)-1 ? "" : s;
}

/* Appends it without its delays "$<5>", which no terminal of today needs. */
static void
add_string(char *out, size_t size, const char *s)
{
	size_t len = strlen(out);
	const char *end;

	while (*s != '\0' && len + 1 < size) {
		if (s[0] == '$' && s[1] == '<' &&
		    (end = strchr(s, '>')) != NULL) {
			s = end + 1;
			continue;
		}
		out[len++] = *s++;
	}
	out[len] = '\0';
}

static void
add_capability(char *out, size_t size, const char *name)
{
	add_string(out, size, capability(name));
}

static void
read_modes(struct display *d)
{
	struct display_modes *m = &d->modes;
	/* "XT": it knows the sequences that xterm brought up */
	const bool is_xterm_like = tigetflag("XT") == 1;

	add_capability(m->enter, sizeof m->enter, "smcup");
	add_capability(m->enter, sizeof m->enter, "smkx");
	add_capability(m->enter, sizeof m->enter, "civis");
	if (strncmp(capability("clear"), "\033[", 2) == 0)
		add_string(m->leave, sizeof m->leave, END_OF_CUT);
	add_capability(m->leave, sizeof m->leave, "sgr0");
	/* the wipe comes before the switch: some terminals keep the text of
	 * the alternate screen, and codes were on it */
	add_capability(m->leave, sizeof m->leave, "clear");
	add_capability(m->leave, sizeof m->leave, "cnorm");
	add_capability(m->leave, sizeof m->leave, "rmkx");
	add_capability(m->leave, sizeof m->leave, "rmcup");
	add_capability(d->show_cursor, sizeof d->show_cursor, "cnorm");
	add_capability(d->hide_cursor, sizeof d->hide_cursor, "civis");
	m->has_title = m->has_title_stack = is_xterm_like;
	m->has_paste = is_xterm_like || *capability("BE") != '\0';
	m->has_mouse = *capability("kmous") != '\0';
	m->has_clipboard = is_xterm_like || *capability("Ms") != '\0';
}

/* --- colours ---------------------------------------------------------------------- */

static enum theme_colours
colours_of(int count)
{
	/* with direct colours a number is a colour's value, but for the first
	 * eight */
	if (count > 256)
		return COLOURS_8;
	return count >= 256 ? COLOURS_256 : count >= 16 ? COLOURS_16
	    : count >= 8 ? COLOURS_8 : COLOURS_NONE;
}

static struct attributes
attributes_of(const struct theme_look *look, bool has_pair, short pair)
{
	attr_t attr = A_NORMAL;

	if (look->bold)
		attr |= A_BOLD;
	if (look->dim)
		attr |= A_DIM;
	if (look->underline)
		attr |= A_UNDERLINE;
	if (look->reverse)
		attr |= A_REVERSE;
	return (struct attributes){ attr, has_pair ? pair : (short)0 };
}

static void
set_colours(struct display *d, bool no_colour)
{
	const enum theme_colours has = colours_of(tigetnum("colors"));
	const bool starts = has != COLOURS_NONE && start_color() == OK;
	short pair = 1;

	d->can_show_qr = starts;
	d->colours = starts && !no_colour ? has : COLOURS_NONE;
	if (starts && use_default_colors() != OK)
		(void)assume_default_colors(COLOR_WHITE, COLOR_BLACK);
	for (int i = 0; i < LOOK_COUNT; i++) {
		const enum role role = (enum role)(i % ROLE_COUNT);
		/* codes are colours, wanted or not */
		const enum theme_colours with = starts && role == ROLE_QR
		    ? has : d->colours;
		const struct theme_look look = i < ROLE_COUNT
		    ? theme_look(role, with) : theme_look_selected(role, with);
		const bool has_pair = look.foreground >= 0 ||
		    look.background >= 0;

		if (has_pair)
			(void)init_pair(pair, look.foreground, look.background);
		d->looks[i] = attributes_of(&look, has_pair, pair);
		pair = (short)(pair + has_pair);
	}
}

/* --- beginning and end ------------------------------------------------------------ */

/*
 * newterm catches signals that nobody has caught; the loop and tui/restore
 * do that here. It looks once in a process, so that nobody needs to guard
 * against it later.
 */
static SCREEN *
newterm_quietly(const char *term, FILE *sink, FILE *nothing)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	struct sigaction before[ARRAY_LEN(numbers)];
	const struct sigaction ours = { .sa_handler = SIG_IGN };
	SCREEN *screen;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		(void)sigaction(numbers[i], &ours, &before[i]);
	screen = newterm(term, sink, nothing);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		(void)sigaction(numbers[i], &before[i], NULL);
	return screen;
}

/* Drops what curses has written so far. */
static void
drop_written(struct display *d)
{
	const int fd = fileno(d->sink);

	(void)lseek(fd, 0, SEEK_SET);
	if (ftruncate(fd, 0) != 0) {
		/* what is left is written over */
	}
}

static void
free_parts(struct display *d)
{
	if (d->sink != NULL)
		(void)fclose(d->sink);
	if (d->nothing != NULL)
		(void)fclose(d->nothing);
	free(d->shown);
	free(d->row);
	free(d);
}

static void
allocate_cells(struct display *d, int rows, int columns)
{
	d->rows = rows;
	d->columns = columns;
	free(d->shown);
	free(d->row);
	d->shown = xcalloc((size_t)rows * (size_t)columns,
	    sizeof *d->shown);
	d->row = xcalloc((size_t)columns + 1, sizeof *d->row);
	d->is_forgotten = true;
}

static FILE *
open_file(int fd, const char *mode)
{
	return fd == -1 ? NULL : fdopen(fd, mode);
}

enum err
display_create(const char *term, bool no_colour, int rows, int columns,
    struct display **out)
{
	struct display *d;

	if (!terminfo_is_known(term))
		return ERR_INVALID;
	if (!terminfo_can_place(term))
		return ERR_UNSUPPORTED;
	d = xcalloc(1, sizeof *d);
	/* a file cannot be full for a while, as a pipe can */
	d->sink = open_file(memfd_create("screen", MFD_CLOEXEC), "w+");
	d->nothing = open_file(open("/dev/null", O_RDONLY | O_CLOEXEC), "r");
	if (d->sink == NULL || d->nothing == NULL) {
		free_parts(d);
		return ERR_IO;
	}
	/* the size is ours to tell, later: without the environment, curses
	 * knows none for those whose description has none */
	use_env(TRUE);
	use_tioctl(FALSE);
	d->curses = newterm_quietly(term, d->sink, d->nothing);
	if (d->curses == NULL) {
		free_parts(d);
		return ERR_INVALID;
	}
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	display_add_keys();
	read_modes(d);
	set_colours(d, no_colour);
	(void)leaveok(stdscr, FALSE);
	(void)resize_term(rows, columns);
	allocate_cells(d, rows, columns);
	(void)refresh();
	drop_written(d);
	*out = d;
	return ERR_OK;
}

void
display_destroy(struct display *d)
{
	if (d == NULL)
		return;
	/* no code stays in curses's memory, or in ours */
	(void)werase(stdscr);
	(void)wnoutrefresh(stdscr);
	(void)doupdate();
	secret_wipe(d->shown, (size_t)d->rows * (size_t)d->columns *
	    sizeof *d->shown);
	secret_wipe(d->row, (size_t)d->columns * sizeof *d->row);
	(void)endwin();
	drop_written(d);
	delscreen(d->curses);
	free_parts(d);
}

const struct display_modes *
display_modes(const struct display *d)
{
	return &d->modes;
}

enum theme_colours
display_colours(const struct display *d)
{
	return d->colours;
}

bool
display_can_show_qr(const struct display *d)
{
	return d->can_show_qr;
}

/* --- showing ---------------------------------------------------------------------- */

void
display_forget(struct display *d)
{
	d->is_forgotten = true;
}

void
display_resize(struct display *d, int rows, int columns)
{
	/* not resizeterm, which queues a key that nobody reads */
	(void)resize_term(rows, columns);
	allocate_cells(d, rows, columns);
}

static void
fill_cell(const struct display *d, const struct cell *cell, cchar_t *out)
{
	const unsigned role = (cell->style & ~STYLE_SELECTED) % ROLE_COUNT;
	const struct attributes *a = &d->looks[(cell->style & STYLE_SELECTED)
	    ? role + ROLE_COUNT : role];
	wchar_t text[CELL_MARKS + 2] = { 0 };

	for (int i = 0; i <= CELL_MARKS && cell->text[i] != 0; i++)
		text[i] = (wchar_t)cell->text[i];
	(void)setcchar(out, text, a->attr, a->pair, NULL);
}

/* Gives curses the cells of a row between the first and the last that are
 * not what it has; false: all of them are. */
static bool
push_row(struct display *d, int row, const struct cell *cells)
{
	struct cell *shown = d->shown + (size_t)row * (size_t)d->columns;
	int first = 0, last = d->columns - 1, n = 0;

	if (!d->is_forgotten) {
		if (memcmp(shown, cells, (size_t)d->columns *
		    sizeof *cells) == 0)
			return false;
		while (memcmp(&shown[first], &cells[first],
		    sizeof *cells) == 0)
			first++;
		while (memcmp(&shown[last], &cells[last], sizeof *cells) == 0)
			last--;
	}
	/* whole characters, of what was there too */
	while (first > 0 && (cells[first].width == 0 ||
	    shown[first].width == 0))
		first--;
	while (last + 1 < d->columns && (cells[last + 1].width == 0 ||
	    shown[last + 1].width == 0))
		last++;
	for (int i = first; i <= last; i++) {
		if (cells[i].width > 0)
			fill_cell(d, &cells[i], &d->row[n++]);
	}
	(void)mvwadd_wchnstr(stdscr, row, first, d->row, n);
	memcpy(shown + first, cells + first,
	    (size_t)(last - first + 1) * sizeof *cells);
	return true;
}

static void
hand_on(struct display *d, struct buf *out)
{
	const int fd = fileno(d->sink);
	const off_t n = lseek(fd, 0, SEEK_CUR);
	uint8_t *where;

	if (n <= 0)
		return;
	/* out of memory: the line loses a frame, and the next is whole */
	if (buf_extend(out, (size_t)n, &where) != ERR_OK)
		d->is_forgotten = true;
	else if (pread(fd, where, (size_t)n, 0) != n)
		buf_truncate(out, out->len - (size_t)n);
	drop_written(d);
}

static void
add_bytes(struct buf *out, const char *s)
{
	if (buf_str(out, s) != ERR_OK) {
		/* a cursor more or less */
	}
}

void
display_show(struct display *d, const struct canvas *c, struct buf *out)
{
	const bool is_whole = d->is_forgotten;
	bool has_cursor, differs = is_whole;
	int row, column;

	for (int i = 0; i < d->rows; i++)
		differs = push_row(d, i, canvas_row(c, i)) || differs;
	has_cursor = canvas_cursor(c, &row, &column);
	if (differs || row != d->cursor_row || column != d->cursor_column) {
		d->is_forgotten = false;
		if (is_whole)
			(void)clearok(curscr, TRUE);
		(void)wmove(stdscr, row, column);
		(void)wnoutrefresh(stdscr);
		(void)doupdate();
		hand_on(d, out);
	}
	if (is_whole || has_cursor != d->has_cursor)
		add_bytes(out, has_cursor ? d->show_cursor : d->hide_cursor);
	d->has_cursor = has_cursor;
	d->cursor_row = row;
	d->cursor_column = column;
}

void
display_read(const struct display *d, int row, char *out, size_t size)
{
	wchar_t text[CCHARW_MAX + 1];
	char bytes[MB_LEN_MAX * (CCHARW_MAX + 1)];
	size_t len = 0, end = 0, n;
	cchar_t cell;
	attr_t attr;
	short pair;
	int width = 1;

	for (int i = 0; row >= 0 && row < d->rows && i < d->columns;
	    i += width > 0 ? width : 1) {
		if (mvwin_wch(curscr, row, i, &cell) == ERR ||
		    getcchar(&cell, text, &attr, &pair, NULL) == ERR)
			break;
		width = wcwidth(text[0]);
		n = wcstombs(bytes, text, sizeof bytes);
		if (n == (size_t)-1 || len + n >= size)
			break;
		memcpy(out + len, bytes, n);
		len += n;
		if (n > 0 && bytes[n - 1] != ' ')
			end = len;
	}
	if (size > 0)
		out[end] = '\0';
}
