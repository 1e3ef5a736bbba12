/*
 * Which key does what, as one table (keys.def) that the dispatcher, the key
 * line and the help all read. Letters also work where a Cyrillic layout puts
 * them: the key is what counts, not what is printed on it.
 */
#ifndef PAIRDESK_TUI_CONSOLE_BINDING_H
#define PAIRDESK_TUI_CONSOLE_BINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/console/key.h"
#include "tui/console/text.h"

/* Where a binding holds. A view has one of its own; MOVE holds in what
 * scrolls, ALL everywhere; its own goes first. */
enum scope {
	SCOPE_COMPANIES, SCOPE_COMPANY, SCOPE_LINK, SCOPE_LOG, SCOPE_LISTENER,
	SCOPE_HELP, SCOPE_MOVE, SCOPE_ALL, SCOPE_COUNT
};

enum action {
	ACTION_NONE,
#define ACTION(id) ACTION_##id,
#define BINDING(scope, id, keys, label, help)
#include "tui/console/keys.def"
#undef BINDING
#undef ACTION
	ACTION_COUNT
};

struct binding {
	enum scope scope;
	enum action action;
	const char *keys;       /* "j Down": names, separated by blanks */
	enum text label;        /* a word for the key line; TEXT_NONE: not there */
	enum text help;         /* a line of help */
};

extern const struct binding bindings[];
extern const size_t binding_count;

/* ACTION_NONE: the key does nothing there. */
enum action binding_action(enum scope scope, const struct key *key);

/* The name of a key as people read it: "Enter", "Ctrl-L", "q". */
void binding_key_name(const struct binding *b, size_t nth, char *out,
    size_t size);

/* Latin letter of a Cyrillic one by its place on the keyboard, else the same:
 * for commands, never for text. */
uint32_t binding_latin(uint32_t code_point);

#endif
