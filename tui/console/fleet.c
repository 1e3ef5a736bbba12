#include "tui/console/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/fleet_impl.h"
#include "tui/told.h"

#define SLOTS_FIRST 64

struct fleet *
fleet_create(void)
{
	struct fleet *f = xcalloc(1, sizeof *f);

	f->size = SLOTS_FIRST;
	f->slots = xcalloc(f->size, sizeof f->slots[0]);
	filter_read(&f->view.filter, "", LANG_EN);
	return f;
}

static void
free_entry(struct entry *e)
{
	free(e->row.name);
	free(e->folded);
	free(e);
}

void
fleet_destroy(struct fleet *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->size; i++) {
		if (f->slots[i] != NULL)
			free_entry(f->slots[i]);
	}
	free(f->slots);
	free(f->view.at);
	free(f);
}

/* --- rows by company ---------------------------------------------------------- */

static size_t
home_of(const struct fleet *f, const char *company)
{
	uint32_t hash = 2166136261U;            /* FNV-1a */

	for (const char *p = company; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619U;
	return hash & (f->size - 1);
}

/* Its slot, or the empty one where it belongs. */
static size_t
slot_of(const struct fleet *f, const char *company)
{
	size_t i = home_of(f, company);

	while (f->slots[i] != NULL &&
	    strcmp(f->slots[i]->row.company, company) != 0)
		i = (i + 1) & (f->size - 1);
	return i;
}

static void
grow(struct fleet *f)
{
	struct entry **old = f->slots;
	const size_t size = f->size;

	f->size *= 2;
	f->slots = xcalloc(f->size, sizeof f->slots[0]);
	for (size_t i = 0; i < size; i++) {
		if (old[i] != NULL)
			f->slots[slot_of(f, old[i]->row.company)] = old[i];
	}
	free(old);
}

/* The chain behind it closes up, so that no search ends too early. */
static void
empty_slot(struct fleet *f, size_t hole)
{
	const size_t mask = f->size - 1;

	f->slots[hole] = NULL;
	for (size_t i = (hole + 1) & mask; f->slots[i] != NULL;
	    i = (i + 1) & mask) {
		const size_t home = home_of(f, f->slots[i]->row.company);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		f->slots[hole] = f->slots[i];
		f->slots[i] = NULL;
		hole = i;
	}
}

static struct entry *
find(const struct fleet *f, const char *company)
{
	return f->slots[slot_of(f, company)];
}

static struct entry *
add(struct fleet *f, const char *company)
{
	struct entry *e = xcalloc(1, sizeof *e);

	if ((f->count + 1) * 4 > f->size * 3)
		grow(f);
	(void)str_copy(e->row.company, sizeof e->row.company, company);
	f->slots[slot_of(f, company)] = e;
	f->count++;
	return e;
}

/* --- one row ------------------------------------------------------------------- */

/* Adds it to the totals, or takes it out. */
static void
count(struct fleet *f, const struct entry *e, bool in)
{
	size_t *status = &f->by_status[e->row.status];
	size_t *need = &f->by_need[row_need(&e->row)];

	*status = in ? *status + 1 : *status - 1;
	*need = in ? *need + 1 : *need - 1;
	if (row_need(&e->row) != NEED_NOTHING)
		return;
	need = e->row.paused ? &f->paused : &f->calm[e->row.status];
	*need = in ? *need + 1 : *need - 1;
}

static void
fold(struct entry *e)
{
	char text[COMPANY_ID_MAX + 1 + STORE_NAME_SIZE], folded[sizeof text];

	(void)str_format(text, sizeof text, "%s %s", e->row.company,
	    e->row.name);
	filter_fold(folded, sizeof folded, text);
	if (e->folded != NULL && strcmp(e->folded, folded) == 0)
		return;
	free(e->folded);
	e->folded = xstrdup(folded);
}

/* Another core may count anew, which shows while it tells everything. */
static bool
is_old_news(const struct fleet *f, const struct entry *e,
    const cJSON *status)
{
	if (f->is_telling_all && e->generation != f->generation)
		return false;
	return told_number(status, "stateVersion") <
	    (int64_t)e->row.state_version;
}

const struct row *
fleet_put(struct fleet *f, const cJSON *status, enum need *before)
{
	const char *company = told_text(status, "companyId");
	enum need need = NEED_COUNT;
	struct entry *e;

	if (!company_id_is_valid(company))
		return NULL;
	if ((e = find(f, company)) == NULL) {
		e = add(f, company);
	} else {
		if (is_old_news(f, e, status))
			return NULL;
		need = row_need(&e->row);
		count(f, e, false);
		view_remove(&f->view, e);
	}
	row_read(&e->row, status);
	fold(e);
	e->generation = f->generation;
	count(f, e, true);
	view_insert(&f->view, e);
	f->version++;
	if (before != NULL)
		*before = need;
	return &e->row;
}

void
fleet_remove(struct fleet *f, const char *company)
{
	const size_t slot = slot_of(f, company);
	struct entry *e = f->slots[slot];

	if (e == NULL)
		return;
	view_remove(&f->view, e);
	count(f, e, false);
	f->tagged -= e->row.tagged;
	empty_slot(f, slot);
	f->count--;
	f->version++;
	free_entry(e);
}

/* --- a whole state ---------------------------------------------------------------- */

void
fleet_begin_all(struct fleet *f)
{
	f->generation++;
	f->is_telling_all = true;
}

/* Out of the view in one go: many may leave together. */
static void
hide_untold(struct fleet *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->view.count; i++) {
		struct entry *e = f->view.at[i];

		e->shown = e->generation == f->generation;
		if (e->shown)
			f->view.at[kept++] = e;
	}
	f->view.count = kept;
}

