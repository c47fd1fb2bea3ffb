// SPDX-License-Identifier: MIT
module;

#include <boost/unordered/unordered_map.hpp>

export module portolan.simulator:table;

import portolan.std;
import portolan.wire;
import :endpoint;
import :mapping;

namespace portolan::simulator {

/// What rows are found by: a protocol and the internal or external endpoint, as they stand in the row.
struct TableKey {
    wire::Protocol protocol{};
    Endpoint endpoint;

    friend bool operator==(const TableKey&, const TableKey&) noexcept = default;
};

struct TableHash {
    std::size_t operator()(const TableKey& key) const noexcept;
    std::size_t operator()(const wire::Address& address) const noexcept;
};

/// The mapping table and its indexes. It knows no policy. Rows stay where they are until erased.
class Table {
public:
    /// Adds a row under an id of its own.
    Mapping& insert(Mapping row);
    void erase(MappingId id);
    void setExpiry(Mapping& row, TimePoint expiry);
    void setExternal(Mapping& row, const Endpoint& external);
    /// Makes a row count, or not count, as explicit.
    void setKind(Mapping& row, Kind kind);

    [[nodiscard]] Mapping* find(MappingId id) noexcept;

    [[nodiscard]] const std::map<MappingId, Mapping>& rows() const noexcept { return rows_; }

    /// The first row of that internal endpoint for which `accept` holds; null if none.
    template <class Accept>
    Mapping* findInternal(wire::Protocol protocol, const Endpoint& internal, Accept accept) const {
        return findIn(byInternal_, {protocol, internal}, accept);
    }

    /// The first row of that external endpoint for which `accept` holds; null if none.
    template <class Accept>
    Mapping* findExternal(wire::Protocol protocol, const Endpoint& external, Accept accept) const {
        return findIn(byExternal_, {protocol, external}, accept);
    }

    /// Calls `change` with every row of that internal endpoint; it may change anything but what rows are found by.
    template <class Function>
    void forEachInternal(wire::Protocol protocol, const Endpoint& internal, Function change) {
        const auto [from, to] = byInternal_.equal_range({protocol, internal});
        for (auto at = from; at != to; ++at) {
            change(*at->second);
        }
    }

    /// The row that expires first.
    [[nodiscard]] Mapping* nextToExpire() noexcept;
    [[nodiscard]] std::optional<TimePoint> nextExpiry() const noexcept;

    /// How many explicit mappings an internal host has; a port set counts once a port.
    [[nodiscard]] std::size_t explicitCount(const wire::Address& host) const noexcept;

private:
    using Index = boost::unordered_multimap<TableKey, Mapping*, TableHash>;

    template <class Accept>
    static Mapping* findIn(const Index& index, const TableKey& key, Accept& accept) {
        const auto [from, to] = index.equal_range(key);
        for (auto at = from; at != to; ++at) {
            if (accept(std::as_const(*at->second))) {
                return at->second;
            }
        }
        return nullptr;
    }

    /// A row stands in an index under each of its ports, of which `first` is the first.
    static void index(Index& index, const Endpoint& first, Mapping& row);
    static void unindex(Index& index, const Endpoint& first, const Mapping& row);
    void count(const Mapping& row, int change);

    std::map<MappingId, Mapping> rows_;
    Index byInternal_;
    Index byExternal_;
    std::set<std::pair<TimePoint, MappingId>> byExpiry_;
    boost::unordered_map<wire::Address, std::size_t, TableHash> explicitCounts_;
    MappingId nextId_ = 1;
};

} // namespace portolan::simulator
