#include "tui/console/act_job.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/console_impl.h"

struct job {
	struct list link;
	struct acts *acts;
	struct wish wish;
	struct call *call;
	size_t at, refused;
	struct company_id *done;        /* for the undo */
	size_t done_count;
	struct refusals refusals;
	bool has_progress;              /* its dialog is open */
	bool is_stopping;
};

void
refusals_add(struct refusals *r, const char *company, const char *why)
{
	struct refusal *one;

	r->at = xreallocarray(r->at, r->n + 1, sizeof *r->at);
	one = &r->at[r->n++];
	(void)str_copy(one->company.text, sizeof one->company.text, company);
	one->why = xstrdup(why);
}

void
refusals_finish(struct refusals *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->at[i].why);
	free(r->at);
	*r = (struct refusals){ .n = 0 };
}

void
wish_finish(struct wish *w)
{
	refusals_finish(&w->left_out);
	free(w->ids);
	w->ids = NULL;
	w->n = 0;
}

static void
job_destroy(struct job *j)
{
	list_remove(&j->link);
	call_cancel(j->call);
	wish_finish(&j->wish);
	refusals_finish(&j->refusals);
	free(j->done);
	free(j);
}

void
job_end_all(struct acts *acts)
{
	LIST_EACH_SAFE(at, &acts->jobs)
		job_destroy(CONTAINER_OF(at, struct job, link));
}

/* --- speaking ----------------------------------------------------------------- */

static bool
is_asking(const struct console *c)
{
	return c->has_command || (c->dialog != NULL && !c->in_dialog);
}

void
act_say_refusal(struct console *c, const char *why)
{
	struct dialog_choice box = { .choices = { { .key = 'c' } },
	    .count = 1 };

	if (is_asking(c) || str_width_cells(why) <=
	    (size_t)screen_columns(console_screen(c))) {
		console_say_text(c, ROLE_ERROR, why);
		return;
	}
	(void)str_copy(box.title, sizeof box.title, why);
	(void)str_copy(box.choices[0].label, sizeof box.choices[0].label,
	    text_get(console_lang(c), TEXT_ACT_CLOSE));
	console_open_dialog(c, dialog_choice(console_lang(c), &box));
}

static void
on_progress_key(void *ctx, const char *answer)
{
	struct job *j = ctx;

	(void)answer;
	j->has_progress = false;
	j->is_stopping = true;
	console_say(j->acts->console, ROLE_NOTICE, TEXT_ACT_STOPPING, NULL);
}

static void
show_progress(struct job *j)
{
	struct console *c = j->acts->console;
	const enum lang lang = console_lang(c);
	struct dialog_choice box = { .choices = { { .key = 's' } },
	    .count = 1, .on_answer = on_progress_key, .ctx = j };
	const struct words_args args = { .n = (int64_t)j->at,
	    .m = (int64_t)j->wish.n, .code = (int)j->refused };

	if (j->wish.n == 1 || j->is_stopping)
		return;
	text_format(box.title, sizeof box.title, lang, j->refused > 0 ?
	    TEXT_ACT_PROGRESS_REFUSED : TEXT_ACT_PROGRESS, &args);
	(void)str_copy(box.choices[0].label, sizeof box.choices[0].label,
	    text_get(lang, TEXT_ACT_PROGRESS_STOP));
	console_open_dialog(c, dialog_choice(lang, &box));
	j->has_progress = true;
}

/* All of them can be read, now or not at all: a question goes before. */
static void
show_refusals(struct job *j, const char *summary)
{
	struct acts *a = j->acts;

	refusals_finish(&a->refused);
	a->refused = j->refusals;
	j->refusals = (struct refusals){ .n = 0 };
	(void)str_copy(a->summary, sizeof a->summary, summary);
	if (is_asking(a->console))
		console_say_text(a->console, ROLE_ERROR, summary);
	else
		console_show(a->console, &view_refused, "");
}

static void
say_many(struct job *j)
{
	struct console *c = j->acts->console;
	const struct words_args args = { .n = (int64_t)j->done_count,
	    .m = (int64_t)j->wish.n, .code = (int)j->refused };
	char text[WORDS_MAX];

	if (j->refused == 0) {
		console_say(c, ROLE_NOTICE, j->at < j->wish.n ?
		    TEXT_ACT_MANY_STOPPED : TEXT_ACT_MANY_DONE, &args);
		return;
	}
	text_format(text, sizeof text, console_lang(c),
	    TEXT_ACT_MANY_REFUSED, &args);
	show_refusals(j, text);
}

static void
say_one(struct job *j)
{
	struct console *c = j->acts->console;
	char text[WORDS_MAX];

	if (j->refused > 0) {
		act_say_refusal(c, j->refusals.at[0].why);
		return;
	}
	act_done(j->wish.act, console_lang(c), j->wish.ids[0].text,
	    j->wish.value, text, sizeof text);
	if (j->wish.is_undo)
		console_say(c, ROLE_NOTICE, TEXT_ACT_UNDONE,
		    &(struct words_args){ .reason = text });
	else
		console_say_text(c, ROLE_NOTICE, text);
	if (j->wish.act == ACT_ADD)
		console_point(c, j->wish.ids[0].text);
}

