#include "tui/commands.h"

#include <stdio.h>
#include <string.h>

#include "core/app/nearest.h"
#include "core/base/mem.h"

static const struct cmd commands[] = {
	{ "serve", "serve [--http [ADDR:]PORT]", 0,
	    "keep all linked companies connected until stopped",
	    "Connects every linked company and keeps it alive. Ends on Ctrl-C\n"
	    "or SIGTERM; keys being stored are stored first. The other commands\n"
	    "then talk to it. With --http [ADDR:]PORT it also serves the pages\n"
	    "and the HTTP API.\n", cmd_serve },
	{ "link", "link COMPANY [--phone N] [--qr-style STYLE]",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_PHONE,
	    "link a company's phone by QR code, or by pairing code",
	    "Shows a QR code to be scanned with the phone, and with --phone a\n"
	    "pairing code to be typed on it. STYLE is auto, half, sextant or\n"
	    "full: how the QR is drawn. With --json prints one event a\n"
	    "line: qr, code, pairing, passkey_required, connected, expired,\n"
	    "error.\n"
	    "Ends with 0 once connected, 75 when the code expired or WhatsApp\n"
	    "asks to wait, 69 when WhatsApp cannot be reached.\n", cmd_link },
	{ "status", "status [COMPANY]", ARG_COMPANY,
	    "what a company's session is doing, why, and what to do", "",
	    cmd_status },
	{ "companies", "companies", 0, "list the companies", "",
	    cmd_companies },
	{ "reconnect", "reconnect COMPANY", ARG_COMPANY | ARG_COMPANY_NEEDED,
	    "connect a linked company now, keys untouched",
	    "Also after a conflict, a ban or a refusal made pairdesk stop.\n",
	    cmd_reconnect },
	{ "logout", "logout COMPANY", ARG_COMPANY | ARG_COMPANY_NEEDED,
	    "unlink a company on WhatsApp's side",
	    "The phone's list of linked devices loses the entry; the keys go\n"
	    "to quarantine. The company can be linked again.\n", cmd_logout },
	{ "remove", "remove COMPANY [--force] [--purge]",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_FORCE | ARG_PURGE,
	    "unlink a company if it is linked, and take it off the list",
	    "--force  do not unlink first: an entry may stay on the phone\n"
	    "--purge  delete its files instead of keeping them in removed/\n",
	    cmd_remove },
	{ "pause", "pause COMPANY", ARG_COMPANY | ARG_COMPANY_NEEDED,
	    "let a linked company rest; it stays linked", "", cmd_pause },
	{ "resume", "resume COMPANY", ARG_COMPANY | ARG_COMPANY_NEEDED,
	    "end a company's pause", "", cmd_resume },
	{ "name", "name COMPANY NAME",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_VALUE,
	    "give a company a name for people", "", cmd_name },
	{ "pin", "pin COMPANY PHONE|none",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_VALUE,
	    "let a company be linked with one number only",
	    "none lets any number be linked again.\n", cmd_pin },
	{ "backup", "backup COMPANY",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_SHELL,
	    "make a sealed copy of a company's keys",
	    "One is made by itself after each new link. The last three are\n"
	    "kept, and each is read back before it counts.\n", cmd_backup },
	{ "backups", "backups COMPANY",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_SHELL,
	    "list a company's copies, each read back just now", "",
	    cmd_backups },
	{ "restore", "restore COMPANY [BACKUP] [--force]",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_VALUE_MAY | ARG_FORCE |
	    ARG_SHELL,
	    "put a copy of a company's keys back",
	    "Without BACKUP, the newest that is sound. What the company has\n"
	    "now goes to quarantine.\n"
	    "--force  also while it is linked: what has changed since the\n"
	    "         copy is lost, and it may have to be linked again\n",
	    cmd_restore },
	{ "proxy", "proxy COMPANY URL|direct|default|-",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_VALUE,
	    "by which proxy a company's connections leave",
	    "URL is socks5://[USER@]HOST[:PORT] or http:// and the same. One\n"
	    "with a password is not taken here, where others can read it: with\n"
	    "- it is read from standard input, as one line.\n"
	    "direct   none, also where the option proxy is set\n"
	    "default  as the option proxy says\n"
	    "A connected company connects anew. What is set is never gone\n"
	    "around: where the proxy does not work, nothing is sent.\n",
	    cmd_proxy },
	{ "share", "share COMPANY [--expires TIME]",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_EXPIRES,
	    "make a link to the pages, for whoever holds the phone",
	    "Prints two links, to the page of pairing codes and to that of QR\n"
	    "codes. They are good for linking one phone once.\n"
	    "--expires TIME  for so long: 30m, 24h, 7d (default: the option\n"
	    "                link.share_hours)\n", cmd_share },
	{ "token", "token add NAME | list | revoke ID",
	    ARG_VERB | ARG_ROLE | ARG_FOR | ARG_EXPIRES,
	    "tokens for the HTTP API",
	    "add prints the token, which is shown only once.\n"
	    "--role ROLE     admin (default), company or share\n"
	    "--company ID    the one that a company or share token is for\n"
	    "--expires TIME  for so long: 30m, 24h, 7d (default: for good)\n",
	    cmd_token },
	{ "listener", "listener", 0,
	    "where pages and API are served, and to how many", "",
	    cmd_listener },
	{ "version", "version [2.3000.N|auto]", ARG_WORD | ARG_SHELL,
	    "the version of WhatsApp Web that is shown to WhatsApp",
	    "Says which one it is and where it is from. With a version it is\n"
	    "set by hand, over restarts too, and one company tries it at once\n"
	    "if WhatsApp refuses another; auto goes back to the option\n"
	    "whatsapp.version, or to what is learned. The version of pairdesk\n"
	    "itself: --version.\n", cmd_version },
	{ "logs", "logs [-n N] [-f] [COMPANY]",
	    ARG_COMPANY | ARG_LINES | ARG_FOLLOW,
	    "print the log, or follow it",
	    "-n N  so many of the last lines (default 50)\n"
	    "-f    go on with new lines until stopped\n", cmd_logs },
	{ "rekey", "rekey [--new-key-file F | --passphrase | "
	    "--new-passphrase-file F | --status]", ARG_REKEY | ARG_SHELL,
	    "a new master key, and everything sealed anew with it",
	    "Companies stay connected. The former key opens nothing as soon as\n"
	    "this says so; sealing anew then goes on in the background, also\n"
	    "after a crash. Without an option: 32 random bytes in the key file.\n"
	    "--new-key-file F         the key in F, copied to the key file\n"
	    "--passphrase             a passphrase, asked for twice\n"
	    "--new-passphrase-file F  the passphrase in the first line of F\n"
	    "--status                 how far it is; changes nothing\n",
	    cmd_rekey },
	{ "stop", "stop", 0,
	    "end the pairdesk that runs; companies stay linked",
	    "Ends `pairdesk serve`, or the core that the console started, as\n"
	    "SIGTERM does, and waits until it has ended, 30 seconds at most.\n"
	    "Ends with 0 then, with 69 when none runs, 75 when it only\n"
	    "serves another command or has not ended in time, 77 when it is\n"
	    "another user's.\n", cmd_stop },
	{ "doctor", "doctor [--company COMPANY | --all]", ARG_FOR | ARG_ALL,
	    "try every step of the way to WhatsApp, without logging in",
	    "By the proxy of the option proxy, or straight where none is set.\n"
	    "--company COMPANY  by that company's proxy\n"
	    "--all              by each different one in use, 64 at most\n"
	    "Asks the core that runs; says of each step that fails whose no it\n"
	    "was. Ends with 0, or with 69 when WhatsApp is not reached.\n",
	    cmd_doctor },
};

