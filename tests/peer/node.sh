#!/bin/sh
# Runs a node of version 20 or newer: the system's, else the one that the npm
# package of this directory brings (Debian 12 has 18).
#   node.sh FILE [ARG...]     runs it
#   node.sh --install         installs the packages of the lock file
# Registry packages only: no script of a package runs, nothing is fetched
# from elsewhere.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

is_new() {
	[ -x "$1" ] && "$1" -e 'process.exit(+(process.versions.node.split(".")[0] < 20))'
}

system=$(command -v node || command -v nodejs || true)
if [ "${1-}" = --install ]; then
	cd "$here"
	# 125 MB that only an old system needs
	if [ -n "$system" ] && is_new "$system"; then
		exec npm ci --omit=optional
	fi
	exec npm ci --include=optional
fi
for node in "$system" "$here"/node_modules/node-linux-*/bin/node; do
	if [ -n "$node" ] && is_new "$node"; then
		exec "$node" "$@"
	fi
done
echo "node.sh: no node of version 20 or newer; run: sh $0 --install" >&2
exit 69
