#include "httpd/pages.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "httpd/access.h"
#include "httpd/answer.h"
#include "httpd/api.h"
#include "httpd/impl.h"

#define FILE_MAX ((size_t)1024 * 1024)
#define FILES_MAX 64
#define NAME_MAX_LEN 64
#define TAG_LEN 8

struct page {
	char name[NAME_MAX_LEN + 1];
	const char *type;
	const void *data;               /* compiled in, or owned */
	void *owned;
	size_t size;
	char tag[2 * TAG_LEN + 3];      /* "..." with its quotes */
};

struct compiled {
	const char *name;
	const unsigned char *data;
	size_t size;
};

/* made by the Makefile from public/ */
#include "httpd/pages.inc"

static const char *
type_of(const char *name)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ ".html", TYPE_HTML },
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".json", TYPE_JSON },
		{ ".svg", "image/svg+xml" },
		{ ".png", "image/png" },
		{ ".ico", "image/x-icon" },
		{ ".txt", TYPE_TEXT },
		{ ".woff2", "font/woff2" },
	};
	const size_t n = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const size_t k = strlen(types[i].ending);

		if (n > k && strcmp(name + n - k, types[i].ending) == 0)
			return types[i].type;
	}
	return NULL;
}

/* --- what there is ------------------------------------------------------------------- */

static void
set_page(struct page *p, const char *name, const void *data, size_t n)
{
	uint8_t hash[crypto_generichash_BYTES];
	char hex[HEX_LEN(TAG_LEN)];

	(void)str_copy(p->name, sizeof p->name, name);
	p->type = type_of(name);
	p->data = data;
	p->size = n;
	crypto_generichash(hash, sizeof hash, data, n, NULL, 0);
	str_to_hex(hex, hash, TAG_LEN);
	str_format(p->tag, sizeof p->tag, "\"%s\"", hex);
}

static struct page *
find(const struct httpd *h, const char *name)
{
	for (size_t i = 0; i < h->page_count; i++) {
		if (strcmp(h->pages[i].name, name) == 0)
			return &h->pages[i];
	}
	return NULL;
}

static bool
read_whole(int fd, struct buf *out)
{
	uint8_t block[4096];
	ssize_t n;

	while ((n = read(fd, block, sizeof block)) > 0) {
		if (buf_append(out, block, (size_t)n) != ERR_OK)
			return false;
	}
	return n == 0;
}

/* Relative to the directory's descriptor; links do not lead out of it. */
static void
take_file(struct httpd *h, int dir, const char *name)
{
	const int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK);
	struct page *p = find(h, name);
	struct stat st;
	struct buf whole;

	if (fd == -1)
		return;
	buf_init(&whole, FILE_MAX);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    read_whole(fd, &whole) &&
	    (p != NULL || h->page_count < FILES_MAX)) {
		if (p == NULL)
			p = &h->pages[h->page_count++];
		free(p->owned);
		p->owned = whole.data;
		set_page(p, name, whole.data, whole.len);
		whole.data = NULL;
	}
	buf_finish(&whole);
	close(fd);
}

static enum err
read_dir(struct httpd *h, const char *path, struct app_problem *problem)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (dir == NULL) {
		str_format(problem->text, sizeof problem->text,
		    "http.public_dir: %s cannot be read: %s", path,
		    strerror(errno));
		return errno == EACCES ? ERR_PERMISSION : ERR_NOT_FOUND;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    strlen(entry->d_name) <= NAME_MAX_LEN &&
		    type_of(entry->d_name) != NULL)
			take_file(h, dirfd(dir), entry->d_name);
	}
	closedir(dir);
	return ERR_OK;
}

static void
make_csp(struct httpd *h)
{
	const size_t n = config_list_count(h->config,
	    OPT_HTTP_FRAME_ANCESTORS);
	size_t at;

	str_format(h->csp, sizeof h->csp, "default-src 'none'; "
	    "img-src 'self' data:; style-src 'self'; script-src 'self'; "
	    "connect-src 'self'; form-action 'self'; base-uri 'none'; "
	    "frame-ancestors%s", n == 0 ? " 'none'" : "");
	for (size_t i = 0; i < n; i++) {
		at = strlen(h->csp);
		str_format(h->csp + at, sizeof h->csp - at, " %s",
		    config_list(h->config, OPT_HTTP_FRAME_ANCESTORS, i));
	}
}

enum err
pages_open(struct httpd *h, struct app_problem *problem)
{
	const char *dir = config_str(h->config, OPT_HTTP_PUBLIC_DIR);

	h->pages = xcalloc(FILES_MAX, sizeof *h->pages);
	for (size_t i = 0; i < ARRAY_LEN(compiled); i++)
		set_page(&h->pages[h->page_count++], compiled[i].name,
		    compiled[i].data, compiled[i].size);
	make_csp(h);
	return dir == NULL ? ERR_OK : read_dir(h, dir, problem);
}

void
pages_close(struct httpd *h)
{
	for (size_t i = 0; i < h->page_count; i++)
		free(h->pages[i].owned);
	free(h->pages);
}

/* --- serving ---------------------------------------------------------------------------- */

static const struct page *
page_of(const struct httpd *h, const struct request *r)
{
	if (r->segment_count > 1)
		return NULL;
	return find(h, r->segment_count == 0 ? "index.html" :
	    r->segments[0]);
}

bool
pages_has(const struct httpd *h, const struct request *r)
{
	return page_of(h, r) != NULL;
}

static bool
has_tag(const struct request *r, const struct page *p)
{
	return r->if_none_match != NULL &&
	    (strcmp(r->if_none_match, "*") == 0 ||
	    strstr(r->if_none_match, p->tag) != NULL);
}

void
pages_serve(struct exchange *x)
{
	const struct page *p = page_of(x->httpd, &x->req);
	const bool is_html = strcmp(p->type, TYPE_HTML) == 0;
	struct response *r;

	if (has_tag(&x->req, p) && !is_html)
		r = response_create(304, NULL, "", 0);
	else
		r = response_create(200, p->type, p->data, p->size);
	response_field(r, "ETag", p->tag);
	/* a shared computer keeps no page with a company's name in it */
	response_field(r, "Cache-Control", is_html ? "no-store" : "no-cache");
	if (is_html) {
		response_field(r, "Content-Security-Policy", x->httpd->csp);
		response_field(r, "X-Robots-Tag", "noindex, nofollow");
		/* the page of a visitor whom another site sent opens no
		 * attempt by itself; this field is one that scripts can read */
		if (x->httpd->is_open && !access_is_own_site(x))
			response_field(r, "Server-Timing", "elsewhere");
		if (config_list_count(x->httpd->config,
		    OPT_HTTP_FRAME_ANCESTORS) == 0)
			response_field(r, "X-Frame-Options", "DENY");
	}
	exchange_answer(x, r);
}
