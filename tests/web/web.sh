#!/bin/sh
# The pages in a real browser.
#   web.sh --install           installs the packages of the lock file
#   web.sh [PAIRDESK WASIM] [-k TEXT]    runs the tests
# Needs node 18, zbarimg and a Chromium: $CHROMIUM, else Debian's.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

if [ "${1-}" = --install ]; then
	cd "$here"
	exec npm ci
fi
for program in "${CHROMIUM-}" chromium chromium-browser google-chrome; do
	if [ -n "$program" ] && CHROMIUM=$(command -v "$program"); then
		export CHROMIUM
		exec "$(command -v node || command -v nodejs)" "$here/run.mjs" "$@"
	fi
done
echo "web.sh: no Chromium; on Debian: apt-get install chromium" >&2
exit 69
