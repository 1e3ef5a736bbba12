/* What the files of the line mode share; nobody else's. */
#ifndef PAIRDESK_TUI_CONSOLE_PLAIN_IMPL_H
#define PAIRDESK_TUI_CONSOLE_PLAIN_IMPL_H

#include "tui/console/act.h"
#include "tui/console/command.h"
#include "tui/console/feed.h"
#include "tui/console/fleet.h"
#include "tui/console/plain.h"
#include "tui/console/plain_link.h"
#include "tui/console/plain_text.h"

#define PLAIN_INPUT_MAX 4096

/* What the next line answers. */
enum plain_question {
	PLAIN_NOTHING,
	PLAIN_TYPED,                    /* the company's id, to go on */
	PLAIN_LEAVE                     /* stop, or leave it running */
};

struct plain {
	struct plain_params params;
	struct fleet *fleet;
	struct feed *feed;
	struct plain_seen *seen;

	int poll_fd;                    /* standard input in it; -1: a file */
	struct watch *watch;            /* NULL: nothing more is read */
	struct timer *turn;             /* lines are taken */
	struct timer *patience;         /* for the first whole state */
	char in[PLAIN_INPUT_MAX];
	size_t in_len;
	bool is_eof, is_skipping;       /* the rest of a line too long */

	bool is_interactive;            /* a person types */
	bool has_begun, was_lost, watches, is_leaving;
	enum plain_question question;
	enum act act;                   /* under way, or asked about */
	char company[COMPANY_ID_MAX + 1];       /* that it is about */
	char *value;
	struct call *call;
	struct plain_link *link;

	char chosen[COMPANY_ID_MAX + 1];        /* "" none */
	char (*listed)[COMPANY_ID_MAX + 1];     /* by number, from 1 */
	size_t listed_count;
	int exit_code;
};

/* --- plain.c ------------------------------------------------------------------- */

void plain_out(struct plain *p, enum text text,
    const struct words_args *with);
/* A why-not: on standard error, and what the process ends with. */
void plain_refuse(struct plain *p, int exit_code, const char *sentence);
void plain_refuse_text(struct plain *p, int exit_code, enum text text,
    const struct words_args *with);
/* Asks first where it must. */
void plain_quit(struct plain *p);
void plain_leave(struct plain *p, bool stop);
/* Totals, and the first of those who need somebody. */
void plain_overview(struct plain *p);
/* The list with numbers: at most that many. */
void plain_list(struct plain *p, size_t most);
/* Something that ran has ended: the next line is taken. */
void plain_go_on(struct plain *p);
bool plain_is_lost(const struct plain *p);

/* --- plain_act.c ---------------------------------------------------------------- */

/* Asks for the typed id first where the act destroys something. */
void plain_do_act(struct plain *p, enum act act,
    const struct command_line *line);
/* A pairing code, which can be read aloud; a QR only if asked for. */
void plain_do_link(struct plain *p, const struct command_line *line,
    bool wants_qr);
/* What was asked about is to be done. */
void plain_act(struct plain *p);

/* --- plain_command.c -------------------------------------------------------------- */

/* A line that was typed; has no blanks around it. */
void plain_do(struct plain *p, const char *line);

#endif
