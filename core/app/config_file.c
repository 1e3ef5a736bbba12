/*
 * Options from a file.
 *
 *   # a comment, also with ';'; only at the start of a line
 *   state_dir = /srv/pairdesk
 *   whatsapp.url = wss://web.whatsapp.com/ws/chat
 *
 *   [log]
 *   level = debug               log.level
 *
 * A key is looked up below its section; a key with a dot is a whole name
 * wherever it stands. Blanks around keys and values do not count, nothing is
 * quoted, a value ends with its line, CR LF is a line end too. At most
 * 64 KiB, lines of at most 2048 bytes, UTF-8 without NUL, each option once.
 */
#include "core/app/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/config_table.h"
#include "core/base/str.h"

#define FILE_BYTES_MAX (64u * 1024)
#define LINE_MAX_BYTES 2048
#define WHERE_MAX (VALUE_MAX + 32)

/* What the parser knows between two lines. */
struct parser {
	struct config *config;
	enum config_source source;
	const char *path;
	unsigned line;
	char section[CONFIG_SPELLING_MAX];      /* "" before the first */
	unsigned seen[OPT_COUNT];               /* line of each, 0 not yet */
	struct config_problem *problem;
	char where[WHERE_MAX];                  /* "path:line" */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts blanks at both ends, in place. */
static char *
trim(char *s)
{
	size_t n;

	while (is_blank(*s))
		s++;
	for (n = strlen(s); n > 0 && is_blank(s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

static bool
is_section(const char *name)
{
	const size_t n = strlen(name);

	for (int i = 0; i < OPT_COUNT; i++) {
		const char *known = config_name((enum option)i);

		if (n > 0 && strncmp(known, name, n) == 0 && known[n] == '.')
			return true;
	}
	return false;
}

static enum err
read_section(struct parser *p, char *text)
{
	const size_t n = strlen(text);
	char *name = text + 1;

	if (text[n - 1] != ']')
		return config_refuse(p->problem, "%s: section without ]",
		    p->where);
	text[n - 1] = '\0';
	name = trim(name);
	if (!is_section(name))
		return config_refuse(p->problem, "%s: unknown section [%.80s]",
		    p->where, name);
	str_copy(p->section, sizeof p->section, name);
	return ERR_OK;
}

static enum err
set_once(struct parser *p, const char *name, const char *value)
{
	enum option opt;

	if (!config_find(name, &opt))
		return config_refuse_name(p->problem, p->where, name);
	if (p->seen[opt] != 0)
		return config_refuse(p->problem, "%s: %s is set twice in this "
		    "file, first in line %u", p->where, name, p->seen[opt]);
	p->seen[opt] = p->line;
	return config_set_option(p->config, p->source, p->where, opt, value,
	    p->problem);
}

static enum err
read_assignment(struct parser *p, char *text)
{
	char *equals = strchr(text, '=');
	char name[CONFIG_SPELLING_MAX];
	const char *key;

	if (equals == NULL)
		return config_refuse(p->problem, "%s: neither NAME = VALUE nor "
		    "[section] (it is \"%.160s\")", p->where, text);
	*equals = '\0';
	key = trim(text);
	if (p->section[0] == '\0' || strchr(key, '.') != NULL)
		str_copy(name, sizeof name, key);
	else
		str_format(name, sizeof name, "%s.%s", p->section, key);
	return set_once(p, name, trim(equals + 1));
}

/* One line without its end. */
static enum err
read_line(struct parser *p, const char *bytes, size_t n)
{
	char line[LINE_MAX_BYTES + 1], *text;

	p->line++;
	str_format(p->where, sizeof p->where, "%s:%u", p->path, p->line);
	if (n > LINE_MAX_BYTES)
		return config_refuse(p->problem, "%s: line is longer than %d "
		    "bytes", p->where, LINE_MAX_BYTES);
	if (memchr(bytes, '\0', n) != NULL)
		return config_refuse(p->problem, "%s: line contains a NUL "
		    "byte", p->where);
	if (!str_is_utf8(bytes, n))
		return config_refuse(p->problem, "%s: line is not UTF-8",
		    p->where);
	memcpy(line, bytes, n);
	line[n] = '\0';
	text = trim(line);
	if (*text == '\0' || *text == '#' || *text == ';')
		return ERR_OK;
	return *text == '[' ? read_section(p, text) : read_assignment(p, text);
}

enum err
config_read(struct config *c, enum config_source source, const char *path,
    const void *bytes, size_t n, struct config_problem *problem)
{
	struct parser p = { .config = c, .source = source, .path = path,
	    .problem = problem };
	const char *at = bytes;
	enum err err = ERR_OK;

	if (n > FILE_BYTES_MAX)
		return config_refuse(problem, "%s: is larger than 64 KiB",
		    path);
	if (n >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
		at += 3;        /* the mark some editors put in front */
		n -= 3;
	}
	while (n > 0 && err == ERR_OK) {
		const char *end = memchr(at, '\n', n);
		const size_t len = end == NULL ? n : (size_t)(end - at);

		err = read_line(&p, at, len);
		n -= len + (end != NULL);
		at += len + (end != NULL);
	}
	return err;
}

/* A file that anybody may write would let anybody say where keys go. */
static enum err
check_file(int fd, const char *path, struct config_problem *problem)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return config_refuse(problem, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return config_refuse(problem, "%s: is not a file", path);
	if ((st.st_mode & S_IWOTH) != 0)
		return config_refuse(problem, "%s: may be changed by "
		    "everybody; run: chmod o-w %s", path, path);
	return ERR_OK;
}

static enum err
read_all(int fd, struct buf *out, const char *path,
    struct config_problem *problem)
{
	uint8_t chunk[4096];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return config_refuse(problem, "%s: %s", path,
			    strerror(errno));
		if (buf_append(out, chunk, (size_t)n) != ERR_OK)
			return config_refuse(problem, "%s: is larger than "
			    "64 KiB", path);
	}
	return ERR_OK;
}

enum err
config_read_file(struct config *c, enum config_source source,
    const char *path, bool must_exist, struct config_problem *problem)
{
	struct buf bytes;
	enum err err;
	int fd;

	if (strlen(path) > VALUE_PATH_MAX)
		return config_refuse(problem, "%.80s...: path is too long",
		    path);
	/* not blocking, for the path may name a pipe nobody writes to */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return !must_exist && (errno == ENOENT || errno == ENOTDIR)
		    ? ERR_OK : config_refuse(problem, "%s: %s", path,
		    strerror(errno));
	buf_init(&bytes, FILE_BYTES_MAX);
	if ((err = check_file(fd, path, problem)) == ERR_OK &&
	    (err = read_all(fd, &bytes, path, problem)) == ERR_OK)
		err = config_read(c, source, path, bytes.data, bytes.len,
		    problem);
	buf_finish(&bytes);
	close(fd);
	return err;
}
