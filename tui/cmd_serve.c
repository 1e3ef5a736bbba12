/* pairdesk serve: every linked company connected, until stopped. */
#include "tui/cmd.h"

#include <stdio.h>

int
cmd_serve(const struct cmd_args *args)
{
	struct run *run;
	int code;

	if ((run = run_open(args, &code)) == NULL)
		return code;
	app_start(run_app(run));
	if (args->json)
		cmd_print_json("{\"event\":\"serving\"}");
	code = run_loop(run, NULL, NULL);
	run_close(run);
	/* being told to stop is how it ends */
	return code > 128 ? EX_OK : code;
}
