#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... windows_test.sh TEST [ARGUMENTS...]
#
# Another test of the lab, with the command as Windows has it, run by wine. The sockets of wine's programs are its server's, so
# there is one for this test alone, which its first program starts within the host's namespace.
set -uo pipefail
directory=$(cd "$(dirname "$0")" && pwd)
wine=$directory/../../cmake/wine

PORTOLAN_WINE=$(mktemp -d)
export PORTOLAN_WINE
end() {
    "$wine" "$PORTOLAN_WINE" --end
    rm -rf "$PORTOLAN_WINE"
}
trap end EXIT
trap 'exit 1' HUP INT TERM
# To make all that takes a while, which no part of the test has to wait for.
"$wine" "$PORTOLAN_WINE" cmd /c exit </dev/null >/dev/null 2>&1 || [ $? != 77 ] || { echo "skip: wine is not installed" && exit 77; }
"$wine" "$PORTOLAN_WINE" --end
"$directory/$1" "${@:2}"
