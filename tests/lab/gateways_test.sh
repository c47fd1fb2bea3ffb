#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... gateways_test.sh
#
# A link-local gateway is listed so that --gateway takes it, with its interface, and as what it serves.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire
labUpNetwork
expect "a gateway of IPv4" ip -n "$labHost" route delete default
expect "gives way to a link-local one" ip -n "$labHost" route add default via fe80::1 dev eth0
expect "gateways lists it" portolan gateways --routes
expect "with its interface" says "fe80::1%eth0 on eth0"
expect "in JSON, too" portolan gateways --routes --json
expect "with its interface" fieldIs address fe80::1%eth0
expect "and for every source" fieldIs only_from None

expect "a route that serves some sources" ip -n "$labHost" route replace default from 2001:db8::/64 via fe80::1 dev eth0
expect "besides that for all" ip -n "$labHost" -6 route delete default from all
expect "is listed" portolan gateways --routes --json
expect "with its sources" fieldIs only_from 2001:db8::/64
expect "the address is one that --gateway takes" exits 4 portolan address --gateway "$(field address)" --timeout 0.1
