/* Who gets a key: a dialog, the command line, a field of the view, the view's
 * bindings, those of everywhere; in this order. */
#include <string.h>

#include "tui/console/command.h"
#include "tui/console/console_impl.h"

#define WHEEL_ROWS 3

/* --- the command line ----------------------------------------------------------- */

static void
begin_command(struct console *c)
{
	c->has_command = true;
	c->candidate_count = 0;
	input_init(&c->command, "", INPUT_MAX);
	c->notice[0] = '\0';
}

void
console_end_command(struct console *c)
{
	c->has_command = false;
	c->candidate_count = 0;
}

static void
complete(struct console *c)
{
	char line[INPUT_MAX + 1];
	size_t n = command_complete(c->command.text, c->fleet, line,
	    sizeof line, c->candidates, CANDIDATES_MAX);

	input_set(&c->command, line);
	/* one candidate is written out already */
	c->candidate_count = n > CANDIDATES_MAX ? CANDIDATES_MAX :
	    n == 1 ? 0 : n;
}

static void
run_command(struct console *c)
{
	char line[INPUT_MAX + 1];

	memcpy(line, c->command.text, sizeof line);
	recall_add(c->recall, line);
	console_end_command(c);
	console_command(c, line);
}

static void
recall(struct console *c, const char *line)
{
	if (line != NULL)
		input_set(&c->command, line);
}

static void
command_key(struct console *c, const struct key *key)
{
	if (input_key(&c->command, key)) {
		c->candidate_count = 0;
		return;
	}
	switch (key->name) {
	case K_ENTER:
		run_command(c);
		break;
	case K_ESC:
		console_end_command(c);
		break;
	case K_TAB:
		complete(c);
		break;
	case K_UP:
		recall(c, recall_older(c->recall));
		break;
	case K_DOWN:
		recall(c, recall_newer(c->recall));
		break;
	default:
		break;
	}
}

/* --- dialogs --------------------------------------------------------------------- */

static void
dialog_take(struct console *c, const struct key *key)
{
	struct dialog *d = c->dialog;
	bool over;

	c->in_dialog = true;
	over = dialog_key(d, key);
	c->in_dialog = false;
	if (!over && c->dialog == d)
		return;
	/* its answer may have opened the next one */
	if (c->dialog == d)
		c->dialog = NULL;
	dialog_destroy(d);
}

/* --- actions of everywhere ---------------------------------------------------------- */

static void
switch_mouse(struct console *c)
{
	c->prefs.mouse = !c->prefs.mouse;
	screen_set_mouse(c->params.screen, c->prefs.mouse);
	console_say(c, ROLE_NOTICE, c->prefs.mouse ? TEXT_CONSOLE_MOUSE_ON :
	    TEXT_CONSOLE_MOUSE_OFF, NULL);
	console_keep(c);
}

static bool
act_everywhere(struct console *c, enum action action)
{
	switch (action) {
	case ACTION_LOG:
		console_show(c, &view_log, "");
		return true;
	case ACTION_LISTENER:
		console_show(c, &view_listener, "");
		return true;
	case ACTION_HELP:
		console_show(c, &view_help, "");
		return true;
	case ACTION_COMMAND:
		begin_command(c);
		return true;
	case ACTION_BACK:
		console_back(c);
		return true;
	case ACTION_QUIT:
		if (c->depth > 1)
			console_back(c);
		else
			console_quit(c);
		return true;
	case ACTION_REPAINT:
		screen_repaint(c->params.screen);
		return true;
	case ACTION_MOUSE:
		switch_mouse(c);
		return true;
	case ACTION_SUSPEND:
		screen_suspend(c->params.screen);
		return true;
	default:
		return false;
	}
}

/* --- dispatch ------------------------------------------------------------------------ */

void
console_act(struct console *c, enum action action)
{
	struct level *top = console_top(c);

	if (!top->ops->act(top->view, action))
		(void)act_everywhere(c, action);
	console_keep(c);
	console_draw(c);
}

static enum action
action_of(const struct level *top, const struct key *key)
{
	enum action action = binding_action(top->ops->scope, key);

	if (action == ACTION_NONE && top->ops->moves)
		action = binding_action(SCOPE_MOVE, key);
	return action == ACTION_NONE ? binding_action(SCOPE_ALL, key) :
	    action;
}

static void
wheel(struct console *c, enum action action)
{
	struct level *top = console_top(c);

	for (int i = 0; top->ops->moves && i < WHEEL_ROWS; i++)
		(void)top->ops->act(top->view, action);
}

/* In coordinates of the body. */
static bool
view_key(struct console *c, const struct key *key)
{
	struct level *top = console_top(c);
	struct key here = *key;

	if (top->ops->key == NULL)
		return false;
	if (key->name == K_CLICK) {
		here.row -= c->body.row;
		here.column -= c->body.column;
	}
	return top->ops->key(top->view, &here);
}

static void
view_takes(struct console *c, const struct key *key)
{
	enum action action;

	if (view_key(c, key))
		return;
	if (c->is_pasting) {    /* what is pasted is never a command */
		if (key->name != K_PASTE_END)
			console_say(c, ROLE_NOTICE, TEXT_CONSOLE_PASTED, NULL);
		return;
	}
	if (key->name == K_WHEEL_UP || key->name == K_WHEEL_DOWN) {
		wheel(c, key->name == K_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
		return;
	}
	if ((action = action_of(console_top(c), key)) != ACTION_NONE)
		console_act(c, action);
	else if (key->name == K_TEXT)
		console_say(c, ROLE_DIM, TEXT_CONSOLE_KEY_UNKNOWN, NULL);
}

/* Ctrl-C ends what asks something, as fingers expect, and never says yes. */
static bool
is_interrupt(const struct key *key)
{
	return key->name == K_CTRL && key->text == 'c';
}

void
console_on_key(void *ctx, const struct key *key)
{
	static const struct key escape = { .name = K_ESC };
	struct console *c = ctx;

	if (c->is_leaving)
		return;
	if (is_interrupt(key) && (c->dialog != NULL || c->has_command))
		key = &escape;
	if (key->name == K_PASTE)
		c->is_pasting = true;
	else if (key->name != K_PASTE_END)
		c->notice[0] = '\0';
	if (c->dialog != NULL)
		dialog_take(c, key);
	else if (c->has_command)
		command_key(c, key);
	else
		view_takes(c, key);
	if (key->name == K_PASTE_END)
		c->is_pasting = false;
	console_keep(c);
	console_draw(c);
}
