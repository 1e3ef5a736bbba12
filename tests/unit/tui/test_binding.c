#include "tui/console/binding.h"

#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

static struct key
text_key(uint32_t c)
{
	return (struct key){ .name = K_TEXT, .text = c };
}

static enum action
pressed(enum scope scope, uint32_t c)
{
	const struct key key = text_key(c);

	return binding_action(scope, &key);
}

/* The key that a name in the table stands for; K_NONE: no such name. */
static struct key
key_of(const char *name)
{
	static const char *const names[K_COUNT] = {
		[K_ENTER] = "Enter", [K_ESC] = "Esc", [K_TAB] = "Tab",
		[K_BACK_TAB] = "S-Tab", [K_UP] = "Up", [K_DOWN] = "Down",
		[K_LEFT] = "Left", [K_RIGHT] = "Right",
		[K_PAGE_UP] = "PgUp", [K_PAGE_DOWN] = "PgDn",
		[K_HOME] = "Home", [K_END] = "End", [K_DELETE] = "Del",
		[K_INSERT] = "Ins", [K_F1] = "F1", [K_F2] = "F2",
		[K_F3] = "F3", [K_F4] = "F4", [K_F5] = "F5", [K_F6] = "F6",
		[K_F7] = "F7", [K_F8] = "F8", [K_F9] = "F9",
		[K_F10] = "F10", [K_F11] = "F11", [K_F12] = "F12",
	};

	if (strcmp(name, "Space") == 0)
		return text_key(' ');
	if (strcmp(name, "Ctrl-Space") == 0)
		return (struct key){ .name = K_CTRL, .text = ' ' };
	if (strncmp(name, "Ctrl-", 5) == 0 && name[6] == '\0')
		return (struct key){ .name = K_CTRL,
		    .text = (unsigned char)name[5] | 0x20u };
	if (name[1] == '\0')
		return text_key((unsigned char)name[0]);
	for (int i = 0; i < K_COUNT; i++) {
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return (struct key){ .name = (enum key_name)i };
	}
	return (struct key){ .name = K_NONE };
}

TEST(binding_every_key_in_the_table_does_what_it_says)
{
	for (size_t i = 0; i < binding_count; i++) {
		const struct binding *b = &bindings[i];
		char keys[64], *save = NULL;
		size_t n = 0;

		ASSERT(strlen(b->keys) < sizeof keys);
		memcpy(keys, b->keys, strlen(b->keys) + 1);
		for (char *name = strtok_r(keys, " ", &save); name != NULL;
		    name = strtok_r(NULL, " ", &save), n++) {
			const struct key key = key_of(name);

			if (key.name == K_NONE)
				t_fail(__FILE__, __LINE__, "%s is no key",
				    name);
			/* else an earlier row has taken the key */
			if (binding_action(b->scope, &key) != b->action)
				t_fail(__FILE__, __LINE__, "%s twice", name);
		}
		EXPECT(n > 0);
		EXPECT(b->help != TEXT_NONE);
	}
}

/* What a view has for itself must not hide how to move, or to get away. */
TEST(binding_views_hide_no_way_out)
{
	static const enum action kept[] = { ACTION_HELP, ACTION_QUIT,
	    ACTION_BACK, ACTION_COMMAND, ACTION_REPAINT };

	for (size_t i = 0; i < binding_count; i++) {
		const struct binding *b = &bindings[i];
		char name[16];
		struct key key;

		for (size_t n = 0; b->scope < SCOPE_MOVE; n++) {
			binding_key_name(b, n, name, sizeof name);
			if (name[0] == '\0')
				break;
			key = key_of(name);
			for (size_t k = 0; k < ARRAY_LEN(kept); k++)
				EXPECT(binding_action(SCOPE_ALL, &key) !=
				    kept[k]);
		}
	}
}

TEST(binding_works_in_the_cyrillic_layout)
{
	EXPECT_INT(pressed(SCOPE_ALL, 0x0439), ACTION_QUIT);    /* short i */
	EXPECT_INT(pressed(SCOPE_MOVE, 0x043e), ACTION_DOWN);   /* o */
	EXPECT_INT(pressed(SCOPE_MOVE, 0x043b), ACTION_UP);     /* el */
	EXPECT_INT(pressed(SCOPE_MOVE, 0x041f), ACTION_BOTTOM); /* capital pe */
	EXPECT_INT(pressed(SCOPE_MOVE, 0x043f), ACTION_TOP);    /* pe */
	EXPECT_INT(pressed(SCOPE_ALL, 0x0416), ACTION_COMMAND); /* capital zhe */
	EXPECT_INT(pressed(SCOPE_COMPANIES, 0x044b), ACTION_SORT);
	EXPECT_INT(pressed(SCOPE_COMPANIES, 0x042b), ACTION_REVERSE);
	EXPECT_INT(pressed(SCOPE_COMPANIES, 0x0456), ACTION_SORT);
	EXPECT_INT(pressed(SCOPE_COMPANIES, '.'), ACTION_FILTER);
	EXPECT_INT(pressed(SCOPE_ALL, ','), ACTION_HELP);
	EXPECT_INT(pressed(SCOPE_COMPANIES, 0x20ac), ACTION_NONE);
}

TEST(binding_latin_leaves_the_rest_alone)
{
	EXPECT_INT(binding_latin('q'), 'q');
	EXPECT_INT(binding_latin('.'), '.');
	EXPECT_INT(binding_latin(0x4e2d), 0x4e2d);
	EXPECT_INT(binding_latin(0x0419), 'Q');
	EXPECT_INT(binding_latin(0x0451), '`');
	EXPECT_INT(binding_latin(0x0401), '~');
	EXPECT_INT(binding_latin(0x0407), '}');
}

TEST(binding_key_names_read_well)
{
	char name[16];

	for (size_t i = 0; i < binding_count; i++) {
		if (bindings[i].action != ACTION_REPAINT)
			continue;
		binding_key_name(&bindings[i], 0, name, sizeof name);
		EXPECT_STR(name, "Ctrl-L");
		binding_key_name(&bindings[i], 1, name, sizeof name);
		EXPECT_STR(name, "");
	}
}
