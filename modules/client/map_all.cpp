// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <deque>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan;

import :places;

// One wish at several places at once.

namespace portolan {

namespace {

/// What waits for the outcome of every place. All of it happens on the cores' strand.
class Gathering : public std::enable_shared_from_this<Gathering> {
public:
    Gathering(net::strand<net::any_io_executor> strand, AllHandler handler)
        : strand_(std::move(strand))
        , executor_(net::withWork(net::get_associated_executor(handler, strand_.get_inner_executor())))
        , handler_(std::move(handler)) {}

    /// One more place is asked; the handler is for its core.
    MapHandler expect(GatewayInfo gateway, Families families) {
        const std::size_t place = places_.size();
        places_.push_back({std::move(gateway), families, std::nullopt});
        return net::bind_cancellation_slot(
            signals_.emplace_back().slot(),
            net::bind_executor(strand_, [self = shared_from_this(), place](result<Mapping> mapping) {
                self->places_[place].mapping.emplace(std::move(mapping));
                self->endIfDone();
            }));
    }

    void fail(const Error& error) { complete(error); }

    /// Lets the caller's cancellation slot cancel all that is asked.
    void honourCancellation() {
        auto slot = net::get_associated_cancellation_slot(handler_);
        if (!slot.is_connected()) {
            return;
        }
        slot.assign([weak = weak_from_this()](net::cancellation_type type) {
            if (const auto self = weak.lock()) {
                net::post(self->strand_, [self, type] { self->cancel(type); });
            }
        });
    }

private:
    struct Asked {
        GatewayInfo gateway;
        Families families;
        std::optional<result<Mapping>> mapping;
    };

    void cancel(net::cancellation_type type) {
        cancelled_ = true;
        for (net::cancellation_signal& signal : signals_) {
            signal.emit(type);
        }
    }

    void endIfDone() {
        if (std::ranges::any_of(places_, [](const Asked& place) { return !place.mapping; })) {
            return;
        }
        if (cancelled_) {
            places_.clear(); // what was granted before is released with its handles
            complete(Error{Errc::cancelled});
            return;
        }
        if (std::ranges::none_of(places_, [](const Asked& place) { return place.mapping->has_value(); })) {
            complete(failureOfAll());
            return;
        }
        std::vector<Reached> reached;
        for (Asked& place : places_) {
            if (*place.mapping) {
                place.gateway = place.mapping->value().info().gateway;
            }
            reached.push_back({std::move(place.gateway), place.families, std::move(*place.mapping)});
        }
        complete(std::move(reached));
    }

    /// The first failure, and what became of the others.
    [[nodiscard]] Error failureOfAll() const {
        Error error = places_.front().mapping->error();
        for (std::size_t at = 1; at < places_.size(); ++at) {
            error.detail +=
                fmt::format("{}{}", error.detail.empty() ? "" : "; ", places_[at].mapping->error().message());
        }
        return error;
    }

    void complete(result<std::vector<Reached>> outcome) {
        net::post(strand_.get_inner_executor(),
                  [handler = std::move(handler_), executor = executor_, outcome = std::move(outcome)]() mutable {
                      executor.execute([handler = std::move(handler), outcome = std::move(outcome)]() mutable {
                          if (auto slot = net::get_associated_cancellation_slot(handler); slot.is_connected()) {
                              slot.clear();
                          }
                          std::move(handler)(std::move(outcome));
                      });
                  });
    }

    net::strand<net::any_io_executor> strand_;
    net::any_completion_executor executor_; ///< the caller's, with work
    AllHandler handler_;
    std::vector<Asked> places_;
    std::deque<net::cancellation_signal> signals_; ///< one for each place
    bool cancelled_ = false;
};

/// What is known of a place before it is asked.
GatewayInfo infoOf(const ClientOptions& options) {
    GatewayInfo info;
    info.interfaceName = options.interfaceName;
    if (options.gateway) {
        info.endpoint = *options.gateway;
    } else if (!options.servers.empty() && !options.servers.front().addresses.empty()) {
        info.endpoint = options.servers.front().addresses.front();
    }
    return info;
}

} // namespace

void Places::mapAll(MapRequest request, AllHandler handler) {
    const auto gathering = std::make_shared<Gathering>(strand_, std::move(handler));
    gathering->honourCancellation();
    net::post(strand_, [self = shared_from_this(), gathering, request = std::move(request)] {
        const auto places = self->look();
        if (!places) {
            gathering->fail(places.error());
            return;
        }
        std::vector<MapHandler> handlers;
        for (const Place& place : places.value()) { // all, before the first can complete
            handlers.push_back(gathering->expect(infoOf(place.options), place.options.families));
        }
        for (std::size_t at = 0; at < handlers.size(); ++at) {
            places.value()[at].core->map({request}, std::move(handlers[at]));
        }
    });
}

} // namespace portolan
