/* What the files of the listener view share; nobody else's. */
#ifndef PAIRDESK_TUI_CONSOLE_LISTENER_VIEW_H
#define PAIRDESK_TUI_CONSOLE_LISTENER_VIEW_H

#include "core/app/token_text.h"
#include "core/store/token_record.h"
#include "tui/console/canvas.h"
#include "tui/console/console.h"
#include "tui/console/list.h"

#define LISTENER_PATH "/api/whatsapp/listener"
#define TOKENS_PATH "/api/whatsapp/tokens"
#define LISTENER_ASK_MS 20000

struct listener_token {
	char id[TOKEN_ID_LEN + 1];
	char name[TOKEN_NAME_MAX + 1];
	char company[COMPANY_ID_MAX + 1];       /* "" all */
	char prefix[TOKEN_PREFIX_LEN + 1];
	enum token_role role;
	int64_t created_ms, expires_ms, used_ms, revoked_ms;
};

/* A token that is being described, answer by answer. */
struct listener_wish {
	char name[TOKEN_NAME_MAX + 1];
	enum token_role role;
	char company[COMPANY_ID_MAX + 1];
	int64_t lives_s;                /* 0: the usual */
};

struct listener_view {
	struct console *console;
	struct timer *refresh;
	struct call *tokens_call;
	struct call *act_call;          /* a change that is under way */
	struct listener_token *tokens;  /* the good ones first */
	size_t token_count;
	bool has_tokens;                /* they have come */
	struct scroll scroll;
	char at[TOKEN_ID_LEN + 1];      /* the selected one */
	struct listener_wish wish;
	char secret[TOKEN_TEXT_LEN + 1];        /* a new token, shown once */
	bool was_sent;                  /* to the terminal's clipboard */
	char doomed[TOKEN_ID_LEN + 1];  /* to be asked about when it is here */
};

/* --- listener_draw.c ----------------------------------------------------- */

void listener_draw(struct listener_view *v, struct area body);
bool listener_token_is_good(const struct listener_token *t, int64_t now_ms);

/* --- listener_acts.c ----------------------------------------------------- */

void listener_switch(struct listener_view *v);
void listener_ask_address(struct listener_view *v);
void listener_ask_token(struct listener_view *v);
void listener_ask_revoke(struct listener_view *v);
/* The tokens are here: the one of a command is asked about. */
void listener_ask_doomed(struct listener_view *v);
/* The new token goes from memory and screen. */
void listener_wipe(struct listener_view *v);

/* --- view_listener.c ----------------------------------------------------- */

void listener_ask_tokens(struct listener_view *v);

#endif
