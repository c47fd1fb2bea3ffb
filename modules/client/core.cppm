// SPDX-License-Identifier: MIT
module;

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

// What stands behind a client and its mappings: one strand, one timer, and the links to the gateways. Not exported.
export module portolan:core;

import portolan.error;
import portolan.net;
import portolan.session;
import portolan.transport;
import :types;
import :mapping;
import :gateway_link;

namespace portolan {

/// Lives as long as a client, a mapping's handle, or anything still to be done for one that is gone: a pending timer
/// keeps it alive while a session has anything to do. The public functions may be called from any thread; all else
/// happens on the strand.
class Core : public std::enable_shared_from_this<Core> {
public:
    Core(const net::any_io_executor& executor, ClientOptions options);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    void map(MapRequest request, MapHandler handler);
    void unmap(const UnmapRequest& request, ReleaseHandler handler);
    void externalAddress(AddressHandler handler);
    void release(MappingKey key, ReleaseHandler handler);
    void drop(MappingKey key);
    void detach(MappingKey key);
    [[nodiscard]] MappingInfo info(const MappingKey& key) const;

private:
    using LinkPtr = std::shared_ptr<GatewayLink>;

    /// Takes a caller's handler: gives it a name, and lets its cancellation slot call `cancel`.
    template <class Handler>
    Waiting<Handler> accept(Handler handler);
    /// Calls a caller's handler, later and on its own executor.
    template <class Handler, class Result>
    void complete(Waiting<Handler> waiting, Result outcome);
    void cancel(OperationId id);

    // core.cpp: mappings
    void doMap(const MapRequest& request, Waiting<MapHandler> waiting);
    void doUnmap(const UnmapRequest& request, Waiting<ReleaseHandler> waiting);
    session::MappingRequest translate(GatewayLink& link, const MapRequest& request) const;
    [[nodiscard]] Nonce nonceFor(GatewayLink& link, const MapRequest& request) const;
    void doRelease(const MappingKey& key, std::optional<Waiting<ReleaseHandler>> waiting);
    void abandon(const LinkPtr& link, session::MappingId id, const Error& error);
    void forget(const LinkPtr& link, session::MappingId id);
    void setDeadline(const LinkPtr& link, session::MappingId id, Entry& entry, session::TimePoint when);
    void clearDeadline(const LinkPtr& link, session::MappingId id, Entry& entry);
    void deadlinePassed(const LinkPtr& link, session::MappingId id);

    // core_address.cpp: the gateway to ask, and its external address
    result<LinkPtr> chooseLink();
    result<LinkPtr> linkTo(GatewayInfo info, std::optional<net::ip::address> source);
    void doExternalAddress(Waiting<AddressHandler> waiting);
    result<void> queryAddress(GatewayLink& link);
    void addressAnswered(GatewayLink& link, const session::Event& event);
    void finishAddress(GatewayLink& link, const result<net::ip::address>& outcome);

    // core_events.cpp: what the sessions report, and the timer
    void pump();
    void drainEvents(const LinkPtr& link);
    void handleEvent(const LinkPtr& link, const session::Event& event);
    void mapped(const LinkPtr& link, const session::Event& event, Entry& entry);
    void armTimer();
    void timerExpired();

    net::strand<net::any_io_executor> strand_;
    net::steady_timer timer_;
    std::optional<session::TimePoint> armedFor_;
    ClientOptions options_;
    std::vector<LinkPtr> links_;
    std::set<std::pair<session::TimePoint, std::pair<LinkPtr, session::MappingId>>> deadlines_;
    mutable std::mutex mutex_; ///< guards every `Entry::info`, and the map of entries against `info()`
    std::atomic<std::uint64_t> nextOperation_ = 0;
};

template <class Handler>
Waiting<Handler> Core::accept(Handler handler) {
    const OperationId id{nextOperation_++};
    auto executor = net::withWork(net::get_associated_executor(handler, strand_.get_inner_executor()));
    if (auto slot = net::get_associated_cancellation_slot(handler); slot.is_connected()) {
        slot.assign([weak = weak_from_this(), id](net::cancellation_type) {
            if (const auto self = weak.lock()) {
                net::post(self->strand_, [self, id] { self->cancel(id); });
            }
        });
    }
    return {id, std::move(handler), std::move(executor)};
}

template <class Handler, class Result>
void Core::complete(Waiting<Handler> waiting, Result outcome) {
    // First off the strand, so that a caller who goes on at once does not keep others on it waiting.
    net::post(strand_.get_inner_executor(), [waiting = std::move(waiting), outcome = std::move(outcome)]() mutable {
        const net::any_completion_executor executor = waiting.executor;
        executor.execute([waiting = std::move(waiting), outcome = std::move(outcome)]() mutable {
            if (auto slot = net::get_associated_cancellation_slot(waiting.handler); slot.is_connected()) {
                slot.clear();
            }
            std::move(waiting.handler)(std::move(outcome));
        });
    });
}

} // namespace portolan
