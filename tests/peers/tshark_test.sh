#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: tshark_test.sh MESSAGES
# Lets tshark dissect one of each message and option that MESSAGES prints: it must take each for what it is, call none
# malformed and warn of none, but for what its dissector does not know.
set -euo pipefail

# What tshark 4 says of what it does not know. CHECKPOINT_REQUIRED and PORT_RESERVATION it shows as numbers, without a
# remark, because they are in the optional range.
declare -A unknown=(
    ["AUTHENTICATION request"]="Unknown opcode: 3"
    ["THIRD_PARTY_ID request"]="Unknown option: 13"
    ["THIRD_PARTY_ID response"]="Unknown option: 13"
    ["GET request"]="Unknown opcode: 98"
    ["GET response"]="Unknown opcode: 226"
    # Refusals of a version have no body (RFC 6887 §9, RFC 6886 §3.5); tshark looks for that of their opcode.
    ["UNSUPP_VERSION"]="Malformed Packet (Exception occurred)"
    ["NAT-PMP refusal"]="Malformed Packet (Exception occurred)"
)

for program in tshark text2pcap; do
    command -v "$program" >/dev/null || { echo "skip: no $program (scripts/setup test installs it)" && exit 77; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# dissect TEXT OPTION...: tshark over what text2pcap makes of TEXT
dissect() {
    local text=$1
    shift
    if ! text2pcap -q -u 5351,5351 "$text" "$folder/messages.pcap" 2>"$folder/log" ||
        ! HOME=$folder tshark -r "$folder/messages.pcap" "$@" 2>"$folder/log"; then
        cat "$folder/log" >&2
        exit 1
    fi
}

remarksOf() {
    dissect "$1" -T fields -E 'separator=|' -e _ws.col.Protocol -e _ws.expert.message
}

failures=0
fail() {
    echo "$*" >&2
    failures=$((failures + 1))
}

"$1" >"$folder/messages"
mapfile -t names < <(sed -n 's/^# //p' "$folder/messages")
mapfile -t rows < <(remarksOf "$folder/messages")
[ "${#names[@]}" = "${#rows[@]}" ] || fail "${#names[@]} messages were written, ${#rows[@]} were dissected"

for index in "${!rows[@]}"; do
    name=${names[index]} protocol=${rows[index]%%|*} remark=${rows[index]#*|}
    case $name in
    NAT-PMP*) wanted=NAT-PMP ;;
    *) wanted="PCP v2" ;;
    esac
    [ "$protocol" = "$wanted" ] || fail "$name: taken for $protocol, not $wanted"
    if [ "$remark" != "" ] && [ "$remark" != "${unknown[$name]:-}" ]; then
        fail "$name: $remark"
    fi
done

# What the options say has to arrive, too.
dissect "$folder/messages" -V >"$folder/text"
for line in "Description: caméra" "Port Set Size: 100" "Suggested First Port: 8080" "Parity Requested: True" \
    "Prefix Length: 120" "IPv4 Prefix Count: 1"; do
    grep -qF "$line" "$folder/text" || fail "not in tshark's text: $line"
done

# It would tell: the first 32 octets of a MAP request.
printf '# cut\n' >"$folder/cut"
sed -n '/^# MAP request$/,/^# /p' "$folder/messages" | sed -n '2,3p' >>"$folder/cut"
[[ $(remarksOf "$folder/cut") = *Malformed* ]] || fail "tshark does not notice a request that was cut"

echo "${#rows[@]} messages dissected, ${#unknown[@]} of them not known to $(tshark --version 2>/dev/null | head -n 1)"
[ "$failures" = 0 ]
