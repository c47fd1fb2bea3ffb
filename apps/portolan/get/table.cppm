// SPDX-License-Identifier: MIT
// How a gateway's mapping table is asked for, and told: GET, which is a draft. Not exported.
export module portolan.cli:table;

import portolan.std;
import portolan;
import portolan.session;
import :arguments;
import :commands;
import :output;

namespace portolan::cli {

/// "tcp:8080 internal=192.168.1.57 external=203.0.113.45 with=description next=1", or some of it.
[[nodiscard]] Parsed<TableQuery> parseTableQuery(std::span<const std::string> words);

[[nodiscard]] session::TableWalk walkOf(const TableQuery& query);

/// Tells the mappings that a walk has found.
class TableTeller {
public:
    TableTeller(wire::drafts::NextVersion version, Output& output) noexcept : version_(version), output_(output) {}

    void tell(const session::WalkedMapping& found);

    /// How many there were.
    void end();

private:
    wire::drafts::NextVersion version_;
    Output& output_;
    std::uint64_t count_ = 0;
};

} // namespace portolan::cli
