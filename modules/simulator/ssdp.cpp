// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

module portolan.simulator;

import :http;
import :igd_device;
import :ssdp;

namespace portolan::simulator {

namespace {

constexpr unsigned longestWait = 5; // §1.3.3: devices may assume no more

constexpr std::string_view rootTarget = "upnp:rootdevice";

/// A type without its version, and that version; 0 where it has none.
struct VersionedType {
    std::string_view name;
    unsigned version = 0;
};

VersionedType split(std::string_view type) noexcept {
    const auto colon = type.rfind(':');
    if (colon == type.npos) {
        return {type};
    }
    VersionedType parts{type.substr(0, colon)};
    const std::string_view digits = type.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parts.version);
    return error == std::errc{} && end == digits.data() + digits.size() ? parts : VersionedType{type};
}

std::string usnOf(const std::string& udn, std::string_view target) {
    return fmt::format("{}::{}", udn, target);
}

void collect(const Device& device, std::vector<Advertised>& all) {
    all.push_back({device.udn, device.udn});
    all.push_back({device.type(), usnOf(device.udn, device.type())});
    for (const ServiceInstance& service : device.services) {
        all.push_back({service.type(), usnOf(device.udn, service.type())});
    }
    for (const Device& each : device.devices) {
        collect(each, all);
    }
}

/// The part of a USN before "::".
std::string udnOf(const std::string& usn) {
    return usn.substr(0, usn.find("::"));
}

std::string ageOf(const Presence& presence) {
    return fmt::format("max-age={}", presence.maxAgeSeconds);
}

} // namespace

std::string_view serverField() noexcept {
    return "Portolan/1.0 UPnP/1.1 simulator/1.0";
}

std::optional<Search> readSearch(std::string_view datagram) {
    HttpReader reader;
    if (reader.put(datagram) != HttpReader::Progress::complete) {
        return std::nullopt;
    }
    const HttpRequest& request = reader.request();
    const std::string* discover = request.field("MAN");
    const std::string* target = request.field("ST");
    if (request.method != "M-SEARCH" || request.target != "*" || discover == nullptr ||
        *discover != "\"ssdp:discover\"" || target == nullptr) {
        return std::nullopt;
    }
    Search search{*target, std::nullopt};
    if (const std::string* wait = request.field("MX")) {
        unsigned seconds = 0;
        const auto [end, error] = std::from_chars(wait->data(), wait->data() + wait->size(), seconds);
        if (error == std::errc{} && end == wait->data() + wait->size()) {
            search.maxWait = std::min(seconds, longestWait);
        }
    }
    return search;
}

std::vector<Advertised> allOf(const Device& root) {
    std::vector<Advertised> all{{std::string{rootTarget}, usnOf(root.udn, rootTarget)}};
    collect(root, all);
    return all;
}

std::vector<Advertised> matching(const Device& root, const std::string& target, Searches searches) {
    constexpr std::string_view firstDevice = "urn:schemas-upnp-org:device:InternetGatewayDevice:1";
    if ((searches == Searches::igd1Only && target != firstDevice) ||
        (searches == Searches::rootDeviceOnly && target != rootTarget)) {
        return {};
    }
    const std::vector<Advertised> all = allOf(root);
    if (target == "ssdp:all") {
        return all;
    }
    const VersionedType asked = split(target);
    std::vector<Advertised> found;
    for (const Advertised& each : all) {
        const VersionedType ours = split(each.target);
        const bool covered = asked.version != 0 && ours.name == asked.name && ours.version >= asked.version;
        if (each.target == target) {
            found.push_back(each);
        } else if (covered) {
            found.push_back({target, usnOf(udnOf(each.usn), target)});
        }
    }
    return found;
}

std::string searchAnswer(const Presence& presence, const Advertised& what) {
    return toDatagram({{"CACHE-CONTROL", ageOf(presence)},
                       {"EXT", ""},
                       {"LOCATION", presence.location},
                       {"SERVER", std::string{serverField()}},
                       {"ST", what.target},
                       {"USN", what.usn},
                       {"BOOTID.UPNP.ORG", std::to_string(presence.bootId)},
                       {"CONFIGID.UPNP.ORG", "1"}});
}

std::string announcement(const Presence& presence, const Advertised& what, const Endpoint& to, bool alive) {
    const std::string host =
        to.address.isV4() ? fmt::format("{}:{}", to.address, to.port) : fmt::format("[{}]:{}", to.address, to.port);
    HttpRequest notify{.method = "NOTIFY", .target = "*", .fields = {{"HOST", host}}};
    if (alive) {
        notify.fields.insert(notify.fields.end(), {{"CACHE-CONTROL", ageOf(presence)},
                                                   {"LOCATION", presence.location},
                                                   {"SERVER", std::string{serverField()}}});
    }
    notify.fields.insert(notify.fields.end(), {{"NT", what.target},
                                               {"NTS", alive ? "ssdp:alive" : "ssdp:byebye"},
                                               {"USN", what.usn},
                                               {"BOOTID.UPNP.ORG", std::to_string(presence.bootId)},
                                               {"CONFIGID.UPNP.ORG", "1"}});
    return toText(notify);
}

} // namespace portolan::simulator
