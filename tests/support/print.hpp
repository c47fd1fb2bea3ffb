// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <ostream>

namespace portolan::wire {

/// Lets BOOST_TEST print what fmt can print. Found by argument-dependent lookup.
template <class Value>
    requires(fmt::is_formattable<Value>::value)
std::ostream& boost_test_print_type(std::ostream& out, const Value& value) {
    return out << fmt::format("{}", value);
}

} // namespace portolan::wire

namespace portolan::wire::drafts {

using wire::boost_test_print_type;

} // namespace portolan::wire::drafts
