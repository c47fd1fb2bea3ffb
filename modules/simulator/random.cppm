// SPDX-License-Identifier: MIT
// The gateway's own choices come from here and nowhere else, so that a seed replays them on every platform.
export module portolan.simulator:random;

import portolan.std;

namespace portolan::simulator {

/// splitmix64.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15U;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31);
    }

    /// A number below `bound`, which is not 0.
    std::uint32_t below(std::uint32_t bound) noexcept { return static_cast<std::uint32_t>(next() % bound); }

private:
    std::uint64_t state_;
};

} // namespace portolan::simulator
