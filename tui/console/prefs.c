/*
 * The file, at most 64 KiB:
 *
 *   {"view":"companies","company":"","cursor":"acme","filter":"!ok",
 *    "sort":"need","reverse":false,"wide":true,"onlyProblems":false,
 *    "mouse":false,"listened":false,"logFilter":"","logCompany":"",
 *    "logLevel":"warn","terms":{"xterm-256color":{"qrStyle":"half"}}}
 *
 * What is missing or of another type is the default; members that this
 * version does not know stay.
 */
#include "tui/console/file.h"
#include "tui/console/prefs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/told.h"

#define FILE_MAX_BYTES ((size_t)64 * 1024)
#define TERM_MAX 64             /* bytes of its name that count */

static const char *const sorts[] = {
	[SORT_NEED] = "need",
	[SORT_COMPANY] = "company",
	[SORT_NAME] = "name",
	[SORT_STATUS] = "status",
	[SORT_SINCE] = "since",
	[SORT_SEEN] = "seen",
	[SORT_RECONNECTS] = "reconnects",
	[SORT_PRIORITY] = "priority",
};

_Static_assert(ARRAY_LEN(sorts) == SORT_COUNT, "every order has a name");

static const char *const styles[] = {
	[QR_AUTO] = "auto",
	[QR_HALF] = "half",
	[QR_SEXTANT] = "sextant",
	[QR_FULL] = "full",
};

_Static_assert(ARRAY_LEN(styles) == QR_STYLE_COUNT, "every style has a name");

bool
prefs_path(char *out, size_t size)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	/* relative ones are to be ignored */
	if (state != NULL && state[0] == '/')
		return str_format(out, size, "%s/pairdesk/console.json",
		    state);
	return home != NULL && home[0] == '/' && str_format(out, size,
	    "%s/.local/state/pairdesk/console.json", home);
}

/* --- the members ------------------------------------------------------------------ */

/* Those of one kind, where they are, in the file and in the struct. */
struct text_member {
	const char *name;
	size_t at, size;
	bool is_company;
};
struct bool_member {
	const char *name;
	size_t at;
};

#define TEXT_AT(file, field, company) { file, \
	offsetof(struct prefs, field), sizeof ((struct prefs *)0)->field, \
	company }

static const struct text_member texts[] = {
	TEXT_AT("view", view, false),
	TEXT_AT("company", company, true),
	TEXT_AT("cursor", cursor, true),
	TEXT_AT("filter", filter, false),
	TEXT_AT("logFilter", log_filter, false),
	TEXT_AT("logCompany", log_company, true),
	TEXT_AT("logLevel", log_level, false),
};

static const struct bool_member bools[] = {
	{ "reverse", offsetof(struct prefs, reverse) },
	{ "wide", offsetof(struct prefs, wide) },
	{ "onlyProblems", offsetof(struct prefs, only_problems) },
	{ "mouse", offsetof(struct prefs, mouse) },
	{ "listened", offsetof(struct prefs, listened) },
};

static const char *
text_of(const struct prefs *p, size_t i)
{
	return (const char *)p + texts[i].at;
}

static bool
bool_of(const struct prefs *p, size_t i)
{
	return *(const bool *)((const char *)p + bools[i].at);
}

bool
prefs_are_equal(const struct prefs *a, const struct prefs *b)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (strcmp(text_of(a, i), text_of(b, i)) != 0)
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(bools); i++) {
		if (bool_of(a, i) != bool_of(b, i))
			return false;
	}
	return a->sort == b->sort && a->qr_style == b->qr_style;
}

static unsigned
index_of(const char *const *names, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return 0;
}

static bool
is_level(const char *name)
{
	for (int level = 0; level < LOG_LEVEL_COUNT; level++) {
		if (strcmp(log_level_name((enum log_level)level), name) == 0)
			return true;
	}
	return false;
}

/* As a member's name; TERM is the user's. */
static void
clean_term(char out[TERM_MAX], const char *term)
{
	str_clean(out, TERM_MAX, term, strlen(term));
}

static const cJSON *
term_of(const cJSON *o, const char *term)
{
	char name[TERM_MAX];

	clean_term(name, term);
	return cJSON_GetObjectItemCaseSensitive(
	    cJSON_GetObjectItemCaseSensitive(o, "terms"), name);
}

static void
read_members(const cJSON *o, const char *term, struct prefs *out)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct text_member *m = &texts[i];
		const char *text = told_text(o, m->name);

		if (!m->is_company || company_id_is_valid(text))
			str_clean((char *)out + m->at, m->size, text,
			    strlen(text));
	}
	for (size_t i = 0; i < ARRAY_LEN(bools); i++)
		*(bool *)(void *)((char *)out + bools[i].at) =
		    told_true(o, bools[i].name);
	if (!is_level(out->log_level))
		out->log_level[0] = '\0';
	out->sort = (enum sort)index_of(sorts, SORT_COUNT,
	    told_text(o, "sort"));
	out->qr_style = (enum qr_style)index_of(styles, QR_STYLE_COUNT,
	    told_text(term_of(o, term), "qrStyle"));
}

/* In place of all that o has under that name. */
static void
set(cJSON *o, const char *name, cJSON *value)
{
	while (cJSON_GetObjectItemCaseSensitive(o, name) != NULL)
		cJSON_DeleteItemFromObjectCaseSensitive(o, name);
	cJSON_AddItemToObject(o, name, value);
}

