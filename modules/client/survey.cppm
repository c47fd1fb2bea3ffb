// SPDX-License-Identifier: MIT
export module portolan:survey;

import portolan.std;
import portolan.error;
import portolan.net;
import portolan.transport;
import :types;
import :mapping;

export namespace portolan {

/// A gateway to ask, and the way to it.
struct SurveyTarget {
    net::ip::address gateway;                 ///< with the scope of a link-local address
    std::optional<net::ip::address> source{}; ///< the local address to ask from; none: the one that faces the gateway
    std::uint32_t interfaceIndex = 0;         ///< the way to it; 0: the interface that has the source address
    std::string interfaceName{};              ///< for `GatewayInfo` alone
};

/// How gateways are surveyed.
struct SurveyOptions {
    /// How long answers are waited for. Where both families of one interface are searched for UPnP gateways, which goes
    /// one after the other, this is for each.
    std::chrono::milliseconds wait{3'000};
    std::uint16_t port = wire::serverPort; ///< where PCP and NAT-PMP are asked
    std::uint16_t searchPort = 1900;       ///< where UPnP gateways are searched (SSDP)
    DatagramTap onDatagram{};              ///< as of `ClientOptions`
};

/// An Internet gateway device of UPnP. Its texts are the gateway's, with all that could mislead a reader escaped.
struct IgdInfo {
    unsigned version = 0; ///< of the device, by its own words: 1 or 2; 0: it does not say
    std::string friendlyName{};
    std::string manufacturer{};
    std::string modelName{};
    std::string modelNumber{};
    std::string service{};                             ///< that would open ports, such as "WANIPConnection:1"
    std::optional<net::ip::address> externalAddress{}; ///< none where the gateway did not tell
    std::chrono::milliseconds roundTrip{0};            ///< of the last request, its connection included
};

/// What a gateway speaks, each protocol asked by itself. Nothing was changed at the gateway.
struct Survey {
    GatewayInfo gateway;
    net::ip::address source;                  ///< where it was asked from
    result<ProbeInfo> pcp{Errc::noAnswer};    ///< `Errc::versionNotSupported`: it is there, and has no PCP
    result<ProbeInfo> natPmp{Errc::noAnswer}; ///< likewise; `Errc::notAvailable` for IPv6
    result<IgdInfo> igd{Errc::noAnswer};

    /// Whether ports could be opened by this protocol.
    [[nodiscard]] bool serves(Via protocol) const noexcept;

    /// The protocol to open ports by: the first that serves. None: none does.
    [[nodiscard]] std::optional<Via> choice() const noexcept;

    /// The gateway's external address, if any protocol told it.
    [[nodiscard]] std::optional<net::ip::address> externalAddress() const;
};

} // namespace portolan

namespace portolan {

using SurveyHandler = net::any_completion_handler<void(result<std::vector<Survey>>)>;

void startSurvey(const net::any_io_executor& executor, std::vector<SurveyTarget> targets, SurveyOptions options,
                 SurveyHandler handler);

} // namespace portolan

export namespace portolan {

/// Asks gateways what they speak: PCP, NAT-PMP and UPnP IGD at once, and waits no longer than `SurveyOptions::wait` for
/// all of them. The surveys come in the order of the targets. Errors: `Errc::cancelled`; what is wrong with one gateway
/// or protocol stands in its survey.
template <net::completion_token_for<void(result<std::vector<Survey>>)> Token = net::use_awaitable_t<>>
auto survey(const net::any_io_executor& executor, std::vector<SurveyTarget> targets, SurveyOptions options = {},
            Token&& token = {}) {
    return net::async_initiate<Token, void(result<std::vector<Survey>>)>(
        [](auto handler, net::any_io_executor on, std::vector<SurveyTarget> wanted, SurveyOptions how) {
            startSurvey(on, std::move(wanted), std::move(how), std::move(handler));
        },
        token, executor, std::move(targets), std::move(options));
}

} // namespace portolan
