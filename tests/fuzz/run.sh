#!/bin/sh
# Runs every fuzz target on a copy of its seeds.
# usage: run.sh DIRECTORY-OF-PROGRAMS SECONDS-EACH
set -eu
programs=$1 seconds=$2 passed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for program in "$programs"/fuzz_*; do
	[ -x "$program" ] || continue
	name=${program##*/fuzz_}
	mkdir -p "$work/$name"
	[ ! -d "tests/fuzz/seeds/$name" ] ||
		cp -R "tests/fuzz/seeds/$name/." "$work/$name/"
	if ! "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
	    -artifact_prefix="$work/" "$work/$name" >"$work/$name.log" 2>&1; then
		tail -n 40 "$work/$name.log" >&2
		echo "fuzz: $name failed" >&2
		exit 1
	fi
	runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$work/$name.log")
	if [ -z "$runs" ] || [ "$runs" -eq 0 ]; then
		echo "fuzz: $name did not run" >&2
		exit 1
	fi
	echo "fuzz: $name $runs runs clean"
	passed=$((passed + 1))
done
[ "$passed" -gt 0 ] || { echo "fuzz: no targets" >&2; exit 1; }
echo "fuzz: $passed passed, 0 failed"
