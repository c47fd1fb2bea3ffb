// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

module portolan.gateway;

namespace portolan::gateway {

namespace {

Family familyOf(const wire::Address& address) noexcept {
    return address.isV4() ? Family::v4 : Family::v6;
}

bool isUp(const Snapshot& snapshot, std::uint32_t index) {
    return std::ranges::any_of(snapshot.interfaces,
                               [&](const Interface& candidate) { return candidate.index == index && candidate.up; });
}

/// Tells of every interface that is up in `here` and not in `there`.
void compareInterfaces(const Snapshot& here, const Snapshot& there, ChangeKind kind, std::vector<Change>& to) {
    for (const Interface& interface : here.interfaces) {
        if (interface.up && !isUp(there, interface.index)) {
            to.push_back({.kind = kind, .interfaceIndex = interface.index});
        }
    }
}

/// How good an address is to have. Better ones are greater.
enum class Worth : std::uint8_t { none, deprecated, preferred };

Worth worthOf(const LocalAddress& row) noexcept {
    if (!row.usable) {
        return Worth::none;
    }
    return row.deprecated ? Worth::deprecated : Worth::preferred;
}

Worth worthOf(const Snapshot& snapshot, const LocalAddress& wanted) {
    const auto row = std::ranges::find_if(snapshot.addresses, [&](const LocalAddress& candidate) {
        return candidate.address == wanted.address && candidate.interfaceIndex == wanted.interfaceIndex;
    });
    return row == snapshot.addresses.end() ? Worth::none : worthOf(*row);
}

void compareAddresses(const Snapshot& before, const Snapshot& after, std::vector<Change>& to) {
    for (const LocalAddress& row : before.addresses) {
        const Worth was = worthOf(row);
        const Worth is = worthOf(after, row);
        if (is < was) {
            to.push_back({.kind = is == Worth::none ? ChangeKind::addressRemoved : ChangeKind::addressDeprecated,
                          .family = familyOf(row.address),
                          .interfaceIndex = row.interfaceIndex,
                          .addressBefore = row.address});
        }
    }
    for (const LocalAddress& row : after.addresses) {
        if (worthOf(before, row) < worthOf(row)) {
            to.push_back({.kind = ChangeKind::addressAdded,
                          .family = familyOf(row.address),
                          .interfaceIndex = row.interfaceIndex,
                          .addressAfter = row.address});
        }
    }
}

/// Whether both are the same way: a change of metric makes no other gateway of one.
bool sameWay(const Gateway& a, const Gateway& b) {
    return a.family == b.family && a.address == b.address && a.interfaceIndex == b.interfaceIndex;
}

std::optional<Gateway> bestOf(const Snapshot& snapshot, Family family) {
    const auto found =
        std::ranges::find_if(snapshot.gateways, [&](const Gateway& gateway) { return gateway.family == family; });
    return found == snapshot.gateways.end() ? std::nullopt : std::optional{*found};
}

bool has(const Snapshot& snapshot, const Gateway& wanted) {
    return std::ranges::any_of(snapshot.gateways, [&](const Gateway& gateway) { return sameWay(gateway, wanted); });
}

/// Tells of every gateway of `here` that `there` lacks, but `best`, of which was told already.
void compareOthers(const Snapshot& here, const Snapshot& there, const std::optional<Gateway>& best, ChangeKind kind,
                   Family family, std::vector<Change>& to) {
    for (const Gateway& gateway : here.gateways) {
        if (gateway.family == family && !(best && sameWay(gateway, *best)) && !has(there, gateway)) {
            const bool added = kind == ChangeKind::gatewayAdded;
            to.push_back({.kind = kind,
                          .family = family,
                          .interfaceIndex = gateway.interfaceIndex,
                          .gatewayBefore = added ? std::nullopt : std::optional{gateway},
                          .gatewayAfter = added ? std::optional{gateway} : std::nullopt});
        }
    }
}

void compareGateways(const Snapshot& before, const Snapshot& after, Family family, std::vector<Change>& to) {
    const auto was = bestOf(before, family);
    const auto is = bestOf(after, family);
    const bool same = was && is && sameWay(*was, *is);
    if (!same && (was || is)) {
        const ChangeKind kind = !was  ? ChangeKind::gatewayAdded
                                : !is ? ChangeKind::gatewayRemoved
                                      : ChangeKind::gatewayReplaced;
        to.push_back({.kind = kind,
                      .family = family,
                      .interfaceIndex = (is ? *is : *was).interfaceIndex,
                      .gatewayBefore = was,
                      .gatewayAfter = is});
    }
    compareOthers(before, after, was, ChangeKind::gatewayRemoved, family, to);
    compareOthers(after, before, is, ChangeKind::gatewayAdded, family, to);
}

void compareSources(Family family, const std::optional<wire::Address>& before,
                    const std::optional<wire::Address>& after, std::vector<Change>& to) {
    if (before != after) {
        to.push_back(
            {.kind = ChangeKind::sourceChanged, .family = family, .addressBefore = before, .addressAfter = after});
    }
}

} // namespace

std::vector<Change> compare(const Snapshot& before, const Snapshot& after) {
    std::vector<Change> changes;
    compareInterfaces(before, after, ChangeKind::interfaceDown, changes);
    compareInterfaces(after, before, ChangeKind::interfaceUp, changes);
    compareAddresses(before, after, changes);
    for (const Family family : {Family::v4, Family::v6}) {
        compareGateways(before, after, family, changes);
    }
    compareSources(Family::v4, before.sourceV4, after.sourceV4, changes);
    compareSources(Family::v6, before.sourceV6, after.sourceV6, changes);
    return changes;
}

} // namespace portolan::gateway
