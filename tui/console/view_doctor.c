/* The network doctor: the steps of the way to WhatsApp as they come in. It
 * needs no core: it is this process that tries. */
#include <stdlib.h>
#include <string.h>

#include "core/app/app.h"
#include "core/app/doctor.h"
#include "core/app/way.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/console.h"

#define STAGES (STAGE_NOISE + 1)
#define MS_CELLS 10

struct step {
	bool is_here, ok;
	int64_t took_ms;
	char detail[256];
};

struct doctor_view {
	struct console *console;
	struct doctor *doctor;          /* NULL: it could not begin */
	struct step steps[STAGES];
	enum stage last;                /* the last that came in */
	bool has_ended, has_failed;
	char problem[WORDS_MAX];        /* why it could not begin */
};

/* --- the visit ------------------------------------------------------------ */

static void
on_step(void *ctx, const struct doctor_step *step)
{
	struct doctor_view *v = ctx;
	struct step *to;

	if (step->stage >= STAGES)
		return;
	to = &v->steps[step->stage];
	*to = (struct step){ .is_here = true, .ok = step->ok,
	    .took_ms = step->took_ms };
	str_clean(to->detail, sizeof to->detail, step->detail,
	    strlen(step->detail));
	v->last = step->stage;
	v->has_failed = v->has_failed || !step->ok;
	console_draw(v->console);
}

static void
on_done(void *ctx)
{
	struct doctor_view *v = ctx;

	v->has_ended = true;
	console_draw(v->console);
}

static void
begin(struct doctor_view *v)
{
	struct console *c = v->console;
	struct app_problem problem = { .text = "" };

	doctor_close(v->doctor);
	*v = (struct doctor_view){ .console = c };
	if (console_config(c) == NULL) {
		(void)str_copy(v->problem, sizeof v->problem,
		    text_get(console_lang(c), TEXT_DOCTOR_NO_CONFIG));
	} else if (doctor_run(console_loop(c), console_config(c), on_step,
	    on_done, v, &v->doctor, &problem) != ERR_OK) {
		v->doctor = NULL;
		(void)str_copy(v->problem, sizeof v->problem, problem.text);
	}
	v->has_ended = v->has_ended || v->problem[0] != '\0';
	console_draw(c);
}

/* --- what it says --------------------------------------------------------- */

static int
draw_step(struct doctor_view *v, struct area body, int row, enum stage stage)
{
	const enum lang lang = console_lang(v->console);
	const struct step *s = &v->steps[stage];
	const struct words_args args = { .stage = doctor_reason(stage),
	    .proxy_fault = way_of(stage, ERR_OK), .reason = s->detail };
	char text[WORDS_MAX], ms[32];

	if (!s->is_here && !v->has_ended) {
		text_format(text, sizeof text, lang, TEXT_DOCTOR_TRYING,
		    &args);
	} else {
		words_format(text, sizeof text, lang, !s->is_here ?
		    WORD_CLI_STAGE_SKIPPED : s->ok ? WORD_CLI_STAGE_OK :
		    WORD_CLI_STAGE_FAILED, &args);
	}
	if (s->is_here) {
		(void)str_format(ms, sizeof ms, "%lld ms",
		    (long long)s->took_ms);
		area_text_right(body, row, 0, MS_CELLS, ROLE_DIM, ms);
	}
	(void)area_symbol(body, row, MS_CELLS + 1, s->is_here ?
	    (s->ok ? ROLE_OK : ROLE_BAD) : ROLE_DIM, s->is_here ?
	    (s->ok ? SYM_OK : SYM_BAD) : SYM_IDLE);
	return row + area_wrap(area_part(body, row, MS_CELLS + 3, -1, -1), 0,
	    s->is_here && !s->ok ? ROLE_BAD : ROLE_TEXT, text);
}

static int
draw_steps(struct doctor_view *v, struct area body, int row)
{
	for (int i = 0; i < STAGES; i++) {
		const struct step *s = &v->steps[i];
		/* a plain connection has no TLS: what was passed is not told */
		const bool is_passed = !s->is_here && i < (int)v->last;

		if (is_passed)
			continue;
		row = draw_step(v, body, row, (enum stage)i);
		if (!s->is_here && !v->has_ended)
			break;
	}
	return row;
}

static void
view_draw(void *view, struct area body)
{
	struct doctor_view *v = view;
	const enum lang lang = console_lang(v->console);
	const struct area at = area_part(body, 0, 1, -1, body.columns - 2);
	char text[WORDS_MAX];
	int row = area_wrap(at, 0, ROLE_STRONG,
	    text_get(lang, TEXT_DOCTOR_TITLE)) + 1;

	if (v->problem[0] != '\0') {
		row += area_wrap(at, row, ROLE_BAD, v->problem) + 1;
	} else {
		row = draw_steps(v, at, row) + 1;
		if (v->has_ended) {
			words_format(text, sizeof text, lang, v->has_failed ?
			    WORD_CLI_DOCTOR_FAILED : WORD_CLI_DOCTOR_OK,
			    &(struct words_args){
			    .stage = doctor_reason(v->last) });
			row += area_wrap(at, row, v->has_failed ? ROLE_BAD :
			    ROLE_OK, text) + 1;
		}
	}
	(void)area_wrap(at, row, ROLE_DIM,
	    text_get(lang, TEXT_DOCTOR_KEYS));
}

/* --- keys, birth and end -------------------------------------------------- */

static bool
view_key(void *view, const struct key *key)
{
	struct doctor_view *v = view;

	if (key->name != K_ENTER)
		return false;
	if (v->has_ended)
		begin(v);
	return true;
}

static bool
view_act(void *view, enum action action)
{
	(void)view;
	(void)action;
	return false;
}

static void *
view_open(struct console *c, const char *company)
{
	struct doctor_view *v = xcalloc(1, sizeof *v);

	(void)company;
	v->console = c;
	begin(v);
	return v;
}

static void
view_close(void *view)
{
	struct doctor_view *v = view;

	doctor_close(v->doctor);
	free(v);
}

/* No company changes what it says. */
static bool
view_changed(void *view, const struct row *row)
{
	(void)view;
	(void)row;
	return false;
}

const struct view_ops view_doctor = {
	.name = "doctor",
	.scope = SCOPE_MOVE,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.act = view_act,
	.key = view_key,
	.changed = view_changed,
};
