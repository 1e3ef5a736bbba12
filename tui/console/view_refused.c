/* To which of many companies an act was not done, and why. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/act_job.h"
#include "tui/console/console_impl.h"

struct refused {
	struct console *console;
	int top, rows, shown;           /* of all that is said */
};

static void
fit(struct refused *v)
{
	if (v->top > v->rows - v->shown)
		v->top = v->rows - v->shown;
	if (v->top < 0)
		v->top = 0;
}

/* Line i, the summary is the first; false: there are no more. */
static bool
line(const struct acts *a, size_t i, char *out, size_t size)
{
	if (i > a->refused.n)
		return false;
	if (i == 0)
		(void)str_copy(out, size, a->summary);
	else
		(void)str_format(out, size, "%s: %s",
		    a->refused.at[i - 1].company.text,
		    a->refused.at[i - 1].why);
	return true;
}

static void
refused_draw(void *view, struct area body)
{
	struct refused *v = view;
	const struct acts *a = v->console->acts;
	char text[DIALOG_TEXT_MAX];
	int y = 0;

	v->shown = body.rows;
	v->rows = 0;
	for (size_t i = 0; line(a, i, text, sizeof text); i++)
		v->rows += area_wrap_rows(body.columns, text);
	fit(v);
	area_cursor(body, 0, 0, true);
	for (size_t i = 0; line(a, i, text, sizeof text) &&
	    y < v->top + body.rows; i++) {
		const int rows = area_wrap_rows(body.columns, text);

		/* rows above the area are not drawn */
		if (y + rows > v->top)
			(void)area_wrap(body, y - v->top, i == 0 ?
			    ROLE_STRONG : ROLE_TEXT, text);
		y += rows;
	}
}

static bool
refused_act(void *view, enum action action)
{
	struct refused *v = view;
	const int page = v->shown > 1 ? v->shown - 1 : 1;

	switch (action) {
	case ACTION_UP:
		v->top--;
		break;
	case ACTION_DOWN:
		v->top++;
		break;
	case ACTION_PAGE_UP:
		v->top -= page;
		break;
	case ACTION_PAGE_DOWN:
		v->top += page;
		break;
	case ACTION_TOP:
		v->top = 0;
		break;
	case ACTION_BOTTOM:
		v->top = v->rows;
		break;
	default:
		return false;
	}
	fit(v);
	return true;
}

static void *
refused_open(struct console *c, const char *company)
{
	struct refused *v = xcalloc(1, sizeof *v);

	(void)company;
	v->console = c;
	return v;
}

static void
refused_close(void *view)
{
	free(view);
}

static bool
refused_changed(void *view, const struct row *row)
{
	(void)view;
	(void)row;
	return false;
}

const struct view_ops view_refused = {
	.name = "refused",
	.scope = SCOPE_HELP,
	.moves = true,
	.open = refused_open,
	.close = refused_close,
	.draw = refused_draw,
	.act = refused_act,
	.changed = refused_changed,
};
