/*
 * What a core tells of one company, kept up to date: its state, evidence,
 * what happened, phones linked so far. For its view; codes that pass by are
 * not looked at.
 */
#ifndef PAIRDESK_TUI_CONSOLE_COMPANY_NEWS_H
#define PAIRDESK_TUI_CONSOLE_COMPANY_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/app/words.h"
#include "core/session/status.h"
#include "core/store/store.h"
#include "tui/client.h"

#define COMPANY_CHECKS 8
#define COMPANY_CHANGES_MAX 2000
#define COMPANY_LINKS_MAX 100
#define PHONE_MASKED 24

/* Times: wall ms of the core, 0 none. Texts: "" none. */
struct company_state {
	bool is_known;
	enum wa_status status;
	enum wa_reason reason;
	bool connected, paused;
	char message[WORDS_MAX], advice[WORDS_MAX];
	char name[STORE_NAME_SIZE];
	char phone[PHONE_MASKED], pinned[PHONE_MASKED];
	char push_name[STORE_NAME_SIZE], platform[64];
	int64_t since_ms, last_seen_ms, next_attempt_ms, until_ms;
	int64_t last_error_ms;
	char last_error[WORDS_MAX];
	uint64_t version;
};

struct company_check {
	char name[24];
	bool ok;
	char detail[2 * WORDS_MAX];
};

struct company_health {
	bool is_known;
	int64_t last_answer_ms, up_since_ms;
	int64_t rtt_ms, prekeys;        /* below 0: not known */
	int64_t reconnects;
	struct company_check checks[COMPANY_CHECKS];
	size_t check_count;
};

struct company_change {
	uint64_t seq;
	int64_t at_ms;
	enum wa_status status;
	enum wa_reason reason;
	unsigned code;                  /* WhatsApp's, 0 none */
	char *message;
};

struct company_link {
	int64_t at_ms;
	char phone[PHONE_MASKED], platform[64];
};

struct company_news;

struct company_news_params {
	struct loop *loop;
	struct client *client;
	const char *company;            /* copied */
	enum lang lang;
	int64_t (*now_ms)(void *ctx);   /* the core's clock */
	loop_fn on_change;              /* what is shown changed */
	void *ctx;
};
struct company_news *company_news_create(
    const struct company_news_params *params);
void company_news_destroy(struct company_news *n);      /* NULL ok */

const struct company_state *company_state(const struct company_news *n);
const struct company_health *company_health(const struct company_news *n);
/* The newest first. */
size_t company_change_count(const struct company_news *n);
const struct company_change *company_change_at(const struct company_news *n,
    size_t i);
size_t company_link_count(const struct company_news *n);
const struct company_link *company_link_at(const struct company_news *n,
    size_t i);

/* The core has no such company, or no more. */
bool company_is_gone(const struct company_news *n);
/* When news came to an end because nobody answers; 0: they come. */
int64_t company_lost_ms(const struct company_news *n);

/* Older changes, if there are any. */
void company_news_more(struct company_news *n);
/* Evidence and history anew: its row changed, or it is looked at again. */
void company_news_refresh(struct company_news *n);

#endif
