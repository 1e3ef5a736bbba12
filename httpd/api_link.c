/*
 * Linking: a pairing code, or a QR. Both open or join the company's one link
 * attempt and answer what is on show there; whoever comes while it is on
 * show is answered from it at once, and WhatsApp hears nothing.
 */
#include "httpd/api.h"

#include <string.h>

#include "core/app/app.h"
#include "core/app/json.h"
#include "core/app/phone.h"
#include "core/app/qr_text.h"
#include "core/app/view_json.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/session/number.h"
#include "httpd/access.h"
#include "httpd/answer.h"
#include "httpd/attempt.h"
#include "httpd/impl.h"
#include "httpd/link_steps.h"
#include "httpd/param.h"
#include "httpd/qr_cache.h"
#include "httpd/router.h"
#include "httpd/source.h"
#include "httpd/spending.h"
#include "httpd/wait.h"

#define QR_WAIT_MS 15000        /* api.md */
/*
 * A code takes a dial, which may have to look up the version first (15 s),
 * and WhatsApp's answer, for which the session waits 30 s by itself.
 */
#define CODE_WAIT_MS 45000
#define CODE_SHOWN_MS 60000     /* a page asks again each minute */
#define LEAST_MS 1000           /* what lives shorter is not handed out */
#define TEXT_MAX (256 * 1024)

/* What a caller wants; goes along with its wait. */
struct wish {
	char phone[PHONE_SIZE];         /* "": a QR */
	bool replaces;                  /* the company's link, if it has one */
	bool other_number;              /* by that of any phone */
	enum qr_form {
		FORM_JSON, FORM_SVG, FORM_PNG, FORM_TEXT, FORM_TERMINAL,
		FORM_COUNT
	} form;
};

static int64_t
now_ms(void)
{
	return clock_wall_ms(clock_system());
}

/* What both answers end with. */
static void
add_window(cJSON *o, const struct exchange *x, const struct app_shown *shown,
    int64_t expires_ms, int64_t now)
{
	struct session_view view;

	json_add_time(o, "expiresAt", expires_ms);
	json_add_time(o, "windowEndsAt", shown->window_ends_ms);
	json_add_time(o, "serverTime", now);
	if (app_view(x->httpd->app, x->company, &view))
		cJSON_AddNumberToObject(o, "stateVersion",
		    (double)view.state_version);
}

/* --- the code --------------------------------------------------------------------------- */

static cJSON *
code_object(const struct exchange *x, const char *code, int64_t left_s)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "code", code);
	cJSON_AddStringToObject(o, "companyId", x->company);
	cJSON_AddNumberToObject(o, "expiresIn", (double)left_s);
	cJSON_AddItemToObject(o, "instructions", link_steps_json(x->lang));
	return o;
}

static bool
answer_code(struct exchange *x, const struct app_shown *shown)
{
	const int64_t now = now_ms();
	int64_t left_ms = shown->window_ends_ms - now, left_s;
	char code[CODE_LEN + 2];
	cJSON *body, *data;

	if (left_ms < LEAST_MS)
		return false;
	if (left_ms > CODE_SHOWN_MS)
		left_ms = CODE_SHOWN_MS;
	str_format(code, sizeof code, "%.4s-%.4s", shown->code,
	    shown->code + CODE_LEN / 2);
	left_s = left_ms / 1000;
	data = code_object(x, code, left_s);
	add_window(data, x, shown, now + left_ms, now);
	body = cJSON_CreateObject();
	cJSON_AddTrueToObject(body, "success");
	/* the founding shape is flat */
	cJSON_AddStringToObject(body, "code", code);
	cJSON_AddStringToObject(body, "companyId", x->company);
	cJSON_AddNumberToObject(body, "expiresIn", (double)left_s);
	cJSON_AddItemToObject(body, "instructions", link_steps_json(x->lang));
	cJSON_AddItemToObject(body, "data", data);
	answer_json(x, 200, body);
	secret_wipe(code, sizeof code);
	return true;
}

/* --- the QR ------------------------------------------------------------------------------ */

static const char *const forms[] = {
	[FORM_JSON] = "json",
	[FORM_SVG] = "svg",
	[FORM_PNG] = "png",
	[FORM_TEXT] = "text",
	[FORM_TERMINAL] = "terminal",
};

_Static_assert(sizeof forms / sizeof forms[0] == FORM_COUNT, "a name each");

