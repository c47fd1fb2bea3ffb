#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The lab itself: its gateway opens and shuts a port for natpmpc, so that a failure of the other tests is Portolan's.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire natpmpc
labUp
labServe "$labHostAddress" 6000
labServe "$labFarAddress" 7000

ask() { inHost timeout 20 natpmpc "$@" >"$labState/answer"; }
answerHas() { grep -qF "$1" "$labState/answer"; }

expect "the host reaches the far side through the router" hostReaches 7000
expect "the port is shut at first" farIsShutOut 6000
expect "natpmpc asks for the external address" ask
expect "the external address is the router's" answerHas "Public IP address : $labExternalAddress"
expect "natpmpc opens the port" ask -a 6000 6000 tcp 3600
expect "the external port is the one asked for" answerHas "Mapped public port 6000"
expect "the far host's connection comes in" farReaches 6000
expect "natpmpc deletes the mapping" ask -a 0 6000 tcp 0
expect "the port is shut again" farIsShutOut 6000
