#!/bin/sh
# Files as C arrays: embed.sh FILE... (the pages of public/, for pages.c)
set -eu
n=0
for file in "$@"; do
	printf 'static const unsigned char file_%d[] = {\n' "$n"
	od -An -v -tx1 "$file" | sed 's/ \(..\)/0x\1,/g'
	printf '};\n'
	n=$((n + 1))
done
printf 'static const struct compiled compiled[] = {\n'
n=0
for file in "$@"; do
	printf '\t{ "%s", file_%d, sizeof file_%d },\n' "${file##*/}" "$n" "$n"
	n=$((n + 1))
done
printf '};\n'
