// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <cstdint>
#include <iterator>
#include <vector>

module portolan.cli;

import portolan.session;
import portolan.transport;
import :table;

namespace portolan::cli {

/// Walks the gateway's table, each request and answer shown like any other, and then tells what was in it.
ExitStatus Shell::get(Words words) {
    if (!drafts_) {
        return failUsage("GET is a draft, whose numbers mean something else one day: set drafts on to send it");
    }
    if (version_ == wire::natPmpVersion) {
        return failUsage("NAT-PMP has no get (set version pcp)");
    }
    const auto query = parseTableQuery(words.subspan(1));
    if (!query) {
        return failUsage(query.error().message);
    }
    if (const auto failure = connect()) {
        return fail(*failure);
    }
    const wire::Address client = client_.value_or(transport::toWire(probe_.local().address()));
    TableTeller teller{query.assume_value().next, output_};
    std::vector<session::WalkedMapping> all;
    std::array<std::uint8_t, wire::maxMessageSize> room{};
    for (session::TableWalk walk = walkOf(query.assume_value()); !walk.isOver();) {
        const auto size = walk.writeRequest(client, room);
        if (!size) {
            return failUsage("too many options are asked for");
        }
        room[0] = version_;
        if (const Exchange asked = exchange(wire::Bytes{room}.first(size.assume_value()));
            asked.status != ExitStatus::done) {
            return asked.status;
        }
        const auto response = wire::drafts::decodeGetResponse(lastAnswer_);
        if (!response) {
            return ExitStatus::done; // an answer like any other; expect makes a failure of it
        }
        std::ranges::move(walk.handle(response.assume_value()), std::back_inserter(all));
        if (walk.failure()) {
            return ExitStatus::done;
        }
    }
    for (const session::WalkedMapping& found : all) {
        teller.tell(found);
    }
    teller.end();
    return ExitStatus::done;
}

} // namespace portolan::cli
