#include "tui/console/input.h"

#include <string.h>
#include <wchar.h>

#include "core/base/str.h"

/* --- code points ------------------------------------------------------------ */

static bool
is_tail(char c)
{
	return ((unsigned char)c & 0xc0u) == 0x80;
}

static size_t
before(const struct input *in, size_t at)
{
	while (at > 0 && is_tail(in->text[--at]))
		;
	return at;
}

static size_t
behind(const struct input *in, size_t at)
{
	if (at < in->len)
		at++;
	while (at < in->len && is_tail(in->text[at]))
		at++;
	return at;
}

/* The text is UTF-8, always. */
static uint32_t
code_point_at(const struct input *in, size_t at)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const size_t end = behind(in, at);
	uint32_t c = (unsigned char)in->text[at] &
	    (uint32_t)masks[end - at];

	for (size_t i = at + 1; i < end; i++)
		c = c << 6 | ((unsigned char)in->text[i] & 0x3fu);
	return c;
}

static size_t
put_code_point(char out[4], uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(marks[n] | c);
	return n;
}

static bool
is_text(uint32_t c)
{
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && c <= 0x10ffff &&
	    !(c >= 0xd800 && c < 0xe000);
}

/* --- editing ----------------------------------------------------------------- */

void
input_init(struct input *in, const char *text, size_t max)
{
	*in = (struct input){ .max = max == 0 || max > INPUT_MAX ? INPUT_MAX :
	    max };
	input_set(in, text);
}

void
input_set(struct input *in, const char *text)
{
	str_clean(in->text, in->max + 1, text, strlen(text));
	in->len = in->at = strlen(in->text);
}

static void
insert(struct input *in, uint32_t c)
{
	char bytes[4];
	size_t n;

	if (!is_text(c))
		return;
	n = put_code_point(bytes, c);
	if (in->len + n > in->max)
		return;
	memmove(in->text + in->at + n, in->text + in->at,
	    in->len - in->at + 1);
	memcpy(in->text + in->at, bytes, n);
	in->len += n;
	in->at += n;
}

static void
cut(struct input *in, size_t from, size_t to)
{
	memmove(in->text + from, in->text + to, in->len - to + 1);
	in->len -= to - from;
	in->at = from;
}

static size_t
word_before(const struct input *in)
{
	size_t at = in->at;

	while (at > 0 && in->text[at - 1] == ' ')
		at--;
	while (at > 0 && in->text[at - 1] != ' ')
		at--;
	return at;
}

static bool
control(struct input *in, uint32_t letter)
{
	switch (letter) {
	case 'a':
		in->at = 0;
		return true;
	case 'e':
		in->at = in->len;
		return true;
	case 'b':
		in->at = before(in, in->at);
		return true;
	case 'f':
		in->at = behind(in, in->at);
		return true;
	case 'd':
		cut(in, in->at, behind(in, in->at));
		return true;
	case 'h':
		cut(in, before(in, in->at), in->at);
		return true;
	case 'k':
		cut(in, in->at, in->len);
		return true;
	case 'u':
		cut(in, 0, in->at);
		return true;
	case 'w':
		cut(in, word_before(in), in->at);
		return true;
	default:
		return false;
	}
}

/* Whatever stands in a paste is text: a line break must not be an Enter. */
static bool
paste(struct input *in, const struct key *key)
{
	if (key->name == K_PASTE_END)
		in->is_pasting = false;
	else if (key->name == K_TEXT)
		insert(in, key->text);
	return true;
}

bool
input_key(struct input *in, const struct key *key)
{
	if (in->is_pasting)
		return paste(in, key);
	switch (key->name) {
	case K_TEXT:
		insert(in, key->text);
		return true;
	case K_CTRL:
		return control(in, key->text);
	case K_BACKSPACE:
		return control(in, 'h');
	case K_DELETE:
		return control(in, 'd');
	case K_LEFT:
		return control(in, 'b');
	case K_RIGHT:
		return control(in, 'f');
	case K_HOME:
		return control(in, 'a');
	case K_END:
		return control(in, 'e');
	case K_PASTE:
		in->is_pasting = true;
		return true;
	case K_PASTE_END:
		return true;
	default:
		return false;
	}
}

/* --- drawing ------------------------------------------------------------------- */

static int
cells_at(const struct input *in, struct area a, size_t at)
{
	const uint32_t c = code_point_at(in, at);
	int width = 1;

	if (a.canvas != NULL && canvas_is_utf8(a.canvas))
		width = wcwidth((wchar_t)c);
	return width < 0 ? 1 : width;
}

/* The first byte to show, so that the cursor has a cell; *column: where the
 * cursor stands then. */
static size_t
first_shown(const struct input *in, struct area a, int width, int *column)
{
	size_t at = in->at;
	int cells = 0;

	while (at > 0) {
		const size_t previous = before(in, at);
		const int more = cells_at(in, a, previous);

		if (cells + more > width - 1)
			break;
		cells += more;
		at = previous;
	}
	*column = cells;
	return at;
}

void
input_draw(const struct input *in, struct area a, int row, int column,
    int width, unsigned style)
{
	struct area field = area_part(a, row, column, 1, width);
	int cursor;
	size_t from;

	if (field.columns <= 0 || field.rows <= 0)
		return;
	from = first_shown(in, field, field.columns, &cursor);
	area_fill(field, style);
	(void)area_text(field, 0, 0, field.columns, style, in->text + from);
	/* something is to the left of what fits */
	if (from > 0 && cursor > 1)
		(void)area_symbol(field, 0, 0, style, SYM_MORE_LEFT);
	area_cursor(field, 0, cursor, true);
}
