// SPDX-License-Identifier: MIT
// The client's side of GET, which is a draft (`wire::drafts`): nothing uses it unless a program asks for it.
export module portolan.session:table_walk;

import portolan.std;
import portolan.wire;

export namespace portolan::session {

/// A mapping that a walk has found.
struct WalkedMapping {
    wire::drafts::Next mapping;        ///< its `rest` is empty
    std::vector<std::uint8_t> options; ///< encoded; `wire::Options::readable` reads them
};

/// Reads a gateway's whole mapping table, as a function of its inputs.
///
/// Send what `writeRequest()` writes, again if no answer comes, and pass each answer to `handle()`, which gives the
/// mappings it adds; until `isOver()`. Every mapping that is there all along is given once; one that comes or goes
/// meanwhile, once at most. If the mapping that the walk has come to is gone, it goes back to the one before.
class TableWalk {
public:
    /// Which mappings, in which form of NEXT, and with which of their options.
    explicit TableWalk(const wire::drafts::GetFilter& filter = {},
                       wire::drafts::NextVersion version = wire::drafts::NextVersion::withNonce,
                       const std::vector<wire::OptionCode>& options = {});

    /// Writes the request that is due and returns its size in octets; it is the same until `handle()` was called.
    [[nodiscard]] wire::result<std::size_t> writeRequest(const wire::Address& client, wire::Room room) const;

    /// Takes an answer to the last request, and gives the mappings in it that are new.
    [[nodiscard]] std::vector<WalkedMapping> handle(const wire::drafts::GetResponse& response);

    [[nodiscard]] bool isOver() const noexcept { return over_; }

    /// Why the walk ended early: what the gateway refused it with, or MALFORMED_REQUEST if it answers nothing new for
    /// ever. None if it has seen everything, or goes on.
    [[nodiscard]] std::optional<wire::ResultCode> failure() const noexcept { return failure_; }

private:
    /// What tells mappings apart.
    struct Key {
        wire::Protocol protocol;
        wire::Address internalAddress;
        wire::Address externalAddress;
        std::uint16_t internalPort;
        std::uint16_t externalPort;

        friend auto operator<=>(const Key&, const Key&) noexcept = default;
    };

    [[nodiscard]] static Key keyOf(const wire::drafts::Next& mapping) noexcept;
    void stepBack();
    void end(std::optional<wire::ResultCode> failure) noexcept;

    wire::drafts::GetFilter filter_;
    wire::drafts::NextVersion version_;
    std::vector<std::uint8_t> wanted_;      ///< codes
    std::vector<wire::drafts::Next> trail_; ///< where the walk may go on: the last that may still be there
    std::set<Key> seen_;
    std::size_t fruitless_ = 0; ///< answers without anything new, one after another
    bool over_ = false;
    std::optional<wire::ResultCode> failure_;
};

} // namespace portolan::session
