#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... pinhole_test.sh
#
# Over IPv6 a mapping is a hole in the router's firewall: the far host's TCP connection to the host's own address comes in once
# the port is mapped, and not any more when it is unmapped.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire
labUpNetwork
labDualStack
labGateway || labFail "miniupnpd did not start"
labServe "$labHostAddress6" 6000

expect "the firewall keeps the far host out at first" farIsShutOut6 6000
expect "map is granted over IPv6" portolan map tcp:6000 --gateway "$labGatewayAddress6" --json
expect "inside is the host's address" fieldIs internal.address "$labHostAddress6"
expect "outside it is the same, since nothing is translated" fieldIs external.address "$labHostAddress6"
expect "and the same port" fieldIs external.port 6000
expect "PCP is spoken, which alone has IPv6" fieldIs gateway.via pcp
expect "the far host's connection comes in" farReaches6 6000
expect "the port of another service stays shut" farIsShutOut6 6001
expect "unmap is granted" portolan unmap tcp:6000 --gateway "$labGatewayAddress6"
expect "the firewall keeps the far host out again" farIsShutOut6 6000