/* The object under that name, made if there is none. */
static cJSON *
object_in(cJSON *o, const char *name)
{
	cJSON *at = cJSON_GetObjectItemCaseSensitive(o, name);

	if (cJSON_IsObject(at))
		return at;
	at = cJSON_CreateObject();
	set(o, name, at);
	return at;
}

static void
write_members(cJSON *o, const char *term, const struct prefs *p)
{
	char name[TERM_MAX];

	clean_term(name, term);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		set(o, texts[i].name, cJSON_CreateString(
		    (const char *)p + texts[i].at));
	for (size_t i = 0; i < ARRAY_LEN(bools); i++)
		set(o, bools[i].name, cJSON_CreateBool(*(const bool *)
		    (const void *)((const char *)p + bools[i].at)));
	set(o, "sort", cJSON_CreateString(sorts[p->sort]));
	set(object_in(object_in(o, "terms"), name), "qrStyle",
	    cJSON_CreateString(styles[p->qr_style]));
}

/* --- the file ------------------------------------------------------------------------ */

static enum err
read_all(int fd, struct buf *out)
{
	uint8_t chunk[4096];
	enum err err = ERR_OK;
	ssize_t n;

	do {
		n = read(fd, chunk, sizeof chunk);
		if (n > 0)
			err = buf_append(out, chunk, (size_t)n);
	} while (err == ERR_OK && (n > 0 || (n < 0 && errno == EINTR)));
	return n < 0 ? ERR_IO : err;
}

/* Somebody else's file, a pipe or a link is none of ours. */
static enum err
read_file(const char *path, struct buf *out)
{
	const int fd = open(path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	enum err err;

	if (fd == -1)
		return file_errno();
	if (fstat(fd, &st) != 0)
		err = ERR_IO;
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		err = ERR_PERMISSION;
	else
		err = read_all(fd, out);
	(void)close(fd);
	return err;
}

/* ERR_MALFORMED, ERR_TOO_LARGE: it is ours and no good. */
static enum err
read_object(const char *path, cJSON **out)
{
	struct buf text;
	cJSON *o = NULL;
	enum err err;

	buf_init(&text, FILE_MAX_BYTES);
	err = read_file(path, &text);
	if (err == ERR_OK) {
		o = cJSON_ParseWithLength((const char *)text.data, text.len);
		if (!cJSON_IsObject(o))
			err = ERR_MALFORMED;
	}
	buf_finish(&text);
	if (err == ERR_OK)
		*out = o;
	else
		cJSON_Delete(o);
	return err;
}

static void
put_aside(const char *path)
{
	char bad[PATH_MAX];

	if (str_format(bad, sizeof bad, "%s.bad", path))
		(void)rename(path, bad);
}

enum err
prefs_load(const char *path, const char *term, struct prefs *out)
{
	cJSON *o = NULL;
	enum err err;

	*out = (struct prefs){ .sort = SORT_NEED };
	err = read_object(path, &o);
	if (err == ERR_MALFORMED || err == ERR_TOO_LARGE)
		put_aside(path);
	else if (err == ERR_NOT_FOUND)
		return ERR_OK;
	if (err == ERR_OK)
		read_members(o, term, out);
	cJSON_Delete(o);
	return err;
}

/* --- writing ------------------------------------------------------------------------- */

/* The directories that path needs, 0700 those that are made. */
static enum err
make_dirs(const char *path)
{
	char dir[PATH_MAX];

	if (!str_copy(dir, sizeof dir, path))
		return ERR_TOO_LARGE;
	for (char *p = strchr(dir + 1, '/'); p != NULL;
	    p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(dir, 0700) != 0 && errno != EEXIST)
			return file_errno();
		*p = '/';
	}
	return ERR_OK;
}

/* A name of its own: two consoles may save at the same moment. */
static enum err
replace(const char *path, const struct buf *text)
{
	char name[PATH_MAX];
	enum err err;
	int fd;

	if (!str_format(name, sizeof name, "%s.XXXXXX", path))
		return ERR_TOO_LARGE;
	if ((fd = mkostemp(name, O_CLOEXEC)) == -1)
		return file_errno();
	err = file_write(fd, text);
	if (err == ERR_OK && fsync(fd) != 0)
		err = file_errno();
	if (close(fd) != 0 && err == ERR_OK)
		err = file_errno();
	if (err == ERR_OK && rename(name, path) != 0)
		err = file_errno();
	if (err != ERR_OK)
		(void)unlink(name);
	return err;
}

static enum err
print(const cJSON *o, struct buf *out)
{
	char *text = cJSON_Print(o);
	enum err err;

	if (text == NULL)
		return ERR_NO_MEMORY;
	buf_clear(out);
	err = buf_printf(out, "%s\n", text);
	free(text);
	return err;
}

enum err
prefs_save(const char *path, const char *term, const struct prefs *prefs)
{
	struct buf text;
	cJSON *o = NULL;
	enum err err;

	if ((err = make_dirs(path)) != ERR_OK)
		return err;
	if (read_object(path, &o) != ERR_OK)
		o = cJSON_CreateObject();
	write_members(o, term, prefs);
	buf_init(&text, FILE_MAX_BYTES);
	err = print(o, &text);
	if (err == ERR_TOO_LARGE) {
		/* what others left there is not worth more than what is new */
		cJSON_Delete(o);
		o = cJSON_CreateObject();
		write_members(o, term, prefs);
		err = print(o, &text);
	}
	if (err == ERR_OK)
		err = replace(path, &text);
	buf_finish(&text);
	cJSON_Delete(o);
	return err;
}
