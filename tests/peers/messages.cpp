// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <span>
#include <string>
#include <string_view>

import portolan.wire;

// Prints one of each message and option as the hex dump that text2pcap reads, each behind a line "# NAME".

using namespace portolan::wire;

namespace {

constexpr Address client = Address::v4(192, 168, 1, 57);
constexpr Address external = Address::v4(203, 0, 113, 45);
constexpr Address remote = Address::v4(198, 51, 100, 7);
constexpr Nonce nonce{{0x4f, 0x2a, 0x9c, 0x01, 0x7b, 0xe3, 0xd8, 0x56, 0x0d, 0x91, 0xac, 0x44}};

constexpr MapRequest mapRequest{.lifetimeSeconds = 7200,
                                .clientAddress = client,
                                .nonce = nonce,
                                .protocol = Protocol::tcp,
                                .internalPort = 8080,
                                .suggestedPort = 40123,
                                .suggestedAddress = external};
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
                                  .protocol = Protocol::udp,
                                  .internalPort = 8080,
                                  .suggestedAddress = Address::anyV4(),
                                  .remotePort = 443,
                                  .remoteAddress = remote};
constexpr PeerResponse peerResponse{.lifetimeSeconds = 600,
                                    .epochSeconds = 123456,
                                    .nonce = nonce,
                                    .protocol = Protocol::udp,
                                    .internalPort = 8080,
                                    .assignedPort = 40123,
                                    .assignedAddress = external,
                                    .remotePort = 443,
                                    .remoteAddress = remote};

template <class Message>
void print(std::string_view name, const Message& message) {
    std::array<std::uint8_t, maxMessageSize> room{};
    const std::size_t size = encode(message, room).value();
    fmt::print("# {}\n", name);
    for (std::size_t at = 0; at < size; at += 16) {
        const auto line = std::span{room}.subspan(at, std::min<std::size_t>(16, size - at));
        fmt::print("{:06x} {:02x}\n", at, fmt::join(line, " "));
    }
}

/// A MAP request and its response with one option.
template <class Written>
void printOption(std::string_view name, const Written& option) {
    std::array<std::uint8_t, 200> room{};
    OptionWriter writer{room};
    if (!writer.add(option)) {
        return;
    }
    MapRequest request = mapRequest;
    request.options = writer.options();
    print(fmt::format("{} request", name), request);
    MapResponse response = mapResponse;
    response.options = writer.options();
    print(fmt::format("{} response", name), response);
}

void printMessages() {
    print("ANNOUNCE request", AnnounceRequest{client, {}});
    print("ANNOUNCE response", AnnounceResponse{.epochSeconds = 3, .options = {}});
    print("MAP request", mapRequest);
    print("MAP response", mapResponse);
    MapResponse refused = mapResponse;
    refused.resultCode = ResultCode::noResources;
    print("MAP error", refused);
    print("PEER request", peerRequest);
    print("PEER response", peerResponse);
    constexpr std::array<std::uint8_t, 16> initiation{0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0xde, 0xad, 0xbe, 0xef};
    print("AUTHENTICATION request",
          RawRequest{{Opcode::authentication, 0, client}, initiation, ResultCode::initiation});
    print("UNSUPP_VERSION", VersionRejection{2, Opcode::map, 1800, 123456});
    print("NAT-PMP address request", NatPmpAddressRequest{});
    print("NAT-PMP address response", NatPmpAddressResponse{NatPmpResult::success, 1000, external});
    print("NAT-PMP map request", NatPmpMapRequest{Protocol::tcp, 8080, 0, 7200});
    print("NAT-PMP map response", NatPmpMapResponse{Protocol::udp, NatPmpResult::success, 1000, 8080, 40123, 7200});
    print("NAT-PMP refusal", NatPmpRefusal{128, NatPmpResult::unsupportedVersion, 1000});
}

void printOptions() {
    constexpr std::array<std::uint8_t, 3> id{0xab, 0xcd, 0xe0};
    constexpr std::array<Ipv4Prefix, 1> ranges{{{{192, 0, 2, 0}, 24}}};
    std::array<std::uint8_t, 6> rangeRoom{};
    Prefix64 prefix{{0x20, 0x01, 0x0d, 0xb8, 0x01, 0x22, 0x03}, 7};
    prefix.ipv4 = Ipv4Prefixes::write(ranges, rangeRoom).value();
    printOption("THIRD_PARTY", ThirdParty{Address::v4(192, 168, 1, 58)});
    printOption("PREFER_FAILURE", PreferFailure{});
    printOption("FILTER", Filter{120, 443, Address::v4(198, 51, 100, 0)});
    printOption("THIRD_PARTY_ID", ThirdPartyId{id});
    printOption("DESCRIPTION", Description::of("caméra"));
    printOption("PREFIX64 without a list", Prefix64{});
    printOption("PREFIX64 with a list", prefix);
    printOption("PORT_SET", PortSet{100, 8080, true});
    printOption("CHECKPOINT_REQUIRED", CheckpointRequired{});
}

void printDrafts() {
    std::array<std::uint8_t, 100> room{};
    OptionWriter writer{room};
    (void)writeNext(writer, {.nonce = nonce, .protocol = Protocol::tcp, .internalAddress = client},
                    drafts::NextVersion::withNonce);
    print("GET request", drafts::GetRequest{client, {.protocol = Protocol::tcp}, writer.options()});
    print("GET response", drafts::GetResponse{.epochSeconds = 1, .options = writer.options()});
    printOption("PORT_RESERVATION", RawOption{drafts::portReservation, {}});
}

} // namespace

int main() {
    printMessages();
    printOptions();
    printDrafts();
}
