#!/bin/sh
# Installs the Debian packages named as arguments that are not there yet.
set -eu
missing=
for package in "$@"; do
	if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
	    grep -q 'install ok installed'; then
		# a node that came another way is as good
		case $package in
		nodejs | npm) command -v "${package%js}" >/dev/null && continue ;;
		esac
		missing="$missing $package"
	fi
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "run as root, or install these:$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# the list is words on purpose
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends $missing
