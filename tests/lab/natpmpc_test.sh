#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... natpmpc_test.sh
#
# A foreign client, natpmpc, with the simulated gateway: it reads the external address, and the port that it maps is open to
# the far host until it deletes the mapping. In the lab, because natpmpc asks only port 5351 of the default gateway.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ask() { inHost timeout 20 natpmpc "$@" >"$labState/output"; }
simulates() { grep -q "$1" "$labState/simulator"; }

labRequire natpmpc
labUpNetwork
labServe "$labHostAddress" 6000
labRun "$labRouter" "$PORTOLAN_BIN" simulate --listen "$labGatewayAddress:5351" --external $labExternalAddress --json \
    >"$labState/simulator" 2>&1
expect "the simulated gateway serves" labWait 20 simulates '"event":"listening"'
expect "it forwards" simulates '"forwards":true'

expect "natpmpc asks for the external address" ask
expect "it is the one that is simulated" says "Public IP address : $labExternalAddress"
expect "the port is shut at first" farIsShutOut 6000
expect "natpmpc maps the port" ask -a 6000 6000 tcp 3600
expect "the external port is the one asked for" says "Mapped public port 6000 protocol TCP to local port 6000 liftime 3600"
expect "the far host's connection comes in" farReaches 6000
expect "natpmpc deletes the mapping" ask -a 0 6000 tcp 0
expect "the gateway has deleted it" simulates '"event":"unmapped".*"reason":"deleted","via":"nat-pmp"'
expect "the port is shut again" farIsShutOut 6000
