// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <string>

module portolan.cli;

import :interrupt;
import :way;

namespace portolan::cli {

ExitStatus execute(const AddressCommand& command, Output& output) {
    const Asking asking{command.via, "its external address", output};
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        Client client{co_await net::this_coro::executor, clientOptions(command.via, command.common)};
        const auto address = co_await client.externalAddress(interrupt.token());
        asking.cameBack(address ? address.value().to_string() : address.error().message());
        if (!address) {
            co_return output.fail(explain(address.error()));
        }
        const std::string text = address.value().to_string();
        if (output.json()) {
            output.object(Json{{"event", "address"}, {"address", text}});
        } else {
            output.line(text);
        }
        co_return ExitStatus::done;
    });
}

} // namespace portolan::cli
