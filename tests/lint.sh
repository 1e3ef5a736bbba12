#!/bin/sh
# Functions that this project does not use.
set -eu
banned='strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|system|popen|alloca|mktemp|tmpnam|rand|srand|execl|execlp|execle'
found=$(git grep -nE "(^|[^A-Za-z0-9_.>])($banned)\(" -- 'core/*.[ch]' 'tui/*.[ch]' 'httpd/*.[ch]' 'tests/sim/*.[ch]' || true)
if [ -n "$found" ]; then
	echo "banned functions:" >&2
	echo "$found" >&2
	exit 1
fi
