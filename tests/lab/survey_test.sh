#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: PORTOLAN_BIN=... survey_test.sh
#
# What a real gateway speaks: miniupnpd with PCP, NAT-PMP and UPnP, found by the default route, with nothing named; then
# without PCP and NAT-PMP, and then none at all.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

labRequire
labSpeaks "pcp upnp"
# A name that would turn the rest of the line around on a terminal.
labUp "friendly_name=Lab $(printf '\342\200\256')router"

expect "gateways asks the one of the default route" portolan gateways --timeout 10 --json
expect "it is the router" fieldIs address "$labGatewayAddress"
expect "asked from the host's address" fieldIs source "$labHostAddress"
expect "it speaks PCP of version 2" fieldIs pcp.version 2
expect "and tells its epoch" exits 0 test "$(field pcp.epoch_s)" -ge 0
expect "it speaks NAT-PMP" fieldIs nat_pmp.speaks True
expect "which tells the external address" fieldIs nat_pmp.external_address "$labExternalAddress"
expect "it speaks UPnP" fieldIs igd.speaks True
expect "by the service for mappings" exits 0 test "$(field igd.service)" = "WANIPConnection:$(field igd.version)"
expect "which tells the external address, too" fieldIs igd.external_address "$labExternalAddress"
expect "its name is told harmlessly" fieldIs igd.friendly_name 'Lab \u202erouter'
expect "its model is told" exits 0 test -n "$(field igd.model_name)"
expect "auto would speak PCP" fieldIs auto pcp
expect "nothing lies beyond it" fieldIs warning None

expect "in words, too" portolan gateways --timeout 10
expect "a line for the route" says "* ipv4 $labGatewayAddress on eth0"
expect "a line for PCP" says "PCP      version 2, epoch "
expect "a line for NAT-PMP" says "external address $labExternalAddress"
expect "a line for UPnP" says "UPnP     IGD:"
expect "a line for the choice" says "auto     PCP (it goes before all others)"

labSpeaks upnp
expect "miniupnpd ends" labGatewayEnds
expect "and comes back with UPnP alone" labGateway
expect "gateways asks it" portolan gateways --timeout 5 --json
expect "it has no PCP" fieldIs pcp.speaks False
expect "nor NAT-PMP" fieldIs nat_pmp.speaks False
expect "auto would speak UPnP" fieldIs auto upnp

expect "miniupnpd ends" labGatewayEnds
expect "without a gateway daemon, gateways tells so" portolan gateways --timeout 1 --json
expect "auto has nothing to speak" fieldIs auto None
expect "the port is closed" fieldIs pcp.error.code UNREACHABLE
