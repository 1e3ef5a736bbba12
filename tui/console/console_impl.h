/* What the files of the console itself share; nobody else's. */
#ifndef PAIRDESK_TUI_CONSOLE_CONSOLE_IMPL_H
#define PAIRDESK_TUI_CONSOLE_CONSOLE_IMPL_H

#include "tui/console/command.h"
#include "tui/console/console.h"
#include "tui/console/recall.h"
#include "tui/console/input.h"

#define LEVELS_MAX 8
#define CANDIDATES_MAX 32
#define ROWS_FOR_KEYS 14        /* smaller screens have no key line */

struct level {
	const struct view_ops *ops;
	void *view;
};

struct console {
	struct console_params params;
	struct fleet *fleet;
	struct feed *feed;
	struct prefs prefs;
	struct prefs written;           /* what the file has, or will */
	bool is_writing;                /* the pool has it */
	char term[64];
	struct timer *keep;             /* prefs are to be written */
	struct timer *tick;             /* a countdown's next second */
	struct timer *poll;             /* the listener is asked again */
	struct timer *bury;             /* views that were closed from within */
	cJSON *listener;
	struct call *listener_call;

	struct level stack[LEVELS_MAX]; /* [0]: the companies */
	size_t depth;
	struct level buried[LEVELS_MAX];
	size_t buried_count;

	struct acts *acts;              /* act_console.c; NULL: none yet */
	struct dialog *dialog;
	bool in_dialog;                 /* it is taking a key */
	bool is_pasting, is_leaving, is_frozen;

	bool has_command;               /* ":" is open */
	struct input command;
	struct recall *recall;
	struct command_candidate candidates[CANDIDATES_MAX];
	size_t candidate_count;

	enum role notice_role;
	char notice[DIALOG_TEXT_MAX];
	char title[64];
	struct area body;               /* where the last one was drawn */
	int64_t lost_ms;                /* 0: the core is not lost */
	bool was_stopped;               /* by somebody, in good order */
	struct dialog *lost_dialog;     /* asks what to do without it; or gone */
	char lost_why[DIALOG_TEXT_MAX]; /* how it ended; "" not known */
};

struct level *console_top(struct console *c);
void console_add_choice(const struct console *c, struct dialog_choice *d,
    char key, enum text text);

/* console_keys.c */
void console_on_key(void *ctx, const struct key *key);
void console_end_command(struct console *c);

/* console_draw.c */
void console_on_draw(void *ctx, struct area all);
/* The window's title, and a bell when one more needs the admin. */
void console_alert(struct console *c, const struct row *row,
    enum need before);
/* console_lost.c: the feed's state has changed. */
void console_note_feed(struct console *c);
/* What stands above the key line while nobody answers. */
void console_lost_line(const struct console *c, char *out, size_t size);
void console_ask_leave_lost(struct console *c);
/* It was asked how the core listens. */
void console_note_listener(struct console *c);

/* Sets the timer for the next second that anything shown counts. */
void console_arm_tick(struct console *c);

#endif
