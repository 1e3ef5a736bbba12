/*
 * A monkey at the keyboard: the console over a real core, both in this
 * process and without a network, fed with random keys while the screen's size
 * and the companies change. Every few keys the bytes that the screen sent
 * must have made, on a terminal of our own, what curses believes to be shown,
 * and drawing all anew must change nothing.
 *
 * KEYS: how many (100,000), SEED: which. A failure names the seed and the
 * life, and shows both screens.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/monkey/host.h"
#include "tests/monkey/vt.h"
#include "tests/t.h"
#include "tui/console/console.h"
#include "tui/console/screen.h"

#define COMPANIES 40            /* at a life's beginning */
#define COMPANIES_MAX 400       /* then another life begins */
#define LIFE_KEYS 100000
#define KEYS_A_TURN 8           /* between turns of the loop */
#define KEYS_A_LOOK 64          /* between comparisons */
#define KEYS_A_SIZE 700         /* between sizes, about */
#define KEYS_A_CHANGE 40        /* between changes from outside, about */
#define LINE_MAX_BYTES 8192
#define FAILURES_MAX 3
#define MANY_KEYS 1000000       /* then it says how far it is */

struct monkey {
	struct t_rnd rnd;
	struct host *host;
	struct client *client;
	struct screen *screen;
	struct console *console;
	struct vt *vt;
	enum lang lang;
	bool read_only, leaves, utf8;
	char prefs[600];
	uint64_t keys, looks, consoles, lives, sent;
	int failures;
};

static unsigned
below(struct monkey *m, unsigned n)
{
	uint32_t r;

	m->rnd.rnd.fill(m->rnd.rnd.ctx, &r, sizeof r);
	return r % n;
}

/* --- what it types -------------------------------------------------------------- */

static const char *const words[] = {
	":", "/", "company-00", "company-1", "link ", "pause ", "filter ",
	"sort ", "export ~/x", ".csv\r", ".json\r", "remove ", "logout ",
	"name ", "pin ", "79001234567", "logs\r", "listener\r", "help\r",
	"quit\r", "companies\r", "undo\r", "wide\r", "problems\r", "add ",
	"token ", "!", "a|b", "кафе", "東京", "🥐", "e\xcc\x81", "\xcc\x81",
	"need", "\t", "\t\t", "40\r", "reconnect ", "share ", "resume ",
};

static const char *const names[] = {
	"\033[A", "\033[B", "\033[C", "\033[D", "\033OA", "\033OB",
	"\033[5~", "\033[6~", "\033[H", "\033[F", "\033[2~", "\033[3~",
	"\033[Z", "\033OP", "\033OR", "\033OS", "\033[17~", "\033[20~",
	"\033[21~", "\033", "\033", "\033", "\r", "\r", "\t", "\x7f", "\b",
	"\001", "\005", "\013", "\025", "\027", "\014", "\002", "\006",
	"\032", "\033[<0;5;5M", "\033[<0;30;12M", "\033[<64;5;5M",
	"\033[<65;5;5M", "\033[200~pasted\ntext\033[201~", "\033[200~",
	"\033[201~", "\033[99;99~", "\033[", "\xff", "\xd0", "\033x",
};

/* The keys of the table, in both layouts; digits, for dialogs. */
static const char letters[] =
    "lfarcPnNodzsSwxpLHqjkgGvFetbhy?:/*<>+-= 0123456789";
static const char *const cyrillic[] = {
	"д", "а", "ф", "к", "с", "З", "т", "о", "щ", "в", "я", "ы", "Ы", "ц",
	"й", "л", "п", "П", "м", "у", "р",
};

