#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: windows_test.sh PORTOLAN
#
# The command as Windows has it: its arguments, files and output are in UTF-8, Ctrl-C releases what it keeps, hooks are run by
# the shell of Windows and ended when they take too long, and what is not there says so.
# shellcheck source=../samples/lib.sh
. "$(dirname "$0")/../samples/lib.sh"

command=$(realpath "$1")
identity=(--identity "$directory/identity")

# exits STATUS ARGUMENTS...: the command ends so; what it said is in output and complaint.
exits() {
    local wanted=$1 status=0
    shift
    timeout 60 "$command" "$@" >"$directory/output" 2>"$directory/complaint" || status=$?
    [ "$status" = "$wanted" ] || fail "exit status $status, not $wanted, with: $* ($(cat "$directory/complaint"))"
}

# has FILE TEXT
has() {
    grep -qF -- "$2" "$directory/$1" || fail "$1 has no \"$2\": $(cat "$directory/$1")"
}

# holds FILE TEXT: its whole text, soon.
holds() {
    local tries
    for tries in {1..500}; do
        [ "$(cat "$1" 2>/dev/null)" = "$2" ] && return
        sleep 0.02
    done
    fail "$1 holds after $tries looks: $(cat "$1")"
}

# begin ARGUMENTS...: the command in the background, as $begun; what it says is in kept.
begin() {
    "$command" "$@" >"$directory/kept" 2>"$directory/trouble" &
    begun=$!
    processes+=("$begun")
}

# A command without a network.
exits 0 decode 00 80 00 00 00 00 03 e8 cb 00 71 2d
has output "external 203.0.113.45, epoch 1000 s"
! grep -q $'\r' "$directory/output" || fail "lines end in carriage returns"
exits 2 überhaupt
has complaint überhaupt
exits 1 decode --pcap "$directory/none.pcap"
has complaint "captures are neither written nor read on Windows"

# A gateway, and one that is not there.
startGateway "$command" --igd off
gateway=(--gateway "127.0.0.1:$gatewayPort" --timeout 20)
exits 0 address "${gateway[@]}"
has output 127.0.0.2
exits 4 address --gateway 127.0.0.1:1 --timeout 0.5
exits 0 map tcp:6000 "${gateway[@]}" --identity "$directory/µ"
[ -s "$directory/µ" ] || fail "there is no identity of a name beyond ASCII"
exits 0 unmap tcp:6000 "${gateway[@]}" --identity "$directory/µ"
exits 1 map tcp:6000 "${gateway[@]}" "${identity[@]}" --pcap "$directory/some.pcap"
has complaint "captures are neither written nor read on Windows"

# The shell, from a script and from a pipe.
printf 'address\nexpect SUCCESS\n' >"$directory/skript-µ"
exits 0 shell "${gateway[@]}" --protocol nat-pmp --script "$directory/skript-µ"
has output 127.0.0.2
exits 1 shell "${gateway[@]}" --protocol nat-pmp < <(printf 'address\nexpect NO_RESOURCES\nset\n')
exits 2 shell --script "$directory"

# Ctrl-C releases.
begin map tcp:6000 --keep --json "${gateway[@]}" "${identity[@]}"
waitFor "$directory/kept" '"event":"mapped"' "$begun" >/dev/null
kill -INT "$begun"
wait "$begun" || fail "map --keep ended with status $?"
has kept '"event":"released"'

# Hooks and port files, whose names are in UTF-8.
mkdir "$directory/häfen"
cat >"$directory/häfen/keep.toml" <<END
[[mapping]]
ports = "tcp:6000:6100"
port_file = "$directory/häfen/port"
exec = 'echo {event} {port} %PORTOLAN_PROTOCOL% "%PORTOLAN_VIA%">>hooks'
END
cd "$directory"
begin keep --config "$directory/häfen/keep.toml" --json "${gateway[@]}" "${identity[@]}"
holds "$directory/häfen/port" 6100
holds "$directory/hooks" $'granted 6100 tcp "pcp"\r'
kill -INT "$begun"
wait "$begun" || fail "keep ended with status $?"
holds "$directory/häfen/port" ""
holds "$directory/hooks" $'granted 6100 tcp "pcp"\r\nreleased 6100 tcp "pcp"\r'

# Hooks that fail, and that never end by themselves.
begin keep tcp:6000 --exec "exit 3" "${gateway[@]}" "${identity[@]}"
waitFor "$directory/trouble" 'ended with status 3' "$begun" >/dev/null
kill -INT "$begun"
wait "$begun" || fail "keep ended with status $?"
begin keep tcp:6000 --exec "ping -n 300 127.0.0.1 >nul" --exec-timeout 1 "${gateway[@]}" "${identity[@]}"
waitFor "$directory/trouble" 'took too long and ended with status' "$begun" >/dev/null
kill -INT "$begun"
wait "$begun" || fail "keep ended with status $?"

# A gateway that has gone is not waited for longer than the user wants.
begin keep tcp:6000 --json --timeout 1 --gateway "127.0.0.1:$gatewayPort" "${identity[@]}"
waitFor "$directory/kept" '"event":"granted"' "$begun" >/dev/null
kill -KILL "${processes[0]}"
kill -INT "$begun"
wait "$begun" || fail "keep ended with status $?"
