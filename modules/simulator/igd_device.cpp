// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

module portolan.simulator;

import :igd_action;
import :igd_device;
import :random;

namespace portolan::simulator {

namespace {

/// Puts the tree together; devices and services are numbered as they come.
class Builder {
public:
    Builder(const IgdConfig& config, Random random) : config_(config), high_(random.next()), low_(random.next()) {}

    Device build() {
        Device root = device("InternetGatewayDevice");
        root.services.push_back(service(ServiceKind::layer3Forwarding, 1, true));
        for (unsigned idle = 0; idle < config_.quirks.idleWans; ++idle) {
            root.devices.push_back(wan(false));
        }
        root.devices.push_back(wan(true));
        return root;
    }

private:
    [[nodiscard]] unsigned version() const noexcept { return static_cast<unsigned>(config_.version); }

    Device device(const char* name) {
        constexpr std::uint64_t node = (std::uint64_t{1} << 48) - 1;
        const std::uint64_t last = ((low_ & node) + devices_++) & node;
        const auto bits = [&](unsigned shift, std::uint64_t mask) { return (high_ >> shift) & mask; };
        // RFC 4122 §4.4: a random UUID, version 4
        const std::string udn = fmt::format("uuid:{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", bits(32, 0xffffffff),
                                            bits(16, 0xffff), bits(0, 0xfff), (low_ >> 48) & 0xfff, last);
        return {.name = name, .version = version(), .udn = udn};
    }

    Device wan(bool connected) {
        ++wans_;
        Device wan = device("WANDevice");
        wan.services.push_back(service(ServiceKind::wanCommon, 1, connected));
        Device connection = device("WANConnectionDevice");
        connection.services.push_back(config_.quirks.ppp ? service(ServiceKind::wanPpp, 1, connected)
                                                         : service(ServiceKind::wanIp, version(), connected));
        if (config_.firewall && config_.version == IgdVersion::v2) {
            connection.services.push_back(service(ServiceKind::firewall, 1, connected));
        }
        wan.devices.push_back(std::move(connection));
        return wan;
    }

    ServiceInstance service(ServiceKind kind, unsigned version, bool connected) const {
        const std::string id = fmt::format("{}{}", definitionOf(kind).id, wans_ == 0 ? 1 : wans_);
        const char* slash = config_.quirks.doubleSlashes ? "//" : "/";
        return {.kind = kind,
                .version = version,
                .id = id,
                .scpdPath = fmt::format("{0}scpd{0}{1}.xml", slash, id),
                .controlPath = fmt::format("{0}ctl{0}{1}", slash, id),
                .connected = connected};
    }

    const IgdConfig& config_;
    std::uint64_t high_;
    std::uint64_t low_;
    std::uint64_t devices_ = 0;
    unsigned wans_ = 0;
};

bool findDefault(const Device& device, std::string& found) {
    for (const ServiceInstance& service : device.services) {
        const bool connection = service.kind == ServiceKind::wanIp || service.kind == ServiceKind::wanPpp;
        if (connection && service.connected) {
            found =
                fmt::format("{}:{}:{},urn:upnp-org:serviceId:{}", device.udn, device.name, device.version, service.id);
            return true;
        }
    }
    for (const Device& each : device.devices) {
        if (findDefault(each, found)) {
            return true;
        }
    }
    return false;
}

} // namespace

std::string ServiceInstance::type() const {
    return fmt::format("urn:schemas-upnp-org:service:{}:{}", definitionOf(kind).type, version);
}

std::string Device::type() const {
    return fmt::format("urn:schemas-upnp-org:device:{}:{}", name, version);
}

Device makeDevice(const Config& config, std::uint32_t boot) {
    constexpr std::uint64_t apart = 0x75706e70; // other numbers than the seed's other uses get
    const std::uint64_t generation = config.igd.quirks.movesOnRestart ? boot : 0;
    return Builder{config.igd, Random{(config.seed ^ apart) + (generation << 32)}}.build();
}

std::string descriptionPathOf(const IgdConfig& config) {
    return config.quirks.doubleSlashes ? "//rootDesc.xml" : "/rootDesc.xml";
}

std::string defaultConnectionOf(const Device& root) {
    std::string found;
    findDefault(root, found);
    return found;
}

std::string originOf(const Endpoint& served) {
    return served.address.isV4() ? fmt::format("http://{}:{}", served.address, served.port)
                                 : fmt::format("http://[{}]:{}", served.address, served.port);
}

} // namespace portolan::simulator
