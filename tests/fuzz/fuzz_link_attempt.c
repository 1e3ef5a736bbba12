/*
 * Lines of what a core might say of a link attempt: "EVENT {...}", or behind
 * another first letter an answer, a refusal, a request, time that passes.
 * No code may outlive its time, and none be begun while one must wait.
 */
#include <stdlib.h>
#include <string.h>

#include "tui/console/link_attempt.h"
#include "tui/console/link_share.h"

#define LINE_MAX_BYTES 4096
#define BEGIN 1795374000000LL   /* 2026-11-22T19:00:00Z */

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct told {
	struct link_attempt a;
	struct link_share share;
	int64_t now_ms;
};

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
take(struct told *t, const char *name, const cJSON *o)
{
	struct trouble trouble;

	if (strcmp(name, "answer") == 0) {
		link_attempt_take_answer(&t->a, o, t->now_ms);
	} else if (strcmp(name, "refusal") == 0) {
		trouble_of_error(o, &trouble);
		link_attempt_take_trouble(&t->a, &trouble, t->now_ms);
		link_share_refuse(&t->share, &trouble);
	} else if (strcmp(name, "share") == 0) {
		link_share_take(&t->share, o);
	} else {
		link_attempt_take_event(&t->a, name, o, t->now_ms);
	}
}

static void
run_line(struct told *t, char *line)
{
	char *space = strchr(line, ' ');
	cJSON *o;

	if (strcmp(line, "ask") == 0) {
		link_attempt_ask(&t->a);
	} else if (strcmp(line, "nobody") == 0) {
		link_attempt_take_nobody(&t->a);
	} else if (strcmp(line, "silence") == 0) {
		link_attempt_take_silence(&t->a);
	} else if (line[0] == '+') {
		t->now_ms += (int64_t)strlen(line) * 10000;
	} else if (space != NULL) {
		*space = '\0';
		if ((o = cJSON_Parse(space + 1)) != NULL)
			take(t, line, o);
		told_wipe(o);
	}
}

static void
check(struct told *t)
{
	struct link_attempt *a = &t->a;
	const int64_t at = link_attempt_changes_at(a, t->now_ms);

	link_attempt_tick(a, t->now_ms);
	link_share_tick(&t->share, t->now_ms);
	must(at == 0 || at > t->now_ms);
	must(a->code[0] == '\0' || a->code_until_ms > t->now_ms);
	must(a->qr[0] == '\0' || a->qr_until_ms > t->now_ms);
	must(a->code[0] == '\0' || link_attempt_is_open(a));
	must(a->qr[0] == '\0' || link_attempt_is_open(a));
	must(!a->hides || (a->code[0] == '\0' && a->qr[0] == '\0'));
	if (a->phase == ATTEMPT_WAIT && t->now_ms < a->until_ms)
		must(!link_attempt_may_ask(a, t->now_ms));
	if (t->share.phase == SHARE_READY)
		must(t->share.until_ms > t->now_ms);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct told t = { .now_ms = BEGIN };
	char line[LINE_MAX_BYTES];
	size_t at = 0;

	link_attempt_init(&t.a, LANG_EN, n % 7 == 0);
	while (at < n) {
		size_t len = 0;

		while (at < n && p[at] != '\n') {
			if (len + 1 < sizeof line)
				line[len++] = (char)p[at];
			at++;
		}
		line[len] = '\0';
		at++;
		run_line(&t, line);
		check(&t);
	}
	link_attempt_finish(&t.a);
	link_share_finish(&t.share);
	return 0;
}
