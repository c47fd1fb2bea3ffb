// SPDX-License-Identifier: MIT
// Which gateway a client would ask, told before it is asked. Not exported.
export module portolan.cli:way;

import portolan.std;
import portolan;
import portolan.gateway;
import :commands;
import :output;

namespace portolan::cli {

/// The way that requests go.
struct Way {
    std::optional<net::ip::udp::endpoint> gateway; ///< none: not needed, as the source was named
    std::string interfaceName;
    net::ip::address source;
};

/// The gateway that `portolan.client` takes out of `ranked`: the best IPv4 one, or the best IPv6 one if there is no
/// IPv4 default route; of one interface or family alone, if it is named.
[[nodiscard]] result<gateway::Gateway> preferred(std::span<const gateway::Gateway> ranked,
                                                 const std::string& interfaceName = {},
                                                 Families families = Families::any);

/// Where a request with these options would go, and from where. With a source and no gateway, nothing is looked up.
[[nodiscard]] result<Way> wayFor(const GatewayOptions& options);

/// Tells, where --verbose asks for it, whom a command asks for what, and what came back after how long.
class Asking {
public:
    Asking(const GatewayOptions& via, std::string_view what, Output& output);

    void cameBack(std::string_view answer) const;

private:
    Output& output_;
    std::chrono::steady_clock::time_point began_;
};

/// Where programs keep their state: of a service (systemd.exec(5)), or of a user (XDG Base Directory Specification;
/// on Windows %LOCALAPPDATA%). Empty where there is no such folder. One file a system defines it.
[[nodiscard]] std::string stateFolder();

/// The identity that nonces come from: of the file that was named, or of the user's state folder. What is wrong with it
/// is told. Nothing where there is no such folder.
[[nodiscard]] std::optional<Identity> identityFor(const GatewayOptions& via, Output& output);

/// The same without making a file or saying anything.
[[nodiscard]] std::optional<Identity> knownIdentity(const GatewayOptions& via);

/// What a client needs to know.
[[nodiscard]] ClientOptions clientOptions(const GatewayOptions& via, const CommonOptions& common);

} // namespace portolan::cli
