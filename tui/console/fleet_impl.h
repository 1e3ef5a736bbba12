/* What the files of the fleet share, and nobody else sees. */
#ifndef PAIRDESK_TUI_CONSOLE_FLEET_IMPL_H
#define PAIRDESK_TUI_CONSOLE_FLEET_IMPL_H

#include "tui/console/fleet.h"

/* row is the first: a row of ours is an entry. */
struct entry {
	struct row row;
	char *folded;                   /* company, space, name: small letters */
	unsigned generation;            /* of the whole state it was told in */
	bool shown;                     /* in the view */
};

/* --- fleet_row.c ------------------------------------------------------------ */

/* Fills a row out of a status object but for company and tagged; what has
 * not the type it should have counts as not there. */
void row_read(struct row *row, const cJSON *status);

/* --- fleet_filter.c ----------------------------------------------------------- */

#define FILTER_MAX 256          /* bytes of it that count */
#define FILTER_WORDS 32         /* and words */
#define NUMBER_END 4            /* digits that a masked number shows */

/* An alternative of a word; those of one word follow each other. */
struct filter_term {
	const char *text;               /* in small letters */
	bool negated;                   /* its word is */
	bool is_last;                   /* of its word */
	char end[NUMBER_END + 1];       /* digits that end a number, or "" */
};

struct filter {
	char text[FILTER_MAX * 2];
	struct filter_term terms[FILTER_WORDS];
	size_t count;
	char status[WA_STATUS_COUNT][96];       /* words, in small letters */
	char reason[WA_REASON_COUNT][96];       /* "": the status' */
	char paused[48];
};

/* Small letters, whatever the locale: Latin, Greek and Cyrillic. At most
 * size - 1 bytes, cut between characters. */
void filter_fold(char *out, size_t size, const char *text);
void filter_read(struct filter *filter, const char *text, enum lang lang);
bool filter_takes(const struct filter *filter, const struct entry *e);

/* --- fleet_view.c --------------------------------------------------------------- */

struct view {
	struct entry **at;
	size_t count, cap;
	enum sort sort;
	bool reverse, only_problems;
	struct filter filter;
};

bool view_takes(const struct view *v, const struct entry *e);
/* Where e is, or belongs; by what it shows now. */
size_t view_place(const struct view *v, const struct entry *e);
/* A row that is going to change or go leaves the view, and comes back. */
void view_remove(struct view *v, struct entry *e);
void view_insert(struct view *v, struct entry *e);
void view_sort(struct view *v);

/* --- fleet.c ---------------------------------------------------------------------- */

struct fleet {
	/* an open hash of company ids; size is a power of two, at most three
	 * quarters full */
	struct entry **slots;
	size_t size, count, tagged;
	size_t by_status[WA_STATUS_COUNT], by_need[NEED_COUNT];
	size_t calm[WA_STATUS_COUNT], paused;
	unsigned generation;
	bool is_telling_all;
	uint64_t version;
	struct view view;
};

#endif
