#!/bin/sh
# Compiles every file of core with stubs in front of the headers of ncurses
# and libmicrohttpd that stop the compiler: core needs neither to be there.
# usage: headless.sh CC FLAG...
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for header in ncurses.h curses.h ncursesw/ncurses.h ncursesw/curses.h microhttpd.h; do
	mkdir -p "$dir/$(dirname "$header")"
	echo "#error core must not need $header" >"$dir/$header"
done
for file in core/*/*.c; do
	"$@" -I"$dir" -isystem "$dir" -fsyntax-only "$file" || exit 1
done
echo "headless: core compiles without ncurses and libmicrohttpd"
