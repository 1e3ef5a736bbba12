#include "tests/sim/web.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/sim/check.h"
#include "tests/sim/conn.h"
#include "tests/sim/http.h"
#include "tests/sim/json.h"
#include "tests/sim/must.h"

#define ORIGIN "https://web.whatsapp.com"
#define ANSWER_MAX ((size_t)4 * 1024 * 1024)
#define HUGE_BODY ((size_t)3 * 1024 * 1024)
#define HUGE_HEAD ((size_t)256 * 1024)

static void
send_and_close(struct conn *c, struct buf *out)
{
	conn_write(c, out->data, out->len);
	conn_close(c, "http");
}

/* --- the page ---------------------------------------------------------- */

static void
page_body(struct conn *c, const char *path, struct buf *body)
{
	int64_t n = c->sim->set.revision;

	/* sw.js holds JSON inside a JavaScript string: quotes are escaped */
	if (strncmp(path, "/sw.js", 6) == 0)
		must(buf_printf(body, "/*1*/self.__swData=JSON.parse(\"{"
		    "\\\"dynamic_data\\\":{\\\"SiteData\\\":{"
		    "\\\"server_revision\\\":%" PRId64 ","
		    "\\\"client_revision\\\":%" PRId64 ","
		    "\\\"push_phase\\\":\\\"C3\\\"}}}\");\n", n, n));
	else
		must(buf_printf(body, "<!DOCTYPE html><title>WhatsApp</title>"
		    "<script>{\"server_revision\":%" PRId64 ","
		    "\"client_revision\":%" PRId64 ",\"tier\":\"\"}"
		    "</script>\n", n, n));
}

static void
answer_huge(struct conn *c, struct buf *out)
{
	static const char line[] = "// nothing to see on this line either\n";

	must(buf_printf(out, "HTTP/1.1 200 OK\r\nContent-Type: text/javascript"
	    "\r\nConnection: close\r\n\r\n"));
	while (out->len < HUGE_BODY)
		must(buf_append(out, line, sizeof line - 1));
	send_and_close(c, out);
}

static void
answer_page(struct conn *c, const char *path, const char *mode,
    struct buf *out)
{
	struct buf body;
	const char *text;
	int status = strcmp(mode, "404") == 0 ? 404 :
	    strcmp(mode, "500") == 0 ? 500 : 200;
	const char *headers = "";

	buf_init(&body, ANSWER_MAX);
	if (strcmp(mode, "no-revision") == 0 || status != 200)
		must(buf_str(&body, "nothing here\n"));
	else if (strcmp(mode, "garbage") == 0)
		must(buf_str(&body, "\"client_revision\":x12,\x01\xff"));
	else
		page_body(c, path, &body);
	if (strcmp(mode, "redirect") == 0) {
		status = 302;
		headers = "Location: /elsewhere\r\n";
	}
	must(buf_cstr(&body, &text));
	http_answer(out, status, "text/javascript; charset=utf-8", headers,
	    text);
	buf_finish(&body);
	send_and_close(c, out);
}

static void
serve_page(struct conn *c, const struct http_request *r, struct buf *out)
{
	bool is_sw = strncmp(r->path, "/sw.js", 6) == 0;
	const char *mode = is_sw ? c->sim->set.page : c->sim->set.root_page;

	c->sim->count.http++;
	event_say(c->sim, c, "http", "path", r->path);
	if (strcmp(mode, "stall") == 0)
		conn_stall(c, 0);
	else if (strcmp(mode, "close") == 0)
		conn_close(c, "http");
	else if (strcmp(mode, "huge") == 0)
		answer_huge(c, out);
	else if (!is_sw && strcmp(r->path, "/") != 0)
		answer_page(c, r->path, "404", out);
	else
		answer_page(c, r->path, mode, out);
}

/* --- the upgrade ------------------------------------------------------- */

static const char *
upgrade_problem(const struct http_request *r)
{
	const char *key = http_header(r, "Sec-WebSocket-Key");
	const char *version = http_header(r, "Sec-WebSocket-Version");

	if (strcmp(r->method, "GET") != 0 ||
	    strcmp(r->version, "HTTP/1.1") != 0)
		return "not GET with HTTP/1.1";
	if (http_header_count(r, "Host") != 1)
		return "not one Host";
	if (!http_has_word(http_header(r, "Connection"), "upgrade"))
		return "Connection does not say upgrade";
	if (version == NULL || strcmp(version, "13") != 0)
		return "Sec-WebSocket-Version is not 13";
	if (http_header_count(r, "Sec-WebSocket-Key") != 1 ||
	    strlen(key) != 24)
		return "Sec-WebSocket-Key is not 16 bytes";
	if (http_header(r, "Sec-WebSocket-Protocol") != NULL)
		return "asks for a subprotocol";
	return NULL;
}

/* False: refused, with a violation. */
static bool
may_upgrade(struct conn *c, const struct http_request *r, struct buf *out)
{
	const char *problem = upgrade_problem(r);
	const char *origin = http_header(r, "Origin");
	size_t path = strcspn(r->path, "?");

	if (problem != NULL)
		check_note(c, RULE_UPGRADE, "%s", problem);
	else if (path != 8 || strncmp(r->path, "/ws/chat", 8) != 0)
		check_note(c, RULE_PATH, "%.80s", problem = r->path);
	else if (origin == NULL || strcmp(origin, ORIGIN) != 0)
		check_note(c, RULE_ORIGIN, "%.80s",
		    problem = origin == NULL ? "(none)" : origin);
	if (problem == NULL)
		return true;
	http_answer(out, problem == origin ? 403 : 400, "text/plain", "",
	    "refused\n");
	send_and_close(c, out);
	return false;
}

