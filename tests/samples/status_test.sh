#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: status_test.sh PORTOLAN SAMPLE
#
# A sample whose arguments make no sense says how to use it and exits 2; one that cannot do its work says why and exits 1.
. "$(dirname "$0")/lib.sh"

# limited ARGUMENTS...: the sample, allowed no more than $files open files.
limited() { timeout 30 bash -c "ulimit -n $files"' && exec "$@"' limited "$sample" "$@"; }

# ends STATUS PATTERN ARGUMENTS...: the sample ends so, and its complaint matches.
ends() {
    local wanted=$1 pattern=$2 status=0
    shift 2
    limited "$@" >"$directory/output" 2>"$directory/complaint" || status=$?
    [ "$status" = "$wanted" ] || fail "exit status $status, not $wanted, with arguments: $*"
    grep -qE "$pattern" "$directory/complaint" || fail "with arguments: $*: complained: $(cat "$directory/complaint")"
    [ ! -s "$directory/output" ] || fail "with arguments: $*: said: $(cat "$directory/output")"
}

sample=$2
files=100 # that it may have open
ends 2 '^usage: .* \[GATEWAY PORT\]$' 127.0.0.1
ends 2 '^usage: ' nonsense 1
ends 2 '^usage: ' 127.0.0.1 http
ends 2 '^usage: ' 127.0.0.1 0
ends 2 '^usage: ' 127.0.0.1 65537
ends 2 '^usage: ' 127.0.0.1 9 9

startGateway "$1" --profile feature-off
ends 1 "^${sample##*/}: the gateway does not allow this" 127.0.0.1 "$gatewayPort"

# UndefinedBehaviorSanitizer needs descriptors of its own, and takes their lack for a bug of the program.
if grep -qa __ubsan_handle "$sample"; then
    echo "not tried with too few open files: the sample is built with sanitizers"
    exit 0
fi

# As many as the loader needs beside what was inherited, which is too few for an event loop.
for files in {4..64}; do
    status=0
    limited misuse 2>"$directory/complaint" || status=$?
    [ $status != 2 ] || break
done
ends 1 'Too many open files' 127.0.0.1 "$gatewayPort"
