#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... upnp_test.sh
#
# A router that speaks nothing but UPnP, and a command without any option: the far host's TCP connection comes in, another
# control point reads our mapping by its description, and what is released is gone.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

lists() { inHost timeout 30 upnpc -m eth0 -l >"$labState/list" 2>&1 && grep -q "$1" "$labState/list"; }

labRequire upnpc
labSpeaks upnp
labUp
labServe "$labHostAddress" 6000

expect "nothing serves PCP and NAT-PMP" exits 1 inRouter sh -c "ss -Hlun 'sport = :5351' | grep -q ."
expect "the external address is asked for" portolan address
expect "it is the router's" says "$labExternalAddress"

expect "the port is shut at first" farIsShutOut 6000
expect "map is granted" portolan map tcp:6000 --description "the test" --json
expect "by UPnP" fieldIs gateway.via upnp
expect "its external address is the router's" fieldIs external.address "$labExternalAddress"
expect "its internal address is the host's" fieldIs internal.address "$labHostAddress"
expect "it has no nonce" fieldIs nonce None
port=$(field external.port)
expect "the far host's connection comes in at port $port" farReaches "$port"
expect "it is the one mapping of the router" routerMaps 1
expect "upnpc lists it by its description" lists "TCP *$port->$labHostAddress:6000 *'Portolan: the test'"
expect "unmap is granted" portolan unmap tcp:6000
expect "the port is shut again" farIsShutOut "$port"
expect "the router has no mapping" routerMaps 0
expect "to unmap what is gone is granted, too" portolan unmap tcp:6000

expect "upnpc maps the port for its own ends" inHost upnpc -m eth0 -e "another's" -a $labHostAddress 6000 6000 TCP 3600
expect "unmap leaves it alone" portolan unmap tcp:6000
expect "it stands" lists "another's"
expect "map is granted all the same" portolan map tcp:6000 --json
port=$(field external.port)
expect "at another port" test "$port" != 6000
expect "the far host's connection comes in at port $port" farReaches "$port"
expect "map says where a person can be reached" portolan map udp:6100:6101
expect "in the plain text" says "$labExternalAddress:6101"
expect "and by which protocol" says "by UPnP of $labGatewayAddress on eth0, for 7200 s"
expect "and how to delete it" says "portolan unmap udp:6100 --protocol upnp"
expect "which does" portolan unmap udp:6100 --protocol upnp

labServe "$labHostAddress" 6200
labRun "$labHost" "$PORTOLAN_BIN" map tcp:6200 --keep --json >"$labState/kept" 2>&1
keeper=${labProcesses[-1]}
expect "map --keep is granted" labWait 20 grep -q '"event":"mapped"' "$labState/kept"
cp "$labState/kept" "$labState/output"
port=$(field external.port)
expect "the far host's connection comes in at port $port" farReaches "$port"
expect "the interrupted command releases the mapping and exits 0" interrupts "$keeper"
expect "the port is shut again" farIsShutOut "$port"

expect "a peer cannot be asked for by UPnP" exits 4 portolan peer tcp:49152 198.51.100.7:443 --timeout 3
expect "which is said" complains "by UPnP: it has no outbound mappings"
expect "without UPnP, nothing serves" exits 4 portolan map tcp:6000 --protocol pcp --timeout 3
