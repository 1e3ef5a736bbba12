/*
 * The websocket over a conn, framed by wslay. What wslay needs for a
 * connection (8 KiB, nearly all buffers) is held only while a frame is under
 * way: an idle session, and most are, has none.
 */
#include "core/io/ws.h"

#include <stdlib.h>
#include <string.h>

#include <wslay/wslay.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/rnd.h"
#include "core/base/str.h"
#include "core/io/conn.h"
#include "core/io/upgrade.h"

/* Kept between the messages of a burst, given back at rest. */
#define MESSAGE_KEEP (64u * 1024)

enum state { CONNECTING, UPGRADING, OPEN, LOST, CLOSED };

/* What is needed until the websocket is open. */
struct opening {
	struct url url;
	struct proxy proxy;
	char *origin;
	struct upgrade upgrade;
	struct buf head;
};

struct ws {
	struct loop *loop;
	struct conn *conn;
	const struct ws_events *events;
	void *ctx;
	const struct stage_limits *limits;
	struct opening *opening;        /* NULL once open */
	enum state state;

	wslay_event_context_ptr frames; /* NULL at rest */
	const uint8_t *in;              /* what wslay may read now */
	size_t in_left;
	int64_t unread;         /* bytes given to wslay, less whole frames */
	bool in_message, is_text, is_control;
	struct buf message, out;
	enum err failed;        /* within a callback of wslay */
	char close_text[48];
};

/* --- the end --------------------------------------------------------------- */

static void
opening_destroy(struct ws *ws)
{
	struct opening *o = ws->opening;

	if (o == NULL)
		return;
	ws->opening = NULL;
	proxy_finish(&o->proxy);
	buf_finish(&o->head);
	free(o->origin);
	free(o);
}

static void
drop_frames(struct ws *ws)
{
	if (ws->frames != NULL)
		wslay_event_context_free(ws->frames);
	ws->frames = NULL;
	buf_release(&ws->message);
	buf_release(&ws->out);
}

static void
free_ws(void *ctx)
{
	struct ws *ws = ctx;

	drop_frames(ws);
	opening_destroy(ws);
	free(ws);
}

/* Never from within wslay. */
static void
lost(struct ws *ws, enum err err, enum stage stage, int http_status,
    const char *detail, int64_t linger_ms)
{
	struct conn *conn = ws->conn;

	ws->state = LOST;
	ws->conn = NULL;
	drop_frames(ws);
	ws->events->on_lost(ws->ctx, err, stage, http_status, detail);
	/* now, as detail may be the conn's */
	conn_close(conn, linger_ms);
}

/* --- frames: wslay's side -------------------------------------------------- */

