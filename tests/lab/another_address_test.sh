#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... another_address_test.sh
#
# A pair of gateways shares the address that is asked, and the one that serves answers from its own: the router's answers are
# given another source on their way out.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

partner=192.168.77.3

labRequire
labUp
labServe "$labHostAddress" 6000
expect "the router has an address of its own" ip -n "$labRouter" address add $partner/24 dev lan0
expect "and answers from it" inRouter nft -f - <<END
table ip pair {
    chain output {
        type filter hook output priority raw;
        udp sport 5351 notrack ip saddr set $partner
    }
}
END

expect "an answer from there is not taken" exits 4 portolan map tcp:6000 --protocol pcp --timeout 2
expect "unless that is asked for" portolan map tcp:6000 --protocol pcp --answers-from-link --json
expect "for the mapping that was asked for" fieldIs external.address $labExternalAddress
expect "which the far host comes in by" farReaches "$(field external.port)"
expect "nor is it taken from NAT-PMP, which has no nonce" \
    exits 4 portolan map tcp:6000 --protocol nat-pmp --answers-from-link --timeout 2
expect "the mapping is deleted" portolan unmap tcp:6000 --protocol pcp --answers-from-link
