#include "tui/console/list.h"

void
scroll_fit(struct scroll *s, size_t count, size_t shown)
{
	s->count = count;
	s->shown = shown;
	if (s->at >= count)
		s->at = count == 0 ? 0 : count - 1;
	if (s->top > s->at)
		s->top = s->at;
	if (shown > 0 && s->at - s->top >= shown)
		s->top = s->at - shown + 1;
	/* no empty rows at the end while there are rows above */
	if (s->top + shown > count)
		s->top = count > shown ? count - shown : 0;
}

static void
move_to(struct scroll *s, size_t at)
{
	s->at = at;
	scroll_fit(s, s->count, s->shown);
}

bool
scroll_act(struct scroll *s, enum action action)
{
	const size_t last = s->count == 0 ? 0 : s->count - 1;
	const size_t page = s->shown > 1 ? s->shown - 1 : 1;

	switch (action) {
	case ACTION_UP:
		move_to(s, s->at == 0 ? 0 : s->at - 1);
		return true;
	case ACTION_DOWN:
		move_to(s, s->at + 1);
		return true;
	case ACTION_PAGE_UP:
		move_to(s, s->at < page ? 0 : s->at - page);
		return true;
	case ACTION_PAGE_DOWN:
		move_to(s, s->at + page);
		return true;
	case ACTION_TOP:
		move_to(s, 0);
		return true;
	case ACTION_BOTTOM:
		move_to(s, last);
		return true;
	default:
		return false;
	}
}
