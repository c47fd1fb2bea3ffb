// SPDX-License-Identifier: MIT
module;

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

// All records of a session, found by id, by what a response says, by where their exchange stands, or by whose
// deadline is next. Not exported.
export module portolan.session:table;

import portolan.std;
import portolan.error;
import :time;
import :types;
import :record;
import :record_list;
import :timer_heap;

namespace portolan::session {

struct RecordKeyHash {
    std::size_t operator()(const RecordKey& key) const noexcept {
        std::size_t seed = static_cast<std::size_t>(key.internalPort) << 16 |
                           static_cast<std::size_t>(key.protocol) << 8 | static_cast<std::size_t>(key.externalV4);
        if (key.internalAddress != wire::Address{}) {
            boost::hash_range(seed, key.internalAddress.octets.begin(), key.internalAddress.octets.end());
        }
        return boost::hash<std::size_t>{}(seed);
    }
};

struct PeerKeyHash {
    std::size_t operator()(const PeerKey& key) const noexcept {
        std::size_t seed = RecordKeyHash{}(key.local);
        boost::hash_combine(seed, key.remote.port);
        boost::hash_range(seed, key.remote.address.octets.begin(), key.remote.address.octets.end());
        return seed;
    }
};

struct NamedKeyHash {
    std::size_t operator()(const NamedKey& key) const noexcept {
        std::size_t seed = PeerKeyHash{}({key.local, key.remote});
        boost::hash_range(seed, key.thirdPartyId.begin(), key.thirdPartyId.end());
        return seed;
    }
};

class Table {
public:
    using Index = std::uint32_t;

    /// A fresh record under this key, idle, or nothing if the key is taken.
    std::optional<Index> add(const FullKey& key) {
        if (!key.thirdPartyId.empty()) {
            return add(named_, nameOf(key));
        }
        return key.remote ? add(peers_, PeerKey{key.local, *key.remote}) : add(index_, key.local);
    }

    void remove(Index at) {
        heap_.clear(records_, at);
        list(records_[at].exchange).remove(records_, at);
        if (const FullKey key = keyOf(records_[at]); !key.thirdPartyId.empty()) {
            named_.erase(nameOf(key));
        } else if (key.remote) {
            peers_.erase({key.local, *key.remote});
        } else {
            index_.erase(key.local);
        }
        const std::uint32_t generation = records_[at].generation + 1;
        records_[at] = Record{};
        records_[at].generation = generation;
        free_.push_back(at);
    }

    [[nodiscard]] Record& operator[](Index at) noexcept { return records_[at]; }

    [[nodiscard]] const Record& operator[](Index at) const noexcept { return records_[at]; }

    [[nodiscard]] MappingId idOf(Index at) const noexcept {
        return static_cast<MappingId>(std::uint64_t{records_[at].generation} << 32 | at);
    }

    [[nodiscard]] std::optional<Index> find(MappingId id) const noexcept {
        const auto value = static_cast<std::uint64_t>(id);
        const auto at = static_cast<Index>(value);
        if (at >= records_.size() || records_[at].phase == Phase::free || records_[at].generation != value >> 32) {
            return std::nullopt;
        }
        return at;
    }

    [[nodiscard]] std::optional<Index> find(const FullKey& key) const {
        if (!key.thirdPartyId.empty()) {
            return find(named_, nameOf(key));
        }
        return key.remote ? find(peers_, PeerKey{key.local, *key.remote}) : find(index_, key.local);
    }

    /// Says where the record's exchange stands, and puts it last among those that stand there.
    void move(Index at, Exchange to) noexcept {
        list(records_[at].exchange).remove(records_, at);
        records_[at].exchange = to;
        list(to).append(records_, at);
    }

    [[nodiscard]] const RecordList& in(Exchange exchange) const noexcept {
        return lists_[static_cast<std::size_t>(exchange)];
    }

    /// The records of an exchange as they are now, whatever becomes of them meanwhile.
    [[nodiscard]] std::vector<Index> snapshot(Exchange exchange) const {
        std::vector<Index> all;
        all.reserve(in(exchange).size());
        for (Index at = in (exchange).empty() ? nowhere : in(exchange).front(); at != nowhere; at = records_[at].next) {
            all.push_back(at);
        }
        return all;
    }

    void setDeadline(Index at, TimePoint deadline) { heap_.set(records_, at, deadline); }

    void clearDeadline(Index at) noexcept { heap_.clear(records_, at); }

    [[nodiscard]] std::optional<TimePoint> nextDeadline() const noexcept {
        return heap_.empty() ? std::nullopt : std::optional{records_[heap_.top()].deadline};
    }

    /// The record whose deadline is due, if any.
    [[nodiscard]] std::optional<Index> due(TimePoint now) const noexcept {
        return !heap_.empty() && records_[heap_.top()].deadline <= now ? std::optional{heap_.top()} : std::nullopt;
    }

    [[nodiscard]] std::size_t size() const noexcept { return index_.size() + peers_.size() + named_.size(); }

    /// One more than the largest index; a record below it may be `Phase::free`.
    [[nodiscard]] Index capacity() const noexcept { return static_cast<Index>(records_.size()); }

    /// Valid for as long as the record is.
    [[nodiscard]] static FullKey keyOf(const Record& record) noexcept {
        FullKey key{{{}, record.internalPort, record.protocol, record.keyV4}};
        if (record.extras) {
            key.local.internalAddress = record.extras->thirdParty.value_or(wire::Address{});
            key.remote = record.extras->remote;
            key.thirdPartyId = record.extras->thirdPartyId;
        }
        return key;
    }

private:
    [[nodiscard]] static NamedKey nameOf(const FullKey& key) {
        return {key.local, key.remote.value_or(Endpoint{}), {key.thirdPartyId.begin(), key.thirdPartyId.end()}};
    }

    template <class Map, class Key>
    static std::optional<Index> find(const Map& map, const Key& key) {
        const auto found = map.find(key);
        return found == map.end() ? std::nullopt : std::optional{found->second};
    }

    template <class Map, class Key>
    std::optional<Index> add(Map& map, const Key& key) {
        if (map.contains(key)) {
            return std::nullopt;
        }
        if (free_.empty()) {
            free_.push_back(static_cast<Index>(records_.size()));
            records_.emplace_back();
        }
        const Index at = free_.back();
        map.emplace(key, at);
        free_.pop_back();
        list(Exchange::idle).append(records_, at);
        return at;
    }

    [[nodiscard]] RecordList& list(Exchange exchange) noexcept { return lists_[static_cast<std::size_t>(exchange)]; }

    std::vector<Record> records_;
    std::vector<Index> free_;
    boost::unordered_flat_map<RecordKey, Index, RecordKeyHash> index_;
    // Apart, as their keys are larger, and seldom there.
    boost::unordered_flat_map<PeerKey, Index, PeerKeyHash> peers_;
    boost::unordered_flat_map<NamedKey, Index, NamedKeyHash> named_;
    std::array<RecordList, exchangeCount> lists_;
    TimerHeap heap_;
};

} // namespace portolan::session
