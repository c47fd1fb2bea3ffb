# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The lab: a host behind a NAT router, and a host on the far side, in three network namespaces.
#
#   host 192.168.77.2 ---- 192.168.77.1 router 11.22.33.1 ---- 11.22.33.2 far
#   2001:db8:77::2 ---- 2001:db8:77::1          2001:db8:99::1 ---- 2001:db8:99::2   (after labDualStack)
#
# The router masquerades by nftables and runs miniupnpd, which answers PCP and NAT-PMP, and UPnP where a lab has it do so
# (labSpeaks). The far side's range is an ordinary
# public one, since miniupnpd refuses to serve a private or reserved external address; no packet leaves the namespaces,
# which have no other link. labSecondUp adds another router of the same kind:
#
#   host 192.168.78.2 ---- 192.168.78.1 second 11.22.44.1 ---- 11.22.44.2 far
#
# Source this file, call labUp (labUpNetwork for
# all but miniupnpd), and everything is removed when the script ends, however it ends.

labHostAddress=192.168.77.2
labOtherAddress=192.168.77.3
labGatewayAddress=192.168.77.1
labExternalAddress=11.22.33.1
labFarAddress=11.22.33.2
labHostAddress6=2001:db8:77::2
labGatewayAddress6=2001:db8:77::1
labExternalAddress6=2001:db8:99::1
labFarAddress6=2001:db8:99::2
labIpv6Disabled=yes
labSpeaksNatPmp=yes # PCP and NAT-PMP, from the next labGateway on
labSpeaksUpnp=no    # likewise
labDirectory=$(dirname "${BASH_SOURCE[0]}")

# Unique by process, so that labs run side by side, and by PID namespace, as those of another one are not seen from here.
labPids=portolan-$(stat -Lc %i /proc/self/ns/pid)
labHost=$labPids-$$-host
labRouter=$labPids-$$-router
labFar=$labPids-$$-far
labOther=$labPids-$$-other
labSecond=$labPids-$$-router-second
labLan=192.168.77.0/24
labState=
labProcesses=()

labSkip() {
    echo "skip: $*"
    exit 77
}

labFail() {
    echo "FAILED: $*" >&2
    local file
    for file in output complaint; do
        [ -s "$labState/$file" ] || continue
        echo "-- $file:" >&2
        tail -n 30 "$labState/$file" >&2
    done
    echo "-- what the router forwards:" >&2
    inRouter nft list ruleset >&2
    exit 1
}

# expect DESCRIPTION COMMAND...: the command has to succeed.
expect() {
    local what=$1
    shift
    "$@" || labFail "$what"
    echo "ok: $what"
}

inHost() { ip netns exec "$labHost" "$@"; }
inRouter() { ip netns exec "$labRouter" "$@"; }
inFar() { ip netns exec "$labFar" "$@"; }

# Skips the test, loudly, where a lab cannot be had.
labRequire() {
    [ "$(uname -s)" = Linux ] || labSkip "the lab needs Linux's network namespaces"
    [ "$(id -u)" = 0 ] || labSkip "the lab needs root, to make network namespaces"
    local program
    for program in ip ss nft miniupnpd python3 timeout "$@"; do
        command -v "$program" >/dev/null || labSkip "the lab needs $program, which is not installed (scripts/setup test)"
    done
    miniupnpd --version 2>&1 | grep -q nftables || labSkip "this miniupnpd is not the one for nftables"
}

labDown() {
    local process namespace
    for process in "${labProcesses[@]}"; do
        kill "$process" 2>/dev/null && wait "$process" 2>/dev/null
    done
    labProcesses=()
    [ ! -s "$labState/gateway.pid" ] || kill "$(cat "$labState/gateway.pid")"
    [ ! -s "$labState/second/gateway.pid" ] || kill "$(cat "$labState/second/gateway.pid")"
    for namespace in "$labHost" "$labRouter" "$labFar" "$labSecond" "$labOther"; do
        ip netns delete "$namespace" 2>/dev/null
    done
    [ -z "$labState" ] || rm -rf "$labState"
    labState=
}

# labRun NAMESPACE COMMAND...: runs the command in the background until labDown. Its process is the last of labProcesses.
labRun() {
    ip netns exec "$@" & # not by a function: the process to be killed is the command's own
    labProcesses+=($!)
}

# labWait SECONDS COMMAND...: repeats the command until it succeeds.
labWait() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.05
    done
}

