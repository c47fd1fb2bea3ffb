#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

startGateway "$1"
address=$("$2" 127.0.0.1 "$gatewayPort" | tr -d '\r') # of which Windows has one at the end of each line
[ "$address" = 127.0.0.2 ] || fail "printed: $address"
