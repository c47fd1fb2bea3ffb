// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

module portolan.upnp;

namespace portolan::upnp {

namespace {

std::optional<SsdpKind> announcementKind(std::string_view subtype) {
    if (equalsIgnoringCase(subtype, "ssdp:alive")) {
        return SsdpKind::alive;
    }
    if (equalsIgnoringCase(subtype, "ssdp:update")) {
        return SsdpKind::update;
    }
    if (equalsIgnoringCase(subtype, "ssdp:byebye")) {
        return SsdpKind::byebye;
    }
    return std::nullopt;
}

SsdpMessage messageOf(SsdpKind kind, const HttpHead& head) {
    const auto field = [&](std::string_view name) { return std::string{trimmed(fieldOf(head.fields, name))}; };
    const bool updates = kind == SsdpKind::update;
    return {kind, field(kind == SsdpKind::response ? "ST" : "NT"), field("USN"), field("LOCATION"),
            number<std::uint32_t>(field(updates ? "NEXTBOOTID.UPNP.ORG" : "BOOTID.UPNP.ORG"))};
}

} // namespace

std::string searchMessage(std::string_view target, const wire::Address& to, std::uint16_t port) {
    const std::string host = to.isV4() ? fmt::format("{}:{}", to, port) : fmt::format("[{}]:{}", to, port);
    return fmt::format("M-SEARCH * HTTP/1.1\r\n"
                       "HOST: {}\r\n"
                       "MAN: \"ssdp:discover\"\r\n"
                       "MX: {}\r\n"
                       "ST: {}\r\n"
                       "\r\n",
                       host, searchSeconds, target);
}

result<SsdpMessage> parseSsdp(wire::Bytes datagram) {
    BOOST_OUTCOME_TRY(const HttpHead head, parseHead(datagram));
    if (head.status != 0) {
        if (head.status != 200) {
            return Error{Fault::httpStatus};
        }
        return messageOf(SsdpKind::response, head);
    }
    const auto kind = announcementKind(trimmed(fieldOf(head.fields, "NTS")));
    if (head.method != "NOTIFY" || !kind) {
        return Error{Fault::badArgument};
    }
    return messageOf(*kind, head);
}

bool isGatewayTarget(std::string_view target) noexcept {
    return containsIgnoringCase(target, ":InternetGatewayDevice:") ||
           containsIgnoringCase(target, ":WANIPConnection:") || containsIgnoringCase(target, ":WANPPPConnection:");
}

} // namespace portolan::upnp
