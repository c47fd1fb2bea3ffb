// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

module portolan.upnp;

namespace portolan::upnp {

namespace {

/// Longer URLs have no gateway behind them.
constexpr std::size_t longestUrl = 1024;

bool isLoopback(const wire::Address& address) {
    return address.isV4() ? address.v4Octets()[0] == 127
                          : address == wire::Address{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
}

bool isGroup(const wire::Address& address) {
    return address.isV4() ? address.v4Octets()[0] >= 224 : address.octets[0] == 0xff;
}

bool holds(const OnLink& link, const wire::Address& address) {
    if (link.network.isV4() != address.isV4()) {
        return false;
    }
    for (std::size_t bit = 0; bit < std::min<std::size_t>(link.prefixLength, 128); ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
        if (((link.network.octets[bit / 8] ^ address.octets[bit / 8]) & mask) != 0) {
            return false;
        }
    }
    return true;
}

std::optional<wire::Address> hostOf(const boost::urls::url_view& url) {
    switch (url.host_type()) {
    case boost::urls::host_type::ipv4:
        return wire::Address::v4(url.host_ipv4_address().to_bytes());
    case boost::urls::host_type::ipv6:
        return wire::Address{url.host_ipv6_address().to_bytes()}; // its zone means something to the gateway only
    default:
        return std::nullopt;
    }
}

result<Url> fromView(const boost::urls::url_view& view) {
    const auto host = hostOf(view);
    const bool sound = view.scheme_id() == boost::urls::scheme::http && host && !view.has_userinfo();
    const bool portSound = !view.has_port() || view.port().empty() || view.port_number() != 0;
    if (!sound || !portSound) {
        return Error{Fault::badUrl};
    }
    Url url{*host, view.port_number() == 0 ? std::uint16_t{80} : view.port_number(), std::string{view.encoded_path()}};
    if (!url.target.starts_with('/')) {
        url.target.insert(0, 1, '/');
    }
    if (view.has_query()) {
        url.target += '?';
        url.target += std::string_view{view.encoded_query()};
    }
    return url;
}

} // namespace

std::string hostText(const Url& url) {
    const std::string host = url.host.isV4() ? fmt::format("{}", url.host) : fmt::format("[{}]", url.host);
    return url.port == 80 ? host : fmt::format("{}:{}", host, url.port);
}

std::string text(const Url& url) {
    return fmt::format("http://{}{}", hostText(url), url.target);
}

result<Url> parseUrl(std::string_view text) {
    text = trimmed(text);
    const auto view = text.size() > longestUrl ? boost::urls::parse_uri({}) : boost::urls::parse_uri(text);
    if (!view) {
        return Error{Fault::badUrl};
    }
    return fromView(*view);
}

result<Url> resolve(const Url& base, std::string_view reference) {
    reference = trimmed(reference);
    if (reference.empty() || reference.size() > longestUrl) {
        return Error{Fault::badUrl};
    }
    if (const std::size_t slashes = std::min(reference.find_first_not_of('/'), reference.size()); slashes > 1) {
        BOOST_OUTCOME_TRY(Url url, resolve(base, reference.substr(slashes - 1)));
        url.target.insert(0, slashes - 1, '/');
        return url;
    }
    const std::string from = upnp::text(base);
    const auto baseView = boost::urls::parse_uri(from);
    const auto view = boost::urls::parse_uri_reference(reference);
    if (!baseView || !view) {
        return Error{Fault::badUrl};
    }
    boost::urls::url whole;
    if (!boost::urls::resolve(*baseView, *view, whole)) {
        return Error{Fault::badUrl};
    }
    return fromView(whole);
}

bool Trust::covers(const wire::Address& address) const noexcept {
    if (address == gateway) {
        return true;
    }
    if (isLoopback(address) || isGroup(address) || address.isAny()) {
        return false;
    }
    return std::ranges::any_of(onLink, [&](const OnLink& link) { return holds(link, address); });
}

result<Url> Trust::admit(Url url) const {
    if (!covers(url.host)) {
        return Error{Fault::foreignUrl, printable(upnp::text(url))};
    }
    url.host = gateway;
    return url;
}

} // namespace portolan::upnp
