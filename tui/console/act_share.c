/* The links of a company, in a box that goes with the next key. */
#include "tui/console/act_job.h"

#include <string.h>

#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/console/when.h"

static void
on_share_key(void *ctx, const char *answer)
{
	struct acts *a = ctx;
	struct console *c = a->console;

	if (answer != NULL && (*answer == 'c' || *answer == 'q')) {
		const bool sent = screen_copy(console_screen(c),
		    a->urls[*answer == 'q']);

		console_say(c, sent ? ROLE_NOTICE : ROLE_ERROR, sent ?
		    TEXT_ACT_SHARE_SENT : TEXT_ACT_SHARE_TOO_LONG, NULL);
	}
	secret_wipe(a->urls, sizeof a->urls);
}

void
act_add_choice(struct dialog_choice *d, enum lang lang, char key,
    enum text text)
{
	d->choices[d->count].key = key;
	(void)str_copy(d->choices[d->count].label,
	    sizeof d->choices[0].label, text_get(lang, text));
	d->count++;
}

void
act_show_share(struct acts *a, const char *company, const cJSON *data)
{
	struct console *c = a->console;
	const enum lang lang = console_lang(c);
	struct dialog_choice box = { .on_answer = on_share_key, .ctx = a };
	char says[WORDS_MAX], until[WHEN_MAX];

	when_day(until, sizeof until, lang, told_time(data, "expiresAt"),
	    console_now_ms(c));
	text_format(says, sizeof says, lang, TEXT_ACT_SHARE_BOX,
	    &(struct words_args){ .company = company, .reason = until });
	str_clean(a->urls[0], sizeof a->urls[0],
	    told_text(data, "pairingUrl"),
	    strlen(told_text(data, "pairingUrl")));
	str_clean(a->urls[1], sizeof a->urls[1], told_text(data, "qrUrl"),
	    strlen(told_text(data, "qrUrl")));
	(void)str_format(box.title, sizeof box.title, "%s\n%s\n%s\n%s\n%s",
	    says, text_get(lang, TEXT_ACT_SHARE_CODE), a->urls[0],
	    text_get(lang, TEXT_ACT_SHARE_QR), a->urls[1]);
	act_add_choice(&box, lang, 'c', TEXT_ACT_SHARE_COPY_CODE);
	act_add_choice(&box, lang, 'q', TEXT_ACT_SHARE_COPY_QR);
	act_add_choice(&box, lang, 'b', TEXT_ACT_CLOSE);
	console_open_dialog(c, dialog_choice(lang, &box));
	secret_wipe(&box, sizeof box);
}
