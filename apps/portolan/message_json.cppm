// SPDX-License-Identifier: MIT
export module portolan.cli:message_json;

import portolan.std;
import portolan.wire;
import :json;

export namespace portolan::cli {

/// A datagram as an object, as docs/json.md describes it.
struct MessageJson {
    Json object;
    std::optional<wire::Refusal> refusal; ///< why the datagram, or an option in it, cannot be read
};

/// Reads a datagram. One that `wire::decode` refuses gives an object of "error" and "offset" alone; one with an option
/// that cannot be read gives everything and these two.
[[nodiscard]] MessageJson toJson(wire::Bytes datagram);

} // namespace portolan::cli

namespace portolan::cli {

/// Adds "options" to a described message, and the refusal of the first that cannot be read.
void describeOptions(const wire::Options& options, MessageJson& described);

} // namespace portolan::cli