static void
answer_qr_json(struct exchange *x, const struct app_shown *shown,
    const struct qr_image *image)
{
	const int64_t now = now_ms();
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToObject(o, "qr",
	    cJSON_CreateStringReference(image->data_url));
	cJSON_AddNumberToObject(o, "timeout",
	    (double)(shown->qr_expires_ms - now));
	cJSON_AddItemToObject(o, "text",
	    cJSON_CreateStringReference(shown->qr));
	cJSON_AddNumberToObject(o, "attempt", shown->qr_attempt);
	cJSON_AddNumberToObject(o, "attemptsLeft", shown->qr_left);
	add_window(o, x, shown, shown->qr_expires_ms, now);
	answer_data(x, o);
}

/* Lines for a terminal, two rows of modules each. */
static enum err
draw_terminal(const char *text, struct buf *out)
{
	const struct qr_terminal terminal = { .utf8 = true,
	    .colours256 = true };
	struct qr_shape shape;
	struct qr *qr;
	enum err err;

	if ((err = qr_create(text, &qr)) != ERR_OK)
		return err;
	shape = qr_shape(qr_size(qr), QR_HALF, QR_QUIET);
	for (unsigned row = 0; err == ERR_OK && row < shape.rows; row++) {
		if ((err = qr_line(qr, &shape, &terminal, row, out)) == ERR_OK)
			err = buf_u8(out, '\n');
	}
	qr_destroy(qr);
	return err;
}

static void
answer_qr_terminal(struct exchange *x, const char *text)
{
	struct buf out;

	buf_init_secret(&out, TEXT_MAX);
	if (draw_terminal(text, &out) != ERR_OK)
		answer_error(x, API_INTERNAL_ERROR);
	else
		answer_bytes(x, 200, TYPE_TEXT, out.data, out.len);
	buf_finish(&out);
}

static void
answer_qr_image(struct exchange *x, const struct app_shown *shown,
    enum qr_form form)
{
	const struct qr_image *image = qr_cache_get(x->httpd->qrs, x->company,
	    shown->qr);

	if (image == NULL)
		answer_error(x, API_INTERNAL_ERROR);
	else if (form == FORM_SVG)
		answer_bytes(x, 200, "image/svg+xml", image->svg,
		    image->svg_len);
	else if (form == FORM_PNG)
		answer_bytes(x, 200, "image/png", image->png, image->png_len);
	else
		answer_qr_json(x, shown, image);
}

static bool
answer_qr(struct exchange *x, const struct app_shown *shown,
    enum qr_form form)
{
	if (shown->qr_expires_ms - now_ms() < LEAST_MS)
		return false;
	if (form == FORM_TEXT)
		answer_bytes(x, 200, TYPE_TEXT, shown->qr, strlen(shown->qr));
	else if (form == FORM_TERMINAL)
		answer_qr_terminal(x, shown->qr);
	else
		answer_qr_image(x, shown, form);
	return true;
}

/* --- what is on show -------------------------------------------------------------------- */

static bool
is_on_show(const struct app_shown *shown, const struct wish *wish)
{
	return wish->phone[0] == '\0' ? shown->qr[0] != '\0' :
	    shown->code[0] != '\0' &&
	    strcmp(shown->code_phone, wish->phone) == 0;
}

/* False: there is nothing yet, and x is not answered. */
static bool
answer_shown(struct exchange *x, const struct wish *wish)
{
	struct app_shown shown;
	bool is_answered = false;

	if (!app_shown(x->httpd->app, x->company, &shown))
		return false;
	if (is_on_show(&shown, wish))
		is_answered = wish->phone[0] == '\0' ?
		    answer_qr(x, &shown, wish->form) :
		    answer_code(x, &shown);
	secret_wipe(&shown, sizeof shown);
	return is_answered;
}

/* Somebody else's number has taken the place of this one. */
static bool
is_replaced(const struct exchange *x, const struct wish *wish)
{
	struct app_shown shown;
	bool is_other;

	if (wish->phone[0] == '\0' ||
	    !app_shown(x->httpd->app, x->company, &shown))
		return false;
	is_other = shown.code[0] != '\0' &&
	    strcmp(shown.code_phone, wish->phone) != 0;
	secret_wipe(&shown, sizeof shown);
	return is_other;
}

/* --- waiting for it --------------------------------------------------------------------- */

