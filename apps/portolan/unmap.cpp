// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <fmt/format.h>
#include <string>
#include <system_error>

module portolan.cli;

import :interrupt;
import :way;

namespace portolan::cli {

namespace {

Json describe(const UnmapCommand& command) {
    return {{"event", "unmapped"},
            {"protocol", fmt::format("{}", command.ports.protocol)},
            {"internal", {{"port", command.ports.internalPort}}}};
}

/// What to do about a refusal, where it is the nonce that is missing.
std::string advice(const UnmapCommand& command, const Error& error) {
    const bool ownerUnknown = error.code == make_error_code(wire::ResultCode::notAuthorized) && !command.nonce;
    return ownerUnknown
               ? "it was made under another identity: give the nonce that map printed (--nonce), or the --identity"
               : "";
}

} // namespace

ExitStatus execute(const UnmapCommand& command, Output& output) {
    const Asking asking{command.via, fmt::format("the deletion of {}", toText(command.ports)), output};
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        ClientOptions options = clientOptions(command.via, command.common);
        options.identity = identityFor(command.via, output);
        options.trustedNetwork = command.thirdParty.has_value(); // --third-party declares that
        Client client{co_await net::this_coro::executor, options};
        UnmapRequest request;
        request.protocol = command.ports.protocol;
        request.internalPort = command.ports.internalPort;
        request.nonce = command.nonce;
        request.thirdParty = command.thirdParty;
        request.thirdPartyId = command.thirdPartyId;
        request.portSet = command.portSet;
        const auto unmapped = co_await client.unmap(request, interrupt.token());
        interrupt.leaveTheRest(); // whoever has waited long enough, or interrupts, wants no more tries
        asking.cameBack(unmapped ? "deleted" : unmapped.error().message());
        if (!unmapped) {
            co_return output.fail(explain(unmapped.error(), advice(command, unmapped.error())));
        }
        if (output.json()) {
            output.object(describe(command));
        } else {
            output.line(fmt::format("{} is not mapped any more", toText(command.ports)));
        }
        co_return ExitStatus::done;
    });
}

} // namespace portolan::cli
