/* What is done to companies from their list: tags, and acts upon the tagged or
 * the one under the cursor. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/act.h"
#include "tui/console/companies.h"

/* --- tags --------------------------------------------------------------------------- */

static void
tag(struct companies *v)
{
	const struct row *row = fleet_find(v->fleet, v->cursor);

	if (row == NULL)
		return;
	(void)str_copy(v->last_tagged, sizeof v->last_tagged, v->cursor);
	fleet_tag(v->fleet, v->cursor, !row->tagged);
	companies_sync(v);
	companies_move_to(v, v->scroll.at + 1);
}

static void
tag_range(struct companies *v)
{
	size_t from, to, end;

	if (!fleet_place(v->fleet, v->cursor, &to))
		return;
	if (!fleet_place(v->fleet, v->last_tagged, &from))
		from = to;
	end = from > to ? from : to;
	for (size_t i = from < to ? from : to; i <= end; i++)
		fleet_tag(v->fleet, fleet_at(v->fleet, i)->company, true);
	(void)str_copy(v->last_tagged, sizeof v->last_tagged, v->cursor);
}

static bool
all_shown_are_tagged(const struct companies *v)
{
	const size_t n = fleet_shown(v->fleet);

	for (size_t i = 0; i < n; i++) {
		if (!fleet_at(v->fleet, i)->tagged)
			return false;
	}
	return n > 0;
}

/* Also those that the filter hides: an act must not reach what nobody sees
 * any more. */
void
companies_untag(struct companies *v)
{
	const size_t n = fleet_tagged(v->fleet);
	const char **list = xcalloc(n + 1, sizeof *list);
	const size_t got = fleet_tagged_list(v->fleet, list, n);

	for (size_t i = 0; i < got; i++)
		fleet_tag(v->fleet, list[i], false);
	free(list);
}

static void
tag_all(struct companies *v)
{
	if (all_shown_are_tagged(v))
		companies_untag(v);
	else
		fleet_tag_shown(v->fleet, true);
}

/* --- acts --------------------------------------------------------------------------- */

/* Pausing many resumes them only if there is nothing left to pause. */
static enum act
pause_or_resume(const struct companies *v, const char *const *list, size_t n)
{
	enum act act = ACT_PAUSE;

	for (size_t i = 0; i < n; i++) {
		const struct row *row = fleet_find(v->fleet, list[i]);

		if (row != NULL && row->paused)
			act = ACT_RESUME;
		else if (row != NULL && row_is_linked(row))
			return ACT_PAUSE;
	}
	return act;
}

static void
do_to_chosen(struct companies *v, enum act act)
{
	const size_t tagged = fleet_tagged(v->fleet);
	const char **list = xcalloc(tagged + 1, sizeof *list);
	size_t n = fleet_tagged_list(v->fleet, list, tagged);

	if (n == 0 && companies_is_astray(v)) {
		free(list);
		return;
	}
	if (n == 0 && fleet_find(v->fleet, v->cursor) != NULL)
		list[n++] = v->cursor;
	if (n == 0)
		console_say(v->c, ROLE_NOTICE, TEXT_COMPANIES_NOBODY, NULL);
	else
		console_do(v->c, act == ACT_PAUSE ?
		    pause_or_resume(v, list, n) : act, list, n, NULL);
	free(list);
}

bool
companies_act(struct companies *v, enum action action)
{
	switch (action) {
	case ACTION_TAG:
		tag(v);
		return true;
	case ACTION_TAG_ALL:
		tag_all(v);
		return true;
	case ACTION_TAG_RANGE:
		tag_range(v);
		return true;
	case ACTION_ADD:
		console_do(v->c, ACT_ADD, NULL, 0, NULL);
		return true;
	case ACTION_NAME:
		do_to_chosen(v, ACT_NAME);
		return true;
	case ACTION_PIN:
		do_to_chosen(v, ACT_PIN);
		return true;
	case ACTION_RECONNECT:
		do_to_chosen(v, ACT_RECONNECT);
		return true;
	case ACTION_SHARE:
		do_to_chosen(v, ACT_SHARE);
		return true;
	case ACTION_PAUSE:
		do_to_chosen(v, ACT_PAUSE);
		return true;
	case ACTION_LOGOUT:
		do_to_chosen(v, ACT_LOGOUT);
		return true;
	case ACTION_REMOVE:
		do_to_chosen(v, ACT_REMOVE);
		return true;
	case ACTION_UNDO:
		console_undo(v->c);
		return true;
	default:
		return false;
	}
}
