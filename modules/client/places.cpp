// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array> // the comparison of addresses
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

module portolan;

import portolan.gateway;
import portolan.servers;
import portolan.transport;
import :places;

namespace portolan {

namespace {

gateway::Family familyOf(Families families) {
    return families == Families::v4 ? gateway::Family::v4 : gateway::Family::v6;
}

bool hasFamily(const PcpServer& server, Families families) {
    return std::ranges::any_of(server.addresses, [&](const net::ip::udp::endpoint& endpoint) {
        return endpoint.address().is_v4() == (families == Families::v4);
    });
}

/// These options for each family that they want, IPv4 first.
template <class Wanted>
void addFamilies(std::vector<ClientOptions>& places, ClientOptions options, Wanted isThere) {
    if (options.families != Families::both) {
        places.push_back(std::move(options));
        return;
    }
    for (const Families families : {Families::v4, Families::v6}) {
        options.families = families;
        if (isThere(families)) {
            places.push_back(options);
        }
    }
}

void addServers(std::vector<ClientOptions>& places, const ClientOptions& options, std::span<const PcpServer> servers) {
    for (const PcpServer& server : servers) {
        ClientOptions place = options;
        place.servers = {server};
        if (!server.interfaceName.empty()) {
            place.interfaceName = server.interfaceName;
        }
        // Where it has one family alone, that has to do: it says how the other one is asked for, if anybody does.
        const bool isMixed = hasFamily(server, Families::v4) && hasFamily(server, Families::v6);
        if (place.families == Families::both && !isMixed) {
            place.families = Families::any;
        }
        addFamilies(places, std::move(place), [](Families) { return true; });
    }
}

/// Each gateway of a family by its interface, so that what is held there moves with the interface's own default route;
/// a further one of an interface by its address.
void addAllGateways(std::vector<ClientOptions>& places, const ClientOptions& options, Families families,
                    std::span<const gateway::Gateway> ranked) {
    std::vector<const gateway::Gateway*> seen;
    for (const gateway::Gateway& gateway : ranked) {
        const bool isOther = !options.interfaceName.empty() && gateway.interfaceName != options.interfaceName;
        if (gateway.family != familyOf(families) || isOther) {
            continue;
        }
        const auto sameLink = [&](const gateway::Gateway* one) {
            return one->interfaceIndex == gateway.interfaceIndex;
        };
        const auto same = [&](const gateway::Gateway* one) { return sameLink(one) && one->address == gateway.address; };
        if (std::ranges::any_of(seen, same)) {
            continue; // a split route, or one of another table
        }
        ClientOptions place = options;
        place.families = families;
        place.interfaceName = gateway.interfaceName;
        if (std::ranges::any_of(seen, sameLink)) {
            if (!gateway.address) {
                continue;
            }
            place.gateway.emplace(transport::toAsio(*gateway.address, gateway.interfaceIndex), wire::serverPort);
        }
        seen.push_back(&gateway);
        places.push_back(std::move(place));
    }
}

/// Whether the places depend on what this host's routing table or its DHCP clients say.
bool looksUp(const ClientOptions& options) {
    return !options.gateway && options.servers.empty() && (options.dhcp || options.gateways == Gateways::all);
}

bool isSamePlace(const ClientOptions& a, const ClientOptions& b) {
    return a.gateway == b.gateway && a.servers == b.servers && a.interfaceName == b.interfaceName &&
           a.families == b.families;
}

} // namespace

std::vector<ClientOptions> placesOf(const ClientOptions& options, std::span<const gateway::Gateway> ranked,
                                    std::span<const PcpServer> learned) {
    std::vector<ClientOptions> places;
    if (options.gateway) {
        places.push_back(options);
    } else if (!options.servers.empty() || !learned.empty()) {
        addServers(places, options, options.servers.empty() ? learned : std::span{options.servers});
    } else if (options.gateways == Gateways::preferred) {
        addFamilies(places, options, [](Families) { return true; });
    } else {
        const bool any = options.families == Families::any;
        if (any || options.families != Families::v6) {
            addAllGateways(places, options, Families::v4, ranked);
        }
        if ((any && places.empty()) || options.families == Families::v6 || options.families == Families::both) {
            addAllGateways(places, options, Families::v6, ranked);
        }
    }
    // Named or learned twice, it is one place all the same.
    std::vector<ClientOptions> different;
    for (ClientOptions& place : places) {
        if (std::ranges::none_of(different, [&](const ClientOptions& one) { return isSamePlace(one, place); })) {
            different.push_back(std::move(place));
        }
    }
    return different;
}

std::vector<PcpServer> learnedByDhcp() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    std::vector<PcpServer> all;
    for (servers::LearnedServer& learned : servers::learnedServers(now)) {
        const std::uint32_t index =
            learned.interfaceIndex != 0 ? learned.interfaceIndex : gateway::interfaceIndex(learned.interfaceName);
        PcpServer server;
        server.interfaceName =
            learned.interfaceName.empty() ? gateway::interfaceName(index) : std::move(learned.interfaceName);
        if (index == 0 || server.interfaceName.empty()) {
            continue; // of an interface that is gone
        }
        std::ranges::transform(learned.addresses, std::back_inserter(server.addresses),
                               [&](const wire::Address& address) {
                                   return net::ip::udp::endpoint{transport::toAsio(address, index), wire::serverPort};
                               });
        all.push_back(std::move(server));
    }
    return all;
}