/* The same of a link that is to take the place of the company's. */
static bool
answer_replace_end(struct exchange *x, const struct wait_news *news)
{
	struct session_view view = *news->view;

	attempt_view_candidate(&view);
	if (news->candidate != NULL)
		answer_verdict(x, &view, news->candidate->reason,
		    news->candidate);
	else if (!attempt_replaces(news->view))
		answer_error(x, API_ALREADY_CONNECTED);
	else if (news->is_late)
		answer_late(x, view_trouble(&view));
	else
		return false;
	return true;
}

/* Why there will be nothing on show. False: there still may be. */
static bool
answer_end(struct exchange *x, const struct wish *wish,
    const struct wait_news *news)
{
	const struct session_view *view = news->view;

	if (view == NULL)
		answer_error(x, API_SESSION_NOT_FOUND);
	else if (wish->replaces && (attempt_replaces(view) ||
	    news->candidate != NULL))
		return answer_replace_end(x, news);
	else if (view->linked && (news->is_late ||
	    view->status != WA_STATUS_PAIRING))
		answer_error(x, API_ALREADY_CONNECTED);
	else if (!view->linked && news->verdict != NULL)
		answer_verdict(x, view, news->verdict->reason, news->verdict);
	else if (is_replaced(x, wish))
		answer_error_word(x, API_CONNECTION_CLOSED,
		    WORD_HTTP_NUMBER_REPLACED, NULL);
	else if (!view->linked && !attempt_is_open(view))
		answer_state(x, view);
	else if (news->is_late)
		answer_late(x, view_trouble(view));
	else
		return false;
	return true;
}

static void
on_news(struct wait *w, struct exchange *x, const struct wait_news *news)
{
	const struct wish *wish = wait_own(w);

	if (answer_shown(x, wish) || answer_end(x, wish, news))
		(void)wait_end(w);
}

/* By its address, for IPv6 its network; an admin is trusted to know. */
static void
set_asker(struct exchange *x)
{
	char name[2 * SOURCE_KEY_LEN + 1];
	uint8_t key[SOURCE_KEY_LEN];

	source_key(&x->client, key);
	str_to_hex(name, key, sizeof key);
	app_set_asker(x->httpd->app, x->client.is_control ||
	    x->who.role == ROLE_ADMIN ? NULL : name);
}

/* Too often by our own rule, or WhatsApp wants no more of this phone. */
static void
refuse_budget(struct exchange *x, const char *phone)
{
	enum wa_reason why;
	const int64_t wait_ms = app_link_retry_ms(x->httpd->app, x->company,
	    phone, &why);
	const struct words_args args = { .time_ms = now_ms() + wait_ms };
	char sentence[WORDS_MAX], advice[WORDS_MAX];

	words_reason_sentence(sentence, sizeof sentence, x->lang,
	    WA_STATUS_COOLDOWN, why, &args);
	words_reason_advice(advice, sizeof advice, x->lang,
	    WA_STATUS_COOLDOWN, why, &args);
	answer_error_why(x, API_RATE_LIMITED, &(struct answer_why){
	    .sentence = sentence, .advice = advice,
	    .reason = why,
	    .retry_after_s = (wait_ms + 999) / 1000 });
}

static void
refuse(struct exchange *x, const char *phone, enum err err)
{
	struct session_view view;

	if (err == ERR_EXISTS)
		answer_error(x, API_ALREADY_CONNECTED);
	else if (err == ERR_LIMIT)
		refuse_budget(x, phone);
	else if (err == ERR_FULL)
		answer_companies_full(x);
	else if (!app_view(x->httpd->app, x->company, &view))
		answer_error(x, API_INTERNAL_ERROR);
	else if (err == ERR_MISMATCH && view.pinned_phone[0] == '\0')
		answer_error_word(x, API_INVALID_PHONE,
		    WORD_HTTP_REPLACE_NUMBER, &(struct words_args){
		    .phone = number_end(view.phone) });
	else if (err == ERR_MISMATCH)
		answer_error_word(x, API_INVALID_PHONE, WORD_PINNED,
		    &(struct words_args){
		    .phone = number_end(view.pinned_phone) });
	else if (err == ERR_BUSY && view.linked &&
	    view.replace_after_ms > now_ms())
		refuse_budget(x, phone);
	else if (err == ERR_BUSY && view.linked && !view.paused)
		answer_error_word(x, API_ALREADY_CONNECTED,
		    WORD_HTTP_REPLACING, NULL);
	else if (err == ERR_BUSY)
		answer_state(x, &view);
	else
		answer_error(x, API_INTERNAL_ERROR);
}

