#include "tests/sim/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uv.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/sim/command.h"
#include "tests/sim/json.h"
#include "tests/sim/must.h"
#include "tests/sim/sim.h"
#include "tests/sim/wait.h"

#define LINE_MAX_BYTES ((size_t)16 * 1024 * 1024)
#define TYPES_MAX 256
#define READ_SIZE 65536

struct control {
	struct sim *sim;
	uv_pipe_t pipe;
	struct list clients;
	char path[108];
	char read_buf[READ_SIZE];       /* one thread: shared by all */
};

struct control_client {
	struct list link;
	uv_pipe_t pipe;
	struct control *ctl;
	struct buf in;
	bool held, closing, streaming, running;
	char types[TYPES_MAX];
};

struct out {
	uv_write_t req;
	char *text;
};

struct sim *
control_sim(struct control_client *client)
{
	return client->ctl->sim;
}

/* --- writing ----------------------------------------------------------- */

static void
on_written(uv_write_t *req, int status)
{
	struct out *out = req->data;

	(void)status;
	cJSON_free(out->text);
	free(out);
}

static void
write_line(struct control_client *client, const cJSON *line)
{
	struct out *out;
	uv_buf_t bufs[2];
	static char newline[] = "\n";

	if (client->closing)
		return;
	out = xcalloc(1, sizeof *out);
	out->text = cJSON_PrintUnformatted(line);
	out->req.data = out;
	bufs[0] = uv_buf_init(out->text, (unsigned)strlen(out->text));
	bufs[1] = uv_buf_init(newline, 1);
	if (uv_write(&out->req, (uv_stream_t *)&client->pipe, bufs, 2,
	    on_written) != 0)
		on_written(&out->req, 0);
}

void
control_answer(struct control_client *client, cJSON *answer)
{
	if (!json_has(answer, "seq"))
		json_put_int(answer, "seq", (int64_t)event_log_seq(
		    client->ctl->sim->events));
	write_line(client, answer);
	cJSON_Delete(answer);
}

void
control_stream(struct control_client *client, const char *types)
{
	client->streaming = true;
	str_copy(client->types, sizeof client->types,
	    types == NULL ? "" : types);
}

static void
on_event(void *ctx, const cJSON *event)
{
	struct control *ctl = ctx;

	LIST_EACH_SAFE(at, &ctl->clients) {
		struct control_client *client = CONTAINER_OF(at,
		    struct control_client, link);

		if (client->streaming && wait_name_is_in(client->types,
		    json_text(event, "event")))
			write_line(client, event);
	}
	wait_event(ctl->sim, event);
}

/* --- reading ----------------------------------------------------------- */

static void
on_client_closed(uv_handle_t *h)
{
	struct control_client *client = h->data;

	list_remove(&client->link);
	buf_finish(&client->in);
	free(client);
}

static void
close_client(struct control_client *client)
{
	if (client->closing)
		return;
	client->closing = true;
	wait_forget(client->ctl->sim, client);
	uv_close((uv_handle_t *)&client->pipe, on_client_closed);
}

static void
run_line(struct control_client *client, const char *line)
{
	cJSON *cmd = cJSON_Parse(line);

	if (!cJSON_IsObject(cmd)) {
		cJSON *answer = cJSON_CreateObject();

		cJSON_AddBoolToObject(answer, "ok", false);
		json_put(answer, "error", "not a JSON object");
		control_answer(client, answer);
	} else {
		command_run(client, cmd);
	}
	cJSON_Delete(cmd);
}

static void
run_lines(struct control_client *client)
{
	struct buf *in = &client->in;
	uint8_t *end;

	if (client->running)
		return;
	client->running = true;
	while (!client->held && !client->closing && in->len > 0 &&
	    (end = memchr(in->data, '\n', in->len)) != NULL) {
		size_t n = (size_t)(end - in->data);
		char *line = xcalloc(1, n + 1);

		memcpy(line, in->data, n);
		buf_consume(in, n + 1);
		if (line[strspn(line, " \t\r")] != '\0')
			run_line(client, line);
		free(line);
	}
	client->running = false;
}

void
control_hold(struct control_client *client, bool held)
{
	client->held = held;
	if (!held && !client->closing)
		run_lines(client);
}

static void
on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	struct control_client *client = h->data;

	(void)suggested;
	*buf = uv_buf_init(client->ctl->read_buf, READ_SIZE);
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct control_client *client = stream->data;

	if (n > 0 && buf_append(&client->in, buf->base, (size_t)n) == ERR_OK)
		run_lines(client);
	else if (n != 0)
		close_client(client);
}

static void
on_connection(uv_stream_t *stream, int status)
{
	struct control *ctl = stream->data;
	struct control_client *client;

	if (status < 0)
		return;
	client = xcalloc(1, sizeof *client);
	client->ctl = ctl;
	buf_init(&client->in, LINE_MAX_BYTES);
	uv_pipe_init(ctl->sim->loop, &client->pipe, 0);
	client->pipe.data = client;
	list_append(&ctl->clients, &client->link);
	if (uv_accept(stream, (uv_stream_t *)&client->pipe) != 0 ||
	    uv_read_start((uv_stream_t *)&client->pipe, on_alloc, on_read) != 0)
		close_client(client);
}

struct control *
control_open(struct sim *sim, const char *path)
{
	struct control *ctl = xcalloc(1, sizeof *ctl);
	mode_t mask = umask(0177);
	int r;

	ctl->sim = sim;
	list_init(&ctl->clients);
	if (!str_copy(ctl->path, sizeof ctl->path, path)) {
		fprintf(stderr, "wasim: --control: path over 107 bytes\n");
		umask(mask);
		free(ctl);
		return NULL;
	}
	(void)unlink(path);
	uv_pipe_init(sim->loop, &ctl->pipe, 0);
	ctl->pipe.data = ctl;
	r = uv_pipe_bind(&ctl->pipe, path);
	umask(mask);
	if (r != 0 || (r = uv_listen((uv_stream_t *)&ctl->pipe, 64,
	    on_connection)) != 0) {
		fprintf(stderr, "wasim: %s: %s\n", path, uv_strerror(r));
		return NULL;
	}
	event_log_listen(sim->events, on_event, ctl);
	return ctl;
}

static void
on_closed(uv_handle_t *h)
{
	free(h->data);
}

void
control_close(struct control *ctl)
{
	if (ctl == NULL)
		return;
	event_log_listen(ctl->sim->events, NULL, NULL);
	LIST_EACH_SAFE(at, &ctl->clients)
		close_client(CONTAINER_OF(at, struct control_client, link));
	(void)unlink(ctl->path);
	uv_close((uv_handle_t *)&ctl->pipe, on_closed);
}