/* --- taking back ---------------------------------------------------------------- */

static bool
reverse_of(enum act act, enum act *out)
{
	switch (act) {
	case ACT_PAUSE:
		*out = ACT_RESUME;
		return true;
	case ACT_RESUME:
		*out = ACT_PAUSE;
		return true;
	case ACT_NAME: case ACT_PIN:
		*out = act;
		return true;
	default:
		return false;
	}
}

static void
push_undo(struct acts *acts, const struct wish *wish)
{
	if (acts->undo_count == ACT_UNDO_MAX) {
		wish_finish(&acts->undo[0]);
		memmove(acts->undo, acts->undo + 1,
		    (ACT_UNDO_MAX - 1) * sizeof acts->undo[0]);
		acts->undo_count--;
	}
	acts->undo[acts->undo_count++] = *wish;
}

static void
remember(struct job *j)
{
	struct wish undo = { .is_undo = true };

	if (j->wish.is_undo) {
		/* it may be tried again */
		if (j->done_count == 0) {
			push_undo(j->acts, &j->wish);
			j->wish.ids = NULL;
			j->wish.left_out = (struct refusals){ .n = 0 };
		}
		return;
	}
	if (j->done_count == 0 || !reverse_of(j->wish.act, &undo.act))
		return;
	undo.ids = j->done;
	undo.n = j->done_count;
	(void)str_copy(undo.value, sizeof undo.value, j->wish.before);
	(void)str_copy(undo.before, sizeof undo.before, j->wish.value);
	j->done = NULL;
	push_undo(j->acts, &undo);
}

/* --- one after another -------------------------------------------------------------- */

static void
job_end(struct job *j)
{
	struct console *c = j->acts->console;

	if (j->has_progress)
		console_open_dialog(c, NULL);
	if (j->wish.n > 1)
		say_many(j);
	else
		say_one(j);
	remember(j);
	job_destroy(j);
}

static void
refused(struct job *j, const char *company, const char *why)
{
	j->refused++;
	refusals_add(&j->refusals, company, why);
}

/* Of many, some may have come to it meanwhile: that is no refusal. */
static bool
is_possible(struct job *j, const char *company)
{
	struct console *c = j->acts->console;
	char why[WORDS_MAX];

	if (j->wish.n == 1 || j->wish.act == ACT_PAUSE ||
	    j->wish.act == ACT_RESUME ||
	    act_is_possible(j->wish.act, company,
	    fleet_find(console_fleet(c), company), console_lang(c),
	    console_now_ms(c), why, sizeof why))
		return true;
	refused(j, company, why);
	return false;
}

static void next(struct job *j);

static void
succeeded(struct job *j, const char *company, const cJSON *data)
{
	struct console *c = j->acts->console;

	(void)str_copy(j->done[j->done_count++].text,
	    sizeof j->done[0].text, company);
	if (j->wish.n > 1)
		return;
	if (j->wish.act == ACT_SHARE)
		act_show_share(j->acts, company, data);
	else if (j->wish.act == ACT_LINK_CODE && !console_is_asking(c))
		console_show(c, &view_link, company);
}

static void
on_answer(void *ctx, const char *company, const struct act_answer *answer)
{
	struct job *j = ctx;
	char why[DIALOG_TEXT_MAX];

	j->call = NULL;
	if (answer->ok) {
		succeeded(j, company, answer->data);
	} else {
		act_trouble(answer, console_lang(j->acts->console), why,
		    sizeof why);
		refused(j, company, why);
		/* nobody is there for the rest either */
		j->is_stopping = j->is_stopping || answer->gone;
	}
	j->at++;
	next(j);
}

static void
next(struct job *j)
{
	struct console *c = j->acts->console;
	const struct wish *w = &j->wish;

	while (j->at < w->n && !j->is_stopping &&
	    !is_possible(j, w->ids[j->at].text))
		j->at++;
	if (j->at == w->n || j->is_stopping) {
		job_end(j);
		return;
	}
	show_progress(j);
	j->call = act_request(console_client(c), console_lang(c), w->act,
	    w->ids[j->at].text, w->value, on_answer, j);
}

static bool
takes_long(enum act act)
{
	return act == ACT_LOGOUT || act == ACT_REMOVE ||
	    act == ACT_LINK_CODE;
}

void
job_begin(struct acts *acts, struct wish *wish)
{
	struct job *j = xcalloc(1, sizeof *j);

	j->acts = acts;
	j->wish = *wish;
	wish->ids = NULL;
	wish->left_out = (struct refusals){ .n = 0 };
	wish_finish(wish);
	j->done = xcalloc(j->wish.n, sizeof *j->done);
	list_append(&acts->jobs, &j->link);
	if (j->wish.n == 1 && takes_long(j->wish.act))
		console_say(acts->console, ROLE_DIM, TEXT_ACT_ASKING,
		    &(struct words_args){ .company = j->wish.ids[0].text });
	next(j);
}