Places::Places(const net::any_io_executor& executor, ClientOptions options)
    : executor_(executor)
    , strand_(net::make_strand(executor))
    , turns_(std::make_shared<TurnsByInterface>())
    , options_(std::move(options)) {
    if (!options_.identity) {
        options_.identity = Identity::random(); // one for all cores
    }
    if (!looksUp(options_)) {
        fixed_ = coreFor(placesOf(options_, {}, {}).front());
    }
}

std::shared_ptr<Core> Places::coreFor(const ClientOptions& options) {
    const std::lock_guard lock{mutex_};
    const auto known =
        std::ranges::find_if(known_, [&](const Place& place) { return isSamePlace(place.options, options); });
    if (known != known_.end()) {
        return known->core;
    }
    known_.push_back({options, std::make_shared<Core>(strand_, options, turns_)});
    return known_.back().core;
}

result<std::vector<ClientOptions>> places(const ClientOptions& options) {
    std::vector<PcpServer> learned;
    if (options.dhcp && looksUp(options)) {
        learned = learnedByDhcp();
    }
    std::vector<gateway::Gateway> ranked;
    if (looksUp(options) && learned.empty() && options.gateways == Gateways::all) {
        BOOST_OUTCOME_TRY(ranked, gateway::gateways());
    }
    std::vector<ClientOptions> places = placesOf(options, ranked, learned);
    if (places.empty()) {
        places.push_back(options); // whose client says why there is none
    }
    return places;
}

/// A host that moves from network to network would gather places for ever.
void Places::forgetOthers(std::span<const ClientOptions> current) {
    const std::lock_guard lock{mutex_};
    std::erase_if(known_, [&](const Place& place) {
        const bool isCurrent =
            std::ranges::any_of(current, [&](const ClientOptions& one) { return isSamePlace(one, place.options); });
        return !isCurrent && place.core.use_count() == 1; // nothing is held there, or still to be done
    });
}

result<std::vector<Places::Place>> Places::look() {
    BOOST_OUTCOME_TRY(const std::vector<ClientOptions> all, places(options_));
    std::vector<Place> found;
    for (const ClientOptions& one : all) {
        found.push_back({one, coreFor(one)});
    }
    forgetOthers(all);
    return found;
}

std::shared_ptr<Core> Places::first() {
    if (fixed_) {
        return fixed_;
    }
    const auto all = places(options_);
    return coreFor(all ? all.value().front() : options_);
}

} // namespace portolan
