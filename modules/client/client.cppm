// SPDX-License-Identifier: MIT
export module portolan:client;

import portolan.std;
import portolan.error;
import portolan.net;
import :types;
import :mapping;
import :core;
import :places;
import :reached;

namespace portolan {

[[nodiscard]] std::shared_ptr<Places> makePlaces(const net::any_io_executor& executor, ClientOptions options);
void startMap(const std::shared_ptr<Places>& places, MapRequest request,
              net::any_completion_handler<void(result<Mapping>)> handler);
void startMapAll(const std::shared_ptr<Places>& places, MapRequest request,
                 net::any_completion_handler<void(result<std::vector<Reached>>)> handler);
void startPeer(const std::shared_ptr<Places>& places, PeerRequest request,
               net::any_completion_handler<void(result<Mapping>)> handler);
void startUnmap(const std::shared_ptr<Places>& places, const UnmapRequest& request,
                net::any_completion_handler<void(result<void>)> handler);
void startExternalAddress(const std::shared_ptr<Places>& places,
                          net::any_completion_handler<void(result<net::ip::address>)> handler);
void startProbe(const std::shared_ptr<Places>& places, net::any_completion_handler<void(result<ProbeInfo>)> handler);

} // namespace portolan

export namespace portolan {

/// Opens ports on this host's gateway. Any number of coroutines, on any threads, may use one client at once.
///
/// Every operation takes an Asio completion token, by default one that gives an awaitable, and honours cancellation:
/// it completes with `Errc::cancelled`, and what it may have made on the gateway is deleted again; if the gateway does
/// not confirm that in time, `ClientOptions::onWarning` is told. No operation throws. The executor's
/// context must outlive the client and its mappings; while any is held there is work in it.
class Client {
public:
    explicit Client(const net::any_io_executor& executor, ClientOptions options = {})
        : places_(makePlaces(executor, std::move(options))) {}

    /// Maps a port, and keeps it mapped while the handle that is the result lives.
    ///
    /// Errors: of the gateway (`wire::ResultCode`, `wire::NatPmpResult`), with how long not to ask again;
    /// `Errc::noGateway`, `gatewayUnknown`, `noSourceAddress`, `noAnswer`, `unreachable`, `versionNotSupported`,
    /// `invalidRequest`, `alreadyMapped`, `otherExternal`, `notAvailable`, `cancelled`; of the operating system.
    template <net::completion_token_for<void(result<Mapping>)> Token = net::use_awaitable_t<>>
    auto map(MapRequest request, Token&& token = {}) {
        return net::async_initiate<Token, void(result<Mapping>)>(
            [](auto handler, std::shared_ptr<Places> places, MapRequest wanted) {
                if (!places) {
                    completeWithout(std::move(handler), result<Mapping>{Errc::cancelled});
                    return;
                }
                startMap(places, std::move(wanted), std::move(handler));
            },
            token, places_, std::move(request));
    }

    /// Asks for one mapping at several places at once, each with a session and a nonce of its own: by IPv4 and IPv6
    /// (`ClientOptions::families`: `both`), at all gateways (`ClientOptions::gateways`), at all servers that are named
    /// or known (`servers`, `dhcp`). Completes when there is an outcome of each; there is one at least that is granted.
    /// Each is kept while its handle lives.
    ///
    /// Errors: where nothing was granted, that of the first place, whose detail tells the others'; as of `map`.
    template <net::completion_token_for<void(result<std::vector<Reached>>)> Token = net::use_awaitable_t<>>
    auto mapAll(MapRequest request, Token&& token = {}) {
        return net::async_initiate<Token, void(result<std::vector<Reached>>)>(
            [](auto handler, std::shared_ptr<Places> places, MapRequest wanted) {
                if (!places) {
                    completeWithout(std::move(handler), result<std::vector<Reached>>{Errc::cancelled});
                    return;
                }
                startMapAll(places, std::move(wanted), std::move(handler));
            },
            token, places_, std::move(request));
    }

    /// Makes an outbound mapping to a remote peer, or learns and extends the one that a connection has already (RFC
    /// 6887 §12), and renews it while the handle that is the result lives. To release it ends the renewal, and nothing
    /// else: PEER cannot shorten or delete, and a gateway drops the mapping when its lifetime or its traffic ends.
    /// Where the gateway lost it and cannot make it again as it was, it is told as `ChangeKind::lost` and `refused`,
    /// with `wire::ResultCode::cannotProvideExternal`: connect anew. Errors as of `map`; `notAvailable` by NAT-PMP.
    template <net::completion_token_for<void(result<Mapping>)> Token = net::use_awaitable_t<>>
    auto peer(PeerRequest request, Token&& token = {}) {
        return net::async_initiate<Token, void(result<Mapping>)>(
            [](auto handler, std::shared_ptr<Places> places, PeerRequest wanted) {
                if (!places) {
                    completeWithout(std::move(handler), result<Mapping>{Errc::cancelled});
                    return;
                }
                startPeer(places, std::move(wanted), std::move(handler));
            },
            token, places_, std::move(request));
    }

    /// Deletes a mapping that no handle owns. Succeeds too if there is none (RFC 6887 §15.1). Errors as of `map`.
    template <net::completion_token_for<void(result<void>)> Token = net::use_awaitable_t<>>
    auto unmap(UnmapRequest request, Token&& token = {}) {
        return net::async_initiate<Token, void(result<void>)>(
            [](auto handler, std::shared_ptr<Places> places, const UnmapRequest& wanted) {
                if (!places) {
                    completeWithout(std::move(handler), result<void>{Errc::cancelled});
                    return;
                }
                startUnmap(places, wanted, std::move(handler));
            },
            token, places_, std::move(request));
    }

    /// Asks for the external address of this host's gateway. By PCP that takes a mapping of a UDP port of its own
    /// for a moment (RFC 6887 §11.6). Errors as of `map`.
    template <net::completion_token_for<void(result<net::ip::address>)> Token = net::use_awaitable_t<>>
    auto externalAddress(Token&& token = {}) {
        return net::async_initiate<Token, void(result<net::ip::address>)>(
            [](auto handler, std::shared_ptr<Places> places) {
                if (!places) {
                    completeWithout(std::move(handler), result<net::ip::address>{Errc::cancelled});
                    return;
                }
                startExternalAddress(places, std::move(handler));
            },
            token, places_);
    }

    /// Asks whether a gateway is there, and what it is (ANNOUNCE, RFC 6887 §14.1.2): nothing changes at the gateway. It
    /// is asked four times at most. Errors as of `map`; a gateway that answers anything is there, and no error.
    template <net::completion_token_for<void(result<ProbeInfo>)> Token = net::use_awaitable_t<>>
    auto probe(Token&& token = {}) {
        return net::async_initiate<Token, void(result<ProbeInfo>)>(
            [](auto handler, std::shared_ptr<Places> places) {
                if (!places) {
                    completeWithout(std::move(handler), result<ProbeInfo>{Errc::cancelled});
                    return;
                }
                startProbe(places, std::move(handler));
            },
            token, places_);
    }

private:
    std::shared_ptr<Places> places_;
};

} // namespace portolan