static void
give(struct exchange *x, const struct wish *wish, int64_t limit_ms)
{
	const char *phone = wish->phone[0] == '\0' ? NULL : wish->phone;
	struct session_view view;
	struct wait *w;
	enum err err;

	/* what is on show there is not for who may not ask for it */
	if (!wish->replaces && app_view(x->httpd->app, x->company, &view) &&
	    view.linked && view.replace != REPLACE_NONE) {
		answer_error(x, API_ALREADY_CONNECTED);
		return;
	}
	spending_note(x->httpd->spending, x);
	if (answer_shown(x, wish))
		return;
	/* before the command, which may fail by an event from within */
	w = wait_begin(x, limit_ms, on_news, wish, sizeof *wish);
	set_asker(x);
	err = wish->replaces ? app_replace(x->httpd->app, x->company, phone,
	    wish->other_number) : app_link(x->httpd->app, x->company, phone);
	if (err != ERR_OK)
		refuse(wait_end(w), phone, err);
}

/* --- what is asked for ------------------------------------------------------------------ */

static bool
may_replace(struct exchange *x, const struct wish *wish)
{
	if (!wish->replaces && !wish->other_number)
		return true;
	if (x->who.role == ROLE_OPEN)
		answer_error_word(x, API_FORBIDDEN, WORD_HTTP_FORBIDDEN_OPEN,
		    NULL);
	else if (x->who.role < (wish->other_number ? ROLE_ADMIN :
	    ROLE_COMPANY))
		answer_error(x, API_FORBIDDEN);
	else
		return true;
	return false;
}

/* The number that a company without one in its request has; borrowed. */
static const char *
own_phone(const struct exchange *x, struct session_view *view,
    struct app_link_record *last)
{
	struct app *app = x->httpd->app;

	if (app_view(app, x->company, view)) {
		if (view->pinned_phone[0] != '\0')
			return view->pinned_phone;
		if (view->phone[0] != '\0')
			return view->phone;
		if (app_links(app, x->company, last, 1) == 1 &&
		    last->phone[0] != '\0')
			return last->phone;
	}
	return config_str(x->httpd->config, OPT_LINK_DEFAULT_PHONE);
}

/* typed: NULL when the request names no number. */
static bool
take_phone(struct exchange *x, const char *typed, char out[PHONE_SIZE])
{
	struct session_view view;
	struct app_link_record last;
	enum phone_fault fault;

	if (typed == NULL)
		typed = own_phone(x, &view, &last);
	if ((fault = phone_normalise(typed, out)) == PHONE_OK)
		return true;
	answer_error_word(x, API_INVALID_PHONE, words_phone_fault(fault),
	    NULL);
	return false;
}

static bool
take_body(struct exchange *x, const cJSON *body, struct wish *wish)
{
	const cJSON *phone = cJSON_GetObjectItemCaseSensitive(body,
	    "phoneNumber");
	const char *typed = NULL;

	return (cJSON_IsNull(phone) ||
	    param_member_text(x, body, "phoneNumber", &typed)) &&
	    param_member_bool(x, body, "replace", &wish->replaces) &&
	    param_member_bool(x, body, "otherNumber", &wish->other_number) &&
	    may_replace(x, wish) && take_phone(x, typed, wish->phone);
}

void
api_pairing_code(struct exchange *x)
{
	struct wish wish = { .phone = "" };
	cJSON *body;
	bool good;

	if (!access_may_link(x) || (body = router_body(x)) == NULL)
		return;
	good = take_body(x, body, &wish);
	cJSON_Delete(body);
	if (good)
		give(x, &wish, CODE_WAIT_MS);
}

static bool
take_form(struct exchange *x, enum qr_form *out)
{
	const char *name = request_param(&x->req, "format");

	if (name == NULL)
		return true;
	for (int i = 0; i < FORM_COUNT; i++) {
		if (strcmp(forms[i], name) == 0) {
			*out = (enum qr_form)i;
			return true;
		}
	}
	answer_error_word(x, API_INVALID_REQUEST, WORD_HTTP_BAD_PARAMETER,
	    &(struct words_args){ .reason = "format" });
	return false;
}

void
api_qr(struct exchange *x)
{
	struct wish wish = { .form = FORM_JSON };

	if (access_may_link(x) && take_form(x, &wish.form) &&
	    param_bool(x, "replace", &wish.replaces) &&
	    param_bool(x, "otherNumber", &wish.other_number) &&
	    may_replace(x, &wish))
		give(x, &wish, QR_WAIT_MS);
}
