// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace portolan::bench {

/// How often this program has asked for memory, in any thread, through operator new.
std::size_t allocations() noexcept;

} // namespace portolan::bench