# Removes what a killed lab, which could not do so itself, has left: its processes and its namespaces.
labSweep() {
    local namespace owner process
    for namespace in $(ip netns list | awk -v ours="$labPids" '$1 ~ "^" ours "-[0-9]+-(host|router|far|other)" { print $1 }'); do
        owner=${namespace#"$labPids"-}
        owner=${owner%%-*}
        [ ! -e "/proc/$owner" ] || continue
        for process in $(ip netns pids "$namespace"); do kill "$process"; done
        ip netns delete "$namespace"
    done 2>/dev/null
}

labLink() { # NAMESPACE INTERFACE ADDRESS NAMESPACE INTERFACE ADDRESS
    ip link add name "$2" netns "$1" type veth peer name "$5" netns "$4" &&
        ip -n "$1" address add "$3/24" dev "$2" && ip -n "$1" link set "$2" up &&
        ip -n "$4" address add "$6/24" dev "$5" && ip -n "$4" link set "$5" up
}

labNamespaces() {
    local namespace
    for namespace in "$labHost" "$labRouter" "$labFar"; do
        ip netns add "$namespace" && ip -n "$namespace" link set lo up || return 1
    done
    labLink "$labHost" eth0 $labHostAddress "$labRouter" lan0 $labGatewayAddress &&
        labLink "$labFar" eth0 $labFarAddress "$labRouter" wan0 $labExternalAddress &&
        ip -n "$labHost" route add default via $labGatewayAddress &&
        inRouter sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

# The chains that miniupnpd fills are empty at first: nothing comes in from the far side unasked.
labFirewall() {
    inRouter nft -f - <<'END'
table inet filter {
    chain miniupnpd { }
    chain forward {
        type filter hook forward priority 0; policy drop;
        ct state established,related accept
        iifname "lan0" oifname "wan0" accept
        jump miniupnpd
    }
    chain prerouting_miniupnpd { }
    chain postrouting_miniupnpd { }
    chain prerouting {
        type nat hook prerouting priority -100; policy accept;
        jump prerouting_miniupnpd
    }
    chain postrouting {
        type nat hook postrouting priority 100; policy accept;
        jump postrouting_miniupnpd
        oifname "wan0" masquerade
    }
}
END
}

# labSpeaks PROTOCOLS: what the gateway will speak: pcp, which brings NAT-PMP, or upnp, or "pcp upnp".
labSpeaks() {
    labSpeaksNatPmp=no labSpeaksUpnp=no
    case $1 in *pcp*) labSpeaksNatPmp=yes ;; esac
    case $1 in *upnp*) labSpeaksUpnp=yes ;; esac
}

labGateway() { # [LINES OF CONFIGURATION...]
    cat >"$labState/miniupnpd.conf" <<END
ext_ifname=wan0
listening_ip=lan0
enable_natpmp=$labSpeaksNatPmp
enable_upnp=$labSpeaksUpnp
ipv6_disable=$labIpv6Disabled
secure_mode=yes
min_lifetime=120
max_lifetime=86400
lease_file=$labState/leases
uuid=00000000-0000-0000-0000-000000000000
END
    local line
    for line in "$@"; do echo "$line" >>"$labState/miniupnpd.conf"; done
    echo "allow 1024-65535 $labLan 1024-65535
deny 0-65535 0.0.0.0/0 0-65535" >>"$labState/miniupnpd.conf"
    # As a daemon, not with -d: its debug output makes it a minute late where its rules have it try every port.
    inRouter miniupnpd -f "$labState/miniupnpd.conf" -P "$labState/gateway.pid" &&
        labWait 10 labGatewayListens
}

# labGatewayEnds: miniupnpd ends; labGateway starts it again.
labGatewayEnds() {
    local process
    process=$(cat "$labState/gateway.pid")
    kill "$process" && labWait 10 ended "$process" && rm -f "$labState/gateway.pid"
}

# By PCP and NAT-PMP, or by UPnP.
labGatewayListens() {
    [ -s "$labState/gateway.pid" ] && inRouter ss -Hlun 'sport = :5351 or sport = :1900' | grep -q .
}

# routerMaps COUNT: so many ports are forwarded by the router.
routerMaps() {
    [ "$(inRouter nft list chain inet filter prerouting_miniupnpd | grep -c dnat)" = "$1" ]
}

# labUpNetwork: the lab without miniupnpd: the router forwards what the host asks for, and nothing serves as gateway.
labUpNetwork() {
    trap labDown EXIT
    trap 'exit 1' HUP INT TERM
    labSweep
    labState=$(mktemp -d)
    export XDG_STATE_HOME=$labState # not the user's own
    labNamespaces || labFail "network namespaces could not be made"
    labFirewall || labFail "nftables refused the router's rules"
}

labAddresses6() {
    ip -n "$labHost" -6 address add $labHostAddress6/64 dev eth0 nodad &&
        ip -n "$labRouter" -6 address add $labGatewayAddress6/64 dev lan0 nodad &&
        ip -n "$labRouter" -6 address add $labExternalAddress6/64 dev wan0 nodad &&
        ip -n "$labFar" -6 address add $labFarAddress6/64 dev eth0 nodad &&
        ip -n "$labHost" -6 route add default via $labGatewayAddress6 &&
        ip -n "$labFar" -6 route add default via $labExternalAddress6 &&
        inRouter sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
}

