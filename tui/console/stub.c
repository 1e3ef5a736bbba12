/* Only while the console is being built: stands in for what is not merged
 * yet, so that every branch links. Goes with the last merge. */
#include <string.h>

#include "tui/console/act.h"
#include "tui/console/command.h"
#include "tui/console/console.h"
#include "tui/console/header.h"
#include "tui/console/input.h"

#define WEAK __attribute__((weak))

static void *o(struct console *c, const char *x) { (void)c; (void)x; return NULL; }
static void cl(void *v) { (void)v; }
static void dr(void *v, struct area a) { (void)v; (void)a; }
static bool ac(void *v, enum action a) { (void)v; (void)a; return false; }
#define VIEW(v, s) WEAK const struct view_ops v = { .name = #v, .scope = s, \
	.open = o, .close = cl, .draw = dr, .act = ac }
VIEW(view_companies, SCOPE_COMPANIES);
VIEW(view_company, SCOPE_COMPANY);
VIEW(view_log, SCOPE_LOG);
VIEW(view_listener, SCOPE_LISTENER);
VIEW(view_help, SCOPE_HELP);
WEAK void header_draw(struct area r, const struct header *h) { (void)r; (void)h; }
WEAK struct fleet *fleet_create(void) { return NULL; }
WEAK void fleet_destroy(struct fleet *f) { (void)f; }
WEAK size_t fleet_count_need(const struct fleet *f, enum need n) { (void)f; (void)n; return 0; }
WEAK enum need row_need(const struct row *r) { (void)r; return NEED_NOTHING; }
WEAK struct feed *feed_create(struct loop *l, struct client *c, struct fleet *f, const struct feed_handlers *h) { (void)l; (void)c; (void)f; (void)h; return NULL; }
WEAK void feed_destroy(struct feed *f) { (void)f; }
WEAK enum feed_state feed_state(const struct feed *f) { (void)f; return FEED_LIVE; }
WEAK int64_t feed_now_ms(const struct feed *f) { (void)f; return 0; }
WEAK void feed_freeze(struct feed *f, bool z) { (void)f; (void)z; }
WEAK enum err prefs_load(const char *p, const char *t, struct prefs *out) { (void)p; (void)t; memset(out, 0, sizeof *out); return ERR_OK; }
WEAK enum err prefs_save(const char *p, const char *t, const struct prefs *q) { (void)p; (void)t; (void)q; return ERR_OK; }
WEAK void screen_want(struct screen *s, enum screen_why w) { (void)s; (void)w; }
WEAK void screen_repaint(struct screen *s) { (void)s; }
WEAK const char *screen_term(const struct screen *s) { (void)s; return ""; }
WEAK void screen_title(struct screen *s, const char *t) { (void)s; (void)t; }
WEAK void screen_bell(struct screen *s) { (void)s; }
WEAK void screen_set_mouse(struct screen *s, bool on) { (void)s; (void)on; }
WEAK void screen_suspend(struct screen *s) { (void)s; }
WEAK struct area area_part(struct area a, int r, int c, int rs, int cs) { (void)r; (void)c; (void)rs; (void)cs; return a; }
WEAK void area_fill(struct area a, unsigned s) { (void)a; (void)s; }
WEAK int area_text(struct area a, int r, int c, int w, unsigned s, const char *t) { (void)a; (void)r; (void)c; (void)w; (void)s; (void)t; return 0; }
WEAK struct dialog *dialog_choice(enum lang l, const struct dialog_choice *p) { (void)l; (void)p; return NULL; }
WEAK void dialog_destroy(struct dialog *d) { (void)d; }
WEAK bool dialog_key(struct dialog *d, const struct key *k) { (void)d; (void)k; return true; }
WEAK void dialog_draw(struct dialog *d, struct area a) { (void)d; (void)a; }
WEAK void input_init(struct input *in, const char *t, size_t m) { (void)in; (void)t; (void)m; }
WEAK void input_set(struct input *in, const char *t) { (void)in; (void)t; }
WEAK bool input_key(struct input *in, const struct key *k) { (void)in; (void)k; return false; }
WEAK void input_draw(const struct input *in, struct area a, int r, int c, int w, unsigned s) { (void)in; (void)a; (void)r; (void)c; (void)w; (void)s; }
WEAK bool command_parse(const char *line, enum lang l, struct command_line *out, char *why, size_t size) { (void)line; (void)l; (void)out; (void)why; (void)size; return false; }
WEAK size_t command_complete(const char *line, const struct fleet *f, char *out, size_t size, struct command_candidate *c, size_t max) { (void)line; (void)f; (void)out; (void)size; (void)c; (void)max; return 0; }
WEAK void console_run(struct console *c, const struct command_line *l) { (void)c; (void)l; }
WEAK void console_acts_end(struct console *c) { (void)c; }
WEAK void console_do(struct console *c, enum act a, const char *const *co, size_t n, const char *v) { (void)c; (void)a; (void)co; (void)n; (void)v; }
WEAK void console_undo(struct console *c) { (void)c; }
WEAK int area_wrap(struct area a, int r, unsigned s, const char *t) { (void)a; (void)r; (void)s; (void)t; return 1; }
WEAK int area_wrap_rows(int c, const char *t) { (void)c; (void)t; return 1; }
__attribute__((weak, format(printf, 6, 7))) int area_format(struct area a, int r, int c, int w, unsigned s, const char *f, ...) { (void)a; (void)r; (void)c; (void)w; (void)s; (void)f; return 0; }
WEAK int area_symbol(struct area a, int r, int c, unsigned s, enum symbol y) { (void)a; (void)r; (void)c; (void)s; (void)y; return 0; }
WEAK void area_cursor(struct area a, int r, int c, bool v) { (void)a; (void)r; (void)c; (void)v; }
WEAK void area_text_right(struct area a, int r, int c, int w, unsigned s, const char *t) { (void)a; (void)r; (void)c; (void)w; (void)s; (void)t; }
WEAK void area_glyph(struct area a, int r, int c, unsigned s, uint32_t g) { (void)a; (void)r; (void)c; (void)s; (void)g; }
WEAK bool canvas_is_utf8(const struct canvas *c) { (void)c; return true; }
WEAK enum err screen_open(const struct screen_params *p, struct screen **o2, const char **w) { (void)p; (void)o2; *w = ""; return ERR_INVALID; }
WEAK void screen_close(struct screen *s) { (void)s; }
WEAK int screen_rows(const struct screen *s) { (void)s; return 24; }
WEAK int screen_columns(const struct screen *s) { (void)s; return 80; }
WEAK bool screen_copy(struct screen *s, const char *t) { (void)s; (void)t; return false; }
WEAK void screen_now(struct screen *s) { (void)s; }
WEAK const char *theme_symbol(enum symbol s, bool u) { (void)s; (void)u; return "?"; }
#include "tui/console/export.h"
WEAK enum err export_file(const struct fleet *f, const char *p, enum lang l, int64_t n) { (void)f; (void)p; (void)l; (void)n; return ERR_INVALID; }
WEAK bool screen_is_utf8(const struct screen *s) { (void)s; return true; }
WEAK bool screen_has_sextants(const struct screen *s) { (void)s; return true; }
WEAK bool screen_can_show_qr(const struct screen *s) { (void)s; return true; }