static ssize_t
on_recv(wslay_event_context_ptr frames, uint8_t *p, size_t n, int flags,
    void *ctx)
{
	struct ws *ws = ctx;

	(void)flags;
	if (ws->in_left == 0 || ws->state != OPEN) {
		wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	if (n > ws->in_left)
		n = ws->in_left;
	memcpy(p, ws->in, n);
	ws->in += n;
	ws->in_left -= n;
	ws->unread += (int64_t)n;
	return (ssize_t)n;
}

static ssize_t
on_send(wslay_event_context_ptr frames, const uint8_t *p, size_t n, int flags,
    void *ctx)
{
	struct ws *ws = ctx;

	(void)flags;
	if (buf_append(&ws->out, p, n) != ERR_OK) {
		wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
		return -1;
	}
	return (ssize_t)n;
}

static int
on_genmask(wslay_event_context_ptr frames, uint8_t *p, size_t n, void *ctx)
{
	(void)frames;
	(void)ctx;
	rnd_fill(rnd_system(), p, n);
	return 0;
}

/* Bytes of the frame's head (RFC 6455 section 5.2, unmasked). */
static int64_t
head_len(uint64_t payload_len)
{
	if (payload_len < 126)
		return 2;
	return payload_len <= UINT16_MAX ? 4 : 10;
}

static void
on_frame_start(wslay_event_context_ptr frames,
    const struct wslay_event_on_frame_recv_start_arg *arg, void *ctx)
{
	struct ws *ws = ctx;

	(void)frames;
	/* wslay has refused what is over WS_MESSAGE_MAX */
	ws->unread -= head_len(arg->payload_length) +
	    (int64_t)arg->payload_length;
	ws->is_control = wslay_is_ctrl_frame(arg->opcode);
	if (!ws->is_control && arg->opcode != WSLAY_CONTINUATION_FRAME) {
		ws->in_message = true;
		ws->is_text = arg->opcode == WSLAY_TEXT_FRAME;
	}
}

static void
refuse(struct ws *ws, enum err err, uint16_t code)
{
	ws->failed = err;
	(void)wslay_event_queue_close(ws->frames, code, NULL, 0);
	wslay_event_shutdown_read(ws->frames);
}

/*
 * Messages are put together here and not by wslay, which makes room for what
 * a frame's head claims and keeps each fragment apart: a server could take
 * hundreds of bytes of memory for each that it sends.
 */
static void
on_frame_chunk(wslay_event_context_ptr frames,
    const struct wslay_event_on_frame_recv_chunk_arg *arg, void *ctx)
{
	struct ws *ws = ctx;
	enum err err;

	(void)frames;
	if (ws->is_control || ws->is_text || ws->failed != ERR_OK ||
	    ws->state != OPEN)
		return;
	err = buf_append(&ws->message, arg->data, arg->data_length);
	if (err != ERR_OK)
		refuse(ws, err, WSLAY_CODE_MESSAGE_TOO_BIG);
}

static void
on_close_frame(struct ws *ws, unsigned code)
{
	if (code == 0)
		str_copy(ws->close_text, sizeof ws->close_text,
		    "the server closed the websocket");
	else
		str_format(ws->close_text, sizeof ws->close_text,
		    "the server closed the websocket (%u)", code);
}

static void
on_whole_message(wslay_event_context_ptr frames,
    const struct wslay_event_on_msg_recv_arg *arg, void *ctx)
{
	struct ws *ws = ctx;

	(void)frames;
	if (arg->opcode == WSLAY_CONNECTION_CLOSE)
		on_close_frame(ws, arg->status_code);
	if (wslay_is_ctrl_frame(arg->opcode))
		return;
	ws->in_message = false;
	if (!ws->is_text && ws->failed == ERR_OK && ws->state == OPEN)
		ws->events->on_message(ws->ctx, ws->message.data,
		    ws->message.len);
	if (ws->message.cap > MESSAGE_KEEP)
		buf_release(&ws->message);
	else
		buf_clear(&ws->message);
}

static enum err
need_frames(struct ws *ws)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.genmask_callback = on_genmask,
		.on_frame_recv_start_callback = on_frame_start,
		.on_frame_recv_chunk_callback = on_frame_chunk,
		.on_msg_recv_callback = on_whole_message,
	};

	if (ws->frames != NULL)
		return ERR_OK;
	if (wslay_event_context_client_init(&ws->frames, &callbacks, ws) != 0)
		return ERR_NO_MEMORY;
	wslay_event_config_set_no_buffering(ws->frames, 1);
	wslay_event_config_set_max_recv_msg_length(ws->frames,
	    WS_MESSAGE_MAX);
	ws->unread = 0;
	return ERR_OK;
}

/* --- frames: our side ------------------------------------------------------ */

/* Between two frames wslay holds nothing that a new context would lack. */
static void
rest(struct ws *ws)
{
	const bool is_inside_wslay = ws->in != NULL;

	if (!is_inside_wslay && ws->frames != NULL && ws->unread == 0 &&
	    !ws->in_message)
		drop_frames(ws);
}

/* What wslay has queued, to the conn. */
static enum err
push(struct ws *ws)
{
	enum err err = ERR_OK;

	if (!wslay_event_want_write(ws->frames))
		return ERR_OK;
	if (wslay_event_send(ws->frames) != 0)
		err = ERR_NO_MEMORY;
	if (err == ERR_OK)
		err = conn_write(ws->conn, ws->out.data, ws->out.len);
	buf_release(&ws->out);
	return err;
}

