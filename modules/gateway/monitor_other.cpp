// SPDX-License-Identifier: MIT
// Systems that are not asked for news.
module;

#include <boost/outcome/result.hpp>
#include <memory>
#include <system_error>

module portolan.gateway;

import portolan.net;

namespace portolan::gateway {

struct Monitor::Ears {};

result<void> Monitor::listen() {
    return Error{std::make_error_code(std::errc::not_supported), "changes of the network are not told on this system"};
}

void Monitor::deafen(Ears&) {}

} // namespace portolan::gateway