/* One key; some are several bytes. */
static const char *
any_key(struct monkey *m, size_t *n)
{
	static char one[2];
	const char *s;
	const unsigned dice = below(m, 100);

	if (dice < 50)
		one[0] = letters[below(m, sizeof letters - 1)];
	else if (dice < 54)
		one[0] = (char)below(m, 256);
	if (dice < 54) {
		*n = 1;
		return one;
	}
	if (dice < 84)
		s = names[below(m, ARRAY_LEN(names))];
	else if (dice < 92)
		s = cyrillic[below(m, ARRAY_LEN(cyrillic))];
	else
		s = words[below(m, ARRAY_LEN(words))];
	*n = strlen(s);
	return s;
}

/* --- the console ------------------------------------------------------------------ */

static void
on_leave(void *ctx, bool stop)
{
	struct monkey *m = ctx;

	(void)stop;
	m->leaves = true;
}

static void
open_console(struct monkey *m)
{
	m->leaves = false;
	m->consoles++;
	m->console = console_create(&(struct console_params){
	    .loop = host_loop(m->host), .client = m->client,
	    .screen = m->screen, .config = host_config(m->host), .lang = m->lang,
	    .read_only = m->read_only, .prefs_path = m->prefs,
	    .on_leave = on_leave, .started_core = below(m, 2) == 0,
	    .ctx = m });
}

static void
close_console(struct monkey *m)
{
	struct console *c = m->console;

	m->console = NULL;
	console_destroy(c);
}

static void
open_screen(struct monkey *m)
{
	static const char *const terms[] = { "xterm-256color", "tmux-256color",
	    "screen", "linux", "xterm" };
	const struct screen_params params = {
	    .no_colour = below(m, 5) == 0,
	    .handlers = console_screen_handlers(&m->console) };
	const char *term = terms[below(m, ARRAY_LEN(terms))];
	const bool utf8 = below(m, 4) != 0;

	m->utf8 = utf8;
	if (screen_open_memory(&params, term, utf8, 24, 80, &m->screen) !=
	    ERR_OK) {
		fprintf(stderr, "monkey: no terminfo of %s\n", term);
		abort();
	}
	m->vt = vt_create(24, 80);
}

static void
begin_life(struct monkey *m)
{
	char company[COMPANY_ID_MAX + 1];

	m->lives++;
	m->host = host_create();
	(void)str_format(m->prefs, sizeof m->prefs, "%s", host_path(
	    m->host, "console.json"));
	for (int i = 0; i < COMPANIES; i++) {
		str_format(company, sizeof company, "company-%03d", i);
		host_name(m->host, company, i % 3 == 0 ? "Acme" :
		    i % 3 == 1 ? "東京 Кафе e\xcc\x81" : "");
	}
	m->lang = below(m, 2) == 0 ? LANG_EN : LANG_RU;
	m->read_only = below(m, 10) == 0;
	m->client = client_create(host_loop(m->host), host_dial, m->host);
	client_speak(m->client, m->lang == LANG_RU ? "ru" : "en");
	open_screen(m);
	open_console(m);
}

static void
end_life(struct monkey *m)
{
	close_console(m);
	client_destroy(m->client);
	m->sent += screen_sent_bytes(m->screen);
	screen_close(m->screen);
	vt_destroy(m->vt);
	host_destroy(m->host);
}

/* --- what must hold ------------------------------------------------------------------ */

static void
send_on(struct monkey *m)
{
	size_t n;
	const char *bytes;

	screen_now(m->screen);
	bytes = screen_take_sent(m->screen, &n);
	vt_feed(m->vt, bytes, n);
}

static void
tell(struct monkey *m, const char *what, int row, const char *got,
    const char *want)
{
	t_fail(__FILE__, __LINE__, "%s: row %d of %dx%d, life %" PRIu64
	    ", key %" PRIu64 "\n  %s\n  %s", what, row,
	    screen_rows(m->screen), screen_columns(m->screen), m->lives,
	    m->keys, got, want);
	m->failures++;
}

