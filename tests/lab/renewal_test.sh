#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... renewal_test.sh pcp|nat-pmp
#
# A mapping of 120 s, the shortest that the gateway grants, is still open after 5 minutes.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

protocol=${1:?usage: renewal_test.sh pcp|nat-pmp}
labRequire
labUp
labServe "$labHostAddress" 6000

labRun "$labHost" "$PORTOLAN_BIN" keep tcp:6000 --lifetime 120 --protocol "$protocol" --json \
    --identity "$labState/identity" >"$labState/kept" 2>&1
expect "keep is granted" labWait 20 grep -q '"event":"granted"' "$labState/kept"
head -n 1 "$labState/kept" >"$labState/output"
expect "for 120 s" fieldIs lifetime_s 120
port=$(field external.port)
for minute in 1 2 3 4 5; do
    sleep 60
    expect "after $minute min the far host's connection comes in at port $port" farReaches "$port"
done
expect "it was renewed, and never lost or moved" test "$(grep -cv renewed "$labState/kept")" = 1
