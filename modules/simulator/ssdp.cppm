// SPDX-License-Identifier: MIT
// SSDP, as a device speaks it (device architecture 1.1 §1). Not exported from the module.
export module portolan.simulator:ssdp;

import portolan.std;
import :endpoint;
import :igd_config;
import :igd_device;

namespace portolan::simulator {

/// What is searched for, and how long answers may take.
struct Search {
    std::string target;              ///< ST
    std::optional<unsigned> maxWait; ///< MX, in seconds; at most 5
};

/// The search in a datagram; none if it is no M-SEARCH that says `"ssdp:discover"` and for what.
[[nodiscard]] std::optional<Search> readSearch(std::string_view datagram);

/// A thing that is announced: NT or ST, and its USN.
struct Advertised {
    std::string target;
    std::string usn;
};

/// Everything of a root device: for the root three, for each other device two, for each service one (§1.2.2).
[[nodiscard]] std::vector<Advertised> allOf(const Device& root);

/// What answers a search. A device of version 2 answers searches for version 1, too, with the type asked for (§1.3.3).
[[nodiscard]] std::vector<Advertised> matching(const Device& root, const std::string& target, Searches searches);

/// What announcements and answers have in common.
struct Presence {
    std::string location;
    std::uint32_t bootId = 1;
    std::int64_t maxAgeSeconds = 1800;
};

[[nodiscard]] std::string searchAnswer(const Presence& presence, const Advertised& what);

/// A NOTIFY to that endpoint: ssdp:alive, or ssdp:byebye.
[[nodiscard]] std::string announcement(const Presence& presence, const Advertised& what, const Endpoint& to,
                                       bool alive);

/// What the gateway says it is: SERVER.
[[nodiscard]] std::string_view serverField() noexcept;

} // namespace portolan::simulator
