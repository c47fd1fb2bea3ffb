// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <string_view>

module portolan.wire;

namespace portolan::wire::drafts {

namespace {

void appendEndpoint(Text& to, const Address& address, std::uint16_t port) {
    const bool v4 = address.isV4();
    fmt::format_to(std::back_inserter(to), "{}{}{}:{}", v4 ? "" : "[", address, v4 ? "" : "]", port);
}

/// The options of a GET: a mapping each, unless they are no NEXT.
void appendMappings(Text& to, const Options& options) {
    for (const RawOption raw : options) {
        appendText(to, ", ");
        const auto version =
            raw.data.size() < nextSize(NextVersion::withNonce) ? NextVersion::withoutNonce : NextVersion::withNonce;
        if (const auto mapping = readNext(raw, version)) {
            append(to, mapping.assume_value());
        } else {
            append(to, raw);
        }
    }
}

} // namespace

void append(Text& to, const GetFilter& filter) {
    fmt::format_to(std::back_inserter(to), "{} ", filter.protocol);
    appendEndpoint(to, filter.internalAddress, filter.internalPort);
    appendText(to, " -> ");
    appendEndpoint(to, filter.externalAddress, filter.externalPort);
}

void append(Text& to, const GetRequest& message) {
    fmt::format_to(std::back_inserter(to), "GET request: {}, client {}", message.filter, message.clientAddress);
    appendMappings(to, message.options);
}

void append(Text& to, const GetResponse& message) {
    fmt::format_to(std::back_inserter(to), "GET response {}: {}, epoch {} s", message.resultCode, message.filter,
                   message.epochSeconds);
    appendMappings(to, message.options);
}

void append(Text& to, const Next& option) {
    fmt::format_to(std::back_inserter(to), "NEXT {} ", option.protocol);
    appendEndpoint(to, option.internalAddress, option.internalPort);
    appendText(to, " -> ");
    appendEndpoint(to, option.externalAddress, option.externalPort);
    fmt::format_to(std::back_inserter(to), ", {} s left{}", option.remainingSeconds, option.end ? ", end" : "");
}

} // namespace portolan::wire::drafts
