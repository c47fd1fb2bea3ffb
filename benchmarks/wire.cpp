// SPDX-License-Identifier: MIT
#include <array>
#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <span>

#include "allocations.hpp"

import portolan.wire;

// The codec beside the plainest thing that could be done with the same octets: one call of libc's memcpy. The number
// at the end of each name is the size of the datagram; `scripts/bench` prints the ratio of the two.

using namespace portolan::wire;
using portolan::bench::allocations;

namespace {

using Packet = std::array<std::uint8_t, maxMessageSize>;

constexpr Address client = Address::v4(192, 168, 1, 57);
constexpr Address external = Address::v4(203, 0, 113, 45);
constexpr Address peer = Address::v4(198, 51, 100, 7);
constexpr Nonce nonce{{0x4f, 0x2a, 0x9c, 0x01, 0x7b, 0xe3, 0xd8, 0x56, 0x0d, 0x91, 0xac, 0x44}};

constexpr MapRequest mapRequest{.lifetimeSeconds = 7200,
                                .clientAddress = client,
                                .nonce = nonce,
                                .protocol = Protocol::tcp,
                                .internalPort = 8080,
                                .suggestedAddress = Address::anyV4()};
constexpr MapResponse mapResponse{.lifetimeSeconds = 3600,
                                  .epochSeconds = 123456,
                                  .nonce = nonce,
                                  .protocol = Protocol::tcp,
                                  .internalPort = 8080,
                                  .assignedPort = 40123,
                                  .assignedAddress = external};
constexpr PeerRequest peerRequest{.lifetimeSeconds = 600,
                                  .clientAddress = client,
                                  .nonce = nonce,
                                  .protocol = Protocol::tcp,
                                  .internalPort = 8080,
                                  .suggestedAddress = Address::anyV4(),
                                  .remotePort = 443,
                                  .remoteAddress = peer};
constexpr PeerResponse peerResponse{.lifetimeSeconds = 600,
                                    .epochSeconds = 123456,
                                    .nonce = nonce,
                                    .protocol = Protocol::tcp,
                                    .internalPort = 8080,
                                    .assignedPort = 40123,
                                    .assignedAddress = external,
                                    .remotePort = 443,
                                    .remoteAddress = peer};
constexpr AnnounceRequest announceRequest{.clientAddress = client};
constexpr AnnounceResponse announceResponse{.epochSeconds = 123456};
constexpr NatPmpMapRequest natPmpRequest{Protocol::tcp, 8080, 0, 7200};
constexpr NatPmpMapResponse natPmpResponse{Protocol::tcp, NatPmpResult::success, 1000, 8080, 40123, 7200};
constexpr Filter filter{120, 0, Address::v4(198, 51, 100, 0)};

/// Runs the step as often as asked; it is an error if it ever allocates.
template <class Step>
void measure(benchmark::State& state, Step step) {
    const std::size_t before = allocations();
    for (auto _ : state) {
        step();
    }
    const std::size_t asked = allocations() - before;
    state.counters["allocations"] = static_cast<double>(asked);
    if (asked != 0) {
        state.SkipWithError("allocates");
    }
}

/// Everything in memory may have changed: neither loads nor stores may leave the loop.
void forget(const void* touched) {
    benchmark::DoNotOptimize(touched);
    benchmark::ClobberMemory();
}

/// A call, as into another library: the compiler can neither see through it nor replace it by moves.
void* (*volatile const copyByCall)(void*, const void*, std::size_t) = std::memcpy;

void copy(benchmark::State& state, std::size_t size) {
    Packet from{};
    Packet to{};
    measure(state, [&] {
        forget(&from);
        benchmark::DoNotOptimize(copyByCall(to.data(), from.data(), size));
        forget(&to);
    });
}

template <class Message>
void encodeMessage(benchmark::State& state, Message message) {
    Packet room{};
    measure(state, [&] {
        forget(&message);
        auto size = encode(message, room);
        benchmark::DoNotOptimize(size);
        forget(&room);
    });
}

/// Reads a datagram, or refuses it.
template <class Decoder>
void decodeDatagram(benchmark::State& state, Packet room, std::size_t size, Decoder decoder) {
    measure(state, [&] {
        benchmark::DoNotOptimize(size);
        forget(&room);
        auto message = decoder(Bytes{room}.first(size));
        forget(&message);
    });
}

constexpr auto mapDecoder = [](Bytes octets) { return decodeMapResponse(octets); };

template <class Message, class Decoder>
void decodeMessage(benchmark::State& state, const Message& written, Decoder decoder) {
    Packet room{};
    const std::size_t size = encode(written, room).value();
    decodeDatagram(state, room, size, decoder);
}

/// Writes the filters, then the request with them.
void encodeFilters(benchmark::State& state, std::size_t count) {
    Packet room{};
    Packet optionRoom{};
    MapRequest message = mapRequest;
    Filter each = filter;
    measure(state, [&] {
        forget(&each);
        benchmark::DoNotOptimize(count);
        OptionWriter writer{optionRoom};
        for (std::size_t i = 0; i < count; ++i) {
            (void)writer.add(each);
        }
        message.options = writer.options();
        auto size = encode(message, room);
        benchmark::DoNotOptimize(size);
        forget(&room);
    });
}

/// A MAP response with so many filters.
std::size_t writeFilters(Packet& room, std::size_t count) {
    OptionWriter writer{Room{room}.subspan(mapSize)};
    for (std::size_t i = 0; i < count; ++i) {
        (void)writer.add(filter);
    }
    MapResponse message = mapResponse;
    message.options = writer.options();
    return encode(message, room).value();
}

/// Reads a response and makes filters of its options.
void decodeFilters(benchmark::State& state, std::size_t count) {
    Packet room{};
    std::size_t size = writeFilters(room, count);
    measure(state, [&] {
        benchmark::DoNotOptimize(size);
        forget(&room);
        const auto message = decodeMapResponse(Bytes{room}.first(size));
        if (!message) {
            return;
        }
        for (const RawOption raw : message.assume_value().options) {
            auto option = interpret(raw);
            forget(&option);
        }
    });
}

/// The response to `mapRequest` with one octet changed, and of another size.
void refuse(benchmark::State& state, std::size_t at, std::uint8_t octet, std::size_t size) {
    Packet room{};
    (void)encode(mapResponse, room);
    room[at] = octet;
    decodeDatagram(state, room, size, mapDecoder);
}

/// A response whose filters are in order but for the last, which reaches too far.
void refuseLastFilter(benchmark::State& state, std::size_t count) {
    Packet room{};
    const std::size_t size = writeFilters(room, count);
    room[size - 21] = 24;
    decodeDatagram(state, room, size, mapDecoder);
}

void registerCopies() {
    for (const std::size_t size : {12U, 16U, 24U, 60U, 61U, 80U, 84U, 132U, 300U, 1092U}) {
        benchmark::RegisterBenchmark(fmt::format("memcpy/{}", size).c_str(), copy, size);
    }
}

void registerMessages() {
    using benchmark::RegisterBenchmark;
    RegisterBenchmark("encode MAP request/60", encodeMessage<MapRequest>, mapRequest);
    RegisterBenchmark("encode PEER request/80", encodeMessage<PeerRequest>, peerRequest);
    RegisterBenchmark("encode ANNOUNCE request/24", encodeMessage<AnnounceRequest>, announceRequest);
    RegisterBenchmark("encode NAT-PMP map request/12", encodeMessage<NatPmpMapRequest>, natPmpRequest);
    RegisterBenchmark("decode MAP response/60",
                      [](benchmark::State& state) { decodeMessage(state, mapResponse, mapDecoder); });
    RegisterBenchmark("decode PEER response/80", [](benchmark::State& state) {
        decodeMessage(state, peerResponse, [](Bytes octets) { return decodePeerResponse(octets); });
    });
    RegisterBenchmark("decode ANNOUNCE response/24", [](benchmark::State& state) {
        decodeMessage(state, announceResponse, [](Bytes octets) { return decodeAnnounceResponse(octets); });
    });
    RegisterBenchmark("decode NAT-PMP map response/16", [](benchmark::State& state) {
        decodeMessage(state, natPmpResponse, [](Bytes octets) { return decodeNatPmpMapResponse(octets); });
    });
    RegisterBenchmark("decode any, MAP response/60", [](benchmark::State& state) {
        decodeMessage(state, mapResponse, [](Bytes octets) { return decode(octets); });
    });
}

void registerOptions() {
    for (const std::size_t count : {1U, 3U, 10U, 43U}) {
        const std::size_t size = mapSize + 24 * count;
        benchmark::RegisterBenchmark(fmt::format("encode MAP request with {} FILTER/{}", count, size).c_str(),
                                     encodeFilters, count);
        benchmark::RegisterBenchmark(fmt::format("decode MAP response with {} FILTER/{}", count, size).c_str(),
                                     decodeFilters, count);
    }
}

void registerRefusals() {
    using benchmark::RegisterBenchmark;
    RegisterBenchmark("refuse, not a multiple of 4/61", refuse, std::size_t{0}, std::uint8_t{2}, std::size_t{61});
    RegisterBenchmark("refuse, another version/60", refuse, std::size_t{0}, std::uint8_t{3}, std::size_t{60});
    RegisterBenchmark("refuse, a request/60", refuse, std::size_t{1}, std::uint8_t{1}, std::size_t{60});
    RegisterBenchmark("refuse, another opcode/60", refuse, std::size_t{1}, std::uint8_t{0x82}, std::size_t{60});
    RegisterBenchmark("refuse, too short/24", refuse, std::size_t{0}, std::uint8_t{2}, std::size_t{24});
    RegisterBenchmark("refuse, last of 3 FILTER/132", refuseLastFilter, std::size_t{3});
    RegisterBenchmark("refuse, last of 43 FILTER/1092", refuseLastFilter, std::size_t{43});
}

} // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    registerCopies();
    registerMessages();
    registerOptions();
    registerRefusals();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
