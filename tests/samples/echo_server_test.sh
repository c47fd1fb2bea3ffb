#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The echo server's port is opened, bytes come back through the gateway's external address, and the port is shut again.
. "$(dirname "$0")/lib.sh"

startGateway "$1"
"$2" 127.0.0.1 "$gatewayPort" >"$directory/server" 2>&1 &
server=$!
processes+=("$server")
reachable=$(waitFor "$directory/server" '^reachable at' "$server")
address=${reachable#reachable at }
address=${address%$'\r'} # as Windows ends lines

exec 3<>"/dev/tcp/${address%:*}/${address##*:}"
echo "over the chart of ports" >&3
read -r -t 10 answer <&3 || fail "nothing came back from $address"
exec 3>&-
[ "$answer" = "over the chart of ports" ] || fail "came back: $answer"

kill -INT "$server"
wait "$server" || fail "the server ended with status $?"
tr -d '\r' <"$directory/server" | grep -q '^released$' || fail "the server did not release its mapping"
if (exec 3<>"/dev/tcp/${address%:*}/${address##*:}") 2>/dev/null; then
    fail "$address is still open after the release"
fi
