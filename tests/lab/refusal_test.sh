#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... refusal_test.sh
#
# The command's exit status tells a refusal, silence and the lack of a gateway apart.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire
labUp

# The gateway's rules allow ports from 1024 on only.
expect "a port that the gateway forbids exits 5" exits 5 portolan map tcp:80
expect "and says so" complains "the gateway does not allow this"
expect "so it does by NAT-PMP" exits 5 portolan map tcp:80 --protocol nat-pmp
expect "a gateway that is not there exits 4" exits 4 portolan address --gateway 192.168.77.9 --timeout 2
expect "a port where nothing serves exits 4" exits 4 portolan address --gateway $labGatewayAddress:5352 --timeout 5
expect "a default route that is gone" ip -n "$labHost" route delete default
expect "leaves no gateway: exit 3" exits 3 portolan map tcp:6000
