#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... upnp_pinhole_test.sh
#
# Over IPv6, at a router that answers nothing but UPnP: a pinhole in its firewall, for as long as it is kept.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire
labUpNetwork
labDualStack
labSpeaks upnp
labGateway || labFail "miniupnpd did not start"
# Over IPv6 this miniupnpd speaks PCP whatever it is told.
inRouter nft "add table ip6 silence; add chain ip6 silence input { type filter hook input priority 0; }
add rule ip6 silence input udp dport 5351 drop" || labFail "PCP could not be silenced"
labServe "$labHostAddress6" 6000

expect "the firewall keeps the far host out at first" farIsShutOut6 6000
labRun "$labHost" "$PORTOLAN_BIN" map tcp:6000 --gateway "$labGatewayAddress6" --keep --json >"$labState/kept" 2>&1
keeper=${labProcesses[-1]}
expect "map is granted over IPv6" labWait 20 grep -q '"event":"mapped"' "$labState/kept"
cp "$labState/kept" "$labState/output"
expect "by UPnP" fieldIs gateway.via upnp
expect "inside is the host's address" fieldIs internal.address "$labHostAddress6"
expect "outside it is the same, since nothing is translated" fieldIs external.address "$labHostAddress6"
expect "and the same port" fieldIs external.port 6000
expect "the far host's connection comes in" farReaches6 6000
expect "the port of another service stays shut" farIsShutOut6 6001
expect "the interrupted command deletes the pinhole and exits 0" interrupts "$keeper"
expect "the firewall keeps the far host out again" farIsShutOut6 6000
