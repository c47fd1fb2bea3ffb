#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

startGateway "$1"
address=$("$2" 127.0.0.1 "$gatewayPort")
[ "$address" = 127.0.0.2 ] || fail "printed: $address"
