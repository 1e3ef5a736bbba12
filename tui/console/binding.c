#include "tui/console/binding.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

const struct binding bindings[] = {
#define ACTION(id)
#define BINDING(scope, id, keys, label, help) \
	{ SCOPE_##scope, ACTION_##id, keys, TEXT_##label, TEXT_##help },
#include "tui/console/keys.def"
#undef BINDING
#undef ACTION
};

const size_t binding_count = ARRAY_LEN(bindings);

#define KEY_NAME_MAX 16

static const struct {
	const char *name;
	enum key_name key;
} named[] = {
	{ "Enter", K_ENTER }, { "Esc", K_ESC }, { "Tab", K_TAB },
	{ "S-Tab", K_BACK_TAB }, { "Up", K_UP }, { "Down", K_DOWN },
	{ "Left", K_LEFT }, { "Right", K_RIGHT }, { "PgUp", K_PAGE_UP },
	{ "PgDn", K_PAGE_DOWN }, { "Home", K_HOME }, { "End", K_END },
	{ "Del", K_DELETE }, { "Ins", K_INSERT }, { "F1", K_F1 },
	{ "F2", K_F2 }, { "F3", K_F3 }, { "F4", K_F4 }, { "F5", K_F5 },
	{ "F6", K_F6 }, { "F7", K_F7 }, { "F8", K_F8 }, { "F9", K_F9 },
	{ "F10", K_F10 }, { "F11", K_F11 }, { "F12", K_F12 },
};

/* --- layouts ------------------------------------------------------------------ */

/* The keys of the Russian layout in the order of the Latin ones; Ukrainian
 * and Belarusian put some letters of theirs in the same places. */
static const uint32_t cyrillic[] = {
	0x0439, 0x0446, 0x0443, 0x043a, 0x0435, 0x043d, 0x0433, 0x0448,
	0x0449, 0x0437, 0x0445, 0x044a, 0x0444, 0x044b, 0x0432, 0x0430,
	0x043f, 0x0440, 0x043e, 0x043b, 0x0434, 0x0436, 0x044d, 0x044f,
	0x0447, 0x0441, 0x043c, 0x0438, 0x0442, 0x044c, 0x0431, 0x044e,
	0x0451, 0x0456, 0x0457, 0x0454, 0x045e, 0x0491
};
static const char latin[] = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`s]'o\\";
static const char shifted[] = "QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~S}\"O|";

_Static_assert(sizeof latin == ARRAY_LEN(cyrillic) + 1 &&
    sizeof shifted == sizeof latin, "a place for each letter");

static uint32_t
cyrillic_small(uint32_t c)
{
	if (c >= 0x0410 && c <= 0x042f)
		return c + 0x20;
	if (c >= 0x0400 && c <= 0x040f)
		return c + 0x50;
	return c == 0x0490 ? 0x0491 : c;
}

uint32_t
binding_latin(uint32_t code_point)
{
	const uint32_t small = cyrillic_small(code_point);

	for (size_t i = 0; i < ARRAY_LEN(cyrillic); i++) {
		if (cyrillic[i] == small)
			return (unsigned char)(small == code_point ?
			    latin[i] : shifted[i]);
	}
	return code_point;
}

/* On a Cyrillic layout the key of `/` and `?` types these. No command has
 * them for itself. */
static uint32_t
punctuation(uint32_t c)
{
	if (c == '.')
		return '/';
	return c == ',' ? '?' : c;
}

/* --- keys and their names ------------------------------------------------------- */

/* The nth name of a list; false: there are fewer. */
static bool
nth_name(const char *keys, size_t nth, char out[KEY_NAME_MAX])
{
	for (;;) {
		const size_t n = strcspn(keys, " ");

		if (nth == 0) {
			if (n == 0 || n >= KEY_NAME_MAX)
				return false;
			memcpy(out, keys, n);
			out[n] = '\0';
			return true;
		}
		if (keys[n] == '\0')
			return false;
		keys += n + 1;
		nth--;
	}
}

static bool
is_named(const char *name, const struct key *key)
{
	if (key->name == K_TEXT)
		return (name[1] == '\0' &&
		    (unsigned char)name[0] == key->text) ||
		    (key->text == ' ' && strcmp(name, "Space") == 0);
	if (key->name == K_CTRL)
		return strncmp(name, "Ctrl-", 5) == 0 &&
		    ((unsigned char)name[5] == key->text ||
		    (key->text == ' ' && strcmp(name + 5, "Space") == 0));
	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		if (named[i].key == key->name)
			return strcmp(named[i].name, name) == 0;
	}
	return false;
}

static bool
has_key(const struct binding *b, const struct key *key)
{
	char name[KEY_NAME_MAX];

	for (size_t i = 0; nth_name(b->keys, i, name); i++) {
		if (is_named(name, key))
			return true;
	}
	return false;
}

static enum action
find(enum scope scope, const struct key *key)
{
	for (size_t i = 0; i < binding_count; i++) {
		if (bindings[i].scope == scope && has_key(&bindings[i], key))
			return bindings[i].action;
	}
	return ACTION_NONE;
}

enum action
binding_action(enum scope scope, const struct key *key)
{
	enum action action = find(scope, key);
	struct key other = *key;

	if (action != ACTION_NONE || key->name != K_TEXT)
		return action;
	other.text = punctuation(binding_latin(key->text));
	return other.text == key->text ? ACTION_NONE : find(scope, &other);
}

void
binding_key_name(const struct binding *b, size_t nth, char *out, size_t size)
{
	char name[KEY_NAME_MAX];

	if (size == 0)
		return;
	out[0] = '\0';
	if (!nth_name(b->keys, nth, name))
		return;
	if (strncmp(name, "Ctrl-", 5) == 0 && name[6] == '\0' &&
	    name[5] >= 'a' && name[5] <= 'z')
		name[5] = (char)(name[5] - 'a' + 'A');
	(void)str_copy(out, size, name);
}