void
fleet_keep_all(struct fleet *f)
{
	f->is_telling_all = false;
}

void
fleet_end_all(struct fleet *f)
{
	size_t i = 0;

	if (!f->is_telling_all)
		return;
	f->is_telling_all = false;
	hide_untold(f);
	while (i < f->size) {
		const struct entry *e = f->slots[i];

		/* another may have come into its slot */
		if (e != NULL && e->generation != f->generation)
			fleet_remove(f, e->row.company);
		else
			i++;
	}
	f->version++;
}

/* --- what is known ----------------------------------------------------------------- */

size_t
fleet_count(const struct fleet *f)
{
	return f->count;
}

size_t
fleet_count_status(const struct fleet *f, enum wa_status status)
{
	return f->by_status[status];
}

size_t
fleet_count_need(const struct fleet *f, enum need need)
{
	return f->by_need[need];
}

size_t
fleet_count_calm(const struct fleet *f, enum wa_status status)
{
	return f->calm[status];
}

size_t
fleet_count_paused(const struct fleet *f)
{
	return f->paused;
}

const struct row *
fleet_find(const struct fleet *f, const char *company)
{
	const struct entry *e = find(f, company);

	return e == NULL ? NULL : &e->row;
}

uint64_t
fleet_version(const struct fleet *f)
{
	return f->version;
}

/* --- the view ------------------------------------------------------------------------ */

/* Anew from all rows. */
static void
rebuild(struct fleet *f)
{
	struct view *v = &f->view;

	v->count = 0;
	if (v->cap < f->count) {
		v->cap = f->size;
		v->at = xreallocarray(v->at, v->cap, sizeof v->at[0]);
	}
	for (size_t i = 0; i < f->size; i++) {
		struct entry *e = f->slots[i];

		if (e == NULL)
			continue;
		e->shown = view_takes(v, e);
		if (e->shown)
			v->at[v->count++] = e;
	}
	view_sort(v);
	f->version++;
}

void
fleet_sort(struct fleet *f, enum sort by, bool reverse)
{
	f->view.sort = by;
	f->view.reverse = reverse;
	view_sort(&f->view);
	f->version++;
}

void
fleet_filter(struct fleet *f, const char *filter, enum lang lang)
{
	filter_read(&f->view.filter, filter, lang);
	rebuild(f);
}

void
fleet_only_problems(struct fleet *f, bool only)
{
	f->view.only_problems = only;
	rebuild(f);
}

size_t
fleet_shown(const struct fleet *f)
{
	return f->view.count;
}

const struct row *
fleet_at(const struct fleet *f, size_t i)
{
	return i < f->view.count ? &f->view.at[i]->row : NULL;
}

bool
fleet_place(const struct fleet *f, const char *company, size_t *i)
{
	const struct entry *e = find(f, company);

	if (e == NULL || !e->shown)
		return false;
	*i = view_place(&f->view, e);
	return true;
}

/* --- tags ------------------------------------------------------------------------------ */

static void
tag(struct fleet *f, struct entry *e, bool on)
{
	if (e->row.tagged == on)
		return;
	e->row.tagged = on;
	f->tagged = on ? f->tagged + 1 : f->tagged - 1;
	f->version++;
}

void
fleet_tag(struct fleet *f, const char *company, bool on)
{
	struct entry *e = find(f, company);

	if (e != NULL)
		tag(f, e, on);
}

void
fleet_tag_shown(struct fleet *f, bool on)
{
	for (size_t i = 0; i < f->view.count; i++)
		tag(f, f->view.at[i], on);
}

size_t
fleet_tagged(const struct fleet *f)
{
	return f->tagged;
}

size_t
fleet_tagged_list(const struct fleet *f, const char **out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < f->view.count && n < max; i++) {
		if (f->view.at[i]->row.tagged)
			out[n++] = f->view.at[i]->row.company;
	}
	for (size_t i = 0; i < f->size && n < max; i++) {
		const struct entry *e = f->slots[i];

		if (e != NULL && !e->shown && e->row.tagged)
			out[n++] = e->row.company;
	}
	return n;
}
