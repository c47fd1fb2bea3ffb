// SPDX-License-Identifier: MIT
export module portolan.session:random;

import portolan.std;
import :time;

export namespace portolan::session {

/// Jitter from a seed (splitmix64): quick, reproducible, and good for nothing that must not be guessed.
class Random {
public:
    constexpr explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

    /// 64 uniform bits.
    constexpr std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// Uniform in [low, high].
    constexpr double between(double low, double high) noexcept {
        const double unit = static_cast<double>(next() >> 11) / static_cast<double>((std::uint64_t{1} << 53) - 1);
        return low + (high - low) * unit;
    }

    /// Uniform in [low, high].
    constexpr Duration between(Duration low, Duration high) noexcept {
        return Duration{
            static_cast<Duration::rep>(between(static_cast<double>(low.count()), static_cast<double>(high.count())))};
    }

private:
    std::uint64_t state_;
};

} // namespace portolan::session
