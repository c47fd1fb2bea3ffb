#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: ECHO_SERVER_BIN=... echo_server_test.sh
#
# The sample opens its own port of a real gateway, serves the far host through it, and shuts it when it ends.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire
labUp
labRun "$labHost" "$ECHO_SERVER_BIN" >"$labState/output" 2>&1
server=${labProcesses[-1]}
expect "the sample says where it is reachable" labWait 20 says "reachable at $labExternalAddress:"
port=$(sed -n "s/^reachable at $labExternalAddress:\([0-9]*\)$/\1/p" "$labState/output")
expect "the far host's connection comes in at port $port" farReaches "$port"
expect "the interrupted sample exits 0" interrupts "$server"
expect "the port is shut" farIsShutOut "$port"
