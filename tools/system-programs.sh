#!/bin/sh
# What the tests need besides Python and its packages: installed where that is allowed, named where it is not.
# With CI=true a missing one is a failure; else the tests that need it are skipped, and say so.
set -eu

# what:package of Debian and Ubuntu; what is a program, or a path where the package has none
needed="openssl:openssl go:golang-go /usr/share/gocode/src/golang.org/x/mod/sumdb:golang-golang-x-mod-dev"

missing=""
for entry in $needed; do
    command -v "${entry%%:*}" >/dev/null 2>&1 || [ -e "/${entry%%:*}" ] || missing="$missing ${entry##*:}"
done
[ -n "$missing" ] || exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
    echo "installing$missing …"
    if { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $missing; } >/dev/null; then
        exit 0
    fi
fi
echo "Some tests need what is not here. On Debian or Ubuntu run: apt-get install$missing" >&2
[ "${CI:-}" != true ] || exit 1
