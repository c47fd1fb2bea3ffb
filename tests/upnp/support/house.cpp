// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.testing.upnp;

import portolan.upnp;

namespace portolan::testing {

namespace {

std::string element(std::string_view name, const auto& value) {
    return fmt::format("<{}>{}</{}>", name, value, name);
}

std::uint16_t portIn(std::string_view body, std::string_view name) {
    return static_cast<std::uint16_t>(std::stoul("0" + argument(body, name)));
}

std::string entryText(const Entry& entry) {
    return element("NewInternalPort", entry.port) + element("NewInternalClient", entry.client) +
           element("NewEnabled", 1) + element("NewPortMappingDescription", entry.description) +
           element("NewLeaseDuration", entry.lease);
}

std::uint32_t seconds(Duration time) {
    return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(time).count());
}

} // namespace

std::string description(std::string_view name) {
    std::ifstream file{std::string{PORTOLAN_VECTORS} + "/upnp/" + std::string{name} + ".xml", std::ios::binary};
    if (!file) {
        throw std::invalid_argument{"no description of that name: " + std::string{name}};
    }
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<std::uint8_t> octetsOf(std::string_view text) {
    return {text.begin(), text.end()};
}

std::string argument(std::string_view body, std::string_view name) {
    const std::string open = fmt::format("<{}>", name);
    const std::size_t start = body.find(open);
    const std::size_t end = body.find(fmt::format("</{}>", name));
    if (start == std::string_view::npos || end == std::string_view::npos) {
        return {};
    }
    return std::string{body.substr(start + open.size(), end - start - open.size())};
}

std::string soapAnswer(std::string_view action, std::string_view arguments) {
    return fmt::format(
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
        "<u:{}Response xmlns:u=\"urn:schemas-upnp-org:service:WANIPConnection:1\">{}</u:{}Response>"
        "</s:Body></s:Envelope>",
        action, arguments, action);
}

std::string soapFault(unsigned code, std::string_view text) {
    return fmt::format("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>"
                       "<faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
                       "<UPnPError xmlns=\"urn:schemas-upnp-org:control-1-0\"><errorCode>{}</errorCode>"
                       "<errorDescription>{}</errorDescription></UPnPError></detail></s:Fault></s:Body></s:Envelope>",
                       code, text);
}

std::size_t Gateway::count(std::string_view action) const {
    return static_cast<std::size_t>(std::ranges::count(log, action));
}

void Gateway::restart(TimePoint now) {
    table.clear();
    pinholes.clear();
    started = now;
    bootId = bootId ? std::optional{*bootId + 1} : std::nullopt;
}

std::optional<upnp::HttpResponse> Gateway::respond(TimePoint now, std::string_view request) {
    const std::size_t space = request.find(' ');
    const std::string_view path = request.substr(space + 1, request.find(' ', space + 1) - space - 1);
    if (request.starts_with("GET ")) {
        log.emplace_back("GET");
        return silent ? std::nullopt : std::optional{upnp::HttpResponse{200, {}, root}};
    }
    const std::size_t hash = request.find('#');
    const std::string_view action = request.substr(hash + 1, request.find('"', hash) - hash - 1);
    log.emplace_back(action);
    if (silent) {
        return std::nullopt;
    }
    if (!breaks.empty() && action.starts_with(breaks)) {
        return upnp::HttpResponse{500, {}, {}};
    }
    const std::string_view body = request.substr(request.find("\r\n\r\n") + 4);
    if (const auto whole = answer ? answer(action, path) : std::nullopt) {
        return upnp::HttpResponse{200, {}, *whole};
    }
    const unsigned code = fault ? fault(action, body) : 0;
    const std::string text = code != 0 ? soapFault(code) : act(now, action, body);
    if (action == loses) {
        return std::nullopt;
    }
    const bool isFault = text.find("Fault") != std::string::npos;
    return upnp::HttpResponse{isFault ? 500U : 200U, {}, text};
}

std::string Gateway::act(TimePoint now, std::string_view action, std::string_view body) {
    std::erase_if(table, [now](const auto& entry) {
        return entry.second.lease != 0 && entry.second.made + std::chrono::seconds{entry.second.lease} <= now;
    });
    const TableKey key{argument(body, "NewProtocol"), portIn(body, "NewExternalPort")};
    if (action == "GetStatusInfo") {
        return soapAnswer(action,
                          element("NewConnectionStatus", "Connected") + element("NewUptime", seconds(now - started)));
    }
    if (action == "GetExternalIPAddress") {
        return soapAnswer(action, element("NewExternalIPAddress", external));
    }
    if (action == "AddPortMapping" || action == "AddAnyPortMapping") {
        return add(now, action, body);
    }
    if (action == "DeletePortMapping") {
        return table.erase(key) == 1 ? soapAnswer(action) : soapFault(714);
    }
    if (action == "GetSpecificPortMappingEntry") {
        const auto at = table.find(key);
        return at == table.end() ? soapFault(714) : soapAnswer(action, entryText(at->second));
    }
    if (action == "GetGenericPortMappingEntry") {
        const std::size_t index = portIn(body, "NewPortMappingIndex");
        if (index >= table.size()) {
            return soapFault(713);
        }
        const auto at = std::next(table.begin(), static_cast<std::ptrdiff_t>(index));
        return soapAnswer(action, element("NewExternalPort", at->first.second) +
                                      element("NewProtocol", at->first.first) + entryText(at->second));
    }
    const std::uint16_t id = portIn(body, "UniqueID");
    if (action == "GetFirewallStatus") {
        return soapAnswer(action, element("FirewallEnabled", 1) + element("InboundPinholeAllowed", 1));
    }
    if (action == "AddPinhole") {
        pinholes[++lastPinhole_] = portIn(body, "InternalPort");
        return soapAnswer(action, element("UniqueID", lastPinhole_));
    }
    if (action == "UpdatePinhole") {
        return pinholes.contains(id) ? soapAnswer(action) : soapFault(704);
    }
    if (action == "DeletePinhole") {
        return pinholes.erase(id) == 1 ? soapAnswer(action) : soapFault(704);
    }
    return soapFault(401);
}

std::string Gateway::add(TimePoint now, std::string_view action, std::string_view body) {
    const std::string client = argument(body, "NewInternalClient");
    const std::string protocol = argument(body, "NewProtocol");
    std::uint16_t granted = portIn(body, "NewExternalPort");
    const auto isTaken = [&] {
        const auto at = table.find({protocol, granted});
        return at != table.end() && at->second.client != client;
    };
    if (action == "AddPortMapping" && isTaken()) {
        return soapFault(718);
    }
    while (isTaken()) {
        ++granted;
    }
    table[{protocol, granted}] = {client, portIn(body, "NewInternalPort"), argument(body, "NewPortMappingDescription"),
                                  static_cast<std::uint32_t>(std::stoul(argument(body, "NewLeaseDuration"))), now};
    return soapAnswer(action, action == "AddPortMapping" ? "" : element("NewReservedPort", granted));
}

upnp::Config testConfig(std::uint64_t seed) {
    upnp::Config config;
    config.gateway = gatewayAddress;
    config.clientAddress = clientAddress;
    config.seed = seed;
    return config;
}

upnp::Config testConfigV6() {
    upnp::Config config = testConfig();
    config.gateway = {{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    config.clientAddress = {{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x57}};
    return config;
}

House::House(const upnp::Config& config) : point(config) {
    if (!config.gateway.isV4()) {
        gateway.location = "http://[fe80::1]:5000/rootDesc.xml";
    }
}

MappingId House::request(const upnp::MappingRequest& wanted, Where where) {
    const auto id = point.handleRequest(now, wanted);
    BOOST_TEST_REQUIRE(id.has_value(), "refused, line " << where.line());
    drain();
    return id.value();
}

MappingId House::hold(const upnp::MappingRequest& wanted, Where where) {
    const MappingId id = request(wanted, where);
    advance(std::chrono::seconds{1});
    expects(EventKind::granted, where);
    advance(std::chrono::seconds{20});
    expectsNothing(where);
    return id;
}

void House::release(MappingId id) {
    point.handleRelease(now, id);
    drain();
}

void House::receives(std::string_view datagram, const wire::Address& from) {
    point.handleDatagram(now, {from, 1900}, octetsOf(datagram));
    drain();
}

void House::announces(std::string_view subtype, std::string_view fields) {
    receives(fmt::format("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
                         "NT: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nNTS: {}\r\n{}\r\n",
                         subtype, fields),
             point.config().gateway);
}

bool House::deliver() {
    if (const auto datagram = point.pollDatagram()) {
        searches.push_back(datagram->octets);
        BOOST_TEST((datagram->toGroup || datagram->to.address == point.config().gateway));
        if (gateway.searchable && datagram->octets.find("InternetGatewayDevice:1\r\n") != std::string::npos) {
            const std::string boot = gateway.bootId ? fmt::format("BOOTID.UPNP.ORG: {}\r\n", *gateway.bootId) : "";
            const std::string text =
                fmt::format("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nEXT:\r\n"
                            "ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nUSN: uuid:x\r\n{}LOCATION: "
                            "{}\r\n\r\n",
                            boot, gateway.location);
            point.handleDatagram(now, {point.config().gateway, 1900}, octetsOf(text));
        }
        return true;
    }
    if (const auto exchange = point.pollExchange(now)) {
        BOOST_TEST((exchange->url.host == point.config().gateway), "a request to " << upnp::text(exchange->url));
        if (gateway.closed || exchange->url.port != gateway.port) {
            point.handleFailure(now, exchange->id, std::make_error_code(std::errc::connection_refused));
        } else if (const auto response = gateway.respond(now, exchange->octets)) {
            point.handleResponse(now, exchange->id, *response);
        }
        return true;
    }
    if (auto event = point.pollEvent()) {
        events.push_back(std::move(*event));
        return true;
    }
    return false;
}

void House::drain() {
    for (unsigned steps = 0; deliver(); ++steps) {
        BOOST_TEST_REQUIRE(steps < 10'000U, "it never comes to an end");
    }
    const auto next = point.nextTimeout();
    BOOST_TEST((!next || *next > now), "the next deadline has passed");
}

House& House::advance(Duration time) {
    const TimePoint end = now + time;
    for (unsigned steps = 0;; ++steps) {
        BOOST_TEST_REQUIRE(steps < 1'000'000U, "time does not go on");
        const auto next = point.nextTimeout();
        if (!next || *next > end) {
            break;
        }
        now = std::max(now, *next);
        point.handleTimeout(now);
        drain();
    }
    now = end;
    return *this;
}

upnp::Event House::expects(EventKind kind, Where where) {
    BOOST_TEST_REQUIRE(!events.empty(),
                       "nothing happened, instead of " << session::name(kind) << ", line " << where.line());
    upnp::Event event = events.front();
    events.pop_front();
    BOOST_TEST((event.kind == kind), session::name(event.kind)
                                         << " (" << event.error.message() << " " << event.detail << ") instead of "
                                         << session::name(kind) << ", line " << where.line());
    return event;
}

House& House::expectsNothing(Where where) {
    BOOST_TEST(events.empty(), (events.empty() ? "" : session::name(events.front().kind))
                                   << " came, line " << where.line());
    return *this;
}

const Entry* House::entry(std::uint16_t externalPort, const std::string& protocol) const {
    const auto at = gateway.table.find({protocol, externalPort});
    return at == gateway.table.end() ? nullptr : &at->second;
}

} // namespace portolan::testing