/* Without a name: not found by a word. */
static const struct cmd console = { "", "[--http [ADDR:]PORT] [--read-only]",
    ARG_CONSOLE, "open the console", "", cmd_console };

const struct cmd *
commands_console(void)
{
	return &console;
}

const struct cmd *
commands_at(size_t i)
{
	return i < ARRAY_LEN(commands) ? &commands[i] : NULL;
}

const struct cmd *
commands_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

const char *
commands_nearest(const char *name)
{
	struct nearest near;

	nearest_init(&near, name);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		nearest_offer(&near, commands[i].name);
	return near.best;
}

void
commands_print(void)
{
	printf("usage: pairdesk [OPTION]... [COMMAND [ARGUMENT]...]\n\n"
	    "Links WhatsApp accounts of many companies as linked devices and "
	    "keeps them\nconnected. Without a command it opens the console, "
	    "and starts a core that stays\nwhen none runs.\n\ncommands:\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	printf("\nof the console:\n"
	    "  --http [[ADDR:]PORT]  let the core serve pages and API there\n"
	    "  --read-only           look, change nothing\n"
	    "  --plain               line by line: for screen readers and "
	    "pipes\n"
	    "  --no-color            also by NO_COLOR\n"
	    "\n  --json     answers as JSON\n"
	    "  --help     help, also of each command: pairdesk link --help\n"
	    "  --version  version\n"
	    "\n`pairdesk --help options` lists the configuration options.\n");
}

void
commands_print_one(const struct cmd *cmd)
{
	printf("usage: pairdesk %s [--json]\n\n%s.\n", cmd->usage,
	    cmd->summary);
	if (cmd->help[0] != '\0')
		printf("\n%s", cmd->help);
	printf("\nConfiguration options can be given too: pairdesk --help "
	    "options\n");
}
