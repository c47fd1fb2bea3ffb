// SPDX-License-Identifier: MIT
export module portolan:mapping;

import portolan.std;
import portolan.error;
import portolan.net;
import portolan.session;
import :types;

namespace portolan {

class Core;
class GatewayLink;

/// Names a mapping among all links of a client.
struct MappingKey {
    std::shared_ptr<GatewayLink> link;
    session::MappingId id{};
};

using ReleaseHandler = net::any_completion_handler<void(result<void>)>;
using ChangeHandler = net::any_completion_handler<void(result<MappingEvent>)>;

void startChange(const std::shared_ptr<Core>& core, MappingKey key, MappingChange change, ReleaseHandler handler);
void startChanged(const std::shared_ptr<Core>& core, MappingKey key, ChangeHandler handler);

/// Calls the handler of a caller that has no core behind it: later, and on its own executor.
template <class Handler, class Result>
void completeWithout(Handler handler, Result outcome) {
    const auto executor = net::get_associated_executor(handler);
    auto call = [handler = std::move(handler), outcome = std::move(outcome)]() mutable {
        std::move(handler)(std::move(outcome));
    };
    if constexpr (std::is_same_v<decltype(executor), const net::any_completion_executor>) {
        // Nothing can be posted to one that is erased like that: by way of the system's executor it is not called from
        // within the call.
        net::post(
            [target = net::withWork(executor), call = std::move(call)]() mutable { target.execute(std::move(call)); });
    } else {
        net::post(executor, std::move(call));
    }
}

} // namespace portolan

export namespace portolan {

/// A mapping held at a gateway, inbound (`Client::map`) or outbound (`Client::peer`), kept renewed for as long as this
/// handle lives. Move-only.
///
/// A handle that is dropped has its mapping deleted in the background if the execution context still runs. The handle
/// may be used from any thread, by one at a time.
class Mapping {
public:
    Mapping(Mapping&& other) noexcept : core_(std::move(other.core_)), key_(std::move(other.key_)) {}

    Mapping& operator=(Mapping&& other) noexcept;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping();

    /// What is known of it now; nothing where the handle owns no mapping: after `release`, `detach` or a move.
    [[nodiscard]] MappingInfo info() const;

    /// The next change of the mapping that was not told yet, or the next that comes. Nothing is told twice and nothing
    /// is left out, except that renewals nobody waited for are told as one, or not at all before the first call. Who
    /// lets more than 64 changes wait is told the oldest ones as one change.
    ///
    /// Errors: `Errc::mappingLost` if the handle owns no mapping, or owns it no longer (`detach`); `Errc::cancelled`.
    template <net::completion_token_for<void(result<MappingEvent>)> Token = net::use_awaitable_t<>>
    auto changed(Token&& token = {}) {
        return net::async_initiate<Token, void(result<MappingEvent>)>(
            [](auto handler, std::shared_ptr<Core> core, MappingKey key) {
                if (!core) {
                    completeWithout(std::move(handler), result<MappingEvent>{Errc::mappingLost});
                    return;
                }
                startChanged(core, std::move(key), std::move(handler));
            },
            token, core_, key_);
    }

    /// Has another description, or another wish for a checkpoint, from now on: the gateway is told by a renewal, which
    /// `changed` tells of, and `info` what came of it. Errors: `Errc::invalidRequest` with what is wrong;
    /// `Errc::mappingLost` if the handle owns no mapping.
    template <net::completion_token_for<void(result<void>)> Token = net::use_awaitable_t<>>
    auto change(MappingChange change, Token&& token = {}) {
        return net::async_initiate<Token, void(result<void>)>(
            [](auto handler, std::shared_ptr<Core> core, MappingKey key, MappingChange wanted) {
                if (!core) {
                    completeWithout(std::move(handler), result<void>{Errc::mappingLost});
                    return;
                }
                startChange(core, std::move(key), std::move(wanted), std::move(handler));
            },
            token, core_, key_, std::move(change));
    }

    /// Deletes the mapping at the gateway; completes with `result<void>` when the gateway has confirmed, or with the
    /// error after `ClientOptions::releaseTimeout`, or at once with `Errc::mappingLost` if the handle owns none. The
    /// handle owns nothing from the call on. An outbound mapping is only renewed no more, which needs no answer.
    /// Neither the end of the wait nor its cancellation stops the deletion, which goes on in the background, for a
    /// minute at most.
    template <net::completion_token_for<void(result<void>)> Token = net::use_awaitable_t<>>
    auto release(Token&& token = {}) {
        return net::async_initiate<Token, void(result<void>)>(
            [](auto handler, Mapping mapping) {
                if (!mapping.core_) {
                    completeWithout(std::move(handler), result<void>{Errc::mappingLost});
                    return;
                }
                mapping.startRelease(ReleaseHandler{std::move(handler)});
            },
            token, std::move(*this));
    }

    /// Leaves the mapping standing at the gateway for the rest of its lifetime, without renewal.
    void detach();

private:
    friend class Core;

    Mapping(std::shared_ptr<Core> core, MappingKey key) noexcept : core_(std::move(core)), key_(std::move(key)) {}

    void startRelease(ReleaseHandler handler);
    void drop() noexcept;

    std::shared_ptr<Core> core_;
    MappingKey key_;
};

} // namespace portolan
