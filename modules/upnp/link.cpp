// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

module portolan.upnp;

import portolan.net;
import portolan.transport;

namespace portolan::upnp {

namespace {

/// At most so many datagrams are taken in one go, so that a flood does not keep others on the strand waiting.
constexpr unsigned drainLimit = 64;

Config pointConfig(const LinkConfig& link) {
    Config config = link.point;
    config.gateway = transport::toWire(link.gateway);
    config.clientAddress = transport::toWire(link.source);
    config.waitForTurn = link.turns != nullptr;
    std::array<std::uint8_t, sizeof config.seed> octets{};
    transport::fillRandom(octets);
    std::memcpy(&config.seed, octets.data(), octets.size());
    return config;
}

} // namespace

void SearchTurns::join(const std::shared_ptr<Link>& link) {
    for (const std::weak_ptr<Link>& other : waiting_) {
        if (other.lock() == link) {
            return;
        }
    }
    waiting_.push_back(link);
    serve();
}

void SearchTurns::leave(const Link& link) {
    const auto holder = holder_.lock();
    if (!holder || holder.get() == &link) {
        holder_.reset();
        serve();
    }
}

void SearchTurns::serve() {
    while (holder_.expired() && !waiting_.empty()) {
        const auto next = waiting_.front().lock();
        waiting_.pop_front();
        if (next && next->point().stage() == Stage::waiting) {
            holder_ = next;
            next->handleSearchTurn();
        }
    }
}

Link::Link(net::any_io_executor strand, const LinkConfig& config, std::function<void()> onActivity)
    : strand_(std::move(strand))
    , config_(config)
    , onActivity_(std::move(onActivity))
    , point_(pointConfig(config))
    , search_(strand_)
    , announcements_(strand_) {}

net::error_code Link::openSearch() {
    net::error_code error = transport::open(search_, config_.source.is_v4() ? net::ip::udp::v4() : net::ip::udp::v6());
    if (!error) {
        search_.non_blocking(true, error);
    }
    if (!error && !config_.device.empty()) {
        error = transport::bindTo(search_, config_.device);
    }
    if (!error && config_.interfaceIndex != 0) {
        transport::sendBy(search_, config_.source.is_v4() ? net::ip::udp::v4() : net::ip::udp::v6(),
                          config_.interfaceIndex);
    }
    if (!error) {
        search_.bind({config_.source, 0}, error);
    }
    if (!error && config_.source.is_v4()) {
        search_.set_option(net::ip::multicast::outbound_interface{config_.source.to_v4()}, error);
    } else if (!error && config_.interfaceIndex != 0) {
        search_.set_option(net::ip::multicast::outbound_interface{config_.interfaceIndex}, error);
    }
    return error;
}

net::error_code Link::openAnnouncements() {
    const bool v4 = config_.source.is_v4();
    const net::ip::address group = transport::toAsio(v4 ? ssdpGroupV4 : ssdpGroupV6, config_.interfaceIndex);
    const net::ip::udp::endpoint local{
        v4 ? group : net::ip::address{net::ip::address_v6{group.to_v6().to_bytes(), config_.interfaceIndex}},
        config_.announcementPort};
    net::error_code error = transport::open(announcements_, local.protocol());
    if (!error) {
        announcements_.non_blocking(true, error);
    }
    if (!error && !config_.device.empty()) {
        error = transport::bindTo(announcements_, config_.device);
    }
    if (!error) {
        announcements_.set_option(net::socket_base::reuse_address{true}, error);
    }
    if (!error) {
        // To the group, not to any address: what was sent to this host alone is no announcement.
        announcements_.bind(local, error);
    }
    if (!error && v4) {
        announcements_.set_option(net::ip::multicast::join_group{group.to_v4(), config_.source.to_v4()}, error);
    } else if (!error) {
        announcements_.set_option(net::ip::multicast::join_group{group.to_v6(), config_.interfaceIndex}, error);
    }
    return error;
}

result<void> Link::open() {
    if (search_.is_open()) {
        return boost::outcome_v2::success();
    }
    if (const net::error_code error = openSearch()) {
        close();
        return Error{error, fmt::format("cannot search for {} from here", config_.gateway.to_string())};
    }
    announcementError_.reset();
    if (config_.announcementPort != 0) {
        if (const net::error_code error = openAnnouncements()) {
            announcementError_ = error;
            net::error_code ignored;
            announcements_.close(ignored);
        } else {
            wait(announcements_);
        }
    }
    wait(search_);
    return boost::outcome_v2::success();
}

void Link::close() {
    ++generation_;
    if (call_) {
        call_->cancel();
        call_.reset();
    }
    if (config_.turns) {
        config_.turns->leave(*this);
    }
    net::error_code ignored;
    search_.close(ignored);
    announcements_.close(ignored);
}

void Link::wait(net::ip::udp::socket& socket) {
    socket.async_wait(net::socket_base::wait_read,
                      [self = shared_from_this(), &socket, generation = generation_](net::error_code error) {
                          if (error || generation != self->generation_) {
                              return; // closed, and perhaps opened again since
                          }
                          self->drain(socket);
                          if (generation == self->generation_) {
                              self->wait(socket);
                          }
                      });
}

void Link::drain(net::ip::udp::socket& socket) {
    for (unsigned taken = 0; taken < drainLimit; ++taken) {
        net::error_code error;
        net::ip::udp::endpoint from;
        const std::size_t size = socket.receive_from(net::buffer(room_), from, 0, error);
        if (error == net::error::would_block) {
            break;
        }
        if (!error) {
            show(transport::Direction::received, socket, from, wire::Bytes{room_}.first(size));
            point_.handleDatagram(transport::now(), {transport::toWire(from.address()), from.port()},
                                  wire::Bytes{room_}.first(size));
        }
    }
    flush();
    onActivity_();
}

void Link::show(transport::Direction direction, const net::ip::udp::socket& socket,
                const net::ip::udp::endpoint& remote, wire::Bytes datagram) const {
    if (config_.onDatagram) {
        net::error_code ignored;
        config_.onDatagram(direction, socket.local_endpoint(ignored), remote, datagram);
    }
}

net::ip::address Link::addressOf(const wire::Address& address) const {
    if (address == point_.config().gateway) {
        return config_.gateway; // with its scope
    }
    return transport::toAsio(address, config_.interfaceIndex);
}

void Link::flush() {
    if (!search_.is_open()) {
        return;
    }
    if (config_.turns && point_.stage() == Stage::waiting) {
        config_.turns->join(shared_from_this());
    } else if (config_.turns && point_.stage() != Stage::searching) {
        config_.turns->leave(*this);
    }
    while (const auto datagram = point_.pollDatagram()) {
        const net::ip::udp::endpoint to{addressOf(datagram->to.address), datagram->to.port};
        net::error_code error; // it is sent again, and that nobody answers is told
        search_.send_to(net::buffer(datagram->octets), to, 0, error);
        if (!error) {
            const auto* const octets = reinterpret_cast<const std::uint8_t*>(datagram->octets.data());
            show(transport::Direction::sent, search_, to, {octets, datagram->octets.size()});
        }
    }
    if (call_ && !point_.isUnderWay(callId_)) {
        call_->cancel();
        call_.reset();
    }
    call();
}

void Link::call() {
    auto exchange = point_.pollExchange(transport::now());
    if (!exchange) {
        return;
    }
    callId_ = exchange->id;
    call_ = std::make_shared<HttpCall>(
        strand_, exchange->limits, [weak = weak_from_this(), id = exchange->id](const result<HttpResponse>& answer) {
            const auto self = weak.lock();
            if (!self || !self->isOpen()) {
                return;
            }
            self->call_.reset();
            if (answer) {
                self->point_.handleResponse(transport::now(), id, answer.value());
            } else {
                self->point_.handleFailure(transport::now(), id, answer.error().code);
            }
            self->flush();
            self->onActivity_();
        });
    call_->start({config_.source, config_.device}, {addressOf(exchange->url.host), exchange->url.port},
                 std::move(exchange->octets));
}

void Link::handleTimeout(TimePoint now) {
    point_.handleTimeout(now);
    flush();
}

void Link::handleSearchTurn() {
    point_.handleSearchTurn(transport::now());
    flush();
    onActivity_();
}

} // namespace portolan::upnp
