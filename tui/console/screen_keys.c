#include "tui/console/screen_keys.h"

#include <string.h>

#define ESC 0x1b
#define PASTE_BEGIN "\033[200~"
#define PASTE_END "\033[201~"

/* bits of a button in a report of the mouse */
#define BUTTON_OTHER 0x1c       /* with Shift, Meta, Ctrl */
#define BUTTON_MOVES 0x20
#define BUTTON_WHEEL 0x40
#define PLACE_MAX 9999

void
keys_init(struct keys *k, const struct keys_params *params)
{
	*k = (struct keys){ .params = *params };
}

static void
emit(struct keys *k, const struct key *key)
{
	k->params.on_key(k->params.ctx, key);
}

static void
emit_name(struct keys *k, enum key_name name)
{
	emit(k, &(struct key){ .name = name });
}

static void
emit_text(struct keys *k, enum key_name name, uint32_t text)
{
	emit(k, &(struct key){ .name = name, .text = text });
}

static bool
begins_with(const struct keys *k, const char *s)
{
	const size_t n = strlen(s);

	return k->n >= n && memcmp(k->held, s, n) == 0;
}

/* held may become s when more comes. */
static bool
may_become(const struct keys *k, const char *s)
{
	return k->n < strlen(s) && memcmp(k->held, s, k->n) == 0;
}

/* --- each of these: how many bytes it took, 0 when it needs more -------------- */

/* A character of several bytes; broken ones vanish. */
static size_t
take_utf8(struct keys *k, bool is_last)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t *p = k->held;
	const size_t more = *p >= 0xf0 && *p < 0xf5 ? 3
	    : *p >= 0xe0 && *p < 0xf0 ? 2 : *p >= 0xc2 && *p < 0xe0 ? 1 : 0;
	uint32_t c = *p & (0x3fu >> more);

	if (more == 0 || !k->params.utf8)
		return 1;
	for (size_t i = 1; i <= more; i++) {
		if (i == k->n)
			return is_last ? i : 0;
		if ((p[i] & 0xc0) != 0x80)
			return i;
		c = c << 6 | (p[i] & 0x3fu);
	}
	/* C1 controls are no text */
	if (c >= least[more] && c >= 0xa0 && c <= 0x10ffff &&
	    (c < 0xd800 || c >= 0xe000))
		emit_text(k, K_TEXT, c);
	return more + 1;
}

static size_t
take_control(struct keys *k)
{
	const uint8_t c = k->held[0];

	switch (c) {
	case '\t':
		emit_name(k, K_TAB);
		break;
	case '\r':
	case '\n':
		emit_name(k, K_ENTER);
		break;
	case '\b':
	case 0x7f:
		emit_name(k, K_BACKSPACE);
		break;
	case 0:
		emit_text(k, K_CTRL, ' ');
		break;
	default:
		emit_text(k, K_CTRL, c <= 26 ? c + 'a' - 1u : c + '@' + 0u);
	}
	return 1;
}

static size_t
take_pasted(struct keys *k, bool is_last)
{
	const uint8_t c = k->held[0];
	const bool after_return = k->after_return;

	k->after_return = c == '\r';
	if (begins_with(k, PASTE_END)) {
		k->is_pasting = false;
		emit_name(k, K_PASTE_END);
		return strlen(PASTE_END);
	}
	if (c == ESC && may_become(k, PASTE_END) && !is_last) {
		k->after_return = after_return;
		return 0;
	}
	if (c == 0x03) {
		/* the way out for a person whose terminal never says it ended */
		k->is_pasting = false;
		emit_name(k, K_PASTE_END);
		return take_control(k);
	}
	if (c == '\r' || c == '\n') {
		if (c == '\r' || !after_return)
			emit_text(k, K_TEXT, '\n');
	} else if (c == '\t' || (c >= 0x20 && c < 0x7f)) {
		emit_text(k, K_TEXT, c);
	} else if (c >= 0x80) {
		return take_utf8(k, is_last);
	}
	return 1;
}

static void
emit_mouse(struct keys *k, unsigned button, unsigned column, unsigned row,
    bool is_press)
{
	struct key key = { .name = K_CLICK };

	/* the old form wraps below 0 */
	if (!k->has_mouse || !is_press || column == 0 || row == 0 ||
	    column > PLACE_MAX || row > PLACE_MAX ||
	    (button & (BUTTON_OTHER | BUTTON_MOVES)) != 0)
		return;
	if (button & BUTTON_WHEEL)
		key.name = (button & 3) == 0 ? K_WHEEL_UP
		    : (button & 3) == 1 ? K_WHEEL_DOWN : K_NONE;
	else if ((button & 3) != 0)
		key.name = K_NONE;
	if (key.name == K_NONE)
		return;
	key.row = (int)row - 1;
	key.column = (int)column - 1;
	emit(k, &key);
}

/* "ESC [ < button ; column ; row M", m when it is released. n: all of it. */
static void
take_mouse(struct keys *k, size_t n)
{
	unsigned value[3] = { 0 };
	size_t field = 0;

	for (size_t i = 3; i + 1 < n; i++) {
		const uint8_t c = k->held[i];

		if (c == ';') {
			if (++field == 3)
				return;
		} else if (c < '0' || c > '9' || value[field] > PLACE_MAX / 10) {
			return;
		} else {
			value[field] = value[field] * 10 + (c - (unsigned)'0');
		}
	}
	if (field == 2)
		emit_mouse(k, value[0], value[1], value[2],
		    k->held[n - 1] == 'M');
}

