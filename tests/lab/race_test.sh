#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... race_test.sh
#
# A router that speaks all three protocols: PCP serves, whichever answers first, and there is one mapping, no more.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire
labSpeaks "pcp upnp"
labUp
expect "PCP and NAT-PMP are served" labWait 10 inRouter sh -c "ss -Hlun 'sport = :5351' | grep -q ."
expect "and UPnP" labWait 10 inRouter sh -c "ss -Hlun 'sport = :1900' | grep -q ."
labServe "$labHostAddress" 6000

expect "map is granted" portolan map tcp:6000 --json
expect "by PCP" fieldIs gateway.via pcp
port=$(field external.port)
expect "there is one mapping" routerMaps 1
expect "the far host's connection comes in at port $port" farReaches "$port"
sleep 2 # a search would be over, and a mapping by UPnP made
expect "there is still one mapping" routerMaps 1
expect "unmap is granted" portolan unmap tcp:6000
expect "there is none" routerMaps 0

expect "UPnP serves where it is asked for" portolan map tcp:6000 --protocol upnp --json
expect "and says so" fieldIs gateway.via upnp
expect "there is one mapping" routerMaps 1
expect "the far host's connection comes in" farReaches "$(field external.port)"
expect "it is deleted by UPnP" portolan unmap tcp:6000 --protocol upnp
expect "there is none" routerMaps 0

expect "UPnP serves again" portolan map tcp:6000 --protocol upnp
expect "it is deleted by whoever had it, without any option" portolan unmap tcp:6000
expect "there is none" routerMaps 0

expect "in strict order PCP serves" portolan map tcp:6000 --protocol strict --json
expect "and says so" fieldIs gateway.via pcp
expect "there is one mapping" routerMaps 1
