// SPDX-License-Identifier: MIT
module;

#include <pugixml.hpp>

/// For tests of the gateway's UPnP side in virtual time: control points, searches, and what comes back.
export module portolan.simulator.igd_script;

import portolan.std;
export import portolan.simulator.script;

export namespace portolan::simulator::script {

inline constexpr Endpoint served{Address::v4(192, 168, 1, 1), 5000};
inline constexpr Endpoint served6{Address{{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, 5000};
inline constexpr Address inside6{{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x57}};
inline constexpr Endpoint host6{inside6, 50006};

/// A gateway at `wan` that speaks that version, and does not announce PCP.
[[nodiscard]] inline Config igdAtWan(IgdVersion version, Config config = {}) {
    config = atWan(std::move(config));
    config.igd.version = version;
    return config;
}

/// What HTTP brought back.
struct Page {
    unsigned status = 0; ///< 0: nothing came
    std::string head;
    std::string body;

    /// The text of the first element of that name, whatever its prefix; "(none)" if there is none.
    [[nodiscard]] std::string text(std::string_view name) const {
        pugi::xml_document document;
        document.load_buffer(body.data(), body.size());
        const pugi::xml_node found = document.find_node([&](pugi::xml_node node) {
            const std::string_view full = node.name();
            return full.substr(full.rfind(':') + 1) == name;
        });
        return found ? found.child_value() : "(none)";
    }

    /// The errorCode of a fault; 0 of a success.
    [[nodiscard]] int error() const { return status == 500 ? std::stoi(text("errorCode")) : (status == 200 ? 0 : -1); }
};

using Arguments = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] inline HttpRequest soapRequest(const std::string& path, const std::string& type,
                                             const std::string& action, const Arguments& arguments) {
    pugi::xml_document document;
    auto envelope = document.append_child("s:Envelope");
    envelope.append_attribute("xmlns:s") = "http://schemas.xmlsoap.org/soap/envelope/";
    auto element = envelope.append_child("s:Body").append_child(("u:" + action).c_str());
    element.append_attribute("xmlns:u") = type.c_str();
    for (const auto& [name, value] : arguments) {
        element.append_child(name.c_str()).text().set(value.c_str());
    }

    struct Writer : pugi::xml_writer {
        std::string text;

        void write(const void* data, std::size_t size) override { text.append(static_cast<const char*>(data), size); }
    } writer;

    document.save(writer);
    return {"POST", path, {{"SOAPAction", '"' + type + '#' + action + '"'}}, writer.text};
}

/// AddPortMapping in words.
struct PortMapping {
    std::uint16_t external = 6000;
    std::string protocol = "TCP";
    std::uint16_t port = 8080;
    std::string client = "192.168.1.57";
    std::string lease = "3600";
    std::string remoteHost{};
    std::string description = "a test";
    std::string enabled = "1";

    [[nodiscard]] Arguments arguments() const {
        return {{"NewRemoteHost", remoteHost},
                {"NewExternalPort", std::to_string(external)},
                {"NewProtocol", protocol},
                {"NewInternalPort", std::to_string(port)},
                {"NewInternalClient", client},
                {"NewEnabled", enabled},
                {"NewPortMappingDescription", description},
                {"NewLeaseDuration", lease}};
    }
};

/// AddPinhole in words.
struct Pinhole {
    std::string client = "2001:db8::57";
    std::uint16_t port = 8080;
    std::string protocol = "6";
    std::string lease = "3600";
    std::string remoteHost{};
    std::uint16_t remotePort = 0;

    [[nodiscard]] Arguments arguments() const {
        return {{"RemoteHost", remoteHost}, {"RemotePort", std::to_string(remotePort)},
                {"InternalClient", client}, {"InternalPort", std::to_string(port)},
                {"Protocol", protocol},     {"LeaseTime", lease}};
    }
};

/// A gateway that serves UPnP at `served`, and a clock.
class IgdScene : public Scene {
public:
    explicit IgdScene(Config config = igdAtWan(IgdVersion::v2)) : Scene(std::move(config)) {
        gateway.serveIgd(now, {served, served6});
        announced = discoveries();
    }

    Page fetch(const HttpRequest& request, const Endpoint& from = hostA) {
        const std::string bytes = gateway.handleHttp(now, from, request).bytes;
        const auto end = bytes.find("\r\n\r\n");
        if (!bytes.starts_with("HTTP/1.1 ") || end == bytes.npos) {
            return {};
        }
        return {static_cast<unsigned>(std::stoul(bytes.substr(9, 3))), bytes.substr(0, end), bytes.substr(end + 4)};
    }

    Page get(const std::string& path) { return fetch({"GET", path}); }

    /// An action of WANIPConnection, of version 1 unless said otherwise.
    Page connection(const std::string& action, const Arguments& arguments = {}, const Endpoint& from = hostA,
                    int version = 1) {
        const std::string type = "urn:schemas-upnp-org:service:WANIPConnection:" + std::to_string(version);
        return fetch(soapRequest("/ctl/WANIPConn1", type, action, arguments), from);
    }

    Page add(const PortMapping& mapping = {}, const Endpoint& from = hostA) {
        return connection("AddPortMapping", mapping.arguments(), from);
    }

    Page addAny(const PortMapping& mapping = {}, const Endpoint& from = hostA) {
        return connection("AddAnyPortMapping", mapping.arguments(), from, 2);
    }

    /// Reads the mapping of an external TCP port.
    Page specific(std::uint16_t external, const std::string& remoteHost = "") {
        return connection("GetSpecificPortMappingEntry", named(external, remoteHost));
    }

    Page remove(std::uint16_t external, const Endpoint& from = hostA) {
        return connection("DeletePortMapping", named(external, ""), from);
    }

    /// An action of WANIPv6FirewallControl.
    Page firewall(const std::string& action, const Arguments& arguments = {}, const Endpoint& from = host6) {
        return fetch(soapRequest("/ctl/WANIPv6Firewall1", "urn:schemas-upnp-org:service:WANIPv6FirewallControl:1",
                                 action, arguments),
                     from);
    }

    /// What answers a search at once; what comes later is in `discoveries()`.
    std::vector<std::string> search(const std::string& target, Delivery delivery = Delivery::unicast,
                                    const std::string& wait = "MX: 2\r\n") {
        const std::string text = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n" +
                                 wait + "ST: " + target + "\r\n\r\n";
        gateway.handleSearch(now, hostA, Octets{text.begin(), text.end()}, delivery);
        return discoveries();
    }

    /// What the gateway sent from its SSDP port, until now.
    std::vector<std::string> discoveries() {
        keepDiscoveries();
        return std::exchange(kept_, {});
    }

    /// Lets time pass; the gateway is woken whenever it asked to be.
    void pass(TimePoint duration) {
        const TimePoint end = now + duration;
        keepDiscoveries();
        for (auto next = gateway.nextTimeout(); next && *next <= end; next = gateway.nextTimeout()) {
            now = std::max(now, *next);
            wake();
        }
        now = end;
        wake();
    }

    std::vector<std::string> announced; ///< when it began to serve

private:
    void wake() {
        gateway.handleTimeout(now);
        collect();
        keepDiscoveries();
    }

    void keepDiscoveries() {
        while (const auto transmit = gateway.pollDiscovery()) {
            kept_.emplace_back(transmit->bytes.begin(), transmit->bytes.end());
        }
    }

    std::vector<std::string> kept_;

    static Arguments named(std::uint16_t external, const std::string& remoteHost) {
        return {{"NewRemoteHost", remoteHost}, {"NewExternalPort", std::to_string(external)}, {"NewProtocol", "TCP"}};
    }
};

/// A field of a datagram of SSDP; empty if it is not there.
[[nodiscard]] inline std::string field(const std::string& datagram, const std::string& name) {
    const auto at = datagram.find("\r\n" + name + ": ");
    if (at == datagram.npos) {
        return {};
    }
    const auto begin = at + name.size() + 4;
    return datagram.substr(begin, datagram.find("\r\n", begin) - begin);
}

} // namespace portolan::simulator::script
