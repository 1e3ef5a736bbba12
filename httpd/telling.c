#include "httpd/telling.h"

#define LOG_MODULE "httpd"

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/secret.h"
#include "httpd/event.h"
#include "httpd/qr_cache.h"
#include "httpd/status_cache.h"

static const char *const names[] = {
	[SESSION_CHANGED] = "status",
	[SESSION_QR] = "qr",
	[SESSION_CODE] = "code",
	[SESSION_LINKED] = NULL,        /* a status follows at once */
	[SESSION_ERROR] = "error",
	[SESSION_REMOVED] = "error",
};

static int64_t
now_ms(void)
{
	return clock_wall_ms(clock_system());
}

/* As polls tell it, byte by byte. */
static enum err
put_status(const struct telling *t, enum lang lang, struct buf *out)
{
	const int64_t now = now_ms();
	size_t size = 0;
	const void *object = status_cache_object(t->httpd->statuses, t->view,
	    lang, now, &size);

	return object == NULL ? ERR_NO_MEMORY :
	    event_status(object, size, now, out);
}

static enum err
put_qr(const struct telling *t, struct buf *out)
{
	const struct qr_image *image;
	struct app_shown shown;
	enum err err = ERR_NOT_FOUND;

	if (app_shown(t->httpd->app, t->company, &shown) &&
	    shown.qr[0] != '\0' && (image = qr_cache_get(t->httpd->qrs,
	    t->company, shown.qr)) != NULL)
		err = event_qr(t->company, &shown, image->svg, now_ms(), out);
	secret_wipe(&shown, sizeof shown);
	return err;
}

static enum err
put_code(const struct telling *t, struct buf *out)
{
	struct app_shown shown;
	enum err err = ERR_NOT_FOUND;

	if (app_shown(t->httpd->app, t->company, &shown) &&
	    shown.code[0] != '\0')
		err = event_code(t->company, &shown, now_ms(), out);
	secret_wipe(&shown, sizeof shown);
	return err;
}

static cJSON *
error_of(const struct telling *t, enum lang lang)
{
	if (t->type == SESSION_REMOVED)
		return error_object(lang, API_SESSION_NOT_FOUND,
		    &(struct answer_why){ .sentence = NULL });
	return verdict_object(lang, t->view, t->verdict->reason, t->verdict);
}

static enum err
put(const struct telling *t, enum lang lang, struct buf *out)
{
	switch (t->type) {
	case SESSION_QR:
		return put_qr(t, out);
	case SESSION_CODE:
		return put_code(t, out);
	case SESSION_ERROR:
	case SESSION_REMOVED:
		return event_error(t->company, error_of(t, lang), now_ms(),
		    out);
	case SESSION_CHANGED:
	case SESSION_LINKED:
		break;
	}
	return put_status(t, lang, out);
}

bool
telling_has(enum session_event_type type)
{
	return names[type] != NULL;
}

struct chunk *
telling_chunk(struct telling *t, enum lang lang)
{
	struct buf json;
	enum err err;

	/* codes are the same in all languages */
	if (t->type == SESSION_QR || t->type == SESSION_CODE)
		lang = LANG_EN;
	if (t->chunks[lang] != NULL)
		return t->chunks[lang];
	buf_init_secret(&json, EVENT_MAX);
	err = put(t, lang, &json);
	if (err == ERR_OK)
		t->chunks[lang] = chunk_event(t->httpd->boot, t->seq,
		    names[t->type], json.data, json.len);
	else if (err != ERR_NOT_FOUND)
		log_error("session=%s event=%s error=\"%s\"", t->company,
		    names[t->type], err_text(err));
	buf_finish(&json);
	return t->chunks[lang];
}

void
telling_finish(struct telling *t)
{
	for (size_t i = 0; i < LANG_COUNT; i++)
		chunk_unref(t->chunks[i]);
}
