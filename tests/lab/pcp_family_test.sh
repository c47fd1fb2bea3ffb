#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... pcp_family_test.sh
#
# What a real gateway makes of the rest of PCP: ANNOUNCE as a question, DESCRIPTION, options that it cannot read, PEER, and
# THIRD_PARTY.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire
labUp
labServe "$labHostAddress" 6000

expect "announce is answered" portolan announce --json
expect "the gateway speaks PCP" fieldIs speaks pcp
expect "of version 2" fieldIs version 2
expect "asked once" fieldIs transmissions 1

expect "a mapping with a description is granted" portolan map tcp:6000 --description "web" --json
expect "with or without it, the far host's connection comes in" farReaches "$(field external.port)"
expect "unmap is granted" portolan unmap tcp:6000

# miniupnpd 2.3.1 takes an option of other than whole words for malformed, and a port set is of 5 octets.
expect "a port set is granted as one port" portolan map tcp:6000 --port-set 10 --json
expect "and it is said that the option was left out" fieldIs options.dropped True
expect "the far host's connection comes in" farReaches "$(field external.port)"
expect "unmap is granted" portolan unmap tcp:6000

# PEER: an outbound mapping from a port of the host to the far host.
expect "peer has an answer" exits 0 portolan peer tcp:49152 "$labFarAddress:6000" --lifetime 300 --json
expect "it goes out by the router's address" fieldIs external.address "$labExternalAddress"
expect "to the far host" fieldIs remote.address "$labFarAddress"

# THIRD_PARTY: a mapping for another host of the network, where the gateway lets one host ask for another.
labOtherUp
labServe "$labOtherAddress" 6001 # where nobody serves on the host itself
expect "a mapping for another host is refused where that is not allowed" exits 5 portolan map tcp:6001 --third-party "$labOtherAddress" --json
expect "as an option that is not supported" fieldIs code UNSUPP_OPTION
expect "miniupnpd ends" labGatewayEnds
expect "and comes back allowing it" labGateway pcp_allow_thirdparty=yes
expect "the port is shut" farIsShutOut 6001
expect "a mapping for another host is granted" portolan map tcp:6001:6001 --third-party "$labOtherAddress" --json
expect "it is of that host" fieldIs internal.address "$labOtherAddress"
port=$(field external.port)
expect "the far host's connection comes in at the other host" farReaches "$port"
expect "unmap is granted for it" portolan unmap tcp:6001 --third-party "$labOtherAddress"
expect "the port is shut again" farIsShutOut "$port"
