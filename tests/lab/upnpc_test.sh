#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... upnpc_test.sh VERSION
#
# A foreign control point, miniupnpc's upnpc, with the simulated gateway as IGD of that version: it finds the gateway by
# multicast, reads its state, and the port that it maps is open to the far host until it deletes the mapping.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

version=${1:?}
ask() { inHost timeout 30 upnpc -m eth0 "$@" >"$labState/output" 2>&1; }
simulates() { grep -q "$1" "$labState/simulator"; }

labRequire upnpc
labUpNetwork
labServe "$labHostAddress" 6000
labRun "$labRouter" "$PORTOLAN_BIN" simulate --listen "$labGatewayAddress:5351" --external $labExternalAddress \
    --igd "$version" --ssdp-port 1900 --json >"$labState/simulator" 2>&1
expect "the simulated gateway serves" labWait 20 simulates "\"igd\":{\"version\":$version,"

expect "upnpc finds it and asks for its status" ask -s
expect "it is an IGD that is connected" says "Found valid IGD : http://$labGatewayAddress:"
expect "its state is read" says "Status : Connected"
expect "the external address is the one that is simulated" says "ExternalIPAddress = $labExternalAddress"
expect "the port is shut at first" farIsShutOut 6000
expect "upnpc maps the port" ask -e "the test" -a $labHostAddress 6000 6000 TCP 3600
expect "it read the mapping back" says "external $labExternalAddress:6000 TCP is redirected to internal $labHostAddress:6000"
expect "the gateway has it from UPnP" simulates '"event":"mapped".*"via":"upnp"'
expect "the far host's connection comes in" farReaches 6000
expect "upnpc lists the mappings" ask -l
expect "the mapping is listed" says "TCP  6000->$labHostAddress:6000"
expect "its description is, too" says "the test"
if [ "$version" = 2 ]; then
    expect "upnpc asks for any port" ask -n $labHostAddress 6001 6000 TCP 3600
    expect "it is given the one it asked for, which is free" simulates '"port":6001}.*"via":"upnp"'
fi
expect "upnpc deletes the mapping" ask -d 6000 TCP
expect "the gateway has deleted it" simulates '"event":"unmapped".*"reason":"deleted","via":"upnp"'
expect "the port is shut again" farIsShutOut 6000
