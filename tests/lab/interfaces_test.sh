#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... interfaces_test.sh
#
# A host with two interfaces and a gateway on each: a mapping of a gateway that was named is renewed by the interface that
# made it, though the default route goes by the other one since (RFC 6887 §11.5). The far host plays the second gateway.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

otherHostAddress=192.168.78.2
otherGatewayAddress=192.168.78.1

# gateway NAMESPACE ADDRESS FILE: renewals change the port there, so that each of them is told.
gateway() {
    labRun "$1" "$PORTOLAN_BIN" simulate --listen "$2:5351" --profile short-lifetimes --json >"$labState/$3" 2>&1
    labWait 20 grep -q '"event":"listening"' "$labState/$3"
}

renewals() { grep -c '"event":"moved"' "$labState/$1"; }
renewedSince() { [ "$(renewals first)" -gt "$1" ]; }

labRequire
labUpNetwork
expect "the host has a second interface" \
    labLink "$labHost" eth1 $otherHostAddress "$labFar" lan1 $otherGatewayAddress
expect "a gateway serves on the first" gateway "$labRouter" $labGatewayAddress first
expect "another one serves on the second" gateway "$labFar" $otherGatewayAddress second

labRun "$labHost" "$PORTOLAN_BIN" keep tcp:6000 --gateway "$labGatewayAddress" --lifetime 8 --json \
    --identity "$labState/identity" >"$labState/kept" 2>&1
expect "keep is granted" labWait 20 grep -q '"event":"granted"' "$labState/kept"
expect "by the first gateway" grep -q "\"gateway\":{\"address\":\"$labGatewayAddress\"" "$labState/kept"

expect "the default route goes by the second interface from now on" \
    ip -n "$labHost" route replace default via $otherGatewayAddress
expect "what is asked for now" portolan map tcp:6001 --json
expect "is asked of the second gateway" fieldIs gateway.address $otherGatewayAddress
count=$(renewals first)
expect "the first gateway is asked to renew the mapping" labWait 30 renewedSince "$count"
expect "which is still of the first interface" \
    test "$(grep -c "\"internal\":{\"address\":\"$labHostAddress\",\"port\":6000}" "$labState/first")" -ge 2
expect "and the second gateway has not heard of it" test "$(grep -c '"port":6000}' "$labState/second")" = 0
expect "nor has the first one lost it" test "$(grep -c '"event":"unmapped"' "$labState/first")" = 0
