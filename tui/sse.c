#include "tui/sse.h"

#include <string.h>

#include "core/base/str.h"

void
sse_init(struct sse *s, sse_fn fn, void *ctx)
{
	memset(s, 0, sizeof *s);
	s->fn = fn;
	s->ctx = ctx;
	buf_init_secret(&s->line, SSE_LINE_MAX);
	buf_init_secret(&s->data, SSE_LINE_MAX);
}

void
sse_finish(struct sse *s)
{
	buf_finish(&s->line);
	buf_finish(&s->data);
}

/* An empty line ends an event. */
static enum err
end_event(struct sse *s)
{
	struct sse_event event = { .id = s->id, .name = s->name[0] != '\0' ?
	    s->name : "message" };
	enum err err = ERR_OK;

	if (s->has_data && (err = buf_cstr(&s->data, &event.data)) == ERR_OK)
		s->fn(s->ctx, &event);
	buf_clear(&s->data);
	s->has_data = false;
	s->name[0] = '\0';
	return err;
}

static enum err
add_data(struct sse *s, const char *value)
{
	enum err err = s->has_data ? buf_u8(&s->data, '\n') : ERR_OK;

	s->has_data = true;
	return err != ERR_OK ? err : buf_str(&s->data, value);
}

static enum err
take_field(struct sse *s, const char *name, const char *value)
{
	if (strcmp(name, "data") == 0)
		return add_data(s, value);
	if (strcmp(name, "event") == 0)
		str_copy(s->name, sizeof s->name, value);
	else if (strcmp(name, "id") == 0)
		str_copy(s->id, sizeof s->id, value);
	return ERR_OK;
}

static enum err
end_line(struct sse *s)
{
	enum err err = ERR_OK;
	const char *text;
	char name[SSE_NAME_MAX];
	size_t n;

	if (s->line.len == 0)
		return end_event(s);
	/* a NUL would hide what is behind it: no line of ours has one */
	if (memchr(s->line.data, '\0', s->line.len) == NULL &&
	    (err = buf_cstr(&s->line, &text)) == ERR_OK) {
		n = strcspn(text, ":");
		if (n > 0 && n < sizeof name) {
			memcpy(name, text, n);
			name[n] = '\0';
			text += n + (text[n] == ':');
			err = take_field(s, name, text + (*text == ' '));
		}
	}
	buf_clear(&s->line);
	return err;
}

/* A line ends with LF, CR or both. */
enum err
sse_feed(struct sse *s, const void *p, size_t n)
{
	const char *at = p, *const end = n > 0 ? at + n : at;
	enum err err = ERR_OK;

	while (at < end && err == ERR_OK) {
		const char *from = at;

		if (s->after_cr && *at == '\n')
			from = ++at;
		s->after_cr = false;
		while (at < end && *at != '\n' && *at != '\r')
			at++;
		if (at > from)
			err = buf_append(&s->line, from, (size_t)(at - from));
		if (err == ERR_OK && at < end) {
			s->after_cr = *at++ == '\r';
			err = end_line(s);
		}
	}
	return err;
}
