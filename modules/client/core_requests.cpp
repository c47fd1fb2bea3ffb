// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <memory>
#include <optional>
#include <utility>

module portolan;

import portolan.transport;
import :core;
import :places;

// What callers ask for, in the words of a session.

namespace portolan {

namespace {

Wanted wantedOf(PeerRequest request) {
    MapRequest mapping;
    mapping.protocol = request.protocol;
    mapping.internalPort = request.internalPort;
    mapping.externalPort = request.externalPort;
    mapping.externalAddress = request.externalAddress;
    mapping.lifetime = request.lifetime;
    mapping.nonce = request.nonce;
    mapping.patient = request.patient;
    mapping.thirdParty = request.thirdParty;
    mapping.thirdPartyId = std::move(request.thirdPartyId);
    mapping.description = std::move(request.description);
    mapping.checkpoint = request.checkpoint;
    return {std::move(mapping), session::Endpoint{transport::toWire(request.remoteAddress), request.remotePort}};
}

} // namespace

std::shared_ptr<Places> makePlaces(const net::any_io_executor& executor, ClientOptions options) {
    return std::make_shared<Places>(executor, std::move(options));
}

void startMap(const std::shared_ptr<Places>& places, MapRequest request, MapHandler handler) {
    places->first()->map({std::move(request)}, std::move(handler));
}

void startMapAll(const std::shared_ptr<Places>& places, MapRequest request, AllHandler handler) {
    places->mapAll(std::move(request), std::move(handler));
}

void startPeer(const std::shared_ptr<Places>& places, PeerRequest request, MapHandler handler) {
    places->first()->map(wantedOf(std::move(request)), std::move(handler));
}

void startUnmap(const std::shared_ptr<Places>& places, const UnmapRequest& request, ReleaseHandler handler) {
    places->first()->unmap(request, std::move(handler));
}

void startExternalAddress(const std::shared_ptr<Places>& places, AddressHandler handler) {
    places->first()->externalAddress(std::move(handler));
}

void startProbe(const std::shared_ptr<Places>& places, ProbeHandler handler) {
    places->first()->probe(std::move(handler));
}

session::MappingRequest Core::translate(GatewayLink& link, const Wanted& all) const {
    const MapRequest& wanted = all.mapping;
    session::MappingRequest request;
    request.remote = all.remote;
    request.protocol = wanted.protocol;
    request.internalPort = wanted.internalPort;
    request.suggestedPort = wanted.externalPort;
    request.suggestedAddress = wanted.externalAddress
                                   ? transport::toWire(*wanted.externalAddress)
                                   : wire::Address::anyLike(transport::toWire(link.link().localAddress()));
    request.lifetime = wanted.lifetime;
    request.nonce = wanted.nonce ? *wanted.nonce : nonceFor(link, wanted);
    request.preferFailure = wanted.preferFailure;
    request.filters = wanted.filters;
    if (wanted.thirdParty) {
        request.thirdParty = transport::toWire(*wanted.thirdParty);
    }
    request.thirdPartyId = wanted.thirdPartyId;
    request.wishes = {wanted.description, wanted.portSet, wanted.prefix64, wanted.checkpoint};
    return request;
}

Nonce Core::nonceFor(GatewayLink& link, const MapRequest& wanted) const {
    if (list_ && list_->ofOneServer) {
        // One nonce for all addresses of a server (RFC 7488 §3), whatever address of this host they are asked from.
        const net::ip::udp::endpoint& server = options_.servers.front().addresses.front();
        return identity_.nonce(
            {.gateway = transport::toWire(server.address()),
             .gatewayPort = server.port(),
             .internalAddress = wanted.thirdParty ? transport::toWire(*wanted.thirdParty) : wire::Address::anyV6(),
             .protocol = wanted.protocol,
             .internalPort = wanted.internalPort,
             .externalV4 = server.address().is_v4()});
    }
    const net::ip::address local = link.link().localAddress();
    return identity_.nonce({.gateway = transport::toWire(link.info().endpoint.address()),
                            .gatewayPort = link.info().endpoint.port(),
                            .internalAddress = transport::toWire(wanted.thirdParty.value_or(local)),
                            .protocol = wanted.protocol,
                            .internalPort = wanted.internalPort,
                            .externalV4 = local.is_v4()});
}

} // namespace portolan
