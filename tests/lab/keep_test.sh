#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... keep_test.sh pcp|nat-pmp|upnp
#
# What is kept stays open: after the gateway restarted without its mappings, and after `portolan keep` itself was killed and
# started again.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

protocol=${1:?usage: keep_test.sh pcp|nat-pmp|upnp}
option=(--protocol "$protocol")
if [ "$protocol" = upnp ]; then
    labSpeaks upnp
    option=() # the gateway speaks nothing else
fi

# What another run prints goes to another file.
keep() {
    labRun "$labHost" "$PORTOLAN_BIN" keep tcp:6000 "${option[@]}" --json --identity "$labState/identity" \
        --port-file "$labState/port" >"$labState/$1" 2>&1
    keeper=${labProcesses[-1]}
}

# told FILE EVENT: the run that prints to FILE has told of the event; its last line is what `field` reads.
told() {
    labWait 20 grep -q "\"event\":\"$2\"" "$labState/$1" && tail -n 1 "$labState/$1" >"$labState/output"
}

# reachedWithin SECONDS PORT
reachedWithin() { labWait "$1" farReachesQuietly "$2"; }
farReachesQuietly() { farReaches "$1" >/dev/null 2>&1; }

# The gateway is gone from one moment to the next, and with it its mappings.
gatewayRestartsEmpty() {
    kill -KILL "$(cat "$labState/gateway.pid")" && rm -f "$labState/gateway.pid" "$labState/leases"
    local chain
    inRouter nft flush chain inet filter miniupnpd || return 1
    for chain in prerouting_miniupnpd postrouting_miniupnpd; do
        inRouter nft flush chain inet filter $chain || return 1
    done
    farIsShutOut "$1" && inRouter miniupnpd -f "$labState/miniupnpd.conf" -P "$labState/gateway.pid"
}

labRequire
labUp
labServe "$labHostAddress" 6000

keep first
expect "keep is granted" told first granted
port=$(field external.port)
nonce=$(field nonce)
expect "the far host's connection comes in at port $port" farReaches "$port"
expect "the port file holds it" grep -qx "$port" "$labState/port"

sleep 5 # a gateway that restarts in its first seconds cannot be told from one that did not (RFC 6887 §8.5)
expect "the gateway restarts and has lost the mapping" gatewayRestartsEmpty "$port"
expect "10 s later at most, the far host's connection comes in again" reachedWithin 10 "$port"
expect "keep says that it recovered" told first recovered

kill -KILL "$keeper"
wait "$keeper" 2>/dev/null
expect "a killed keep leaves the mapping standing" farReaches "$port"
keep second
expect "another keep takes it over" told second granted
expect "with the same external port" fieldIs external.port "$port"
expect "and the same nonce" fieldIs nonce "$nonce"
expect "the far host's connection comes in" farReaches "$port"

kill -TERM "$keeper"
expect "keep ends by itself when told to" labWait 20 ended "$keeper"
expect "with status 0" wait "$keeper"
expect "the port is shut" farIsShutOut "$port"
expect "the port file is empty" test ! -s "$labState/port"