/* A control sequence that the terminal's description does not know: up to its
 * last byte. */
static size_t
take_csi(struct keys *k, bool is_last)
{
	size_t i = 2;

	while (i < k->n && k->held[i] >= 0x20 && k->held[i] < 0x40)
		i++;
	if (i == k->n) {
		if (!is_last)
			return 0;
		/* somebody typed it */
		if (k->n == 2)
			emit_name(k, K_ESC);
		return k->n;
	}
	if (k->held[i] < 0x40 || k->held[i] > 0x7e)
		return i;
	if (k->held[2] == '<') {
		take_mouse(k, i + 1);
	} else if (k->has_mouse && i == 2 && k->held[i] == 'M') {
		/* the old form: three bytes follow */
		if (k->n < 6)
			return is_last ? k->n : 0;
		emit_mouse(k, k->held[3] - 32u, k->held[4] - 32u,
		    k->held[5] - 32u, (k->held[3] & 3) != 3);
		return 6;
	}
	return i + 1;
}

/* An answer of the terminal to somebody else's question, until its end. */
static bool
is_string_begin(const struct keys *k)
{
	const uint8_t kind = k->held[1], c = k->held[2];
	const bool is_digit = c >= '0' && c <= '9';

	return (kind == ']' && is_digit) || (kind == '_' && c == 'G') ||
	    (kind == 'P' && (is_digit || c == '>' || c == '!'));
}

/* Of what the terminal's description knows: bytes and *key; 0 none, and then
 * *more says whether it may still become one. */
static size_t
find_known(struct keys *k, int *key, bool *more)
{
	char seq[KEYS_HELD_MAX + 1];

	for (size_t n = 2; n <= k->n; n++) {
		*more = false;
		if (k->held[n - 1] == '\0')
			return 0;
		memcpy(seq, k->held, n);
		seq[n] = '\0';
		*key = k->params.lookup(k->params.ctx, seq);
		if (*key > 0)
			return n;
		if (*key != KEYS_MORE)
			return 0;
		*more = true;
	}
	return 0;
}

static size_t
take_escape(struct keys *k, bool is_last)
{
	const uint8_t kind = k->n > 1 ? k->held[1] : 0;
	bool more = k->n == 1;
	int key = K_NONE;
	size_t n;

	if (begins_with(k, PASTE_BEGIN)) {
		k->is_pasting = true;
		emit_name(k, K_PASTE);
		return strlen(PASTE_BEGIN);
	}
	/* some descriptions name the beginning of a report as a key */
	if (begins_with(k, "\033[<") || begins_with(k, "\033[M"))
		return take_csi(k, is_last);
	if ((n = find_known(k, &key, &more)) > 0) {
		if (key != KEYS_IGNORED)
			emit_name(k, (enum key_name)key);
		return n;
	}
	if (more && !is_last)
		return 0;
	if (kind == '[')
		return take_csi(k, is_last);
	if (kind == 'O' && k->n > 2 && k->held[2] >= 0x40 && k->held[2] < 0x7f)
		return 3;
	if (kind == ']' || kind == 'P' || kind == '_' || kind == 'O') {
		if (k->n == 2 && !is_last)
			return 0;
		if (k->n > 2 && is_string_begin(k)) {
			k->is_string = true;
			return 2;
		}
	}
	emit_name(k, K_ESC);
	return 1;
}

static size_t
take_string(struct keys *k, bool is_last)
{
	if (k->held[0] == ESC) {
		if (k->n == 1 && !is_last)
			return 0;
		k->is_string = false;
		return k->n > 1 && k->held[1] == '\\' ? 2 : 1;
	}
	if (k->held[0] == '\a')
		k->is_string = false;
	return 1;
}

static size_t
take(struct keys *k, bool is_last)
{
	const uint8_t c = k->held[0];

	if (k->is_string)
		return take_string(k, is_last);
	if (k->is_pasting)
		return take_pasted(k, is_last);
	if (c == ESC)
		return take_escape(k, is_last);
	if (c < 0x20 || c == 0x7f)
		return take_control(k);
	if (c >= 0x80)
		return take_utf8(k, is_last);
	emit_text(k, K_TEXT, c);
	return 1;
}

static void
take_all(struct keys *k, bool is_last)
{
	size_t took;

	while (k->n > 0) {
		/* nothing that has a meaning is as long as this */
		took = take(k, is_last || k->n == sizeof k->held);
		if (took == 0)
			return;
		k->n -= took;
		memmove(k->held, k->held + took, k->n);
	}
}

void
keys_feed(struct keys *k, const void *p, size_t n)
{
	const uint8_t *at = p;

	while (n-- > 0) {
		k->held[k->n++] = *at++;
		take_all(k, false);
	}
}

bool
keys_is_waiting(const struct keys *k)
{
	return k->n > 0 || k->is_string;
}

void
keys_flush(struct keys *k)
{
	take_all(k, true);
	k->is_string = false;
}
