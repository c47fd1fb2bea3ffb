// SPDX-License-Identifier: MIT
/// For tests on real loopback sockets: runs a script, and plays the hosts around the gateway.
export module portolan.simulator.stage;

import portolan.std;
export import portolan.net;
export import portolan.simulator;

export namespace portolan::simulator::stage {

using net::ip::tcp;
using net::ip::udp;

/// Runs `script`, a coroutine, to its end; throws what it throws. Time is bounded only to end a test that hangs.
template <class Script>
void play(net::io_context& context, Script script) {
    bool done = false;
    std::exception_ptr failure;
    net::co_spawn(context, script(), [&](std::exception_ptr thrown) {
        done = true;
        failure = std::move(thrown);
    });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!done && context.run_one_until(deadline) > 0) {
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (!done) {
        throw std::runtime_error{"the script did not end"};
    }
}

/// A host on 127.0.0.1 that asks the gateway.
class Host {
public:
    Host(net::io_context& context, const udp::endpoint& gateway)
        : socket_(context, udp::endpoint{gateway.address(), 0}) {
        socket_.connect(gateway);
    }

    /// Sends a request and waits for the answer.
    net::awaitable<std::vector<std::uint8_t>> ask(std::vector<std::uint8_t> request) {
        co_await socket_.async_send(net::buffer(request), net::useAwaitable);
        co_return co_await hear();
    }

    /// Waits for a datagram.
    net::awaitable<std::vector<std::uint8_t>> hear() {
        std::vector<std::uint8_t> answer(2048);
        answer.resize(co_await socket_.async_receive(net::buffer(answer), net::useAwaitable));
        co_return answer;
    }

    /// Asks for a mapping (lifetime 0: for its end) and returns the gateway's answer.
    net::awaitable<wire::MapResponse> map(wire::MapRequest request) {
        request.clientAddress = toEndpoint(socket_.local_endpoint()).address;
        std::array<std::uint8_t, wire::maxMessageSize> room{};
        const std::size_t size = encode(request, room).value();
        kept_ = co_await ask({room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)});
        co_return wire::decodeMapResponse(kept_).value();
    }

    [[nodiscard]] udp::endpoint endpoint() const { return socket_.local_endpoint(); }

private:
    udp::socket socket_;
    std::vector<std::uint8_t> kept_; ///< what the last response's options view
};

/// A request to map a port of the asking host for an hour.
[[nodiscard]] inline wire::MapRequest mapRequest(wire::Protocol protocol, std::uint16_t internalPort) {
    return {.lifetimeSeconds = 3600,
            .clientAddress = {},
            .nonce = {{1, 2, 3}},
            .protocol = protocol,
            .internalPort = internalPort,
            .suggestedPort = 0,
            .suggestedAddress = wire::Address::anyV4(),
            .options = {}};
}

/// Reads exactly that many octets of a stream.
inline net::awaitable<std::string> read(tcp::socket& socket, std::size_t size) {
    std::string text(size, '\0');
    co_await net::async_read(socket, net::buffer(text), net::useAwaitable);
    co_return text;
}

inline net::awaitable<void> write(tcp::socket& socket, std::string text) {
    co_await net::async_write(socket, net::buffer(text), net::useAwaitable);
}

} // namespace portolan::simulator::stage
