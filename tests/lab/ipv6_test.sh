#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... ipv6_test.sh
#
# A host with IPv6 alone, whose address changes as privacy addresses do (RFC 6887 §8.4): what is kept is asked for from the
# new address then, and what was mapped before is deleted from the old one, which is usable still.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

router=2001:db8:77::1
before=2001:db8:77::a1
after=2001:db8:77::a2

onIpv6Alone() {
    ip -n "$labHost" -4 address flush dev eth0 &&
        ip -n "$labHost" address add $before/64 dev eth0 nodad &&
        ip -n "$labRouter" address add $router/64 dev lan0 nodad &&
        ip -n "$labHost" -6 route add default via $router &&
        test -z "$(ip -n "$labHost" -4 -o address show dev eth0)"
}

# The old address is for what has it already, from now on.
addressChanges() {
    ip -n "$labHost" address change $before/64 dev eth0 preferred_lft 0 valid_lft forever &&
        ip -n "$labHost" address add $after/64 dev eth0 nodad
}

# told EVENT: keep has told that; what it said is what `field` reads.
told() {
    grep -F "\"event\":\"$1\"" "$labState/kept" >"$labState/output"
}

# served EVENT ADDRESS: the gateway did that for a mapping of the address.
served() {
    grep "\"event\":\"$1\"" "$labState/gateway" | grep -qF "\"internal\":{\"address\":\"$2\""
}

servedNothing() { ! served "$@"; }

# lineOf EVENT ADDRESS: where the gateway first told that it did that.
lineOf() {
    grep -nF "\"internal\":{\"address\":\"$2\"" "$labState/gateway" | grep -m 1 "\"event\":\"$1\"" | cut -d: -f1
}

# inTurn EVENT ADDRESS EVENT ADDRESS: the gateway did the one before the other.
inTurn() { [ "$(lineOf "$1" "$2")" -lt "$(lineOf "$3" "$4")" ]; }

labRequire
labUpNetwork
expect "the host has addresses of IPv6 alone" onIpv6Alone
labRun "$labRouter" "$PORTOLAN_BIN" simulate --listen "[$router]:5351" --external 2001:db8:99::1 --json >"$labState/gateway" 2>&1
expect "a gateway serves" labWait 20 grep -q '"event":"listening"' "$labState/gateway"

labRun "$labHost" "$PORTOLAN_BIN" keep tcp:6000 --json --identity "$labState/identity" >"$labState/kept" 2>&1
keeper=${labProcesses[-1]}
expect "keep is granted" labWait 20 told granted
expect "for the address there is" fieldIs internal.address $before
expect "the address changes" addressChanges
expect "the mapping moves" labWait 20 told moved
expect "to the new address" fieldIs internal.address $after
expect "from which the gateway was asked" served mapped $after
expect "and the one of the old address is deleted, from there" labWait 20 served unmapped $before
expect "after the other was there" inTurn mapped $after unmapped $before
expect "which is not deleted" servedNothing unmapped $after
expect "until keep ends" interrupts "$keeper"
expect "with its mapping" served unmapped $after