# labDualStack: IPv6 beside IPv4, between labUpNetwork and labGateway. The router is a firewall there and translates nothing.
labDualStack() {
    labIpv6Disabled=no
    labAddresses6 || labFail "IPv6 could not be set up"
}

# labUp [LINES OF CONFIGURATION...]: the whole lab, with these lines added to the gateway's configuration.
labUp() {
    labUpNetwork
    labGateway "$@" || labFail "miniupnpd did not start"
}

# labSecondUp: another router, and miniupnpd on it. The host's default route stays where it is.
labSecondUp() {
    local labRouter=$labSecond labLan=192.168.78.0/24 labState=$labState/second # for the functions called from here
    mkdir "$labState" && ip netns add "$labRouter" && ip -n "$labRouter" link set lo up &&
        labLink "$labHost" eth1 192.168.78.2 "$labRouter" lan0 192.168.78.1 &&
        labLink "$labFar" eth1 11.22.44.2 "$labRouter" wan0 11.22.44.1 &&
        inRouter sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward' && labFirewall && labGateway ||
        labFail "there is no second router"
}

# labOtherUp: another host on the host's own network, 192.168.77.3.
labOtherUp() {
    ip netns add "$labOther" && ip -n "$labOther" link set lo up &&
        ip -n "$labHost" link add link eth0 name other0 type macvlan mode bridge &&
        ip -n "$labHost" link set other0 netns "$labOther" &&
        ip -n "$labOther" address add $labOtherAddress/24 dev other0 && ip -n "$labOther" link set other0 up &&
        ip -n "$labOther" route add default via $labGatewayAddress ||
        labFail "there is no other host"
}

# labServe ADDRESS PORT: an echo server on the host that has the address: the host, the other one, or the far one.
labServe() {
    local namespace=$labHost
    case $1 in
        "$labFarAddress" | "$labFarAddress6") namespace=$labFar ;;
        "$labOtherAddress") namespace=$labOther ;;
    esac
    labRun "$namespace" python3 "$labDirectory/peer.py" serve "$1" "$2"
    labWait 10 ip netns exec "$namespace" python3 "$labDirectory/peer.py" say "$1" "$2" ready >/dev/null 2>&1 ||
        labFail "no echo server at $1 port $2"
}

# hostReaches PORT: a TCP connection from the host to the far host goes out through the router.
hostReaches() {
    inHost timeout 20 python3 "$labDirectory/peer.py" say $labFarAddress "$1" "hello from $labHostAddress"
}

# farReaches PORT: a TCP connection from the far host to the external address comes in, and its bytes come back.
farReaches() {
    inFar timeout 20 python3 "$labDirectory/peer.py" say $labExternalAddress "$1" "hello from $labFarAddress, port $1"
}

# farIsShutOut PORT: no such connection is made.
farIsShutOut() {
    inFar timeout 20 python3 "$labDirectory/peer.py" refused $labExternalAddress "$1"
}

# farReaches6 PORT, farIsShutOut6 PORT: the same over IPv6, to the host's own address.
farReaches6() {
    inFar timeout 20 python3 "$labDirectory/peer.py" say $labHostAddress6 "$1" "hello from $labFarAddress6, port $1"
}

farIsShutOut6() {
    inFar timeout 20 python3 "$labDirectory/peer.py" refused $labHostAddress6 "$1"
}

# portolan ARGUMENTS...: the command on the host; what it prints is kept for says, field and complains.
portolan() {
    inHost timeout 60 "$PORTOLAN_BIN" "$@" >"$labState/output" 2>"$labState/complaint"
}

says() { grep -qF -- "$1" "$labState/output"; }
complains() { grep -qF -- "$1" "$labState/complaint"; }

# field PATH: the value in the JSON object last printed, such as external.port.
field() {
    python3 -c '
import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[key]
print(value)' "$labState/output" "$1"
}

fieldIs() { [ "$(field "$1")" = "$2" ]; }

# exits STATUS COMMAND...
exits() {
    local wanted=$1 status=0
    shift
    "$@" || status=$?
    [ $status = "$wanted" ] || echo "exit status $status, not $wanted" >&2
    [ $status = "$wanted" ]
}

# interrupts PROCESS: the process, interrupted as by Ctrl-C, exits 0 in time.
interrupts() {
    kill -INT "$1" && labWait 20 ended "$1" && wait "$1"
}

ended() { ! kill -0 "$1" 2>/dev/null; }
