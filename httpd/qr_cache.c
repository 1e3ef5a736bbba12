#include "httpd/qr_cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/qr_png.h"
#include "core/app/qr_svg.h"
#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"

#define ENTRIES_MAX 256         /* about 30 KiB each; the longest unused goes */
#define URL_HEAD "data:image/png;base64,"
#define URL_MAX (sizeof URL_HEAD + QR_PNG_MAX / 3 * 4 + 4)

struct entry {
	struct list link;
	char company[COMPANY_ID_MAX + 1];
	char text[QR_TEXT_MAX + 1];
	struct buf svg, png, url;
	struct qr_image image;
};

struct qr_cache {
	struct app_listener *listener;
	struct app *app;
	struct list used;               /* the latest in front */
	size_t count;
};

/* --- one code --------------------------------------------------------------------- */

static void
entry_destroy(struct entry *e)
{
	buf_finish(&e->svg);
	buf_finish(&e->png);
	buf_finish(&e->url);
	secret_wipe(e->text, sizeof e->text);
	free(e);
}

static enum err
draw(struct entry *e)
{
	struct qr *qr;
	enum err err;

	if ((err = qr_create(e->text, &qr)) != ERR_OK)
		return err;
	if ((err = qr_svg(qr, &e->svg)) == ERR_OK &&
	    (err = qr_png(qr, &e->png)) == ERR_OK &&
	    (err = buf_str(&e->url, URL_HEAD)) == ERR_OK)
		err = str_base64(&e->url, e->png.data, e->png.len);
	qr_destroy(qr);
	return err;
}

static enum err
publish(struct entry *e)
{
	struct qr_image *image = &e->image;
	enum err err;

	if ((err = buf_cstr(&e->svg, &image->svg)) != ERR_OK ||
	    (err = buf_cstr(&e->url, &image->data_url)) != ERR_OK)
		return err;
	image->text = e->text;
	image->svg_len = e->svg.len;
	image->png = e->png.data;
	image->png_len = e->png.len;
	image->data_url_len = e->url.len;
	return ERR_OK;
}

static struct entry *
entry_create(const char *company, const char *text)
{
	struct entry *e = xcalloc(1, sizeof *e);

	buf_init_secret(&e->svg, QR_SVG_MAX);
	buf_init_secret(&e->png, QR_PNG_MAX);
	buf_init_secret(&e->url, URL_MAX);
	if (!str_copy(e->company, sizeof e->company, company) ||
	    !str_copy(e->text, sizeof e->text, text) ||
	    draw(e) != ERR_OK || publish(e) != ERR_OK) {
		entry_destroy(e);
		return NULL;
	}
	return e;
}

/* --- all of them -------------------------------------------------------------------- */

static struct entry *
find(struct qr_cache *c, const char *company)
{
	LIST_EACH(at, &c->used) {
		struct entry *e = CONTAINER_OF(at, struct entry, link);

		if (strcmp(e->company, company) == 0)
			return e;
	}
	return NULL;
}

static void
drop(struct qr_cache *c, struct entry *e)
{
	list_remove(&e->link);
	c->count--;
	entry_destroy(e);
}

static void
put_in_front(struct qr_cache *c, struct entry *e)
{
	/* appending to what comes first is to stand before it */
	list_append(c->used.next, &e->link);
}

const struct qr_image *
qr_cache_get(struct qr_cache *c, const char *company, const char *text)
{
	struct entry *e = find(c, company);

	if (e != NULL && strcmp(e->text, text) == 0) {
		list_remove(&e->link);
		put_in_front(c, e);
		return &e->image;
	}
	if (e != NULL)
		drop(c, e);
	if ((e = entry_create(company, text)) == NULL)
		return NULL;
	if (c->count == ENTRIES_MAX)
		drop(c, CONTAINER_OF(c->used.prev, struct entry, link));
	put_in_front(c, e);
	c->count++;
	return &e->image;
}

/* What nobody can scan any more is not kept until somebody asks again. */
static void
on_event(void *ctx, const char *company, const struct session_event *event)
{
	struct qr_cache *c = ctx;
	struct entry *e = find(c, company);
	struct session_view view;

	if (e == NULL)
		return;
	if (event->type == SESSION_QR ? strcmp(event->qr, e->text) != 0 :
	    !app_view(c->app, company, &view) || !view.qr_available)
		drop(c, e);
}

struct qr_cache *
qr_cache_create(struct app *app)
{
	struct qr_cache *c = xcalloc(1, sizeof *c);

	list_init(&c->used);
	c->app = app;
	c->listener = app_listen(app, on_event, c);
	return c;
}

void
qr_cache_destroy(struct qr_cache *c)
{
	if (c == NULL)
		return;
	app_unlisten(c->listener);
	LIST_EACH_SAFE(at, &c->used)
		drop(c, CONTAINER_OF(at, struct entry, link));
	free(c);
}