static void
upgrade_line(struct buf *out, const char *accept, const char *extra)
{
	must(buf_printf(out, "HTTP/1.1 101 Switching Protocols\r\n"
	    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: %s\r\n%s\r\n", accept, extra));
}

/* An answer that no client may take for an upgrade. */
static void
bad_upgrade(struct conn *c, const cJSON *f, const char *accept,
    struct buf *out)
{
	const char *how = json_text(f, "how");
	int status = (int)json_int(f, "status", 403);

	if (how == NULL || strcmp(how, "status") == 0)
		http_answer(out, status, "text/plain", "", "refused\n");
	else if (strcmp(how, "redirect") == 0)
		http_answer(out, 302, "text/plain", "Location: /\r\n", "");
	else if (strcmp(how, "bad-accept") == 0)
		upgrade_line(out, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "");
	else if (strcmp(how, "extension") == 0)
		upgrade_line(out, accept,
		    "Sec-WebSocket-Extensions: permessage-deflate\r\n");
	else if (strcmp(how, "no-accept") == 0)
		must(buf_str(out, "HTTP/1.1 101 Switching Protocols\r\n"
		    "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"));
	else if (strcmp(how, "no-upgrade") == 0)
		must(buf_printf(out, "HTTP/1.1 101 Switching Protocols\r\n"
		    "Sec-WebSocket-Accept: %s\r\n\r\n", accept));
	else if (strcmp(how, "garbage") == 0)
		must(buf_str(out, "\x16\x03\x01 this is no HTTP\r\n\r\n"));
	else if (strcmp(how, "huge") == 0)
		while (out->len < HUGE_HEAD)
			must(buf_str(out, out->len == 0 ?
			    "HTTP/1.1 101 Switching Protocols\r\n" :
			    "X-Filler: 0123456789abcdef0123456789abcdef\r\n"));
	conn_write(c, out->data, out->len);
}

struct slow {
	char text[512];
	size_t at;
};

/* One byte every 100 ms: within a timeout a byte, not within one a stage. */
static void
on_slow(struct conn *c, void *arg)
{
	struct slow *slow = arg;

	if (slow->text[slow->at] == '\0')
		return;
	conn_write(c, slow->text + slow->at++, 1);
	conn_later(c, 100, on_slow, slow);
}

static void
slow_upgrade(struct conn *c, const char *accept)
{
	/* lives in the head buffer, which the connection frees */
	uint8_t *where;
	struct buf out;
	struct slow *slow;

	buf_init(&out, 512);
	upgrade_line(&out, accept, "");
	buf_release(&c->head);
	must(buf_extend(&c->head, sizeof *slow, &where));
	slow = (struct slow *)(void *)where;
	memset(slow, 0, sizeof *slow);
	memcpy(slow->text, out.data, out.len);
	buf_finish(&out);
	on_slow(c, slow);
}

static void
upgrade(struct conn *c, const struct http_request *r, struct buf *out)
{
	const cJSON *f;
	char accept[29];
	cJSON *e;

	if (!may_upgrade(c, r, out))
		return;
	http_accept_key(http_header(r, "Sec-WebSocket-Key"), accept);
	if ((f = fault_take(c, "upgrade")) != NULL) {
		if (json_is(f, "how", "slow")) {
			slow_upgrade(c, accept);
			return;
		}
		bad_upgrade(c, f, accept, out);
		if (!json_is(f, "how", "extension"))
			conn_close(c, "upgrade");
		return;
	}
	upgrade_line(out, accept, "");
	conn_write(c, out->data, out->len);
	if (c->closing)         /* cut */
		return;
	c->upgraded = true;
	c->sim->count.upgrades++;
	e = event_new(c->sim, c, "upgrade");
	json_put(e, "path", r->path);
	json_put(e, "host", http_header(r, "Host"));
	json_put(e, "user_agent", http_header(r, "User-Agent"));
	event_emit(c->sim, e);
	(void)conn_enter(c, STAGE_HELLO);
}

static void
answer(struct conn *c, char *head)
{
	struct http_request r;
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	if (!http_parse(head, &r)) {
		check_note(c, RULE_UPGRADE, "request does not parse");
		http_answer(&out, 400, "text/plain", "", "bad request\n");
		send_and_close(c, &out);
	} else if (http_header(&r, "Upgrade") != NULL) {
		upgrade(c, &r, &out);
	} else {
		serve_page(c, &r, &out);
	}
	buf_finish(&out);
}

size_t
web_input(struct conn *c, const uint8_t *p, size_t n)
{
	size_t before = c->head.len, whole;
	struct buf head = c->head;
	const char *text;

	if (buf_append(&c->head, p, n) != ERR_OK) {
		check_close(c, RULE_UPGRADE, "request over %d bytes",
		    HTTP_HEAD_MAX);
		return n;
	}
	whole = http_head_len(c->head.data, c->head.len);
	if (whole == 0)
		return n;
	/* answer() may use c->head for itself */
	head = c->head;
	buf_init(&c->head, HTTP_HEAD_MAX);
	head.len = whole - 2;
	must(buf_cstr(&head, &text));
	answer(c, (char *)head.data);
	buf_finish(&head);
	return whole - before;
}
