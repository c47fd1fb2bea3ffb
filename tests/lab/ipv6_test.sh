#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... ipv6_test.sh
#
# A host with IPv6 alone, whose address changes as privacy addresses do (RFC 6887 §8.4): what is asked for then is asked for
# from the new address, and what was mapped before is deleted from the old one.
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

# keep FILE: a run of the command that prints to FILE; its process is `keeper`.
keep() {
    labRun "$labHost" "$PORTOLAN_BIN" keep tcp:6000 --json --identity "$labState/identity" >"$labState/$1" 2>&1
    keeper=${labProcesses[-1]}
}

# granted FILE: the run was granted its mapping; what it said of that is what `field` reads.
granted() {
    labWait 20 grep -q '"event":"granted"' "$labState/$1" && head -n 1 "$labState/$1" >"$labState/output"
}

# served EVENT ADDRESS: the gateway did that for a mapping of the address.
served() {
    grep "\"event\":\"$1\"" "$labState/gateway" | grep -qF "\"internal\":{\"address\":\"$2\""
}

servedNothing() { ! served "$@"; }

labRequire
labUpNetwork
expect "the host has addresses of IPv6 alone" onIpv6Alone
labRun "$labRouter" "$PORTOLAN_BIN" simulate --listen "[$router]:5351" --external 2001:db8:99::1 --json >"$labState/gateway" 2>&1
expect "a gateway serves" labWait 20 grep -q '"event":"listening"' "$labState/gateway"

keep first
old=$keeper
expect "keep is granted" granted first
expect "for the address there is" fieldIs internal.address $before
expect "the address changes" addressChanges
keep second
expect "another keep is granted" granted second
expect "it has asked from the new address" fieldIs internal.address $after
expect "the gateway has mapped both" served mapped $after
expect "the first one ends" interrupts "$old"
expect "its mapping, of the old address, is deleted" served unmapped $before
expect "and the other one is not" servedNothing unmapped $after
