#!/bin/sh
# The direction of dependence, checked by what each layer includes:
# base <- {wire, io, store} <- session <- pool <- app <- {httpd, tui}.
set -eu
bad=0

# check DIR "LAYERS IT MAY INCLUDE"
check() {
	[ -d "$1" ] || return 0
	found=$(grep -rnE '^#include "[a-z]+/' "$1" --include='*.[ch]' |
	    grep -vE "#include \"($2)/" || true)
	if [ -n "$found" ]; then
		echo "$1 reaches where it must not:" >&2
		echo "$found" >&2
		bad=1
	fi
}

# forbid DIR "LIBRARY HEADERS THAT BELONG ELSEWHERE"
forbid() {
	[ -d "$1" ] || return 0
	found=$(grep -rnE "^#include <($2)" "$1" --include='*.[ch]' || true)
	if [ -n "$found" ]; then
		echo "$1 uses a library that has its place elsewhere:" >&2
		echo "$found" >&2
		bad=1
	fi
}

check core/base 'core/base'
check core/wire 'core/(base|wire)'
check core/io 'core/(base|io)'
# commits run on the loop's pool
check core/store 'core/(base|io|store)'
check core/session 'core/(base|wire|io|store|session)'
check core/pool 'core/(base|wire|io|store|session|pool)'
check core/app 'core/(base|wire|io|store|session|pool|app)'
check httpd 'core/(base|app|session|store|io)|httpd'
check tui 'core/(base|app|session|store|io|wire)|tui|httpd'
# the command line is a client of the listener, and makes one of its own in
# one place
found=$(grep -rnE '^#include "httpd/' tui --include='*.[ch]' |
    grep -vE '^tui/(run|cmd_serve)\.c:[0-9]+:#include "httpd/httpd\.h"' || true)
if [ -n "$found" ]; then
	echo "only tui/run.c and tui/cmd_serve.c know httpd/httpd.h:" >&2
	echo "$found" >&2
	bad=1
fi
check tests/sim 'core/(base|wire)|tests/sim'

# wire sees no socket, file or wall clock
forbid core/wire 'uv\.h|sys/socket|netinet|netdb|fcntl|sys/stat|unistd|time\.h'
forbid core 'ncurses|curses|microhttpd'
# curses ends where cells begin
found=$(grep -rlE '^#include <(ncursesw?/)?(n?curses|term)\.h' httpd tui tests --include='*.[ch]' |
    grep -vE '^tui/console/(screen|canvas|curses)[a-z_]*\.[ch]$' || true)
if [ -n "$found" ]; then
	echo "curses has its place in tui/console/screen and canvas, not in: $found" >&2
	bad=1
fi
for dir in core/base core/wire core/store core/session core/pool core/app tui; do
	forbid "$dir" 'uv\.h|wslay|mbedtls/(ssl|x509|net)'
done
for dir in core/base core/wire core/io core/session core/pool core/app tui; do
	forbid "$dir" 'sqlite3'
done
for dir in core/base core/wire core/io core/store core/session core/pool tui; do
	forbid "$dir" 'qrencode'
done
# images are one file's
forbid tui 'png'
found=$(grep -rlE '^#include <png' core httpd --include='*.[ch]' |
    grep -vx core/app/qr_png.c || true)
if [ -n "$found" ]; then
	echo "libpng has its place in core/app/qr_png.c, not in: $found" >&2
	bad=1
fi
# cryptography and compression end below the session
for dir in core/session core/pool core/app tui; do
	forbid "$dir" 'sodium|mbedtls|protobuf-c|zlib'
done
exit "$bad"
