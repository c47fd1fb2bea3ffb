#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... [PORTOLAN_FOLLOWS_WITHIN=SECONDS] [PORTOLAN_ROUTE_SOURCES=no] roaming_test.sh pcp|nat-pmp|upnp
#
# What is kept follows the host: to another router when the default route goes there, through a link that is gone for a
# while, and to another address of the host. There is never more than one mapping of it, and none is left behind.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

protocol=${1:?usage: roaming_test.sh pcp|nat-pmp|upnp}
[ "$protocol" != upnp ] || labSpeaks upnp
secondExternal=11.22.44.1
limit=${PORTOLAN_FOLLOWS_WITHIN:-3} # longer where the system tells nothing and has to be asked now and then

# told EVENT COUNT: that many such events have been told; the last line is what `field` reads.
told() {
    [ "$(grep -c "\"event\":\"$1\"" "$labState/kept")" = "$2" ] && tail -n 1 "$labState/kept" >"$labState/output"
}

# inside ADDRESS: the internal address of the last event is this.
inside() { fieldIs internal.address "$1"; }

farReachesSecond() {
    inFar timeout 20 python3 "$labDirectory/peer.py" say $secondExternal "$1" "hello through the second router, port $1"
}

# leases DIRECTORY COUNT: the gateway there has that many mappings.
leases() {
    local found=0
    [ ! -e "$1/leases" ] || found=$(grep -c . "$1/leases")
    [ "$found" = "$2" ]
}

hostRoutes() { ip -n "$labHost" route replace default via "$@"; }

labRequire
labUp
labSecondUp
labServe 0.0.0.0 6000

labRun "$labHost" "$PORTOLAN_BIN" keep tcp:6000 --protocol "$protocol" --json --identity "$labState/identity" \
    >"$labState/kept" 2>&1
keeper=${labProcesses[-1]}
expect "keep is granted" labWait 20 told granted 1
port=$(field external.port)
expect "the far host's connection comes in through the first router" farReaches "$port"

expect "the default route moves to the second router" hostRoutes 192.168.78.1
expect "$limit s later at most, the mapping has moved there" labWait "$limit" told moved 1
expect "for the host's address there" inside 192.168.78.2
expect "with the second router's address" fieldIs external.address $secondExternal
port=$(field external.port)
expect "the far host's connection comes in through the second router" farReachesSecond "$port"
expect "the first router has none any more" labWait 3 leases "$labState" 0
expect "and lets nobody in" farIsShutOut "$port"
expect "the second has one" leases "$labState/second" 1

expect "the link goes down" ip -n "$labHost" link set eth1 down
sleep 5
expect "and comes back" ip -n "$labHost" link set eth1 up
expect "with its default route" hostRoutes 192.168.78.1
if [ "$protocol" = upnp ]; then
    sleep 6 # the gateway is asked whether all still stands, and nothing is to be told
else
    expect "the gateway is asked whether all still stands" labWait 15 told renewed 1
fi
expect "at the same port" fieldIs external.port "$port"
expect "where the far host's connection comes in" farReachesSecond "$port"
expect "and is the only one" leases "$labState/second" 1

moves=2
if [ "${PORTOLAN_ROUTE_SOURCES:-yes}" = yes ]; then # not where routes name no source address
    moves=3
    expect "the host gets another address" ip -n "$labHost" address add 192.168.78.9/24 dev eth1
    expect "and uses it" hostRoutes 192.168.78.1 src 192.168.78.9
    expect "$limit s later at most, that is mapped" labWait "$limit" told moved 2
    expect "instead of the old one" inside 192.168.78.9
    port=$(field external.port)
    expect "the far host's connection comes in" farReachesSecond "$port"
    expect "the mapping of the old address is gone" labWait 3 leases "$labState/second" 1
fi

expect "the default route moves back" hostRoutes 192.168.77.1
expect "and the mapping with it" labWait "$limit" told moved "$moves"
expect "the second router has none any more" labWait 3 leases "$labState/second" 0
expect "the first has one" leases "$labState" 1

expect "the interrupted command releases the mapping and exits 0" interrupts "$keeper"
expect "no mapping is left behind" leases "$labState" 0
expect "it was granted once, and never lost" test "$(grep -cE '"event":"(granted|lost)"' "$labState/kept")" = 1
