#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... open_port_test.sh pcp|nat-pmp
#
# The command opens a port of a real gateway that it finds by itself: the far host's TCP connection comes in, its bytes come
# back, and after unmap, or the end of --keep, the port is shut.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

protocol=${1:?usage: open_port_test.sh pcp|nat-pmp}
options=() # PCP is what the command tries first
[ "$protocol" = pcp ] || options=(--protocol "$protocol")

labRequire
labUp
labServe "$labHostAddress" 6000

expect "the gateway is found without any option" portolan gateways
expect "it is the router, on the host's interface" says "$labGatewayAddress on eth0"
expect "the external address is asked for" portolan address "${options[@]}"
expect "it is the router's" says "$labExternalAddress"

expect "the port is shut at first" farIsShutOut 6000
expect "map is granted" portolan map tcp:6000 "${options[@]}" --json
expect "its external address is the router's" fieldIs external.address "$labExternalAddress"
expect "its internal address is the host's" fieldIs internal.address "$labHostAddress"
expect "the gateway named is the router" fieldIs gateway.address "$labGatewayAddress"
expect "the protocol spoken is $protocol" fieldIs gateway.via "$protocol"
port=$(field external.port)
nonce=()
[ "$protocol" = nat-pmp ] || nonce=(--nonce "$(field nonce)")
expect "the far host's connection comes in at port $port" farReaches "$port"
expect "unmap is granted" portolan unmap tcp:6000 "${options[@]}" "${nonce[@]}"
expect "the port is shut again" farIsShutOut "$port"

expect "map says where a person can be reached" portolan map tcp:6000:6100 "${options[@]}"
expect "in the plain text" says "$labExternalAddress:6100"
expect "the far host's connection comes in at port 6100" farReaches 6100

labServe "$labHostAddress" 6200
labRun "$labHost" "$PORTOLAN_BIN" map tcp:6200 "${options[@]}" --keep --json >"$labState/kept" 2>&1
keeper=${labProcesses[-1]}
expect "map --keep is granted" labWait 20 grep -q '"event":"mapped"' "$labState/kept"
cp "$labState/kept" "$labState/output"
port=$(field external.port)
expect "the far host's connection comes in at port $port" farReaches "$port"
expect "the interrupted command releases the mapping and exits 0" interrupts "$keeper"
expect "the port is shut again" farIsShutOut "$port"
