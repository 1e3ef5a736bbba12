#include "httpd/head.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

/*
 * A header as libmicrohttpd leaves it: '0' in the text stands for a NUL of
 * its own making, '!' for one that the client sent.
 */
static bool
is_sound(const char *text)
{
	const size_t n = strlen(text);
	char *raw = xcalloc(1, n + 1);
	struct head_line line;
	struct head head;
	bool sound;

	for (size_t i = 0; i < n; i++)
		raw[i] = text[i] == '0' || text[i] == '!' ? '\0' : text[i];
	line.method = raw;
	line.target = strchr(text, '/') - text + raw;
	line.target_end = line.target + strlen(line.target);
	line.version = strstr(text, "HTTP") - text + raw;
	head_begin(&head, &line);
	for (const char *p = strchr(text, ':'); p != NULL;
	    p = strchr(p + 1, ':')) {
		const char *name = p;

		while (name > text && name[-1] != '0')
			name--;
		head_field(&head, name - text + raw, p + 1 - text + raw);
	}
	sound = head_is_sound(&head, raw + n);
	free(raw);
	return sound;
}

TEST(head_is_sound_only_if_lines_end_as_they_should)
{
	static const struct {
		const char *text;
		bool sound;
	} rows[] = {
		{ "GET0/a0HTTP/1.100A:b00C:d0000", true },
		{ "GET0/a0HTTP/1.100A:0000", true },
		{ "GET0/a0HTTP/1.100A:b0000", true },
		/* two blanks around the target */
		{ "GET00/a0HTTP/1.100A:b0000", false },
		/* NULs in target, values, at their ends */
		{ "GET0/a!x0HTTP/1.100A:b0000", false },
		{ "GET0/a0HTTP/1.100A:b!c00C:d0000", false },
		{ "GET0/a0HTTP/1.100A:b00C:d!e0000", false },
		{ "GET0/a0HTTP/1.100A:b00C:d!0000", false },
		/* bare line feeds */
		{ "GET0/a0HTTP/1.10A:b0000", false },
		{ "GET0/a0HTTP/1.100A:b0C:d0000", false },
		{ "GET0/a0HTTP/1.100A:b000", false },
		{ "GET0/a0HTTP/1.100A:b00", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (is_sound(rows[i].text) != rows[i].sound)
			t_fail(__FILE__, __LINE__, "%s", rows[i].text);
	}
}

TEST(head_of_a_folded_line_lies_elsewhere)
{
	static const char raw[] = "GET\0/a\0HTTP/1.1\0\0A:b\0\0\0";
	const struct head_line line = { raw, raw + 4, raw + 6, raw + 7 };
	struct head head;

	head_begin(&head, &line);
	head_field(&head, "A", "b c");
	EXPECT(!head_is_sound(&head, raw + sizeof raw));
}
