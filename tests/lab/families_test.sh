#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... families_test.sh
#
# One wish, "reachable on port 6000": map opens the mapping of IPv4 and the pinhole of IPv6, and the far host's TCP connections
# come in by both.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# outcome NUMBER: the outcome at that place, of those in `all`, is what `field` reads.
outcome() { sed -n "${1}p" "$labState/all" >"$labState/output"; }

both() { portolan map tcp:6000 --family both "$@" && cp "$labState/output" "$labState/all"; }

labRequire
labUpNetwork
labDualStack
labGateway || labFail "miniupnpd did not start"
labServe "$labHostAddress" 6000
labServe "$labHostAddress6" 6000

expect "the far host is kept out by IPv4 at first" farIsShutOut 6000
expect "and by IPv6" farIsShutOut6 6000
expect "map is granted" both --json
expect "at two places" test "$(wc -l <"$labState/all")" = 2

outcome 1
expect "one is the router by IPv4" fieldIs gateway.address "$labGatewayAddress"
expect "with its external address" fieldIs external.address "$labExternalAddress"
port=$(field external.port)
expect "where the far host's connection comes in" farReaches "$port"

outcome 2
expect "the other is the router by IPv6" fieldIs gateway.address "$labGatewayAddress6"
expect "outside is the host's own address" fieldIs external.address "$labHostAddress6"
expect "where the far host's connection comes in" farReaches6 6000

expect "unmap is granted by IPv4" portolan unmap tcp:6000 --family 4
expect "and by IPv6" portolan unmap tcp:6000 --family 6
expect "the far host is kept out by IPv4 again" farIsShutOut "$port"
expect "and by IPv6" farIsShutOut6 6000

expect "map is granted to a person" both
expect "who is told how to delete it by IPv4" says "--gateway $labGatewayAddress:5351"
expect "and by IPv6" says "--gateway [$labGatewayAddress6]:5351"
expect "unmap is granted" portolan unmap tcp:6000 --gateway "$labGatewayAddress6"

expect "map is granted again" both
expect "and once more while both stand" both
expect "without a complaint" test ! -s "$labState/complaint"

# miniupnpd 2.3.1 does not delete a pinhole that was renewed.
expect "IPv6 goes away" ip -n "$labHost" -6 route delete default
expect "map is granted all the same" portolan map tcp:6000 --family both
expect "by IPv4" says "$labExternalAddress:"
expect "and says what it has not" complains "not at the IPv6 gateway: "
