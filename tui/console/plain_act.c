/* Acts and link attempts that are asked for line by line. */
#include "tui/console/plain_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/patch.h"
#include "core/app/phone.h"
#include "core/base/mem.h"
#include "core/base/str.h"

static enum lang
lang(const struct plain *p)
{
	return p->params.args->lang;
}

static void
show_links(const cJSON *data)
{
	/* as `pairdesk share` does; each for one phone, once */
	printf("%s\n%s\n", told_text(data, "pairingUrl"),
	    told_text(data, "qrUrl"));
	fflush(stdout);
}

static void
on_acted(void *ctx, const char *company, const struct act_answer *answer)
{
	struct plain *p = ctx;
	char line[2 * WORDS_MAX];

	p->call = NULL;
	if (answer->ok) {
		act_done(p->act, lang(p), company, p->value, line,
		    sizeof line);
		plain_say(p, true, line);
		if (p->act == ACT_SHARE)
			show_links(answer->data);
		if (p->act == ACT_REMOVE &&
		    strcmp(p->chosen, company) == 0)
			p->chosen[0] = '\0';
	} else {
		act_trouble(answer, lang(p), line, sizeof line);
		plain_refuse(p, answer->gone ? EX_TEMPFAIL :
		    trouble_exit_code(&answer->trouble, false), line);
	}
	plain_go_on(p);
}

void
plain_act(struct plain *p)
{
	p->call = act_request(p->params.client, lang(p), p->act, p->company,
	    p->value, on_acted, p);
}

static void
ask_typed(struct plain *p, const struct row *row)
{
	char line[2 * WORDS_MAX];

	act_warning(p->act, lang(p), row, feed_now_ms(p->feed), line,
	    sizeof line);
	plain_say(p, true, line);
	plain_out(p, TEXT_PLAIN_TYPE_ID,
	    &(struct words_args){ .company = p->company });
	p->question = PLAIN_TYPED;
}

/* Checked as the subcommand checks it. value: borrowed. */
static bool
set_value(struct plain *p, const char *value)
{
	char phone[PHONE_SIZE];
	enum phone_fault fault;
	bool changed;

	free(p->value);
	p->value = xstrdup(value);
	if ((p->act == ACT_NAME || p->act == ACT_ADD) && *value != '\0' &&
	    !patch_name_is_valid(value)) {
		char line[WORDS_MAX];

		words_format(line, sizeof line, lang(p), WORD_CLI_BAD_NAME,
		    &(struct words_args){ .n = PATCH_NAME_CHARS });
		plain_refuse(p, EX_USAGE, line);
		return false;
	}
	if ((p->act != ACT_PIN && p->act != ACT_LINK_CODE) || *value == '\0')
		return true;
	if (p->act == ACT_PIN && strcmp(value, "none") == 0) {
		p->value[0] = '\0';
		return true;
	}
	fault = phone_normalise_typed(value, phone, &changed);
	if (fault != PHONE_OK) {
		plain_refuse(p, EX_USAGE, words_get(lang(p),
		    words_phone_fault(fault)));
		return false;
	}
	free(p->value);
	p->value = xstrdup(phone);
	return true;
}

/* False: it was said why not. */
static bool
prepare(struct plain *p, enum act act, const struct command_line *line)
{
	const struct row *row = fleet_find(p->fleet, line->company);
	char why[WORDS_MAX];

	p->act = act;
	(void)str_copy(p->company, sizeof p->company, line->company);
	if (!act_is_possible(act, p->company, row, lang(p),
	    feed_now_ms(p->feed), why, sizeof why)) {
		plain_refuse(p, row == NULL ? EX_NOUSER : EX_DATAERR, why);
		return false;
	}
	return set_value(p, line->words[0]);
}

void
plain_do_act(struct plain *p, enum act act, const struct command_line *line)
{
	const struct row *row;

	if (!prepare(p, act, line))
		return;
	row = fleet_find(p->fleet, p->company);
	if (act_rule(act)->destroys ||
	    act_is_risky(act, row, feed_now_ms(p->feed)))
		ask_typed(p, row);
	else
		plain_act(p);
}

static void
on_linked(void *ctx, int exit_code)
{
	struct plain *p = ctx;

	p->link = NULL;
	if (exit_code != EX_OK)
		p->exit_code = exit_code;
	plain_go_on(p);
}

void
plain_do_link(struct plain *p, const struct command_line *line, bool wants_qr)
{
	if (p->link != NULL) {
		plain_link_end(p->link);
		p->link = NULL;
	}
	if (!prepare(p, wants_qr ? ACT_LINK_QR : ACT_LINK_CODE, line))
		return;
	plain_out(p, TEXT_PLAIN_LINKING,
	    &(struct words_args){ .company = p->company });
	p->link = plain_link_begin(p->params.loop, p->params.client,
	    p->params.args, p->company, p->value, wants_qr, on_linked, p);
}
