// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/try.hpp>

export module portolan.gateway:exchange;

import portolan.std;
import portolan.error;
import :netlink;

export namespace portolan::gateway::netlink {

/// How often a dump is asked for when the kernel loses a part of it or the table keeps changing meanwhile.
inline constexpr std::uint32_t dumpAttempts = 4;

/// Gets `dump` complete, asking again where it has to.
///
/// `open()` gives a `result` of a fresh channel: `send(octets)` gives a `result<void>`, `receive()` a
/// `result<wire::Bytes>` of one datagram, which fails rather than wait for ever. `request(sequence)` gives the octets
/// to send.
///
/// A table that changes during every attempt is taken as it was read last: a router whose table never rests has a
/// default route all the same. A lost part is an error, `errc::no_buffer_space`, if it is lost in every attempt.
template <class Open, class Request>
[[nodiscard]] result<void> exchange(Dump& dump, Open open, Request request) {
    for (std::uint32_t attempt = 1;; ++attempt) {
        BOOST_OUTCOME_TRY(auto channel, open());
        dump.begin(attempt);
        BOOST_OUTCOME_TRY(channel.send(request(attempt)));
        const result<void> read = receiveAll(dump, channel);
        const bool retry = read ? dump.interrupted() : read.error().code == std::errc::no_buffer_space;
        if (!retry || attempt == dumpAttempts) {
            return read;
        }
    }
}

} // namespace portolan::gateway::netlink

namespace portolan::gateway::netlink {

template <class Channel>
result<void> receiveAll(Dump& dump, Channel& channel) {
    for (bool done = false; !done;) {
        BOOST_OUTCOME_TRY(const wire::Bytes datagram, channel.receive());
        BOOST_OUTCOME_TRY(done, dump.feed(datagram));
    }
    return boost::outcome_v2::success();
}

} // namespace portolan::gateway::netlink
