// SPDX-License-Identifier: MIT
// What a record says to its server by PCP. Not exported.
export module portolan.session:outgoing;

import portolan.std;
import portolan.error;
import :types;
import :record;

namespace portolan::session {

/// Writes the next request about this record, of a client with this address, and returns its size. There has to be room
/// for 1100 octets.
[[nodiscard]] std::size_t writeRequest(const Record& record, const wire::Address& clientAddress, wire::Room room);

/// Writes the question whether a server is there (ANNOUNCE, RFC 6887 §14.1.2), likewise.
[[nodiscard]] std::size_t writeProbe(const wire::Address& clientAddress, wire::Room room);

/// Leaves optional options out of all further requests, those first that some gateways cannot read. False: there is
/// nothing left to leave out.
[[nodiscard]] bool makePlainer(Extras& extras);

} // namespace portolan::session
