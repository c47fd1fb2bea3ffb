// SPDX-License-Identifier: MIT
// The places where a client asks, each with a core, and so a session and nonces, of its own. Not exported.
export module portolan:places;

import portolan.std;
import portolan.error;
import portolan.gateway;
import portolan.net;
import portolan.servers;
import :types;
import :mapping;
import :core;
import :reached;

namespace portolan {

using AllHandler = net::any_completion_handler<void(result<std::vector<Reached>>)>;

/// The options of each place that these options come to, the one that single requests are for first: a gateway that is
/// named; or each server that is named, else each that was learned; else the gateways of `ranked`, as the options want
/// them.
[[nodiscard]] std::vector<ClientOptions>
placesOf(const ClientOptions& options, std::span<const gateway::Gateway> ranked, std::span<const PcpServer> learned);

/// The servers that DHCP clients of this host learned, with their interfaces as these are named now.
[[nodiscard]] std::vector<PcpServer> learnedByDhcp();

/// May be used from any thread.
class Places : public std::enable_shared_from_this<Places> {
public:
    Places(const net::any_io_executor& executor, ClientOptions options);

    /// Where single requests go.
    [[nodiscard]] std::shared_ptr<Core> first();

    /// Asks for a mapping everywhere.
    void mapAll(MapRequest request, AllHandler handler);

private:
    /// A place, and what its core was made with.
    struct Place {
        ClientOptions options;
        std::shared_ptr<Core> core;
    };

    /// All places as they are now.
    [[nodiscard]] result<std::vector<Place>> look();
    [[nodiscard]] std::shared_ptr<Core> coreFor(const ClientOptions& options);
    void forgetOthers(std::span<const ClientOptions> current);

    net::any_io_executor executor_;
    net::strand<net::any_io_executor>
        strand_;                              ///< of all cores: what the options have called is called by one at a time
    std::shared_ptr<TurnsByInterface> turns_; ///< of all cores, on their strand
    ClientOptions options_;
    std::shared_ptr<Core> fixed_; ///< where single requests go, if nothing has to be looked up for that
    std::mutex mutex_;
    std::vector<Place> known_; ///< every place that was ever asked; guarded
};

} // namespace portolan
