#include "httpd/telling.h"

#define LOG_MODULE "httpd"

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/secret.h"
#include "httpd/attempt.h"
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
put_status(const struct telling *t, enum lang lang, enum audience audience,
    struct buf *out)
{
	const int64_t now = now_ms();
	size_t size = 0;
	const void *object = status_cache_object(t->httpd->statuses, t->view,
	    lang, audience, now, &size);

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
error_of(const struct telling *t, enum lang lang, enum audience audience)
{
	struct session_view view;

	if (t->type == SESSION_REMOVED)
		return error_object(lang, audience, API_SESSION_NOT_FOUND,
		    &(struct answer_why){ .sentence = NULL });
	view = *t->view;
	if (t->of_candidate)
		attempt_view_candidate(&view);
	return verdict_object(lang, audience, &view, t->verdict->reason,
	    t->verdict);
}

static enum err
put(const struct telling *t, enum lang lang, enum audience audience,
    struct buf *out)
{
	switch (t->type) {
	case SESSION_QR:
		return put_qr(t, out);
	case SESSION_CODE:
		return put_code(t, out);
	case SESSION_ERROR:
	case SESSION_REMOVED:
		return event_error(t->company, error_of(t, lang, audience),
		    now_ms(), out);
	case SESSION_CHANGED:
	case SESSION_LINKED:
		break;
	}
	return put_status(t, lang, audience, out);
}

bool
telling_has(enum session_event_type type)
{
	return names[type] != NULL;
}

struct chunk *
telling_chunk(struct telling *t, enum lang lang, enum audience audience)
{
	/* codes are the same for all */
	const bool is_code = t->type == SESSION_QR || t->type == SESSION_CODE;
	struct chunk **chunk = is_code ? &t->chunks[0][0] :
	    &t->chunks[lang][audience];
	struct buf json;
	enum err err;

	if (*chunk != NULL)
		return *chunk;
	buf_init_secret(&json, EVENT_MAX);
	err = put(t, lang, audience, &json);
	if (err == ERR_OK)
		*chunk = chunk_event(t->httpd->boot, t->seq,
		    names[t->type], json.data, json.len);
	else if (err != ERR_NOT_FOUND)
		log_error("session=%s event=%s error=\"%s\"", t->company,
		    names[t->type], err_text(err));
	buf_finish(&json);
	return *chunk;
}

void
telling_finish(struct telling *t)
{
	for (size_t i = 0; i < LANG_COUNT; i++) {
		for (size_t j = 0; j < AUDIENCE_COUNT; j++)
			chunk_unref(t->chunks[i][j]);
	}
}
