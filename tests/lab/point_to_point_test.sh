#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... point_to_point_test.sh
#
# A default route over a link without a next hop, as WireGuard sets it up, names no gateway; one that is named is asked, and
# kept when the default route goes elsewhere. Or the interface is named, and its own default route names the gateway.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire
labUp
labServe "$labHostAddress" 6000

expect "a link without a next hop" ip -n "$labHost" link add wg0 type veth peer name wg1
expect "with an address of its own" ip -n "$labHost" address add 10.9.0.2/32 dev wg0
expect "is up" ip -n "$labHost" link set wg0 up
expect "at both ends" ip -n "$labHost" link set wg1 up
expect "becomes the default route" ip -n "$labHost" route replace default dev wg0
expect "no gateway is found" exits 3 portolan map tcp:6000
expect "and it is said why" complains "wg0 is a link without a next hop"

expect "the gateway that was named is asked" portolan map tcp:6000 --gateway $labGatewayAddress --json
expect "for the address that faces it" fieldIs internal.address $labHostAddress
expect "the mapping is deleted" portolan unmap tcp:6000 --gateway $labGatewayAddress

labRun "$labHost" "$PORTOLAN_BIN" keep tcp:6000 --gateway $labGatewayAddress --json --identity "$labState/identity" \
    >"$labState/kept" 2>&1
expect "keep is granted" labWait 20 grep -q '"event":"granted"' "$labState/kept"
expect "the default route goes elsewhere" ip -n "$labHost" route replace default via $labGatewayAddress
expect "and back" ip -n "$labHost" route replace default dev wg0
sleep 3
expect "nothing happens to what is kept" test "$(grep -c . "$labState/kept")" = 1

expect "another default route, of another table" ip -n "$labHost" route add default via $labGatewayAddress table 52
expect "is asked where its interface is named" portolan map tcp:6001 --interface eth0 --json
expect "and is the lab's" fieldIs gateway.address $labGatewayAddress
expect "by that interface" fieldIs gateway.interface eth0
expect "an interface that is not there is no gateway" exits 3 portolan map tcp:6001 --interface eth7
expect "and it is said so" complains "there is no interface eth7"
