// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

module portolan.upnp;

import portolan.net;
import portolan.transport;

namespace portolan::upnp {

HttpCall::HttpCall(const net::any_io_executor& strand, const HttpLimits& limits, Handler handler)
    : socket_(strand), reader_(limits), handler_(std::move(handler)) {}

void HttpCall::start(const CallSource& source, const net::ip::tcp::endpoint& server, std::string octets) {
    octets_ = std::move(octets);
    net::error_code error = transport::open(socket_, server.protocol());
    if (!error && !source.device.empty()) {
        error = transport::bindTo(socket_, source.device);
    }
    if (!error) {
        socket_.bind({source.address, 0}, error);
    }
    if (error) {
        net::post(socket_.get_executor(), [self = shared_from_this(), error] { self->end(Error{error}); });
        return;
    }
    socket_.async_connect(server, [self = shared_from_this()](net::error_code failure) {
        failure ? self->end(Error{failure}) : self->send();
    });
}

void HttpCall::send() {
    net::async_write(socket_, net::buffer(octets_), [self = shared_from_this()](net::error_code error, std::size_t) {
        error ? self->end(Error{error}) : self->read();
    });
}

void HttpCall::read() {
    socket_.async_read_some(net::buffer(room_), [self = shared_from_this()](net::error_code error, std::size_t size) {
        if (error == net::error::eof) {
            const auto whole = self->reader_.handleEnd();
            self->end(whole ? result<HttpResponse>{self->reader_.take()} : result<HttpResponse>{whole.error()});
            return;
        }
        if (error) {
            self->end(Error{error});
            return;
        }
        const auto* const octets = reinterpret_cast<const std::uint8_t*>(self->room_.data());
        const auto done = self->reader_.handleOctets(wire::Bytes{octets, size});
        if (!done) {
            self->end(done.error());
        } else if (done.value()) {
            self->end(self->reader_.take());
        } else {
            self->read();
        }
    });
}

void HttpCall::end(result<HttpResponse> outcome) {
    const Handler handler = std::exchange(handler_, nullptr);
    cancel();
    if (handler) {
        handler(std::move(outcome));
    }
}

void HttpCall::cancel() {
    handler_ = nullptr;
    net::error_code ignored;
    socket_.close(ignored);
}

} // namespace portolan::upnp
