// SPDX-License-Identifier: MIT
// The device that a gateway is to UPnP, and how it describes itself. Not exported from the module.
export module portolan.simulator:igd_device;

import portolan.std;
import :endpoint;
import :config;
import :igd_action;

namespace portolan::simulator {

/// A service of a device.
struct ServiceInstance {
    ServiceKind kind{};
    unsigned version = 1;
    std::string id{};
    std::string scpdPath{};
    std::string controlPath{};
    bool connected = true; ///< of a WAN that is up

    /// "urn:schemas-upnp-org:service:WANIPConnection:1"
    [[nodiscard]] std::string type() const;
};

/// A device, and those in it.
struct Device {
    std::string name{}; ///< "InternetGatewayDevice"
    unsigned version = 1;
    std::string udn{}; ///< "uuid:..."
    std::vector<ServiceInstance> services{};
    std::vector<Device> devices{};

    /// "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
    [[nodiscard]] std::string type() const;
};

/// The root device as configured. The same seed gives the same UUIDs; `boot` counts where they change.
[[nodiscard]] Device makeDevice(const Config& config, std::uint32_t boot);

/// The path of the root device's description.
[[nodiscard]] std::string descriptionPathOf(const IgdConfig& config);

/// What Layer3Forwarding names: the connection that is up.
[[nodiscard]] std::string defaultConnectionOf(const Device& root);

/// Calls `visit(service)` for each service of the device and of those in it.
template <class Visit>
void forEachService(const Device& device, Visit visit) {
    for (const ServiceInstance& service : device.services) {
        visit(service);
    }
    for (const Device& each : device.devices) {
        forEachService(each, visit);
    }
}

/// The description of the root device, served at that endpoint (device architecture 1.1 §2.3).
[[nodiscard]] std::string describeDevice(const Device& root, const IgdConfig& config, const Endpoint& served);

/// The description of a service: its SCPD (likewise, §2.5).
[[nodiscard]] std::string describeService(const ServiceInstance& service);

/// "http://192.168.1.1:5000", without a path.
[[nodiscard]] std::string originOf(const Endpoint& served);

} // namespace portolan::simulator
