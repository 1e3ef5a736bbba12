/* pairdesk without a command: the console, and the core that it needs. */
#include "tui/cmd.h"

#include "tui/console/launch.h"

int
cmd_console(const struct cmd_args *args)
{
	pid_t child;

	if (args->json)
		return cmd_usage(args, WORD_CLI_CONSOLE_JSON, NULL);
	return launch_core(args, &child);
}
