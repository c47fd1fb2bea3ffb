# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by the tests of the samples: a simulated gateway that ends with the test.
set -euo pipefail

directory=$(mktemp -d)
processes=()
cleanUp() {
    for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$directory"
}
trap cleanUp EXIT

fail() {
    echo "failed: $*" >&2
    exit 1
}

# waitFor FILE PATTERN PROCESS: the first line of FILE that matches, once it is there; fails if PROCESS ends before.
waitFor() {
    until grep -m1 -E "$2" "$1" 2>/dev/null; do
        kill -0 "$3" 2>/dev/null || { cat "$1" >&2; fail "ended before it said: $2"; }
        sleep 0.02
    done
}

# startGateway PROGRAM [OPTIONS...]: starts PROGRAM's simulated gateway; leaves its port in $gatewayPort.
# shellcheck disable=SC2034
startGateway() {
    "$1" simulate --json "${@:2}" >"$directory/gateway" 2>&1 &
    processes+=($!)
    local line
    line=$(waitFor "$directory/gateway" '"event":"listening"' $!)
    gatewayPort=$(sed -E 's/.*"listening","address":"[^"]*","port":([0-9]+).*/\1/' <<<"$line")
}