/* Why wslay reads no more. */
static void
frames_ended(struct ws *ws)
{
	const int64_t linger_ms = ws->limits->close_ms;

	if (ws->failed == ERR_OK && wslay_event_get_close_received(ws->frames))
		lost(ws, ERR_CLOSED, STAGE_OPEN, 0, ws->close_text, linger_ms);
	else if (ws->failed == ERR_TOO_LARGE ||
	    wslay_event_get_status_code_sent(ws->frames) ==
	    WSLAY_CODE_MESSAGE_TOO_BIG)
		lost(ws, ERR_TOO_LARGE, STAGE_OPEN, 0,
		    "a message is too large", linger_ms);
	else
		lost(ws, ws->failed != ERR_OK ? ws->failed
		    : ERR_PEER_PROTOCOL, STAGE_OPEN, 0,
		    "the server broke the websocket protocol", linger_ms);
}

static void
feed(struct ws *ws, const uint8_t *p, size_t n)
{
	int status;

	if (need_frames(ws) != ERR_OK) {
		lost(ws, ERR_NO_MEMORY, STAGE_OPEN, 0, "out of memory", 0);
		return;
	}
	ws->in = p;
	ws->in_left = n;
	status = wslay_event_recv(ws->frames);
	ws->in = NULL;
	ws->in_left = 0;
	if (ws->state != OPEN)
		return;         /* closed by a callback */
	/* pongs and the answer to a close; failing is told by the conn */
	if (push(ws) != ERR_OK)
		return;
	if (status == WSLAY_ERR_NOMEM)
		lost(ws, ERR_NO_MEMORY, STAGE_OPEN, 0, "out of memory", 0);
	else if (status != 0 || !wslay_event_get_read_enabled(ws->frames))
		frames_ended(ws);
	else
		rest(ws);
}

enum err
ws_send(struct ws *ws, const void *p, size_t n)
{
	const struct wslay_event_msg msg = { WSLAY_BINARY_FRAME, p, n };
	enum err err;

	if (ws->state != OPEN)
		return ERR_CLOSED;
	if (n > WS_QUEUE_MAX || conn_queued(ws->conn) > WS_QUEUE_MAX - n)
		return ERR_FULL;
	if ((err = need_frames(ws)) != ERR_OK)
		return err;
	switch (wslay_event_queue_msg(ws->frames, &msg)) {
	case 0:
		break;
	case WSLAY_ERR_NO_MORE_MSG:     /* the server has said goodbye */
		return ERR_CLOSED;
	default:
		return ERR_NO_MEMORY;
	}
	err = push(ws);
	rest(ws);
	return err;
}

/* --- the beginning --------------------------------------------------------- */

static void
on_conn_stage(void *ctx, enum stage stage)
{
	struct ws *ws = ctx;

	if (ws->state == CONNECTING)
		ws->events->on_stage(ws->ctx, stage);
}

static enum err
send_request(struct ws *ws)
{
	struct opening *o = ws->opening;
	char host[URL_AUTHORITY_SIZE];
	enum err err;

	url_authority(&o->url, host);
	upgrade_init(&o->upgrade, rnd_system());
	err = upgrade_request(&o->upgrade, host, o->url.path, o->origin,
	    &ws->out);
	if (err == ERR_OK)
		err = conn_write(ws->conn, ws->out.data, ws->out.len);
	buf_release(&ws->out);
	return err;
}

static void
on_conn_ready(void *ctx)
{
	struct ws *ws = ctx;

	ws->state = UPGRADING;
	ws->events->on_stage(ws->ctx, STAGE_UPGRADE);
	if (ws->state != UPGRADING)
		return;
	if (send_request(ws) == ERR_OK)
		conn_set_deadline(ws->conn, ws->limits->upgrade_ms);
	else
		lost(ws, ERR_NO_MEMORY, STAGE_UPGRADE, 0, "out of memory", 0);
}

static void
become_open(struct ws *ws)
{
	ws->state = OPEN;
	conn_set_deadline(ws->conn, -1);
	opening_destroy(ws);
	ws->events->on_open(ws->ctx);
}

