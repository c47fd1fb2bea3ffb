#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... uplinks_test.sh pcp|nat-pmp
#
# A host with two uplinks, a router at each, and a default route by each with a metric of its own: a mapping is had at both, and
# the far host's TCP connections come in through either.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

protocol=${1:?usage: uplinks_test.sh pcp|nat-pmp}
secondGateway=192.168.78.1
secondHost=192.168.78.2
secondExternal=11.22.44.1

outcome() { sed -n "${1}p" "$labState/all" >"$labState/output"; }

# What came in by the second uplink goes back there.
routesBack() {
    ip -n "$labHost" route add default via $secondGateway metric 200 &&
        ip -n "$labHost" route add default via $secondGateway table 78 &&
        ip -n "$labHost" rule add from $secondHost table 78
}

farReachesSecond() {
    inFar timeout 20 python3 "$labDirectory/peer.py" say $secondExternal "$1" "hello through the second router, port $1"
}

leases() { # DIRECTORY COUNT
    local found=0
    [ ! -e "$1/leases" ] || found=$(grep -c . "$1/leases")
    [ "$found" = "$2" ]
}

told() { [ "$(grep -c "\"event\":\"$1\"" "$labState/kept")" = "$2" ]; }

labRequire
labUp
labSecondUp
expect "the host has a default route by each" routesBack
labServe 0.0.0.0 6000

expect "map is granted" portolan map tcp:6000 --gateways all --protocol "$protocol" --json
cp "$labState/output" "$labState/all"
expect "at two places" test "$(wc -l <"$labState/all")" = 2
outcome 1
expect "the router of the better route first" fieldIs gateway.address "$labGatewayAddress"
expect "for the host's address there" fieldIs internal.address "$labHostAddress"
expect "the far host's connection comes in through it" farReaches "$(field external.port)"
outcome 2
expect "then the other one" fieldIs gateway.address $secondGateway
expect "by its interface" fieldIs gateway.interface eth1
expect "for the host's address there" fieldIs internal.address $secondHost
expect "with its external address" fieldIs external.address $secondExternal
expect "the far host's connection comes in through that, too" farReachesSecond "$(field external.port)"

expect "unmap is granted by one" portolan unmap tcp:6000 --interface eth0 --protocol "$protocol"
expect "which has none any more" labWait 3 leases "$labState" 0
expect "while the other one has" leases "$labState/second" 1
expect "until it is asked, too" portolan unmap tcp:6000 --interface eth1 --protocol "$protocol"
expect "and has none any more" labWait 3 leases "$labState/second" 0

labRun "$labHost" "$PORTOLAN_BIN" keep tcp:6000 --gateways all --protocol "$protocol" --json \
    --identity "$labState/identity" >"$labState/kept" 2>&1
keeper=${labProcesses[-1]}
expect "keep is granted by both" labWait 20 told granted 2
expect "the first has one" leases "$labState" 1
expect "the second has one" leases "$labState/second" 1
expect "one of the routes goes away" ip -n "$labHost" route delete default via $secondGateway metric 200
sleep 2
expect "and nothing moves because of that" told moved 0
expect "keep ends when interrupted" interrupts "$keeper"
expect "the first has none any more" leases "$labState" 0
expect "nor has the second" leases "$labState/second" 0