/* Whether both screens have the same rows; says where not. */
static void
compare(struct monkey *m, const char *what)
{
	char ours[LINE_MAX_BYTES], theirs[LINE_MAX_BYTES];

	for (int i = 0; i < screen_rows(m->screen); i++) {
		screen_read(m->screen, i, ours, sizeof ours);
		vt_read(m->vt, i, theirs, sizeof theirs);
		if (strcmp(ours, theirs) != 0) {
			tell(m, what, i, ours, theirs);
			return;
		}
	}
}

static void
look(struct monkey *m)
{
	const char *last;

	m->looks++;
	send_on(m);
	compare(m, "curses and the terminal differ");
	/* by what changed only, and anew: drawn at the same moment */
	if (m->looks % 8 != 0)
		return;
	screen_repaint(m->screen);
	send_on(m);
	compare(m, "drawn anew it differs");
	if (vt_unknown(m->vt, &last) > 0) {
		tell(m, "an unknown sequence", 0, last + 1, "");
		vt_feed(m->vt, "\030", 1);
	}
}

static void
new_size(struct monkey *m)
{
	const int rows = (int)below(m, 3) == 0 ? 24 : 1 + (int)below(m, 60);
	const int columns = (int)below(m, 3) == 0 ? 80 :
	    1 + (int)below(m, 200);

	vt_resize(m->vt, rows, columns);
	screen_resize_memory(m->screen, rows, columns);
	screen_repaint(m->screen);
}

static void
change_fleet(struct monkey *m)
{
	char company[COMPANY_ID_MAX + 1], name[64];

	str_format(company, sizeof company, "company-%03u",
	    below(m, COMPANIES * 2));
	str_format(name, sizeof name, "Name %u", below(m, 1000));
	host_name(m->host, company, name);
}

static void
live(struct monkey *m, uint64_t keys)
{
	const uint64_t end = m->keys + keys;
	const char *bytes;
	size_t n;

	while (m->keys < end && m->failures < FAILURES_MAX &&
	    host_count(m->host) < COMPANIES_MAX) {
		bytes = any_key(m, &n);
		screen_feed(m->screen, bytes, n);
		m->keys++;
		if (m->keys % KEYS_A_TURN == 0)
			host_turn(m->host, 2);
		if (below(m, KEYS_A_CHANGE) == 0)
			change_fleet(m);
		if (m->leaves) {
			close_console(m);
			open_console(m);
		}
		if (below(m, KEYS_A_SIZE) == 0)
			new_size(m);
		if (m->keys % KEYS_A_LOOK == 0)
			look(m);
	}
}

static uint64_t
number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint64_t n = otherwise;

	if (text != NULL && *text != '\0' &&
	    !str_to_u64(text, UINT64_MAX - 1, &n)) {
		fprintf(stderr, "monkey: %s is no number\n", name);
		exit(2);
	}
	return n;
}

TEST(monkey)
{
	const uint64_t keys = number_of("KEYS", 100000);
	const uint64_t seed = number_of("SEED", 1);
	struct monkey m = { .keys = 0 };
	char *home = t_dir();

	t_rnd_init(&m.rnd, seed);
	/* what it exports goes where all its files go */
	ASSERT(setenv("HOME", home, 1) == 0 && chdir(home) == 0);
	while (m.keys < keys && m.failures < FAILURES_MAX) {
		const uint64_t left = keys - m.keys;

		begin_life(&m);
		live(&m, left < LIFE_KEYS ? left : LIFE_KEYS);
		end_life(&m);
		if (keys > MANY_KEYS)
			fprintf(stderr, "monkey: %" PRIu64 " keys so far\n",
			    m.keys);
	}
	printf("monkey: %" PRIu64 " keys, seed %" PRIu64 ", %" PRIu64
	    " lives, %" PRIu64 " consoles, %" PRIu64 " comparisons, %" PRIu64
	    " bytes sent\n", m.keys, seed, m.lives, m.consoles, m.looks,
	    m.sent);
	free(home);
}