static void
refused(struct ws *ws, enum err err, int http_status)
{
	char detail[64];

	if (err == ERR_TOO_LARGE)
		str_copy(detail, sizeof detail, "the answer is too long");
	else if (http_status == 0)
		str_copy(detail, sizeof detail, "the answer is not HTTP");
	else if (http_status == 101)
		str_copy(detail, sizeof detail,
		    "the answer does not fit the question");
	else
		str_format(detail, sizeof detail, "HTTP status %d",
		    http_status);
	lost(ws, err, STAGE_UPGRADE, http_status, detail, 0);
}

/* The first frames may come in one piece with the answer's head. */
static void
take_answer(struct ws *ws, const uint8_t *p, size_t n)
{
	struct buf *head = &ws->opening->head;
	const size_t before = head->len, room = UPGRADE_ANSWER_MAX - before;
	size_t used = 0;
	int http_status = 0;
	enum err err;

	err = buf_append(head, p, n < room ? n : room);
	if (err == ERR_OK)
		err = upgrade_answer(&ws->opening->upgrade, head->data,
		    head->len, &used, &http_status);
	if (err == ERR_TRUNCATED)
		return;
	if (err != ERR_OK) {
		refused(ws, err, http_status);
		return;
	}
	become_open(ws);
	used -= before;
	if (ws->state == OPEN && used < n)
		feed(ws, p + used, n - used);
}

static void
on_conn_data(void *ctx, const uint8_t *p, size_t n)
{
	struct ws *ws = ctx;

	if (ws->state == UPGRADING)
		take_answer(ws, p, n);
	else if (ws->state == OPEN)
		feed(ws, p, n);
}

static void
on_conn_lost(void *ctx, enum err err, enum stage stage, const char *detail)
{
	struct ws *ws = ctx;

	if (ws->state == UPGRADING)
		stage = STAGE_UPGRADE;
	else if (ws->state == OPEN)
		stage = STAGE_OPEN;
	if (ws->state != CLOSED)
		lost(ws, err, stage, 0, detail, 0);
}

static struct opening *
opening_create(const struct ws_params *params)
{
	struct opening *o = xcalloc(1, sizeof *o);

	o->url = *params->url;
	if (params->proxy != NULL)
		o->proxy = *params->proxy;
	o->origin = xstrdup(params->origin);
	buf_init(&o->head, UPGRADE_ANSWER_MAX);
	return o;
}

struct ws *
ws_open(struct loop *loop, const struct ws_params *params)
{
	static const struct conn_events conn_events = {
		.on_stage = on_conn_stage,
		.on_ready = on_conn_ready,
		.on_data = on_conn_data,
		.on_lost = on_conn_lost,
	};
	struct ws *ws = xcalloc(1, sizeof *ws);
	struct conn_params to = { .tls = params->tls,
	    .ticket = params->ticket, .events = &conn_events, .ctx = ws };

	ws->loop = loop;
	ws->events = params->events;
	ws->ctx = params->ctx;
	ws->limits = params->limits != NULL ? params->limits
	    : stage_limits_usual();
	ws->opening = opening_create(params);
	buf_init(&ws->message, WS_MESSAGE_MAX);
	buf_init(&ws->out, CONN_OUT_MAX);
	to.url = &ws->opening->url;
	to.proxy = &ws->opening->proxy;
	to.limits = ws->limits;
	ws->conn = conn_open(loop, &to);
	return ws;
}

/* On a turn of its own: ws_close may have been called from within wslay. */
static void
say_goodbye(void *ctx)
{
	struct ws *ws = ctx;
	const bool has_frames = need_frames(ws) == ERR_OK;

	if (has_frames)
		(void)wslay_event_queue_close(ws->frames,
		    WSLAY_CODE_NORMAL_CLOSURE, NULL, 0);
	if (!has_frames || push(ws) != ERR_OK)
		conn_close(ws->conn, 0);
	else
		conn_close(ws->conn, ws->limits->close_ms);
	free_ws(ws);
}

void
ws_close(struct ws *ws)
{
	const bool was_open = ws != NULL && ws->state == OPEN;

	if (ws == NULL)
		return;
	ws->state = CLOSED;
	if (!was_open) {
		conn_close(ws->conn, 0);
		ws->conn = NULL;
	}
	loop_defer(ws->loop, was_open ? say_goodbye : free_ws, ws);
}
