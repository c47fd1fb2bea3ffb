#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What --pcap writes, as tshark reads it: every datagram recognized, no checksum wrong, nothing malformed.
set -uo pipefail

command -v tshark >/dev/null || {
    echo "skip: tshark is not installed"
    exit 77
}

folder=$(mktemp -d)
gatewayProcess=
# shellcheck disable=SC2317
cleanUp() {
    [ -z "$gatewayProcess" ] || kill "$gatewayProcess" 2>/dev/null
    rm -rf "$folder"
}
trap cleanUp EXIT
trap 'exit 1' INT TERM
export XDG_STATE_HOME=$folder XDG_CONFIG_HOME=$folder

failed=0
fail() {
    echo "failed: $*"
    failed=1
}

# Starts a gateway at this address and waits until it has told its port.
serve() {
    "$PORTOLAN_BIN" simulate --listen "$1" --json >"$folder/gateway" &
    gatewayProcess=$!
    for _ in $(seq 200); do
        port=$(sed -n 's/.*"event":"listening".*"port":\([0-9]*\),.*/\1/p' "$folder/gateway")
        [ -z "$port" ] || return 0
        sleep 0.1
    done
    fail "the gateway at $1 does not tell its port"
    exit 1
}

stopServing() {
    kill "$gatewayProcess"
    wait "$gatewayProcess"
    gatewayProcess=
}

# These fields of each packet of the capture, one packet a line.
fields() {
    local file=$1 words=()
    shift
    for field in "$@"; do words+=(-e "$field"); done
    tshark -r "$file" -d "udp.port==$port,portcontrol" -o udp.check_checksum:TRUE -o ip.check_checksum:TRUE \
        -T fields "${words[@]}" 2>"$folder/complaints"
}

# Nothing in the capture is malformed, and it has so many datagrams of PCP and NAT-PMP, or more: a gateway that is slow is
# asked again, and others on this host may announce themselves.
check() {
    local name=$1 file=$2 least=$3 bad recognized datagrams
    bad=$(fields "$file" _ws.malformed _ws.expert.message | tr -d '\t' | grep -c . || true)
    [ "$bad" = 0 ] || {
        fail "$name: tshark finds fault"
        fields "$file" frame.number _ws.malformed _ws.expert.message
    }
    bad=$(fields "$file" udp.checksum.status | grep -cvx 1 || true)
    [ "$bad" = 0 ] || fail "$name: $bad checksums of UDP are not good"
    recognized=$(fields "$file" frame.protocols | grep -cE 'portcontrol|nat-pmp' || true)
    datagrams=$(fields "$file" frame.number | wc -l)
    { [ "$recognized" = "$datagrams" ] && [ "$recognized" -ge "$least" ]; } || fail "$name: $recognized datagrams of $datagrams are recognized"
    echo "$name: $recognized datagrams"
}

serve 127.0.0.1
"$PORTOLAN_BIN" map tcp:8080 --gateway "127.0.0.1:$port" --pcap "$folder/map" >/dev/null || fail "map"
check "a mapping by PCP" "$folder/map" 2
[ "$(fields "$folder/map" portcontrol.map.internal_port | sort -u | tr -d '\n')" = 8080 ] || fail "the internal port"
"$PORTOLAN_BIN" map udp:8081 --protocol nat-pmp --gateway "127.0.0.1:$port" --pcap "$folder/nat-pmp" >/dev/null ||
    fail "map by NAT-PMP"
check "a mapping by NAT-PMP" "$folder/nat-pmp" 2
"$PORTOLAN_BIN" shell --gateway "127.0.0.1:$port" --timeout 15 --pcap "$folder/shell" >/dev/null <<'END' || fail "shell"
announce
map tcp:8082 filter=198.51.100.0/24:80
peer udp:8083 198.51.100.7:443
END
check "requests of the shell" "$folder/shell" 6
stopServing

serve ::1
"$PORTOLAN_BIN" map tcp:8080 --gateway "[::1]:$port" --pcap "$folder/ipv6" >/dev/null || fail "map over IPv6"
check "a mapping over IPv6" "$folder/ipv6" 2
stopServing

exit $failed
