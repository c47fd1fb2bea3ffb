// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <string>

module portolan.cli;

import :beyond;
import :interrupt;
import :way;

namespace portolan::cli {

namespace {

void tell(const net::ip::address& external, const net::ip::address& gateway, Output& output) {
    if (output.json()) {
        Json told{{"event", "address"}, {"address", external.to_string()}};
        addReach(told, external, gateway);
        output.object(told);
        return;
    }
    output.line(external.to_string());
    if (const auto warning = warningOf(external, gateway)) {
        output.remark(*warning);
    }
}

} // namespace

ExitStatus execute(const AddressCommand& command, Output& output) {
    const Asking asking{command.via, "its external address", output};
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        Client client{co_await net::this_coro::executor, clientOptions(command.via, command.common)};
        const auto address = co_await client.externalAddress(interrupt.token());
        asking.cameBack(address ? address.value().to_string() : address.error().message());
        if (!address) {
            co_return output.fail(explain(address.error()));
        }
        tell(address.value(), command.via.gateway ? command.via.gateway->address() : net::ip::address{}, output);
        co_return ExitStatus::done;
    });
}

} // namespace portolan::cli
